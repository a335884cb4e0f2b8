package view

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onair/aggregator"
	"onair/live"
	"onair/view/viewtest"
)

func pointAt(id, channel string, second int, viewers live.Viewers) aggregator.Point {
	return aggregator.Point{
		ID: live.BroadcastID{Platform: "soop", ID: id}, Channel: channel,
		At: viewtest.Noon.Add(time.Duration(second) * time.Second), Viewers: viewers,
	}
}

func mustPut(tb testing.TB, st *Store, now int, points ...aggregator.Point) {
	tb.Helper()
	err := st.Commit(Batch{Lineage: testLineage, LogTime: viewtest.Noon.Add(time.Duration(now) * time.Second), Points: points})
	if err != nil {
		tb.Fatal(err)
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	st := mustOpen(t, filepath.Join(t.TempDir(), "view.db"))
	mustPut(t, st, 300, pointAt("1", "c", 10, 5), pointAt("1", "c", 250, 9), pointAt("2", "c", 70, 50), pointAt("3", "cc", 70, 7))
	mustPut(t, st, 4000, pointAt("1", "c", 30, 6), pointAt("1", "c", 3900, 11)) // late, the same minute, newer
	mustPut(t, st, 4000, pointAt("1", "c", 20, 1), pointAt("1", "c", 130, 8))   // late: an older one, and a hole
	want := []aggregator.Point{pointAt("1", "c", 30, 6), pointAt("1", "c", 130, 8), pointAt("1", "c", 250, 9), pointAt("1", "c", 3900, 11)}
	got, err := st.History(live.BroadcastID{Platform: "soop", ID: "1"}, time.Time{})
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
	got, err = st.History(live.BroadcastID{Platform: "soop", ID: "1"}, viewtest.Noon.Add(250*time.Second))
	if d := cmp.Diff(want[2:], got); d != "" || err != nil {
		t.Error(d, err)
	}
	want = []aggregator.Point{want[0], pointAt("2", "c", 70, 50), want[1], want[2], want[3]}
	got, err = st.ChannelHistory(live.ChannelID{Platform: "soop", ID: "c"}, time.Time{})
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
	if got, err := st.History(live.BroadcastID{Platform: "soop", ID: "9"}, time.Time{}); len(got) != 0 || err != nil {
		t.Error(got, err)
	}
}

func TestHistoryIsPruned(t *testing.T) {
	t.Parallel()
	st := mustOpen(t, filepath.Join(t.TempDir(), "view.db"))
	id := live.BroadcastID{Platform: "soop", ID: "1"}
	for h := range 60 {
		mustPut(t, st, h*3600, pointAt("1", "c", h*3600, live.Viewers(h)))
	}
	mustPut(t, st, 59*3600, pointAt("1", "c", 0, 99)) // too late
	got, err := st.History(id, time.Time{})
	if err != nil || len(got) != historyHours+1 || got[0].Viewers != 59-historyHours {
		t.Error(len(got), got[0], err)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	st, err := Open(filepath.Join(t.TempDir(), "view.db"), StoreOptions{HistoryBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	n := 0
	for h := range 12 {
		for range 4 {
			var points []aggregator.Point
			for range 1000 {
				n++
				points = append(points, pointAt(fmt.Sprint(n), fmt.Sprint("c", n), h*3600, 1))
			}
			mustPut(t, st, h*3600, points...)
		}
	}
	if size := fileSize(t, st); size > 4<<20 {
		t.Errorf("%d bytes", size)
	}
	if got, err := st.History(live.BroadcastID{Platform: "soop", ID: fmt.Sprint(n - 3500)}, time.Time{}); len(got) != 1 || err != nil {
		t.Error("the newest hour has room", got, err, st.HistoryDropped())
	}
	for range 40 { // one hour alone is too much
		var points []aggregator.Point
		for range 1000 {
			n++
			points = append(points, pointAt(fmt.Sprint(n), fmt.Sprint("c", n), 12*3600, 1))
		}
		mustPut(t, st, 12*3600, points...)
	}
	if size := fileSize(t, st); size > 6<<20 || st.HistoryDropped() == 0 {
		t.Errorf("%d bytes, %d dropped", size, st.HistoryDropped())
	}
}

func TestHistoryOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "view.db")
	st := mustOpen(t, path)
	st.db.NoSync = true
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		id := fmt.Sprint("b", run)
		model := map[int]aggregator.Point{}
		seconds := rapid.SliceOfNDistinct(rapid.IntRange(0, 7200), 1, 40, rapid.ID[int]).Draw(t, "seconds")
		var points []aggregator.Point
		for i, s := range seconds {
			p := pointAt(id, "c"+id, s, live.Viewers(i))
			points = append(points, p)
			if have, ok := model[s/60]; !ok || p.At.After(have.At) {
				model[s/60] = p
			}
		}
		for len(points) > 0 {
			n := rapid.IntRange(1, len(points)).Draw(t, "batch")
			if err := st.Commit(Batch{Lineage: testLineage, LogTime: viewtest.Noon.Add(2 * time.Hour), Points: points[:n]}); err != nil {
				t.Fatal(err)
			}
			points = points[n:]
		}
		got, err := st.History(live.BroadcastID{Platform: "soop", ID: id}, time.Time{})
		if err != nil || len(got) != len(model) {
			t.Fatal(len(got), len(model), err)
		}
		for _, p := range got {
			if model[int(p.At.Sub(viewtest.Noon)/time.Minute)] != p {
				t.Fatal(p)
			}
		}
	})
}

func TestAside(t *testing.T) {
	t.Parallel()
	st := mustOpen(t, filepath.Join(t.TempDir(), "view.db"))
	for i := range 12 {
		var pages []AsidePage
		for j := range 100 {
			pages = append(pages, AsidePage{Seq: uint64(100*i + j), Error: "broken", Raw: make([]byte, 1+maxAsideRaw*((j+1)%100/99))})
		}
		if err := st.Commit(Batch{Lineage: testLineage, Aside: pages}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := st.Aside(10_000)
	if err != nil || len(got) != maxAside || got[0].Seq != 1199 || got[maxAside-1].Seq != 200 || len(got[1].Raw) != maxAsideRaw {
		t.Error(len(got), err)
	}
	if st.meta.AsideTotal != 1200 || st.meta.AsideKept != maxAside {
		t.Errorf("%+v", st.meta)
	}
}

func fileSize(tb testing.TB, st *Store) int64 {
	tb.Helper()
	info, err := os.Stat(st.path)
	if err != nil {
		tb.Fatal(err)
	}
	return info.Size()
}
