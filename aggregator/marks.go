package aggregator

const (
	// markAfter and unmarkAfter are for how many minutes of log time observed counts must speak for a mark before it
	// is set, and against it before it is taken back: a count that flickers around a bound must not make rows blink.
	markAfter   = 2
	unmarkAfter = 5
)

// hysteresis is a mark with the minute since which the observed counts speak for the other state; 0: they do not.
type hysteresis struct{ since int64 }

// step takes what the count of the given minute says, and gives the mark.
func (h *hysteresis) step(on bool, minute int64, enter, leave bool) bool {
	hold, other := int64(markAfter), enter
	if on {
		hold, other = unmarkAfter, leave
	}
	switch {
	case !other:
		h.since = 0
	case h.since == 0:
		h.since = minute
	case minute-h.since >= hold-1:
		h.since = 0
		return !on
	}
	return on
}

// judge works out the marks of b as a minute, or n of them at once, have passed. A mark moves only with an observed
// count of the minute that ended, or when there was none for so long that it can no longer be claimed. A gap, over
// which nobody knows what was, moves none, and what spoke for the other state before it no longer counts. What ended
// keeps its marks for a while: platforms flap. The record is written when something turns, which is seldom.
func (s *State) judge(f *platform, b *broadcast, n int64, gap bool) {
	enter, leave := b.rise(f)
	was := b.marks()
	k := b.judged()
	switch {
	case k == 0:
		b.Rising, b.Hot, b.rises, b.heats = false, false, hysteresis{}, hysteresis{}
	case gap:
		b.rises, b.heats = hysteresis{}, hysteresis{}
	case int64(k) == n && b.Live(): // else nothing was observed since the last time
		b.Rising = b.rises.step(b.Rising, s.minute-int64(k), enter, leave)
		enter, leave = b.hot()
		b.Hot = b.heats.step(b.Hot, s.minute-int64(k), enter, leave)
	}
	if b.marks() != was {
		s.touch(b.key)
	}
}

// marks is what judge decides; comparable.
type marks struct {
	rising, hot  bool
	rises, heats hysteresis
}

func (b *broadcast) marks() marks { return marks{b.Rising, b.Hot, b.rises, b.heats} }
