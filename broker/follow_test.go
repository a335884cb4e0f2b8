package broker_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"onair/broker"
	"onair/broker/brokertest"
	"onair/live"
)

var epoch = broker.Epoch{Created: time.Date(2026, 11, 1, 0, 0, 0, 5, time.UTC), Rev: 7}

func TestFollowFillsMessages(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	e, _ := f.Worker("w1")
	at := time.Date(2026, 11, 23, 3, 0, 0, 123456789, time.UTC)
	en := entry(5)
	en.At = at
	if _, err := e.Publish(t.Context(), lane("w1"), en, 0); err != nil {
		t.Fatal(err)
	}
	if err := f.Broker.Tick(t.Context(), at.Add(time.Second), epoch); err != nil {
		t.Fatal(err)
	}
	if err := f.Broker.Tick(t.Context(), time.Time{}, epoch); err != nil {
		t.Fatal(err)
	}
	fo := follow(t, f.Broker, 1)
	got := []live.Message{fo.next(t), fo.next(t), fo.next(t)}
	for i := range got {
		if d := time.Since(got[i].Time); d < 0 || d > time.Minute {
			t.Errorf("message %d at %v", i, got[i].Time)
		}
		got[i].Time = time.Time{}
	}
	want := []live.Message{
		{Seq: 1, Lane: lane("w1"), Age: 5 * time.Millisecond, At: at, Body: []byte("page 5")},
		{Seq: 2, Tick: true, At: at.Add(time.Second)},
		{Seq: 3, Tick: true},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	fo.stop()
	wantErr(t, fo.end(t), context.Canceled)
}

// What cannot be read keeps its place, without a body: every node's position moves alike.
func TestFollowKeepsThePlaceOfStrangeMessages(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	js := jet(t, f.Conn)
	strange := []struct {
		subject string
		header  nats.Header
	}{
		{"obs.chzzk.w1.e1.live", nil},                                                                                  // no age
		{"obs.chzzk.w1.e1.live", nats.Header{broker.HeaderAge: {"-1"}}},                                                //
		{"obs.chzzk.w1.e1.live", nats.Header{broker.HeaderAge: {"9999999999999"}}},                                     // years
		{"obs.chzzk.w1.e1.live", nats.Header{broker.HeaderAge: {"1s"}}},                                                //
		{"obs.chzzk.w1.e1.live", nats.Header{broker.HeaderAge: {"1"}, broker.HeaderAt: {"noon"}}},                      //
		{"obs.chzzk.w1.e1.other", nats.Header{broker.HeaderAge: {"1"}}},                                                // no such lane
		{"obs.CHZZK.w1.e1.live", nats.Header{broker.HeaderAge: {"1"}}},                                                 // no platform
		{"obs.chzzk.w$1.e1.live", nats.Header{broker.HeaderAge: {"1"}}},                                                // no worker
		{broker.SubjectTick, nats.Header{broker.HeaderAt: {"noon"}}},                                                   // no tick
		{"obs.chzzk.w1.e1.live", nats.Header{broker.HeaderAge: {"1"}, "Onair-Platform": {"soop"}, "Onair-Key": {"x"}}}, // fine
	}
	for _, s := range strange {
		if _, err := js.PublishMsg(t.Context(), &nats.Msg{Subject: s.subject, Header: s.header, Data: []byte("body")}); err != nil {
			t.Fatal(err)
		}
	}
	fo := follow(t, f.Broker, 1)
	for i := range strange {
		m := fo.next(t)
		if m.Seq != uint64(i)+1 {
			t.Fatalf("sequence %d, want %d", m.Seq, i+1)
		}
		if last := i == len(strange)-1; last != (m.Lane == lane("w1")) || last != (m.Body != nil) || m.Tick {
			t.Errorf("%s %v was read as %+v", strange[i].subject, strange[i].header, m)
		}
	}
}

func TestFollowOverARestart(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	e, _ := f.Worker("w1")
	fo := follow(t, f.Broker, 0)
	fence := mustPublish(t, e, lane("w1"), 1, 20, 0)
	for i := range uint64(20) {
		if m := fo.next(t); m.Seq != i+1 {
			t.Fatalf("sequence %d, want %d", m.Seq, i+1)
		}
	}
	for round := range uint64(3) {
		if err := f.Server.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the worker is back", func() bool {
			_, _, err := e.Last(t.Context(), lane("w1"))
			return err == nil
		})
		start := time.Now()
		fence = mustPublish(t, e, lane("w1"), 21+round*20, 40+round*20, fence)
		for i := range uint64(20) {
			if m, want := fo.next(t), 21+round*20+i; m.Seq != want || string(m.Body) != string(entry(want).Body) {
				t.Fatalf("sequence %d %q, want %d", m.Seq, m.Body, want)
			}
		}
		t.Logf("20 messages after restart %d in %v", round+1, time.Since(start))
	}
}

func TestFollowFromTheMiddleAndTheEnd(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	e, _ := f.Worker("w1")
	fence := mustPublish(t, e, lane("w1"), 1, 10, 0)
	if m := follow(t, f.Broker, 7).next(t); m.Seq != 7 {
		t.Errorf("sequence %d, want 7", m.Seq)
	}
	fo := follow(t, f.Broker, 11)
	mustPublish(t, e, lane("w1"), 11, 11, fence)
	if m := fo.next(t); m.Seq != 11 {
		t.Errorf("sequence %d, want 11", m.Seq)
	}
	// Beyond the end a consumer would wait for ever.
	wantErr(t, follow(t, f.Broker, 13).end(t), broker.ErrLineage)
}

