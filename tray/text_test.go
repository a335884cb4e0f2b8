package tray

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"onair/live"
)

func TestCounts(t *testing.T) {
	for _, c := range []struct {
		n      live.Viewers
		ko, en string
	}{
		{live.ViewersHidden, "비공개", "hidden"}, {0, "0", "0"}, {999, "999", "999"}, {1000, "1,000", "1K"}, {9_999, "9,999", "9.9K"},
		{10_000, "1만", "10K"}, {12_345, "1.2만", "12.3K"}, {19_999, "1.9만", "19.9K"}, {999_999, "99.9만", "999K"}, {1_234_567, "123만", "1.2M"},
		{20_000_000, "2,000만", "20M"},
	} {
		if ko, en := korean.Count(c.n), english.Count(c.n); ko != c.ko || en != c.en {
			t.Errorf("%d: %q %q, want %q %q", c.n, ko, en, c.ko, c.en)
		}
	}
	if s := countKo(123_456_789); s != "1.2억" {
		t.Error(s)
	}
}

func TestAges(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Hour: "방금", 9 * time.Second: "방금", 10 * time.Second: "10초 전", 59 * time.Second: "50초 전", time.Minute: "1분 전",
		59 * time.Minute: "59분 전", time.Hour: "1시간 전", 47 * time.Hour: "47시간 전", 72 * time.Hour: "3일 전",
	} {
		if got := korean.Age(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	for _, c := range []struct {
		creator, title, category string
		viewers                  live.Viewers
		width                    int
		want                     string
	}{
		{"침착맨", "오늘의 방송", "토크", 12_345, 56, "침착맨 — 오늘의 방송 · 1.2만 · 토크"},
		{"침착맨", "", "", 7, 56, "침착맨 · 7"},
		{"침착맨", "제목이 아주아주 길어서 어디선가는 반드시 잘려야 하는 방송", "리그 오브 레전드", 36_210, 44, "침착맨 — 제목이 아… · 3.6만 · 리그 오브 레…"},
		{"침착맨", "제목이 길다 정말 길다 정말로", "리그 오브 레전드", 36_210, 30, "침착맨 — 제목이 길다… · 3.6만"},
		{"이름이아주아주아주긴스트리머입니다", "제목", "", live.ViewersHidden, 56, "이름이아주아주아… — 제목 · 비공개"},
		{"abc", "가나다라마바사아자차카타파하가나다라마바사아자차", "", 1, 30, "abc — 가나다라마바사아자… · 1"},
	} {
		s := &Stream{Creator: ref("x", c.creator), Title: c.title, Viewers: c.viewers, Category: Category{ID: "c", Name: c.category}}
		if got := Line(s, korean, c.width); got != c.want {
			t.Errorf("%d: got  %q (%d)\nwant %q (%d)", c.width, got, columns.StringWidth(got), c.want, columns.StringWidth(c.want))
		}
	}
}

func TestLinesFit(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("가힣あ漢aZ _&…—·👨‍👩‍👧🇰🇷e\u0301\u1112\u1161\u11ab"))))
	rapid.Check(t, func(t *rapid.T) {
		s := &Stream{
			Creator: ref("x", live.CleanText(text.Draw(t, "creator"), maxShown)), Title: live.CleanText(text.Draw(t, "title"), maxShown),
			Viewers:  live.Viewers(rapid.Int32Range(-1, 20_000_000).Draw(t, "viewers")),
			Category: Category{Name: live.CleanText(text.Draw(t, "category"), maxShown)},
		}
		width := rapid.IntRange(minWidth, maxWidth).Draw(t, "width")
		for _, w := range []*Words{korean, english} {
			got := Line(s, w, width)
			if n := columns.StringWidth(got); n > width {
				t.Fatalf("%d columns of %d: %q", n, width, got)
			}
			if !utf8.ValidString(got) || strings.ContainsAny(got, "\n\t\x00") {
				t.Fatalf("%q", got)
			}
			if !strings.Contains(got, w.Count(s.Viewers)) {
				t.Fatalf("the count is gone: %q", got)
			}
		}
	})
}

func TestCountsNeverTellMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Int64Range(0, 300_000_000).Draw(t, "a")
		b := rapid.Int64Range(a, 300_000_000).Draw(t, "b")
		for _, f := range []func(int64) string{countKo, countEn} {
			if x, y := value(f(a)), value(f(b)); x > float64(a)+0.01 || x > y+0.01 {
				t.Fatalf("%d is shown as %s, %d as %s", a, f(a), b, f(b))
			}
		}
	})
}

// value reads a shown count back.
func value(s string) float64 {
	n, unit, frac := 0.0, 1.0, 0.0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9' && frac > 0:
			n, frac = n+float64(r-'0')*frac, frac/10
		case r >= '0' && r <= '9':
			n = 10*n + float64(r-'0')
		case r == '.':
			frac = 0.1
		case r == '만':
			unit = 1e4
		case r == '억':
			unit = 1e8
		case r == 'K':
			unit = 1e3
		case r == 'M':
			unit = 1e6
		}
	}
	return n * unit
}

func TestWordsAreWhole(t *testing.T) {
	a, b := reflect.ValueOf(*korean), reflect.ValueOf(*english)
	for i := range a.NumField() {
		f := a.Type().Field(i)
		if f.Type.Kind() != reflect.String {
			continue
		}
		ko, en := a.Field(i).String(), b.Field(i).String()
		if ko == "" || en == "" {
			t.Errorf("%s is missing", f.Name)
		}
		if verbs(ko) != verbs(en) {
			t.Errorf("%s: %q and %q take different things", f.Name, ko, en)
		}
	}
	for lang, want := range map[string]*Words{"ko": korean, "en": english, "": english, "fr": english} {
		if WordsFor(lang) != want {
			t.Errorf("%q", lang)
		}
	}
}

func verbs(s string) string {
	var b strings.Builder
	for i := 0; i+1 < len(s); i++ {
		if s[i] == '%' {
			b.WriteByte(s[i+1])
		}
	}
	return b.String()
}

func TestTooltipFitsWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		n := rapid.IntRange(0, 50).Draw(t, "n")
		got := utf16Cut(s, n)
		units := 0
		for _, r := range got {
			units++
			if r > 0xffff {
				units++
			}
		}
		if units > n || !strings.HasPrefix(s, got) {
			t.Fatalf("%q from %q", got, s)
		}
	})
}
