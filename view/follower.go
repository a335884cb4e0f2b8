package view

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"onair/aggregator"
	"onair/live"
)

const (
	// batchMessages and batchFor bound what a crash makes the node fold again, against one fsync a message.
	batchMessages = 500
	batchFor      = 200 * time.Millisecond
	// buildEvery is the pause between snapshots: each costs a pass over all entries, and readers do not see faster.
	buildEvery = 250 * time.Millisecond
	// decodedAhead is how many pages wait between decoding and folding; more only take memory.
	decodedAhead = 64
	// maxPending bounds points that wait for a disk which refuses writes.
	maxPending = 100_000
	// retryFirst and retryMost bound the pauses after a lost log, a lost watch and a refused commit.
	retryFirst = 100 * time.Millisecond
	retryMost  = 5 * time.Second
	// imageWait bounds the search for a stored state: folding the log is slower, but works.
	imageWait = 30 * time.Second
)

// Log is the log of pages as the Follower reads it.
type Log interface {
	// Info describes the log as it is now.
	Info(ctx context.Context) (live.LogInfo, error)
	// Follow calls fn with every message from sequence from on, in order, by one goroutine, until ctx ends, fn returns
	// an error, which it returns, or the log is lost. A GapError says that needed messages are gone.
	Follow(ctx context.Context, from uint64, fn func(live.Message) error) error
}

// FactSource is the fact tables as the Follower watches them.
type FactSource interface {
	// Watch calls fn with facts as they are and as they change, by one goroutine, until ctx ends. initial is true once
	// everything that was there at the start has been passed on, and from then on.
	Watch(ctx context.Context, fn func(facts []live.Fact, initial bool)) error
}

// Snapshots is where nodes find the newest state that the leader stored.
type Snapshots interface {
	// Latest gives the newest one that can be read; an error when there is none.
	Latest(ctx context.Context) (Image, error)
}

// FollowerConfig is what a Follower is made of.
type FollowerConfig struct {
	Log       Log
	Facts     FactSource
	Store     *Store
	View      *View
	Snapshots Snapshots                       // nil: none are kept
	Infos     []live.PlatformInfo             // see BuildOptions
	Off       func() map[live.Platform]string // asked at every build; nil: none are off
	Logger    *slog.Logger                    // nil: nothing is logged
}

// Follower keeps one node's state: it follows the log from the stored position, folds, commits, and publishes
// snapshots.
type Follower struct {
	FollowerConfig
	log    *slog.Logger
	health atomic.Pointer[Health]
	steps  chan step         // from the log's goroutine, in order
	facts  chan factBatch    // from the watch's
	asks   chan chan<- Image // Export
	done   chan struct{}     // closed when Run has ended

	// The rest belongs to the goroutine of Run.
	state     *aggregator.State
	lineage   live.Lineage
	tables    *Facts
	memo      Memo
	factsIn   bool          // the initial facts are there
	adopted   bool          // state and log were compared
	hold      uint64        // nothing is published before this position: a new state is not the list yet
	begin     chan<- uint64 // the log's goroutine waits here for the sequence to begin with
	changed   bool          // since the last snapshot
	n         uint64        // snapshots built
	nextBuild time.Time
	build     *time.Timer // set when changed

	pending   int         // messages since the last commit
	commit    *time.Timer // set when pending
	past      Past
	aside     []AsidePage
	whole     bool // the next commit writes everything
	retryAt   time.Time
	retryWait time.Duration
	h         Health
}

// Health says how the node does. Counters are of this run.
type Health struct {
	Position    uint64 // last message folded
	LastSeq     uint64 // end of the log when it was last asked
	Messages    uint64
	Aside       uint64 // messages that could not be read
	Restarts    uint64 // times the state was begun anew
	Reconnects  uint64 // times the log was lost
	CommitError string // "" while commits succeed
}

// step is one event of the log's goroutine: a message, or the start of a session.
type step struct {
	message *live.Message
	page    *live.Page
	err     error // why there is no page

	info  *live.LogInfo
	gap   uint64 // not 0: the last session found that the log goes on here
	begin chan<- uint64
}

type factBatch struct {
	facts   []live.Fact
	initial bool
}

// NewFollower makes a Follower; Run does the work.
func NewFollower(c FollowerConfig) *Follower {
	f := &Follower{
		FollowerConfig: c, log: c.Logger, tables: NewFacts(),
		steps: make(chan step, decodedAhead), facts: make(chan factBatch), asks: make(chan chan<- Image), done: make(chan struct{}),
	}
	if f.log == nil {
		f.log = slog.New(slog.DiscardHandler)
	}
	f.health.Store(&Health{})
	return f
}

