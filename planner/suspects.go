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
	// checkIndex is what a row that is over costs beside one whose count is old: all of its viewers instead of a few
	// percent.
	checkIndex = 100
	// maxMissed bounds the checks that one plan weighs: a list that came back empty could name a whole platform.
	maxMissed = 50
	// young is how long a stream still grows so fast that its place in the list says little.
	young = 30 * time.Minute
	// together is how far apart pages may have been listed to prove that nobody moved from one to the other between.
	together = 30 * time.Second
	// slack is what a small count may change by without meaning anything.
	slack = 3
)

// checks gives status checks of broadcasts that should have been listed and were not, and of those that the fold says
// are missing.
func (h *hand) checks(o Offer) []choice {
	h.offer = o
	type suspect struct {
		channel string
		index   float64
	}
	named := map[string]bool{}
	for _, m := range h.s.View.Missing(h.id) {
		if !m.SeenAt.After(h.state.LastPassAt) {
			named[m.ID] = true
		}
	}
	covers := h.covers()
	var list []suspect
	for _, k := range h.known {
		if k.Channel == "" || !named[k.ID] && !h.missed(k, covers) ||
			h.now.Sub(h.s.Sent.Key(h.id, live.KindStatus, k.Channel)) < statusAgain {
			continue
		}
		if slices.ContainsFunc(list, func(s suspect) bool { return s.channel == k.Channel }) {
			continue
		}
		age := min(h.now.Sub(k.SeenAt), maxFloor)
		list = append(list, suspect{k.Channel, checkIndex * h.a.Checks * checkWeight(k.Rank) * age.Minutes()})
	}
	slices.SortFunc(list, func(a, b suspect) int {
		return cmp.Or(cmp.Compare(b.index, a.index), strings.Compare(a.channel, b.channel))
	})
	list = list[:min(len(list), maxMissed*max(o.Batch, 1))]
	var all []choice
	for part := range slices.Chunk(list, max(o.Batch, 1)) {
		c := choice{requests: 1}
		for _, s := range part {
			c.job.Keys = append(c.job.Keys, s.channel)
			c.index += s.index
		}
		key := "status-" + part[0].channel
		if live.CheckID(key) != nil {
			continue
		}
		keys := c.job.Keys
		c.job = h.job(key, live.KindStatus, statusAgain)
		c.job.Keys = keys
		all = append(all, c)
	}
	return all
}

// checkWeight is what a row that is over costs at a rank: below the ranks that readers compare, as little as its
// viewers. The tail is left to whole passes.
func checkWeight(rank int) float64 {
	if rank > 0 && rank <= weighed {
		return RankWeight(rank)
	}
	if rank < 1 {
		return tailWeight / 10
	}
	return RankWeight(weighed) * math.Pow(float64(weighed)/float64(rank), 3)
}

// cover is the band of counts that a page of the list held, up to its predecessor's end.
type cover struct {
	low, high live.Viewers
	at        time.Time
}

func (h *hand) covers() []cover {
	places := h.state.Places
	out := make([]cover, len(places))
	above := live.Viewers(live.MaxViewers)
	for i, p := range places {
		c := cover{p.Low, above, p.At}
		if !p.Low.Known() || i == len(places)-1 {
			c.low = 0
		}
		if p.High > c.high {
			c.high = p.High
		}
		above = min(above, max(c.low, 0))
		out[i] = c
	}
	return out
}

// missed reports whether every page that k could stand on by now was listed since k was last seen.
func (h *hand) missed(k Known, covers []cover) bool {
	if len(covers) == 0 || !covers[0].at.After(k.SeenAt) {
		return false // whatever happened to it, it may be at the top
	}
	low, high := live.Viewers(0), live.Viewers(live.MaxViewers)
	if k.Viewers.Known() {
		low, high = max(k.Viewers*2/3-slack, 0), k.Viewers*3/2+slack
		if !k.StartedAt.IsZero() && h.now.Sub(k.StartedAt) < young {
			high *= 3
		}
	}
	var first, last time.Time
	for _, c := range covers {
		if c.low > high || c.high < low {
			continue
		}
		if !c.at.After(k.SeenAt) {
			return false
		}
		if first.IsZero() || c.at.Before(first) {
			first = c.at
		}
		last = later(last, c.at)
	}
	return !first.IsZero() && last.Sub(first) <= together
}
