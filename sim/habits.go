package sim

import "fmt"

// How creators differ: hour, size, topic, language, name.

// hourShares is the share of starts by hour KST, in per mille. Evening and early morning are counted from recorded starts; the
// hours between are drawn smoothly through the rest.
func hourShares() [24]int {
	return [24]int{35, 20, 12, 8, 5, 5, 5, 8, 13, 19, 24, 28, 35, 44, 46, 43, 42, 60, 104, 127, 117, 85, 65, 50}
}

// sizeOf is the log-normal of a site's usual sizes.
func (s site) sizeOf() (mu, sigma float64) {
	switch s {
	case twitch:
		return 2.9, 1.9
	case youtube:
		return 3.9, 1.9
	}
	return 2.84, 2.31 // fitted to viewers by rank: 25.9k first, 11.7k fifth, 2.5k twentieth
}

func drawHour(d *dice) int {
	shares := hourShares()
	n := d.below(1000)
	for h, share := range shares {
		if n -= share; n < 0 {
			return h
		}
	}
	return 20
}

func drawTopic(d *dice, s site, all []topic) int {
	total := 0
	for i := range all {
		total += all[i].weight[s]
	}
	n := d.below(total)
	for i := range all {
		if n -= all[i].weight[s]; n < 0 {
			return i
		}
	}
	return talkTopic
}

// foreign draws the language of a creator.
func foreign(d *dice, s site) string {
	share := [sites]float64{0, .075, .32, .33}[s]
	if !d.chance(share) {
		return "ko"
	}
	switch s {
	case soop:
		return pick(d, []string{"vi", "vi", "vi", "en", "en", "zh", "th"})
	case twitch:
		return pick(d, []string{"en", "en", "ja"})
	}
	return pick(d, []string{"en", "en", "ja", "vi"})
}

// inventName walks all combinations of the lists in a scattered order, so that names rarely repeat.
func (w *words) inventName(seed uint64, n int, d *dice) (name, latin string) {
	at := (n*1009 + int(seed%4096)) % (len(w.before) * len(w.after))
	name = w.before[at%len(w.before)] + w.after[at/len(w.before)] + pick(d, w.tail)
	latin = fmt.Sprintf("%s%s%02d", pick(d, w.latinBefore), pick(d, w.latinAfter), d.below(100))
	return name, latin
}
