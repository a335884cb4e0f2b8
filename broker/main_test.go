package broker_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onair/broker"
	"onair/live"
)

func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "8") // a lease that runs out is waited for
	goleak.VerifyTestMain(m)
}

// patience is how long a test waits for something that should be there at once, on a machine that others use too.
const patience = 60 * time.Second

func lane(worker string) live.Lane {
	return live.Lane{Platform: "chzzk", Worker: worker, Epoch: "e1", Name: live.LaneLive}
}

func entry(key uint64) live.Entry {
	return live.Entry{Key: key, Body: fmt.Appendf(nil, "page %d", key), Age: time.Duration(key) * time.Millisecond}
}

func job(key string) live.Job {
	return live.Job{ID: "id-" + key, Platform: "chzzk", Class: live.ClassPlain, Region: live.RegionAny, Key: key, Kind: live.KindList, Pages: 3, NotAfter: time.Unix(2e9, 0).UTC()}
}

// mustPublish publishes keys first to last from fence on and returns the next fence.
func mustPublish(t testing.TB, e *broker.Edge, l live.Lane, first, last, fence uint64) uint64 {
	t.Helper()
	for k := first; k <= last; k++ {
		seq, err := e.Publish(t.Context(), l, entry(k), fence)
		if err != nil {
			t.Fatal(err)
		}
		fence = seq
	}
	return fence
}

func wantErr(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
}

// eventually polls until cond holds.
func eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !cond(); {
		if time.Now().After(end) {
			t.Fatalf("not in %v: %s", patience, what)
		}
		time.Sleep(2 * time.Millisecond) // between polls, not instead of them
	}
}

// following runs Follow in the background; msgs has room for all that a test sends.
type following struct {
	msgs chan live.Message
	done chan error
	stop context.CancelFunc
}

func follow(t testing.TB, b *broker.Broker, from uint64) *following {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	f := &following{msgs: make(chan live.Message, 10_000), done: make(chan error, 1), stop: cancel}
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		f.done <- b.Follow(ctx, from, func(m live.Message) error { f.msgs <- m; return nil })
	}()
	t.Cleanup(func() { cancel(); <-finished })
	return f
}

func (f *following) next(t testing.TB) live.Message {
	t.Helper()
	select {
	case m := <-f.msgs:
		return m
	case err := <-f.done:
		t.Fatalf("follow ended: %v", err)
	case <-time.After(patience):
		t.Fatal("no message")
	}
	return live.Message{}
}

func (f *following) end(t testing.TB) error {
	t.Helper()
	select {
	case err := <-f.done:
		return err
	case <-time.After(patience):
		t.Fatal("follow goes on")
	}
	return nil
}
