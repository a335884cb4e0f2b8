package workers

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"onair/live"
	"onair/platform"
)

// Probed is how one request through one egress to one platform went.
type Probed struct {
	Egress    string
	Region    string
	Platform  live.Platform
	Reachable bool          // the platform answered, whatever it said
	Blocked   bool          // it refuses the address, or an account's requests from it
	Latency   time.Duration // real
	Status    int           // HTTP status, 0 when none came
	Class     live.ErrorClass
	Text      string        // for people; no address, no credentials
	Rest      time.Duration // of the pool's clock: how long the egress would now stay away
}

const (
	// probesAtOnce bounds the egresses tried together; their requests are to count as single ones.
	probesAtOnce = 16
	// probeFeed is the channel whose feed is asked for where nothing else is free of cost. That it is not found is an
	// answer, too.
	probeFeed = "UCBR8-60-B28hp2BmDPdntcQ"
)

// Probe asks every source for something small, once through every egress that serves it, and gives the results in the
// order of the addresses and the sources. It spends no quota: a source that offers nothing for nothing is left out.
func (p *EgressPool) Probe(ctx context.Context, sources []platform.Source, timeout time.Duration) []Probed {
	all := make([][]Probed, len(p.exits))
	var wg sync.WaitGroup
	room := make(chan struct{}, probesAtOnce)
	for i, x := range p.exits {
		wg.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			for _, s := range sources {
				r, free := lightest(s)
				if !x.serves(s.Info().ID) || !free || ctx.Err() != nil {
					continue
				}
				all[i] = append(all[i], p.probe(ctx, x, s, r, timeout))
			}
		})
	}
	wg.Wait()
	return slices.Concat(all...)
}

func (p *EgressPool) probe(ctx context.Context, x *exit, s platform.Source, r platform.Request, timeout time.Duration) Probed {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	id := s.Info().ID
	p.mu.Lock()
	e := p.egress(x, id)
	p.mu.Unlock()
	out := Probed{Egress: x.Label, Region: x.Region, Platform: id}
	began := time.Now()
	page, err := s.Fetch(ctx, e.Client, r)
	out.Latency = time.Since(began)
	p.Done(e, id, err)
	out.Rest = p.restLeft(e, id)
	if err == nil {
		out.Reachable, out.Status = true, page.Status
		return out
	}
	out.Class, out.Blocked = live.ClassOf(err), refused(err)
	var fe *live.FetchError
	if errors.As(err, &fe) {
		out.Status, out.Text = fe.Status, fe.Text
		out.Reachable = fe.Status != 0 && !unreached(err) || errors.Is(err, live.ErrBlocked)
	}
	return out
}

// lightest is the smallest request that a source answers without taking from a daily budget.
func lightest(s platform.Source) (r platform.Request, ok bool) {
	for _, kind := range []live.Kind{live.KindList, live.KindFeed} {
		for _, o := range s.Offers() {
			if o.Kind != kind || o.Cost != (live.Cost{}) {
				continue
			}
			r := platform.Request{Kind: kind}
			if kind == live.KindFeed {
				r.Keys = []string{probeFeed}
			}
			return r, true
		}
	}
	return platform.Request{}, false
}

func (p *EgressPool) restLeft(e *Egress, platform live.Platform) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(p.slot(e.Label, platform).until.Sub(p.clock.Now()), 0)
}
