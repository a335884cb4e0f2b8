package classify

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// channelTable has one group a line: its name and channels that are widely known for it, separated by "|".
//
//go:embed channels.tsv
var channelTable string

// knownChannels is the table by key: the group's name. Built on first use and never changed.
var knownChannels = sync.OnceValue(func() map[string]string {
	known := map[string]string{}
	for line := range strings.Lines(channelTable) {
		group, list, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || line[0] == '#' {
			continue
		}
		for _, name := range split(list) {
			known[string(channelKey(nil, name))] = group
		}
	}
	return known
})

// channelKey is a name as it is compared: folded, without spaces.
func channelKey(dst []byte, name string) []byte {
	dst = fold(dst, name)
	n := 0
	for _, c := range dst {
		if c != ' ' {
			dst[n] = c
			n++
		}
	}
	return dst[:n]
}

// knownFor names the group that a channel is widely known for, "" for none. Names are often given twice, in two scripts or
// with a slogan ("영국남자 Korean Englishman", "피식대학 - Psick Univ"): the whole name decides, else its first part that is known.
func knownFor(name string) string {
	name = cut(name, maxTextRead)
	known := knownChannels()
	var buf [64]byte
	if g, ok := known[string(channelKey(buf[:0], name))]; ok {
		return g
	}
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return r != '.' && r != '\'' && (unicode.IsPunct(r) || unicode.IsSymbol(r)) }) {
		if g, ok := known[string(channelKey(buf[:0], part))]; ok && utf8.RuneCountInString(part) > 1 {
			return g
		}
	}
	for _, inScript := range []func(rune) bool{hangulOrDigit, latinOrDigit} {
		key := channelKey(buf[:0], strings.Map(func(r rune) rune {
			if inScript(r) || r == ' ' {
				return r
			}
			return -1
		}, name))
		if g, ok := known[string(key)]; ok && utf8.RuneCount(key) > 2 {
			return g
		}
	}
	return ""
}

func hangulOrDigit(r rune) bool { return unicode.Is(unicode.Hangul, r) || unicode.IsDigit(r) }
func latinOrDigit(r rune) bool  { return unicode.Is(unicode.Latin, r) || unicode.IsDigit(r) }
