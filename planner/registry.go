package planner

import (
	"time"

	"onair/live"
)

// Channels is what a Snapshot may also say: which channels people asked to watch, and which nobody described yet.
type Channels interface {
	// Registered gives p's registered channels, in any order that stays the same.
	Registered(p live.Platform) []live.RegisteredChannel
	// Undescribed gives p's live channels that did not say what they are, the most important first.
	Undescribed(p live.Platform) []string
}

// Registry is a Policy that also looks after channels. What its own Policy wants comes first; in what is left of the rates and
// budgets it plans, in this order:
//
//  1. status checks of registered channels that their platform's list may miss (watched.go),
//  2. the feeds of registered channels, whose ids Policy then asks about like those of a search (feeds.go),
//  3. descriptions of channels that are live (describe.go).
//
// None of them is planned for a platform that is off, not served, failing or behind a wall. All are counted apart from the rate
// of a list; requests that a daily budget counts take what Policy leaves of it and never its last tenth. A Situation whose
// View is no Channels is Policy's alone.
type Registry struct {
	Policy  Policy
	Budgets map[string]int // as Policy's; nil is DefaultBudgets
}

var _ Policy = Registry{}

// Plan implements Policy.
func (r Registry) Plan(now time.Time, s Situation) []live.Job {
	channels, ok := s.View.(Channels)
	if !ok {
		return r.Policy.Plan(now, s)
	}
	if r.Budgets == nil {
		r.Budgets = DefaultBudgets()
	}
	s.View = gathered{s.View, channels, s, now}
	jobs := r.Policy.Plan(now, s)
	var more []live.Job
	for _, offers := range byPlatform(s.Offers) {
		id := offers[0].Platform
		state := s.View.Platform(id)
		if _, away := detour(now, id, offers, state, s); away || rests(now, id, state, s.Presence) {
			continue
		}
		w := warden{
			turn:     turn{Sweep: Sweep{Every: defaultEvery, Budgets: r.Budgets}, now: now, s: s, id: id, state: state},
			channels: channels, offers: offers, egresses: egresses(id, s.Presence), planned: jobs,
		}
		more = append(more, w.watched()...)
		more = append(more, w.feeds()...)
		more = append(more, w.describe()...)
	}
	s.Next += uint64(len(jobs))
	return append(jobs, stamp(more, s)...)
}

// warden is the planning of one platform's channels at one moment.
type warden struct {
	turn
	channels Channels
	offers   []Offer
	egresses int
	planned  []live.Job // Policy's of this moment, which nobody has counted yet
}

func (w *warden) find(k live.Kind) bool {
	for _, o := range w.offers {
		if o.Kind == k {
			w.offer = o
			return true
		}
	}
	return false
}

// keptBack is the part of a day's budget, one in this many, that is never spent on channels: what is known to be live must be
// refreshed until midnight.
const keptBack = 10

// affordable reports whether the offer's next request leaves the last tenth of its budget alone.
func (w *warden) affordable() bool {
	cost := w.offer.Cost
	if cost.Units == 0 {
		return true
	}
	left := w.left()
	for _, j := range w.planned {
		for _, o := range w.offers {
			if j.Platform == w.id && o.Kind == j.Kind && o.Cost.Bucket == cost.Bucket {
				left -= o.Cost.Units * max(j.Pages, 1)
			}
		}
	}
	return left-cost.Units >= w.Budgets[cost.Bucket]/keptBack
}

// onAir are the channels that are live now.
func (w *warden) onAir() map[string]bool {
	live := map[string]bool{}
	for _, k := range w.s.View.Known(w.id) {
		if k.Channel != "" {
			live[k.Channel] = true
		}
	}
	return live
}
