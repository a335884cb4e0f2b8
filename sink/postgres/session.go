package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/live"
	"onair/view"
)

// session connects, asks where the copy stands, and copies until something fails or ctx ends. It always returns an
// error. Nothing that it knew outlives it: the database is what counts.
func (e *Exporter) session(ctx context.Context) error {
	info, err := e.Log.Info(ctx)
	if err != nil {
		return fmt.Errorf("log info: %w", err)
	}
	conn, err := e.Target.connect(ctx)
	if err != nil {
		return err
	}
	defer hangUp(conn)
	if !e.migrated {
		if err := e.migrate(ctx, conn); err != nil {
			return err
		}
		without, err := grantReader(ctx, conn)
		if err != nil {
			return err
		}
		if without != "" {
			e.log.Warn(without)
		}
		e.note(func(h *Health) { h.Reader = without })
		e.migrated = true
	}
	s, err := e.claim(ctx, conn, info)
	if err != nil {
		return err
	}
	e.hole = 0
	days, err := partitionDays(ctx, conn)
	if err != nil {
		return fmt.Errorf("partitions: %w", err)
	}
	e.note(func(h *Health) { h.Position, h.LastSeq = s.seq, info.LastSeq })
	e.log.Info("copying to postgres", "target", e.Target.String(), "position", s.seq, "log_at", info.LastSeq, "folding_from", s.next)

	w := &writer{e: e, conn: conn, s: s, days: days}
	steps, undecoded, batches := make(chan *step, decodedAhead), make(chan *step), make(chan *batch)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return e.read(ctx, s.next, steps, undecoded) })
	for range decoders {
		g.Go(func() error { return e.decodeAll(undecoded) })
	}
	g.Go(func() error { return e.build(ctx, s, steps, batches) })
	g.Go(func() error { return w.run(ctx, batches) })
	err = g.Wait()
	if gap := (*view.GapError)(nil); errors.As(err, &gap) {
		e.hole = gap.Next
	}
	return err
}

// step is a message with its page once done is closed, or the log's end for this session.
type step struct {
	m    live.Message
	page *live.Page
	done chan struct{}
	err  error
}

// read passes the log on, and at last why it ended: what came before a gap must be written before the gap is noted.
// While nobody takes it, it waits, and the log keeps. Every message is handed to a decoder, which may take several at a
// time, before its turn comes in steps: to decode and check pages is most of what a catching-up exporter computes.
func (e *Exporter) read(ctx context.Context, next uint64, steps, undecoded chan<- *step) error {
	defer close(undecoded)
	err := e.Log.Follow(ctx, next, func(m live.Message) error {
		switch {
		case m.Seq < next:
			return nil
		case m.Seq > next:
			return &view.GapError{From: next, Next: m.Seq}
		}
		next++
		st := &step{m: m, done: make(chan struct{})}
		for _, to := range []chan<- *step{steps, undecoded} {
			select {
			case to <- st:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	if err == nil {
		err = errors.New("it has ended")
	}
	select {
	case steps <- &step{err: fmt.Errorf("log: %w", err)}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// decodeAll decodes what comes, until nothing more does.
func (e *Exporter) decodeAll(undecoded <-chan *step) error {
	for st := range undecoded {
		page, err := view.Decode(&st.m)
		if err != nil { // the view keeps it aside for people to look at
			e.note(func(h *Health) { h.Unreadable++ })
		}
		st.page, st.m.Body = page, nil
		close(st.done)
	}
	return nil
}

// build folds, and hands a batch on when it is full, when its rows have waited long enough, or when the next message is
// far from its first. One batch is written while the next is made.
func (e *Exporter) build(ctx context.Context, s start, steps <-chan *step, batches chan<- *batch) error {
	b := e.newBuilder(s)
	stored := time.Now() // of the last checkpoint
	if s.state.Position() == 0 {
		stored = time.Time{} // there is none of this log
	}
	flush := func(last error) error {
		due := time.Since(stored) >= e.checkpointEvery
		out, err := b.finish(due)
		if err != nil {
			return err
		}
		if due {
			stored = time.Now()
		}
		out.last = last
		select {
		case batches <- out:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	timer := time.NewTimer(e.flushEvery)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			if b.to > b.from {
				if err := flush(nil); err != nil {
					return err
				}
			}
			timer.Reset(e.flushEvery)
		case st := <-steps:
			if st.err != nil {
				return flush(st.err)
			}
			select {
			case <-st.done:
			case <-ctx.Done():
				return ctx.Err()
			}
			if b.jumps(&st.m) {
				if err := flush(nil); err != nil {
					return err
				}
			}
			b.add(&st.m, st.page)
			if b.rows() >= e.maxRows {
				if err := flush(nil); err != nil {
					return err
				}
			}
		}
	}
}

// run writes batches, and looks after the tables between them.
func (w *writer) run(ctx context.Context, batches <-chan *batch) error {
	for {
		if now := w.e.Clock.Now(); !now.Before(w.e.upkeepAt) {
			if err := w.upkeep(ctx); err != nil {
				return err
			}
			w.e.upkeepAt = now.Add(upkeepEvery)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case b := <-batches:
			if b.to > b.from {
				if err := w.write(ctx, b); err != nil {
					return err
				}
			}
			if b.last != nil {
				return b.last
			}
		}
	}
}
