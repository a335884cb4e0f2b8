package workers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/live"
)

const (
	// lateAfter is when a page has nothing to say about now any more: the list shows what is newer already.
	lateAfter = 2 * time.Minute
	// sendBatch and sendBytes are what is read at once; its pages are deleted in one transaction, so that a backlog
	// costs one fsync here for many pages there. After a crash in between the log's last message tells.
	sendBatch = 64
	sendBytes = 1 << 20
	// lateBatch is how many late pages go before the live lane is looked at again.
	lateBatch = 8
	// retryBase and retryMax span the back-off: a hub that comes back must not meet all workers at once, nor wait.
	retryBase = 100 * time.Millisecond
	retryMax  = 5 * time.Second
	// expireEvery is how often pages are dropped for their age alone.
	expireEvery = time.Minute
)

// drain publishes an outbox into the log: one goroutine a platform, the live lane before the late one.
type drain struct {
	log       Log
	box       *Outbox
	worker    string
	platforms []live.Platform
	logger    *slog.Logger
	count     *counters
	pokes     map[live.Platform]chan struct{}
}

func newDrain(l Log, box *Outbox, worker string, platforms []live.Platform, logger *slog.Logger, c *counters) *drain {
	d := &drain{log: l, box: box, worker: worker, logger: logger, count: c, pokes: map[live.Platform]chan struct{}{}}
	d.platforms = append(box.platforms(), platforms...) // also what a platform left that has been switched off since
	slices.Sort(d.platforms)
	d.platforms = slices.Compact(d.platforms)
	for _, p := range d.platforms {
		d.pokes[p] = make(chan struct{}, 1)
	}
	return d
}

// poke ends back-offs: the link is back. Capacity 1, because once is enough.
func (d *drain) poke() {
	for _, c := range d.pokes {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// Run publishes until ctx ends, then for a moment longer what is fresh. It returns nil, ErrDenied or ErrTwin.
func (d *drain) Run(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, p := range d.platforms {
		g.Go(func() error { return d.run(gctx, p) })
	}
	g.Go(func() error {
		t := time.NewTicker(expireEvery)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				if err := d.box.expire(); err != nil {
					d.logger.Error("outbox not tidied", attrError, err)
				}
			case <-gctx.Done():
				return nil
			}
		}
	})
	return g.Wait()
}

func (d *drain) run(ctx context.Context, p live.Platform) error {
	f := newFlow(d, p)
	changed := d.box.changed(p)
	fails := 0
	for ctx.Err() == nil {
		more, err := f.step(ctx)
		wait := time.Hour
		switch {
		case errors.Is(err, ErrDenied), errors.Is(err, ErrTwin):
			return err
		case ctx.Err() != nil:
			continue
		case err != nil:
			if fails == 0 {
				d.logger.Warn("log does not take pages", attrPlatform, p, attrError, err)
			}
			wait = time.Duration(rand.Int64N(int64(min(retryMax, retryBase<<min(fails, 10)))) + 1)
			fails++
		case more:
			fails = 0
			continue
		default:
			fails = 0
			if held := f.settles(); held > 0 {
				wait = held
			}
		}
		idle := time.NewTimer(wait)
		signal := changed
		if err != nil {
			signal = nil // a new page does not end a back-off
		}
		select {
		case <-signal:
		case <-d.pokes[p]:
		case <-idle.C:
		case <-ctx.Done():
		}
		idle.Stop()
	}
	if fails > 0 {
		return nil // no link: the pages wait for the next run
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	for last.Err() == nil && d.box.count(bucket{stateLive, p}) > 0 {
		if _, err := f.step(last); err != nil {
			return nil //nolint:nilerr // leaving anyway, nothing is lost
		}
	}
	return nil
}

// flow is the drain of one platform: two lanes and what lies between them.
type flow struct {
	*drain
	platform live.Platform
	live     *lane
	late     *lane
	held     settling
}

func newFlow(d *drain, p live.Platform) *flow {
	name := live.Lane{Platform: p, Worker: d.worker, Epoch: d.box.Epoch()}
	f := &flow{drain: d, platform: p, live: &lane{id: name, from: bucket{stateLive, p}}, late: &lane{id: name, from: bucket{stateLate, p}}}
	f.live.own, f.late.own = d.box.earlier, d.box.earlier
	f.live.id.Name, f.late.id.Name = live.LaneLive, live.LaneLate
	return f
}

// step does one piece of work and reports whether there may be more. It returns ErrDenied and ErrTwin as they are,
// and any other error when waiting may help.
func (f *flow) step(ctx context.Context) (more bool, err error) {
	if err := f.box.retire(f.platform, f.live.proven); err != nil {
		return false, err
	}
	list, err := f.box.read(f.live.from, sendBatch, sendBytes)
	if err != nil {
		return false, err
	}
	if len(list) > 0 {
		return true, f.send(ctx, f.live, list)
	}
	if f.box.count(bucket{stateHeld, f.platform}) > 0 {
		if settled, err := f.settle(ctx); err != nil || settled {
			return settled, err
		}
	}
	if list, err = f.box.read(f.late.from, lateBatch, sendBytes); err != nil || len(list) == 0 {
		return false, err
	}
	return true, f.send(ctx, f.late, list)
}

// send publishes list one after the other, each only where the one before it ended, and deletes what the log took.
func (f *flow) send(ctx context.Context, l *lane, list []record) error {
	if !l.known {
		return f.learn(ctx, l, nil)
	}
	if l == f.live {
		if err := f.box.setEdge(f.platform); err != nil {
			return err
		}
	}
	var acked, tried uint64
	var failed error
	for _, r := range list {
		if l == f.live && !f.box.fresh(&r) {
			break // the next step takes it out of the lane
		}
		age, _ := f.box.age(&r)
		seq, err := f.log.Publish(ctx, l.id, live.Entry{Key: r.key, Body: r.body, Age: age, At: r.at}, l.fence)
		if err != nil {
			failed, tried = err, r.key
			break
		}
		l.accepted(seq, r.key)
		f.count.add(func(s *Stats) { s.Published++ })
		acked = r.key
	}
	if acked > 0 {
		if err := f.box.done(l.from, acked); err != nil {
			l.doubt()
			return err
		}
		if l == f.live {
			// The accepted page stands behind all held ones: none of them is in the log, none can get there.
			f.held = settling{}
			if err := f.box.release(f.platform, everything); err != nil {
				return err
			}
		}
	}
	if failed == nil {
		return nil
	}
	return f.refused(ctx, l, tried, failed)
}

// refused finds out after a failed attempt with key where the lane stands.
func (f *flow) refused(ctx context.Context, l *lane, key uint64, err error) error {
	a := &attempt{l.fence, l.proven}
	l.doubt()
	f.held = settling{}
	if !errors.Is(err, ErrFence) {
		a, l.own = nil, max(l.own, key) // it may be there, now or soon
	}
	switch {
	case errors.Is(err, ErrDenied):
		return fmt.Errorf("publish pages of %s (%s lane): %w", f.platform, l.id.Name, err)
	case errors.Is(err, ErrFence), errors.Is(err, ErrUnclear) && ctx.Err() == nil:
		if err := f.learn(ctx, l, a); err != nil {
			return err
		}
		if l.refused++; l.refused == 1 {
			return nil
		}
		l.known = false // what the log answered did not help: a replica lags, ask again a little later
	}
	return fmt.Errorf("publish pages of %s (%s lane): %w", f.platform, l.id.Name, err)
}
