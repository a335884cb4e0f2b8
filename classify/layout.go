package classify

// minKeyboard is the least number of Latin letters that can be Korean on the wrong layout: three syllables. Shorter
// words of every language compose to something.
const minKeyboard = 6

// wrongLayout reports Korean that was typed while the keyboard was set to Latin letters ("dkssudgktpdy" for
// 안녕하세요): words that compose into syllables without a letter left over, all of them usual ones, and that are no
// words of a Latin language, whose letters do compose but into syllables that nobody uses.
func wrongLayout(title string) bool {
	good, bad := 0, 0 // letters in words that are and are not
	eachWord(title, func(w string) {
		if len(w) < 3 {
			return
		}
		if n := typedSyllables(w); n > 0 {
			good += len(w)
		} else {
			bad += len(w)
		}
	})
	return good >= minKeyboard && good > bad
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

// keyOf maps letters to jamo. Only five letters have a second meaning with Shift; a few more keep the first.
func keyOf(c byte) key {
	switch c {
	case 'Q':
		return key{8, noLetter, noLetter}
	case 'W':
		return key{13, noLetter, noLetter}
	case 'E':
		return key{4, noLetter, noLetter}
	case 'R':
		return key{1, noLetter, 2}
	case 'T':
		return key{10, noLetter, 20}
	case 'O':
		return key{noLetter, 3, noLetter}
	case 'P':
		return key{noLetter, 7, noLetter}
	}
	switch c | 0x20 {
	case 'q':
		return key{7, noLetter, 17}
	case 'w':
		return key{12, noLetter, 22}
	case 'e':
		return key{3, noLetter, 7}
	case 'r':
		return key{0, noLetter, 1}
	case 't':
		return key{9, noLetter, 19}
	case 'a':
		return key{6, noLetter, 16}
	case 's':
		return key{2, noLetter, 4}
	case 'd':
		return key{11, noLetter, 21}
	case 'f':
		return key{5, noLetter, 8}
	case 'g':
		return key{18, noLetter, 27}
	case 'z':
		return key{15, noLetter, 24}
	case 'x':
		return key{16, noLetter, 25}
	case 'c':
		return key{14, noLetter, 23}
	case 'v':
		return key{17, noLetter, 26}
	case 'y':
		return key{noLetter, 12, noLetter}
	case 'u':
		return key{noLetter, 6, noLetter}
	case 'i':
		return key{noLetter, 2, noLetter}
	case 'o':
		return key{noLetter, 1, noLetter}
	case 'p':
		return key{noLetter, 5, noLetter}
	case 'h':
		return key{noLetter, 8, noLetter}
	case 'j':
		return key{noLetter, 4, noLetter}
	case 'k':
		return key{noLetter, 0, noLetter}
	case 'l':
		return key{noLetter, 20, noLetter}
	case 'b':
		return key{noLetter, 17, noLetter}
	case 'n':
		return key{noLetter, 13, noLetter}
	case 'm':
		return key{noLetter, 18, noLetter}
	}
	return key{noLetter, noLetter, noLetter}
}

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
func typedSyllables(w string) int {
	n, rare := 0, 0
	for i := 0; i < len(w); {
		first := keyOf(w[i])
		if first.initial == noLetter || i+1 == len(w) {
			return 0
		}
		vowel := keyOf(w[i+1]).vowel
		if vowel == noLetter {
			return 0
		}
		i += 2
		if i < len(w) {
			if second := keyOf(w[i]).vowel; second != noLetter {
				if vowel = joinVowels(vowel, second); vowel == noLetter {
					return 0
				}
				i++
			}
		}
		final := int8(0)
		// A consonant belongs to this syllable unless a vowel follows it.
		if f := finalAt(w, i); f != noLetter {
			final = f
			i++
			if g := finalAt(w, i); g != noLetter {
				if joined := joinFinals(final, g); joined != noLetter {
					final = joined
					i++
				}
			}
		}
		r := rune(syllables + (int(first.initial)*vowels+int(vowel))*finals + int(final))
		if !usualSyllable(r) {
			rare++
		}
		n++
	}
	if n < 2 || rare > n/4 {
		return 0
	}
	return n
}

// finalAt gives the final consonant that the letter at i types, or noLetter when there is none or a vowel takes it.
func finalAt(w string, i int) int8 {
	if i >= len(w) {
		return noLetter
	}
	f := keyOf(w[i]).final
	if f == noLetter || i+1 < len(w) && keyOf(w[i+1]).vowel != noLetter {
		return noLetter
	}
	return f
}
