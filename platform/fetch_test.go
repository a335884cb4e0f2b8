package platform

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onair/live"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRetryAfter(t *testing.T) {
	at := func(d time.Duration) string { return noon.Add(d).Format(http.TimeFormat) }
	for _, c := range []struct {
		header, value string
		want          time.Duration
	}{
		{"Retry-After", "", 0},
		{"Retry-After", "0", 0},
		{"Retry-After", "120", 2 * time.Minute},
		{"Retry-After", " 5 ", 5 * time.Second},
		{"Retry-After", "-5", 0},
		{"Retry-After", "1.5", 0},
		{"Retry-After", "soon", 0},
		{"Retry-After", "999999999999", maxRetryAfter},
		{"Retry-After", "9223372036854775807", maxRetryAfter},
		{"Retry-After", at(90 * time.Second), 90 * time.Second},
		{"Retry-After", at(-time.Hour), 0},
		{"Retry-After", at(9999 * time.Hour), maxRetryAfter},
		{"Ratelimit-Reset", strconv.FormatInt(noon.Unix()+30, 10), 30 * time.Second},
		{"Ratelimit-Reset", strconv.FormatInt(noon.Unix()-30, 10), 0},
		{"Ratelimit-Reset", "9223372036854775807", 0},
		{"Ratelimit-Reset", "x", 0},
	} {
		if got := retryAfter(http.Header{c.header: {c.value}}, noon); got != c.want {
			t.Errorf("%s: %s is %v, want %v", c.header, c.value, got, c.want)
		}
	}
}

// redirected asks chzzk for its list; the endpoint answers with a redirect to what to says, and base is the second
// server's address.
func redirected(t *testing.T, set settings, status int, to func(first, second string) string) (p *live.Page, err error, arrived []*http.Request) {
	t.Helper()
	page := mustRecordings(t, "chzzk").Cases[0].Exchanges[0].body
	second := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived = append(arrived, r)
		_, _ = w.Write(page)
	}))
	defer second.Close()
	var first *httptest.Server
	first = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			_, _ = w.Write(page)
			return
		}
		http.Redirect(w, r, to(first.URL, second.URL), status)
	}))
	defer first.Close()
	p, err = mustSource(t, "chzzk", set, first.URL).Fetch(t.Context(), first.Client(), Request{Kind: live.KindList})
	return p, err, arrived
}

func TestRedirects(t *testing.T) {
	moved := func(first, _ string) string { return first + "/moved" }
	away := func(_, second string) string { return second + "/steal" }
	loop := func(first, _ string) string { return first + "/again" }
	keys := settings{ClientID: "i", ClientSecret: "s"}
	if p, err, _ := redirected(t, settings{}, 302, moved); err != nil || len(p.Observations) == 0 {
		t.Errorf("to the same origin: %v, %v", p, err)
	}
	for _, set := range []settings{{}, keys} {
		_, err, arrived := redirected(t, set, 302, away)
		if !errors.Is(err, live.ErrBlocked) || len(arrived) > 0 {
			t.Errorf("to another site: %v, %d requests arrived", err, len(arrived))
		}
	}
	if _, err, _ := redirected(t, settings{}, 302, loop); !errors.Is(err, live.ErrFormat) {
		t.Errorf("in a circle: %v", err)
	}

	s, err := newSite(live.PlatformInfo{ID: "x"}, nil, []string{"sooplive.com", "sooplive.co.kr"}, Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from, to, method string
		secret, ok       bool
	}{
		{"https://live.sooplive.co.kr/a", "https://live.sooplive.com/a", "GET", false, true},
		{"https://live.sooplive.co.kr/a", "https://live.sooplive.com/a", "GET", true, false},
		{"https://live.sooplive.co.kr/a", "https://LIVE.sooplive.co.kr/b", "GET", true, true},
		{"https://live.sooplive.co.kr/a", "http://live.sooplive.com/a", "GET", false, false},
		{"https://live.sooplive.co.kr/a", "https://evilsooplive.com/a", "GET", false, false},
		{"https://live.sooplive.co.kr/a", "https://sooplive.com.evil.example/a", "GET", false, false},
		{"https://live.sooplive.co.kr/a", "https://live.sooplive.com:8443/a", "GET", false, false},
		{"https://live.sooplive.co.kr/a", "https://live.sooplive.co.kr/a", "POST", false, false}, // came as a GET
	} {
		req, _ := http.NewRequest("GET", c.to, nil)
		via, _ := http.NewRequest(c.method, c.from, nil)
		if err := s.client(nil, c.secret).CheckRedirect(req, []*http.Request{via}); (err == nil) != c.ok {
			t.Errorf("%s %s to %s, secret %v: %v", c.method, c.from, c.to, c.secret, err)
		}
	}
}

