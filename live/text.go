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
	// MaxDescription in runes and MaxLinks bound what a channel says of itself: links stand at its beginning, and a
	// page of 50 channels must fit into a message.
	MaxDescription = 600
	MaxLinks       = 20
)

// CleanText makes a platform's text safe to show on one line: invalid UTF-8, control characters, bidirectional
// overrides and isolates, and other invisible formatting are dropped (the joiners that emoji and scripts need
// stay), runs of space become one, the result is NFC and at most limit runes.
func CleanText(s string, limit int) string {
	if clean(s, limit) {
		return s
	}
	return scrub(s, limit)
}

// scrub is CleanText for what is not clean.
func scrub(s string, limit int) string {
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

// clean reports whether s is already what CleanText makes of it: nearly every title is, and every page in the log is
// checked at every node.
func clean(s string, limit int) bool {
	n, space, composed := 0, true, true
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return false
			}
		}
		switch {
		case r > ' ' && r <= '~':
			space = false
		case r == ' ':
			if space {
				return false
			}
			space = true
		case r < utf8.RuneSelf || !syllable(r) && (unicode.IsSpace(r) || hidden(r)):
			return false
		default:
			space, composed = false, composed && syllable(r)
		}
		n++
	}
	// ASCII and composed syllables are NFC in any order: only letters of other ranges join with what stands before them.
	return n <= limit && (n == 0 || !space) && (composed || norm.NFC.IsNormalString(s))
}

// syllable reports a composed Hangul syllable: most of what is not ASCII here, and never hidden.
func syllable(r rune) bool { return r >= 0xac00 && r <= 0xd7a3 }
