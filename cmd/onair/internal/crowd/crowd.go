// Package crowd measures how fresh the list is with few and with many workers, each with one slow egress.
//
// In go a policy and a number of workers; out comes the age of what is shown. As in package schedule everything runs in
// process and in virtual time, a second at a time, and requests are answered by the simulator's own handler; unlike
// there, several workers share the jobs and each may ask a platform only so often. `onair bench workers` calls it.
package crowd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"time"

	"onair/aggregator"
	"onair/live"
	"onair/planner"
	"onair/platform"
	"onair/sim"
)

// Options is one crowd in one simulated Korea.
type Options struct {
	Seed    int64
	Scale   float64
	Begin   time.Time     // virtual
	Warm    time.Duration // played before ages count
	Length  time.Duration
	Workers int
	Rate    float64 // requests a second of each worker to each platform
	Policy  planner.Policy
	// Sources makes the platforms' sources that send their requests to origin.
	Sources func(origin string, clock live.Clock) ([]platform.Source, error)
}

// Score is how old the shown counts are, in mean seconds over the time that counts.
type Score struct {
	Workers  int                       `json:"workers"`
	Requests float64                   `json:"requests_s"` // a second, all platforms
	Top50    float64                   `json:"age_top50_s"`
	Ages     map[live.Platform]float64 `json:"age_s"`  // of all that a platform lists
	Sizes    map[live.Platform]int     `json:"listed"` // at the end
	Stale    int                       `json:"stale"`  // jobs that nobody took in time
}

const (
	origin = "http://sim.invalid" // no name is ever looked up
	// takers is how many jobs of one platform a worker does at once, as a real one.
	takers = 2
	// scoreEvery and tickEvery are virtual.
	scoreEvery = 10 * time.Second
	tickEvery  = 10 * time.Second
	topRows    = 50
)

// Play plays one crowd.
func Play(ctx context.Context, o Options) (Score, error) {
	clock := &stepClock{now: o.Begin}
	sources, err := o.Sources(origin, clock)
	if err != nil {
		return Score{}, err
	}
	world := sim.New(sim.Options{Seed: o.Seed, Clock: clock, Scale: o.Scale})
	c := &crowd{
		o: o, clock: clock, sources: sources, client: &http.Client{Transport: inProcess{world.Handler()}},
		state: aggregator.New(false), sent: planner.NewSent(), waiting: map[live.Platform][]live.Job{},
	}
	var platforms []live.Platform
	for _, s := range sources {
		platforms = append(platforms, s.Info().ID)
	}
	for i := range o.Workers {
		c.seats = append(c.seats, &seat{next: map[live.Platform]time.Time{}, running: map[live.Platform][]*chain{}})
		c.presence = append(c.presence, live.Presence{Worker: fmt.Sprint("w", i+1), Platforms: platforms, Classes: []live.Class{live.ClassPlain}, Regions: []string{live.RegionAny}, Egresses: 1})
	}
	scored, end := o.Begin.Add(o.Warm), o.Begin.Add(o.Warm+o.Length)
	for ; clock.now.Before(end); clock.now = clock.now.Add(time.Second) {
		if clock.now.Second() == 0 && ctx.Err() != nil {
			return Score{}, ctx.Err()
		}
		if clock.now.Sub(o.Begin)%tickEvery == 0 {
			c.tick()
		}
		if err := c.work(ctx); err != nil {
			return Score{}, err
		}
		if err := c.plan(); err != nil {
			return Score{}, err
		}
		if clock.now.Before(scored) {
			c.requests, c.stale = 0, 0
		} else if clock.now.Sub(o.Begin)%scoreEvery == 0 {
			c.score()
		}
	}
	return c.result(), nil
}

// stepClock is the time of one world.
type stepClock struct{ now time.Time }

func (c *stepClock) Now() time.Time { return c.now }

func (c *stepClock) After(time.Duration) (<-chan time.Time, func()) {
	panic("nothing waits in a world that is played step by step")
}

// inProcess answers requests by calling a handler.
type inProcess struct{ handler http.Handler }

func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.RequestURI = r.URL.RequestURI()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	t.handler.ServeHTTP(w, r)
	resp := w.Result()
	resp.Request = r
	return resp, nil
}

// crowd is workers, queue, log and fold.
type crowd struct {
	o        Options
	clock    *stepClock
	client   *http.Client
	sources  []platform.Source
	seats    []*seat
	presence []live.Presence
	waiting  map[live.Platform][]live.Job
	turn     int // who is asked first this second

	state *aggregator.State
	seq   uint64
	view  *snapshot
	sent  *planner.Sent
	next  uint64

	requests, stale int
	n               float64
	top             float64
	ages, agesN     map[live.Platform]float64
}

