package view

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

func TestViewBeforeTheFirst(t *testing.T) {
	var v View
	if v.Current() != nil {
		t.Error("a snapshot out of nothing")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.WaitSeq(ctx, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("waited without a snapshot: %v", err)
	}
}

func TestViewChanged(t *testing.T) {
	var v View
	first := v.Changed()
	v.Publish(&Snapshot{N: 1})
	second := v.Changed()
	select {
	case <-first:
	default:
		t.Error("the first snapshot is no change")
	}
	select {
	case <-second:
		t.Error("changed without a newer snapshot")
	default:
	}
	v.Publish(&Snapshot{N: 2})
	v.Publish(&Snapshot{N: 3})
	<-second
	if n := v.Current().N; n != 3 {
		t.Errorf("current is %d", n)
	}
}

func TestViewWaitSeq(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var v View
		got := make(chan uint64)
		go func() {
			s, err := v.WaitSeq(t.Context(), 10)
			if err != nil {
				t.Error(err)
			}
			got <- s.Seq
		}()
		for _, seq := range []uint64{3, 9} {
			v.Publish(&Snapshot{Seq: seq})
			synctest.Wait()
			select {
			case n := <-got:
				t.Fatalf("woke at %d", n)
			default:
			}
		}
		v.Publish(&Snapshot{Seq: 12})
		if n := <-got; n != 12 {
			t.Errorf("woke with %d", n)
		}
		if s, err := v.WaitSeq(t.Context(), 12); err != nil || s.Seq != 12 {
			t.Errorf("%v, %v", s, err)
		}
	})
}

// Readers of a zero View and its first publishers meet: nobody may wait on a channel that nobody closes.
func TestViewRace(t *testing.T) {
	const last = 200
	for range 20 {
		var v View
		var readers sync.WaitGroup
		for range 4 {
			readers.Go(func() {
				seen := uint64(0)
				for seen < last {
					changed := v.Changed()
					if s := v.Current(); s != nil {
						if s.N < seen {
							t.Errorf("%d after %d", s.N, seen)
						}
						if seen = s.N; seen == last {
							return
						}
					}
					<-changed
				}
			})
			readers.Go(func() {
				if s, err := v.WaitSeq(t.Context(), last); err != nil || s.Seq < last {
					t.Errorf("%v, %v", s, err)
				}
			})
		}
		for n := range uint64(last) {
			v.Publish(&Snapshot{N: n + 1, Seq: n + 1})
		}
		readers.Wait()
	}
}

// Any number of readers may query one snapshot.
func TestQueryRace(t *testing.T) {
	snap := shelf()
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for _, q := range []Query{{}, {Q: "ㅊㅊㅁ"}, {Sort: SortName, Limit: 1}} {
				if _, err := snap.Query(q); err != nil {
					t.Error(err)
				}
			}
		})
	}
	readers.Wait()
}
