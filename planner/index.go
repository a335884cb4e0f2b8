package planner

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"onair/live"
)

const (
	// weighed is the rank down to which order matters to readers; tailWeight is what an error below it costs: enough
	// that the tail is looked at when all is fresh above it.
	weighed    = 230
	tailWeight = .01
	// floorIndex and floorPower let a page's index grow steeply as it nears the floor: it then goes before pages of the
	// top that are up to two minutes old, and never starves them.
	floorIndex = 24
	floorPower = 8
)

// RankWeight is the discount of NDCG down to rank 230, and small below.
func RankWeight(rank int) float64 {
	if rank < 1 || rank > weighed {
		return tailWeight
	}
	return 1 / math.Log2(1+float64(rank))
}

// ageIndex is the Whittle index of an error that grows with the square root of age, up to a constant factor.
func ageIndex(weight float64, age time.Duration) float64 {
	return weight * math.Pow(max(age.Minutes(), 0), 1.5)
}

// floorAge is the age that no page should reach: the floor, at twice the requests half of it.
func (h *hand) floorAge() time.Duration {
	f := time.Duration(float64(h.a.Floor) / (h.a.Budget * float64(h.egresses)))
	return min(max(f, 3*h.cadence), maxFloor)
}

func (h *hand) floorIndex(age time.Duration) float64 {
	if h.a.Floor < 0 {
		return 0
	}
	return floorIndex * math.Pow(float64(max(age, 0))/float64(h.floorAge()), floorPower)
}

// ranked orders broadcasts as the platform's own list does: most viewers first, hidden counts last.
func ranked(known []Known) []Known {
	known = slices.Clone(known)
	slices.SortFunc(known, func(a, b Known) int {
		return cmp.Or(cmp.Compare(b.Viewers, a.Viewers), strings.Compare(a.ID, b.ID))
	})
	return known
}

// age is how long ago something was asked: at the time that the log says, or by a job that is still on its way.
func (h *hand) age(logged, sent time.Time) time.Duration {
	if sent.After(logged) && h.now.Sub(sent) < onItsWay && (h.state.Errors == 0 || !h.state.LastErrorAt.After(sent)) {
		logged = sent
	}
	if logged.IsZero() {
		return maxFloor
	}
	return min(h.now.Sub(logged), maxFloor)
}

// onItsWay is how long a job may take to show in the log; after that it counts as lost.
const onItsWay = time.Minute

// NotAfter of a job that is chosen by its index: a later one would be another.
const jobFor = time.Minute

func (h *hand) ids(o Offer) []choice {
	if o.Cost.Units > 0 {
		h.offer = o
		if h.left() < o.Cost.Units {
			return nil
		}
	}
	type scored struct {
		id    string
		index float64
	}
	batch := max(o.Batch, 1)
	var due []scored
	for _, k := range h.known {
		age := h.age(k.SeenAt, h.s.Sent.Key(h.id, live.KindRefresh, k.ID))
		if age < h.cadence {
			continue
		}
		due = append(due, scored{k.ID, ageIndex(h.a.Weight(k.Rank), age) + h.floorIndex(age)/float64(batch)})
	}
	slices.SortFunc(due, func(a, b scored) int { return cmp.Or(cmp.Compare(b.index, a.index), strings.Compare(a.id, b.id)) })
	if len(due) == 0 {
		return nil
	}
	c := choice{job: h.job(freeKey(h, "refresh"), live.KindRefresh, jobFor), requests: 1}
	for _, d := range due[:min(batch, len(due))] {
		c.job.Keys = append(c.job.Keys, d.id)
		c.index += d.index
	}
	return []choice{c}
}
