package planner

import (
	"slices"
	"time"

	"onair/live"
)

const (
	// checkedRows is how many rows of a list bring about one status check in each sweep: broadcasts live five hours, so
	// one in sixty ends within five minutes.
	checkedRows = 62
	// burst is how many requests may leave together after a quiet moment: the Runner plans once a second, and a rate of
	// one in 1.4 seconds must not become one in two.
	burst = 2
	// creditFor is how far back requests count: longer, and a rate that falls (an egress is gone, the list is shorter) would
	// take what was sent at the higher one for debts and fall silent.
	creditFor = 3 * time.Minute
	// debtFor is how far back a long chain counts: one of live.MaxChain pages takes a few minutes to pay off.
	debtFor = 15 * time.Minute
	// headEvery is how many cadences a platform's head is left alone at most, at Budget 1: a short list, or one whose size
	// is not known yet, would be asked for once a sweep.
	headEvery = 1.5
	// headMost bounds what that adds: the other platforms of a small world pay for it.
	headMost = 2
)

// rate is how many requests a second the platform gets: those of a sweep, times Budget and egresses, but no more than ask
// for everything once in the platform's own cadence, one a second and egress, and what the day's budget carries.
func (h *hand) rate() float64 {
	known := h.state.Live
	sweep, cycle := 0.0, 0.0
	head := h.a.Every.Seconds() / (headEvery * h.cadence.Seconds())
	spread := h.a.Budget * float64(h.egresses) / h.a.Every.Seconds()
	if o, ok := h.find(live.KindList); ok {
		n := float64(max((known+max(o.Rows, 1)-1)/max(o.Rows, 1), len(h.state.Places), 1))
		sweep += max(n, min(head, headMost*n))
		cycle += n / h.cadence.Seconds()
	}
	if o, ok := h.find(live.KindStatus); ok {
		n := float64(known) / checkedRows / float64(max(o.Batch, 1))
		sweep += n
		cycle += n / h.a.Every.Seconds()
	}
	refresh, refreshCycle := 0.0, 0.0
	if o, ok := h.find(live.KindRefresh); ok {
		refresh = float64((known + max(o.Batch, 1) - 1) / max(o.Batch, 1))
		refreshCycle = refresh / h.cadence.Seconds()
		refresh = max(refresh, min(head, headMost*refresh))
		if o.Cost.Units > 0 {
			h.offer = o
			day := max(nextMidnight(h.now).Sub(h.now).Seconds(), 1)
			refreshCycle = min(refreshCycle, float64(h.left()/o.Cost.Units)/day)
		}
	}
	r := min(sweep*spread, cycle) + min(refresh*spread, refreshCycle)
	return min(r, float64(h.egresses))
}

// egresses counts the addresses from which p can be asked; 1 when it is not known.
func egresses(p live.Platform, workers []live.Presence) int {
	n := 0
	for _, w := range workers {
		if slices.Contains(w.Platforms, p) {
			n += max(w.Egresses, 1)
		}
	}
	return max(n, 1)
}

// credit is how many requests may be submitted at now: a bucket that fills at rate a second and holds burst, from which
// what was submitted is taken. A long chain leaves it in debt.
func (s *Sent) credit(p live.Platform, now time.Time, rate float64) float64 {
	if s == nil {
		return burst
	}
	asks, at := s.asks[p], now.Add(-creditFor)
	i := len(asks)
	for k := len(asks) - 1; k >= 0 && now.Sub(asks[k].at) < debtFor; k-- {
		if !asks[k].at.Before(at) || asks[k].pages > rebuildChain && !asks[k].apart() {
			i, at = k, earlier(at, asks[k].at)
		}
	}
	credit := 1.0
	for _, a := range asks[i:] {
		if a.apart() {
			continue
		}
		credit = min(credit+rate*a.at.Sub(at).Seconds(), burst) - float64(a.pages)
		at = a.at
	}
	return min(credit+rate*now.Sub(at).Seconds(), burst)
}

// apart reports whether the request is paid from a budget of its own: discovery, walks of a whole list, and what Registry plans.
func (a ask) apart() bool {
	return a.pass || a.kind == live.KindSearch || a.kind == live.KindFeed || a.kind == live.KindChannel
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// freeKey is the first job key with the prefix that was not submitted a moment ago.
func freeKey(h *hand, prefix string) string {
	for i := range 10 {
		key := prefix + string(rune('0'+i))
		if h.now.Sub(h.s.Sent.Job(h.id, key)) >= 10*time.Second {
			return key
		}
	}
	return prefix + "0"
}
