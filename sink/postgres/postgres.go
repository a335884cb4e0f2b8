// Package postgres copies the log into a Postgres database, for analysts.
//
// In go the log of pages (a view.Log), the creators among the facts, and a database of version 14 or later; out come the
// tables and views of migrations/, all in the schema "onair". cmd/onair runs one Exporter on the leader. It never writes
// to the log or the facts, never holds either up, and a database that is away costs the hub nothing but the messages
// that wait in the log.
//
// # Exactly once
//
// One transaction writes a batch of rows, the position in the log up to which they reach, which log that is (when its
// stream was created), and the epoch of the leader. Whatever fails, the next attempt asks the database where it stands,
// so a commit whose answer was lost is neither repeated nor missed. A leader with an older epoch is refused in the same
// transaction, under the lock of the position's row.
//
// # Rankings, ends and times
//
// They are the fold's: the Exporter runs an aggregator.State of its own over the same messages. That state is kept in
// the database too (table checkpoint), every few minutes, in the transaction of a batch: a state at a position at or
// before the copied one. After a restart the Exporter loads it and folds the messages up to the copied position without
// writing; the fold is deterministic, so that gives the state that wrote them. The stored states of other hubs
// (SNAPSHOTS) would not do: the newest is usually ahead of the copied position, and older ones are gone. Keeping the
// fold's records row by row would do, and cost more than the rows that are copied.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"onair/live"
	"onair/view"
)

// What ends Run beside its context. Waiting cures neither.
var (
	// ErrFenced: a later leader copies into this database.
	ErrFenced = errors.New("a later leader copies into this database")
	// ErrClock: the database holds the copy of a real log and this one is a demo's, or the reverse.
	ErrClock = errors.New("copy of a log on another clock")
)

// Epoch is a leader's reign; a later one compares higher (broker.Epoch).
type Epoch struct {
	Created time.Time
	Rev     uint64
}

// Options make an Exporter.
type Options struct {
	Target Target // Parse
	Log    view.Log
	Facts  view.FactSource     // for creators; nil: none
	Infos  []live.PlatformInfo // names of the platforms
	Epoch  Epoch
	Clock  live.Clock            // of retention and of days made ahead; nil is the real one
	Keep   time.Duration         // how long observations, rankings and requests are kept; 0 is DefaultKeep, less than MinKeep counts as that
	Terms  map[live.Platform]int // days that a platform's words may be kept without being said again; nil is StorageTerms
	Flush  time.Duration         // how long rows wait for others; 0 is 2 s
	Logger *slog.Logger          // nil: nothing is logged
}

const (
	// DefaultKeep is how long rows by day are kept unless told otherwise: 1.2 million observations a day are 10 GB a
	// month.
	DefaultKeep = 90 * 24 * time.Hour
	// MinKeep is above the log's 48 hours: what is shorter would drop days that are still being copied.
	MinKeep = 4 * 24 * time.Hour
)

const (
	// retryFirst and retryMost bound the pause after a lost database.
	retryFirst = 500 * time.Millisecond
	retryMost  = 30 * time.Second
	// flushEvery is how long rows wait for others: each transaction is an fsync of the server's.
	flushEvery = 2 * time.Second
	// maxRows is how many rows make a transaction when there are many: two batches are in memory, 5 MB each.
	maxRows = 50_000
	// checkpointEvery is how often the state is stored, and so the most that a restart folds again. One is some MB at
	// the size of the whole country.
	checkpointEvery = 5 * time.Minute
	// maxSpan is the log time that a batch may span: the fold forgets a broadcast an hour after its end, and what a
	// broadcast last said is read from the fold at the end of the batch.
	maxSpan = 10 * time.Minute
	// decodedAhead is how many pages wait between reading and folding.
	decodedAhead = 64
	// decoders is how many pages are decoded at a time. With one, a server with a core of its own waits for it; more than
	// two would only take from those who read the list while an outage is made up for.
	decoders = 2
)

// Exporter copies the log into a database.
type Exporter struct {
	Options
	log      *slog.Logger
	creators creatorTable

	// Shorter in tests.
	retryFirst, retryMost, flushEvery, checkpointEvery time.Duration
	maxRows                                            int

	migrated bool
	upkeepAt time.Time // when the next upkeep is due
	hole     uint64    // not 0: the last session found that the log goes on here

	mu     sync.Mutex // guards health
	health Health
}

// New makes an Exporter; Run does the work.
func New(o Options) *Exporter {
	if o.Clock == nil {
		o.Clock = live.RealClock{}
	}
	if o.Keep == 0 {
		o.Keep = DefaultKeep
	}
	o.Keep = max(o.Keep, MinKeep)
	if o.Flush == 0 {
		o.Flush = flushEvery
	}
	if o.Terms == nil {
		o.Terms = StorageTerms()
	}
	e := &Exporter{
		Options: o, log: o.Logger,
		retryFirst: retryFirst, retryMost: retryMost, flushEvery: o.Flush, checkpointEvery: checkpointEvery, maxRows: maxRows,
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	e.note(func(h *Health) { h.Error = "not connected yet" })
	return e
}

// Run copies until ctx ends, through outages of the database and of the log. It returns ctx's error, ErrFenced or
// ErrClock, and is called once.
func (e *Exporter) Run(ctx context.Context) error {
	if e.Facts != nil {
		done := make(chan struct{})
		facts, cancel := context.WithCancel(ctx)
		go func() {
			defer close(done)
			e.readFacts(facts)
		}()
		defer func() { cancel(); <-done }()
	}
	for wait := e.retryFirst; ; wait = min(2*wait, e.retryMost) {
		before := e.Health().Batches
		err := e.session(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		text := e.Target.scrub(err)
		e.note(func(h *Health) { h.Error = text; h.Restarts++ })
		if errors.Is(err, ErrFenced) || errors.Is(err, ErrClock) {
			e.log.Error("copying to postgres has stopped", "target", e.Target.String(), "err", text)
			return fmt.Errorf("postgres: %w", err)
		}
		if pgCode(err) == codeNoTable { // somebody dropped the schema, to begin anew
			e.migrated, e.upkeepAt = false, time.Time{}
		}
		if e.Health().Batches > before {
			wait = e.retryFirst
		}
		e.log.Warn("copying to postgres interrupted", "target", e.Target.String(), "err", text, "retry_in", wait)
		if err := live.Wait(ctx, live.RealClock{}, wait); err != nil {
			return err
		}
	}
}
