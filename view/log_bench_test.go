package view

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"onair/live"
	"onair/view/viewtest"
)

// BenchmarkLogToView takes an evening of 4,000 broadcasts, 60 a page, from the log to the snapshot that shows its end:
// decoding, folding, committing (fsync) and building snapshots on the way. Beside it stands a consumer that only
// decodes the same pages.
func BenchmarkLogToView(b *testing.B) {
	const passes = 30
	messages := viewtest.NewEvening(1, 4000, 60).MustMessages(b, passes)
	const observations = 4000 * passes
	var whole, decoding time.Duration
	for b.Loop() {
		b.StopTimer()
		log := testLog()
		n := mustRun(b, filepath.Join(b.TempDir(), "view.db"), FollowerConfig{Log: log})
		n.at(0)
		b.StartTimer()
		begin := time.Now()
		last := log.Append(messages...)
		s := n.until("of the end", func(s *Snapshot) bool { return s.Position == last })
		whole += time.Since(begin)
		b.StopTimer()
		if len(s.Entries) != 4000 {
			b.Fatal(len(s.Entries))
		}
		b.ReportMetric(float64(s.N), "snapshots")
		if err := n.stop(); err != nil {
			b.Fatal(err)
		}
		begin = time.Now()
		done := errors.New("done")
		err := log.Follow(context.Background(), 1, func(m live.Message) error {
			if _, err := Decode(&m); err != nil {
				return err
			}
			if m.Seq == last {
				return done
			}
			return nil
		})
		if !errors.Is(err, done) {
			b.Fatal(err)
		}
		decoding += time.Since(begin)
		b.StartTimer()
	}
	n := float64(b.N) * observations
	b.ReportMetric(n/whole.Seconds(), "obs/s")
	b.ReportMetric(n/decoding.Seconds(), "decode-obs/s")
	b.ReportMetric(decoding.Seconds()/whole.Seconds(), "ratio")
}
