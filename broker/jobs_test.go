package broker_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"

	"onair/broker"
	"onair/broker/brokertest"
	"onair/live"
)

func ensureConsumers(t testing.TB, f *brokertest.Fixture) {
	t.Helper()
	err := f.Broker.EnsureConsumers(t.Context(), []live.Platform{"chzzk", "soop"}, []live.Class{live.ClassPlain}, []string{live.RegionAny, "kr"})
	if err != nil {
		t.Fatal(err)
	}
}

func mustTake(t testing.TB, e *broker.Edge) *broker.Taken {
	t.Helper()
	taken, err := e.Take(t.Context(), "chzzk", live.ClassPlain, live.RegionAny)
	if err != nil || taken == nil {
		t.Fatalf("took %v, %v", taken, err)
	}
	return taken
}

// endsAt says that a context ends at a time and lets it go on: the server's word, which is asked for a little before
// that time, may come as late as the machine likes.
type endsAt struct {
	context.Context
	time.Time
}

func (c endsAt) Deadline() (time.Time, bool) { return c.Time, true }

// takeNone expects that no job waits.
func takeNone(t testing.TB, e *broker.Edge) {
	t.Helper()
	patient, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ctx := endsAt{patient, time.Now().Add(300 * time.Millisecond)}
	if taken, err := e.Take(ctx, "chzzk", live.ClassPlain, live.RegionAny); taken != nil || err != nil {
		t.Fatalf("took %v, %v; want none", taken, err)
	}
}

// waiting polls until n Takes wait for a job.
func waiting(t testing.TB, f *brokertest.Fixture, n int) {
	t.Helper()
	eventually(t, "the pull waits", func() bool {
		c, err := jet(t, f.Conn).Consumer(t.Context(), broker.StreamJobs, broker.ConsumerName("chzzk", live.ClassPlain, live.RegionAny))
		return err == nil && c.CachedInfo().NumWaiting == n
	})
}

func TestJobRefusesItsSuccessor(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	ensureConsumers(t, f)
	ensureConsumers(t, f) // changes nothing
	e, _ := f.Worker("w1")
	takeNone(t, e)

	if err := f.Broker.Submit(t.Context(), job("list")); err != nil {
		t.Fatal(err)
	}
	wantErr(t, f.Broker.Submit(t.Context(), job("list")), broker.ErrPending) // it waits
	if err := f.Broker.Submit(t.Context(), job("other")); err != nil {
		t.Fatal(err)
	}

	first, second := mustTake(t, e), mustTake(t, e)
	want := job("list")
	want.V = live.JobVersion
	if d := cmp.Diff(want, first.Job); d != "" {
		t.Error(d)
	}
	wantErr(t, f.Broker.Submit(t.Context(), job("list")), broker.ErrPending) // it runs
	takeNone(t, e)                                                           // and nobody else gets it

	if err := first.InProgress(); err != nil {
		t.Error(err)
	}
	wantErr(t, f.Broker.Submit(t.Context(), job("list")), broker.ErrPending)
	if err := first.Ack(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := f.Broker.Submit(t.Context(), job("list")); err != nil {
		t.Errorf("after the ack: %v", err)
	}
	wantErr(t, f.Broker.Submit(t.Context(), job("other")), broker.ErrPending)

	if err := second.Nak(0); err != nil {
		t.Error(err)
	}
	keys := map[string]bool{mustTake(t, e).Job.Key: true, mustTake(t, e).Job.Key: true}
	if !keys["list"] || !keys["other"] {
		t.Errorf("took %v, want list and other again", keys)
	}
}

func TestTakeWaitsForAJob(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	ensureConsumers(t, f)
	e, _ := f.Worker("w1")
	got := make(chan *broker.Taken, 1)
	go func() {
		taken, err := e.Take(t.Context(), "chzzk", live.ClassPlain, live.RegionAny)
		if err != nil {
			t.Error(err)
		}
		got <- taken
	}()
	waiting(t, f, 1)
	if err := f.Broker.Submit(t.Context(), job("list")); err != nil {
		t.Fatal(err)
	}
	if taken := <-got; taken == nil || taken.Job.Key != "list" {
		t.Fatalf("took %v", taken)
	}
}

func TestTakeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	ensureConsumers(t, f)
	e, nc := f.Worker("w1")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := e.Take(ctx, "chzzk", live.ClassPlain, live.RegionAny)
		done <- err
	}()
	waiting(t, f, 1)
	cancel()
	select {
	case err := <-done:
		wantErr(t, err, context.Canceled)
	case <-time.After(patience):
		t.Fatal("take goes on")
	}
	// The request is forgotten once the server has read that: a job goes to who asks next.
	if err := nc.FlushTimeout(patience); err != nil {
		t.Fatal(err)
	}
	if err := f.Broker.Submit(t.Context(), job("list")); err != nil {
		t.Fatal(err)
	}
	mustTake(t, e)
}

