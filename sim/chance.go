package sim

import "math"

// Tags keep draws for different questions apart.
const (
	tagCreator uint64 = iota + 1
	tagLine
	tagDay
	tagTakesPart
	tagBroadcast
	tagNoise
	tagRaid
	tagPicture
	tagWire
	tagFault
	tagVideo
	tagAbout
	tagAcquaintance
	tagName
	tagWith
)

// mix is the finaliser of splitmix64: every input bit moves half of the output bits.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// unmix undoes mix, for ids that must be read back.
func unmix(x uint64) uint64 {
	x ^= x>>31 ^ x>>62
	x *= 0x319642b2d24d8ec3
	x ^= x>>27 ^ x>>54
	x *= 0x96de1b173f119089
	return x ^ x>>30 ^ x>>60
}

// hash folds words into one; the order matters.
func hash(words ...uint64) uint64 {
	h := uint64(0x9e3779b97f4a7c15)
	for _, w := range words {
		h = mix(h + 0x9e3779b97f4a7c15 ^ mix(w+0x632be59bd9b4e019))
	}
	return h
}

// unit maps a hash to [0, 1).
func unit(h uint64) float64 { return float64(h>>11) / (1 << 53) }

// normal maps a hash to a nearly normal number of variance 1: four 16-bit uniforms summed, which is quick and never beyond ±3.5.
func normal(h uint64) float64 {
	sum := h&0xffff + h>>16&0xffff + h>>32&0xffff + h>>48
	return (float64(sum)/65536 - 2) * math.Sqrt(3)
}

// dice is a sequence of draws from one hash.
type dice struct{ state uint64 }

func roll(words ...uint64) *dice { return &dice{state: hash(words...)} }

func (d *dice) next() uint64 {
	d.state += 0x9e3779b97f4a7c15
	return mix(d.state)
}

func (d *dice) unit() float64         { return unit(d.next()) }
func (d *dice) chance(p float64) bool { return d.unit() < p }
func (d *dice) below(n int) int       { return int(d.next() % uint64(n)) }

// gauss is a normal number with real tails (Box-Muller), for sizes and lives.
func (d *dice) gauss() float64 {
	u, v := 1-d.unit(), d.unit()
	return math.Sqrt(-2*math.Log(u)) * math.Cos(2*math.Pi*v)
}

// exponential has mean 1.
func (d *dice) exponential() float64 { return -math.Log(1 - d.unit()) }

func pick[T any](d *dice, from []T) T { return from[d.below(len(from))] }
