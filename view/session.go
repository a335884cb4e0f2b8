package view

import (
	"context"
	"errors"
	"fmt"

	"onair/aggregator"
	"onair/live"
)

// readLog runs sessions with the log until ctx ends. It is a goroutine of its own, so that pages are decoded while
// others are folded.
func (f *Follower) readLog(ctx context.Context) {
	var gap uint64
	wait := retryFirst
	for {
		delivered, err := f.session(ctx, gap)
		if ctx.Err() != nil {
			return
		}
		gap = 0
		if e := (*GapError)(nil); errors.As(err, &e) {
			gap = e.Next
		}
		if delivered {
			wait = retryFirst
		}
		f.log.Info("log lost", "err", err, "retry_in", wait)
		if live.Wait(ctx, live.RealClock{}, wait) != nil {
			return
		}
		wait = min(2*wait, retryMost)
	}
}

// session compares, asks where to begin, and passes messages on until the log is lost. Sequences are checked at every
// message: a hole must not go unnoticed, whatever the Log promises.
func (f *Follower) session(ctx context.Context, gap uint64) (delivered bool, err error) {
	info, err := f.Log.Info(ctx)
	if err != nil {
		return false, fmt.Errorf("log info: %w", err)
	}
	begin := make(chan uint64, 1)
	if err := f.send(ctx, step{info: &info, gap: gap, begin: begin}); err != nil {
		return false, err
	}
	var next uint64
	select {
	case next = <-begin:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	err = f.Log.Follow(ctx, next, func(m live.Message) error {
		if m.Seq < next {
			return nil
		}
		if m.Seq > next {
			return &GapError{From: next, Next: m.Seq}
		}
		next++
		delivered = true
		page, err := Decode(&m)
		if err == nil {
			m.Body = nil
		}
		return f.send(ctx, step{message: &m, page: page, err: err})
	})
	return delivered, err
}

func (f *Follower) send(ctx context.Context, s step) error {
	select {
	case f.steps <- s:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Decode reads a message's page; nil for a tick. A page must be of the platform whose subject it came by: a worker
// may publish for its own platforms only, and the subject is what the broker checked.
func Decode(m *live.Message) (*live.Page, error) {
	if m.Tick {
		return nil, nil
	}
	p, err := live.DecodePage(m.Body)
	if err != nil {
		return nil, err
	}
	if m.Lane.Platform != p.Platform {
		return nil, fmt.Errorf("%w: page of %s on a subject of %s", live.ErrInvalid, p.Platform, m.Lane.Platform)
	}
	return p, nil
}

// readFacts passes the fact tables on until ctx ends.
func (f *Follower) readFacts(ctx context.Context) {
	for wait := retryFirst; ; wait = min(2*wait, retryMost) {
		err := f.Facts.Watch(ctx, func(facts []live.Fact, initial bool) {
			select {
			case f.facts <- factBatch{facts, initial}:
			case <-ctx.Done():
			}
		})
		if ctx.Err() != nil {
			return
		}
		f.log.Warn("facts lost", "err", err, "retry_in", wait)
		if live.Wait(ctx, live.RealClock{}, wait) != nil {
			return
		}
	}
}

// adopt makes sure that the state suits the log, and lets the session begin. A state that does not suit gives way to
// a stored one, else to an empty one.
func (f *Follower) adopt(ctx context.Context, s step) error {
	f.h.LastSeq = s.info.LastSeq
	if f.adopted {
		f.h.Reconnects++
	}
	if f.state != nil {
		position := positionOf(f.state, f.lineage)
		err := usable(f.lineage, position, *s.info)
		if err == nil && s.gap > position+1 {
			// The log has its beginning, but a hole before its next message: what lies before the hole is of no use to
			// any node, or all would fall into it again.
			err = &GapError{From: position + 1, Next: s.gap}
		}
		if err == nil {
			f.adopted = true
			f.begin = s.begin
			f.start()
			return nil
		}
		f.log.Warn("state given up", "position", position, "err", err)
		if err := f.Store.Renew(); err != nil {
			return err
		}
		f.h.Restarts++
	}
	f.replace(ctx, s)
	f.whole, f.past, f.aside = true, Past{}, nil
	f.adopted = true
	f.begin = s.begin
	f.flush()
	f.touch()
	f.start()
	return nil
}

// replace finds the state to go on with.
func (f *Follower) replace(ctx context.Context, s step) {
	f.hold = 0
	if f.Snapshots != nil {
		ctx, cancel := context.WithTimeout(ctx, imageWait)
		defer cancel()
		image, err := f.Snapshots.Latest(ctx)
		if err == nil {
			err = usable(image.Lineage, image.Position, *s.info)
		}
		if err == nil && image.Position+1 < s.gap {
			err = &GapError{From: image.Position + 1, Next: s.gap}
		}
		var state *aggregator.State
		if err == nil {
			state, err = aggregator.Load(image.All())
		}
		if err == nil {
			f.state, f.lineage = state, image.Lineage
			f.log.Info("state from a stored snapshot", "position", image.Position)
			return
		}
		f.log.Info("no stored snapshot", "err", err)
	}
	f.lineage = startLineage(*s.info, s.gap)
	f.state = aggregator.New(s.info.Virtual)
	if s.info.LastSeq >= f.lineage.StartSeq {
		f.hold = s.info.LastSeq
	}
	f.log.Info("state begun anew", "start_seq", f.lineage.StartSeq)
}

// start lets the session begin once state and initial facts are there: the first snapshot shows the stored state,
// before anything new.
func (f *Follower) start() {
	if f.begin == nil || !f.factsIn {
		return
	}
	if f.View.Current() == nil {
		f.changed = true
		f.publish()
	}
	f.begin <- positionOf(f.state, f.lineage) + 1
	f.begin = nil
}
