package workers

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/live"
)

// loopbacks makes n egresses, 127.0.0.2 and on, labelled by their last number.
func loopbacks(n int) (list []Address) {
	for i := range n {
		list = append(list, Address{Label: fmt.Sprintf("ip%d", i+2), Local: netip.AddrFrom4([4]byte{127, 0, 0, byte(i + 2)})})
	}
	return list
}

// sender is the last number of the address that a request came from.
func sender(r *http.Request) string {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	return host[strings.LastIndex(host, ".")+1:]
}

// withPool gives the rig egresses, and the clock and pace of the rig.
func withPool(t *testing.T, list []Address) func(*Config) {
	return func(c *Config) {
		c.Pool = mustPool(t, PoolOptions{Addresses: list, Clock: c.Clock, Pace: c.Pace})
	}
}

// egressesOf lists which egress each page came from, or the error.
func egressesOf(t *testing.T, r *rig) (got []string) {
	t.Helper()
	for _, p := range r.pages(t) {
		s := p.Egress
		if !p.OK() {
			s += " " + string(p.Error)
		}
		got = append(got, s)
	}
	return got
}

func TestPagesOfAChainTakeTurns(t *testing.T) {
	r := newRig(t, nil, newFakeJobs(job("j1", live.KindList, 60)), withPool(t, loopbacks(3))).start(t)
	eventually(t, func() bool { return r.Stats().Published == 5 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"ip2", "ip3", "ip4", "ip2", "ip3"}, egressesOf(t, r)); diff != "" {
		t.Error(diff)
	}
	if p := r.pages(t); p[4].Pass.Index != 4 || !p[4].Pass.Last || p[0].Pass.ID != p[4].Pass.ID {
		t.Errorf("not one pass: %+v", p[4].Pass)
	}
}