// seat is one worker: a pace and running chains for each platform.
type seat struct {
	next    map[live.Platform]time.Time
	running map[live.Platform][]*chain
}

// chain is a job that is being done.
type chain struct {
	job    live.Job
	cursor string
	done   int
}

func (c *crowd) tick() {
	c.seq++
	c.state.Apply(&live.Message{Seq: c.seq, Time: c.clock.now, Tick: true}, nil)
	c.state.Clean() // nothing is stored
}

// work lets every worker make the requests that are due.
func (c *crowd) work(ctx context.Context) error {
	c.turn++
	for i := range c.seats {
		seat := c.seats[(i+c.turn)%len(c.seats)]
		for _, s := range c.sources {
			if err := c.request(ctx, seat, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// request makes at most one request of a worker to a platform.
func (c *crowd) request(ctx context.Context, seat *seat, s platform.Source) error {
	p, now := s.Info().ID, c.clock.now
	if now.Before(seat.next[p]) {
		return nil
	}
	for len(seat.running[p]) < takers && len(c.waiting[p]) > 0 {
		j := c.waiting[p][0]
		c.waiting[p] = c.waiting[p][1:]
		if now.After(j.NotAfter) {
			c.stale++
			continue
		}
		seat.running[p] = append(seat.running[p], &chain{job: j, cursor: j.Cursor})
	}
	if len(seat.running[p]) == 0 {
		return nil
	}
	seat.next[p] = now.Add(time.Duration(float64(time.Second) / c.o.Rate))
	x := seat.running[p][0]
	page, err := c.fetch(ctx, s, x)
	if err != nil {
		return err
	}
	c.seq++
	c.state.Apply(&live.Message{
		Seq: c.seq, Time: now, Lane: live.Lane{Platform: p, Worker: "crowd", Epoch: "e", Name: live.LaneLive},
	}, page)
	x.done++
	x.cursor = page.Next
	seat.running[p] = seat.running[p][1:]
	if page.Error == "" && page.Next != "" && x.done < max(x.job.Pages, 1) {
		seat.running[p] = append(seat.running[p], x) // takers go by turns
	}
	return nil
}

// fetch makes one request and finishes the page as a worker does.
func (c *crowd) fetch(ctx context.Context, s platform.Source, x *chain) (*live.Page, error) {
	j := x.job
	page, err := s.Fetch(ctx, c.client, platform.Request{Kind: j.Kind, Cursor: x.cursor, Keys: j.Keys})
	c.requests++
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if errors.Is(err, live.ErrUnsupported) || errors.Is(err, live.ErrSetting) {
			return nil, fmt.Errorf("job %s (%s): %w", j.ID, j.Key, err)
		}
		page = &live.Page{Error: live.ClassOf(err), Coverage: live.CoverNone}
	}
	page.Platform, page.Kind, page.Job, page.Region, page.Cursor = j.Platform, j.Kind, j.ID, j.Region, x.cursor
	if j.Kind == live.KindList {
		page.Pass = &live.Pass{ID: j.ID, Index: j.Index + x.done, Last: page.Error == "" && page.Next == ""}
	}
	page.Clean(s.Info())
	page.V = live.PageVersion
	return page, page.Validate()
}

// plan does what the leader does each second.
func (c *crowd) plan() error {
	var offers []planner.Offer
	for _, s := range c.sources {
		for _, o := range s.Offers() {
			offers = append(offers, planner.Offer{Platform: s.Info().ID, Kind: o.Kind, Batch: o.Batch, Rows: o.Rows, Cost: o.Cost, Chain: o.Chain, Resume: o.Resume})
		}
	}
	jobs := c.o.Policy.Plan(c.clock.now, planner.Situation{View: c.snapshot(), Offers: offers, Presence: c.presence, Sent: c.sent, Epoch: "e", Next: c.next})
	c.next += uint64(len(jobs))
	for _, j := range jobs {
		if err := j.Validate(); err != nil {
			return err
		}
		if c.busy(j) {
			continue // waits or runs
		}
		c.waiting[j.Platform] = append(c.waiting[j.Platform], j)
		var cost live.Cost
		for _, o := range offers {
			if o.Platform == j.Platform && o.Kind == j.Kind {
				cost = o.Cost
			}
		}
		c.sent.Add(c.clock.now, j, cost)
	}
	return nil
}

func (c *crowd) busy(j live.Job) bool {
	if slices.ContainsFunc(c.waiting[j.Platform], func(w live.Job) bool { return w.Key == j.Key }) {
		return true
	}
	for _, s := range c.seats {
		if slices.ContainsFunc(s.running[j.Platform], func(x *chain) bool { return x.job.Key == j.Key }) {
			return true
		}
	}
	return false
}
