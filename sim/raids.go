package sim

import (
	"math"
	"slices"
)

// raid is an audience handed on when its broadcast ended.
type raid struct {
	at     float64
	guests float64
}

const (
	raidShare = .15 // of the ends
	raidPart  = .5  // of the viewers
	raidFade  = 30 * 60.0
	// raidMost is the most guests per viewer of the receiver: more would follow, but do not stay for a minute.
	raidMost = 1.2
	// raidHours bounds how long guests are followed: e^-4 of them are left by then.
	raidHours = 2
)

func (r raid) stay(unix float64) float64 {
	since := unix - r.at
	if since < 0 || since > raidHours*3600 {
		return 0
	}
	return r.guests * exp(-since/raidFade)
}

// raids lists the raids of an hour by the key of the broadcast that received them. Only the giver's own audience counts, so
// that raids of raids need no history.
func (w *World) raids(h int64) map[uint64][]raid {
	return w.raidHours.get(h, func(h int64) map[uint64][]raid {
		out := map[uint64][]raid{}
		all := w.during(h)
		for s := range sites {
			live := slices.DeleteFunc(slices.Clone(all[s]), func(b *broadcast) bool { return b.line.creator.extra })
			for _, giver := range live {
				if hourOf(giver.end) != h || unit(hash(giver.key, tagRaid)) >= raidShare {
					continue
				}
				to := receiver(giver, live)
				if to == nil {
					continue
				}
				end := float64(giver.end)
				guests := min(raidPart*giver.own(end-1), to.own(end)*raidMost)
				if guests < 1 {
					continue
				}
				out[to.key] = append(out[to.key], raid{end, guests})
			}
		}
		return out
	})
}

// receiver picks, of a few live broadcasts, the one nearest in size. A hidden count must stay small, relays and those who
// never sleep take no part.
func receiver(giver *broadcast, live []*broadcast) *broadcast {
	d := roll(giver.key, tagRaid, 1)
	var best *broadcast
	for range 6 {
		b := pick(d, live)
		if b.line == giver.line || b.line.hidden || b.line.relay || b.line.creator.restart > 0 ||
			b.start >= giver.end || b.end < giver.end+20*60 {
			continue
		}
		if best == nil || math.Abs(b.ln-giver.ln) < math.Abs(best.ln-giver.ln) {
			best = b
		}
	}
	return best
}

// guestsAt gathers the raids that may still be felt at a moment.
func (w *World) guestsAt(unix int64) func(b *broadcast) []raid {
	var hours [raidHours + 1]map[uint64][]raid
	for i := range hours {
		hours[i] = w.raids(hourOf(unix) - int64(i))
	}
	return func(b *broadcast) []raid {
		var all []raid
		for _, h := range hours {
			all = append(all, h[b.key]...)
		}
		return all
	}
}
