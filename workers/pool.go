package workers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"onair/live"
)

// PoolOptions is what an EgressPool is made of.
type PoolOptions struct {
	Addresses []Address     // nil: the machine's own choice, labelled "direct"
	Clock     live.Clock    // pace and rests; nil is the machine's
	Pace      time.Duration // of Clock, between two requests of one egress to one platform; 0: one second
	Logger    *slog.Logger  // nil discards
}

// EgressPool is the addresses of one worker. Each (egress, platform) has a pace, a rest after refusals, a health and
// cookies of its own (pool_policy.go, pool_cookies.go); requests take turns, the least recently used first.
//
// More egresses make more requests a second possible, never more quota: what a platform counts by account is planned
// by the planner, asked for once, and not asked again from elsewhere (see Worker.ask).
type EgressPool struct {
	clock live.Clock
	pace  time.Duration
	log   *slog.Logger
	exits []*exit

	mu    sync.Mutex
	slots map[slotKey]*slot
	given map[slotKey]*Egress
}

type slotKey struct {
	label    string
	platform live.Platform
}

// exit is an address with its connections.
type exit struct {
	Address
	transport *http.Transport
}

var _ Pool = (*EgressPool)(nil)

// NewPool checks the addresses. Errors name the label at fault and hold no credentials.
func NewPool(o PoolOptions) (*EgressPool, error) {
	if o.Addresses == nil {
		o.Addresses = []Address{{Label: directLabel}}
	}
	if len(o.Addresses) == 0 || len(o.Addresses) > maxAddresses {
		return nil, fmt.Errorf("%d egresses, not 1 to %d", len(o.Addresses), maxAddresses)
	}
	if o.Clock == nil {
		o.Clock = live.RealClock{}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	p := &EgressPool{
		clock: o.Clock, pace: orDefault(o.Pace, defaultPace), log: o.Logger,
		slots: map[slotKey]*slot{}, given: map[slotKey]*Egress{},
	}
	labels := map[string]bool{}
	for _, a := range o.Addresses {
		if labels[a.Label] {
			return nil, fmt.Errorf("egress %.40s: label used twice", a.Label)
		}
		labels[a.Label] = true
		if err := a.Check(); err != nil {
			return nil, fmt.Errorf("egress %.40s: %w", a.Label, err)
		}
		t, err := a.transport()
		if err != nil {
			return nil, fmt.Errorf("egress %.40s: %w", a.Label, err)
		}
		p.exits = append(p.exits, &exit{a, t})
	}
	return p, nil
}

// directLabel is the egress of a worker that was given none.
const directLabel = "direct"

// Pick implements Pool.
func (p *EgressPool) Pick(ctx context.Context, w Want) (*Egress, error) {
	for {
		e, wait, err := p.reserve(w)
		if err != nil {
			return nil, err
		}
		if err := live.Wait(ctx, p.clock, wait); err != nil {
			return nil, err
		}
		if !p.resting(e, w.Platform) { // it may have been refused while we waited for its pace
			return e, nil
		}
	}
}

// reserve chooses an egress and its moment.
func (p *EgressPool) reserve(w Want) (e *Egress, wait time.Duration, err error) {
	fit := p.fit(w.Platform, w.Region)
	if len(fit) == 0 {
		return nil, 0, fmt.Errorf("%w: no egress for %s in region %.40s", live.ErrSetting, w.Platform, w.Region)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	var exits []*exit
	var slots []*slot
	for _, x := range fit {
		if w.Like != nil && x.Region != w.Like.Region || w.Not != nil && x.Label == w.Not.Label {
			continue
		}
		exits, slots = append(exits, x), append(slots, p.slot(x.Label, w.Platform))
	}
	i := choose(now, slots)
	if i < 0 {
		return nil, 0, ErrResting
	}
	return p.egress(exits[i], w.Platform), slots[i].take(now, p.pace), nil
}

// fit lists the egresses for a platform in a region: those that say that they are there, or, when none does, those
// that say nothing; then the worker's own word for the region is all there is.
func (p *EgressPool) fit(platform live.Platform, region string) (out []*exit) {
	var silent []*exit
	for _, x := range p.exits {
		switch {
		case !x.serves(platform):
		case region == "" || region == live.RegionAny || x.Region == region:
			out = append(out, x)
		case x.Region == "":
			silent = append(silent, x)
		}
	}
	if out == nil {
		return silent
	}
	return out
}

// slot is called with mu held.
func (p *EgressPool) slot(label string, platform live.Platform) *slot {
	k := slotKey{label, platform}
	s := p.slots[k]
	if s == nil {
		s = &slot{}
		p.slots[k] = s
	}
	return s
}

// egress is called with mu held. It gives the same Egress, with the same cookies, every time.
func (p *EgressPool) egress(x *exit, platform live.Platform) *Egress {
	k := slotKey{x.Label, platform}
	e := p.given[k]
	if e == nil {
		e = &Egress{Label: x.Label, Region: x.Region, Client: &http.Client{Transport: discreet{x.Label, x.transport}, Jar: newJar()}}
		p.given[k] = e
	}
	return e
}

func (p *EgressPool) resting(e *Egress, platform live.Platform) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.slot(e.Label, platform).resting(p.clock.Now())
}

// Done implements Pool. An answer that is wrong in another way than a refusal was still an answer: the platform is at
// fault, not the address.
func (p *EgressPool) Done(e *Egress, platform live.Platform, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, now := p.slot(e.Label, platform), p.clock.Now()
	switch {
	case refused(err):
		var fe *live.FetchError
		_ = errors.As(err, &fe)
		rested := s.resting(now)
		s.refused(now, retryAfter(fe))
		if !rested {
			p.log.Warn("egress refused, rests", attrEgress, e.Label, attrPlatform, platform, attrClass, string(live.ClassOf(err)), attrUntil, s.until)
		}
	case unreached(err):
		was := s.well()
		s.failed()
		if was && !s.well() {
			p.log.Warn("egress reaches nobody", attrEgress, e.Label, attrPlatform, platform, attrClass, string(live.ClassOf(err)))
		}
	case errors.Is(err, context.Canceled), errors.Is(err, live.ErrCanceled), errors.Is(err, live.ErrSetting), errors.Is(err, live.ErrUnsupported):
		// nothing was asked
	default:
		s.succeeded()
	}
}

// refused tells what a platform does to an address that it does not want.
func refused(err error) bool {
	return errors.Is(err, live.ErrBlocked) || errors.Is(err, live.ErrRateLimited)
}

// unreached tells what happens where a proxy or an address is dead.
func unreached(err error) bool {
	c := live.ClassOf(err)
	return c == live.ClassOf(live.ErrNetwork) || c == live.ClassOf(live.ErrTimeout)
}

func retryAfter(fe *live.FetchError) time.Duration {
	if fe == nil {
		return 0
	}
	return max(fe.RetryAfter, 0)
}

// Rest implements Pool.
func (p *EgressPool) Rest(platform live.Platform, region string) (until time.Time) {
	fit := p.fit(platform, region)
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	for i, x := range fit {
		s := p.slot(x.Label, platform)
		if !s.resting(now) {
			return time.Time{}
		}
		if i == 0 || s.until.Before(until) {
			until = s.until
		}
	}
	return until
}

// Serves implements Pool.
func (p *EgressPool) Serves(platform live.Platform) bool {
	return len(p.fit(platform, live.RegionAny)) > 0
}

// Live implements Pool: an egress counts unless it rests or is unwell for every platform that it was used for.
func (p *EgressPool) Live() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	used, works := map[string]bool{}, map[string]bool{}
	for k, s := range p.slots {
		used[k.label] = true
		works[k.label] = works[k.label] || !s.resting(now) && s.well()
	}
	for _, x := range p.exits {
		if !used[x.Label] || works[x.Label] {
			n++
		}
	}
	return n
}

// Close implements Pool.
func (p *EgressPool) Close() {
	for _, x := range p.exits {
		x.transport.CloseIdleConnections()
	}
}
