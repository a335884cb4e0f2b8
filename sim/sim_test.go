package sim

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// handClock is moved by hand.
type handClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *handClock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

func (c *handClock) add(d time.Duration) { c.set(c.Now().Add(d)) }

// evening is a busy hour, and not the start of a minute.
var evening = time.Date(2026, 10, 3, 21, 7, 13, 0, time.FixedZone("KST", 9*3600))

// worlds are shared by tests: a world is a pure function, which TestSameSeedAndTimeGiveSameBytes and TestRandomAccess prove on
// fresh ones.
var worlds sync.Map

func mustWorld(seed int64, scale float64) *World {
	key := [2]float64{float64(seed), scale}
	if w, ok := worlds.Load(key); ok {
		return w.(*World)
	}
	w, _ := worlds.LoadOrStore(key, newWorld(seed, scale))
	return w.(*World)
}

func mustSim(tb testing.TB, seed int64, scale float64) (*Server, *handClock) {
	tb.Helper()
	c := &handClock{at: evening}
	s := New(Options{Seed: seed, Clock: c, Scale: .01})
	s.world = mustWorld(seed, scale)
	return s, c
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) decode(tb testing.TB, into any) {
	tb.Helper()
	if err := json.Unmarshal(a.body, into); err != nil {
		tb.Fatalf("%v in %.200s", err, a.body)
	}
}

// ask sends one request without a network. Pairs of headers follow the path; "from" sets the source address.
func ask(tb testing.TB, s *Server, method, path, body string, headers ...string) answer {
	tb.Helper()
	r := httptest.NewRequest(method, "http://sim.test"+path, strings.NewReader(body))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "from" {
			r.RemoteAddr = headers[i+1] + ":4000"
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	b, err := io.ReadAll(w.Result().Body)
	if err != nil {
		tb.Fatal(err)
	}
	return answer{w.Code, w.Header(), b}
}

func get(tb testing.TB, s *Server, path string, headers ...string) answer {
	tb.Helper()
	return ask(tb, s, http.MethodGet, path, "", headers...)
}

// mustToken is the pair of headers that Helix wants.
func mustToken(tb testing.TB, s *Server) []string {
	tb.Helper()
	form := url.Values{"client_id": {"app"}, "client_secret": {"s"}, "grant_type": {"client_credentials"}}
	a := ask(tb, s, http.MethodPost, "/twitch/id/oauth2/token", form.Encode())
	var t struct {
		AccessToken string `json:"access_token"`
	}
	a.decode(tb, &t)
	if a.status != 200 || t.AccessToken == "" {
		tb.Fatalf("token: %d %s", a.status, a.body)
	}
	return []string{"Client-Id", "app", "Authorization", "Bearer " + t.AccessToken}
}

// find returns the first live row of a site that has a quality, looking through the hours of a few days.
func find(tb testing.TB, s *Server, c *handClock, p site, is func(shown) bool) shown {
	tb.Helper()
	for hour := range 24 * 4 {
		at := evening.Add(time.Duration(hour) * time.Hour)
		for _, row := range s.world.list(p, p.step(at)) {
			if is(row) {
				c.set(at)
				return row
			}
		}
	}
	tb.Fatalf("%v: none found", p)
	return shown{}
}
