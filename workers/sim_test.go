package workers

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onair/live"
	"onair/platform"
	"onair/sim"
)

// stepClock goes on only when somebody waits for it, and then at once: a machine under load is not a slow site.
type stepClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *stepClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *stepClock) After(d time.Duration) (<-chan time.Time, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	ch := make(chan time.Time, 1)
	ch <- c.now
	return ch, func() {}
}

// simulated is the platforms on loopback with a count of what they answered to whom.
type simulated struct {
	*sim.Server
	clock live.Clock
	url   string

	mu      sync.Mutex
	asked   map[string]int // by the last number of the address
	refused map[string]int
	at      []time.Time
}

func mustSimulate(t *testing.T, scale float64, faults sim.Faults) *simulated {
	t.Helper()
	s := &simulated{clock: &stepClock{now: sim.Epoch()}, asked: map[string]int{}, refused: map[string]int{}}
	s.Server = sim.New(sim.Options{Seed: 1, Clock: s.clock, Scale: scale})
	if err := s.SetFaults(faults); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		s.Handler().ServeHTTP(status, r)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked[sender(r)]++
		s.at = append(s.at, s.clock.Now())
		if status.status == http.StatusForbidden || status.status == http.StatusTooManyRequests {
			s.refused[sender(r)]++
		}
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (s *simulated) source(t *testing.T, name live.Platform) platform.Source {
	t.Helper()
	endpoints := map[live.Platform]map[string]string{
		"chzzk":   {"api": "/chzzk/api"},
		"soop":    {"live": "/soop/live", "station": "/soop/chapi"},
		"twitch":  {"id": "/twitch/id", "helix": "/twitch/helix"},
		"youtube": {"api": "/youtube", "feeds": "/youtube"},
	}[name]
	for k, v := range endpoints {
		endpoints[k] = s.url + v
	}
	c := platform.Config{Endpoints: endpoints, Clock: s.clock, Images: []string{s.url}}
	switch name {
	case "twitch":
		c.ClientID, c.ClientSecret = "demo", "demo"
	case "youtube":
		c.Key = "demo"
	}
	src, err := platform.New(name, c)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// walk lets a worker with the egresses do jobs, one after the other, against the simulator.
func (s *simulated) walk(t *testing.T, name live.Platform, egresses []Address, jobs ...live.Job) (*rig, []*live.Page) {
	t.Helper()
	queue := newFakeJobs()
	for _, j := range jobs {
		j.Platform, j.NotAfter = name, s.clock.Now().Add(time.Hour)
		queue.queue <- j
	}
	r := newRig(t, nil, queue, func(c *Config) {
		c.Sources, c.Clock, c.Virtual, c.Pace = []platform.Source{s.source(t, name)}, s.clock, true, time.Second
		withPool(t, egresses)(c)
	}).start(t)
	eventually(t, func() bool { return r.jobs.count() == len(jobs) && r.Stats().Outbox.Live == 0 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	var pages []*live.Page
	for _, b := range r.log.bodies(laneOf(r.Outbox, name, live.LaneLive)) {
		p, err := live.DecodePage([]byte(b))
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, p)
	}
	return r, pages
}

// TestAddressesOverTheirRate walks one whole list against a site that shuts out an address after 15 requests a minute:
// from one address, from four, and from four of which one is shut out already. Run with -v for the table.
func TestAddressesOverTheirRate(t *testing.T) {
	t.Parallel()
	var table strings.Builder
	fmt.Fprintf(&table, "%-8s %-16s %5s %5s %8s %8s %9s %7s  %s\n", "platform", "egresses", "pages", "rows", "complete", "refused", "rerouted", "seconds", "requests by address")
	for _, name := range []live.Platform{"chzzk", "soop"} {
		for _, c := range []struct {
			name     string
			egresses int
			shut     bool // 127.0.0.3 is refused whatever it does
			complete bool
			refused  int
			rerouted uint64
		}{
			{"one", 1, false, false, 1, 0},
			{"four", 4, false, true, 0, 0},
			{"four, one shut", 4, true, true, 1, 1},
		} {
			f := sim.Faults{Limits: []sim.Limit{{Platform: string(name), Requests: 15, PerSeconds: 60, BlockSeconds: 600}}}
			if c.shut {
				f.Faults = []sim.Fault{{Platform: string(name), Kind: sim.Forbidden, Addresses: []string{"127.0.0.3"}}}
			}
			s := mustSimulate(t, 1, f)
			r, pages := s.walk(t, name, loopbacks(c.egresses), job("pass", live.KindList, 60))
			rows, complete, refused := 0, false, 0
			for i, p := range pages {
				rows += len(p.Observations)
				if p.Pass == nil || p.Pass.ID != "pass" || p.Pass.Index != i {
					t.Errorf("%s, %s: page %d is %+v", name, c.name, i, p.Pass)
				}
				complete = p.Pass.Last
			}
			for _, n := range s.refused {
				refused += n
			}
			took := s.at[len(s.at)-1].Sub(s.at[0]).Seconds()
			var counts []string
			for _, k := range slices.Sorted(maps.Keys(s.asked)) {
				counts = append(counts, fmt.Sprintf(".%s %d", k, s.asked[k]))
			}
			fmt.Fprintf(&table, "%-8s %-16s %5d %5d %8v %8d %9d %7.1f  %s\n", name, c.name, len(pages), rows, complete, refused, r.Stats().Rerouted, took, strings.Join(counts, ", "))
			if complete != c.complete || refused != c.refused || r.Stats().Rerouted != c.rerouted || len(s.asked) != c.egresses {
				t.Errorf("%s, %s: complete %v, %d refused, %d rerouted, from %v", name, c.name, complete, refused, r.Stats().Rerouted, s.asked)
			}
			if last := pages[len(pages)-1]; !c.complete && (last.Error != "blocked" || len(pages) != 16) {
				t.Errorf("%s, %s: %d pages, the last %+v", name, c.name, len(pages), last)
			}
		}
	}
	t.Log("\n" + table.String())
}

// TestEgressesDoNotRaiseTheQuota asks the same YouTube jobs through one egress and through eight, while the API
// refuses some: the requests, and what their pages say that they cost, stay the same.
func TestEgressesDoNotRaiseTheQuota(t *testing.T) {
	t.Parallel()
	for _, fault := range []sim.Fault{
		{Platform: "youtube", Path: "/youtube/youtube", Kind: sim.TooManyRequests, Probability: .5},
		{Platform: "youtube", Path: "/youtube/youtube", Kind: sim.Forbidden, Probability: .5},
		{Platform: "youtube", Path: "/youtube/youtube", Kind: sim.QuotaExceeded, Probability: .5},
	} {
		for _, egresses := range []int{1, 8} {
			s := mustSimulate(t, .05, sim.Faults{Faults: []sim.Fault{fault}})
			var jobs []live.Job
			for i := range 8 {
				refresh := job(fmt.Sprint("r", i), live.KindRefresh, 0)
				refresh.Keys = []string{"x", "y"}
				jobs = append(jobs, refresh, job(fmt.Sprint("s", i), live.KindSearch, 0))
			}
			r, pages := s.walk(t, "youtube", loopbacks(egresses), jobs...)
			requests, units, failed := 0, 0, 0
			for _, n := range s.asked {
				requests += n
			}
			for _, p := range pages {
				units += p.Cost.Units
				if !p.OK() {
					failed++
				}
			}
			if requests != 16 || units != 16 || failed == 0 || failed == 16 || r.Stats().Rerouted != 0 || r.Pool.Live() != egresses {
				t.Errorf("%s, %d egresses: %d requests, %d units, %d failed, %d rerouted, %d live", fault.Kind, egresses, requests, units, failed, r.Stats().Rerouted, r.Pool.Live())
			}
		}
	}
}

// TestAccountsAreNotRotated does the same for Twitch, whose limits are the application's.
func TestAccountsAreNotRotated(t *testing.T) {
	t.Parallel()
	for path, requests := range map[string]int{"/twitch/helix": 2, "/twitch/id": 1} { // the token and the list; the token
		s := mustSimulate(t, .05, sim.Faults{Faults: []sim.Fault{{Platform: "twitch", Path: path, Kind: sim.TooManyRequests}}})
		r, pages := s.walk(t, "twitch", loopbacks(4), job("j", live.KindList, 60))
		if len(pages) != 1 || pages[0].Error != "rate_limited" || r.Stats().Rerouted != 0 || r.Pool.Live() != 4 {
			t.Errorf("%s: %d pages, %+v, %d live", path, len(pages), r.Stats(), r.Pool.Live())
		}
		if s.asked["2"] != requests || len(s.asked) != 1 {
			t.Errorf("%s: asked %v", path, s.asked)
		}
	}
}
