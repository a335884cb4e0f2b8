package platform

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"onair/live"
)

// fakeTwitch gives out tokens t1, t2 … and accepts the newest until it is told to forget it.
type fakeTwitch struct {
	tb     testing.TB
	mu     sync.Mutex
	tokens int
	valid  string
	asked  int
	reply  http.Header
	status int
	body   []byte
}

func (f *fakeTwitch) RoundTrip(r *http.Request) (*http.Response, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	e := exchange{Status: f.status, body: f.body, reply: f.reply}
	if strings.HasSuffix(r.URL.Path, "/oauth2/token") {
		f.tokens++
		f.valid = "t" + strconv.Itoa(f.tokens)
		e = exchange{Status: 200, body: []byte(`{"access_token":"` + f.valid + `","expires_in":3600,"token_type":"bearer"}`)}
	} else {
		f.asked++
		if r.Header.Get("Authorization") != "Bearer "+f.valid {
			e = exchange{Status: 401, body: []byte(`{"error":"Unauthorized","status":401,"message":"Invalid OAuth token"}`)}
		}
	}
	th := &theatre{tb: f.tb, left: []exchange{e}}
	return th.direct().Transport.RoundTrip(r)
}

func (f *fakeTwitch) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.valid = "none"
}

func newFakeTwitch(t *testing.T) (*fakeTwitch, *movingClock, func(context.Context) (*live.Page, error)) {
	f := &fakeTwitch{tb: t, status: 200, body: []byte(`{"data":[],"pagination":{}}`)}
	clock := &movingClock{now: noon}
	conf := config(t, "twitch", settings{ClientID: "i", ClientSecret: "s"}, origin)
	conf.Clock = clock
	s, err := New("twitch", conf)
	if err != nil {
		t.Fatal(err)
	}
	return f, clock, func(ctx context.Context) (*live.Page, error) {
		return s.Fetch(ctx, &http.Client{Transport: f}, Request{Kind: live.KindList})
	}
}

// TestTwitchToken wants one token for all, a new one before it expires, and one renewal when it is refused.
func TestTwitchToken(t *testing.T) {
	f, clock, fetch := newFakeTwitch(t)
	together := func() {
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := fetch(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	want := func(what string, tokens int) {
		t.Helper()
		if f.tokens != tokens {
			t.Errorf("%s: %d tokens, want %d", what, f.tokens, tokens)
		}
	}
	together()
	want("twenty at once", 1)
	clock.advance(time.Hour - tokenMargin - time.Second)
	together()
	want("before it expires", 1)
	clock.advance(time.Second)
	together()
	want("a minute before it expires", 2)
	f.forget()
	together()
	want("refused", 3)

	// A caller who gives up does not stop the others.
	f.forget()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := fetch(ctx); !errors.Is(err, live.ErrCanceled) {
		t.Errorf("canceled: %v", err)
	}
	together()
	want("after a canceled one", 4)
}

// TestTwitchRefusedTwice wants no more than one renewal for a request.
func TestTwitchRefusedTwice(t *testing.T) {
	f, _, fetch := newFakeTwitch(t)
	f.status, f.body = 401, []byte(`{"status":401}`)
	if _, err := fetch(t.Context()); !errors.Is(err, live.ErrUnauthorized) || f.tokens != 2 || f.asked != 2 {
		t.Errorf("%v after %d tokens and %d requests", err, f.tokens, f.asked)
	}
}

func TestTwitchRateLimit(t *testing.T) {
	f, _, fetch := newFakeTwitch(t)
	reset := strconv.FormatInt(noon.Unix()+42, 10)
	f.reply = http.Header{"Ratelimit-Limit": {"800"}, "Ratelimit-Remaining": {"799"}, "Ratelimit-Reset": {reset}}
	if p, err := fetch(t.Context()); err != nil || p.RetryAfter != 0 {
		t.Errorf("with points left: %+v, %v", p, err)
	}
	f.reply.Set("Ratelimit-Remaining", "0")
	if p, err := fetch(t.Context()); err != nil || p.RetryAfter != 42_000 {
		t.Errorf("with the last point: %+v, %v", p, err)
	}
	f.status = 429
	_, err := fetch(t.Context())
	var fe *live.FetchError
	if !errors.As(err, &fe) || !errors.Is(err, live.ErrRateLimited) || fe.RetryAfter != 42*time.Second {
		t.Errorf("without points: %v, %+v", err, fe)
	}
}

// TestTwitchTokenRefused tells refused credentials from a block page.
func TestTwitchTokenRefused(t *testing.T) {
	rec := recordingNamed(t, "twitch", "invalid_secret")
	refused(t, "twitch", rec, "JSON", nil, live.ErrUnauthorized)
	refused(t, "twitch", rec, "HTML", func(e []exchange) { e[0].body = []byte(blockPage) }, live.ErrBlocked)
}

func TestTwitchTokenLife(t *testing.T) {
	for in, want := range map[string]time.Duration{
		`"expires_in":3600`:        59 * time.Minute,
		`"expires_in":"3600"`:      59 * time.Minute,
		`"expires_in":60`:          30 * time.Second,
		`"expires_in":-5`:          0,
		`"expires_in":1e300`:       tokenLife,
		`"expires_in":99999999999`: 365*24*time.Hour - tokenMargin,
		`"x":1`:                    tokenLife,
	} {
		_, life, err := parseTwitchToken([]byte(`{"access_token":"a",` + in + `}`))
		if err != nil || life != want {
			t.Errorf("%s: %v, %v", in, life, err)
		}
	}
	for _, bad := range []string{`{}`, `{"access_token":""}`, `{"access_token":"a\r\nX: y"}`, `{"access_token":"한"}`} {
		if _, _, err := parseTwitchToken([]byte(bad)); !errors.Is(err, live.ErrFormat) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
