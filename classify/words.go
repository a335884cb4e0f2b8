package classify

// wordScan walks over the runs of ASCII letters in s, in lower case. Runs longer than a word can be are cut into
// pieces.
type wordScan struct {
	s   string
	at  int
	buf [maxWord]byte
}

// next gives the next word, or nil at the end. The bytes are good until the next call.
func (w *wordScan) next() []byte {
	n := 0
	for ; w.at < len(w.s); w.at++ {
		c := w.s[w.at]
		if c |= 0x20; c < 'a' || c > 'z' { // setting the bit makes no letter of a byte above 0x7f
			if n > 0 {
				break
			}
			continue
		}
		if n == len(w.buf) {
			break
		}
		w.buf[n] = c
		n++
	}
	if n == 0 {
		return nil
	}
	return w.buf[:n]
}

// maxWord is longer than any word that is looked up; without a bound a title of one letter would need a buffer of its
// own length.
const maxWord = 32

// foreignSentence reports Latin text that is a sentence and not a list of names: small words carry it. Korean titles
// in mostly Latin letters are names of songs and people, with few of them.
func foreignSentence(title string) bool {
	small := smallWords(title)
	return small >= 3 || small >= 2 && 4*small >= allWords(title)
}

func smallWords(title string) (n int) {
	scan := wordScan{s: title}
	for w := scan.next(); w != nil; w = scan.next() {
		if smallWord(string(w)) {
			n++
		}
	}
	return n
}

func allWords(title string) (n int) {
	scan := wordScan{s: title}
	for scan.next() != nil {
		n++
	}
	return n
}

// smallWord knows the most usual function words of the languages whose speakers write about Korea in Latin letters:
// English, Spanish, Portuguese, French, Indonesian, Filipino, Turkish, German, Italian, Polish. Words that song titles
// are full of (love, la, de) are left out.
func smallWord(w string) bool {
	switch w {
	case "the", "their", "they", "them", "this", "that", "these", "what", "when", "why", "how", "who", "which", "is", "are",
		"was", "were", "be", "been", "has", "have", "had", "does", "did", "will", "would", "can", "could", "should", "and", "or",
		"but", "if", "with", "without", "from", "for", "about", "into", "than", "then", "there", "in", "on", "at", "by", "of",
		"to", "as", "an", "my", "your", "our", "his", "her", "its", "we", "i", "im", "most", "every", "everyone", "needs", "need",
		"only", "just", "not", "too", "first", "time", "after", "before", "while", "because", "explained":
		return true
	case "que", "los", "las", "el", "del", "para", "por", "con", "una", "un", "como", "mas", "muy", "esta", "este", "sus", "ao",
		"em", "uma", "tu", "es", "y", "cuando", "pero", "puedes", "com", "mais", "voce", "os", "dos", "das", "nao", "meu", "minha", "voc", "do", "da":
		return true
	case "le", "les", "des", "et", "est", "pour", "avec", "dans", "sur", "je", "une", "qui", "und", "der", "die", "mit",
		"ich", "ist", "ein", "eine", "auf", "il", "che", "di", "per", "sono", "non":
		return true
	case "yang", "dan", "ini", "itu", "untuk", "dengan", "aku", "dari", "ke", "ada", "tidak", "bisa", "yuk", "banget", "gak", "bareng", "nonton", "malam", "baru", "kita", "lagi", "sudah", "ang", "mga", "ng", "sa",
		"na", "ako", "ko", "bir", "ve", "icin", "ile", "bu", "nie", "jest", "z", "w":
		return true
	}
	return false
}

// release reports the title of a music release as labels write it ("NAME(이름) 'To Be or Not' M/V Teaser"), whose small
// words belong to the song. Who reacts to one or sings it says so.
func release(title string) bool {
	found, m := false, false
	scan := wordScan{s: title}
	for w := scan.next(); w != nil; w = scan.next() {
		switch string(w) {
		case "mv", "teaser", "official", "performance", "practice", "choreography", "medley", "tracklist":
			found = true
		case "v":
			found = found || m
		case "reaction", "reacting", "react", "reacts", "cover", "lyrics", "reagindo", "reaccion", "reaksi", "lirik", "letra", "new", "watching", "explained":
			return false
		}
		m = len(w) == 1 && w[0] == 'm'
	}
	return found
}
