package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"
)

// feedRows is how many entries the event stream carries.
const feedRows = 2000

// maxKept bounds the rows kept while the list is fetched; past it the stream is opened anew.
const maxKept = 20_000

// Removed is an id that left the set, and the id under which its entry goes on ("" when it does not).
type Removed struct {
	ID  string `json:"id"`
	Now string `json:"now"`
}

// Changes are rows to insert or replace, then ids to drop.
type Changes struct {
	Seq     uint64    `json:"seq"`
	AsOf    time.Time `json:"as_of"`
	Upserts []Row     `json:"upserts"`
	Removed []Removed `json:"removed"`
}

// Event is one of three things: a whole list to begin with (List), changes to it (Changes), or the news that the server
// cannot be reached (Err), after which the client tries again by itself.
type Event struct {
	List    *Streams
	Changes *Changes
	Err     error
}

// Events calls f with the top 2,000 entries and then with every change, until ctx ends; it returns ctx's error, or f's.
// A broken connection is resumed where it was; where that is impossible a new list comes. f is called from one
// goroutine at a time, and what it does in that time delays the next event.
func (c *Client) Events(ctx context.Context, f func(Event) error) error {
	ctx, cancel := context.WithCancel(ctx)
	fl := &follower{c: c, signals: make(chan signal)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		fl.connect(ctx)
	}()
	defer func() {
		cancel()
		<-done
		fl.stopFetch()
	}()
	for {
		select {
		case sig := <-fl.signals:
			if err := fl.take(ctx, sig, f); err != nil {
				return err
			}
		case got := <-fl.fetched:
			if err := fl.arrived(got, f); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// follower is one run of Events.
type follower struct {
	c       *Client
	signals chan signal // from the connection; unbuffered, so that nothing is lost between two of them

	fetched chan fetched       // where the list will arrive; nil when none is on its way
	cancel  context.CancelFunc // ends the fetch
	kept    []*Changes         // that came while the list is on its way
	rows    int                // in kept
	resets  int
}

// signal is what the connection says: a reset, changes, or an error.
type signal struct {
	reset   *reset
	changes *Changes
	err     error
}

type reset struct {
	Seq uint64 `json:"seq"`
}

type fetched struct {
	list *Streams
	err  error
}

func (fl *follower) take(ctx context.Context, s signal, f func(Event) error) error {
	switch {
	case s.err != nil:
		return f(Event{Err: s.err})
	case s.reset != nil:
		fl.stopFetch()
		fl.fetch(ctx, s.reset.Seq)
	case fl.fetched != nil:
		fl.kept = append(fl.kept, s.changes)
		if fl.rows += len(s.changes.Upserts) + len(s.changes.Removed); fl.rows > maxKept {
			// The list does not come. What was kept is of no use without it, and a later list will have it all.
			seq := s.changes.Seq
			fl.stopFetch()
			fl.fetch(ctx, seq)
		}
	default:
		return f(Event{Changes: s.changes})
	}
	return nil
}

// arrived hands on the list and what changed since it was asked for.
func (fl *follower) arrived(got fetched, f func(Event) error) error {
	fl.cancel()
	kept := fl.kept
	fl.fetched, fl.kept, fl.rows = nil, nil, 0
	if got.err != nil {
		return nil // only when ctx ended
	}
	if err := f(Event{List: got.list}); err != nil {
		return err
	}
	for _, ch := range kept {
		if err := f(Event{Changes: ch}); err != nil {
			return err
		}
	}
	return nil
}

func (fl *follower) stopFetch() {
	if fl.fetched != nil {
		fl.cancel()
		<-fl.fetched
	}
	fl.fetched, fl.kept, fl.rows = nil, nil, 0
}

// fetch asks for the list until it comes. Only the first reset of a run is answered at once: later ones reach every
// reader of a server in the same moment.
func (fl *follower) fetch(ctx context.Context, seq uint64) {
	ctx, fl.cancel = context.WithCancel(ctx)
	out := make(chan fetched, 1)
	fl.fetched = out
	wait := time.Duration(0)
	if fl.resets++; fl.resets > 1 {
		wait = rand.N(fl.c.o.Spread)
	}
	go func() {
		for tries := 0; ; tries++ {
			if !pause(ctx, wait) {
				out <- fetched{err: ctx.Err()}
				return
			}
			list, err := fl.c.Streams(ctx, Query{Limit: feedRows, MinSeq: seq})
			if err == nil {
				out <- fetched{list: list}
				return
			}
			wait = fl.c.backoff(tries, err)
		}
	}()
}

// connect keeps an event stream open until ctx ends.
func (fl *follower) connect(ctx context.Context) {
	last := ""
	for tries := 0; ; tries++ {
		err := fl.c.stream(ctx, last, func(fr frame) error {
			var s signal
			switch fr.event {
			case "reset":
				s.reset = &reset{}
				if err := json.Unmarshal([]byte(fr.data), s.reset); err != nil {
					return fmt.Errorf("%w: %w", errFrame, err)
				}
			case "changes":
				s.changes = &Changes{}
				if err := json.Unmarshal([]byte(fr.data), s.changes); err != nil {
					return fmt.Errorf("%w: %w", errFrame, err)
				}
			default:
				return nil // a later version's
			}
			select {
			case fl.signals <- s:
			case <-ctx.Done():
				return ctx.Err()
			}
			last, tries = fr.id, 0
			return nil
		})
		if errors.Is(err, errFrame) {
			last = "" // what was missed is unknown: begin anew
		}
		if ctx.Err() != nil {
			return
		}
		select {
		case fl.signals <- signal{err: err}:
		case <-ctx.Done():
			return
		}
		if !pause(ctx, fl.c.backoff(tries, err)) {
			return
		}
	}
}

// stream reads one connection's events until it breaks, and says why.
func (c *Client) stream(ctx context.Context, last string, f func(frame) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r, err := c.request(ctx, "/v1/events", nil)
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "text/event-stream")
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	silence := time.AfterFunc(c.o.Silence, func() { cancel(errSilent) })
	defer silence.Stop()
	resp, err := c.o.HTTP.Do(r)
	if err != nil {
		return fmt.Errorf("events: %w", cause(ctx, err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("events: %w", readProblem(resp))
	}
	err = readFrames(resp.Body, func() { silence.Reset(c.o.Silence) }, f)
	return fmt.Errorf("events: %w", cause(ctx, err))
}

// errSilent reports a connection on which nothing came for too long.
var errSilent = errors.New("nothing heard for too long")

func cause(ctx context.Context, err error) error {
	if c := context.Cause(ctx); c != nil {
		return c
	}
	return err
}

// backoff is how long to wait after the tries-th failure: what the server asked for, else a random time below a bound
// that doubles.
func (c *Client) backoff(tries int, err error) time.Duration {
	bound := c.o.RetryMax
	if tries < 16 {
		bound = min(bound, c.o.RetryMin<<tries)
	}
	wait := bound/2 + rand.N(bound/2+1)
	var p *Problem
	if errors.As(err, &p) && p.RetryAfter > 0 {
		wait = max(wait, min(p.RetryAfter, c.o.RetryMax)+rand.N(bound/2+1))
	}
	return wait
}

// pause waits for d, and reports false when ctx ended before.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
