package classify

// minKeyboard is the least number of Latin letters that can be Korean on the wrong layout: three syllables. Shorter
// words of every language compose to something.
const minKeyboard = 6

// wrongLayout reports Korean that was typed while the keyboard was set to Latin letters ("dkssudgktpdy" for
// 안녕하세요): words that compose into syllables without a letter left over, all of them usual ones, and that are no
// words of a Latin language, whose letters do compose but into syllables that nobody uses.
func wrongLayout(title string) bool {
	good, bad := 0, 0 // letters in words that are and are not
	caps := allCapitals(title)
	eachWord(title, func(w string) {
		if len(w) < 3 || oneSyllable(w) {
			return
		}
		if n := typedSyllables(w, caps); n > 0 {
			good += len(w)
		} else {
			bad += len(w)
		}
	})
	return good >= minKeyboard && good > bad
}

// oneSyllable reports a word that repeats two letters: laughter in half the world's languages (wkwkwk, hahaha).
func oneSyllable(w string) bool {
	return len(w) >= 4 && len(w)%2 == 0 && w[2:] == w[:len(w)-2]
}

// allCapitals reports a title without a small letter.
func allCapitals(s string) bool {
	for i := range len(s) {
		if s[i] >= 'a' && s[i] <= 'z' {
			return false
		}
	}
	return true
}

// eachWord calls f with each run of ASCII letters, as they are: Shift makes another letter on the Korean layout.
func eachWord(s string, f func(w string)) {
	from := -1
	for i := 0; i <= len(s); i++ {
		if i < len(s) && (s[i] >= 'a' && s[i] <= 'z' || s[i] >= 'A' && s[i] <= 'Z') {
			if from < 0 {
				from = i
			}
			continue
		}
		if from >= 0 {
			f(s[from:i])
			from = -1
		}
	}
}

// Order of initials, vowels and finals in composed Hangul (U+AC00 + (initial·21 + vowel)·28 + final).
const (
	noLetter  = -1
	vowels    = 21
	finals    = 28
	syllables = 0xac00
)

// key is what a key types on the two-set layout.
type key struct {
	initial, vowel, final int8 // noLetter where the key has none
}

// keyOf gives what a letter types. With caps it is what Caps Lock makes of a small one.
func keyOf(c byte, caps bool) key {
	if caps {
		c |= 0x20
	}
	return keys[c&0x7f]
}

// keys maps letters to jamo. Seven letters have a second meaning with Shift, the others keep the first.
var keys = func() (keys [128]key) {
	for i := range keys {
		keys[i] = key{noLetter, noLetter, noLetter}
	}
	for c, k := range map[byte]key{
		'q': {7, noLetter, 17}, 'w': {12, noLetter, 22}, 'e': {3, noLetter, 7}, 'r': {0, noLetter, 1}, 't': {9, noLetter, 19},
		'a': {6, noLetter, 16}, 's': {2, noLetter, 4}, 'd': {11, noLetter, 21}, 'f': {5, noLetter, 8}, 'g': {18, noLetter, 27},
		'z': {15, noLetter, 24}, 'x': {16, noLetter, 25}, 'c': {14, noLetter, 23}, 'v': {17, noLetter, 26},
		'y': {noLetter, 12, noLetter}, 'u': {noLetter, 6, noLetter}, 'i': {noLetter, 2, noLetter}, 'o': {noLetter, 1, noLetter},
		'p': {noLetter, 5, noLetter}, 'h': {noLetter, 8, noLetter}, 'j': {noLetter, 4, noLetter}, 'k': {noLetter, 0, noLetter},
		'l': {noLetter, 20, noLetter}, 'b': {noLetter, 17, noLetter}, 'n': {noLetter, 13, noLetter}, 'm': {noLetter, 18, noLetter},
	} {
		keys[c], keys[c&^0x20] = k, k
	}
	keys['Q'], keys['W'], keys['E'] = key{8, noLetter, noLetter}, key{13, noLetter, noLetter}, key{4, noLetter, noLetter}
	keys['R'], keys['T'] = key{1, noLetter, 2}, key{10, noLetter, 20}
	keys['O'], keys['P'] = key{noLetter, 3, noLetter}, key{noLetter, 7, noLetter}
	return keys
}()

// joinVowels gives the vowel that two make (ㅗ+ㅏ is ㅘ), or noLetter.
func joinVowels(a, b int8) int8 {
	switch {
	case a == 8 && b == 0:
		return 9
	case a == 8 && b == 1:
		return 10
	case a == 8 && b == 20:
		return 11
	case a == 13 && b == 4:
		return 14
	case a == 13 && b == 5:
		return 15
	case a == 13 && b == 20:
		return 16
	case a == 18 && b == 20:
		return 19
	}
	return noLetter
}

// joinFinals gives the final that two consonants make (ㄴ+ㅎ is ㄶ), or noLetter.
func joinFinals(a, b int8) int8 {
	switch {
	case a == 1 && b == 19:
		return 3
	case a == 4 && b == 22:
		return 5
	case a == 4 && b == 27:
		return 6
	case a == 8 && b == 1:
		return 9
	case a == 8 && b == 16:
		return 10
	case a == 8 && b == 17:
		return 11
	case a == 8 && b == 27:
		return 15
	case a == 17 && b == 19:
		return 18
	}
	return noLetter
}

// typedSyllables gives how many syllables w types when all of it composes and every syllable is a usual one, else 0.
// With caps the letters are what Caps Lock makes of small ones.
func typedSyllables(w string, caps bool) int {
	n, rare := 0, 0
	for i := 0; i < len(w); {
		first := keyOf(w[i], caps)
		if first.initial == noLetter || i+1 == len(w) {
			return 0
		}
		vowel := keyOf(w[i+1], caps).vowel
		if vowel == noLetter {
			return 0
		}
		i += 2
		if i < len(w) {
			if second := keyOf(w[i], caps).vowel; second != noLetter {
				if vowel = joinVowels(vowel, second); vowel == noLetter {
					return 0
				}
				i++
			}
		}
		final := int8(0)
		// A consonant belongs to this syllable unless a vowel follows it.
		if f := finalAt(w, i, caps); f != noLetter {
			final = f
			i++
			if g := finalAt(w, i, caps); g != noLetter {
				if joined := joinFinals(final, g); joined != noLetter {
					final = joined
					i++
				}
			}
		}
		r := rune(syllables + (int(first.initial)*vowels+int(vowel))*finals + int(final))
		if !usualSyllable(r) {
			if rare++; rare > len(w)/8 { // no word of two letters a syllable has enough others left
				return 0
			}
		}
		n++
	}
	if n < 2 || rare > n/4 {
		return 0
	}
	return n
}

// finalAt gives the final consonant that the letter at i types, or noLetter when there is none or a vowel takes it.
func finalAt(w string, i int, caps bool) int8 {
	if i >= len(w) {
		return noLetter
	}
	f := keyOf(w[i], caps).final
	if f == noLetter || i+1 < len(w) && keyOf(w[i+1], caps).vowel != noLetter {
		return noLetter
	}
	return f
}
