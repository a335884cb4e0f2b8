package aggregator

import (
	"slices"
	"time"

	"onair/live"
)

const (
	// unseenAfter ends a broadcast that no page showed although pages came: the last resort when no list pass
	// completes and nobody answers.
	unseenAfter = 30 * time.Minute
	// silentAfter ends the rows of a platform of which nothing is heard: beyond it they are not worth showing.
	silentAfter = 2 * time.Hour
	// keptAfterEnd is how long an ended broadcast can be found, and feeds the ranking of earlier minutes.
	keptAfterEnd = TrendMinutes * time.Minute
)

// end marks b as over. An end is never earlier than the last confirmation.
func (s *State) end(f *platform, b *broadcast, why EndReason, at time.Time, seq uint64) {
	if at.Before(b.ConfirmedAt) {
		at = b.ConfirmedAt
	}
	b.EndedAt, b.EndReason, b.Misses = at, why, 0
	b.Minutes[len(b.Minutes)-1] = live.ViewersHidden
	b.Rise, b.Heat, b.base, b.bar = 0, 0, 0, 0
	f.Live--
	f.ChangedSeq = seq
	s.unlist(b)
	s.mark(b, seq)
	s.touch(b.key)
	s.touch(platformKey(f.ID))
}

// returns reports whether being seen live at the given time outweighs what ended b. Expiry is no observation, so
// anything newer than the last confirmation outweighs it.
func (b *broadcast) returns(at time.Time) bool {
	if b.EndReason == EndUnseen || b.EndReason == EndSilent {
		return !at.Before(b.ConfirmedAt)
	}
	return !at.Before(b.EndedAt)
}

// revive takes an end back: platforms flap.
func (s *State) revive(f *platform, b *broadcast) {
	b.EndedAt, b.EndReason = time.Time{}, ""
	b.Minutes[len(b.Minutes)-1] = b.Viewers
	f.Live++
	s.list(b)
	s.compare(f, b)
	b.rise(f)
	s.touch(b.key)
	s.touch(platformKey(f.ID))
}

// expire ends what was not seen for too long and forgets what ended an hour ago.
func (s *State) expire(seq uint64) {
	for _, f := range s.platforms {
		forgotten := false
		for _, b := range f.order {
			switch {
			case !b.Live():
				if s.logTime.Sub(b.EndedAt) >= keptAfterEnd {
					s.settle(f, b)
					s.forget(f, b)
					forgotten = true
				}
			case f.fed-b.fedAt >= unseenAfter:
				s.end(f, b, EndUnseen, s.logTime, seq)
			case s.active-max(f.fedAt, b.activeAt) >= silentAfter:
				s.end(f, b, EndSilent, s.logTime, seq)
			}
		}
		if forgotten {
			f.order = slices.DeleteFunc(f.order, func(b *broadcast) bool { return s.broadcasts[b.ID] != b })
		}
		s.expireCandidates(f)
		s.expirePasses(f)
	}
}
