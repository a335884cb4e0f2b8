package workers

import (
	"math/bits"
	"time"
)

const (
	// restBase is how long an egress stays away after its first refusal. Sites that block count by the minute; asking
	// again at once makes a short block a long one.
	restBase = 30 * time.Second
	// maxPause bounds a rest, also one that a platform asks for in Retry-After: a wrong header must not silence it for
	// ever. One request after an hour costs little.
	maxPause = time.Hour
	// forgiveAfter is how many good answers take one refusal off the record. A single one would let an egress that is
	// let in for a moment after each block knock for ever at the first distance.
	forgiveAfter = 50
	// memory is how many outcomes the health of an egress is made of: few enough that a dead proxy is left alone after
	// some requests, enough that one lost packet does not count.
	memory = 8
	// wellAt is the health, in percent, from which an egress is chosen as any other.
	wellAt = 50
	// probeEvery is how often an unwell egress is tried, so that one that recovered is found.
	probeEvery = time.Minute
)

// slot is what is known of one egress for one platform. Its methods are the pool's whole policy; they are pure in the
// time that they are given.
type slot struct {
	next    time.Time // the next request may leave then
	used    time.Time // the last one left then
	until   time.Time // it stays away until then
	strikes int       // refusals not yet forgiven
	good    int       // good answers since the last refusal, or since one was forgiven
	recent  uint8     // the last outcomes, newest lowest; a set bit is a good one
	seen    int       // how many of them there are
}

// take reserves the next free moment, every after the one before.
func (s *slot) take(now time.Time, every time.Duration) (wait time.Duration) {
	at := s.next
	if at.Before(now) {
		at = now
	}
	s.next, s.used = at.Add(every), at
	return at.Sub(now)
}

func (s *slot) resting(now time.Time) bool { return now.Before(s.until) }

// health is the share of good outcomes among the last, in percent; 100 before the first.
func (s *slot) health() int {
	if s.seen == 0 {
		return 100
	}
	return 100 * bits.OnesCount8(s.recent) / s.seen
}

func (s *slot) well() bool { return s.health() >= wellAt }

func (s *slot) note(good bool) {
	s.recent <<= 1
	if good {
		s.recent |= 1
	}
	s.seen = min(s.seen+1, memory)
}

// succeeded notes an answer.
func (s *slot) succeeded() {
	s.note(true)
	if s.good++; s.good >= forgiveAfter {
		s.strikes, s.good = max(s.strikes-1, 0), 0
	}
}

// failed notes that nobody was reached.
func (s *slot) failed() { s.note(false) }

// refused sends the egress to rest: for what the platform asked, or twice as long as the last time if that is longer.
// Requests that were under way when the rest began are part of the same refusal.
func (s *slot) refused(now time.Time, asked time.Duration) {
	s.note(false)
	s.good = 0
	if !s.resting(now) {
		s.strikes++
	}
	rest := max(restFor(s.strikes), min(asked, maxPause))
	if until := now.Add(rest); until.After(s.until) && (!s.resting(now) || asked > 0) {
		s.until = until
	}
}

// restFor is the rest after the nth refusal: 30 s, 1 min, 2 min … 1 h.
func restFor(strikes int) time.Duration {
	return min(restBase<<min(max(strikes-1, 0), 10), maxPause)
}

// choose gives the index of the slot to use: of those that do not rest the well before the unwell, the soonest free
// before those that wait for their pace, the least recently used first; -1 when all rest. An unwell one that was long
// left alone counts as well, once.
func choose(now time.Time, slots []*slot) int {
	best := -1
	for i, s := range slots {
		if s.resting(now) {
			continue
		}
		if best < 0 || before(now, s, slots[best]) {
			best = i
		}
	}
	return best
}

func before(now time.Time, a, b *slot) bool {
	if x, y := a.usable(now), b.usable(now); x != y {
		return x
	}
	if x, y := max(a.next.Sub(now), 0), max(b.next.Sub(now), 0); x != y {
		return x < y
	}
	return a.used.Before(b.used)
}

func (s *slot) usable(now time.Time) bool { return s.well() || now.Sub(s.used) >= probeEvery }
