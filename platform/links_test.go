package platform

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"onair/live"
)

func TestLinksIn(t *testing.T) {
	for text, want := range map[string][]string{
		"": nil,
		"공식 https://chzzk.naver.com/75cbf189b3bb8f9f687d2aca0d0a382b 입니다": {"https://chzzk.naver.com/75cbf189b3bb8f9f687d2aca0d0a382b"},
		"chzzk.naver.com/live/abc":                            {"https://chzzk.naver.com/live/abc"},
		"치지직:chzzk.naver.com/abc에서":                           {"https://chzzk.naver.com/abc"},
		"(https://www.twitch.tv/abc_1), 끝.":                   {"https://www.twitch.tv/abc_1"},
		"[유튜브](https://youtu.be/abc-_1)":                      {"https://youtu.be/abc-_1"},
		"https://www.youtube.com/@침착맨":                        {"https://www.youtube.com/@침착맨"},
		"https://www.youtube.com/@침착맨/live 매일":                {"https://www.youtube.com/@침착맨/live"},
		"https://a.example/1,https://b.example/2":             {"https://a.example/1", "https://b.example/2"},
		"HTTPS://WWW.YouTube.com/channel/UCabc":               {"https://www.youtube.com/channel/UCabc"},
		"www.twitch.tv/abc\nplay.sooplive.co.kr/abc/123":      {"https://www.twitch.tv/abc", "https://play.sooplive.co.kr/abc/123"},
		"http://chzzk.naver.com/abc":                          nil, // not https
		"ftp://chzzk.naver.com/abc":                           nil,
		"https://":                                            nil,
		"https://localhost/x":                                 nil, // no site of anybody's
		"https://user:pw@example.com/":                        nil,
		"javascript:alert(1)//chzzk.naver.com/x":              nil,
		"foo.example/bar 1/2 and/or 24/7":                     nil, // no scheme, nobody's
		"chzzk.naver.com":                                     nil, // the site, no channel
		"evilchzzk.naver.com.example/abc":                     nil,
		"xchzzk.naver.com/abc":                                nil,
		"https://x.example/a https://x.example/a":             {"https://x.example/a"},
		"https://x.example/a#top":                             {"https://x.example/a"},
		"https://x.example/\"onmouseover=\"alert(1)":          {"https://x.example/"},
		"https://x.example/<b>":                               {"https://x.example/"},
		"mail@chzzk.naver.com/abc":                            nil,
		"https://smartstore.naver.com/x?a=1&b=2":              {"https://smartstore.naver.com/x?a=1&b=2"},
		"https://x.example/\u202emoc":                         {"https://x.example/"},
		"https://x.example/" + strings.Repeat("a", maxLink):   nil,
		strings.Repeat("가", maxScanned) + "https://x.example": nil,
	} {
		if got := linksIn(text); !slices.Equal(got, want) {
			t.Errorf("%.80q: %q, want %q", text, got, want)
		}
	}
	many := ""
	for i := range 3 * live.MaxLinks {
		many += " https://x.example/" + strings.Repeat("a", i+1)
	}
	if got := linksIn(many); len(got) != live.MaxLinks || got[0] != "https://x.example/a" {
		t.Errorf("%d links", len(got))
	}
}

// sober wants links that live takes as they are, so that none is lost after it took another's place.
func sober(t *testing.T, links []string) {
	t.Helper()
	if len(links) > live.MaxLinks {
		t.Fatalf("%d links", len(links))
	}
	for i, l := range links {
		u, err := url.Parse(l)
		if err != nil || u.Scheme != "https" || u.User != nil || u.Fragment != "" || u.Host != strings.ToLower(u.Host) || !utf8.ValidString(l) || slices.Contains(links[:i], l) {
			t.Fatalf("link %q: %v", l, err)
		}
		if !(live.Hosts{u.Host}).Allow(l) && u.Port() == "" {
			t.Fatalf("link %q is not a plain one", l)
		}
	}
}

func FuzzLinksIn(f *testing.F) {
	for _, s := range []string{"https://chzzk.naver.com/a (twitch.tv/b) https://www.youtube.com/@침착맨", "https://[::1]:80/x", "https://a.b:99999/", "https://a.b/%zz"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { sober(t, linksIn(text)) })
}
