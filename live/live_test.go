package live_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"onair/live"
)

func TestCleanText(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "hello world", "hello world"},
		{"spaces", "  a \t\n b\u3000c  ", "a b c"},
		{"control", "a\x00b\x1b[31mc", "ab[31mc"},
		{"bidi override", "abc\u202egpj.exe", "abcgpj.exe"},
		{"bidi isolates", "\u2066x\u2069\u200f", "x"},
		{"invalid utf-8", "가\xff나", "가나"},
		{"nfd to nfc", norm.NFD.String("한국어"), "한국어"},
		{"family emoji keeps its joiners", "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"},
		{"zero width space", "a\u200bb", "ab"},
		{"hangul fillers", "a\u3164\u115fb", "ab"},
		{"only invisible", "\u200b\u202e\x00", ""},
		{"line separator is space", "a\u2028b", "a b"},
		{"removal brings jamo together", "ᄒ\u200bᅡᆫ", "한"},
		{"markup is text", `<b onclick="x">`, `<b onclick="x">`},
	} {
		if got := live.CleanText(c.in, 100); got != c.want {
			t.Errorf("%s: CleanText(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
	if got := live.CleanText(strings.Repeat("가", 400), live.MaxTitle); utf8.RuneCountInString(got) != live.MaxTitle {
		t.Errorf("long title has %d runes, want %d", utf8.RuneCountInString(got), live.MaxTitle)
	}
	if got := live.CleanText("abc def", 4); got != "abc" {
		t.Errorf("cut at a space = %q, want %q", got, "abc")
	}
}

func FuzzCleanText(f *testing.F) {
	for _, s := range []string{"", "한국어 방송", "a\u202eb", "\xff", norm.NFD.String("각"), "e\u0301\u200b\u0301", "ᄒ\u200bᅡᆫ", " a  b "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := live.CleanText(s, 20)
		page := live.Page{Platform: "soop", Kind: live.KindList, Coverage: live.CoverNone, Error: live.ClassOther, ErrorText: got}
		if err := page.Validate(); err != nil {
			t.Fatalf("%q → %q is not clean: %v", s, got, err)
		}
		if again := live.CleanText(got, 20); again != got {
			t.Fatalf("not stable: %q → %q → %q", s, got, again)
		}
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > 20 {
			t.Fatalf("%q → %q", s, got)
		}
		for _, r := range got {
			if unicode.Is(unicode.Cc, r) || r == '\u202e' {
				t.Fatalf("%q keeps %U", s, r)
			}
		}
	})
}

func TestHosts(t *testing.T) {
	h := live.Hosts{"sooplive.com", "http://127.0.0.1:4001"}
	for raw, want := range map[string]bool{
		"https://play.sooplive.com/a/1":                       true,
		"https://sooplive.com":                                true,
		"https://SOOPLIVE.com/x":                              true,
		"http://play.sooplive.com/a":                          false,
		"https://evilsooplive.com/":                           false,
		"https://sooplive.com.evil.example/":                  false,
		"https://sooplive.com@evil.example/":                  false,
		"https://sooplive.com:8443/":                          false,
		"javascript:alert(1)//sooplive.com":                   false,
		"https://play.sooplive.com/\"onload=\"x":              false,
		"https://play.sooplive.com/\\x":                       false,
		"//play.sooplive.com/a":                               false,
		"http://127.0.0.1:4001/img/x":                         true,
		"http://127.0.0.1:4002/img/x":                         false,
		"":                                                    false,
		"https://a.sooplive.com/" + strings.Repeat("a", 1000): false,
	} {
		if got := h.Allow(raw); got != want {
			t.Errorf("Allow(%q) = %v, want %v", raw, got, want)
		}
	}
}

func TestViewersHiddenIsNotZero(t *testing.T) {
	for in, want := range map[string]live.Viewers{"0": 0, "null": live.ViewersHidden, "20000000": live.MaxViewers} {
		var v live.Viewers
		if err := json.Unmarshal([]byte(in), &v); err != nil || v != want {
			t.Errorf("%s → %d, %v; want %d", in, v, err, want)
		}
		out, _ := json.Marshal(v)
		if string(out) != in {
			t.Errorf("%s came back as %s", in, out)
		}
	}
	for _, in := range []string{"-1", "20000001", "1.5", `"7"`, "99999999999999999999"} {
		var v live.Viewers
		if err := json.Unmarshal([]byte(in), &v); !errors.Is(err, live.ErrViewers) {
			t.Errorf("%s gave %d, %v; want ErrViewers", in, v, err)
		}
	}
}

func TestIDs(t *testing.T) {
	for _, s := range []string{"chzzk:15820356", "youtube:a-_B9", "soop:user_1"} {
		id, err := live.ParseBroadcastID(s)
		if err != nil || id.String() != s {
			t.Errorf("ParseBroadcastID(%q) = %v, %v", s, id, err)
		}
	}
	for s, want := range map[string]error{
		"chzzk": live.ErrID, "chzzk:": live.ErrID, "chzzk:a.b": live.ErrID, "chzzk:a*": live.ErrID, "chzzk:a b": live.ErrID,
		"Chzzk:1": live.ErrPlatform, ":1": live.ErrPlatform, "1x:1": live.ErrPlatform,
		"soop:" + strings.Repeat("1", 65): live.ErrID,
	} {
		if _, err := live.ParseBroadcastID(s); !errors.Is(err, want) {
			t.Errorf("ParseBroadcastID(%.20q): %v, want %v", s, err, want)
		}
	}
}
