package planner

import (
	"cmp"
	"maps"
	"time"

	"onair/live"
)

const (
	defaultFloor = 7*time.Minute + 45*time.Second
	// maxFloor keeps the tail under the 30 minutes after which an unseen broadcast is taken to be over.
	maxFloor = 20 * time.Minute
	// defaultCadence is how long a platform that is not named goes on saying the same counts.
	defaultCadence = time.Minute
	// maxJobs bounds what one plan submits for one platform: a long pause of the Runner must not end in a burst.
	maxJobs = 10
)

// Adaptive spends the requests of a full sweep where readers look. Every page of a list, chain of pages, batch of ids and
// status check has an index: the weight of the ranks that it is expected to hold times its age to the power of 1.5;
// whatever has the largest is asked next, at a constant rate per platform. The zero value has the defaults.
//
// What a platform allows decides what can be asked: any page whose cursor the site returned in the last pass (Offer not
// Chain, or Resume), else chains from the head. Pages that hold small streams grow urgent as they near Floor, so that new
// ones are found. Broadcasts that the pages around their place in the list no longer show are checked through their
// channels. Ids are discovered by searches apart from this (discovery.go).
type Adaptive struct {
	Every   time.Duration // the sweep whose requests are spent; default 5 minutes
	Budget  float64       // times those; default 1
	Floor   time.Duration // no page grows much older, at Budget 1 and one egress; default 7:45 minutes, negative: no floor
	Checks  float64       // weight of status checks; default 1, negative: none are made
	Budgets map[string]int
	// Cadence is how often a platform counts anew; it is asked no more often. nil is DefaultCadence.
	Cadence map[live.Platform]time.Duration
	// Weight is what an error at a rank (from 1; 0 unknown) costs, above 0. It must be pure. nil is RankWeight.
	Weight func(rank int) float64
}

var _ Policy = Adaptive{}

// DefaultCadence is how often each platform counts anew, as observed.
func DefaultCadence() map[live.Platform]time.Duration {
	return map[live.Platform]time.Duration{"chzzk": time.Minute, "soop": 20 * time.Second, "twitch": time.Minute, "youtube": 30 * time.Second}
}

func (a Adaptive) withDefaults() Adaptive {
	a.Every = cmp.Or(max(a.Every, 0), defaultEvery)
	if !(a.Budget > 0) {
		a.Budget = 1
	}
	a.Floor = cmp.Or(a.Floor, defaultFloor)
	a.Checks = cmp.Or(a.Checks, 1)
	if a.Budgets == nil {
		a.Budgets = DefaultBudgets()
	}
	cadence := DefaultCadence()
	maps.Copy(cadence, a.Cadence)
	a.Cadence = cadence
	if a.Weight == nil {
		a.Weight = RankWeight
	}
	return a
}

// Plan names what each platform's rate allows now: searches that are due and ids that were found come first, because
// they are few and nothing else brings new ones; then the largest index.
func (a Adaptive) Plan(now time.Time, s Situation) []live.Job {
	if s.View == nil {
		return nil
	}
	a = a.withDefaults()
	var jobs []live.Job
	for _, offers := range byPlatform(s.Offers) {
		id := offers[0].Platform
		state := s.View.Platform(id)
		if state.Errors == 1 && state.LastError == live.ClassOf(live.ErrCursor) {
			state.Errors = 0 // the cursor was at fault, not the platform: the head is asked at once
		}
		if away, ok := detour(now, id, offers, state, s); ok {
			jobs = append(jobs, away...)
			continue
		}
		if rests(now, id, state, s.Presence) {
			continue
		}
		h := hand{
			turn: turn{Sweep: Sweep{Every: a.Every, Budgets: a.Budgets}, now: now, s: s, id: id, state: state},
			a:    a, offers: offers, cadence: cmp.Or(a.Cadence[id], defaultCadence), egresses: egresses(id, s.Presence),
		}
		jobs = append(jobs, h.plan()...)
	}
	return stamp(jobs, s)
}

// hand is the adaptive planning of one platform at one moment.
type hand struct {
	turn
	a        Adaptive
	offers   []Offer
	cadence  time.Duration
	egresses int
	known    []Known // most viewers first; read when something is to be asked
}

func (h *hand) find(k live.Kind) (Offer, bool) {
	for _, o := range h.offers {
		if o.Kind == k {
			return o, true
		}
	}
	return Offer{}, false
}

func (h *hand) plan() []live.Job {
	found := h.found()
	jobs := append(h.discover(), found...)
	rate := h.rate()
	if o, ok := h.find(live.KindList); ok && (!o.Chain || o.Resume) && h.a.Floor > 0 {
		pass, cost := h.pass(o, rate)
		jobs = append(jobs, pass...)
		rate -= cost
	}
	credit := h.s.Sent.credit(h.id, h.now, rate) - float64(len(found))
	if credit < 1 {
		return jobs
	}
	h.known = ranked(h.s.View.Known(h.id))
	choices := h.choices()
	for credit >= 1 && len(choices) > 0 && len(jobs) < maxJobs {
		best := 0
		for i := range choices {
			if choices[i].index > choices[best].index {
				best = i
			}
		}
		jobs = append(jobs, choices[best].job)
		credit -= float64(choices[best].requests)
		choices = append(choices[:best], choices[best+1:]...)
	}
	return jobs
}

// choice is one thing that may be asked next.
type choice struct {
	job      live.Job
	requests int
	index    float64 // for each request
}

func (h *hand) choices() []choice {
	var all []choice
	if o, ok := h.find(live.KindList); ok {
		all = append(all, h.pages(o)...)
	}
	if o, ok := h.find(live.KindRefresh); ok {
		all = append(all, h.ids(o)...)
	}
	if o, ok := h.find(live.KindStatus); ok && h.a.Checks > 0 {
		all = append(all, h.checks(o)...)
	}
	return all
}
