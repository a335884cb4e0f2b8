package workers

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onair/live"
)

func TestDrainPublishesInOrderAndEmptiesTheOutbox(t *testing.T) {
	x := mustOpen(t, filepath.Join(t.TempDir(), "o.db"), OutboxOptions{})
	log := newFakeLog()
	d := newDrain(log, x, "w1", []live.Platform{"chzzk"}, quiet(), newCounters())
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	var want []string
	for i := range 300 {
		b := string(rune('a'+i%26)) + strings.Repeat("x", i)
		mustPut(t, x, "chzzk", b)
		want = append(want, b)
	}
	eventually(t, func() bool { return x.Stats().Live == 0 })
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := log.bodies(laneOf(x, "chzzk", live.LaneLive)); !slices.Equal(got, want) {
		t.Errorf("%d pages in the log, want %d in order", len(got), len(want))
	}
}

func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("did not come true in a minute")
		}
	}
}

func TestOldPagesGoToTheLateLane(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	path := filepath.Join(t.TempDir(), "o.db")
	o := OutboxOptions{now: func() time.Time { return now }}
	x := mustOpen(t, path, o)
	log := newFakeLog()
	f := testFlow(log, x, "chzzk")
	mustPut(t, x, "chzzk", "first")
	mustDrain(t, f) // the lane is proven
	mustPut(t, x, "chzzk", "slow")
	now = now.Add(3 * time.Minute)
	mustPut(t, x, "chzzk", "quick")
	mustDrain(t, f)
	at := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	if _, err := x.Put("chzzk", []byte("before restart"), at); err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	now = now.Add(-time.Hour) // the machine's clock steps back while the worker is away
	x = mustOpen(t, path, o)
	f = testFlow(log, x, "chzzk")
	mustDrain(t, f)
	if s := x.Stats(); s.Held != 1 { // an attempt of the last run might still arrive
		t.Errorf("after the restart: %+v", s)
	}
	mustPut(t, x, "chzzk", "after restart")
	mustDrain(t, f)
	if got := log.bodies(laneOf(x, "chzzk", live.LaneLive)); !slices.Equal(got, []string{"first", "quick", "after restart"}) {
		t.Errorf("live lane: %q", got)
	}
	late := log.entries(laneOf(x, "chzzk", live.LaneLate))
	if len(late) != 2 || string(late[0].Body) != "slow" || late[0].Age != 3*time.Minute || string(late[1].Body) != "before restart" || late[1].Age != 0 || !late[1].At.Equal(at) {
		t.Errorf("late lane: %+v", late)
	}
}

func TestHeldPagesSettleWithoutFreshOnes(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	path := filepath.Join(t.TempDir(), "o.db")
	o := OutboxOptions{now: func() time.Time { return now }}
	x := mustOpen(t, path, o)
	mustPut(t, x, "soop", "old")
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	x = mustOpen(t, path, o)
	log := newFakeLog()
	f := testFlow(log, x, "soop")
	mustDrain(t, f)
	if d := f.settles(); d != settleAfter || log.publish != 0 {
		t.Errorf("settles in %v after %d attempts", d, log.publish)
	}
	now = now.Add(settleAfter)
	mustDrain(t, f)
	if got := log.bodies(laneOf(x, "soop", live.LaneLate)); !slices.Equal(got, []string{"old"}) {
		t.Errorf("late lane: %q", got)
	}
}

func TestLiveGoesBeforeLate(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	x := mustOpen(t, filepath.Join(t.TempDir(), "o.db"), OutboxOptions{now: func() time.Time { return now }})
	log := newFakeLog()
	f := testFlow(log, x, "chzzk")
	mustPut(t, x, "chzzk", "first")
	mustDrain(t, f)
	for range 30 {
		mustPut(t, x, "chzzk", "backlog")
	}
	now = now.Add(3 * time.Minute)
	mustPut(t, x, "chzzk", "fresh")
	var order []string
	log.seen = func(l live.Lane, e live.Entry) {
		order = append(order, string(e.Body))
		if len(order) == 5 {
			if _, err := x.Put("chzzk", []byte("fresh too"), time.Time{}); err != nil {
				t.Error(err)
			}
		}
	}
	mustDrain(t, f)
	if i := slices.Index(order, "fresh too"); order[0] != "fresh" || i < 0 || i > 4+lateBatch {
		t.Errorf("order: %q", order)
	}
}

