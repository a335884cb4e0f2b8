package view

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"onair/aggregator"
	"onair/live"
	"onair/view/viewtest"
)

// fillDays writes days of broadcasts of four hours each, so many on air at any time, seen every other minute, and their
// totals.
func fillDays(tb testing.TB, st *Store, days, onAir int) {
	tb.Helper()
	last := dayOf(midnight)
	for n := range int64(days) {
		day := last - n
		err := st.db.Update(func(tx *bbolt.Tx) error {
			bucket, err := dayBucket(tx, day)
			if err != nil {
				return err
			}
			for i := range onAir * 6 {
				id := live.BroadcastID{Platform: viewtest.Platforms[i%4], ID: fmt.Sprintf("%d%07d", day, i)}
				channel := fmt.Sprintf("channel-of-thirty-two-chars-%05d", i%(onAir*3))
				var steps []dayStep
				for m := 0; m < 240; m += 2 {
					steps = addStep(steps, (i/onAir*4*60+m)*60%(24*3600), int32(200_000/(i%onAir+1)+m))
				}
				key := broadcastKey(id)
				if err := bucket.Put(key, packDay(key, channel, steps)); err != nil {
					return err
				}
				if err := putIndex(bucket, id, channel); err != nil {
					return err
				}
				key = toldKey(id)
				if err := bucket.Put(key, packTold(key, &Told{Name: fmt.Sprintf("방송인 %d", i), Title: fmt.Sprintf("오늘은 저녁까지 솔랭 %d판 같이 해요", i), Category: "game.league-of-legends"})); err != nil {
					return err
				}
			}
			var list []Total
			for m := range int64(24 * 60) {
				for _, p := range append([]live.Platform{""}, viewtest.Platforms...) {
					list = append(list, Total{p, dayStart(day)/60 + m, 100_000 + m, onAir})
				}
			}
			return putTotals(tx, list, midnight.Add(24*time.Hour))
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
}

// benchDays is how many days there are; a month takes minutes to make.
const benchDays = 7

// BenchmarkDays answers about a day and a week of 4,000 broadcasts on air, from nothing and with the past days
// remembered, and says how large file and memory are.
func BenchmarkDays(b *testing.B) {
	path := filepath.Join(b.TempDir(), "view.db")
	st := mustOpen(b, path)
	st.db.NoSync = true
	fillDays(b, st, benchDays, 4000)
	before := time.Now()
	for minute := range benchDays { // each makes a summary of a past day
		now := midnight.Add(20*time.Hour + time.Duration(minute)*time.Minute)
		if err := st.Commit(Batch{Lineage: testLineage, LogTime: now}); err != nil {
			b.Fatal(err)
		}
	}
	took := time.Since(before) / (benchDays - 1)
	if err := st.db.View(func(tx *bbolt.Tx) error {
		b.Logf("summary of a day: %d KB, made in %v", len(tx.Bucket(bucketDays).Bucket(timeKey(dayOf(midnight)-1)).Get(keySummary))>>10, took)
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	if info, err := os.Stat(path); err == nil {
		b.Logf("file: %d MB", info.Size()>>20)
	}
	s := aggregator.New(false)
	s.Apply(&live.Message{Seq: 1, Time: midnight.Add(20 * time.Hour), Tick: true}, nil)
	snap := Build(s, NewFacts(), BuildOptions{Infos: viewtest.Infos(), Lineage: testLineage})
	for _, days := range []int{1, benchDays} {
		q := DayQuery{Day: dayOf(midnight), Days: days, Sort: ByWatched}
		look := func(b *testing.B, d *Days) {
			r, err := d.Look(context.Background(), snap, q)
			if err != nil || len(r.Creators) != MaxDayRows || len(r.Broadcasts) != MaxDayRows {
				b.Fatal(r, err)
			}
		}
		b.Run(fmt.Sprintf("cold/%dd", days), func(b *testing.B) {
			for b.Loop() {
				look(b, NewDays(st))
			}
		})
		b.Run(fmt.Sprintf("warm/%dd", days), func(b *testing.B) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			d := NewDays(st)
			look(b, d)
			runtime.GC()
			runtime.ReadMemStats(&after)
			for b.Loop() {
				delete(d.held, q.Day) // the present one is read each time
				look(b, d)
			}
			b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/(1<<20), "MB-held")
		})
	}
}

// BenchmarkRollHour turns an hour of 6,000 broadcasts, each seen every minute, into steps.
func BenchmarkRollHour(b *testing.B) {
	st := mustOpen(b, filepath.Join(b.TempDir(), "view.db"))
	st.db.NoSync = true
	hour := 0
	for b.Loop() {
		b.StopTimer()
		for m := range 60 {
			var points []aggregator.Point
			for i := range 6000 {
				points = append(points, pointAt(fmt.Sprint(i), fmt.Sprint("c", i), hour*3600+m*60, live.Viewers(i)))
			}
			now := viewtest.Noon.Add(time.Duration(hour*60+m) * time.Minute)
			if err := st.Commit(Batch{Lineage: testLineage, LogTime: now, Past: Past{Points: points}}); err != nil {
				b.Fatal(err)
			}
		}
		hour++
		b.StartTimer()
		if err := st.db.Update(func(tx *bbolt.Tx) error {
			return st.rollHour(tx, viewtest.Noon.Unix()/3600+int64(hour-1), viewtest.Noon.Add(time.Duration(hour)*time.Hour))
		}); err != nil {
			b.Fatal(err)
		}
	}
}
