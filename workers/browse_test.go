package workers

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/live"
	"onair/platform"
	"onair/platform/browser"
	"onair/sim"
)

func browserJob(id string, pages int) live.Job {
	j := job(id, live.KindList, pages)
	j.Class = live.ClassBrowser
	return j
}

// stopped is a world whose lists do not move while they are read.
type stopped struct{}

func (stopped) Now() time.Time { return time.Date(2026, 11, 20, 13, 0, 0, 0, time.UTC) }

// TestRefusedPlainThenBrowser is the whole way in a real Chromium: the site refuses plain requests, the egress rests, and a
// browser job brings the pages that plain requests would have brought, as one pass.
func TestRefusedPlainThenBrowser(t *testing.T) {
	path, err := browser.Find("")
	if err != nil {
		t.Fatalf("%v: apt-get install -y --no-install-recommends chromium", err)
	}
	world := sim.New(sim.Options{Seed: 7, Scale: 0.1, Clock: stopped{}})
	site := httptest.NewServer(world.Handler())
	t.Cleanup(site.Close)
	source, err := platform.New("chzzk", platform.Config{
		Endpoints: map[string]string{"api": site.URL + "/chzzk/api", "site": site.URL + "/chzzk/site/lives"}, Images: []string{site.URL},
	})
	if err != nil {
		t.Fatal(err)
	}
	var want []*live.Page
	for cursor, more := "", true; more; more = cursor != "" {
		p, err := source.Fetch(t.Context(), site.Client(), platform.Request{Kind: live.KindList, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		p.Clean(source.Info())
		want, cursor = append(want, p), p.Next
	}
	if err := world.SetFaults(sim.Faults{Faults: []sim.Fault{{Platform: "chzzk", Kind: sim.BrowsersOnly}}}); err != nil {
		t.Fatal(err)
	}
	chromium, err := browser.New(browser.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, nil, newFakeJobs(job("j1", live.KindList, 60)), func(c *Config) {
		c.Sources, c.Browser, c.Classes = []platform.Source{source}, chromium, []live.Class{live.ClassPlain, live.ClassBrowser}
	}).start(t)
	eventually(t, func() bool { return r.jobs.count() == 1 })
	r.jobs.queue <- browserJob("j2", 60)
	patiently(t, 30*time.Second, func() bool { return r.jobs.count() == 2 && r.Stats().Outbox.Live == 0 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	got := r.pages(t)
	if len(got) != 1+len(want) || len(want) < 3 {
		t.Fatalf("%d pages, want one refusal and %d", len(got), len(want))
	}
	if p := got[0]; p.Error != "blocked" || p.Status != 403 || p.Job != "j1" {
		t.Errorf("plain: %+v", p)
	}
	for i, p := range got[1:] {
		if p.Job != "j2" || p.Pass == nil || p.Pass.Index != i || p.Pass.Last != (i == len(want)-1) || p.Egress != "direct" || p.Region != "kr" {
			t.Errorf("page %d: %+v, pass %+v", i, p, p.Pass)
		}
		if p.Cursor != want[i].Cursor || p.Next != want[i].Next || p.Status != 200 || !p.OneLive || p.Coverage != live.CoverList {
			t.Errorf("page %d: %q→%q, want %q→%q", i, p.Cursor, p.Next, want[i].Cursor, want[i].Next)
		}
		if diff := cmp.Diff(want[i].Observations, p.Observations); diff != "" {
			t.Errorf("page %d: %s", i, diff)
		}
	}
}

// patiently is eventually for what starts programs.
func patiently(t *testing.T, d time.Duration, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(d); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v", d)
		}
	}
}

// fakeBrowser gives tabs without a browser and remembers the proxies.
type fakeBrowser struct {
	proxies []string
	err     error
}

func (b *fakeBrowser) Tab(via *url.URL) (platform.Tab, error) {
	b.proxies = append(b.proxies, fmt.Sprint(via))
	return nil, b.err
}

// pagingSource gives pages from a tab until fail.
type pagingSource struct {
	fakeSource
	fail func(i int) error
}

func (s pagingSource) Browse(_ context.Context, _ platform.Tab, r platform.Request, each func(*live.Page) error) error {
	cursor := r.Cursor
	for i := range 5 {
		if err := s.fail(i); err != nil {
			return err
		}
		p := &live.Page{Cursor: cursor, Coverage: live.CoverList, Status: 200, Observations: []live.Observation{{ID: fmt.Sprintf("b%d", i), Channel: "c"}}}
		if cursor = fmt.Sprint(i + 1); i < 4 {
			p.Next = cursor
		}
		if err := each(p); err != nil {
			return err
		}
	}
	return nil
}

var _ platform.BrowserSource = pagingSource{}

// browseRig is a worker with a browser that is none.
func browseRig(t *testing.T, b *fakeBrowser, fail func(int) error, jobs *fakeJobs, change func(*Config)) *rig {
	t.Helper()
	return newRig(t, nil, jobs, func(c *Config) {
		c.Sources, c.Browser, c.Classes = []platform.Source{pagingSource{fail: fail}}, b, []live.Class{live.ClassBrowser}
		if change != nil {
			change(c)
		}
	})
}

func never(int) error { return nil }

func TestVisitEndsWithTheJobsPages(t *testing.T) {
	r := browseRig(t, &fakeBrowser{}, never, newFakeJobs(browserJob("j1", 2), browserJob("j2", 60)), nil).start(t)
	eventually(t, func() bool { return r.jobs.count() == 2 && r.Stats().Published == 7 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range r.pages(t) {
		got = append(got, fmt.Sprintf("%s %d last=%v %q→%q %s", p.Job, p.Pass.Index, p.Pass.Last, p.Cursor, p.Next, p.Error))
	}
	want := []string{
		`j1 0 last=false ""→"1" `, `j1 1 last=false "1"→"2" `,
		`j2 0 last=false ""→"1" `, `j2 1 last=false "1"→"2" `, `j2 2 last=false "2"→"3" `, `j2 3 last=false "3"→"4" `, `j2 4 last=true "4"→"" `,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestVisitThatFailsIsAPage(t *testing.T) {
	for name, c := range map[string]struct {
		err   error
		class live.ErrorClass
	}{
		"refused": {&live.FetchError{Class: live.ErrBlocked, Status: 403}, "blocked"},
		"quiet":   {&live.FetchError{Class: live.ErrTimeout, Text: "the page shows nothing more"}, "timeout"},
		"foreign": {errors.New("http://user:secret@proxy"), live.ClassOther},
	} {
		t.Run(name, func(t *testing.T) {
			fail := func(i int) error {
				if i == 2 {
					return c.err
				}
				return nil
			}
			r := browseRig(t, &fakeBrowser{}, fail, newFakeJobs(browserJob("j1", 60)), nil).start(t)
			eventually(t, func() bool { return r.jobs.count() == 1 && r.Stats().Published == 3 })
			if err := r.stop(); err != nil {
				t.Fatal(err)
			}
			p := r.pages(t)[2]
			if p.Error != c.class || p.Pass.Index != 2 || p.Pass.Last || p.Cursor != "2" || strings.Contains(p.ErrorText, "secret") {
				t.Errorf("%+v %+v", p, p.Pass)
			}
		})
	}
}

func TestVisitThatPanicsIsAPage(t *testing.T) {
	r := browseRig(t, &fakeBrowser{}, func(int) error { panic("no tea") }, newFakeJobs(browserJob("j1", 60)), nil).start(t)
	eventually(t, func() bool { return r.jobs.count() == 1 && r.Stats().Published == 1 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if p := r.pages(t)[0]; p.Error != live.ClassOther || r.Stats().Panics != 1 {
		t.Errorf("%+v", p)
	}
}

// TestBrowserGoesThroughTheEgress wants the proxy with its password handed to the browser and to nobody else, and addresses
// that a browser cannot use left alone.
func TestBrowserGoesThroughTheEgress(t *testing.T) {
	proxied := Address{Label: "p1", Proxy: "http://127.0.0.1:9", Credentials: "user:sesame", Region: "kr"}
	local := Address{Label: "l1", Local: netip.MustParseAddr("127.0.0.1")}
	for name, c := range map[string]struct {
		addresses []Address
		proxies   []string
		errText   string
		refuse    error
		class     live.ErrorClass
	}{
		"proxy":        {addresses: []Address{local, proxied}, proxies: []string{"http://user:sesame@127.0.0.1:9"}},
		"none usable":  {addresses: []Address{local}, class: "setting"},
		"browser says": {addresses: []Address{proxied}, proxies: []string{"http://user:sesame@127.0.0.1:9"}, refuse: fmt.Errorf("%w: no such proxy", live.ErrSetting), class: "setting"},
	} {
		t.Run(name, func(t *testing.T) {
			b := &fakeBrowser{err: c.refuse}
			r := browseRig(t, b, never, newFakeJobs(browserJob("j1", 1)), func(k *Config) {
				k.Pool = mustPool(t, PoolOptions{Addresses: c.addresses, Pace: time.Millisecond})
			}).start(t)
			eventually(t, func() bool { return r.jobs.count() == 1 && r.Stats().Published == 1 })
			if err := r.stop(); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(b.proxies, c.proxies) {
				t.Errorf("proxies %v", b.proxies)
			}
			p := r.pages(t)[0]
			if p.Error != c.class || c.class == "" && (p.Egress != "p1" || p.Region != "kr") {
				t.Errorf("%+v", p)
			}
			if text := fmt.Sprintf("%+v", p); strings.Contains(text, "sesame") || strings.Contains(text, ":9") {
				t.Errorf("the egress's address or password is in the page: %s", text)
			}
		})
	}
}

func TestPresenceSaysWhetherThereIsABrowser(t *testing.T) {
	both := []live.Class{live.ClassPlain, live.ClassBrowser}
	for name, c := range map[string]struct {
		change  func(*Config)
		classes []live.Class
		missing string
	}{
		"with":        {func(c *Config) { c.Classes, c.Browser = both, &fakeBrowser{} }, both, ""},
		"not found":   {func(c *Config) { c.Classes, c.NoBrowser = both, "chromium is not installed" }, both[:1], "chromium is not installed"},
		"not allowed": {func(c *Config) { c.Browser = &fakeBrowser{} }, both[:1], "not a class of this worker"},
	} {
		r := newRig(t, nil, newFakeJobs(), c.change)
		p := r.Presence()
		if !slices.Equal(p.Classes, c.classes) || p.Missing["browser"] != c.missing {
			t.Errorf("%s: %v, %v", name, p.Classes, p.Missing)
		}
	}
	if len(both) != 2 || both[1] != live.ClassBrowser {
		t.Errorf("the caller's classes were changed: %v", both)
	}
}

// TestRestingEgressKeepsNoBrowserBack: a rest is the address's from plain requests; what concerns the platform holds.
func TestRestingEgressKeepsNoBrowserBack(t *testing.T) {
	r := browseRig(t, &fakeBrowser{}, never, newFakeJobs(), nil)
	e, err := r.Pool.Pick(t.Context(), Want{Platform: "chzzk"})
	if err != nil {
		t.Fatal(err)
	}
	r.Pool.Done(e, "chzzk", &live.FetchError{Class: live.ErrBlocked, Status: 403})
	if r.restOf(live.ClassPlain, "chzzk", live.RegionAny).IsZero() || !r.restOf(live.ClassBrowser, "chzzk", live.RegionAny).IsZero() {
		t.Error("the rest of an address is for plain requests only")
	}
	r.stayAway("chzzk", &live.FetchError{Class: live.ErrRateLimited, RetryAfter: time.Minute})
	if r.restOf(live.ClassBrowser, "chzzk", live.RegionAny).IsZero() {
		t.Error("a browser asks a platform that wants to be left alone")
	}
}
