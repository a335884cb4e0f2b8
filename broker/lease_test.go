package broker_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"onair/broker"
	"onair/broker/brokertest"
)

// candidate runs a lease in the background; reigns has every epoch in which it led, ended every end.
type candidate struct {
	reigns chan broker.Epoch
	ended  chan broker.Epoch
	stop   context.CancelFunc
	done   chan error
}

func run(t testing.TB, b *broker.Broker, id string) *candidate {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	c := &candidate{reigns: make(chan broker.Epoch, 10), ended: make(chan broker.Epoch, 10), stop: cancel, done: make(chan error, 1)}
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		c.done <- b.Lease(id).Run(ctx, func(ctx context.Context, e broker.Epoch) error {
			c.reigns <- e
			<-ctx.Done()
			c.ended <- e
			return ctx.Err()
		})
	}()
	t.Cleanup(func() { cancel(); <-finished })
	return c
}

func receive[T any](t testing.TB, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatalf("no %s", what)
		panic("unreachable")
	}
}

const (
	// ttl is of leases that are seen to run out; it leaves a loaded machine time for renewals.
	ttl = 4 * time.Second
	// longTTL is of leases that no test waits out, however slow the machine.
	longTTL = time.Hour
)

func leased(ttl time.Duration) broker.Options {
	return broker.Hasty(broker.Options{}, ttl, 5*time.Second)
}

func hasty() broker.Options { return leased(ttl) }

func TestLeaseReleasedGracefully(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t, hasty())
	other, _ := f.Hub(hasty())
	a := run(t, f.Broker, "a")
	first := receive(t, "first reign", a.reigns)
	b := run(t, other, "b")

	// Renewed past its TTL, and nobody else leads meanwhile.
	select {
	case e := <-b.reigns:
		t.Fatalf("b leads in %v beside a", e)
	case <-a.ended:
		t.Fatal("a stopped leading")
	case <-time.After(ttl + ttl/2):
	}
	a.stop()
	wantErr(t, receive(t, "end of a", a.done), context.Canceled)
	second := receive(t, "second reign", b.reigns)
	if first.Compare(second) >= 0 || second.Compare(first) <= 0 || !first.Created.Equal(second.Created) || first.IsZero() {
		t.Errorf("epochs %v and %v do not follow", first, second)
	}
	if created := info(t, f, "KV_LEASE").Created; !first.Created.Equal(created) {
		t.Errorf("epoch created %v, stream %v", first.Created, created)
	}
	parsed, err := broker.ParseEpoch(first.String())
	if err != nil || parsed.Compare(first) != 0 {
		t.Errorf("epoch %v read back as %v, %v", first, parsed, err)
	}
}

// A lease that its holder gave back passes on at once: nobody waits an hour for it to run out.
func TestLeaseReleasedIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t, leased(longTTL))
	other, _ := f.Hub(leased(longTTL))
	a := run(t, f.Broker, "a")
	receive(t, "first reign", a.reigns)
	b := run(t, other, "b")
	a.stop()
	wantErr(t, receive(t, "end of a", a.done), context.Canceled)
	receive(t, "second reign", b.reigns)
}

// A holder cut off from the server stops leading by its own clock, before its successor can begin.
func TestLeaseLostWithTheConnection(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t, hasty())
	other, _ := f.Hub(hasty())
	a := run(t, f.Broker, "a")
	first := receive(t, "first reign", a.reigns)
	b := run(t, other, "b")

	var ended, began time.Time
	var wg sync.WaitGroup
	wg.Go(func() { <-a.ended; ended = time.Now() })
	start := time.Now()
	f.Conn.Close()
	second := receive(t, "second reign", b.reigns)
	began = time.Now()
	wg.Wait()
	t.Logf("stopped after %v, takeover after %v", ended.Sub(start), began.Sub(start))
	if !ended.Before(began) {
		t.Errorf("a led until %v after b began", ended.Sub(began))
	}
	if first.Compare(second) >= 0 {
		t.Errorf("epochs %v and %v do not follow", first, second)
	}
	if d := began.Sub(start); d > 3*ttl {
		t.Errorf("takeover took %v", d)
	}
	a.stop()
	receive(t, "end of a", a.done)
}

