package planner

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"onair/live"
)

const (
	defaultEvery       = 5 * time.Minute
	defaultSearchEvery = 15 * time.Minute
	// defaultStatus bounds status checks: a pass that went wrong could name a whole platform as missing.
	defaultStatus = 10
	// statusAgain is how long a channel is left alone after a check; the answer is in the log long before. A faster sweep
	// halves its own period instead: two passes without a broadcast end it, so a check must fit between them.
	statusAgain = 3 * time.Minute
	// maxFound bounds requests about found ids in one plan; a flood of ids must not starve the refresh.
	maxFound = 10
)

// Sweep is the first policy: every platform's whole list once every Every, and for platforms without a list a search
// every SearchEvery and all known ids every Every. Broadcasts that a pass lacked are checked one by one. The zero
// value has the defaults.
type Sweep struct {
	Every       time.Duration  // default 5 minutes
	Spread      bool           // each platform's sweep begins at another part of the period, instead of all at once
	SearchEvery time.Duration  // default 15 minutes
	Status      int            // most status requests a minute and platform, default 10
	Budgets     map[string]int // units a day by bucket, nil is DefaultBudgets; a bucket not named has no bound
}

var _ Policy = Sweep{}

// DefaultBudgets are the daily budgets of one YouTube project.
func DefaultBudgets() map[string]int { return map[string]int{"search": 100, "units": 10_000} }

func (w Sweep) withDefaults() Sweep {
	w.Every = cmp.Or(max(w.Every, 0), defaultEvery)
	w.SearchEvery = cmp.Or(max(w.SearchEvery, 0), defaultSearchEvery)
	w.Status = cmp.Or(max(w.Status, 0), defaultStatus)
	if w.Budgets == nil {
		w.Budgets = DefaultBudgets()
	}
	return w
}

// Plan names what is due: checks first, because they are what a viewer notices, then ids that were found, then the
// sweeps.
func (w Sweep) Plan(now time.Time, s Situation) []live.Job {
	if s.View == nil {
		return nil
	}
	w = w.withDefaults()
	platforms := byPlatform(s.Offers)
	var jobs []live.Job
	for i, offers := range platforms {
		id := offers[0].Platform
		state := s.View.Platform(id)
		if away, ok := detour(now, id, offers, state, s); ok {
			jobs = append(jobs, away...)
			continue
		}
		if rests(now, id, state, s.Presence) {
			continue
		}
		t := turn{Sweep: w, now: now, s: s, id: id, state: state}
		if w.Spread {
			t.phase = w.Every * time.Duration(i) / time.Duration(len(platforms))
		}
		for _, kind := range []live.Kind{live.KindStatus, live.KindRefresh, live.KindSearch, live.KindList} {
			k := slices.IndexFunc(offers, func(o Offer) bool { return o.Kind == kind })
			if k < 0 {
				continue
			}
			t.offer = offers[k]
			switch kind {
			case live.KindStatus:
				jobs = append(jobs, t.status()...)
			case live.KindRefresh:
				jobs = append(jobs, t.refresh()...)
			case live.KindSearch:
				jobs = append(jobs, t.search()...)
			case live.KindList:
				jobs = append(jobs, t.list()...)
			}
		}
	}
	return stamp(jobs, s)
}

// rests reports whether p is to be left alone now: switched off, not served, or failing.
func rests(now time.Time, p live.Platform, state Platform, workers []live.Presence) bool {
	return state.Off || !served(p, workers) || now.Before(resume(p, state))
}

// stamp fills in what all jobs have in common.
func stamp(jobs []live.Job, s Situation) []live.Job {
	for i := range jobs {
		jobs[i].V = live.JobVersion
		jobs[i].ID = s.Epoch + "-" + strconv.FormatUint(s.Next+uint64(i), 10)
		jobs[i].Class, jobs[i].Region = cmp.Or(jobs[i].Class, live.ClassPlain), live.RegionAny
	}
	return jobs
}

// byPlatform groups offers, platforms in the order of their names.
func byPlatform(offers []Offer) [][]Offer {
	sorted := slices.Clone(offers)
	slices.SortStableFunc(sorted, func(a, b Offer) int { return cmp.Compare(a.Platform, b.Platform) })
	var out [][]Offer
	for i, o := range sorted {
		if i == 0 || o.Platform != sorted[i-1].Platform {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], o)
	}
	return out
}

