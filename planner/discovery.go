package planner

import (
	"time"

	"onair/live"
)

const (
	// deepEvery is after how many units of the search budget one search goes deep; the others read only the first page,
	// where what matters to the top of the list appears.
	deepEvery = 10
	deepMost  = 6
)

// startShares is how the starts of broadcasts spread over the hours of Korea, in per mille, from recorded starts; a
// quarter of the searches is spread evenly.
var startShares = [24]float64{35, 20, 12, 8, 5, 5, 5, 8, 13, 19, 24, 28, 35, 44, 46, 43, 42, 60, 104, 127, 117, 85, 65, 50}

const korea = 9 * time.Hour // ahead of UTC, all year

// discover plans the search: the day's budget is spent as broadcasts start. How deep a search goes depends on what the
// log says was spent, so that every leader comes to the same answer.
func (h *hand) discover() []live.Job {
	o, ok := h.find(live.KindSearch)
	if !ok {
		return nil
	}
	h.offer = o
	const key = "search"
	cost := o.Cost.Units
	if h.now.Sub(h.s.Sent.Job(h.id, key)) < time.Minute || h.now.Sub(h.state.LastSearchAt) < time.Minute {
		return nil
	}
	if cost == 0 {
		if h.now.Sub(later(h.s.Sent.Job(h.id, key), h.state.LastSearchAt)) < defaultSearchEvery {
			return nil
		}
		return []live.Job{h.job(key, live.KindSearch, h.a.Every)}
	}
	budget := h.left() + h.spent()
	allowed := int(h.dayPart() * float64(budget))
	if h.left() < cost || h.spent() >= allowed+cost {
		return nil
	}
	j := h.job(key, live.KindSearch, h.a.Every)
	if n := h.s.View.Spent(h.id, o.Cost.Bucket) / cost; o.Chain && n%deepEvery == 0 {
		j.Pages = min(h.state.Live/max(o.Rows, 1)+2, deepMost, h.left()/cost)
	}
	return []live.Job{j}
}

// dayPart is the part of the quota's day that has passed, by the starts of broadcasts.
func (h *hand) dayPart() float64 {
	begin := pacificMidnight(h.now)
	passed, total := 0.0, 0.0
	for at := begin; at.Before(nextMidnight(h.now)); at = at.Add(time.Hour) {
		w := startShares[at.UTC().Add(korea).Hour()]*3/4 + 1000./24/4
		total += w
		passed += w * min(max(h.now.Sub(at).Hours(), 0), 1)
	}
	return passed / total
}

// found plans requests about ids that were found and never asked about.
func (h *hand) found() []live.Job {
	o, ok := h.find(live.KindRefresh)
	if !ok {
		return nil
	}
	h.offer = o
	return h.batches(foundKey, h.foundIDs(), max(o.Batch, 1), maxFound, 0)
}