func TestUnclearOutcomeIsLookedUp(t *testing.T) {
	for name, first := range map[string]fate{"stored": fateUnheard, "not stored": fateLost} {
		t.Run(name, func(t *testing.T) {
			x := mustOpen(t, filepath.Join(t.TempDir(), "o.db"), OutboxOptions{})
			log := newFakeLog()
			n := 0
			log.fate = func() fate {
				if n++; n == 1 {
					return first
				}
				return fateStored
			}
			mustPut(t, x, "chzzk", "a")
			mustPut(t, x, "chzzk", "b")
			mustDrain(t, testFlow(log, x, "chzzk"))
			if got := log.bodies(laneOf(x, "chzzk", live.LaneLive)); !slices.Equal(got, []string{"a", "b"}) {
				t.Errorf("log holds %q", got)
			}
		})
	}
}

func TestDeniedNamesThePermission(t *testing.T) {
	x := mustOpen(t, filepath.Join(t.TempDir(), "o.db"), OutboxOptions{})
	log := newFakeLog()
	log.fate = func() fate { return fateDenied }
	mustPut(t, x, "chzzk", "a")
	err := newDrain(log, x, "w1", nil, quiet(), newCounters()).Run(t.Context())
	if !errors.Is(err, ErrDenied) || !strings.Contains(err.Error(), `"obs.chzzk"`) {
		t.Errorf("Run: %v", err)
	}
}

// Two machines run with copies of one outbox file.
func TestTwinIsDetected(t *testing.T) {
	dir := t.TempDir()
	x := mustOpen(t, filepath.Join(dir, "a.db"), OutboxOptions{})
	log := newFakeLog()
	mustPut(t, x, "chzzk", "a0")
	a := testFlow(log, x, "chzzk")
	mustDrain(t, a)
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "b.db"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	boxes := []*Outbox{mustOpen(t, filepath.Join(dir, "a.db"), OutboxOptions{}), mustOpen(t, filepath.Join(dir, "b.db"), OutboxOptions{})}
	flows := []*flow{testFlow(log, boxes[0], "chzzk"), testFlow(log, boxes[1], "chzzk")}
	for round := range 20 {
		for i := range flows {
			mustPut(t, boxes[i], "chzzk", "page")
			for {
				more, err := flows[i].step(t.Context())
				if errors.Is(err, ErrTwin) {
					if round > 6 {
						t.Errorf("detected in round %d only", round)
					}
					if !strings.Contains(err.Error(), "w1") {
						t.Errorf("error names nobody: %v", err)
					}
					return
				}
				if err == nil && !more {
					break
				}
			}
		}
	}
	t.Error("two workers with one identity went on for 20 rounds")
}

func TestOldCopyOfAnOutboxIsRefused(t *testing.T) {
	x := mustOpen(t, filepath.Join(t.TempDir(), "o.db"), OutboxOptions{})
	log := newFakeLog()
	if _, err := log.store(laneOf(x, "chzzk", live.LaneLive), live.Entry{Key: 500}, 0); err != nil {
		t.Fatal(err)
	}
	mustPut(t, x, "chzzk", "a")
	err := newDrain(log, x, "w1", nil, quiet(), newCounters()).Run(t.Context())
	if !errors.Is(err, ErrTwin) || !strings.Contains(err.Error(), "500") {
		t.Errorf("Run: %v", err)
	}
}

func TestDrainComesBackWhenPoked(t *testing.T) {
	x := mustOpen(t, filepath.Join(t.TempDir(), "o.db"), OutboxOptions{})
	log := newFakeLog()
	tried := make(chan struct{})
	try := sync.OnceFunc(func() { close(tried) })
	log.away = func() bool { try(); return true }
	mustPut(t, x, "chzzk", "a")
	d := newDrain(log, x, "w1", nil, quiet(), newCounters())
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	<-tried
	log.mu.Lock()
	log.away = nil
	log.mu.Unlock()
	eventually(t, func() bool { d.poke(); return x.Stats().Live == 0 })
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestFreshPagesLeaveAtTheEnd(t *testing.T) {
	x := mustOpen(t, filepath.Join(t.TempDir(), "o.db"), OutboxOptions{})
	log := newFakeLog()
	mustPut(t, x, "chzzk", "last words")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := newDrain(log, x, "w1", nil, quiet(), newCounters()).Run(ctx); err != nil {
		t.Fatal(err)
	}
	if s := x.Stats(); s.Live != 0 {
		t.Errorf("outbox keeps %+v", s)
	}
}
