package view

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// searched reports whether q finds a row whose fields are given.
func searched(t testing.TB, q string, fields ...string) bool {
	t.Helper()
	list, err := terms(q)
	if err != nil {
		t.Fatalf("%q: %v", q, err)
	}
	var x text
	x.field("앞 줄") // a row before must not matter
	s := x.begin()
	for _, f := range fields {
		x.field(f)
	}
	s = x.end(s)
	x.field("뒷 줄")
	return x.has(s, list)
}

func TestSearch(t *testing.T) {
	for _, tc := range []struct {
		q, text string
		want    bool
	}{
		{"", "아무거나", true},
		{"   ", "아무거나", true},
		{"talk", "Just Talking", true},
		{"TALK", "just talking", true},
		{"justtalk", "Just Talking", true}, // spaces in the text do not count
		{"talk just", "Just Talking", true},
		{"talk game", "Just Talking", false},
		{"straße", "STRASSE", false}, // no length-changing folds
		{"σίσυφος", "ΣΊΣΥΦΟΣ", true},
		{"T1", "Ｔ１ 대 젠지", true}, // full width
		{"live", "𝓛𝓲𝓿𝓮 now", true},
		{"침착맨", "침착맨 라디오", true},
		{"리그오브", "리그 오브 레전드", true},
		{"리그 오브", "리그오브레전드", true},
		{"레전드 리그", "리그 오브 레전드", true},

		// The last syllable may be half typed.
		{"리그오", "리그 오브 레전드", true},
		{"리그옵", "리그 오브 레전드", true}, // the ㅂ is the next syllable's
		{"침착ㅁ", "침착맨", true},
		{"침착매", "침착맨", true},
		{"침착만", "침착맨", false},
		{"치", "침착맨", true},
		{"침차", "침착맨", true},
		{"칟", "침착맨", false},
		{"달", "닭갈비", true},   // ㄹ before ㄺ
		{"닭", "달걀 요리", true}, // ㄺ before ㄹ and ㄱ
		{"닭", "닭갈비", true},
		{"고", "과자", true}, // ㅗ before ㅘ
		{"구", "궤도", true},
		{"ㄱ", "과자", true},
		{"가", "각", true},
		{"각", "가", false},
		{"착맨", "침착맨", true},
		{"ㅏ", "과자", true}, // a lone vowel is a key like any
		{"치1", "침1", false},

		// Initials.
		{"ㅊㅊㅁ", "침착맨", true},
		{"ㅊㅁ", "침착맨", true},
		{"ㅊㅊㅁㄹ", "침착맨 라디오", true},
		{"ㄹㄱ ㅇㅂ", "리그 오브 레전드", true},
		{"ㄹㄱㅇㅂ", "리그 오브 레전드", true},
		{"ㅇㅂ ㄹㄱ", "리그 오브 레전드", true},
		{"ㅊㅊㅂ", "침착맨", false},
		{"ㄱ", "꿀잼", false}, // ㄲ is another key
		{"ㄲㅈ", "꿀잼", true},
		{"ㅋㅋ", "개웃김ㅋㅋㅋ", true},
		{"ㅋㅋ", "큰코", true},
		{"ㄳ", "감사합니다", true}, // an editor joins ㄱ and ㅅ
		{"ㄱㅅ", "ㄳ합니다", true},
		{"t1ㅈㅈ", "T1 젠지", true},
		{"ㅈㅈt1", "젠지 T1", true},
		{"ㅁ", "침", false}, // not a first key

		// Both sides in whatever composition.
		{norm.NFD.String("침착맨"), "침착맨", true},
		{"침착맨", norm.NFD.String("침착맨"), true},
		{norm.NFD.String("침착") + "\u1106", "침착맨", true}, // conjoining ㅁ alone
		{"\u110e\u110e\u1106", "침착맨", true},             // conjoining ㅊㅊㅁ
		{norm.NFD.String("é"), "café", true},
		{"ㅊㅣㅁ", "침착맨", true},   // typed jamo by jamo
		{"\uffba", "종", false}, // half-width ㅊ
		{"\uffba", "침", true},

		// Nothing odd in the text confuses the keys.
		{"\x01", "가", true}, // no term is left
		{"가", "\x01\x14", false},
		{"나다", "나\u200d다", true},
	} {
		if got := searched(t, tc.q, tc.text); got != tc.want {
			t.Errorf("%q in %q: %v", tc.q, tc.text, got)
		}
	}
	if searched(t, "나다", "가나", "다라") {
		t.Error("a match runs from one field into the next")
	}
	if searched(t, "줄", "다") || searched(t, "ㅈ", "다") {
		t.Error("a match lies in another row")
	}
	if !searched(t, "가 라", "가나", "다라") {
		t.Error("words in two fields are not found")
	}
}

func TestSearchBounds(t *testing.T) {
	for _, q := range []string{strings.Repeat("가", maxQ+1), strings.Repeat("가 ", maxTerms+1)} {
		if _, err := terms(q); !errors.Is(err, ErrQuery) {
			t.Errorf("%d bytes: %v", len(q), err)
		}
	}
	if _, err := terms(strings.Repeat("가", maxQ)); err != nil {
		t.Error(err)
	}
}

// Whatever has been typed of a text so far finds it: each run of its syllables with the last one cut to any number
// of keys, and each run of its initials.
func TestSearchWhileTyping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := []rune(rapid.StringOfN(rapid.RuneFrom([]rune("가각갉과궤의침착맨닭읽쌌뷁리그오브레전드a1Z ")), 1, 8, -1).Draw(t, "text"))
		from := rapid.IntRange(0, len(all)-1).Draw(t, "from")
		to := rapid.IntRange(from, len(all)-1).Draw(t, "to")
		typed := string(all[from:to])
		if parts := []rune(norm.NFD.String(string(all[to]))); len(parts) > 1 { // a syllable: with 1 to all of its jamo
			typed += norm.NFC.String(string(parts[:rapid.IntRange(1, len(parts)).Draw(t, "jamo")]))
		} else {
			typed += string(all[to])
		}
		if typed = strings.ReplaceAll(typed, " ", ""); !searchedRapid(typed, string(all)) {
			t.Fatalf("%q does not find %q", typed, string(all))
		}
		var initials strings.Builder
		for _, r := range all[from : to+1] {
			if r >= firstSyllable && r <= lastSyllable {
				initials.WriteRune([]rune(hangulKeys)[(r-firstSyllable)/perLead])
			}
		}
		if q := initials.String(); strings.IndexFunc(string(all[from:to+1]), func(r rune) bool { return r < utf8.RuneSelf }) < 0 && !searchedRapid(q, string(all)) {
			t.Fatalf("initials %q do not find %q", q, string(all))
		}
	})
}

func searchedRapid(q, field string) bool {
	list, err := terms(q)
	if err != nil {
		return false
	}
	var x text
	s := x.begin()
	x.field(field)
	return x.has(x.end(s), list)
}

func FuzzSearch(f *testing.F) {
	f.Add("침착ㅁ", "침착맨 \x00 라디오")
	f.Add("\xff", "\xed\xa0\x80ㄳ")
	f.Fuzz(func(t *testing.T, q, field string) {
		list, err := terms(q)
		if err != nil {
			return
		}
		for _, x := range list {
			for _, c := range x.needle {
				if c == fieldEnd {
					t.Fatalf("%q holds the end of a field", q)
				}
			}
		}
		var x text
		s := x.begin()
		x.field(field)
		s = x.end(s)
		x.has(s, list)
		if own, err := terms(field); err == nil && !x.has(s, own) {
			t.Fatalf("%q does not find itself", field)
		}
	})
}
