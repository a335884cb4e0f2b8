package identity

import (
	"strings"
	"unicode/utf8"

	"onair/classify"
)

// crowd is all names, or all handles, of the set: against it one is rare or not.
type crowd struct {
	size   int            // distinct words
	runes  map[rune]int   // in how many of them
	length int            // of them all, in runes
	heads  map[string]int // how many begin so; only parts that are asked about
	tails  map[string]int
	inner  map[string]int // how many have it anywhere
	known  map[string]chance
}

// newCrowd counts distinct words. asked are the ones whose rarity will be wanted.
func newCrowd(all, asked map[string]bool) crowd {
	c := crowd{size: len(all), runes: map[rune]int{}, heads: map[string]int{}, tails: map[string]int{}, inner: map[string]int{}, known: map[string]chance{}}
	for word := range asked {
		c.heads[word], c.tails[word] = 0, 0
		eachSplit(word, func(head, middle, tail string) {
			c.heads[head], c.tails[tail] = 0, 0
			if middle != "" {
				c.inner[middle] = 0
			}
		})
	}
	for word := range all { // sums: their order does not matter
		c.count(word)
	}
	return c
}

// count adds a word to what is asked about.
func (c *crowd) count(word string) {
	var at []int // where its runes begin
	for i := range word {
		if len(at) < maxLetters {
			at = append(at, i)
		}
	}
	c.length += len(at)
	for k, i := range at {
		r, size := utf8.DecodeRuneInString(word[i:])
		if wide(r) && !strings.Contains(word[:i], word[i:i+size]) {
			c.runes[r]++
		}
		if i == 0 {
			continue
		}
		if n, ok := c.heads[word[:i]]; ok {
			c.heads[word[:i]] = n + 1
		}
		if n, ok := c.tails[word[i:]]; ok {
			c.tails[word[i:]] = n + 1
		}
		for _, to := range at[min(k+2, len(at)):min(k+1+maxMiddle, len(at))] {
			if n, ok := c.inner[word[i:to]]; ok {
				c.inner[word[i:to]] = n + 1
			}
		}
	}
}

const (
	// maxLetters of a name are looked at: a hostile one has a hundred, and the work is their square.
	maxLetters = 24
	// maxMiddle is the length of a part between two others.
	maxMiddle = 8
)

// eachSplit gives the ways to see a word as a head and a tail, with or without a middle. A part is a syllable at least,
// a middle two, and Latin ones are three letters.
func eachSplit(word string, do func(head, middle, tail string)) {
	var at []int
	for i := range word {
		if at = append(at, i); len(at) > maxLetters {
			return
		}
	}
	if len(at) < 3 {
		return
	}
	long := func(from, to int) bool {
		if from >= to {
			return false
		}
		r, _ := utf8.DecodeRuneInString(word[at[from]:])
		return to-from >= 3 || wide(r)
	}
	for i := 1; i < len(at); i++ {
		if !long(0, i) {
			continue
		}
		if long(i, len(at)) {
			do(word[:at[i]], "", word[at[i]:])
		}
		for k := i + 2; k < min(len(at), i+maxMiddle); k++ {
			if long(i, k) && long(k, len(at)) {
				do(word[:at[i]], word[at[i]:at[k]], word[at[k]:])
			}
		}
	}
}

const (
	// leastChance is that of the rarest name: beyond it the model knows nothing.
	leastChance = one / 2048
	// shortName: two syllables are too few to be one person's alone, whatever the set says.
	shortName = one * 4 / 1000
	// smoothing stands for the syllables that the set has not shown: a small set makes no name rare by its size.
	smoothing = 300
	// commonName is for words and given names that many choose.
	commonName = one / 2
)

// expected is how many others chance would give a word, by the frequency of its letters and parts among the others.
func (c *crowd) expected(word string) chance {
	e, ok := c.known[word]
	if !ok {
		e = c.reckon(word)
		c.known[word] = e
	}
	return e
}

func (c *crowd) reckon(word string) chance {
	n := chance(max(c.size, 1))
	e := n * one
	letters := 0
	for _, r := range word {
		if !wide(r) {
			letters++
			continue
		}
		// The word itself is one of those that hold r.
		e = e * chance(max(c.runes[r], 1)) / chance(c.length+smoothing)
	}
	e >>= min(3*letters/2, 60) // English words: a bit and a half a letter
	eachSplit(word, func(head, middle, tail string) {
		// The word itself is in each count.
		p, q := chance(c.heads[head]-1), chance(c.tails[tail]-1)
		if p <= 0 || q <= 0 {
			return
		}
		x := p * q * one / n
		if middle != "" {
			x = x * chance(max(c.inner[middle]-1, 0)) / n
		}
		e = max(e, x)
	})
	return max(e, chance(c.heads[word]+c.tails[word])*one/4) // a word that others are made of
}

// gatherNames fills the tables of names from channels in order.
func (w *world) gatherNames() {
	all, asked := map[string]bool{}, map[string]bool{}
	for i, f := range w.channels {
		for _, key := range f.name.keys {
			w.put(w.named, key, int32(i))
			if rest := after(key, f.name.core); rest != "" {
				w.dresses[rest]++
			}
		}
		if f.name.core != "" && !f.name.about() {
			all[f.name.core] = true
		}
	}
	for key, b := range w.named {
		if b.spans {
			asked[key] = true
			for _, i := range b.channels {
				asked[w.channels[i].name.core] = true
			}
		}
	}
	w.names = newCrowd(all, asked)
}

// after is what follows core in key, "" when key does not begin so.
func after(key, core string) string {
	if core != "" && len(key) > len(core) && key[:len(core)] == core {
		return key[len(core):]
	}
	return ""
}

// namesakes is how many channels of other people chance would give a name: what is counted in the set, or what the
// frequency of the name's parts there lets expect. The two channels that are judged do not count, nor do those that
// say that they are about somebody.
func (w *world) namesakes(key, core string) chance {
	base, rest := key, after(key, core)
	if rest != "" {
		base = core
	}
	e := max(w.names.expected(base), floorOf(base))
	if rest != "" {
		e = e * chance(w.dresses[rest]) / chance(max(len(w.channels), 1))
	}
	return max(e, leastChance, w.named.doubled(key))
}

// floorOf is what a name is worth by itself, in any set.
func floorOf(name string) chance {
	n := utf8.RuneCountInString(name)
	latin := !strings.ContainsFunc(name, wide)
	switch _, topic := classify.Named(name); {
	case n < 2 || latin && n < 4 || topic:
		return one
	case commonWord(name):
		return commonName
	case latin && n < 6:
		return one / 20
	case latin && n < 8, !latin && n < 3:
		return shortName
	}
	return leastChance
}
