package sim

import "math"

func exp(x float64) float64 { return math.Exp(x) }

// jump is a lasting change of the audience in one step: a shared link, a rival's end, a host.
type jump struct {
	at int64
	by float64 // added to the log of the viewers, fading
}

const (
	// rampTime: a new stream reaches .34 .70 .87 .94 of its size after 7.5, 22, 37, 52 minutes (real: .32 .69 .84 .93).
	rampTime = 18 * 60.0
	// jumpsPerHour and their size ±(.45 + Exp .35) are the real rate, lowered until the change over 15 minutes fits.
	jumpsPerHour = .022
	jumpFade     = 4 * 3600.0
)

// noise has waves of these lengths (minutes) and heights (log viewers). Together with jumps they give a root mean square
// change of the log of .025 over 1, .063 over 5 and .11 over 15 minutes, fitted to the recorded series.
func noiseWaves() [4]struct{ minutes, height float64 } {
	return [4]struct{ minutes, height float64 }{{2, .0215}, {8, .043}, {32, .0463}, {128, .32}}
}

// noise at a moment: linear between random lattice points, so it is rough like the real thing and knows no history.
func noise(key uint64, unix float64) float64 {
	sum := 0.0
	for i, wave := range noiseWaves() {
		octave := hash(key, tagNoise, uint64(i))
		x := unix/(wave.minutes*60) + unit(octave)
		at := math.Floor(x)
		f := x - at
		a, b := normal(mix(octave+uint64(int64(at)))), normal(mix(octave+uint64(int64(at)+1)))
		sum += wave.height * ((1-f)*a + f*b)
	}
	return sum
}

// drawJumps settles a broadcast's jumps.
func drawJumps(d *dice, start, end int64) []jump {
	var jumps []jump
	at := float64(start)
	for {
		at += d.exponential() * 3600 / jumpsPerHour
		if at >= float64(end) {
			return jumps
		}
		by := .45 + .35*d.exponential()
		if d.chance(.5) {
			by = -by
		}
		jumps = append(jumps, jump{int64(at), max(-2, min(1.6, by))})
	}
}

// waking is how awake the country is, in log viewers: 0 at 19:00, down to -.5 at 07:00.
func waking(unix float64) float64 {
	hour := math.Mod(unix+kstShift, daySeconds) / 3600
	return .25 * (math.Cos((hour-19)*math.Pi/12) - 1)
}

// own is the broadcast's audience without guests.
func (b *broadcast) own(unix float64) float64 {
	age := unix - float64(b.start)
	if age < 0 || unix >= float64(b.end) {
		return 0
	}
	ln := b.ln + noise(b.key, unix) + waking(unix)
	for _, j := range b.jumps {
		if since := unix - float64(j.at); since >= 0 {
			ln += j.by * exp(-since/jumpFade)
		}
	}
	return exp(ln) * -math.Expm1(-age/rampTime)
}

// count is the number of viewers at a moment, with the guests that raids brought.
func (b *broadcast) count(unix float64, guests []raid) int {
	if !b.liveAt(int64(math.Floor(unix))) {
		return 0
	}
	n := b.own(unix)
	for _, r := range guests {
		n += r.stay(unix)
	}
	if b.line.site == youtube && n < 1 {
		return 1 // YouTube says nothing at all for 0, which would read as hidden
	}
	return int(n)
}
