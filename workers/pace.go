package workers

import (
	"context"
	"sync"
	"time"

	"onair/live"
)

// pauses remembers which platforms asked this worker's account to stay away, and until when. What they ask of one
// address is the pool's.
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

// rest is until when nothing is to be asked of p from region; the zero time when something may be now.
func (w *Worker) rest(p live.Platform, region string) time.Time {
	t := w.pauses.end(p)
	if u := w.Pool.Rest(p, region); u.After(t) {
		return u
	}
	return t
}

// waitRest returns when p may be asked again, or with ctx's error.
func (w *Worker) waitRest(ctx context.Context, class live.Class, p live.Platform, region string) error {
	for {
		t := w.restOf(class, p, region)
		if t.IsZero() {
			return ctx.Err()
		}
		if err := live.Wait(ctx, w.Clock, t.Sub(w.Clock.Now())); err != nil {
			return err
		}
	}
}
