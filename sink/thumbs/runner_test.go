package thumbs

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onair/live"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("go.opencensus.io/stats/view.(*worker).start"))
}

// table of facts in memory, with revisions.
type memory struct {
	mu    sync.Mutex
	rev   uint64
	facts map[string]live.Fact
	wrote int
}

func (m *memory) List(context.Context) ([]live.Fact, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []live.Fact
	for _, f := range m.facts {
		out = append(out, f)
	}
	return out, nil
}

func (m *memory) Put(_ context.Context, f live.Fact, ttl time.Duration) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f.Table != "DERIVED" || ttl != FactTTL {
		return 0, fmt.Errorf("fact %+v for %v", f, ttl)
	}
	if m.facts[f.Key].Rev != f.Rev {
		return 0, ErrConflict
	}
	m.rev++
	m.wrote++
	f.Rev = m.rev
	m.facts[f.Key] = f
	return f.Rev, nil
}

func (m *memory) Remove(_ context.Context, f live.Fact) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.facts[f.Key].Rev != f.Rev {
		return ErrConflict
	}
	delete(m.facts, f.Key)
	return nil
}

func (m *memory) thumb(id string) (t live.Thumb, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, ok := m.facts["thumb.chzzk."+id]
	_ = json.Unmarshal(f.Value, &t)
	return t, ok
}

// stepClock moves when it is told to; what waits is woken then.
type stepClock struct {
	mu   sync.Mutex
	now  time.Time
	wait map[chan time.Time]time.Time
}

func newStepClock() *stepClock {
	return &stepClock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), wait: map[chan time.Time]time.Time{}}
}

func (c *stepClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *stepClock) After(d time.Duration) (<-chan time.Time, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := make(chan time.Time, 1)
	c.wait[ch] = c.now.Add(d)
	return ch, func() { c.mu.Lock(); defer c.mu.Unlock(); delete(c.wait, ch) }
}

func (c *stepClock) awaited() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.wait) > 0
}

func (c *stepClock) step(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for ch, at := range c.wait {
		if !at.After(c.now) {
			ch <- c.now
			delete(c.wait, ch)
		}
	}
}

// studio is a Runner at work on pictures that a test server serves.
type studio struct {
	*Runner
	facts *memory
	clock *stepClock
	site  *httptest.Server

	mu    sync.Mutex
	serve http.HandlerFunc
	asked map[string]int
	shown []Shown
}

func newStudio(t *testing.T) *studio {
	s := &studio{facts: &memory{facts: map[string]live.Fact{}}, clock: newStepClock(), asked: map[string]int{}}
	s.site = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked[r.URL.Path]++
		serve := s.serve
		s.mu.Unlock()
		serve(w, r)
	}))
	t.Cleanup(s.site.Close)
	store, err := OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	s.Runner = s.leader(store)
	return s
}

// leader makes another Runner over the same facts.
func (s *studio) leader(store *Store) *Runner {
	return &Runner{
		Store: store, Facts: s.facts, Clock: s.clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Infos: []live.PlatformInfo{{ID: "chzzk", Images: live.Hosts{s.site.URL, "img.example"}}},
		Shown: func() []Shown { s.mu.Lock(); defer s.mu.Unlock(); return slices.Clone(s.shown) },
		asked: 1000,
	}
}

func (s *studio) set(f func()) { s.mu.Lock(); defer s.mu.Unlock(); f() }

func (s *studio) start(t *testing.T) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// until moves the clock until ok: by half a minute whenever the Runner waits for it and no look is under way, so that on
// a slow machine time passes slowly.
func (s *studio) until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s (%+v)", what, s.Stats())
		}
		if s.clock.awaited() && s.out.Load() == 0 {
			s.clock.step(30 * time.Second)
			continue
		}
		time.Sleep(time.Millisecond) // between polls
	}
}

func (s *studio) show(id string) Shown {
	return Shown{ID: live.BroadcastID{Platform: "chzzk", ID: id}, Source: s.site.URL + "/" + id}
}

