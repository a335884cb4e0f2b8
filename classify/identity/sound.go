package identity

import "strings"

// sound is what a name sounds like, so coarsely that a name in Hangul and its spelling in Latin letters agree, whatever
// system spells it: 아야츠노 유니 and "ayatsunoyuni", 우왁굳 and "woowakgood", 주르르 and "JU_RURU". Text with anything
// but syllables, Latin letters and digits has none; digits are silent.
func sound(s string) string {
	switch script(s) {
	case inHangul:
		return hangulSound(s)
	case inLatin:
		return latinSound(s)
	}
	return ""
}

// leastSound is the length of a sound that is compared.
const leastSound = 5

// Sounds of the initial consonants, vowels and final consonants in the order of Unicode.
var (
	initials = strings.Split("K,K,N,T,T,L,M,P,P,S,S,,C,C,C,K,T,P,H", ",")
	vowels   = strings.Split("A,E,A,E,O,E,O,E,O,A,E,E,O,U,O,E,I,U,U,I,I", ",")
	finals   = strings.Split(",K,K,K,N,N,N,T,L,L,L,L,L,L,L,L,M,P,P,T,T,N,T,T,K,T,P,T", ",")
)

func hangulSound(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0xac00 || r > 0xd7a3 {
			continue
		}
		n := int(r - 0xac00)
		b.WriteString(initials[n/588])
		b.WriteString(vowels[n%588/28])
		b.WriteString(finals[n%28])
	}
	return squeeze(b.String())
}

// latinSounds are spellings and their sounds; longer ones come first. Y and W are glides: they sound in the vowel.
var latinSounds = []struct{ spelling, sound string }{
	{"tsu", "CU"}, {"eui", "I"}, {"you", "U"}, {"woo", "U"},
	{"sh", "S"}, {"ch", "C"}, {"ts", "C"}, {"ph", "P"}, {"th", "T"}, {"ck", "K"}, {"kk", "K"}, {"tt", "T"}, {"pp", "P"}, {"ss", "S"}, {"jj", "C"}, {"ng", "N"},
	{"eo", "O"}, {"eu", "U"}, {"ae", "E"}, {"oe", "E"}, {"oo", "U"}, {"ou", "O"}, {"ee", "I"}, {"ii", "I"}, {"aa", "A"}, {"uu", "U"}, {"ui", "I"},
	{"a", "A"}, {"b", "P"}, {"c", "K"}, {"d", "T"}, {"e", "E"}, {"f", "P"}, {"g", "K"}, {"h", "H"}, {"i", "I"}, {"j", "C"}, {"k", "K"}, {"l", "L"}, {"m", "M"},
	{"n", "N"}, {"o", "O"}, {"p", "P"}, {"q", "K"}, {"r", "L"}, {"s", "S"}, {"t", "T"}, {"u", "U"}, {"v", "P"}, {"x", "KS"}, {"z", "C"},
}

func latinSound(s string) string {
	var b strings.Builder
next:
	for s != "" {
		for _, l := range latinSounds {
			if rest, ok := strings.CutPrefix(s, l.spelling); ok {
				b.WriteString(l.sound)
				s = rest
				continue next
			}
		}
		s = s[1:]
	}
	return squeeze(b.String())
}

// squeeze makes one of two equal consonants: spellings double them at will.
func squeeze(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if i > 0 && s[i] == s[i-1] && !strings.ContainsRune("AEIOU", rune(s[i])) {
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// sounds are the sounds of a channel's names and handle, and whether Hangul or Latin letters made them.
func (f *facet) sounds() (hangul, latin []string) {
	for _, key := range append([]string{f.name.core, f.handle.stem}, f.name.parts...) {
		s := sound(key)
		if len(s) < leastSound {
			continue
		}
		if script(key) == inHangul {
			hangul = append(hangul, s)
		} else {
			latin = append(latin, s)
		}
	}
	return hangul, latin
}
