package platform

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"onair/live"
)

func TestNew(t *testing.T) {
	names := Names()
	if want := []live.Platform{"chzzk", "soop", "twitch", "youtube"}; !slices.Equal(names, want) {
		t.Fatalf("names %v, want %v", names, want)
	}
	for _, n := range names {
		s, err := New(n, Config{})
		if err != nil || s.Info().ID != n {
			t.Errorf("%s: %v, %v", n, s, err)
		}
	}
	if _, err := New("vhs", Config{}); err == nil || !strings.Contains(err.Error(), "chzzk, soop, twitch, youtube") {
		t.Errorf("unknown platform: %v", err)
	}
}

// TestReady wants the setting named, and Chzzk and SOOP to need none.
func TestReady(t *testing.T) {
	for _, c := range []struct {
		name    live.Platform
		conf    Config
		missing []string
	}{
		{"chzzk", Config{}, nil},
		{"chzzk", Config{ClientID: "i", ClientSecret: "s"}, nil},
		{"chzzk", Config{ClientID: "i"}, []string{"chzzk.client_secret"}},
		{"chzzk", Config{ClientSecret: "s"}, []string{"chzzk.client_id"}},
		{"soop", Config{}, nil},
		{"twitch", Config{}, []string{"twitch.client_id", "twitch.client_secret"}},
		{"twitch", Config{ClientID: "i"}, []string{"twitch.client_secret"}},
		{"twitch", Config{ClientID: "i", ClientSecret: "s"}, nil},
		{"youtube", Config{}, []string{"youtube.key"}},
		{"youtube", Config{Key: "k"}, nil},
	} {
		s, err := New(c.name, c.conf)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Ready()
		if (err != nil) != (c.missing != nil) || err != nil && !errors.Is(err, live.ErrSetting) {
			t.Errorf("%s %+v: %v", c.name, c.conf, err)
		}
		for _, m := range c.missing {
			if !strings.Contains(err.Error(), m) {
				t.Errorf("%s: %v does not name %s", c.name, err, m)
			}
		}
		if err == nil || c.name == "soop" {
			continue
		}
		th := &theatre{tb: t}
		p, err := s.Fetch(t.Context(), th.direct(), Request{Kind: s.Offers()[0].Kind})
		if !errors.Is(err, live.ErrSetting) || p != nil || th.extra > 0 {
			t.Errorf("%s: page %v, error %v, %d requests", c.name, p, err, th.extra)
		}
	}
}

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		name  live.Platform
		opt   string
		value string
		ok    bool
	}{
		{"chzzk", "page_size", "50", true},
		{"chzzk", "page_size", "", true}, // the default
		{"chzzk", "page_size", "0", false},
		{"chzzk", "page_size", "51", false},
		{"chzzk", "page_size", "many", false},
		{"soop", "status", "player", true},
		{"soop", "status", "both", false},
		{"twitch", "language", "ja", true},
		{"twitch", "language", "k o", false},
		{"youtube", "region", "JP", true},
		{"youtube", "language", "&key=", false},
	} {
		_, err := New(c.name, Config{Options: map[string]string{c.opt: c.value}})
		if (err == nil) != c.ok || err != nil && !strings.Contains(err.Error(), string(c.name)+".options."+c.opt) {
			t.Errorf("%s %s=%s: %v", c.name, c.opt, c.value, err)
		}
	}
}

func TestImages(t *testing.T) {
	s, err := New("soop", Config{Images: []string{"http://127.0.0.1:4001", "cdn.example", "https://img.example/"}})
	if err != nil {
		t.Fatal(err)
	}
	for u, ok := range map[string]bool{
		"http://127.0.0.1:4001/m/1": true, "https://a.cdn.example/x": true, "https://img.example/1": true, "https://liveimg.sooplive.com/m/1": true,
		"http://127.0.0.1:4002/m/1": false, "http://cdn.example/x": false,
	} {
		if s.Info().Images.Allow(u) != ok {
			t.Errorf("%s: %v", u, !ok)
		}
	}
	for _, bad := range []string{"", "http://", "http://h/path", "ftp://h", "h/path", "UPPER.example", "a b"} {
		if _, err := New("soop", Config{Images: []string{bad}}); err == nil || !strings.Contains(err.Error(), "soop.images") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	s.Info().Images[0] = "evil.example"
	if slices.Contains(s.Info().Images, "evil.example") {
		t.Error("Info gives its own slice away")
	}
}