func TestRunner(t *testing.T) {
	s := newStudio(t)
	pictures := map[string][]byte{"/a": asJPEG(t, scene(480, 270, 1)), "/b": asPNG(t, scene(320, 180, 2))}
	s.serve = func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		b := pictures[r.URL.Path]
		s.mu.Unlock()
		if b == nil {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(b)
	}
	s.shown = []Shown{s.show("a"), s.show("b"), s.show("none"), {ID: live.BroadcastID{Platform: "chzzk", ID: "far"}, Source: "https://evil.example/x"}}
	stop := s.start(t)
	s.until(t, "two copies", func() bool { return s.Stats().Stored == 2 && s.facts.count() == 2 })
	a, ok := s.facts.thumb("a")
	if !ok || a.Width != 480 || a.Height != 270 || a.Small == nil || a.Small.Width != 192 || !strings.HasPrefix(a.URL, "/thumbs/") || a.URL == a.Small.URL {
		t.Fatalf("fact %+v", a)
	}
	if !s.Store.has(t.Context(), a.URL) || !s.Store.has(t.Context(), a.Small.URL) {
		t.Error("the fact leads nowhere")
	}
	if _, ok := s.facts.thumb("far"); ok {
		t.Error("a foreign host was asked")
	}

	// A picture that does not change is looked at ever more seldom, and neither drawn nor written again.
	s.until(t, "five looks at an unchanged picture", func() bool { return s.count("/a") >= 6 })
	if n := s.Stats().Stored; n != 2 {
		t.Errorf("%d stored, want 2", n)
	}
	before, looks := s.clock.Now(), s.count("/a")
	s.until(t, "two more looks", func() bool { return s.count("/a") >= looks+2 })
	if waited := s.clock.Now().Sub(before); waited < maxPace-2*time.Minute {
		t.Errorf("two looks within %v at a picture that never changes", waited)
	}

	// A changed one gets new names, and comes often again.
	s.set(func() { pictures["/a"] = asJPEG(t, scene(480, 270, 11)) })
	s.until(t, "the new picture", func() bool { now, _ := s.facts.thumb("a"); return now.URL != a.URL })
	stop()

	// The next leader takes over what is there: it asks the site, but draws nothing.
	second := s.leader(s.Store)
	s.Runner = second
	wrote := s.facts.writes()
	stop = s.start(t)
	s.until(t, "a look by the next leader", func() bool { return second.Stats().Unchanged >= 2 })
	if st := second.Stats(); st.Stored != 0 || s.facts.writes() > wrote+2 {
		t.Errorf("next leader %+v, wrote %d facts", st, s.facts.writes()-wrote)
	}

	// The picture goes: the fact goes too, and the platform's own address is shown.
	s.set(func() { delete(pictures, "/a") })
	s.until(t, "the fact's removal", func() bool { _, ok := s.facts.thumb("a"); return !ok })
	stop()

	// What no fact names is swept; what one names stays.
	b, _ := s.facts.thumb("b")
	left, gone, err := second.Sweep(t.Context(), time.Now().Add(time.Hour))
	if err != nil || left != 2 || gone != 4 {
		t.Errorf("left %d, gone %d, %v; want 2 and 4", left, gone, err)
	}
	if !s.Store.has(t.Context(), b.URL) {
		t.Error("a shown picture was swept")
	}
}

func (m *memory) count() int { m.mu.Lock(); defer m.mu.Unlock(); return len(m.facts) }

func (m *memory) writes() int { m.mu.Lock(); defer m.mu.Unlock(); return m.wrote }

func (s *studio) count(path string) int { s.mu.Lock(); defer s.mu.Unlock(); return s.asked[path] }

