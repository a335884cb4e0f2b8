package schedule

import (
	"onair/aggregator"
	"onair/cmd/onair/internal/situation"
	"onair/live"
	"onair/planner"
)

// snapshot is the fold as the planner sees it through the view (situation in cmd/onair does the same from view.Snapshot,
// which costs too much to build for every page of an evening).
type snapshot struct {
	p       *pipeline
	at      uint64
	known   map[live.Platform][]planner.Known
	missing map[live.Platform][]planner.Missing
	states  map[live.Platform]*aggregator.PlatformState
}

// snapshot gives the present one; what it was asked before is kept while nothing was folded.
func (p *pipeline) snapshot() planner.Snapshot {
	if p.view == nil || p.view.at != p.state.Position() {
		p.view = &snapshot{p: p, at: p.state.Position(), known: map[live.Platform][]planner.Known{}, states: map[live.Platform]*aggregator.PlatformState{}}
		for _, s := range p.state.Platforms() {
			p.view.states[s.ID] = s
		}
	}
	return p.view
}

func (s *snapshot) Platform(id live.Platform) planner.Platform {
	x := s.states[id]
	if x == nil {
		return planner.Platform{}
	}
	return situation.Platform(*x)
}

func (s *snapshot) Known(id live.Platform) []planner.Known {
	if _, ok := s.known[id]; ok {
		return s.known[id]
	}
	list := []planner.Known{}
	listed := 0
	for _, r := range s.p.list() {
		rank := 0 // what is not listed unasked has none, as in the view
		if !r.Adult && !r.Locked {
			listed++
			rank = listed
		}
		if b := r.Broadcast; b.ID.Platform == id {
			list = append(list, planner.Known{
				ID: b.ID.ID, SeenAt: b.ConfirmedAt, Channel: b.Channel, Viewers: b.Viewers, Rank: rank, StartedAt: b.StartedAt,
			})
		}
	}
	s.known[id] = list
	return s.known[id]
}

func (s *snapshot) Candidates(id live.Platform) (out []planner.Candidate) {
	for _, c := range s.p.state.Candidates() {
		if c.ID.Platform == id {
			out = append(out, planner.Candidate{ID: c.ID.ID, FoundAt: c.FoundAt, NotBefore: c.NotBefore})
		}
	}
	return out
}

func (s *snapshot) Missing(id live.Platform) []planner.Missing {
	if s.missing == nil {
		s.missing = map[live.Platform][]planner.Missing{}
		for _, m := range s.p.state.Missing() {
			b := s.p.state.Broadcast(m)
			s.missing[m.Platform] = append(s.missing[m.Platform], planner.Missing{ID: m.ID, Channel: b.Channel, SeenAt: b.ConfirmedAt})
		}
	}
	return s.missing[id]
}

func (s *snapshot) Spent(id live.Platform, bucket string) int { return s.p.state.Spent(id, bucket) }
