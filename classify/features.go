package classify

import (
	"strings"
	"unicode/utf8"

	"onair/live"
)

// Text is what Guess reads. All but Title may be empty.
type Text struct {
	Platform    live.Platform
	Title       string
	Channel     string
	Description string
	Tags        []string
}

// Block is one kind of features. Within a block every feature of a text weighs 1/√n, n being how many there are, so
// that forty tags do not drown a title.
type Block uint8

const (
	BlockTitle   Block = iota // n-grams of the title's letters, and its words
	BlockChannel              // the same of the channel's name
	BlockTags                 // whole tags and their words
	BlockThemes               // words of lexicon.tsv and names of games, by theme and place
	BlockShape                // length, script, brackets, site
	BlockKnown                // what the channel is widely known for
	Blocks
)

// FeatureBits is the width of a feature's number. Narrower tables make unrelated n-grams share a weight; wider ones
// only make the program larger.
const FeatureBits = 16

// Feature is one thing seen in a text.
type Feature struct {
	Block Block
	Hash  uint16
}

// Features lists what is seen in t, in a fixed order, appended to dst. The trainer and Guess read the same list.
func Features(dst []Feature, t Text) []Feature {
	e := extractor{out: dst}
	e.text(BlockChannel, 'c', t.Channel)
	if group := knownFor(t.Channel); group != "" {
		e.put(BlockKnown, knownHash(group))
	}
	for i, tag := range t.Tags {
		if i == maxTagsRead {
			break
		}
		e.tag(tag)
	}
	if t.Description != "" {
		e.buf = fold(e.buf[:0], cut(t.Description, maxDescriptionRead))
		e.count()
	}
	e.themes('g')
	e.text(BlockTitle, 't', t.Title)
	e.shape(&t)
	return e.out
}

const (
	// maxTagsRead and maxDescriptionRead bound the work on one broadcast: nothing new comes after that many.
	maxTagsRead        = 40
	maxDescriptionRead = 600 // bytes
	// maxTextRead bounds titles and names likewise.
	maxTextRead = 600 // bytes
)

// cut shortens s to at most n bytes at a rune's edge.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

type extractor struct {
	out    []Feature
	buf    []byte
	themed [maxThemes]themeCount
	n      int
}

// themeCount is how often a theme's words stand in one place of a text.
type themeCount struct {
	theme string
	n     int
}

// themeSteps are the counts from which on a theme is another feature: present, twice, four times.
var themeSteps = [...]int{1, 2, 4}

// maxThemes bounds the themes of one text: there are some thirty.
const maxThemes = 48

func (e *extractor) put(b Block, h uint32) {
	e.out = append(e.out, Feature{b, narrow(h)})
}

// narrow folds a hash to FeatureBits.
func narrow(h uint32) uint16 { return uint16(h ^ h>>16) }

// text adds words, n-grams and themes.
func (e *extractor) text(b Block, place byte, s string) {
	e.buf = fold(e.buf[:0], cut(s, maxTextRead))
	e.grams(b, place)
	e.words(b, place)
	e.count()
	e.themes(place)
}

// grams adds every run of one to four runes inside the folded text, with a space at both ends.
func (e *extractor) grams(b Block, place byte) {
	var ends [4]int // starts of the last four runes
	text := e.buf
	prev := 0
	for i := 0; i <= len(text); {
		size := 1
		if i < len(text) {
			_, size = utf8.DecodeRune(text[i:])
		}
		// text[i:i+size] is the next rune; the virtual space at the end has size 1.
		copy(ends[:3], ends[1:])
		ends[3] = i
		prev++
		for n := 1; n <= 4 && n <= prev; n++ {
			from := ends[4-n]
			if n == 1 && (i == len(text) || text[i] == ' ') {
				continue
			}
			h := seed(place, byte('0'+n))
			if i == len(text) {
				h = mix(mixAll(h, text[from:]), ' ')
			} else {
				h = mixAll(h, text[from:i+size])
			}
			if n > 1 {
				e.put(b, h)
			}
		}
		i += size
	}
}

