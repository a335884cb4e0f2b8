package main

import (
	"context"
	"sync/atomic"
	"time"

	"onair/live"
	"onair/planner"
)

// adaptivePolicy is the name of planner.Adaptive among the settings; every other is the sweep.
const adaptivePolicy = "adaptive"

// policy is what the leader plans by: for the lists, of which a sweep's requests are the measure of both, and for
// channels that no list shows.
func (h *hub) policy() planner.Policy {
	lists := planner.Policy(planner.Sweep{Every: h.sweep, Spread: h.settings.Spread, SearchEvery: h.settings.Search})
	if h.settings.Policy == adaptivePolicy {
		lists = planner.Adaptive{Every: h.sweep}
	}
	return planner.Registry{Policy: lists}
}

// crewEvery is how often the leader looks who works, in real time: workers announce themselves as often.
const crewEvery = 10 * time.Second

// crew is the workers that are there, for a policy whose rate depends on their egresses.
type crew struct {
	read func(context.Context) ([]live.Presence, error)
	list atomic.Pointer[[]live.Presence]
}

// Run reads presences until ctx ends. What could not be read stays as it was.
func (c *crew) Run(ctx context.Context) error {
	for {
		if list, err := c.read(ctx); err == nil {
			c.list.Store(&list)
		}
		if live.Wait(ctx, live.RealClock{}, crewEvery) != nil {
			return nil
		}
	}
}

// current is nil while nobody is known: then nothing is held against anybody.
func (c *crew) current() []live.Presence {
	if list := c.list.Load(); list != nil && len(*list) > 0 {
		return *list
	}
	return nil
}