// A picture that fails for long is taken down; a short fault is not.
func TestOldCopyIsTakenDown(t *testing.T) {
	s := newStudio(t)
	good := asJPEG(t, scene(320, 180, 1))
	bad := false
	s.serve = func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if bad {
			w.WriteHeader(500)
			return
		}
		_, _ = w.Write(good)
	}
	s.shown = []Shown{s.show("a")}
	defer s.start(t)()
	s.until(t, "a copy", func() bool { _, ok := s.facts.thumb("a"); return ok })
	s.set(func() { bad = true })
	s.until(t, "a failure", func() bool { return s.Stats().Failed > 0 })
	if _, ok := s.facts.thumb("a"); !ok {
		t.Error("one failure took the copy down")
	}
	from := s.clock.Now()
	s.until(t, "the copy's end", func() bool { _, ok := s.facts.thumb("a"); return !ok })
	if took := s.clock.Now().Sub(from); took < giveUpAfter-time.Minute {
		t.Errorf("taken down after %v", took)
	}
	s.set(func() { bad = false })
	s.until(t, "a copy again", func() bool { _, ok := s.facts.thumb("a"); return ok })
}

func TestFetchIsGuarded(t *testing.T) {
	secret := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		t.Error("the private server was asked")
		_, _ = w.Write([]byte("x"))
	}))
	defer secret.Close()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, secret.URL+"/latest/meta-data", http.StatusFound)
		case "/big":
			for range 64 {
				_, _ = w.Write(make([]byte, 64<<10))
			}
		case "/said-big":
			w.Header().Set("Content-Length", "9999999999")
			_, _ = w.Write(make([]byte, 100))
		case "/error":
			w.WriteHeader(503)
		case "/cookie":
			http.SetCookie(w, &http.Cookie{Name: "id", Value: "1"})
			_, _ = w.Write([]byte("ok"))
		default:
			if r.Header.Get("Cookie") != "" || r.Header.Get("Referer") != "" {
				t.Errorf("sent %v", r.Header)
			}
			_, _ = w.Write([]byte("ok"))
		}
	}))
	defer site.Close()
	// "localhost" is what a hostile name server would make of a picture host.
	f := newFetcher([]live.PlatformInfo{{ID: "chzzk", Images: live.Hosts{site.URL, "localhost"}}})
	defer f.close()
	for path, want := range map[string]string{"/away": errNone.Error(), "/big": errBig.Error(), "/said-big": errBig.Error(), "/error": "status 503", "/cookie": "", "/fine": ""} {
		_, err := f.get(t.Context(), "chzzk", site.URL+path)
		if got := fmt.Sprint(err); want == "" && err != nil || want != "" && got != want {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	for _, raw := range []string{
		secret.URL + "/x", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "https://user@img.example/x", "//localhost/x", "gopher://localhost/", "",
		strings.Replace(site.URL, "127.0.0.1", "127.0.0.1.evil.example", 1),
	} {
		if _, err := f.get(t.Context(), "chzzk", raw); err != errHost {
			t.Errorf("%s: %v", raw, err)
		}
	}
	if _, err := f.get(t.Context(), "soop", site.URL+"/fine"); err != errHost {
		t.Errorf("another platform's host: %v", err)
	}
	_, err := f.get(t.Context(), "chzzk", "https://localhost/x")
	if err == nil || !strings.Contains(err.Error(), errPrivate.Error()) {
		t.Errorf("a name that leads home: %v", err)
	}
}

func TestStoreInTrouble(t *testing.T) {
	s := newStudio(t)
	picture := asJPEG(t, scene(64, 36, 1))
	s.serve = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(picture) }
	s.shown = []Shown{s.show("a")}
	dir := s.Store.Folder()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil { // what stands there now cannot hold pictures
		t.Fatal(err)
	}
	defer s.start(t)()
	s.until(t, "a word about it", func() bool { return s.Stats().Problem != "" })
	if s.facts.count() != 0 {
		t.Error("a fact without a picture")
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s.until(t, "a copy, and all is well", func() bool { return s.Stats().Problem == "" && s.facts.count() == 1 })
}
