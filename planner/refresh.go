package planner

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"onair/live"
)

// refresh plans requests about broadcast ids: the known ones once in a slot, the found ones at once when their time has
// come and then with the others. When a day's budget cannot carry a sweep every Every, slots become longer, so that it
// lasts until midnight.
func (t *turn) refresh() []live.Job {
	batch := max(t.offer.Batch, 1)
	known := t.s.View.Known(t.id)
	start, affordable := t.refreshSlot((len(known) + batch - 1) / batch)
	jobs := t.batches(foundKey, t.foundIDs(), batch, maxFound, 0)
	if !affordable {
		return jobs
	}
	var ids []dueID
	for _, k := range known {
		if k.SeenAt.Before(start) && !t.asked(t.s.Sent.Key(t.id, live.KindRefresh, k.ID), start) {
			ids = append(ids, dueID{k.ID, k.SeenAt})
		}
	}
	return append(jobs, t.batches("refresh", ids, batch, len(ids), len(jobs))...)
}

// foundKey begins the keys of jobs about ids that were found.
const foundKey = "found"

// dueID is an id to ask about, and since when it waits.
type dueID struct {
	id    string
	since time.Time
}

// foundIDs lists candidates whose time has come: those never asked about, and once a slot those that were.
func (t *turn) foundIDs() (ids []dueID) {
	start := t.slot(t.Every)
	for _, c := range t.s.View.Candidates(t.id) {
		if c.NotBefore.After(t.now) || t.asked(t.s.Sent.Key(t.id, live.KindRefresh, c.ID), start) {
			continue
		}
		ids = append(ids, dueID{c.ID, later(c.FoundAt, c.NotBefore)})
	}
	return ids
}

// batches makes jobs of up to batch ids, those that wait longest first, as far as the budget goes after planned jobs.
func (t *turn) batches(prefix string, ids []dueID, batch, most, planned int) (jobs []live.Job) {
	slices.SortFunc(ids, func(a, b dueID) int { return cmp.Or(a.since.Compare(b.since), cmp.Compare(a.id, b.id)) })
	left := t.left()
	for part := range slices.Chunk(ids, batch) {
		if len(jobs) >= most || left < t.offer.Cost.Units*(planned+len(jobs)+1) {
			break
		}
		j := t.job(prefix+strconv.Itoa(len(jobs)), live.KindRefresh, t.Every)
		for _, d := range part {
			j.Keys = append(j.Keys, d.id)
		}
		jobs = append(jobs, j)
	}
	return jobs
}

// refreshSlot is when the running sweep over the known ids began, for a sweep of so many requests.
func (t *turn) refreshSlot(requests int) (start time.Time, affordable bool) {
	every := t.Every
	if need := requests * t.offer.Cost.Units; need > 0 {
		sweeps := t.left() / need
		if sweeps <= 0 {
			return time.Time{}, false
		}
		rest, reach := nextMidnight(t.now).Sub(t.now), t.Every*time.Duration(sweeps)
		every *= (rest + reach - 1) / reach
	}
	return t.slot(every), true
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
