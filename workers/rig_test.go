package workers

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"onair/live"
	"onair/platform"
)

// fakeSource lists pages of one row over HTTP: page n links to n+1 until the last.
type fakeSource struct {
	url   string
	ready error
	last  int
}

func (fakeSource) Info() live.PlatformInfo {
	return live.PlatformInfo{ID: "chzzk", Links: live.Hosts{"example.com"}, Images: live.Hosts{"example.com"}}
}

func (fakeSource) Offers() []platform.Offer {
	return []platform.Offer{{Kind: live.KindList, Rows: 1}, {Kind: live.KindSearch, Cost: live.Cost{Bucket: "search", Units: 1}}}
}
func (s fakeSource) Ready() error { return s.ready }

func (s fakeSource) Fetch(ctx context.Context, c *http.Client, r platform.Request) (*live.Page, error) {
	n, _ := strconv.Atoi(r.Cursor)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/"+string(r.Kind)+"/"+strconv.Itoa(n), nil)
	if err != nil {
		return nil, err
	}
	res, err := c.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusTeapot:
		panic("no tea")
	default:
		after, _ := strconv.Atoi(res.Header.Get("Retry-After"))
		class := live.ErrUnavailable
		if res.StatusCode == http.StatusTooManyRequests {
			class = live.ErrRateLimited
		}
		if res.StatusCode == http.StatusForbidden {
			class = live.ErrBlocked
		}
		return nil, &live.FetchError{Class: class, Status: res.StatusCode, RetryAfter: time.Duration(after) * time.Second, Text: "sorry\x00"}
	}
	p := &live.Page{Coverage: live.CoverList, Status: 200, Observations: []live.Observation{
		{ID: fmt.Sprintf("b%d", n), Channel: "c", Title: "a \u202e title", URL: "https://evil.test/"},
		{ID: "not an id", Channel: "c"},
	}}
	if n < s.last {
		p.Next = strconv.Itoa(n + 1)
	}
	return p, nil
}

// fakeJobs hands out jobs and remembers what was acked.
type fakeJobs struct {
	queue chan live.Job
	mu    sync.Mutex
	acked []string
	alive int
	err   error
}

func newFakeJobs(jobs ...live.Job) *fakeJobs {
	f := &fakeJobs{queue: make(chan live.Job, 100)}
	for _, j := range jobs {
		f.queue <- j
	}
	return f
}

func (f *fakeJobs) Take(ctx context.Context, _ live.Platform, _ live.Class, _ string) (Taken, error) {
	if f.err != nil {
		return nil, f.err
	}
	select {
	case j := <-f.queue:
		return &fakeTaken{f, j}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(20 * time.Millisecond):
		return nil, nil
	}
}

type fakeTaken struct {
	f *fakeJobs
	j live.Job
}

func (t *fakeTaken) Job() live.Job { return t.j }
func (t *fakeTaken) Ack(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	t.f.mu.Lock()
	defer t.f.mu.Unlock()
	t.f.acked = append(t.f.acked, t.j.ID)
	return nil
}

func (t *fakeTaken) InProgress() error {
	t.f.mu.Lock()
	defer t.f.mu.Unlock()
	t.f.alive++
	return nil
}

func (f *fakeJobs) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.acked)
}

type fakeSay struct {
	mu   sync.Mutex
	last live.Presence
	n    int
}

func (f *fakeSay) Announce(_ context.Context, p live.Presence) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last, f.n = p, f.n+1
	return nil
}

func job(id string, kind live.Kind, pages int) live.Job {
	return live.Job{ID: id, Platform: "chzzk", Class: live.ClassPlain, Region: live.RegionAny, Key: "k" + id, Kind: kind, Pages: pages, NotAfter: time.Now().Add(time.Hour)}
}

// rig is a worker on fakes.
type rig struct {
	*Worker
	log  *fakeLog
	jobs *fakeJobs
	say  *fakeSay
	stop func() error
}

func newRig(t *testing.T, handler http.HandlerFunc, jobs *fakeJobs, change func(*Config)) *rig {
	t.Helper()
	if handler == nil {
		handler = func(http.ResponseWriter, *http.Request) {}
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	r := &rig{log: newFakeLog(), jobs: jobs, say: &fakeSay{}}
	c := Config{
		Name: "w1", Version: "test", Sources: []platform.Source{fakeSource{url: server.URL, last: 4}}, Log: r.log, Jobs: jobs, Say: r.say,
		Outbox: mustOpen(t, filepath.Join(t.TempDir(), "outbox.db"), OutboxOptions{}), Pace: time.Millisecond, Takers: 1,
	}
	if change != nil {
		change(&c)
	}
	if c.Pool == nil {
		c.Pool = mustPool(t, PoolOptions{Addresses: []Address{{Label: directLabel, Region: "kr"}}, Clock: c.Clock, Pace: c.Pace})
	}
	w, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	r.Worker = w
	return r
}

// start runs the worker; the returned rig's stop ends it and gives Run's error.
func (r *rig) start(t *testing.T) *rig {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	r.stop = func() error { cancel(); return <-done }
	t.Cleanup(func() { cancel() })
	return r
}

func (r *rig) pages(t *testing.T) (out []*live.Page) {
	t.Helper()
	for _, b := range r.log.bodies(laneOf(r.Outbox, "chzzk", live.LaneLive)) {
		p, err := live.DecodePage([]byte(b))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}