// words adds every word and every pair of neighbours.
func (e *extractor) words(b Block, place byte) {
	var last []byte
	for w := range strings.FieldsSeq(string(e.buf)) {
		word := []byte(w)
		e.put(b, mixAll(seed(place, 'w'), word))
		if last != nil {
			e.put(b, mixAll(mix(mixAll(seed(place, 'p'), last), ' '), word))
		}
		last = word
	}
}

// tag adds a tag as a whole, its words, and its pairs of runes.
func (e *extractor) tag(tag string) {
	e.buf = fold(e.buf[:0], cut(tag, maxTextRead))
	if len(e.buf) == 0 || string(e.buf) == "none" {
		return
	}
	e.count()
	e.put(BlockTags, mixAll(seed('g', 'a'), e.buf))
	e.words(BlockTags, 'g')
}

// count adds the folded text's words to their themes.
func (e *extractor) count() {
	v := vocabulary()
	v.match.find(e.buf, func(pattern, _, _ int) {
		for _, m := range v.marks[pattern] {
			e.theme(m.theme)
		}
	})
}

func (e *extractor) theme(name string) {
	for i := range e.themed[:e.n] {
		if e.themed[i].theme == name {
			e.themed[i].n++
			return
		}
	}
	if e.n < maxThemes {
		e.themed[e.n] = themeCount{name, 1}
		e.n++
	}
}

// anyPlace stands for all places of a text.
const anyPlace = '*'

func themed(place byte, k int, theme string) uint32 {
	return mixString(seed(place, byte('A'+k)), theme)
}

// ThemeHashes lists the features that a theme of lexicon.tsv can give, for a trainer that knows beforehand what the theme
// speaks for.
func ThemeHashes(theme string) (list []uint16) {
	for _, place := range []byte{'t', 'c', 'g', anyPlace} {
		for k := range themeSteps {
			list = append(list, narrow(themed(place, k, theme)))
		}
	}
	return list
}

func knownHash(group string) uint32 { return mixString(seed('k', ' '), group) }

// KnownHash is the feature of a channel that is widely known for a group, by its id, for the trainer.
func KnownHash(group string) uint16 { return narrow(knownHash(group)) }

// themes adds the themes that were counted since the last call: present, twice, four times or more.
func (e *extractor) themes(place byte) {
	for _, c := range e.themed[:e.n] {
		for k, least := range themeSteps {
			if c.n >= least {
				e.put(BlockThemes, themed(place, k, c.theme))
				e.put(BlockThemes, themed(anyPlace, k, c.theme))
			}
		}
	}
	e.n = 0
}

// shape adds what a text looks like.
func (e *extractor) shape(t *Text) {
	n := scan(t.Title)
	add := func(what string, value int) {
		e.put(BlockShape, mix(mixString(seed('s', ' '), what), byte(value)))
	}
	add("site", Site(t.Platform))
	add("length", min(utf8.RuneCountInString(t.Title)/10, 8))
	add("latin", 4*n.latin/max(1, n.letters()))
	add("jamo", min(n.jamo, 3))
	add("tags", min(len(t.Tags)/5, 5))
	if strings.HasPrefix(t.Title, "[") || strings.HasPrefix(t.Title, "【") || strings.HasPrefix(t.Title, "(") {
		add("bracket", 1)
	}
	if knownKorean(t.Channel) {
		add("label", 1)
	}
	c := scan(t.Channel)
	add("channel", min(c.hangul, 1)*2+min(c.latin, 1))
}

// Sites is how many kinds of sites there are, as far as their habits differ. Each has a Model of its own: what is usual on one,
// and what nobody says there, would count for nothing or for too much on the other.
const Sites = 2

// Site is 1 for YouTube, where videos of any kind are, and 0 for the sites of streamers.
func Site(p live.Platform) int {
	if p == "youtube" {
		return 1
	}
	return 0
}

// FNV-1a: small, and the same everywhere.
const (
	fnvBasis = 2166136261
	fnvPrime = 16777619
)

func seed(place, kind byte) uint32 { return mix(mix(fnvBasis, place), kind) }
func mix(h uint32, c byte) uint32  { return (h ^ uint32(c)) * fnvPrime }
func mixAll(h uint32, b []byte) uint32 {
	for _, c := range b {
		h = mix(h, c)
	}
	return h
}

func mixString(h uint32, s string) uint32 {
	for i := range len(s) {
		h = mix(h, s[i])
	}
	return h
}
