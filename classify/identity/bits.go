package identity

import "math/bits"

// weight is evidence in sixteenths of a bit: a factor of two in the odds is 16.
type weight int32

const bit weight = 16

// lg is the logarithm of n to base 2, rounded down to a sixteenth; of 0 it is that of 1.
func lg(n int64) weight {
	if n <= 1 {
		return 0
	}
	k := bits.Len64(uint64(n)) - 1
	w := weight(k) * bit
	x := uint64(n) << (63 - k) >> 32 // 1.0 is 1<<31
	for step := bit / 2; step > 0; step /= 2 {
		if x = x * x >> 31; x >= 1<<32 {
			x >>= 1
			w += step
		}
	}
	return w
}

// chance is an expected number of coincidences, in millionths.
type chance int64

const one chance = 1_000_000

// bits is how much evidence it is that something so unlikely happened, before how many there were to pick from.
func (c chance) bits() weight { return lg(int64(one)) - lg(int64(max(c, 1))) }

// sixteenths are 2^(i/16) in 1024ths.
var sixteenths = [16]int64{1024, 1069, 1117, 1166, 1218, 1272, 1328, 1387, 1448, 1512, 1579, 1649, 1722, 1798, 1878, 1961}

// permille turns log odds into a probability.
func (w weight) permille() int {
	const most = 20 * bit // beyond it nothing moves
	w = max(-most, min(w, most))
	odds := sixteenths[w&15] << 10 // in 2^20ths
	if k := w >> 4; k >= 0 {
		odds <<= k
	} else {
		odds >>= -k
	}
	return min(int(1000*odds/(odds+1<<20)), 999)
}