// TestRedirectedForm wants a moved player endpoint to be an error: repeated as a GET it would say "not live".
func TestRedirectedForm(t *testing.T) {
	offline := recordingNamed(t, "soop", "player_offline").Exchanges[0].body
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			_, _ = w.Write(offline)
			return
		}
		http.Redirect(w, r, "/moved", http.StatusMovedPermanently)
	}))
	defer srv.Close()
	s := mustSource(t, "soop", settings{Options: map[string]string{"status": "player"}}, srv.URL)
	if p, err := s.Fetch(t.Context(), srv.Client(), Request{Kind: live.KindStatus, Keys: []string{"a"}}); !errors.Is(err, live.ErrFormat) {
		t.Errorf("page %+v, error %v", p, err)
	}
}

func recordingNamed(tb testing.TB, name live.Platform, rec string) recording {
	tb.Helper()
	for _, c := range mustRecordings(tb, name).Cases {
		if c.Name == rec {
			return c
		}
	}
	tb.Fatalf("no recording %s", rec)
	return recording{}
}

// TestBodyLimit sends more than anyone may, also packed small, for each way in which bodies are read.
func TestBodyLimit(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range maxBody>>20 + 1 {
		if _, err := z.Write(bytes.Repeat([]byte(" "), 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	}))
	defer srv.Close()
	for name, r := range map[live.Platform]Request{
		"chzzk": {Kind: live.KindList}, "soop": {Kind: live.KindList}, "twitch": {Kind: live.KindList}, "youtube": {Kind: live.KindSearch},
	} {
		s := mustSource(t, name, settings{ClientID: "i", ClientSecret: "s", Key: "k"}, srv.URL)
		_, err := s.Fetch(t.Context(), srv.Client(), r)
		if !errors.Is(err, live.ErrFormat) || !strings.Contains(err.Error(), "8 MiB") {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := mustSource(t, "youtube", settings{}, srv.URL)
	if _, err := s.Fetch(t.Context(), srv.Client(), Request{Kind: live.KindFeed, Keys: []string{"a"}}); !errors.Is(err, live.ErrFormat) || !strings.Contains(err.Error(), "8 MiB") {
		t.Errorf("feed: %v", err)
	}
}

// TestGzip reads a packed answer as SOOP sends it.
func TestGzip(t *testing.T) {
	rec := recordingNamed(t, "soop", "list_head")
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			t.Error("gzip not asked for")
		}
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		z := gzip.NewWriter(w)
		defer z.Close()
		_, _ = z.Write(rec.Exchanges[0].body)
	}))
	defer srv.Close()
	p, err := mustSource(t, "soop", settings{}, srv.URL).Fetch(t.Context(), srv.Client(), rec.request())
	if err != nil || len(p.Observations) != 7 {
		t.Errorf("page %v, error %v", p, err)
	}
}

// TestClient wants the caller's client left as it is, and used as it is but for redirects.
func TestClient(t *testing.T) {
	rec := recordingNamed(t, "chzzk", "list_head")
	th := &theatre{tb: t, left: rec.Exchanges}
	c := th.direct()
	c.Timeout = time.Minute
	s := mustSource(t, "chzzk", settings{}, origin)
	if _, err := s.Fetch(t.Context(), c, rec.request()); err != nil {
		t.Fatal(err)
	}
	if c.CheckRedirect != nil || c.Timeout != time.Minute {
		t.Error("the caller's client was changed")
	}
}

func TestUserAgent(t *testing.T) {
	for _, e := range Registry() {
		for _, c := range mustRecordings(t, e.Name).pages() {
			conf := config(t, e.Name, c.Config, origin)
			conf.UserAgent = "curious/1"
			s, err := e.New(conf)
			if err != nil {
				t.Fatal(err)
			}
			th := &theatre{tb: t, left: c.Exchanges}
			inner := th.direct().Transport
			_, err = s.Fetch(t.Context(), &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				if !strings.Contains(r.UserAgent(), "curious/1") {
					t.Errorf("%s %s: user agent %q", e.Name, c.Name, r.UserAgent())
				}
				if u, _ := url.QueryUnescape(r.URL.RawQuery); strings.Contains(u, "SECRET") && e.Name != "soop" { // SOOP knows no other way
					t.Errorf("%s %s: a secret in the address", e.Name, c.Name)
				}
				return inner.RoundTrip(r)
			})}, c.request())
			if err != nil {
				t.Errorf("%s %s: %v", e.Name, c.Name, err)
			}
		}
	}
	if _, err := New("chzzk", Config{UserAgent: "a\r\nB: c"}); err == nil {
		t.Error("a header in the user agent was accepted")
	}
}
