package planner

import (
	"strconv"
	"time"

	"onair/live"
)

const (
	// rebuildChain is the most pages of one job that finds pages of a list whose cursors are not known: the rest follows,
	// after what is urgent meanwhile.
	rebuildChain = 10
	// passKey is the key of the jobs that walk a whole list.
	passKey = "whole"
	// firstKey is the key of the jobs that ask for a list of which nothing is known. They may take as many pages as a job
	// can, and mostly take few: charged in full, a list of two pages would be left alone for a quarter of an hour.
	firstKey = "first"
	// passShare is the largest part of the rate that whole passes may take; the rest keeps the top fresh.
	passShare = .6
	// passLost is how long a pass may take; then another is sent.
	passLost = 3 * time.Minute
)

// pass plans a walk over the whole list once in the floor's time, and tells what part of the rate that takes. A quick
// walk misses few of the rows that change pages, finds what is new in the tail, and lets the fold end what two of them
// lacked without a question each.
func (h *hand) pass(o Offer, rate float64) ([]live.Job, float64) {
	n := max((h.state.Live+max(o.Rows, 1)-1)/max(o.Rows, 1), len(h.state.Places), 1)
	every := h.floorAge().Seconds()
	if rate > 0 {
		every = max(every, float64(n)/(passShare*rate))
	}
	every = min(every, maxFloor.Seconds())
	cost := min(float64(n)/every, passShare*rate)
	since := h.now.Sub(h.state.LastPassAt)
	if sent := h.s.Sent.Job(h.id, passKey); h.now.Sub(sent) < passLost {
		since = min(since, h.now.Sub(sent))
	}
	walked := 2*len(h.state.Places) >= n // else a cursor was refused, or the list is new: only a walk finds the way
	if since.Seconds() < every && (walked || h.now.Sub(h.s.Sent.Job(h.id, passKey)) < passLost) {
		return nil, cost
	}
	j := h.job(passKey, live.KindList, h.floorAge())
	j.Pages = live.MaxChain
	return []live.Job{j}, cost
}

// pages gives the pages of the list that may be asked now.
func (h *hand) pages(o Offer) []choice {
	rows := max(o.Rows, 1)
	expected := max((len(h.known)+rows-1)/rows, 1)
	if o.Chain && !o.Resume {
		return h.chains(expected, rows)
	}
	if len(h.state.Places) == 0 {
		return h.first(expected)
	}
	var all []choice
	from := 0
	for i, p := range h.state.Places {
		weight := 0.0
		till := from + max(p.Rows, 1)
		if p.At.IsZero() {
			till = from + rows
		}
		last := i == len(h.state.Places)-1
		for k := from; k < len(h.known) && (k < till || last); k++ {
			weight += h.a.Weight(h.known[k].Rank)
		}
		from = till
		key := "page" + strconv.Itoa(i)
		age := h.age(p.At, h.s.Sent.Job(h.id, key))
		if age < h.cadence {
			continue
		}
		c := choice{job: h.job(key, live.KindList, jobFor), requests: 1}
		c.job.Cursor, c.job.Index, c.job.Pages = p.Cursor, i, 1
		if rest := expected - i; last && rest > 1 && h.a.Floor < 0 {
			c.job.Pages = min(rest, rebuildChain) // no walk finds what stands behind it
			c.requests = c.job.Pages
		}
		c.index = ageIndex(weight, age) / float64(c.requests)
		all = append(all, c)
	}
	return all
}

// first asks for a whole list of which nothing is known.
func (h *hand) first(expected int) []choice {
	if h.age(time.Time{}, h.s.Sent.Job(h.id, firstKey)) < h.cadence {
		return nil
	}
	c := choice{job: h.job(firstKey, live.KindList, h.a.Every), requests: expected, index: floorIndex}
	c.job.Pages = live.MaxChain
	return []choice{c}
}

// chains gives the chain from the head that is worth most for each of its pages.
func (h *hand) chains(expected, rows int) []choice {
	if len(h.state.Places) == 0 {
		return h.first(expected)
	}
	sent := later(h.s.Sent.Job(h.id, "list"), h.s.Sent.Job(h.id, firstKey))
	best := choice{requests: 0}
	sum := 0.0
	for i := range min(max(expected, len(h.state.Places)), live.MaxChain) {
		var at time.Time
		if i < len(h.state.Places) {
			at = h.state.Places[i].At
		}
		age := h.age(at, sent)
		if i == 0 && age < h.cadence {
			return nil
		}
		weight := 0.0
		for k := i * rows; k < min((i+1)*rows, len(h.known)); k++ {
			weight += h.a.Weight(h.known[k].Rank)
		}
		sum += ageIndex(weight, age) + h.floorIndex(age)
		if index := sum / float64(i+1); index > best.index {
			best.index, best.requests = index, i+1
		}
	}
	if best.requests == 0 {
		return nil
	}
	best.job = h.job("list", live.KindList, jobFor)
	best.job.Pages = best.requests
	return []choice{best}
}
