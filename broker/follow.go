package broker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"onair/live"
)

// GapError says which messages are gone. It wraps ErrGap.
type GapError struct {
	From uint64 // the sequence that was needed
	Next uint64 // the first one that is still there
}

func (e *GapError) Error() string { return fmt.Sprintf("%v: %d to %d", ErrGap, e.From, e.Next-1) }

// Unwrap gives ErrGap.
func (e *GapError) Unwrap() error { return ErrGap }

// Follow calls fn with every message of the log in order, without a hole, from sequence from on (0: from the first
// one that is there), until ctx ends or fn returns an error, which Follow returns. It outlives restarts of the
// server and lost consumers. Errors: ErrGap (a GapError) when a message that is needed has left the log, ErrLineage
// when the log is not the one that the last Info described or has lost its end. fn is never called twice with a
// sequence.
func (b *Broker) Follow(ctx context.Context, from uint64, fn func(live.Message) error) error {
	f := &follower{b: b, created: *b.created.Load(), want: from, fn: fn}
	if err := b.read(ctx, f.session); err != nil {
		if e := (*callbackError)(nil); errors.As(err, &e) {
			return e.error
		}
		return fmt.Errorf("broker: follow at %d: %w", f.want, err)
	}
	return nil
}

type follower struct {
	b       *Broker
	created time.Time
	want    uint64 // the next sequence
	first   bool   // nothing was delivered in this session yet
	behind  uint64 // LastSeq when the last pull brought nothing although it lay ahead
	fn      func(live.Message) error
}

// callbackError carries an error of the caller's function past read, which would take errLost in it for its own.
type callbackError struct{ error }

// session compares the log with what the reader knows and asks for the next message on.
func (f *follower) session(ctx context.Context) (session, error) {
	info, err := f.check(ctx)
	if err != nil {
		return session{}, err
	}
	switch {
	case f.want == 0:
		f.want = info.FirstSeq
	case f.want < info.FirstSeq:
		return session{}, &GapError{From: f.want, Next: info.FirstSeq}
	case f.want > info.LastSeq+1:
		// A consumer asked beyond the end would wait for ever.
		return session{}, fmt.Errorf("%w: it ends at %d", ErrLineage, info.LastSeq)
	}
	f.first, f.behind = true, 0
	return session{
		stream: StreamPages,
		config: jetstream.ConsumerConfig{DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: f.want},
		each:   f.each,
		idle:   f.idle,
	}, nil
}

// check says whether the log is still the same one.
func (f *follower) check(ctx context.Context) (live.LogInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, apiWait)
	defer cancel()
	info, err := f.b.logInfo(ctx)
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound):
		return info, fmt.Errorf("%w: there is none", ErrLineage)
	case err != nil:
		return info, lost(err)
	case !info.Created.Equal(f.created):
		return info, fmt.Errorf("%w: created %v, not %v", ErrLineage, info.Created, f.created)
	}
	return info, nil
}

func (f *follower) each(m jetstream.Msg, meta *jetstream.MsgMetadata) error {
	seq := meta.Sequence.Stream
	switch {
	case seq < f.want:
		return nil
	case seq > f.want && f.first:
		// Asked for a sequence that is gone, a consumer silently gives a later one.
		return &GapError{From: f.want, Next: seq}
	case seq > f.want:
		// Lost on the way, or expired just now: the next session's first delivery tells.
		return lost(fmt.Errorf("%d came instead of %d", seq, f.want))
	}
	f.first, f.behind = false, 0
	if err := f.fn(message(m, meta)); err != nil {
		return &callbackError{err}
	}
	f.want++
	return nil
}

// idle is the watchdog: the log has moved on through two whole pulls that brought nothing.
func (f *follower) idle(ctx context.Context) error {
	info, err := f.check(ctx)
	if err != nil {
		return err
	}
	if f.behind >= f.want && f.behind != 0 {
		return lost(fmt.Errorf("nothing delivered, log at %d", info.LastSeq))
	}
	f.behind = 0
	if info.LastSeq >= f.want {
		f.behind = info.LastSeq
	}
	return nil
}