// served reports whether a worker takes p's jobs; a job that nobody takes would only wait until it is stale.
func served(p live.Platform, workers []live.Presence) bool {
	return workers == nil || slices.ContainsFunc(workers, func(w live.Presence) bool { return slices.Contains(w.Platforms, p) })
}

// turn is the planning of one platform at one moment.
type turn struct {
	Sweep
	now   time.Time
	s     Situation
	id    live.Platform
	state Platform
	offer Offer
	phase time.Duration
}

func (t *turn) job(key string, kind live.Kind, cadence time.Duration) live.Job {
	return live.Job{Platform: t.id, Key: key, Kind: kind, NotAfter: t.now.Add(cadence)}
}

// slot is when the running period began. Periods stand still on the clock, so a new leader finds the same ones.
func (t *turn) slot(every time.Duration) time.Time {
	since := t.now.Add(-t.phase).UnixNano()
	return t.now.Add(-time.Duration(since % int64(every)))
}

// asked says that something was asked in the slot that began at start, and has not failed since.
func (t *turn) asked(at, start time.Time) bool {
	if at.Before(start) {
		return false
	}
	return t.state.Errors == 0 || !t.state.LastErrorAt.After(at)
}

// list plans the whole list as one chain from its head, once in a slot, again after an error and its back-off. A list of
// more than live.MaxChain pages keeps its tail unseen.
func (t *turn) list() []live.Job {
	const key = "list"
	start, sent := t.slot(t.Every), t.s.Sent.Job(t.id, key)
	if t.asked(sent, start) {
		return nil
	}
	if sent.IsZero() && !t.state.LastPassAt.Before(start) {
		return nil // a former leader's pass; our own may have ended in this slot and begun in the one before
	}
	if t.left() < t.offer.Cost.Units*live.MaxChain {
		return nil
	}
	j := t.job(key, live.KindList, t.Every)
	j.Pages = live.MaxChain
	return []live.Job{j}
}

// search plans the discovery: once in a slot of SearchEvery of the quota's day, and never more often than the slots that
// the day has had, so that a new leader which does not know the last one's time does not add one.
func (t *turn) search() []live.Job {
	const key = "search"
	day := pacificMidnight(t.now)
	slot := t.now.Sub(day) / t.SearchEvery
	last := t.s.Sent.Job(t.id, key)
	if t.state.LastSearchAt.After(last) {
		last = t.state.LastSearchAt
	}
	if !last.Before(day.Add(slot * t.SearchEvery)) {
		return nil
	}
	cost := t.offer.Cost.Units
	if cost > 0 && (t.left() < cost || t.spent() >= (int(slot)+1)*cost) {
		return nil
	}
	return []live.Job{t.job(key, live.KindSearch, t.SearchEvery)}
}

// status plans checks of broadcasts that the last complete pass lacked, by their channels.
func (t *turn) status() (jobs []live.Job) {
	minute := t.now.Truncate(time.Minute)
	var channels []string
	for _, m := range t.s.View.Missing(t.id) {
		if m.Channel == "" || m.SeenAt.After(t.state.LastPassAt) || t.now.Sub(t.s.Sent.Key(t.id, live.KindStatus, m.Channel)) < min(statusAgain, t.Every/2) {
			continue // already answered, or about to be
		}
		if !slices.Contains(channels, m.Channel) {
			channels = append(channels, m.Channel)
		}
		if len(channels) >= t.Status*max(t.offer.Batch, 1) {
			break
		}
	}
	batches := slices.Collect(slices.Chunk(channels, max(t.offer.Batch, 1)))
	for i := range t.Status {
		key := "status" + strconv.Itoa(i)
		if len(batches) == 0 || t.left() < t.offer.Cost.Units*(len(jobs)+1) {
			break
		}
		if !t.s.Sent.Job(t.id, key).Before(minute) {
			continue
		}
		j := t.job(key, live.KindStatus, statusAgain)
		j.Keys, batches = batches[0], batches[1:]
		jobs = append(jobs, j)
	}
	return jobs
}
