package view

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"
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

// pastAt is what the points are when they come at a log time.
func pastAt(now time.Time, points []aggregator.Point) (past Past) {
	for _, p := range points {
		if coarse(p.At.Unix()/3600, now) {
			past.Late = append(past.Late, p)
		} else {
			past.Points = append(past.Points, p)
		}
	}
	return past
}

func mustPut(tb testing.TB, st *Store, now int, points ...aggregator.Point) {
	tb.Helper()
	at := viewtest.Noon.Add(time.Duration(now) * time.Second)
	if err := st.Commit(Batch{Lineage: testLineage, LogTime: at, Past: pastAt(at, points)}); err != nil {
		tb.Fatal(err)
	}
}

// seen is a series as a test writes it: second after noon, count, peak, minutes of the step.
type seen struct {
	ID     string
	Second int
	Viewers, Peak,
	Minutes int
}

func seenOf(points []HistoryPoint) (list []seen) {
	for _, p := range points {
		list = append(list, seen{p.ID.ID, int(p.At.Sub(viewtest.Noon) / time.Second), int(p.Viewers), int(p.Peak), int(p.Step / time.Minute)})
	}
	return list
}

func TestHistory(t *testing.T) {
	t.Parallel()
	st := mustOpen(t, filepath.Join(t.TempDir(), "view.db"))
	mustPut(t, st, 300, pointAt("1", "c", 10, 5), pointAt("1", "c", 250, 9), pointAt("2", "c", 70, 50), pointAt("3", "cc", 70, 7))
	mustPut(t, st, 4000, pointAt("1", "c", 30, 6), pointAt("1", "c", 3900, 11)) // late, the same minute, newer
	mustPut(t, st, 4000, pointAt("1", "c", 20, 1), pointAt("1", "c", 130, 8))   // late: an older one, and a hole
	one := live.BroadcastID{Platform: "soop", ID: "1"}
	want := []seen{{"1", 30, 6, 6, 1}, {"1", 130, 8, 8, 1}, {"1", 250, 9, 9, 1}, {"1", 3900, 11, 11, 1}}
	got, err := st.History(one, time.Time{})
	if d := cmp.Diff(want, seenOf(got)); d != "" || err != nil {
		t.Error(d, err)
	}
	got, err = st.History(one, viewtest.Noon.Add(250*time.Second))
	if d := cmp.Diff(want[2:], seenOf(got)); d != "" || err != nil {
		t.Error(d, err)
	}
	got, err = st.ChannelHistory(live.ChannelID{Platform: "soop", ID: "c"}, time.Time{})
	if d := cmp.Diff([]seen{want[0], {"2", 70, 50, 50, 1}, want[1], want[2], want[3]}, seenOf(got)); d != "" || err != nil {
		t.Error(d, err)
	}
	if got, err := st.History(live.BroadcastID{Platform: "soop", ID: "9"}, time.Time{}); len(got) != 0 || err != nil {
		t.Error(got, err)
	}

	// Three hours later the first hour is told in steps: the last count of ten minutes and the highest.
	mustPut(t, st, 3*3600, pointAt("1", "c", 3*3600, 4))
	steps := []seen{{"1", 250, 9, 9, 10}, want[3], {"1", 3 * 3600, 4, 4, 1}}
	got, err = st.History(one, time.Time{})
	if d := cmp.Diff(steps, seenOf(got)); d != "" || err != nil {
		t.Error(d, err)
	}
	// What comes later still finds its step: in a hole, before and after the last count; a new broadcast too.
	mustPut(t, st, 3*3600, pointAt("1", "c", 200, 90), pointAt("1", "c", 599, 3), pointAt("1", "c", 20, 1000), pointAt("4", "c", 1500, 2))
	steps = []seen{{"1", 599, 3, 1000, 10}, {"4", 1500, 2, 2, 10}, want[3], {"1", 3 * 3600, 4, 4, 1}}
	got, err = st.ChannelHistory(live.ChannelID{Platform: "soop", ID: "c"}, viewtest.Noon.Add(251*time.Second))
	if d := cmp.Diff(steps, seenOf(got)); d != "" || err != nil {
		t.Error(d, err)
	}
	// Its minutes count once each: 0 (6, not 1000), 2 (8), 3 (90), 4 (9), 9 (3).
	err = st.read(func(tx *bbolt.Tx) error {
		key := broadcastKey(one)
		_, steps, ok := unpackDay(key, tx.Bucket(bucketDays).Bucket(timeKey(dayOf(viewtest.Noon))).Get(key))
		if !ok || len(steps) != 1 || steps[0].minutes() != 5 || steps[0].sum != 6+8+90+9+3 {
			t.Errorf("%+v", steps)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestHistoryIsPruned(t *testing.T) {
	t.Parallel()
	st := mustOpen(t, filepath.Join(t.TempDir(), "view.db"))
	st.db.NoSync = true
	id := live.BroadcastID{Platform: "soop", ID: "1"}
	const last = 40 * 24
	for h := range last + 1 {
		mustPut(t, st, h*3600, pointAt("1", "c", h*3600, live.Viewers(h)))
	}
	mustPut(t, st, last*3600, pointAt("1", "c", 0, 99)) // too late
	got, err := st.History(id, time.Time{})
	// Noon at Korea's noon: the oldest day that is kept begins 12 hours before that hour, 30 days ago.
	first := last - historyDays*24 - 12
	if err != nil || len(got) != last-first+1 || got[0].Viewers != live.Viewers(first) || got[0].Step != Step || got[len(got)-1].Step != Minute {
		t.Error(len(got), got[0], err)
	}
	if n := len(got) - slices.IndexFunc(got, func(p HistoryPoint) bool { return p.Step == Minute }); n != minuteHours+1 {
		t.Errorf("%d hours of minutes", n)
	}
}

// TestHistoryTakesOldHours: a file of the version that kept 48 hours of minutes is turned into steps, an hour a commit.
func TestHistoryTakesOldHours(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "view.db")
	st := mustOpen(t, path)
	err := st.db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{bucketDays, bucketTotals} { // it had neither
			if err := tx.DeleteBucket(name); err != nil {
				return err
			}
		}
		for h := range 48 {
			hour := viewtest.Noon.Unix()/3600 + int64(h)
			bucket, err := tx.Bucket(bucketHistory).CreateBucket(timeKey(hour))
			if err != nil {
				return err
			}
			id := live.BroadcastID{Platform: "soop", ID: "1"}
			if err := putIndex(bucket, id, "c"); err != nil {
				return err
			}
			key := broadcastKey(id)
			if err := bucket.Put(key, packHour(key, "c", []historyPoint{{0, 1}, {60, int32(h)}})); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	st = mustOpen(t, path)
	for i := range 50 {
		got, err := st.ChannelHistory(live.ChannelID{Platform: "soop", ID: "c"}, time.Time{})
		steps := 0
		for _, p := range got {
			if p.Step == Step {
				steps++
			}
		}
		if want := min(i, 45); err != nil || steps != want || len(got) != want+2*(48-want) {
			t.Fatalf("commit %d: %d points, %d of them steps: %v", i, len(got), steps, err)
		}
		mustPut(t, st, 47*3600)
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

// TestHistoryOrderDoesNotMatter: what messages bring makes the same history whatever the node commits together, also
// while hours turn into steps and pages come late.
func TestHistoryOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		type arrival struct{ now, second int }
		var all []arrival
		now := 0
		for range rapid.IntRange(1, 60).Draw(t, "messages") {
			now += rapid.IntRange(0, 900).Draw(t, "pause")
			all = append(all, arrival{now, max(0, now-rapid.IntRange(0, 5*3600).Draw(t, "age"))})
		}
		var want []HistoryPoint
		for run := range 2 {
			dir, err := os.MkdirTemp("", "history")
			if err != nil {
				t.Fatal(err)
			}
			st, err := Open(filepath.Join(dir, "view.db"), StoreOptions{})
			if err != nil {
				t.Fatal(err)
			}
			st.db.NoSync = true
			for lo := 0; lo < len(all); {
				hi := lo + 1
				if run == 1 {
					hi = rapid.IntRange(lo+1, len(all)).Draw(t, "batch")
				}
				var b Batch
				for i, a := range all[lo:hi] {
					b.Lineage, b.LogTime = testLineage, viewtest.Noon.Add(time.Duration(a.now)*time.Second)
					past := pastAt(b.LogTime, []aggregator.Point{pointAt("1", "c", a.second, live.Viewers(lo+i))})
					b.Points, b.Late = append(b.Points, past.Points...), append(b.Late, past.Late...)
				}
				if err := st.Commit(b); err != nil {
					t.Fatal(err)
				}
				lo = hi
			}
			for range 8 { // hours roll one a commit
				if err := st.Commit(Batch{Lineage: testLineage, LogTime: viewtest.Noon.Add(time.Duration(now) * time.Second)}); err != nil {
					t.Fatal(err)
				}
			}
			got, err := st.History(live.BroadcastID{Platform: "soop", ID: "1"}, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(st.Close(), os.RemoveAll(dir)); err != nil {
				t.Fatal(err)
			}
			if run == 0 {
				want = got
			} else if d := cmp.Diff(want, got); d != "" {
				t.Fatal(d)
			}
		}
	})
}

// TestMinutesAgainstModel: of each minute the last count is kept, in whatever order they come.
func TestMinutesAgainstModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var points []historyPoint
		model := map[uint16]historyPoint{}
		for i, s := range rapid.SliceOfNDistinct(rapid.Uint16Range(0, 3599), 1, 40, rapid.ID[uint16]).Draw(t, "seconds") {
			p := historyPoint{s, int32(i)}
			points = addPoint(points, p)
			if have, ok := model[s/60]; !ok || s > have.second {
				model[s/60] = p
			}
		}
		if len(points) != len(model) || !slices.IsSortedFunc(points, func(a, b historyPoint) int { return int(a.second) - int(b.second) }) {
			t.Fatal(points)
		}
		for _, p := range points {
			if model[p.second/60] != p {
				t.Fatal(p)
			}
		}
	})
}

// TestStepsSurviveTheFile: what is packed is read again, and nothing else is.
func TestStepsSurviveTheFile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var steps []dayStep
		for _, second := range rapid.SliceOfN(rapid.IntRange(0, 24*3600-1), 0, 80).Draw(t, "seconds") {
			steps = addStep(steps, second, rapid.Int32Range(0, 2_000_000_000).Draw(t, "viewers"))
		}
		if !slices.IsSortedFunc(steps, func(a, b dayStep) int { return int(a.n) - int(b.n) }) {
			t.Fatal(steps)
		}
		for _, s := range steps {
			if s.last > s.peak || s.sum > s.minutes()*int64(s.peak) || s.minutes() < 1 {
				t.Fatal(s)
			}
		}
		key := []byte("b/soop:1")
		packed := packDay(key, "채널", steps)
		channel, got, ok := unpackDay(key, packed)
		if !ok || channel != "채널" || !slices.Equal(steps, got) {
			t.Fatal(ok, channel, got)
		}
		if _, _, ok := unpackDay([]byte("b/soop:2"), packed); ok {
			t.Fatal("another broadcast's value was read")
		}
		unpackSteps(nil, rapid.SliceOf(rapid.Byte()).Draw(t, "noise")) // does not panic
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
