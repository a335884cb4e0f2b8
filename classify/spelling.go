package classify

// spelledKorean reports words that obey the Revised Romanisation of Korean throughout, with its mark: eo and eu, which
// stand for one vowel each and which other languages seldom write, never in most words of a title.
func spelledKorean(title string) bool {
	if !marked(title) {
		return false
	}
	good, bad, marks := 0, 0, 0 // letters in words that are and are not, and marks in those that are
	scan := wordScan{s: title}
	for w := scan.next(); w != nil; w = scan.next() {
		switch {
		case wholeSyllables(w):
			good += len(w)
			if len(w) >= minMarked { // "peu", "neo" and "deo" are other languages' words too
				marks += countMarks(w)
			}
		default:
			bad += len(w)
		}
	}
	return marks >= 2 && good >= minSpelled && good >= spelledShare*bad && spelledLetters*marks >= good
}

const (
	// minMarked is the length from which a word's marks count.
	minMarked = 5
	// minSpelled is the least number of letters that can be told: two words.
	minSpelled = 10
	// spelledShare is how many letters must be spelled so for each that is not: a name or a game may stand beside.
	spelledShare = 6
	// spelledLetters is how many letters may have one mark among them: one vowel in four is ㅓ, ㅕ or ㅡ in Korean, and a
	// syllable takes three letters; half as many are enough.
	spelledLetters = 24
)

// marked is a quick look for two marks, which most titles have not.
func marked(s string) bool {
	n := 0
	for i := 1; i < len(s); i++ {
		if c := s[i] | 0x20; s[i-1]|0x20 == 'e' && (c == 'o' || c == 'u') {
			n++
		}
	}
	return n >= 2
}

// countMarks counts those within w: at the edges stand Europe, milieu, romeo and museo.
func countMarks(w []byte) (n int) {
	for i := 2; i+1 < len(w); i++ {
		if w[i-1] == 'e' && (w[i] == 'o' || w[i] == 'u') {
			n++
		}
	}
	return n
}

// wholeSyllables reports whether w divides into syllables as they are romanised: every way is followed at once.
func wholeSyllables(w []byte) bool {
	// Bit i of a mask: after i letters, a syllable may be over, or wait for its vowel, or have had it. The bits of
	// maxWord letters fit.
	over, open, voiced := uint64(1), uint64(0), uint64(0)
	for i := range len(w) {
		if voiced>>i&1 != 0 {
			over |= 1<<i | reach(w, i, 2, finalSpelling)
		}
		if over>>i&1 != 0 {
			open |= 1<<i | reach(w, i, 2, initialSpelling)
		}
		if open>>i&1 != 0 {
			voiced |= reach(w, i, 3, vowelSpelling)
		}
	}
	return (over|voiced)>>len(w)&1 != 0
}

// reach gives the places where a spelling of at most longest letters that begins at i may end.
func reach(w []byte, i, longest int, spelling func([]byte) bool) (ends uint64) {
	for n := 1; n <= longest && i+n <= len(w); n++ {
		if spelling(w[i : i+n]) {
			ends |= 1 << (i + n)
		}
	}
	return ends
}

func initialSpelling(s []byte) bool {
	switch string(s) {
	case "g", "n", "d", "r", "m", "b", "s", "j", "k", "t", "p", "h", "kk", "tt", "pp", "ss", "jj", "ch":
		return true
	}
	return false
}

func vowelSpelling(s []byte) bool {
	switch string(s) {
	case "a", "o", "u", "e", "i", "ae", "ya", "eo", "ye", "wa", "oe", "yo", "wo", "we", "wi", "yu", "eu", "ui", "yae", "yeo", "wae":
		return true
	}
	return false
}

func finalSpelling(s []byte) bool {
	switch string(s) {
	case "k", "n", "t", "l", "m", "p", "ng", "g", "d", "b":
		return true
	}
	return false
}
