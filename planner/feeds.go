package planner

import (
	"strconv"
	"time"

	"onair/live"
)

const (
	// feedWindow and feedMost pace feeds: so many in a window, and never more than one a second, for each egress. A host is
	// asked once a second at most; a fifth of that is left to what is asked about the ids.
	feedWindow = 20 * time.Second
	feedMost   = 16
	// feedEvery is the least time between two readings of one feed, however few there are.
	feedEvery = 2 * time.Minute
	// feedOnAir is that of a channel that is live already: a second broadcast beside the first is rare.
	feedOnAir = 15 * time.Minute
	// feedSlots is how many feed jobs may wait or run for each egress: without it they would pile up behind a worker that
	// has stopped.
	feedSlots = 16
	// feedFor makes a feed job stale; feedSlot is when its slot is free again.
	feedFor  = time.Minute
	feedSlot = 10 * time.Second
	feedKey  = "feed"
)

// feeds plans the reading of registered channels' feeds, the one read longest ago first, evenly in time: a round over all takes
// 1.25 seconds a channel and egress, and two minutes at least.
func (w *warden) feeds() []live.Job {
	if w.find(live.KindRefresh) && w.left() < w.offer.Cost.Units || !w.find(live.KindFeed) {
		return nil // what they name could not be asked about
	}
	registered := w.channels.Registered(w.id)
	if len(registered) == 0 {
		return nil
	}
	n := min(w.egresses, feedMost*w.egresses-w.s.Sent.asked(w.id, live.KindFeed, w.now.Add(-feedWindow)))
	n = min(n, w.even(len(registered)))
	var slots []string
	for i := 0; i < feedSlots*w.egresses && len(slots) < n; i++ {
		if key := feedKey + strconv.Itoa(i); w.now.Sub(w.s.Sent.Job(w.id, key)) >= feedSlot {
			slots = append(slots, key)
		}
	}
	if len(slots) == 0 {
		return nil
	}
	onAir := w.onAir()
	q := queue{epoch: w.s.Epoch}
	for _, c := range registered {
		at, every := w.s.Sent.Key(w.id, live.KindFeed, c.Channel.ID), feedEvery
		if onAir[c.Channel.ID] {
			every = feedOnAir
		}
		if w.now.Sub(at) >= every {
			q.add(c.Channel.ID, at)
		}
	}
	var jobs []live.Job
	for i, id := range q.first(len(slots)) {
		j := w.job(slots[i], live.KindFeed, feedFor)
		j.Keys = []string{id}
		jobs = append(jobs, j)
	}
	return jobs
}

// even is how many of n feeds are due by now if a round is to take feedEvery and no part of it is to be crowded: the first
// seconds after a start, or after a file was imported, would else hold all of them.
func (w *warden) even(n int) int {
	due := int(feedWindow) * n / int(feedEvery) // in a window
	return max(due, 1) - w.s.Sent.asked(w.id, live.KindFeed, w.now.Add(-feedWindow))
}
