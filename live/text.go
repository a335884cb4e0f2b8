package live

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// MaxTitle in runes: YouTube allows 100, SOOP shows about 120; a longer one only pushes others off the row.
	MaxTitle = 300
	// MaxName in runes, for channel and category names.
	MaxName = 100
	// MaxTags and MaxTag bound what a row can carry into the page.
	MaxTags = 30
	MaxTag  = 60
)

// CleanText makes a platform's text safe to show on one line: invalid UTF-8, control characters, bidirectional
// overrides and isolates, and other invisible formatting are dropped (the joiners that emoji and scripts need
// stay), runs of space become one, the result is NFC and at most limit runes.
func CleanText(s string, limit int) string {
	if plain(s) && len(s) <= limit {
		return s
	}
	s = norm.NFC.String(strings.ToValidUTF8(s, ""))
	var b strings.Builder
	b.Grow(len(s))
	n, space := 0, false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = n > 0
			continue
		case hidden(r):
			continue
		}
		if space {
			if n+1 >= limit {
				break
			}
			b.WriteByte(' ')
			n++
			space = false
		}
		if n >= limit {
			break
		}
		b.WriteRune(r)
		n++
	}
	// Removing a character can bring two others together that compose.
	return norm.NFC.String(b.String())
}

// hidden reports characters that change how the rest of a line looks, or that cannot be seen at all.
func hidden(r rune) bool {
	const zwnj, zwj = 0x200c, 0x200d
	if r == zwnj || r == zwj {
		return false
	}
	if r >= 0xe0020 && r <= 0xe007f { // tag characters: the flags of England, Scotland, Wales
		return false
	}
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || unicode.Is(unicode.Cs, r) ||
		r == 0x2028 || r == 0x2029 || r == 0x115f || r == 0x1160 || r == 0x3164 || r == 0xffa0
}

// plain is the quick way out for printable ASCII with single inner spaces.
func plain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && (i == 0 || i == len(s)-1 || s[i-1] == ' ') {
			return false
		}
	}
	return true
}

// checkText reports whether s is already what CleanText makes of it.
func checkText(s string, limit int) bool {
	return utf8.ValidString(s) && CleanText(s, limit) == s
}
