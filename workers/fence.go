package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"onair/live"
)

const (
	// settleAfter is when an attempt to publish that has not arrived will not arrive any more. It is only waited for
	// when a platform has no fresh page that could prove the lane.
	settleAfter = time.Minute
	// maxStrikes in strikeWithin is how often a fence that was certain may be wrong before it cannot be chance.
	maxStrikes   = 3
	strikeWithin = 10 * time.Minute
)

// lane is what a flow knows about one of its two lanes in the log. Nothing of it is stored: after a start the log is
// asked.
type lane struct {
	id      live.Lane
	from    bucket
	fence   uint64 // sequence of the lane's last message
	known   bool   // fence was learnt
	proven  bool   // the log took a page at fence, and nothing was tried since: no attempt is under way
	refused int    // attempts without success since the last page that the log took
	own     uint64 // highest key that the lane may hold from this worker: taken, maybe taken, or of an earlier run
	strikes []time.Time
}

// accepted records that the log took a page.
func (l *lane) accepted(seq, key uint64) {
	l.fence, l.known, l.proven, l.refused, l.own = seq, true, true, 0, max(l.own, key)
}

// doubt records that an attempt may be under way.
func (l *lane) doubt() { l.known, l.proven = false, false }

// attempt is a page that the log refused for its fence.
type attempt struct {
	fence  uint64
	proven bool // the lane was, so that the fence was right
}

// settling is the wait for a live lane that nothing fresh can prove.
type settling struct {
	seq   uint64
	since time.Time // zero: not asked yet
}

// learn asks the log for the lane's last message, deletes what it proves to be stored and takes its sequence as the
// fence. refused is the attempt that the log has just refused, if any: a lane that moved on without a page of this
// worker was moved by somebody else.
func (f *flow) learn(ctx context.Context, l *lane, refused *attempt) error {
	seq, key, err := f.log.Last(ctx, l.id)
	switch {
	case errors.Is(err, ErrNone):
		seq, key = 0, 0
	case err != nil:
		return fmt.Errorf("last page of %s (%s lane): %w", f.platform, l.id.Name, err)
	}
	if issued := f.box.lastKey(); key > issued {
		return fmt.Errorf("%w: the log holds page %d of worker %s (epoch %s), this outbox has given out %d", ErrTwin, key, f.worker, f.box.Epoch(), issued)
	}
	if refused != nil && seq > refused.fence && (refused.proven || key > l.own) {
		if err := f.strike(l, seq); err != nil {
			return err
		}
	}
	if err := f.box.done(l.from, key); err != nil {
		return err
	}
	if l == f.live {
		if err := f.resolveHeld(key); err != nil {
			return err
		}
	}
	l.fence, l.known = seq, true
	return nil
}

// strike counts that somebody else moved a fence which nobody but this worker may move.
func (f *flow) strike(l *lane, seq uint64) error {
	now := f.box.o.now()
	kept := l.strikes[:0]
	for _, t := range l.strikes {
		if now.Sub(t) < strikeWithin {
			kept = append(kept, t)
		}
	}
	l.strikes = append(kept, now)
	f.logger.Warn("somebody else wrote to this worker's lane", attrPlatform, f.platform, attrLane, l.id.Name, attrCount, len(l.strikes))
	if len(l.strikes) < maxStrikes {
		return nil
	}
	return fmt.Errorf("%w: worker %s (epoch %s), the %s lane of %s was written to by somebody else %d times, last at %d",
		ErrTwin, f.worker, f.box.Epoch(), l.id.Name, f.platform, len(l.strikes), seq)
}

// resolveHeld applies the key of the live lane's last message to the held pages. Keys on a lane grow. A page behind an
// edge was sent at a fence that was learnt while the pages before the edge were held: they are not in the log, and
// cannot get there any more. Pages from the edge to the key were sent before it, in order: they are in the log.
func (f *flow) resolveHeld(key uint64) error {
	if key == 0 || f.box.count(bucket{stateHeld, f.platform}) == 0 {
		return nil
	}
	edge, err := f.box.edgeBelow(f.platform, key)
	if err != nil {
		return err
	}
	if edge > 0 {
		f.held = settling{}
		if err := f.box.release(f.platform, edge); err != nil {
			return err
		}
	}
	return f.box.done(bucket{stateHeld, f.platform}, key)
}

// settle releases the held pages once the lane has stood still for so long that no attempt can be under way.
func (f *flow) settle(ctx context.Context) (settled bool, err error) {
	now := f.box.o.now()
	if !f.held.since.IsZero() && now.Sub(f.held.since) < settleAfter {
		return false, nil
	}
	if err := f.learn(ctx, f.live, nil); err != nil {
		return false, err
	}
	if f.held.since.IsZero() || f.held.seq != f.live.fence {
		f.held = settling{f.live.fence, now}
		return false, nil
	}
	f.held = settling{}
	return true, f.box.release(f.platform, everything)
}

// settles is how long to wait for the held pages; 0 when there are none.
func (f *flow) settles() time.Duration {
	if f.held.since.IsZero() || f.box.count(bucket{stateHeld, f.platform}) == 0 {
		return 0
	}
	return max(settleAfter-f.box.o.now().Sub(f.held.since), time.Millisecond)
}
