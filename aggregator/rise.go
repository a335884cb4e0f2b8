package aggregator

import (
	"math/bits"
	"slices"
)

// Growth is looked at when a minute of log time ends, over the fifteen minutes before. It is judged at the last ended
// minute in which the count was observed, so that a count that merely grows old changes nothing; everything that it
// needs stands in the broadcast's ring and in the platform's tides, so a loaded state finds the same.
const (
	// riseOver is the window in minutes.
	riseOver = 15
	// riseSettled is how many minutes before the window a broadcast must have been there: every stream grows without
	// bound in its first minutes, and the list would show nothing but what just began.
	riseSettled = 5
	// heldMinutes is heldFor in a ring's minutes, as bits of broadcast.seen.
	heldMinutes = 1<<10 - 1
	// staleAfter is for how many minutes without an observed count a growth and a mark are believed.
	staleAfter = 15
	// maxRise bounds what is shown, in permille.
	maxRise = 10_000

	// tideBase keeps streams whose count is mostly noise out of the tide; minTide is how many others it takes to be one.
	tideBase = 50
	minTide  = 3

	// A stream is rising from riseOn permille and minGain viewers beyond the tide on, and no longer below riseOff. The
	// viewers are the floor that keeps small streams out.
	riseOn  = 250
	riseOff = 100
	minGain = 100
)

// growth is how a count moved over the window.
type growth struct{ before, after, own int32 } // own in permille

// growth gives how b's count moved over the window that ended k minutes ago (0: with the newest element); false when
// it was not live, or not observed, at both ends.
func (b *broadcast) growth(k int) (growth, bool) {
	last := len(b.Minutes) - 1 - k
	first := last - riseOver
	if first < riseSettled || b.seen>>(k+riseOver)&heldMinutes == 0 || b.seen>>k&heldMinutes == 0 {
		return growth{}, false
	}
	after, before := b.Minutes[last], b.Minutes[first]
	if !after.Known() || !before.Known() {
		return growth{}, false
	}
	own := (int64(after) - int64(before)) * 1000 / max(int64(before), 1)
	return growth{int32(before), int32(after), int32(min(own, maxRise))}, true
}

// tide is the platform's own growth over the window that ends with the newest minute: the median of its broadcasts
// that were live at both ends, so that neither a pass that adds many rows nor one final with half of the platform's
// viewers is a tide. 0 when there are too few.
func (s *State) tide(f *platform) int32 {
	s.growths = s.growths[:0]
	for _, b := range f.order {
		if g, ok := b.growth(0); ok && g.before >= tideBase {
			s.growths = append(s.growths, g.own)
		}
	}
	if len(s.growths) < minTide {
		return 0
	}
	slices.Sort(s.growths)
	return s.growths[(len(s.growths)-1)/2]
}

// passTide keeps the tide of the minute that ends, n minutes before the one that begins. Nothing was observed in the
// minutes between.
func (f *platform) passTide(tide int32, n int64) {
	old := f.tides
	f.tides = [staleAfter]int32{}
	if n <= staleAfter {
		f.tides[n-1] = tide
		copy(f.tides[n:], old[:])
	}
}

// judged gives the newest ended minute, counted back from the present one, in which b's count was observed; 0 when
// that is too long ago.
func (b *broadcast) judged() int {
	k := bits.TrailingZeros64(b.seen>>1) + 1
	if k > staleAfter {
		return 0
	}
	return k
}

// rise sets Rise, and says which way the growth speaks: for the mark, against it, or neither.
func (b *broadcast) rise(f *platform) (enter, leave bool) {
	b.Rise = 0
	k := b.judged()
	if k == 0 || !b.Live() {
		return false, true
	}
	g, ok := b.growth(k)
	if !ok {
		return false, true
	}
	tide := f.tides[k-1]
	b.Rise = max(min(g.own-tide, maxRise), -maxRise)
	tide = max(tide, 0) // what holds out on a falling platform does not rise
	beyond := int64(g.after) - int64(g.before) - int64(g.before)*int64(tide)/1000
	return g.own-tide >= riseOn && beyond >= minGain, g.own-tide < riseOff
}
