package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"onair/broker"
	"onair/broker/brokertest"
	"onair/live"
	"onair/view"
	"onair/view/viewtest"
)

// BenchmarkBrokerToView times a fresh node on a real log of 4,000 broadcasts: fetch, decode, fold, commit and snapshots,
// beside a consumer that only decodes and acks the same pages. It prints both in observations a second and the ratio;
// the two take turns in every iteration, so that a busy machine slows both.
func BenchmarkBrokerToView(b *testing.B) {
	f := brokertest.New(b)
	edge, _ := f.Worker("w1")
	js, err := jetstream.New(f.Conn)
	if err != nil {
		b.Fatal(err)
	}
	evening := viewtest.NewEvening(1, 4000, 60)
	fences := map[live.Platform]uint64{}
	pages, observations := 0, 0
	for range 15 {
		for _, p := range evening.Pass() {
			body, err := live.EncodePage(p)
			if err != nil {
				b.Fatal(err)
			}
			pages++
			observations += len(p.Observations)
			lane := live.Lane{Platform: p.Platform, Worker: "w1", Epoch: "e1", Name: live.LaneLive}
			if fences[p.Platform], err = edge.Publish(b.Context(), lane, live.Entry{Key: uint64(pages), Body: body}, fences[p.Platform]); err != nil {
				b.Fatal(err)
			}
		}
	}
	info, err := f.Broker.Info(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	var bare, whole time.Duration
	n := 0
	for b.Loop() {
		n++
		start := time.Now()
		decodeAndAck(b, js, pages)
		bare += time.Since(start)
		start = time.Now()
		foldAll(b, f.Broker, filepath.Join(b.TempDir(), fmt.Sprint(n, ".db")), info.LastSeq)
		whole += time.Since(start)
	}
	per := func(d time.Duration) float64 { return float64(observations*n) / d.Seconds() }
	b.ReportMetric(per(whole), "obs/s")
	b.ReportMetric(per(bare), "bare-obs/s")
	b.ReportMetric(per(whole)/per(bare), "ratio")
}

func decodeAndAck(b *testing.B, js jetstream.JetStream, pages int) {
	c, err := js.CreateConsumer(b.Context(), broker.StreamPages, jetstream.ConsumerConfig{AckPolicy: jetstream.AckExplicitPolicy})
	if err != nil {
		b.Fatal(err)
	}
	for got := 0; got < pages; {
		batch, err := c.Fetch(min(500, pages-got))
		if err != nil {
			b.Fatal(err)
		}
		for m := range batch.Messages() {
			if _, err := live.DecodePage(m.Data()); err != nil {
				b.Fatal(err)
			}
			if err := m.Ack(); err != nil {
				b.Fatal(err)
			}
			got++
		}
		if batch.Error() != nil {
			b.Fatal(batch.Error())
		}
	}
}

func foldAll(b *testing.B, from *broker.Broker, path string, last uint64) {
	store, err := view.Open(path, view.StoreOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	v := &view.View{}
	follower := view.NewFollower(view.FollowerConfig{Log: pageLog{Broker: from}, Facts: from.Facts(), Store: store, View: v, Infos: viewtest.Infos()})
	ctx, cancel := context.WithCancel(b.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := follower.Run(ctx); err != nil {
			b.Error(err)
		}
	})
	defer wg.Wait()
	defer cancel()
	for {
		changed := v.Changed()
		if s := v.Current(); s != nil && s.Position >= last {
			return
		}
		<-changed
	}
}
