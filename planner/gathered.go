package planner

import (
	"time"

	"onair/live"
)

// gatherFor is how long an id that was found waits for others, when it is alone: a feed names one at a time, and each question
// costs as much as one about fifty. So they take at most 1,440 units of a day beside full batches.
const gatherFor = time.Minute

const (
	// feedNames is how many ids a feed names, and foldHolds how many of them the fold remembers to have been answered, with room
	// for others. Where feeds name more, it forgets what was asked an hour ago, and every round would cost as much as the first.
	feedNames = 15
	foldHolds = 15_000
)

// gathered is the Snapshot that Registry's Policy sees. It differs for platforms with registered channels only: ids from feeds
// come together, those that were answered already not again, and the 404 of one feed is not the platform's.
type gathered struct {
	Snapshot
	channels Channels
	s        Situation
	now      time.Time
}

// Platform implements Snapshot. Where feeds are read, "not found" says that a channel has none (any more); to back off from
// the platform for it would keep the others waiting.
func (g gathered) Platform(p live.Platform) Platform {
	state := g.Snapshot.Platform(p)
	if state.LastError == live.ClassOf(live.ErrNotFound) && g.s.Sent.asked(p, live.KindFeed, state.LastErrorAt.Add(-feedFor)) > 0 {
		state.Errors, state.LastError = 0, ""
	}
	return state
}

// Candidates implements Snapshot.
func (g gathered) Candidates(p live.Platform) []Candidate {
	all := g.Snapshot.Candidates(p)
	registered := len(g.channels.Registered(p))
	if len(all) == 0 || registered == 0 {
		return all
	}
	batch := 1
	for _, o := range g.s.Offers {
		if o.Platform == p && o.Kind == live.KindRefresh {
			batch = max(o.Batch, 1)
		}
	}
	list, ready := make([]Candidate, 0, len(all)), 0
	for _, c := range all {
		found := g.s.Sent.Found(p, c.ID)
		if registered*feedNames > foldHolds && c.NotBefore.IsZero() && !found.IsZero() && c.FoundAt.After(found) && !g.s.Sent.Key(p, live.KindRefresh, c.ID).After(found) {
			continue // named again after it was asked about, and not live then
		}
		list = append(list, c)
		if !c.NotBefore.After(g.now) && g.now.Sub(g.s.Sent.Key(p, live.KindRefresh, c.ID)) >= defaultEvery {
			ready++
		}
	}
	if ready < batch && g.now.Sub(g.s.Sent.Job(p, foundKey+"0")) < gatherFor {
		return nil
	}
	return list
}
