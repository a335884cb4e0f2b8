package broker_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"onair/broker"
	"onair/broker/brokertest"
	"onair/live"
)

// BenchmarkPublish is what workers can write: each page behind its fence, acknowledged once it is on the disk.
func BenchmarkPublish(b *testing.B) {
	for _, workers := range []int{1, 4, 16} {
		for _, size := range []int{4 << 10, 16 << 10} {
			b.Run(fmt.Sprintf("workers=%d/size=%d", workers, size), func(b *testing.B) {
				f := brokertest.New(b)
				edges := make([]*broker.Edge, workers)
				for i := range edges {
					edges[i], _ = f.Worker(fmt.Sprintf("w%d", i))
				}
				body := make([]byte, size)
				b.ResetTimer()
				var wg sync.WaitGroup
				for i, e := range edges {
					wg.Go(func() {
						fence, l := uint64(0), lane(fmt.Sprintf("w%d", i))
						for k := i; k < b.N; k += workers {
							var err error
							if fence, err = e.Publish(context.Background(), l, live.Entry{Key: uint64(k + 1), Body: body}, fence); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				wg.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
			})
		}
	}
}

// BenchmarkFollow is what a reader that does nothing can read.
func BenchmarkFollow(b *testing.B) {
	f := brokertest.New(b)
	e, _ := f.Worker("w1")
	const pages = 2000
	fence, body := uint64(0), make([]byte, 8<<10)
	for k := range uint64(pages) {
		var err error
		if fence, err = e.Publish(b.Context(), lane("w1"), live.Entry{Key: k + 1, Body: body}, fence); err != nil {
			b.Fatal(err)
		}
	}
	done := errors.New("done")
	n := 0
	b.ResetTimer()
	for n < b.N {
		err := f.Broker.Follow(b.Context(), 1, func(m live.Message) error {
			if n++; n >= b.N || m.Seq == pages {
				return done
			}
			return nil
		})
		if !errors.Is(err, done) {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
}