// Somebody else's write to the key ends a reign at the next renewal.
func TestLeaseTakenAway(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t, hasty())
	a := run(t, f.Broker, "a")
	first := receive(t, "first reign", a.reigns)
	kv, err := jet(t, f.Conn).KeyValue(t.Context(), broker.BucketLease)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kv.Put(t.Context(), broker.KeyLeader, []byte(`{"id":"thief"}`)); err != nil {
		t.Fatal(err)
	}
	receive(t, "end of the first reign", a.ended)
	second := receive(t, "second reign", a.reigns) // the thief's lease runs out
	if first.Compare(second) >= 0 {
		t.Errorf("epochs %v and %v do not follow", first, second)
	}
}

func TestLeaseOutlivesAQuickRestart(t *testing.T) {
	t.Parallel()
	// The restart and the way back to the server take a second or two, and the reign lasts eight without a renewal.
	f := brokertest.New(t, leased(3*ttl))
	a := run(t, f.Broker, "a")
	receive(t, "first reign", a.reigns)
	if err := f.Server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	rev := func() uint64 {
		kv, err := jet(t, f.Conn).KeyValue(t.Context(), broker.BucketLease)
		if err != nil {
			return 0
		}
		e, err := kv.Get(t.Context(), broker.KeyLeader)
		if err != nil {
			return 0
		}
		return e.Revision()
	}
	var before uint64
	eventually(t, "the lease after the restart", func() bool { before = rev(); return before > 0 })
	eventually(t, "a renewal after the restart", func() bool { return rev() > before })
	if len(a.ended) != 0 {
		t.Error("the reign ended")
	}
}

func TestLeaseEndsWithItsLeader(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t, leased(longTTL))
	boom := errors.New("boom")
	err := f.Broker.Lease("a").Run(t.Context(), func(context.Context, broker.Epoch) error { return boom })
	wantErr(t, err, boom)
	// Released: the next one leads at once, and does not wait for its end.
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := f.Broker.Lease("a").Run(ctx, func(context.Context, broker.Epoch) error { return nil }); err != nil {
		t.Error(err)
	}
}

// Whatever happens to the candidates, two never lead at once.
func TestLeaseIsExclusive(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t, leased(time.Minute)) // longer than any pause of the machine: it is released each time, not run out
	var leading, most atomic.Int32
	var reigns atomic.Int32
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for _, id := range []string{"a", "b", "c"} {
		b, _ := f.Hub(leased(time.Minute))
		wg.Go(func() {
			for ctx.Err() == nil {
				_ = b.Lease(id).Run(ctx, func(ctx context.Context, _ broker.Epoch) error {
					n := leading.Add(1)
					if n > most.Load() {
						most.Store(n)
					}
					reigns.Add(1)
					t := time.NewTimer(20 * time.Millisecond)
					defer t.Stop()
					select {
					case <-t.C:
					case <-ctx.Done():
					}
					leading.Add(-1)
					return nil
				})
			}
		})
	}
	eventually(t, "20 reigns", func() bool { return reigns.Load() >= 20 })
	cancel()
	wg.Wait()
	if most.Load() != 1 {
		t.Errorf("%d led at once", most.Load())
	}
}

// TestLeaseInherited: a node that was killed takes its own lease over at once; another candidate, and one that did not
// vouch for its former self, wait for its end.
func TestLeaseInherited(t *testing.T) {
	t.Parallel()
	// The lease lives longer than this test waits: whoever leads has inherited.
	f := brokertest.New(t, leased(longTTL))
	dead := run(t, f.Broker, "node-a") // goes on renewing: nothing but an heir gets past it
	old := receive(t, "first reign", dead.reigns)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	led := make(chan broker.Epoch, 2)
	var wg sync.WaitGroup
	for _, l := range []*broker.Lease{f.Broker.Lease("node-b").Inherit(), f.Broker.Lease("node-a").Inherit()} {
		wg.Go(func() {
			_ = l.Run(ctx, func(ctx context.Context, e broker.Epoch) error {
				led <- e
				<-ctx.Done()
				return ctx.Err()
			})
		})
	}
	if heir := receive(t, "inherited reign", led); heir.Compare(old) <= 0 {
		t.Errorf("epoch %v after %v", heir, old)
	}
	select {
	case e := <-led:
		t.Errorf("a second candidate leads in %v", e)
	default:
	}
	cancel()
	wg.Wait()
}
