// Package workers does the scraping: it takes jobs from the broker, asks a platform.Source through an egress, puts
// every outcome, good or bad, into an outbox on disk, acks the job, and publishes the outbox into the log.
//
// In come live.Job and what platforms answer; out come live.Entry, exactly once and in order per lane. cmd joins a
// Worker to the broker. The package does not choose what is asked next (the planner does), retries no fetch (a
// failure is a page too; only an address that was refused gives way to another, ask.go), folds nothing, and knows no
// name of a stream or subject.
//
// The order of things is the promise: a page is accepted when its outbox transaction has committed, and only then is
// its job acked. Accepted pages reach the log once, however often the link, the hub or the worker dies, unless the
// outbox outgrows its bound, which is counted (outbox.go, drain.go).
package workers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/live"
	"onair/platform"
)

const (
	// defaultPace is what respects a host by default: one request a second from one address.
	defaultPace = time.Second
	// defaultFetchTimeout ends a request to a platform that accepts and then says nothing; a taker would hang on it.
	defaultFetchTimeout = 15 * time.Second
	// defaultAckWait is the broker's: without a sign of life every third of it, another worker gets the job too.
	defaultAckWait = 30 * time.Second
	// defaultTakers lets a status check overtake a chain of a minute; more would only wait for the same pace.
	defaultTakers = 2
	// presenceEvery is a sixth of the time after which the broker forgets a worker.
	presenceEvery = 10 * time.Second
	// askTimeout bounds one exchange with the broker: a dead link must not stop the taker or the announcer for ever.
	askTimeout = 10 * time.Second
	// farewell is what acks and the live lane get when the worker is told to stop; supervisors kill after ten seconds.
	farewell = 2 * time.Second
)

// Config is what a Worker is made of. Zero durations and counts mean the defaults above.
type Config struct {
	Name    string // a token; its permissions and its lanes are named so
	Version string
	Sources []platform.Source // those that lack a setting are announced and left alone
	Classes []live.Class      // nil: plain only; browser only as far as Browser and Pool allow
	Regions []string          // nil: live.RegionAny only
	Log     Log
	Jobs    Jobs
	Say     Announcer
	Outbox  *Outbox
	Pool    Pool       // nil: one direct egress without a region, at Pace
	Clock   live.Clock // pauses and staleness of jobs; nil is the machine's
	Virtual bool       // Clock is virtual: observations carry its time

	Browser   Browser // for class browser; nil: none
	NoBrowser string  // why there is none, for the presence

	Pace         time.Duration // of Clock, between two requests to one platform; a Pool that is given has its own
	FetchTimeout time.Duration // real
	AckWait      time.Duration // real, as the broker's consumers have it
	Takers       int           // jobs at once for each platform, class and region
	Logger       *slog.Logger  // nil discards
}

// Worker runs takers, the outbox's drain and its presence. Make it with New.
type Worker struct {
	Config
	ready   []platform.Source
	missing map[string]string
	without string // why class browser is not done; "" when it is
	pauses  *pauses
	drain   *drain
	count   *counters
	now     func() time.Time // real
}

// New checks the configuration. Run starts the work.
func New(c Config) (*Worker, error) {
	if err := live.CheckID(c.Name); err != nil {
		return nil, fmt.Errorf("worker's name: %w", err)
	}
	if c.Log == nil || c.Jobs == nil || c.Say == nil || c.Outbox == nil {
		return nil, errors.New("worker without log, jobs, presence or outbox")
	}
	if c.Outbox.worker != c.Name {
		return nil, fmt.Errorf("outbox of worker %s, not of %s", c.Outbox.worker, c.Name)
	}
	if c.Classes == nil {
		c.Classes = []live.Class{live.ClassPlain}
	}
	if c.Regions == nil {
		c.Regions = []string{live.RegionAny}
	}
	if c.Clock == nil {
		c.Clock = live.RealClock{}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if c.Pool == nil {
		pool, err := NewPool(PoolOptions{Clock: c.Clock, Pace: c.Pace, Logger: c.Logger})
		if err != nil {
			return nil, err
		}
		c.Pool = pool
	}
	c.FetchTimeout = orDefault(c.FetchTimeout, defaultFetchTimeout)
	c.AckWait = orDefault(c.AckWait, defaultAckWait)
	c.Takers = orDefault(c.Takers, defaultTakers)
	without := checkBrowser(&c)
	w := &Worker{Config: c, without: without, missing: map[string]string{}, count: newCounters(), now: time.Now}
	w.pauses = newPauses(c.Clock)
	var platforms []live.Platform
	for _, s := range c.Sources {
		p := s.Info().ID
		if err := s.Ready(); err != nil {
			w.missing[string(p)] = live.CleanText(err.Error(), 200)
			continue
		}
		if !c.Pool.Serves(p) {
			w.missing[string(p)] = "no egress is for it"
			continue
		}
		w.ready = append(w.ready, s)
		platforms = append(platforms, p)
	}
	w.drain = newDrain(c.Log, c.Outbox, c.Name, platforms, c.Logger, w.count)
	return w, nil
}

func orDefault[T time.Duration | int](v, otherwise T) T {
	if v <= 0 {
		return otherwise
	}
	return v
}

// Run works until ctx ends (then nil, after acks and the live lane had a moment to leave) or until going on is
// pointless: ErrDenied with the permission's name, or ErrTwin. It joins every goroutine that it started.
func (w *Worker) Run(ctx context.Context) error {
	for name, setting := range w.missing {
		w.Logger.Warn("platform left out", attrPlatform, name, attrError, setting)
	}
	defer w.Pool.Close()
	// The drain outlives the takers, so that the last pages still leave as fresh ones.
	drainCtx, stopDrain := context.WithCancel(context.WithoutCancel(ctx))
	defer stopDrain()
	takers, takeCtx := errgroup.WithContext(ctx)
	drained := make(chan error, 1)
	go func() { drained <- w.drain.Run(drainCtx) }()
	takers.Go(func() error { // a drain that gave up ends the takers
		select {
		case err := <-drained:
			drained <- err
			return err
		case <-takeCtx.Done():
			return nil
		}
	})
	takers.Go(func() error { return w.announce(takeCtx) })
	for _, s := range w.ready {
		for _, class := range w.Classes {
			for _, region := range w.Regions {
				for range w.takers(s, class) {
					takers.Go(func() error { return w.take(takeCtx, s, class, region) })
				}
			}
		}
	}
	err := takers.Wait()
	stopDrain()
	return errors.Join(err, other(<-drained, err))
}

// other gives err unless it is the one already known.
func other(err, known error) error {
	if known != nil && errors.Is(known, err) {
		return nil
	}
	return err
}

// Linked tells the worker that its connection is back, so that it publishes now instead of after its back-off.
func (w *Worker) Linked() { w.drain.poke() }
