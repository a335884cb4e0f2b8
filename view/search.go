package view

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Text is searched as the keystrokes that would type it on a Korean keyboard, one byte a key: 침 is ㅊㅣㅁ, 과 is
// ㄱㅗㅏ. What a person has typed so far is then always a prefix of what they will have typed, also while the last
// syllable is half done: 치 finds 침착, 침착ㅁ finds 침착맨, 닭 finds 달걀 (the ㄱ is the next syllable's). No
// syllable begins in the middle of another, because each begins with a consonant and a match with a vowel inside.
// For queries of initials (ㄹㄱㅇㅂ) a second form keeps only each syllable's first key.
//
// Both forms are compatibility-composed (NFKC), lower case, and without spaces: Ｔ１, NFD input and 리그오브 are found.

const (
	// maxQ bounds q in runes: a longer one only costs time in every entry.
	maxQ = 200
	// maxTerms bounds the words of q: each is looked for in every entry.
	maxTerms = 16
)

// fieldEnd keeps a match from running from one field into the next.
const fieldEnd = 0

// The keys of a two-set keyboard (shifted ones apart), and a byte for each that cannot stand in the text itself:
// control characters are dropped from it and 0xff is never in UTF-8.
const (
	hangulKeys = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ"
	keyBytes   = "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x7f\xff"
)

// The conjoining jamo as Unicode orders them, written as the keys that type them.
var (
	leads  = keyTable("ㄱ ㄲ ㄴ ㄷ ㄸ ㄹ ㅁ ㅂ ㅃ ㅅ ㅆ ㅇ ㅈ ㅉ ㅊ ㅋ ㅌ ㅍ ㅎ")
	vowels = keyTable("ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ")
	tails  = keyTable("ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ")
)

func keyTable(s string) []string {
	var pairs []string
	for i, r := range []rune(hangulKeys) {
		pairs = append(pairs, string(r), keyBytes[i:i+1])
	}
	jamo, keys := strings.Fields(s), strings.NewReplacer(pairs...)
	for i := range jamo {
		jamo[i] = keys.Replace(jamo[i])
	}
	return jamo
}

// Where Unicode keeps Hangul after NFKC.
const (
	firstSyllable, lastSyllable = 0xac00, 0xd7a3
	firstLead, firstVowel       = 0x1100, 0x1161
	firstTail                   = 0x11a8
	perLead, perVowel           = 21 * 28, 28
)

// text collects the searchable form of entries, one after the other.
type text struct {
	keys     []byte // as keystrokes
	initials []byte // as first keys
}

// span is one entry's part of a text.
type span struct{ keys, keysEnd, initials, initialsEnd int }

func (t *text) begin() span { return span{keys: len(t.keys), initials: len(t.initials)} }

func (t *text) end(s span) span {
	s.keysEnd, s.initialsEnd = len(t.keys), len(t.initials)
	return s
}

// field adds one field of an entry.
func (t *text) field(s string) {
	if s == "" {
		return
	}
	t.add(s)
	t.keys = append(t.keys, fieldEnd)
	t.initials = append(t.initials, fieldEnd)
}

// add writes s in both forms and reports which kinds of Hangul it had: lone consonants, and anything with a vowel.
func (t *text) add(s string) (consonants, syllables bool) {
	if !composed(s) {
		s = norm.NFKC.String(s)
	}
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf:
			if r <= ' ' || r == 0x7f {
				continue
			}
			if r >= 'A' && r <= 'Z' {
				r += 'a' - 'A'
			}
			t.keys = append(t.keys, byte(r))
			t.initials = append(t.initials, byte(r))
		case r >= firstSyllable && r <= lastSyllable:
			i := int(r - firstSyllable)
			lead := leads[i/perLead]
			t.keys = append(append(t.keys, lead...), vowels[i%perLead/perVowel]...)
			if tail := i % perVowel; tail > 0 {
				t.keys = append(t.keys, tails[tail-1]...)
			}
			t.initials = append(t.initials, lead...)
			syllables = true
		case r >= firstLead && int(r-firstLead) < len(leads):
			t.both(leads[r-firstLead])
			consonants = true
		case r >= firstTail && int(r-firstTail) < len(tails): // ㄳ alone: how an editor joins the initials ㄱㅅ
			t.both(tails[r-firstTail])
			consonants = true
		case r >= firstVowel && int(r-firstVowel) < len(vowels):
			t.both(vowels[r-firstVowel])
			syllables = true
		case unicode.IsSpace(r), unicode.IsControl(r), unicode.Is(unicode.Cf, r):
		default:
			r = foldRune(r)
			t.keys = utf8.AppendRune(t.keys, r)
			t.initials = utf8.AppendRune(t.initials, r)
		}
	}
	return consonants, syllables
}

// composed reports text that NFKC leaves alone, of the kind that most titles are: ASCII and Hangul syllables.
func composed(s string) bool {
	for _, r := range s {
		if r >= utf8.RuneSelf && (r < firstSyllable || r > lastSyllable) {
			return false
		}
	}
	return true
}

func (t *text) both(keys string) {
	t.keys = append(t.keys, keys...)
	t.initials = append(t.initials, keys...)
}

// term is one word of a query.
type term struct {
	needle   []byte
	initials bool // look among the initials: its Hangul is consonants only
}

// terms reads q: words that must all be found. Errors wrap ErrQuery.
func terms(q string) ([]term, error) {
	if n := utf8.RuneCountInString(q); n > maxQ {
		return nil, fmt.Errorf("%w: q has %d characters, at most %d", ErrQuery, n, maxQ)
	}
	words := strings.Fields(q)
	if len(words) > maxTerms {
		return nil, fmt.Errorf("%w: q has %d words, at most %d", ErrQuery, len(words), maxTerms)
	}
	var list []term
	for _, w := range words {
		var t text
		consonants, syllables := t.add(w)
		x := term{needle: t.keys}
		if consonants && !syllables {
			x = term{needle: t.initials, initials: true}
		}
		if len(x.needle) > 0 {
			list = append(list, x)
		}
	}
	return list, nil
}

// has reports whether every term is in the entry at s.
func (t *text) has(s span, list []term) bool {
	for _, x := range list {
		in := t.keys[s.keys:s.keysEnd]
		if x.initials {
			in = t.initials[s.initials:s.initialsEnd]
		}
		if !bytes.Contains(in, x.needle) {
			return false
		}
	}
	return true
}

// foldRune makes upper and lower case one, final forms (ς) too.
func foldRune(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }

// foldCase is s in NFC without case.
func foldCase(s string) string { return strings.Map(foldRune, norm.NFC.String(s)) }
