package tray

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/api/client"
	"onair/live"
)

// News is one thing that the server said, or that it says nothing (Err).
type News struct {
	List      *client.Streams
	Changes   *client.Changes
	Platforms *client.Platforms
	Tail      []client.Row // entries below the set, when TailKnown
	TailKnown bool
	Err       error
	Skew      time.Duration // how far the server's clock is ahead of ours; with Platforms
}

// Source is where news comes from.
type Source interface {
	// Run sends news of the server until ctx ends.
	Run(ctx context.Context, server string, out chan<- News) error
	// WantTail says whether entries below the top 2,000 matter.
	WantTail(bool)
}

const (
	// pollEvery is how often the list is asked for while its changes cannot be followed.
	pollEvery = 30 * time.Second
	// askAgain is half of the first wait after an answer that did not come; it doubles up to pollEvery.
	askAgain = 500 * time.Millisecond
	// retryMax bounds the wait before events are asked for again: one tray is no crowd.
	retryMax = 15 * time.Second
	// platformsEvery: counts, states and the clock.
	platformsEvery = 30 * time.Second
	// tailEvery: favourites that few people watch are late by this much at most.
	tailEvery = 2 * time.Minute
	// maxTail pages of 2,000 are more than Korea ever has live.
	maxTail = 5
)

// Feed is the Source over HTTP: changes as events; the list itself, conditionally, while events do not come.
type Feed struct {
	UserAgent string
	Clock     live.Clock

	tail  atomic.Bool
	least atomic.Int64 // viewers of the set's last entry
}

var _ Source = (*Feed)(nil)

// WantTail implements Source.
func (f *Feed) WantTail(on bool) { f.tail.Store(on) }

// Run implements Source. It returns ctx's error, or client.ErrAddress.
func (f *Feed) Run(ctx context.Context, server string, out chan<- News) error {
	tr := http.DefaultTransport.(*http.Transport).Clone()
	defer tr.CloseIdleConnections()
	clock := &serverClock{next: tr, now: f.Clock.Now}
	o := client.Options{UserAgent: f.UserAgent, HTTP: &http.Client{Transport: clock}, RetryMax: retryMax}
	c, err := client.New(server, o)
	if err != nil {
		return err
	}
	send := func(n News) error {
		select {
		case out <- n:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	down := newGate()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		return c.Events(ctx, func(e client.Event) error {
			if e.Err != nil {
				down.set(true)
				return nil
			}
			down.set(false)
			if e.List != nil {
				f.measure(e.List)
			}
			return send(News{List: e.List, Changes: e.Changes})
		})
	})
	g.Go(func() error { return f.poll(ctx, server, o, down, send) })
	g.Go(func() error {
		return f.every(ctx, platformsEvery, func() (bool, error) {
			p, err := c.Platforms(ctx)
			if err != nil {
				return false, nil // whether anything answers is for the list to say
			}
			return true, send(News{Platforms: p, Skew: clock.skew()})
		})
	})
	g.Go(func() error {
		return f.every(ctx, tailEvery, func() (bool, error) {
			if !f.tail.Load() {
				return true, nil
			}
			rows, err := f.below(ctx, c)
			if err != nil {
				return false, nil
			}
			return true, send(News{Tail: rows, TailKnown: true})
		})
	})
	return g.Wait()
}

// poll asks for the list again and again while events are down. Only it says that nothing answers: events may be held
// up by a proxy on the way.
func (f *Feed) poll(ctx context.Context, server string, o client.Options, down *gate, send func(News) error) error {
	for {
		if err := down.wait(ctx); err != nil {
			return err
		}
		// A client of its own: what it holds for conditional requests goes with it.
		c, err := client.New(server, o)
		if err != nil {
			return err
		}
		var last *client.Streams
		wait := askAgain
		for down.is() {
			list, err := c.Streams(ctx, client.Query{Limit: setSize})
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				wait = min(2*wait, pollEvery)
				err = send(News{Err: fmt.Errorf("list: %w", err)})
			case list != last:
				last, wait = list, pollEvery
				f.measure(list)
				err = send(News{List: list})
			default:
				err = send(News{}) // it answers; nothing is new
			}
			if err != nil {
				return err
			}
			if err := f.pause(ctx, wait, down); err != nil {
				return err
			}
		}
	}
}

// setSize is the size of the set that events describe.
const setSize = 2000

func (f *Feed) measure(l *client.Streams) {
	n := int64(-1)
	if len(l.Streams) >= setSize {
		n = l.Streams[len(l.Streams)-1].Viewers.Count()
	}
	f.least.Store(n)
}

// below asks for what has no more viewers than the set's last entry. MinSeq keeps the client from holding the answers:
// the question is another each time.
func (f *Feed) below(ctx context.Context, c *client.Client) ([]client.Row, error) {
	least := f.least.Load()
	if least < 0 {
		return nil, nil
	}
	var rows []client.Row
	q := client.Query{Limit: setSize, MaxViewers: &least, MinSeq: 1}
	for range maxTail {
		l, err := c.Streams(ctx, q)
		if err != nil {
			return nil, err
		}
		for i := range l.Streams {
			rows = append(rows, l.Streams[i].Row)
		}
		if q.Cursor = l.Next; q.Cursor == "" {
			break
		}
	}
	return rows, nil
}

// every calls do at once and then every d, a tenth more or less: clients started together drift apart. When do had no
// success it is called again sooner, later each time.
func (f *Feed) every(ctx context.Context, d time.Duration, do func() (ok bool, err error)) error {
	wait := askAgain
	for {
		ok, err := do()
		if err != nil {
			return err
		}
		if wait = min(2*wait, d); ok {
			wait = askAgain
		}
		next := wait
		if ok {
			next = d
		}
		if err := live.Wait(ctx, f.Clock, next-next/10+rand.N(next/5)); err != nil {
			return err
		}
	}
}

// pause waits for d, or until events flow again.
func (f *Feed) pause(ctx context.Context, d time.Duration, down *gate) error {
	at, stop := f.Clock.After(d - d/10 + rand.N(d/5))
	defer stop()
	select {
	case <-at:
	case <-down.changed():
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// gate is a flag that can be waited for.
type gate struct {
	mu sync.Mutex
	on bool
	ch chan struct{} // closed at the next change
}

func newGate() *gate { return &gate{ch: make(chan struct{})} }

func (g *gate) set(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.on != on {
		g.on = on
		close(g.ch)
		g.ch = make(chan struct{})
	}
}

func (g *gate) is() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.on
}

func (g *gate) changed() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ch
}

// wait returns once the flag is set.
func (g *gate) wait(ctx context.Context) error {
	for {
		ch := g.changed()
		if g.is() {
			return nil
		}
		select {
		case <-ch:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// serverClock measures the server's clock against ours by the Date and Age of its answers.
type serverClock struct {
	next http.RoundTripper
	now  func() time.Time

	mu  sync.Mutex
	off time.Duration
}

// maxSkewNoise: Date counts whole seconds and the answer takes its time; less is no difference.
const maxSkewNoise = 3 * time.Second

// RoundTrip implements http.RoundTripper.
func (s *serverClock) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := s.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		if age, err := time.ParseDuration(resp.Header.Get("Age") + "s"); err == nil && age > 0 {
			at = at.Add(age)
		}
		s.mu.Lock()
		if s.off = at.Sub(s.now()); s.off.Abs() < maxSkewNoise {
			s.off = 0
		}
		s.mu.Unlock()
	}
	return resp, nil
}

func (s *serverClock) skew() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.off
}
