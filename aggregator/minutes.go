package aggregator

import (
	"time"

	"onair/live"
)

// maxHeld is the longest jump of log time over which minutes carry the value that was held. After a longer one
// (the hub was down) nobody can say what they were: they are hidden.
const maxHeld = 5 * time.Minute

// passMinutes takes every ring on to the given minute. A minute holds the last value shown in it, so the newest
// element follows every observation.
//
// A stored ring may be older than the state: a broadcast is written when it changes, not each minute. catchUp
// repeats this on loading, for which gaps remembers the hidden minutes.
//
// As a minute ends, the marks are worked out and the ranking is taken; both know what was observed in that minute, not
// what might have been in minutes that a jump skipped.
func (s *State) passMinutes(now int64, gap time.Duration, seq uint64) []Ranking {
	n := now - s.minute
	if n <= 0 {
		return nil
	}
	var rankings []Ranking
	if gap <= maxHeld {
		if rows := s.ranking(); len(rows) > 0 {
			rankings = []Ranking{{Minute: s.minute, Seq: seq, Rows: rows}}
		}
	}
	s.gaps <<= min(n, 64)
	if gap > maxHeld {
		s.gaps |= (uint64(1)<<min(n, 63) - 1) &^ 1 // the skipped ones, not the new one
	}
	s.minute = now
	for _, f := range s.platforms {
		f.passTide(s.tide(f), n)
		s.touch(platformKey(f.ID))
		for _, b := range f.order {
			s.catchUp(b)
			s.judge(f, b, n, gap > maxHeld)
		}
	}
	return rankings
}

// catchUp appends the minutes up to the state's own.
func (s *State) catchUp(b *broadcast) {
	held := b.Viewers
	if !b.Live() {
		held = live.ViewersHidden
	}
	for m := max(b.MinuteAt+1, s.minute-TrendMinutes+1); m <= s.minute; m++ {
		v := held
		if s.gaps>>(s.minute-m)&1 == 1 {
			v = live.ViewersHidden
		}
		if len(b.Minutes) >= TrendMinutes {
			b.Minutes = append(b.Minutes[:0], b.Minutes[len(b.Minutes)-TrendMinutes+1:]...)
		}
		b.Minutes = append(b.Minutes, v)
	}
	b.seen <<= max(s.minute-b.MinuteAt, 0)
	b.MinuteAt = s.minute
}
