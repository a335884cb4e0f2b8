package view

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"onair/aggregator"
	"onair/live"
	"onair/view/viewtest"
)

// TestTotalsAreOfTheMinuteThatEnded folds pages and compares each total with the counts that the pages before the
// minute's end had.
func TestTotalsAreOfTheMinuteThatEnded(t *testing.T) {
	t.Parallel()
	s := aggregator.New(false)
	seq := uint64(0)
	var past Past
	apply := func(second int, rows ...live.Observation) {
		seq++
		at := viewtest.Noon.Add(time.Duration(second) * time.Second)
		m := live.Message{Seq: seq, Time: at, Tick: rows == nil}
		var p *live.Page
		if rows != nil {
			p = &live.Page{Platform: "soop", Kind: live.KindList, Job: "j", Coverage: live.CoverNone, Observations: rows}
			m.Lane = live.Lane{Platform: "soop", Worker: "w", Epoch: "e", Name: live.LaneLive}
		}
		past.take(s, s.Apply(&m, p))
	}
	row := func(id string, viewers live.Viewers) live.Observation {
		return live.Observation{ID: id, Channel: "c" + id, Title: "제목", Viewers: viewers}
	}
	adult := row("4", 1000)
	adult.Adult = true
	apply(0, row("1", 10), row("2", 5), row("3", live.ViewersHidden), adult)
	apply(50, row("1", 12))
	apply(61, row("1", 99)) // ends minute 0, and is of minute 1
	apply(100)
	apply(125)     // a tick ends minute 1
	apply(60 * 30) // a jump of half an hour: nobody saw those minutes
	apply(60*30 + 61)
	minute := viewtest.Noon.Unix() / 60
	want := []Total{
		{"soop", minute, 17, 3}, {"", minute, 17, 3},
		{"soop", minute + 1, 104, 3}, {"", minute + 1, 104, 3},
		{"soop", minute + 30, 104, 3}, {"", minute + 30, 104, 3},
	}
	if d := cmp.Diff(want, past.Totals); d != "" {
		t.Error(d)
	}
	if len(past.Told) != 0 {
		t.Errorf("%+v", past.Told)
	}
	// The hour's end tells what everything was: noon here is an hour's beginning.
	for second := 60*30 + 70; second <= 3640; second += 30 {
		apply(second)
	}
	told := past.Told
	if len(told) != 3 || told[0].ID.ID != "4" || !told[0].Hidden || told[1].ID.ID != "1" || told[1].Title != "제목" || told[1].Hidden || told[1].Day != dayOf(viewtest.Noon) {
		t.Errorf("%+v", told)
	}
}

// TestTotalsAgainstModel: minutes may come again, as after a state was folded anew; each counts once.
func TestTotalsAgainstModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var steps []totalStep
		model := map[int]Total{}
		for _, minute := range rapid.SliceOfN(rapid.IntRange(0, 60), 1, 60).Draw(t, "minutes") {
			x := Total{Viewers: rapid.Int64Range(0, 1e6).Draw(t, "viewers"), Live: minute}
			var changed bool
			steps, changed = addTotal(steps, minute, x)
			if _, had := model[minute]; had == changed {
				t.Fatal("known", had, "changed", changed)
			}
			if _, had := model[minute]; !had {
				model[minute] = x
			}
		}
		for _, s := range steps {
			var sum, peak int64
			last := -1
			for m := int(s.n) * 10; m < int(s.n)*10+10; m++ {
				if x, ok := model[m]; ok {
					sum += x.Viewers
					peak = max(peak, x.Viewers)
					last = m
					if s.known>>(m%10)&1 == 0 {
						t.Fatal("minute", m, "is not known")
					}
				}
			}
			if s.sum != sum || s.peak != peak || s.viewers != model[last].Viewers || s.live != last || model[int(s.n)*10+int(s.peakAt)].Viewers != peak {
				t.Fatalf("%+v: sum %d, peak %d, last %d", s, sum, peak, last)
			}
		}
		key := totalKey('d', 7, "soop")
		if got, ok := unpackTotals(key, packTotals(key, steps)); !ok || !cmp.Equal(got, steps, cmp.AllowUnexported(totalStep{})) {
			t.Fatal(got)
		}
		unpackTotals(key, seal(key, rapid.SliceOf(rapid.Byte()).Draw(t, "noise"))) // does not panic
	})
}

func TestTotalsAreKeptInMinutesAndSteps(t *testing.T) {
	t.Parallel()
	st := mustOpen(t, filepath.Join(t.TempDir(), "view.db"))
	st.db.NoSync = true
	first := viewtest.Noon.Unix() / 60
	const hours = 33 * 24
	for h := range int64(hours) {
		var b Batch
		b.Lineage, b.LogTime = testLineage, viewtest.Noon.Add(time.Duration(h+1)*time.Hour)
		for m := range int64(60) {
			if m%10 == 8 || m%10 != 9 && h >= hours-3 { // all but the last of ten, where minutes are kept
				b.Totals = append(b.Totals, Total{"", first + h*60 + m, m, int(h)}, Total{"soop", first + h*60 + m, m, 1})
			}
		}
		if err := st.Commit(b); err != nil {
			t.Fatal(err)
		}
	}
	now := viewtest.Noon.Add(hours * time.Hour)
	if TotalStep(now.Add(-2*time.Hour), now) != Minute || TotalStep(now.Add(-2*time.Hour-1), now) != Step {
		t.Error("steps")
	}
	got, err := st.Totals("", now.Add(-2*time.Hour), now, Minute)
	if err != nil || len(got) != 2*54 || got[0] != (TotalPoint{now.Add(-2 * time.Hour), 0, hours - 2, 0}) || got[53].Viewers != 58 {
		t.Error(len(got), got[:2], err)
	}
	got, err = st.Totals("soop", time.Unix(0, 0), now, Step)
	// What is left: 30 days before today's, and today's first twelve hours.
	if want := (30*24 + 12) * 6; err != nil || len(got) != want || got[3].Viewers != 38 || got[3].Peak != 38 {
		t.Error(len(got), want, got[:4], err)
	}
	var keys int
	if err := st.read(func(tx *bbolt.Tx) error {
		keys = tx.Bucket(bucketTotals).Stats().KeyN
		return nil
	}); err != nil || keys > 2*(31+minuteHours+1) {
		t.Error(keys, err)
	}
}
