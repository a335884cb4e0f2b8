package broker_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"onair/broker"
	"onair/broker/brokertest"
	"onair/live"
)

func TestFence(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	e, _ := f.Worker("w1")
	l := lane("w1")
	_, _, err := e.Last(t.Context(), l)
	wantErr(t, err, broker.ErrNone)

	fence := mustPublish(t, e, l, 1, 3, 0)
	_, err = e.Publish(t.Context(), l, entry(4), 0)
	wantErr(t, err, broker.ErrFence)
	_, err = e.Publish(t.Context(), l, entry(4), fence-1)
	wantErr(t, err, broker.ErrFence)

	// Each lane has its own fence.
	late := l
	late.Name = live.LaneLate
	mustPublish(t, e, late, 9, 9, 0)
	mustPublish(t, e, l, 4, 4, fence)

	seq, key, err := e.Last(t.Context(), l)
	if err != nil || key != 4 || seq != 5 {
		t.Fatalf("last is %d with key %d, %v; want 5, 4", seq, key, err)
	}
}

func TestFenceOutlivesRestart(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	e, _ := f.Worker("w1")
	fence := mustPublish(t, e, lane("w1"), 1, 5, 0)
	if err := f.Server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	var seq, key uint64
	eventually(t, "last page after the restart", func() bool {
		var err error
		seq, key, err = e.Last(t.Context(), lane("w1"))
		return err == nil
	})
	if seq != fence || key != 5 {
		t.Fatalf("last is %d with key %d, want %d with 5", seq, key, fence)
	}
	_, err := e.Publish(t.Context(), lane("w1"), entry(6), fence-1)
	wantErr(t, err, broker.ErrFence)
	mustPublish(t, e, lane("w1"), 6, 6, fence)
}

func TestFenceZeroAfterAllIsGone(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	e, _ := f.Worker("w1")
	mustPublish(t, e, lane("w1"), 1, 3, 0)
	purge(t, f, broker.StreamPages)
	_, _, err := e.Last(t.Context(), lane("w1"))
	wantErr(t, err, broker.ErrNone)
	if seq := mustPublish(t, e, lane("w1"), 4, 4, 0); seq != 4 {
		t.Fatalf("sequence %d, want 4", seq)
	}
}

func TestPublishWithoutHubIsUnclear(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	e, _ := f.Worker("w1")
	f.Server.Shutdown()
	_, err := e.Publish(t.Context(), lane("w1"), entry(1), 0)
	wantUnclearAtOnce(t, err)
	_, _, err = e.Last(t.Context(), lane("w1"))
	wantUnclearAtOnce(t, err)
	_, err = e.Take(t.Context(), "chzzk", live.ClassPlain, live.RegionAny)
	wantUnclearAtOnce(t, err)
}

// wantUnclearAtOnce expects an unclear outcome that was not waited for until time was up.
func wantUnclearAtOnce(t testing.TB, err error) {
	t.Helper()
	wantErr(t, err, broker.ErrUnclear)
	if errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("known only when the time for an answer was up: %v", err)
	}
}

// A request in flight when the connection breaks is given up at once, so that the outbox goes on as soon as the hub
// is back.
func TestDisconnectEndsWhatWaits(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	ensureConsumers(t, f)
	e, nc := f.Worker("w1")
	done := make(chan error, 1)
	go func() {
		_, err := e.Take(t.Context(), "chzzk", live.ClassPlain, live.RegionAny)
		done <- err
	}()
	waiting(t, f, 1)
	if err := nc.ForceReconnect(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		wantUnclearAtOnce(t, err)
	case <-time.After(patience):
		t.Fatal("take goes on")
	}
}

func TestPublishRefusesWhatIsNoLane(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	e, _ := f.Worker("w1")
	for _, l := range []live.Lane{
		{},
		{Platform: "chzzk", Worker: "w1", Epoch: "e.1", Name: live.LaneLive},
		{Platform: "chzzk", Worker: "*", Epoch: "e1", Name: live.LaneLive},
		{Platform: "chzzk", Worker: "w1", Epoch: "e1", Name: "other"},
		{Platform: "Chzzk", Worker: "w1", Epoch: "e1", Name: live.LaneLive},
	} {
		if _, err := e.Publish(t.Context(), l, entry(1), 0); err == nil {
			t.Errorf("%+v was published", l)
		}
		if _, _, err := e.Last(t.Context(), l); err == nil {
			t.Errorf("%+v was read", l)
		}
	}
}

func TestPageTooLargeIsRefusedNotUnclear(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	e, _ := f.Worker("w1")
	for _, size := range []int{300 << 10, 2 << 20} { // above the stream's bound, above the connection's
		en := entry(1)
		en.Body = make([]byte, size)
		_, err := e.Publish(t.Context(), lane("w1"), en, 0)
		if err == nil {
			t.Fatalf("%d bytes were accepted", size)
		}
		for _, not := range []error{broker.ErrUnclear, broker.ErrFence, broker.ErrDenied} {
			if isErr(err, not) {
				t.Errorf("%d bytes: %v is a %v", size, err, not)
			}
		}
	}
	en := entry(1)
	en.Body = make([]byte, live.MaxPage)
	en.At = time.Date(2026, 11, 23, 12, 0, 0, 123456789, time.UTC)
	if _, err := e.Publish(t.Context(), lane("w1"), en, 0); err != nil {
		t.Errorf("a page of the largest size: %v", err)
	}
}

func TestAnnounce(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	a, _ := f.Worker("w1")
	b, _ := f.Worker("w2")
	for _, e := range []*broker.Edge{a, b, a} {
		if err := e.Announce(t.Context(), live.Presence{Worker: "someone-else", Version: "1", Egresses: 2}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := f.Broker.Presences(t.Context())
	if err != nil || len(all) != 2 || all[0].Worker != "w2" || all[1].Worker != "w1" {
		t.Fatalf("presences %+v, %v; want w2, w1", all, err)
	}
	if err := f.Server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "presence after the restart", func() bool {
		if err := a.Announce(t.Context(), live.Presence{}); err != nil {
			_, _ = f.Broker.Presences(t.Context())
			return false
		}
		all, err = f.Broker.Presences(t.Context())
		return err == nil && len(all) == 1 && all[0].Worker == "w1"
	})
}
