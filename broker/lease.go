package broker

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// The lease's pace, in twentieths of its TTL (10 s).
const (
	leaseParts = 20
	// A holder renews every 3 s ...
	leaseRenew = 6
	// ... gives an answer 1.5 s, and tries again after 0.5 s, so that one lost answer costs nothing ...
	leaseAnswer = 3
	leaseRetry  = 1
	// ... and stops by its own clock 6.5 s after it sent the last renewal that succeeded: without the rest of the TTL
	// to come to an end in, it would act beside its successor.
	leaseStop = 13
	// Candidates look every second whether the lease has run out; a released one is seen at once.
	leasePoll = 2
)

// Lease is the right to act: plan, tick, store, export. At most one holder at a time, as far as clocks allow;
// what it writes is fenced by its Epoch besides.
type Lease struct {
	b    *Broker
	id   string
	mark string // tells this holder from a former process of the same id
	heir bool   // see Inherit
	ttl  time.Duration
}

// Inherit lets the candidate take the lease over at once from a former process of the same id. The caller vouches that
// such a process is dead, for example because both lock the same data folder; else there could be two leaders.
func (l *Lease) Inherit() *Lease {
	l.heir = true
	return l
}

// leaseValue is what the key holds, for people and for a holder whose answer was lost.
type leaseValue struct {
	ID    string `json:"id"`
	Mark  string `json:"mark"`
	Epoch string `json:"epoch,omitempty"`
}

// Lease makes a candidate; id names the node in the key's value.
func (b *Broker) Lease(id string) *Lease {
	return &Lease{b: b, id: id, mark: rand.Text(), ttl: b.options.Lease}
}

// Run waits for the lease, calls lead while it is held, cancels lead's context when it is lost, waits for lead to
// return and waits for the lease again. It returns ctx's error when ctx ends, or lead's own when lead returns while
// the lease is held. The lease is released on the way out, so that another node goes on in milliseconds.
func (l *Lease) Run(ctx context.Context, lead func(context.Context, Epoch) error) error {
	for {
		reign, err := l.acquire(ctx)
		if err != nil {
			return err
		}
		l.b.log.Info("lease taken", "node", l.id, "epoch", reign.epoch.String())
		kept, err := l.hold(ctx, reign, lead)
		if kept {
			return err
		}
		l.b.log.Warn("lease lost", "node", l.id, "epoch", reign.epoch.String(), "err", err)
	}
}

// reign is a held lease.
type reign struct {
	epoch Epoch
	rev   uint64    // of the last renewal
	since time.Time // when that renewal was sent, by our monotonic clock
}

// acquire tries at once, whenever the key is removed, and from time to time. Only ctx ends it.
func (l *Lease) acquire(ctx context.Context) (*reign, error) {
	var removed <-chan jetstream.KeyValueEntry // nil blocks: then only the poll remains
	if w, err := l.b.lease.Watch(ctx, KeyLeader, jetstream.UpdatesOnly()); err == nil {
		defer w.Stop()
		removed = w.Updates()
	}
	poll := time.NewTicker(l.part(leasePoll))
	defer poll.Stop()
	for {
		if r, err := l.try(ctx); err == nil {
			return r, nil
		} else if !errors.Is(err, jetstream.ErrKeyExists) && ctx.Err() == nil {
			l.b.log.Debug("lease not taken", "err", err)
		}
		for wait := true; wait; {
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-poll.C:
				wait = false
			case e, ok := <-removed:
				if !ok {
					removed = nil
				}
				wait = e == nil || e.Operation() == jetstream.KeyValuePut
			}
		}
	}
}

