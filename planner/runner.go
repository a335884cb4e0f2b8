package planner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"onair/live"
)

const (
	// planEvery and tickEvery are of the clock.
	planEvery = time.Second
	tickEvery = 10 * time.Second
	// planAtLeast is real: a fast virtual clock must not make the planner take the whole machine.
	planAtLeast = 20 * time.Millisecond
	// refusedAgain is how long a refused job is left alone; a job that runs frees its slot when it is done.
	refusedAgain = 3 * time.Second
	// askTimeout bounds one call of the broker, in real time: the leader's lease is short.
	askTimeout = 5 * time.Second
	// pruneEvery is how often what was sent long ago is forgotten.
	pruneEvery = time.Minute
)

// ErrPending: a job with this platform and key waits or runs. Jobs wrap it; it is no failure.
var ErrPending = errors.New("job waits or runs already")

// Jobs is where jobs go.
type Jobs interface {
	// Submit offers j to the workers. ErrPending.
	Submit(ctx context.Context, j live.Job) error
}

// Ticker writes ticks into the log, which let time pass when workers are silent.
type Ticker interface {
	// Tick writes one; at is the clock's time, which only a log that runs on virtual time keeps.
	Tick(ctx context.Context, at time.Time) error
}

// Runner makes a Policy act. Only the leader runs one; each leader makes its own.
type Runner struct {
	Policy   Policy
	View     func() Snapshot        // nil result: nothing is known yet
	Offers   []Offer                //
	Presence func() []live.Presence // nil: not known
	Jobs     Jobs
	Ticks    Ticker
	Clock    live.Clock   // nil is the machine's
	Epoch    string       // a token: first part of job ids, of its own for every leader
	Logger   *slog.Logger // nil discards

	next                       uint64
	sent                       *Sent
	pruned                     time.Time
	refused                    map[jobID]time.Time
	submitted, pending, failed atomic.Uint64
}

// Stats counts submissions since the Runner was made.
type Stats struct {
	Submitted uint64
	Pending   uint64 // refused because one with the key was there
	Failed    uint64
}

// Stats may be called at any time.
func (r *Runner) Stats() Stats {
	return Stats{r.submitted.Load(), r.pending.Load(), r.failed.Load()}
}

// Run plans and ticks until ctx ends, then returns nil. Errors of the broker are logged and tried again: whether this
// is still the leader is decided by who ends ctx.
func (r *Runner) Run(ctx context.Context) error {
	if err := live.CheckID(r.Epoch); err != nil {
		return fmt.Errorf("planner: epoch: %w", err)
	}
	if r.Clock == nil {
		r.Clock = live.RealClock{}
	}
	if r.Logger == nil {
		r.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	r.sent, r.refused = NewSent(), map[jobID]time.Time{}
	ticked := make(chan struct{})
	go func() {
		defer close(ticked)
		r.tick(ctx)
	}()
	for ctx.Err() == nil {
		began := time.Now()
		r.plan(ctx)
		if live.Wait(ctx, r.Clock, planEvery) != nil {
			break
		}
		_ = live.Wait(ctx, live.RealClock{}, planAtLeast-time.Since(began))
	}
	<-ticked
	return nil
}

// plan asks the policy once and submits what it wants.
func (r *Runner) plan(ctx context.Context) {
	now := r.Clock.Now()
	if now.Sub(r.pruned) >= pruneEvery {
		r.sent.prune(now)
		r.pruned = now
	}
	s := Situation{View: r.View(), Offers: r.Offers, Sent: r.sent, Epoch: r.Epoch, Next: r.next}
	if r.Presence != nil {
		s.Presence = r.Presence()
	}
	jobs := r.Policy.Plan(now, s)
	r.next += uint64(len(jobs))
	for _, j := range jobs {
		if ctx.Err() != nil {
			return
		}
		r.submit(ctx, now, j)
	}
}

// submit offers one job. Only an accepted one is remembered as sent, so the policy names a refused one again.
func (r *Runner) submit(ctx context.Context, now time.Time, j live.Job) {
	id := jobID{j.Platform, j.Key}
	if at, ok := r.refused[id]; ok && now.Sub(at) < refusedAgain {
		return
	}
	c, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	err := r.Jobs.Submit(c, j)
	switch {
	case err == nil:
		delete(r.refused, id)
		r.sent.Add(now, j, r.cost(j))
		r.submitted.Add(1)
		r.Logger.Debug("job submitted", attrJob, j.ID, attrPlatform, j.Platform, attrKey, j.Key)
	case errors.Is(err, ErrPending):
		r.refused[id] = now
		r.pending.Add(1)
	case ctx.Err() == nil:
		r.refused[id] = now
		r.failed.Add(1)
		r.Logger.Warn("job not submitted", attrJob, j.ID, attrPlatform, j.Platform, attrKey, j.Key, attrError, err)
	}
}

func (r *Runner) cost(j live.Job) live.Cost {
	for _, o := range r.Offers {
		if o.Platform == j.Platform && o.Kind == j.Kind {
			return o.Cost
		}
	}
	return live.Cost{}
}

// tick writes a tick at once and then every tickEvery. Ticks that could not be written are not made up for: the gap
// says that the hub was away.
func (r *Runner) tick(ctx context.Context) {
	next := r.Clock.Now()
	for ctx.Err() == nil {
		now := r.Clock.Now()
		c, cancel := context.WithTimeout(ctx, askTimeout)
		err := r.Ticks.Tick(c, now)
		cancel()
		if err != nil && ctx.Err() == nil {
			r.Logger.Warn("no tick written", attrError, err)
		}
		if next = next.Add(tickEvery); next.Before(now) {
			next = now.Add(tickEvery)
		}
		if live.Wait(ctx, r.Clock, next.Sub(r.Clock.Now())) != nil {
			return
		}
	}
}

// Keys of log attributes.
const (
	attrJob      = "job"
	attrPlatform = "platform"
	attrKey      = "key"
	attrError    = "error"
)
