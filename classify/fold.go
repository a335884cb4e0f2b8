package classify

import (
	"unicode"
	"unicode/utf8"
)

// fold appends s in the form in which names and words are compared: lower case, full-width letters as plain ones,
// decomposed Hangul composed, runs of anything that is no letter, digit or mark as one space.
func fold(dst []byte, s string) []byte {
	var last rune // the letter before, when a decomposed syllable may still grow
	space := true
	for _, r := range s {
		if r < utf8.RuneSelf {
			switch {
			case r >= 'A' && r <= 'Z':
				r |= 0x20
			case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			default:
				if !space {
					dst = append(dst, ' ')
				}
				space, last = true, 0
				continue
			}
			dst = append(dst, byte(r))
			space, last = false, 0
			continue
		}
		if r >= 0xff01 && r <= 0xff5e {
			r -= 0xfee0
		}
		if joined, ok := compose(last, r); ok {
			dst = utf8.AppendRune(dst[:len(dst)-utf8.RuneLen(last)], joined)
			last = joined
			continue
		}
		if !(r >= syllables && r <= lastSyllable) {
			r = unicode.ToLower(r)
			if !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) {
				if !space {
					dst = append(dst, ' ')
				}
				space, last = true, 0
				continue
			}
		}
		dst = utf8.AppendRune(dst, r)
		space, last = false, r
	}
	if len(dst) > 0 && dst[len(dst)-1] == ' ' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

const (
	firstInitial = 0x1100
	firstVowel   = 0x1161
	beforeFinal  = 0x11a7
	lastSyllable = 0xd7a3
)

// compose joins a conjoining jamo to what stands before it: initial and vowel, or syllable and final.
func compose(a, b rune) (rune, bool) {
	switch {
	case a >= firstInitial && a < firstInitial+19 && b >= firstVowel && b < firstVowel+vowels:
		return syllables + ((a-firstInitial)*vowels+(b-firstVowel))*finals, true
	case a >= syllables && a <= lastSyllable && (a-syllables)%finals == 0 && b > beforeFinal && b < beforeFinal+finals:
		return a + (b - beforeFinal), true
	}
	return 0, false
}

// nameKey is fold without spaces: two spellings of a category's name are the same when their keys are.
func nameKey(s string) string {
	b := fold(make([]byte, 0, 64), s)
	n := 0
	for _, c := range b {
		if c != ' ' {
			b[n] = c
			n++
		}
	}
	return string(b[:n])
}