// try creates the key, and writes the epoch into it once its revision is known.
func (l *Lease) try(ctx context.Context) (*reign, error) {
	ctx, cancel := context.WithTimeout(ctx, l.part(leaseStop))
	defer cancel()
	stream, err := l.b.js.Stream(ctx, streamOfKV+BucketLease)
	if err != nil {
		return nil, err
	}
	r := &reign{since: time.Now()}
	r.rev, err = l.b.lease.Create(ctx, KeyLeader, l.value(Epoch{}))
	if err != nil {
		e, holder := l.holder(ctx)
		switch {
		case e == nil:
			return nil, err
		case holder.Mark == l.mark: // ours after all: an earlier attempt was stored and its answer lost
			r.rev = e.Revision()
		case l.heir && holder.ID == l.id:
			if r.rev, err = l.b.lease.Update(ctx, KeyLeader, l.value(Epoch{}), e.Revision()); err != nil {
				return nil, err
			}
		default:
			return nil, err
		}
	}
	r.epoch = Epoch{Created: stream.CachedInfo().Created, Rev: r.rev}
	if err := l.renew(ctx, r); err != nil {
		return nil, err
	}
	return r, nil
}

// hold runs lead and renews until the lease is lost (kept false), lead returns, or ctx ends.
func (l *Lease) hold(ctx context.Context, r *reign, lead func(context.Context, Epoch) error) (kept bool, err error) {
	leadCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- lead(leadCtx, r.epoch) }()

	renewal := time.NewTimer(l.part(leaseRenew))
	defer renewal.Stop()
	for {
		select {
		case err := <-done:
			l.release(ctx, r)
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			return true, err
		case <-renewal.C:
			// A leader that is winding down renews too: its successor had better wait for it.
			err := l.renew(context.WithoutCancel(ctx), r)
			switch {
			case err == nil:
				renewal.Reset(l.part(leaseRenew))
			case time.Since(r.since) < l.part(leaseStop) && !errors.Is(err, errTaken):
				renewal.Reset(l.part(leaseRetry))
			default:
				cancel()
				if leadErr := <-done; leadErr != nil && !errors.Is(leadErr, context.Canceled) {
					l.b.log.Warn("leader stopped with an error", "node", l.id, "err", leadErr)
				}
				return ctx.Err() != nil, errors.Join(ctx.Err(), err)
			}
		}
	}
}

// errTaken says that another node holds the lease.
var errTaken = errors.New("lease taken by another node")

// renew writes the key again. A refusal may come from an earlier renewal of ours whose answer was lost; then the
// revision is read, and the next attempt, soon, goes through.
func (l *Lease) renew(ctx context.Context, r *reign) error {
	sent := time.Now()
	ctx, cancel := context.WithTimeout(ctx, min(l.part(leaseAnswer), l.part(leaseStop)-sent.Sub(r.since)))
	defer cancel()
	rev, err := l.b.lease.Update(ctx, KeyLeader, l.value(r.epoch), r.rev)
	if err == nil {
		r.rev, r.since = rev, sent
		return nil
	}
	if !staleSequence(err) {
		return err
	}
	e, holder := l.holder(ctx)
	if e == nil || holder.Mark != l.mark {
		return fmt.Errorf("%w: %w", errTaken, err)
	}
	r.rev = e.Revision()
	return err
}

// holder reads who holds the lease; nil when that cannot be told.
func (l *Lease) holder(ctx context.Context) (jetstream.KeyValueEntry, leaseValue) {
	var v leaseValue
	e, err := l.b.lease.Get(ctx, KeyLeader)
	if err != nil || json.Unmarshal(e.Value(), &v) != nil {
		return nil, v
	}
	return e, v
}

// release removes the key, if it is still ours.
func (l *Lease) release(ctx context.Context, r *reign) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.part(leaseAnswer))
	defer cancel()
	if err := l.b.lease.Delete(ctx, KeyLeader, jetstream.LastRevision(r.rev)); err != nil {
		l.b.log.Warn("lease not released", "node", l.id, "err", err)
	}
}

func (l *Lease) part(n int) time.Duration { return l.ttl * time.Duration(n) / leaseParts }

func (l *Lease) value(e Epoch) []byte {
	v := leaseValue{ID: l.id, Mark: l.mark}
	if !e.IsZero() {
		v.Epoch = e.String()
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // three strings
	}
	return b
}
