package workers

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/live"
	"onair/platform"
)

func TestChainOfPages(t *testing.T) {
	r := newRig(t, nil, newFakeJobs(job("j1", live.KindList, 60), job("j2", live.KindList, 2)), nil).start(t)
	eventually(t, func() bool { return r.jobs.count() == 2 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range r.pages(t) {
		got = append(got, fmt.Sprintf("%s %d last=%v %q→%q %s %s", p.Pass.ID, p.Pass.Index, p.Pass.Last, p.Cursor, p.Next, p.Egress, p.Region))
		if len(p.Observations) != 1 || p.Observations[0].Title != "a title" || p.Observations[0].URL != "" {
			t.Errorf("not cleaned: %+v", p.Observations)
		}
		if p.Coverage != live.CoverNone {
			t.Errorf("a page that lost a row says %s: absence would prove something", p.Coverage)
		}
	}
	want := []string{
		`j1 0 last=false ""→"1" direct kr`, `j1 1 last=false "1"→"2" direct kr`, `j1 2 last=false "2"→"3" direct kr`,
		`j1 3 last=false "3"→"4" direct kr`, `j1 4 last=true "4"→"" direct kr`,
		`j2 0 last=false ""→"1" direct kr`, `j2 1 last=false "1"→"2" direct kr`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	s := r.Stats()
	if s.Jobs != 2 || s.Pages != 7 || s.Observations != 7 || s.Removed != 7 || s.Published != 7 || s.Outbox.Live != 0 {
		t.Errorf("%+v", s)
	}
}

func TestDirectEgress(t *testing.T) {
	w, err := New(Config{
		Name: "w1", Log: newFakeLog(), Jobs: newFakeJobs(), Say: &fakeSay{}, Outbox: mustOpen(t, filepath.Join(t.TempDir(), "o.db"), OutboxOptions{}),
	})
	if err != nil {
		t.Fatal(err)
	}
	e, err := w.Pool.Pick(t.Context(), Want{Platform: "chzzk"})
	if err != nil || e.Label != "direct" || e.Region != "" || w.Pool.Live() != 1 {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestContinuedChainKeepsItsPlace(t *testing.T) {
	j := job("j1", live.KindList, 1)
	j.Cursor, j.Index = "3", 3
	r := newRig(t, nil, newFakeJobs(j), nil).start(t)
	eventually(t, func() bool { return r.jobs.count() == 1 && r.Stats().Published == 1 })
	if p := r.pages(t)[0]; p.Pass.Index != 3 || p.Cursor != "3" || p.Observations[0].ID != "b3" {
		t.Errorf("%+v", p)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
}

func TestFailureIsAPageAndEndsTheChain(t *testing.T) {
	handler := func(w http.ResponseWriter, q *http.Request) {
		if strings.HasSuffix(q.URL.Path, "/2") || strings.HasPrefix(q.URL.Path, "/search") {
			w.WriteHeader(http.StatusBadGateway)
		}
	}
	r := newRig(t, handler, newFakeJobs(job("j1", live.KindList, 60), job("j2", live.KindSearch, 0)), nil).start(t)
	eventually(t, func() bool { return r.jobs.count() == 2 && r.Stats().Published == 4 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	p := r.pages(t)
	bad := p[2]
	if bad.Error != "unavailable" || bad.Status != 502 || bad.ErrorText != "sorry" || bad.Coverage != live.CoverNone || bad.Pass.Index != 2 || bad.Pass.Last || bad.Cost.Units != 0 {
		t.Errorf("error page of a list: %+v", bad)
	}
	if s := p[3]; s.Kind != live.KindSearch || s.Cost != (live.Cost{Bucket: "search", Units: 1}) || s.Pass != nil {
		t.Errorf("error page of a search: %+v", s)
	}
	if n := r.Stats().Errors["unavailable"]; n != 2 {
		t.Errorf("%d errors counted", n)
	}
}

func TestPanicBecomesAPage(t *testing.T) {
	handler := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }
	r := newRig(t, handler, newFakeJobs(job("j1", live.KindList, 60)), nil).start(t)
	eventually(t, func() bool { return r.jobs.count() == 1 && r.Stats().Published == 1 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if p := r.pages(t); p[0].Error != live.ClassOther || r.Stats().Panics != 1 {
		t.Errorf("%+v", p[0])
	}
}

func TestNoURLLeavesWithAnError(t *testing.T) {
	r := newRig(t, nil, newFakeJobs(job("j1", live.KindList, 1)), func(c *Config) {
		c.Sources = []platform.Source{fakeSource{url: "http://127.0.0.1:1/secret-key"}}
	}).start(t)
	eventually(t, func() bool { return r.Stats().Published == 1 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if p := r.pages(t)[0]; p.Error != "network" || p.ErrorText != "" {
		t.Errorf("%q %q", p.Error, p.ErrorText)
	}
}

func TestStaleJobIsOnlyAcked(t *testing.T) {
	old, other := job("j1", live.KindList, 1), job("j2", live.KindList, 1)
	old.NotAfter = time.Now().Add(-time.Second)
	other.Platform = "soop"
	r := newRig(t, nil, newFakeJobs(old, other), nil).start(t)
	eventually(t, func() bool { return r.jobs.count() == 2 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if s := r.Stats(); s.Stale != 2 || s.Jobs != 0 || s.Pages != 0 {
		t.Errorf("%+v", s)
	}
}

func TestPauseAfterRetryAfter(t *testing.T) {
	handler := func(w http.ResponseWriter, q *http.Request) {
		if strings.HasPrefix(q.URL.Path, "/search") {
			w.Header().Set("Retry-After", "100")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}
	clock := live.NewVirtualClock(time.Now(), 200) // the pause lasts half a second
	j2 := job("j2", live.KindList, 1)
	r := newRig(t, handler, newFakeJobs(job("j1", live.KindSearch, 0)), func(c *Config) { c.Clock, c.Virtual = clock, true }).start(t)
	eventually(t, func() bool { return r.jobs.count() == 1 })
	at := clock.Now()
	r.jobs.queue <- j2
	eventually(t, func() bool { return r.Stats().Published == 2 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if waited := clock.Now().Sub(at); waited < 95*time.Second {
		t.Errorf("asked again after %v", waited)
	}
	e := r.log.entries(laneOf(r.Outbox, "chzzk", live.LaneLive))
	if e[0].At.IsZero() || e[1].At.Sub(e[0].At) < 95*time.Second {
		t.Errorf("virtual times %v and %v", e[0].At, e[1].At)
	}
	if p := r.pages(t)[0]; p.RetryAfter != 100_000 || p.Status != 429 || p.Error != "rate_limited" {
		t.Errorf("%+v", p)
	}
}

func TestStopInTheMiddleOfARequest(t *testing.T) {
	entered := make(chan struct{}, 1)
	handler := func(_ http.ResponseWriter, q *http.Request) {
		if strings.HasSuffix(q.URL.Path, "/1") {
			entered <- struct{}{}
			<-q.Context().Done()
		}
	}
	r := newRig(t, handler, newFakeJobs(job("j1", live.KindList, 60)), nil).start(t)
	<-entered
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	// The page before it is in the log, nothing says that the platform failed, and nobody does the job again.
	if p := r.pages(t); len(p) != 1 || !p[0].OK() || r.jobs.count() != 1 {
		t.Errorf("%d pages, %d acks", len(p), r.jobs.count())
	}
}

func TestSlowPlatformTimesOut(t *testing.T) {
	handler := func(_ http.ResponseWriter, q *http.Request) { <-q.Context().Done() }
	r := newRig(t, handler, newFakeJobs(job("j1", live.KindList, 60)), func(c *Config) { c.FetchTimeout, c.AckWait = time.Second, 60*time.Millisecond }).start(t)
	eventually(t, func() bool { return r.Stats().Published == 1 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if p := r.pages(t)[0]; p.Error != "timeout" || p.Latency < 900 {
		t.Errorf("%+v", p)
	}
	if r.jobs.alive < 2 {
		t.Errorf("%d signs of life in a second, want one each 20", r.jobs.alive)
	}
}

func TestPagesSurviveALogThatIsAway(t *testing.T) {
	r := newRig(t, nil, newFakeJobs(job("j1", live.KindList, 60)), nil)
	r.log.away = func() bool { return true }
	r.start(t)
	eventually(t, func() bool { return r.jobs.count() == 1 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if s := r.Stats(); s.Outbox.Live != 5 || s.Published != 0 {
		t.Errorf("%+v", s)
	}
}

func TestDeniedEndsRun(t *testing.T) {
	jobs := newFakeJobs()
	jobs.err = fmt.Errorf("%w: consumer chzzk_plain_any", ErrDenied)
	r := newRig(t, nil, jobs, nil)
	if err := r.Run(t.Context()); !errors.Is(err, ErrDenied) || !strings.Contains(err.Error(), "chzzk_plain_any") {
		t.Errorf("taking: %v", err)
	}
	r = newRig(t, nil, newFakeJobs(job("j1", live.KindList, 1)), nil)
	r.log.fate = func() fate { return fateDenied }
	if err := r.Run(t.Context()); !errors.Is(err, ErrDenied) || strings.Count(err.Error(), "publish pages") != 1 {
		t.Errorf("publishing: %v", err)
	}
}

func TestOutboxThatRefusesLeavesTheJob(t *testing.T) {
	// A worker that is stopped acks its job without a page, so it must have failed before it is stopped.
	said := make(chan struct{}, 1)
	r := newRig(t, nil, newFakeJobs(job("j1", live.KindList, 1)), func(c *Config) {
		c.Logger = slog.New(slog.NewTextHandler(lineWriter(func(line string) {
			if strings.Contains(line, "no job done") {
				select {
				case said <- struct{}{}:
				default:
				}
			}
		}), nil))
	})
	_ = r.Outbox.Close()
	r.start(t)
	<-said
	_ = r.stop()
	if r.jobs.count() != 0 {
		t.Error("a job was acked whose page is nowhere")
	}
}

func TestPresenceNamesWhatIsMissing(t *testing.T) {
	r := newRig(t, nil, newFakeJobs(), func(c *Config) {
		c.Sources = append(c.Sources, lacking{})
	}).start(t)
	eventually(t, func() bool { r.say.mu.Lock(); defer r.say.mu.Unlock(); return r.say.n > 0 })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	p := r.say.last
	if diff := cmp.Diff([]live.Platform{"chzzk"}, p.Platforms); diff != "" || p.Worker != "w1" || p.Egresses != 1 || !strings.Contains(p.Missing["youtube"], "youtube.key") {
		t.Errorf("%+v", p)
	}
	if _, ok := p.Counters["dropped"]; !ok {
		t.Error("no counters")
	}
}

type lacking struct{ fakeSource }

func (lacking) Info() live.PlatformInfo { return live.PlatformInfo{ID: "youtube"} }
func (lacking) Ready() error            { return fmt.Errorf("%w: youtube.key", live.ErrSetting) }

func TestNewChecks(t *testing.T) {
	x := mustOpen(t, filepath.Join(t.TempDir(), "o.db"), OutboxOptions{})
	good := Config{Name: "w1", Log: newFakeLog(), Jobs: newFakeJobs(), Say: &fakeSay{}, Outbox: x}
	if _, err := New(good); err != nil {
		t.Error(err)
	}
	for _, change := range []func(*Config){
		func(c *Config) { c.Name = "w.1" }, func(c *Config) { c.Name = "w2" }, func(c *Config) { c.Log = nil }, func(c *Config) { c.Outbox = nil },
	} {
		c := good
		change(&c)
		if _, err := New(c); err == nil {
			t.Errorf("accepted %+v", c)
		}
	}
}

func TestLargePageLosesTagsFirst(t *testing.T) {
	r := newRig(t, nil, newFakeJobs(), nil)
	p := &live.Page{Coverage: live.CoverList}
	seed := uint64(1)
	noise := func(n int) string { // text that does not compress
		var b strings.Builder
		for range n {
			seed = seed*6364136223846793005 + 1442695040888963407
			b.WriteRune(rune('가' + seed>>33%11172))
		}
		return b.String()
	}
	for i := range 150 {
		o := live.Observation{ID: strconv.Itoa(i), Channel: "c", Title: noise(200)}
		for range 20 {
			o.Tags = append(o.Tags, noise(40))
		}
		p.Observations = append(p.Observations, o)
	}
	body, _, trimmed := r.encode(fakeSource{}, &Egress{}, job("j", live.KindList, 1), 0, p)
	if got, err := live.DecodePage(body); err != nil || trimmed != 1 || len(got.Observations) != 150 || got.Observations[0].Tags != nil {
		t.Errorf("trimmed %d: %v", trimmed, err)
	}
	for i := len(p.Observations); i < 500; i++ {
		p.Observations = append(p.Observations, live.Observation{ID: strconv.Itoa(i), Channel: "c", Title: noise(300)})
	}
	body, _, _ = r.encode(fakeSource{}, &Egress{}, job("j", live.KindList, 1), 0, p)
	if got, err := live.DecodePage(body); err != nil || got.Error != "format" || got.ErrorText != "page too large" {
		t.Errorf("%v %+v", err, got)
	}
	broken := &live.Page{Coverage: "nonsense"}
	body, _, _ = r.encode(fakeSource{}, &Egress{}, job("j", live.KindList, 1), 0, broken)
	if got, err := live.DecodePage(body); err != nil || got.Error != "format" {
		t.Errorf("%v %+v", err, got)
	}
}

// lineWriter passes every line of a log on.
type lineWriter func(line string)

func (w lineWriter) Write(b []byte) (int, error) {
	w(string(b))
	return len(b), nil
}