func TestTakeWithoutConsumer(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	e, _ := f.Worker("w1")
	_, err := e.Take(t.Context(), "chzzk", live.ClassPlain, live.RegionAny)
	wantErr(t, err, broker.ErrUnclear)
}

func TestUnreadableJobLeavesTheQueue(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	ensureConsumers(t, f)
	e, _ := f.Worker("w1")
	if _, err := jet(t, f.Conn).Publish(t.Context(), "job.chzzk.plain.any.x", []byte(`{"v": 99}`)); err != nil {
		t.Fatal(err)
	}
	_, err := e.Take(t.Context(), "chzzk", live.ClassPlain, live.RegionAny)
	wantErr(t, err, live.ErrNewer)
	eventually(t, "an empty queue", func() bool { return info(t, f, broker.StreamJobs).State.Msgs == 0 })
}

func TestJobOutlivesRestart(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	ensureConsumers(t, f)
	if err := f.Broker.Submit(t.Context(), job("list")); err != nil {
		t.Fatal(err)
	}
	if err := f.Server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	e, _ := f.Worker("w1")
	if taken := mustTake(t, e); taken.Job.Key != "list" {
		t.Fatalf("took %+v", taken.Job)
	}
}

// A hundred Takes leave nothing behind in the server: each asks through two accounts, which keep a note of it.
func TestTakeLeavesNoTrace(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	ensureConsumers(t, f)
	e, nc := f.Worker("w1")
	before := nc.NumSubscriptions()
	for range 100 {
		if err := f.Broker.Submit(t.Context(), job("list")); err != nil {
			t.Fatal(err)
		}
		if err := mustTake(t, e).Ack(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := nc.NumSubscriptions(); n > before+1 { // the answers' common inbox stays
		t.Errorf("%d subscriptions, %d before", n, before)
	}
	if c := nc.Status(); c != nats.CONNECTED {
		t.Errorf("connection is %v", c)
	}
}

func TestDropJobsFreesTheKeys(t *testing.T) {
	f := brokertest.New(t)
	ctx := t.Context()
	if err := f.Broker.EnsureConsumers(ctx, []live.Platform{"chzzk"}, []live.Class{live.ClassPlain}, []string{live.RegionAny}); err != nil {
		t.Fatal(err)
	}
	j := live.Job{ID: "j1", Platform: "chzzk", Class: live.ClassPlain, Region: live.RegionAny, Key: "list", Kind: live.KindList, Pages: 1, NotAfter: time.Now().Add(time.Hour)}
	if err := f.Broker.Submit(ctx, j); err != nil {
		t.Fatal(err)
	}
	edge, _ := f.Worker("w1")
	if taken, err := edge.Take(ctx, "chzzk", live.ClassPlain, live.RegionAny); err != nil || taken == nil {
		t.Fatalf("%v, %v", taken, err)
	}
	if err := f.Broker.Submit(ctx, j); !errors.Is(err, broker.ErrPending) {
		t.Fatalf("%v, want ErrPending for a job in flight", err)
	}
	if err := f.Broker.DropJobs(ctx); err != nil {
		t.Fatal(err)
	}
	j.ID = "j2"
	if err := f.Broker.Submit(ctx, j); err != nil {
		t.Errorf("after DropJobs: %v", err)
	}
	if taken, err := edge.Take(ctx, "chzzk", live.ClassPlain, live.RegionAny); err != nil || taken == nil || taken.Job.ID != "j2" {
		t.Errorf("took %v, %v, want j2", taken, err)
	}
}