func TestFollowReturnsTheCallersError(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	e, _ := f.Worker("w1")
	mustPublish(t, e, lane("w1"), 1, 5, 0)
	stop := errors.New("stop here")
	var seen []uint64
	err := f.Broker.Follow(t.Context(), 1, func(m live.Message) error {
		seen = append(seen, m.Seq)
		if m.Seq == 3 {
			return stop
		}
		return nil
	})
	if err != stop || len(seen) != 3 { //nolint:errorlint // the very error
		t.Errorf("%v after %v, want %v after 1 2 3", err, seen, stop)
	}
}

func TestFollowReportsGaps(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	e, _ := f.Worker("w1")
	fence := mustPublish(t, e, lane("w1"), 1, 10, 0)
	purge(t, f, broker.StreamPages, jetstream.WithPurgeSequence(6))

	err := follow(t, f.Broker, 3).end(t)
	wantErr(t, err, broker.ErrGap)
	var gap *broker.GapError
	if !errors.As(err, &gap) || gap.From != 3 || gap.Next != 6 {
		t.Errorf("%v, want from 3 next 6", err)
	}
	if m := follow(t, f.Broker, 6).next(t); m.Seq != 6 {
		t.Errorf("sequence %d, want 6", m.Seq)
	}
	if m := follow(t, f.Broker, 0).next(t); m.Seq != 6 {
		t.Errorf("the first message is %d, want 6", m.Seq)
	}

	// The head moves past a slow reader while it follows.
	slow, moved := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- f.Broker.Follow(t.Context(), 6, func(m live.Message) error {
			if m.Seq == 10 {
				close(slow)
				<-moved
			}
			return nil
		})
	}()
	<-slow
	if err := f.Server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the worker is back", func() bool { _, _, err := e.Last(t.Context(), lane("w1")); return err == nil })
	mustPublish(t, e, lane("w1"), 11, 20, fence)
	purge(t, f, broker.StreamPages, jetstream.WithPurgeSequence(15))
	close(moved)
	select {
	case err := <-done:
		if !errors.As(err, &gap) || gap.From != 11 || gap.Next != 15 {
			t.Errorf("%v, want a gap from 11 next 15", err)
		}
	case <-time.After(patience):
		t.Fatal("follow goes on")
	}
}

func TestFollowReportsAGapAtTheBoundOfTheLog(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t, broker.Options{MaxBytes: 64 << 10})
	e, _ := f.Worker("w1")
	fence := uint64(0)
	for k := range uint64(40) {
		en := entry(k + 1)
		en.Body = make([]byte, 8<<10)
		var err error
		if fence, err = e.Publish(t.Context(), lane("w1"), en, fence); err != nil {
			t.Fatal(err)
		}
	}
	wantErr(t, follow(t, f.Broker, 1).end(t), broker.ErrGap)
	i, err := f.Broker.Info(t.Context())
	if err != nil || i.FirstSeq < 30 || i.LastSeq != 40 {
		t.Fatalf("log is %+v, %v", i, err)
	}
}

func TestFollowReportsAnotherLog(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	e, _ := f.Worker("w1")
	mustPublish(t, e, lane("w1"), 1, 3, 0)
	fo := follow(t, f.Broker, 1)
	for range 3 {
		fo.next(t)
	}
	before := info(t, f, broker.StreamPages).Created
	if err := jet(t, f.Conn).DeleteStream(t.Context(), broker.StreamPages); err != nil {
		t.Fatal(err)
	}
	wantErr(t, fo.end(t), broker.ErrLineage)

	var b *broker.Broker
	eventually(t, "a new log", func() bool { // creating right after deleting may be refused
		var err error
		b, err = broker.Open(t.Context(), f.Conn, broker.Options{})
		return err == nil
	})
	mustPublish(t, e, lane("w1"), 1, 3, 0)
	wantErr(t, follow(t, f.Broker, 1).end(t), broker.ErrLineage) // what Info said is no longer true
	i, err := f.Broker.Info(t.Context())
	if err != nil || !i.Created.After(before) {
		t.Fatalf("info %+v, %v", i, err)
	}
	for _, b := range []*broker.Broker{b, f.Broker} {
		if m := follow(t, b, 1).next(t); m.Seq != 1 {
			t.Errorf("sequence %d", m.Seq)
		}
	}
}

// A consumer that the server forgets to serve is replaced: here it is paused behind the reader's back.
func TestFollowReplacesAStalledConsumer(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t, broker.Hasty(broker.Options{}, 10*time.Second, 200*time.Millisecond))
	e, _ := f.Worker("w1")
	fence := mustPublish(t, e, lane("w1"), 1, 1, 0)
	fo := follow(t, f.Broker, 1)
	fo.next(t)
	js := jet(t, f.Conn)
	names := stream(t, f, broker.StreamPages).ConsumerNames(t.Context())
	n := 0
	for name := range names.Name() {
		n++
		if _, err := js.PauseConsumer(t.Context(), broker.StreamPages, name, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if n != 1 {
		t.Fatalf("%d consumers", n)
	}
	mustPublish(t, e, lane("w1"), 2, 2, fence)
	if m := fo.next(t); m.Seq != 2 {
		t.Errorf("sequence %d, want 2", m.Seq)
	}
}
