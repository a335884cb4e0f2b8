package workers

import (
	"context"
	"sync"
	"time"

	"onair/live"
)

// pacer keeps a distance between the requests of one egress to one platform. (golang.org/x/time/rate waits on the
// machine's clock and cannot be given another.)
type pacer struct {
	clock live.Clock
	every time.Duration

	mu   sync.Mutex
	next map[paceKey]time.Time
}

type paceKey struct {
	egress   string
	platform live.Platform
}

func newPacer(c live.Clock, every time.Duration) *pacer {
	return &pacer{clock: c, every: every, next: map[paceKey]time.Time{}}
}

// wait reserves the next free moment and returns then, or with ctx's error.
func (p *pacer) wait(ctx context.Context, egress string, platform live.Platform) error {
	k := paceKey{egress, platform}
	p.mu.Lock()
	now := p.clock.Now()
	at := p.next[k]
	if at.Before(now) {
		at = now
	}
	p.next[k] = at.Add(p.every)
	p.mu.Unlock()
	return live.Wait(ctx, p.clock, at.Sub(now))
}

// maxPause bounds what a platform can ask for in Retry-After: a wrong header must not silence it for ever.
const maxPause = time.Hour

// pauses remembers which platforms asked this worker to stay away, and until when.
type pauses struct {
	clock live.Clock

	mu    sync.Mutex
	until map[live.Platform]time.Time
}

func newPauses(c live.Clock) *pauses {
	return &pauses{clock: c, until: map[live.Platform]time.Time{}}
}

// add prolongs p's pause to d from now; it never shortens one.
func (q *pauses) add(p live.Platform, d time.Duration) (until time.Time) {
	until = q.clock.Now().Add(min(d, maxPause))
	q.mu.Lock()
	defer q.mu.Unlock()
	if until.Before(q.until[p]) {
		return q.until[p]
	}
	q.until[p] = until
	return until
}

// end is when p may be asked again; the zero time when it may now.
func (q *pauses) end(p live.Platform) time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	if t := q.until[p]; t.After(q.clock.Now()) {
		return t
	}
	return time.Time{}
}

// wait returns when p may be asked again.
func (q *pauses) wait(ctx context.Context, p live.Platform) error {
	for {
		t := q.end(p)
		if t.IsZero() {
			return ctx.Err()
		}
		if err := live.Wait(ctx, q.clock, t.Sub(q.clock.Now())); err != nil {
			return err
		}
	}
}
