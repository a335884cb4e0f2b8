package aggregator

import (
	"slices"
	"time"

	"onair/live"
)

// missesToEnd is how many answers in a row must lack a broadcast: one alone is a hiccup of the platform.
const missesToEnd = 2

// answer folds the verdict on one key: a channel's in a status check, a broadcast's in a refresh.
func (s *State) answer(f *platform, p *live.Page, a *live.Answer, at time.Time, seq uint64) {
	switch p.Kind {
	case live.KindRefresh:
		s.resolve(f, a, at)
		if b := s.broadcasts[live.BroadcastID{Platform: f.ID, ID: a.Key}]; b != nil {
			s.verdict(f, b, a.State, at, seq)
		}
	case live.KindStatus:
		s.channelAnswer(f, p, a, at, seq)
	}
}

func (s *State) channelAnswer(f *platform, p *live.Page, a *live.Answer, at time.Time, seq uint64) {
	channel := live.ChannelID{Platform: f.ID, ID: a.Key}
	if a.State != live.AnswerLive || a.Broadcast == "" {
		for _, b := range slices.Clone(s.onAir[channel]) {
			s.verdict(f, b, a.State, at, seq)
		}
		return
	}
	named := s.broadcasts[live.BroadcastID{Platform: f.ID, ID: a.Broadcast}]
	if named != nil && !named.Live() && !named.returns(at) {
		return // an answer from before the end
	}
	if p.OneLive && !s.takeOver(f, named, &live.Observation{ID: a.Broadcast, Channel: a.Key}, at, seq) {
		return
	}
	if named != nil {
		s.verdict(f, named, live.AnswerLive, at, seq)
	}
}

// verdict applies one answer to one broadcast. An answer older than the last confirmation is ignored.
func (s *State) verdict(f *platform, b *broadcast, state live.AnswerState, at time.Time, seq uint64) {
	if state == live.AnswerLive {
		if !b.Live() {
			if !b.returns(at) {
				return
			}
			s.revive(f, b)
			s.mark(b, seq)
		}
		s.confirm(f, b, at)
		return
	}
	if !b.Live() || at.Before(b.ConfirmedAt) {
		return
	}
	switch state {
	case live.AnswerEnded:
		s.end(f, b, EndSaid, at, seq)
	case live.AnswerMissing:
		if b.missSeq == seq {
			return // the same key twice in one page
		}
		if b.Misses++; b.Misses >= missesToEnd {
			s.end(f, b, EndMissing, at, seq)
			return
		}
		b.missSeq = seq
		if at.After(b.missedAt) {
			b.missedAt = at
		}
		s.touch(b.key)
	}
}