func TestAPassStaysInOneRegion(t *testing.T) {
	list := loopbacks(4)
	list[0].Region, list[1].Region, list[2].Region, list[3].Region = "kr", "jp", "kr", ""
	handler := func(w http.ResponseWriter, q *http.Request) {
		if sender(q) == "3" || sender(q) == "5" {
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}
	r := newRig(t, handler, newFakeJobs(job("j1", live.KindList, 60), job("j2", live.KindList, 60)), withPool(t, list)).start(t)
	eventually(t, func() bool { return r.jobs.count() == 2 })
	eventually(t, func() bool { return r.Stats().Outbox.Live == 0 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	// The first pass runs in Korea. The second begins in Japan, is refused, and finds nobody else there.
	if diff := cmp.Diff([]string{"ip2", "ip4", "ip2", "ip4", "ip2", "ip3 rate_limited"}, egressesOf(t, r)); diff != "" {
		t.Error(diff)
	}
	for _, p := range r.pages(t)[:5] {
		if p.Region != "kr" {
			t.Errorf("page %d from %s", p.Pass.Index, p.Region)
		}
	}
}

func TestOneBlockedAddressDoesNotCostThePass(t *testing.T) {
	for _, refusal := range []int{http.StatusForbidden, http.StatusTooManyRequests} {
		var mu sync.Mutex
		asked := map[string]int{}
		handler := func(w http.ResponseWriter, q *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			asked[sender(q)]++
			if sender(q) == "3" {
				w.WriteHeader(refusal)
			}
		}
		r := newRig(t, handler, newFakeJobs(job("j1", live.KindList, 60)), func(c *Config) {
			withPool(t, loopbacks(3))(c)
		}).start(t)
		eventually(t, func() bool { return r.Stats().Published == 5 })
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"ip2", "ip4", "ip2", "ip4", "ip2"}, egressesOf(t, r)); diff != "" {
			t.Errorf("%d: %s", refusal, diff)
		}
		s := r.Stats()
		if asked["3"] != 1 || s.Rerouted != 1 || len(s.Errors) != 0 || s.Flat()["rerouted"] != 1 || r.Presence().Egresses != 2 {
			t.Errorf("%d: asked %v, %+v, %d live", refusal, asked, s, r.Presence().Egresses)
		}
	}
}

func TestAPageIsAskedForTwiceAtMost(t *testing.T) {
	var mu sync.Mutex
	n := 0
	handler := func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		n++
		w.WriteHeader(http.StatusTooManyRequests)
	}
	r := newRig(t, handler, newFakeJobs(job("j1", live.KindList, 60)), withPool(t, loopbacks(5))).start(t)
	eventually(t, func() bool { return r.Stats().Published == 1 && r.jobs.count() == 1 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if got := egressesOf(t, r); n != 2 || got[0] != "ip3 rate_limited" || r.Presence().Egresses != 3 {
		t.Errorf("%d requests, %v, %d live", n, got, r.Presence().Egresses)
	}
}

func TestOtherFailuresAreNotTriedElsewhere(t *testing.T) {
	var mu sync.Mutex
	n := 0
	handler := func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		n++
		w.WriteHeader(http.StatusBadGateway)
	}
	r := newRig(t, handler, newFakeJobs(job("j1", live.KindList, 60)), withPool(t, loopbacks(4))).start(t)
	eventually(t, func() bool { return r.Stats().Published == 1 && r.jobs.count() == 1 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if n != 1 || r.Stats().Rerouted != 0 || r.Presence().Egresses != 4 {
		t.Errorf("%d requests, %+v", n, r.Stats())
	}
}

func TestDeadProxyCostsNoPage(t *testing.T) {
	list := append([]Address{{Label: "dead", Proxy: "http://127.0.0.1:1"}}, loopbacks(1)...)
	jobs := newFakeJobs()
	for i := range 6 {
		jobs.queue <- job(fmt.Sprint("j", i), live.KindList, 60)
	}
	r := newRig(t, nil, jobs, withPool(t, list)).start(t)
	eventually(t, func() bool { return r.Stats().Published == 30 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	s := r.Stats()
	if len(s.Errors) != 0 || s.Rerouted < 1 || s.Rerouted > 3 || r.Presence().Egresses != 1 {
		t.Errorf("%+v, %d live", s, r.Presence().Egresses)
	}
}

// TestWhatCostsQuotaIsAskedOnce is the rule that keeps egresses from multiplying a quota: refused or not, one job makes
// one request, and no egress is blamed.
func TestWhatCostsQuotaIsAskedOnce(t *testing.T) {
	var mu sync.Mutex
	n := 0
	handler := func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		n++
		w.WriteHeader(http.StatusTooManyRequests)
	}
	jobs := newFakeJobs()
	for i := range 5 {
		jobs.queue <- job(fmt.Sprint("j", i), live.KindSearch, 0)
	}
	r := newRig(t, handler, jobs, withPool(t, loopbacks(4))).start(t)
	eventually(t, func() bool { return r.Stats().Published == 5 && r.jobs.count() == 5 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	units := 0
	for _, p := range r.pages(t) {
		units += p.Cost.Units
	}
	if n != 5 || units != 5 || r.Stats().Rerouted != 0 || r.Presence().Egresses != 4 {
		t.Errorf("%d requests, %d units in pages, %+v, %d live", n, units, r.Stats(), r.Presence().Egresses)
	}
}

func TestPlatformWithoutEgressIsLeftOut(t *testing.T) {
	list := loopbacks(1)
	list[0].Platforms = []live.Platform{"soop"}
	r := newRig(t, nil, newFakeJobs(), withPool(t, list))
	if p := r.Presence(); len(p.Platforms) != 0 || p.Missing["chzzk"] == "" {
		t.Errorf("%+v", p)
	}
}

func TestTakersWaitWhileEveryEgressRests(t *testing.T) {
	var mu sync.Mutex
	var at []time.Time
	clock := live.NewVirtualClock(noon, 400)
	handler := func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if at = append(at, clock.Now()); len(at) <= 2 {
			w.Header().Set("Retry-After", "90")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}
	jobs := newFakeJobs()
	r := newRig(t, handler, jobs, func(c *Config) {
		c.Clock, c.Virtual = clock, true
		withPool(t, loopbacks(2))(c)
	})
	for i := range 2 {
		j := job(fmt.Sprint("j", i), live.KindList, 1)
		j.NotAfter = noon.Add(time.Hour)
		jobs.queue <- j
	}
	r.start(t)
	eventually(t, func() bool { return r.Stats().Published == 2 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if len(at) != 3 || at[2].Sub(at[1]) < 85*time.Second {
		t.Errorf("asked at %v", at)
	}
}
