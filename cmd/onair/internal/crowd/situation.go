package crowd

import (
	"cmp"
	"slices"

	"onair/aggregator"
	"onair/cmd/onair/internal/situation"
	"onair/live"
	"onair/planner"
)

// snapshot is the fold as the planner sees it; what it was asked before is kept while nothing was folded.
type snapshot struct {
	c      *crowd
	at     uint64
	rows   []*aggregator.Broadcast // live, most viewers first
	known  map[live.Platform][]planner.Known
	states map[live.Platform]*aggregator.PlatformState
}

func (c *crowd) snapshot() *snapshot {
	if c.view != nil && c.view.at == c.state.Position() {
		return c.view
	}
	s := &snapshot{c: c, at: c.state.Position(), known: map[live.Platform][]planner.Known{}, states: map[live.Platform]*aggregator.PlatformState{}}
	for _, x := range c.state.Platforms() {
		s.states[x.ID] = x
	}
	for b := range c.state.Broadcasts() {
		if b.Live() {
			s.rows = append(s.rows, b)
		}
	}
	slices.SortStableFunc(s.rows, func(a, b *aggregator.Broadcast) int { return cmp.Compare(b.Viewers, a.Viewers) })
	listed := 0
	for _, b := range s.rows {
		p, rank := b.ID.Platform, 0
		if !b.Adult && !b.Locked { // others have no rank, as in the view
			listed++
			rank = listed
		}
		s.known[p] = append(s.known[p], planner.Known{
			ID: b.ID.ID, SeenAt: b.ConfirmedAt, Channel: b.Channel, Viewers: b.Viewers, Rank: rank, StartedAt: b.StartedAt,
		})
	}
	c.view = s
	return s
}

func (s *snapshot) Platform(id live.Platform) planner.Platform {
	x := s.states[id]
	if x == nil {
		return planner.Platform{}
	}
	return situation.Platform(*x)
}

func (s *snapshot) Known(id live.Platform) []planner.Known { return s.known[id] }

func (s *snapshot) Candidates(id live.Platform) (out []planner.Candidate) {
	for _, c := range s.c.state.Candidates() {
		if c.ID.Platform == id {
			out = append(out, planner.Candidate{ID: c.ID.ID, FoundAt: c.FoundAt, NotBefore: c.NotBefore})
		}
	}
	return out
}

func (s *snapshot) Missing(id live.Platform) (out []planner.Missing) {
	for _, m := range s.c.state.Missing() {
		if m.Platform == id {
			b := s.c.state.Broadcast(m)
			out = append(out, planner.Missing{ID: m.ID, Channel: b.Channel, SeenAt: b.ConfirmedAt})
		}
	}
	return out
}

func (s *snapshot) Spent(id live.Platform, bucket string) int { return s.c.state.Spent(id, bucket) }

// score adds up how old the list is now.
func (c *crowd) score() {
	if c.ages == nil {
		c.ages, c.agesN = map[live.Platform]float64{}, map[live.Platform]float64{}
	}
	rows := c.snapshot().rows
	sum := 0.0
	for i, b := range rows {
		age := c.clock.now.Sub(b.ObservedAt).Seconds()
		c.ages[b.ID.Platform] += age
		c.agesN[b.ID.Platform]++
		if i < topRows {
			sum += age
		}
	}
	if len(rows) > 0 {
		c.top += sum / float64(min(len(rows), topRows))
		c.n++
	}
}

func (c *crowd) result() Score {
	s := Score{Workers: len(c.seats), Requests: float64(c.requests) / c.o.Length.Seconds(), Stale: c.stale, Ages: map[live.Platform]float64{}, Sizes: map[live.Platform]int{}}
	if c.n > 0 {
		s.Top50 = c.top / c.n
	}
	for p, n := range c.agesN {
		s.Ages[p] = c.ages[p] / n
	}
	for p, k := range c.snapshot().known {
		s.Sizes[p] = len(k)
	}
	return s
}

var (
	_ planner.Snapshot = (*snapshot)(nil)
	_ live.Clock       = (*stepClock)(nil)
)