// Health is how the node did at the last commit or snapshot.
func (f *Follower) Health() Health { return *f.health.Load() }

// Run follows until ctx ends and then commits what it has. It is called once. Errors: those of the store.
func (f *Follower) Run(ctx context.Context) error {
	defer close(f.done)
	if err := f.restore(); err != nil {
		return err
	}
	inner, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { f.readLog(inner) })
	wg.Go(func() { f.readFacts(inner) })
	err := f.loop(ctx)
	cancel()
	wg.Wait()
	if err != nil {
		return err
	}
	f.retryAt = time.Time{}
	f.flush()
	if f.h.CommitError != "" {
		return fmt.Errorf("last commit: %s", f.h.CommitError)
	}
	return nil
}

// restore takes the stored state, if there is one that can be read.
func (f *Follower) restore() error {
	state, lineage, err := f.Store.Load()
	switch {
	case err == nil:
		f.state, f.lineage = state, lineage
	case errors.Is(err, ErrEmpty):
	case errors.Is(err, ErrDamaged):
		f.log.Warn("stored state", "err", err)
		return f.Store.Renew()
	default:
		return err
	}
	return nil
}

func (f *Follower) loop(ctx context.Context) error {
	f.build, f.commit = time.NewTimer(0), time.NewTimer(0)
	f.build.Stop()
	f.commit.Stop()
	defer f.build.Stop()
	defer f.commit.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case s := <-f.steps:
			if s.info == nil {
				f.fold(s)
			} else if err := f.adopt(ctx, s); err != nil {
				return err
			}
		case b := <-f.facts:
			if f.tables.Apply(f.dated(b.facts)) || b.initial && !f.factsIn {
				f.touch()
			}
			if b.initial && !f.factsIn {
				f.factsIn = true
				f.start()
			}
		case <-f.commit.C:
			f.flush()
		case <-f.build.C:
			f.flush()
			f.publish()
		case reply := <-f.asks:
			if f.adopted {
				reply <- imageOf(f.state, f.lineage)
			}
			close(reply)
		}
	}
}

// dated gives removals that come without a revision one: a watch that lists anew only knows that a key has gone.
func (f *Follower) dated(facts []live.Fact) []live.Fact {
	for i, x := range facts {
		if x.Value == nil && x.Rev == 0 {
			facts[i].Rev = f.tables.keys[x.Key].rev + 1
		}
	}
	return facts
}

// fold applies one message.
func (f *Follower) fold(s step) {
	if s.err != nil {
		f.aside = append(f.aside, AsidePage{Seq: s.message.Seq, Time: s.message.Time, Lane: s.message.Lane, Error: s.err.Error(), Raw: s.message.Body})
		f.h.Aside++
		f.log.Warn("page kept aside", "seq", s.message.Seq, "lane", s.message.Lane, "err", s.err)
	}
	f.past.take(f.state, f.state.Apply(s.message, s.page))
	f.h.Messages++
	f.touch()
	if f.pending++; f.pending == 1 {
		f.commit.Reset(batchFor)
	}
	if f.pending >= batchMessages {
		f.flush()
	}
}

// touch asks for a snapshot.
func (f *Follower) touch() {
	if !f.changed {
		f.changed = true
		f.build.Reset(max(0, time.Until(f.nextBuild)))
	}
}

// publish builds a snapshot and gives it to the readers.
func (f *Follower) publish() {
	ready := f.changed && f.factsIn && f.adopted && f.state.Position() >= f.hold
	f.changed = false
	f.nextBuild = time.Now().Add(buildEvery)
	if !ready {
		return
	}
	f.n++
	o := BuildOptions{Infos: f.Infos, Lineage: f.lineage, N: f.n, Memo: &f.memo}
	if f.Off != nil {
		o.Off = f.Off()
	}
	f.View.Publish(Build(f.state, f.tables, o))
	f.nextBuild = time.Now().Add(buildEvery) // from its end: building never takes the whole of a core
	f.note()
}

func (f *Follower) note() {
	if f.state != nil {
		f.h.Position = f.state.Position()
	}
	h := f.h
	f.health.Store(&h)
}

// Export gives the state as it is now, for the leader to store. Errors: ErrEmpty before the node has one, ctx's.
func (f *Follower) Export(ctx context.Context) (Image, error) {
	reply := make(chan Image, 1)
	select {
	case f.asks <- reply:
	case <-f.done:
		return Image{}, ErrEmpty
	case <-ctx.Done():
		return Image{}, ctx.Err()
	}
	select {
	case i, ok := <-reply:
		if !ok {
			return Image{}, ErrEmpty
		}
		return i, nil
	case <-ctx.Done():
		return Image{}, ctx.Err()
	}
}
