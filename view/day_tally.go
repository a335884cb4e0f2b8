package view

import "math/bits"

const (
	// holdMinutes is how long a count holds at most when no other follows: the slowest sweep. docs/sql.md has the same.
	holdMinutes = 20
	dayMinutes  = 24 * 60
)

// tally is what some steps of a day come to.
type tally struct {
	watched     int64 // viewer-minutes
	air         int64 // minutes with a count
	peak        int64
	peakAt      int64 // where its step begins, seconds since 1970
	first, last int64 // the first and last known minute, seconds since 1970
}

// minuteSet is minutes of a day.
type minuteSet [(dayMinutes + 63) / 64]uint64

func (s *minuteSet) add(from, n int) {
	for m := from; m < min(from+n, dayMinutes); m++ {
		s[m/64] |= 1 << (m % 64)
	}
}

func (s *minuteSet) count() (n int64) {
	for _, word := range s {
		n += int64(bits.OnesCount64(word))
	}
	return n
}

// hold calls fn with each known minute of the day, the step that it is in, and for how many minutes its count stands:
// until the next known one, but not for longer than holdMinutes. The last stands for itself.
func hold(n int, at func(i int) (step uint8, known uint16), fn func(i, minute, held int)) {
	before, in := -1, 0
	for i := range n {
		number, known := at(i)
		for ; known != 0; known &= known - 1 {
			minute := int(number)*stepMinutes + bits.TrailingZeros16(known)
			if before >= 0 {
				fn(in, before, min(minute-before, holdMinutes))
			}
			before, in = minute, i
		}
	}
	if before >= 0 {
		fn(in, before, 1)
	}
}

// tallySteps adds up a broadcast's steps of the day that begins at start. The minutes on air are noted in air unless it
// is nil.
func tallySteps(start int64, steps []dayStep, air *minuteSet) tally {
	t := tally{peak: -1}
	in, held := -1, int64(0)
	settle := func() {
		if in >= 0 {
			t.watched += steps[in].sum * held / steps[in].minutes()
			t.air += held
		}
	}
	hold(len(steps), func(i int) (uint8, uint16) { return steps[i].n, steps[i].known }, func(i, minute, n int) {
		if i != in {
			settle()
			in, held = i, 0
		}
		held += int64(n)
		at := start + int64(minute)*60
		if t.first == 0 {
			t.first = at
		}
		t.last = at
		if air != nil {
			air.add(minute, n)
		}
	})
	settle()
	for i := range steps {
		if p := int64(steps[i].peak); p > t.peak {
			t.peak, t.peakAt = p, start+int64(steps[i].n)*stepSeconds
		}
	}
	return t
}

// tallyTotals adds up a platform's steps of the day that begins at start.
func tallyTotals(start int64, steps []totalStep) tally {
	t := tally{peak: -1}
	in, held := -1, int64(0)
	settle := func() {
		if in >= 0 {
			t.watched += steps[in].sum * held / int64(bits.OnesCount16(steps[in].known))
			t.air += held
		}
	}
	hold(len(steps), func(i int) (uint8, uint16) { return steps[i].n, steps[i].known }, func(i, _, n int) {
		if i != in {
			settle()
			in, held = i, 0
		}
		held += int64(n)
	})
	settle()
	for i := range steps {
		if s := &steps[i]; s.peak > t.peak {
			t.peak, t.peakAt = s.peak, start+int64(s.n)*stepSeconds+int64(s.peakAt)*60
		}
	}
	return t
}

// add takes in another day, or another broadcast that was not on air at the same time.
func (t *tally) add(o tally) {
	t.watched += o.watched
	t.air += o.air
	if o.peak > t.peak {
		t.peak, t.peakAt = o.peak, o.peakAt
	}
	if o.first != 0 && (t.first == 0 || o.first < t.first) {
		t.first = o.first
	}
	t.last = max(t.last, o.last)
}
