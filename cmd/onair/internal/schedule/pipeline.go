package schedule

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"onair/aggregator"
	"onair/live"
	"onair/planner"
	"onair/platform"
)

const (
	// takers is how many jobs of one platform a worker does at once, sharing one request a second.
	takers = 2
	worker = "bench"
)

// pipeline is a worker with one egress, the log and the fold.
type pipeline struct {
	client  *http.Client
	sources []platform.Source
	lanes   []*lane // one for each source
	state   *aggregator.State
	seq     uint64

	requests int   // pages, good or bad
	seconds  []int // requests made in each
	errors   map[live.ErrorClass]int
	kinds    map[string]int

	view  *snapshot
	seen  uint64 // position of rows
	rows  []row
	byID  []row
	order []uint64
}

// lane is one platform's jobs.
type lane struct {
	source  platform.Source
	waiting []live.Job
	running []*chain
	turn    int
}

// chain is a job that is being done.
type chain struct {
	job    live.Job
	cursor string
	done   int
}

func newPipeline(sources []platform.Source, c *http.Client) *pipeline {
	p := &pipeline{client: c, sources: sources, state: aggregator.New(false), errors: map[live.ErrorClass]int{}, kinds: map[string]int{}}
	for _, s := range sources {
		p.lanes = append(p.lanes, &lane{source: s})
	}
	return p
}

// offers is what the planner is told; without memory of cursors every chain starts at the head.
func (p *pipeline) offers(headOnly bool) []planner.Offer {
	var out []planner.Offer
	for _, s := range p.sources {
		for _, o := range s.Offers() {
			out = append(out, planner.Offer{
				Platform: s.Info().ID, Kind: o.Kind, Batch: o.Batch, Rows: o.Rows, Cost: o.Cost, Chain: o.Chain, Resume: o.Resume && !headOnly,
			})
		}
	}
	return out
}

// submit is the broker's: a job that waits or runs refuses another with its key.
func (p *pipeline) submit(j live.Job) bool {
	for _, l := range p.lanes {
		if l.source.Info().ID != j.Platform {
			continue
		}
		if slices.ContainsFunc(l.waiting, func(w live.Job) bool { return w.Key == j.Key }) ||
			slices.ContainsFunc(l.running, func(c *chain) bool { return c.job.Key == j.Key }) {
			return false
		}
		l.waiting = append(l.waiting, j)
		return true
	}
	return false
}

// work makes at most one request to each platform.
func (p *pipeline) work(ctx context.Context, now time.Time) error {
	before := p.requests
	for _, l := range p.lanes {
		for len(l.running) < takers && len(l.waiting) > 0 {
			j := l.waiting[0]
			l.waiting = l.waiting[1:]
			if !now.After(j.NotAfter) {
				l.running = append(l.running, &chain{job: j, cursor: j.Cursor})
			}
		}
		if len(l.running) == 0 {
			continue
		}
		l.turn = (l.turn + 1) % len(l.running)
		c := l.running[l.turn]
		page, err := p.fetch(ctx, l.source, c)
		if err != nil {
			return err
		}
		p.apply(now, page)
		c.done++
		c.cursor = page.Next
		if page.Error != "" || page.Next == "" || c.done >= max(c.job.Pages, 1) {
			l.running = slices.Delete(l.running, l.turn, l.turn+1)
		}
	}
	p.seconds = append(p.seconds, p.requests-before)
	return nil
}

// lately is how many requests were made in the last so many times steerEvery.
func (p *pipeline) lately(times int) (n int) {
	for _, m := range p.seconds[max(0, len(p.seconds)-times*int(steerEvery/time.Second)):] {
		n += m
	}
	return n
}

// fetch makes one request and finishes the page as a worker does.
func (p *pipeline) fetch(ctx context.Context, s platform.Source, c *chain) (*live.Page, error) {
	j := c.job
	page, err := s.Fetch(ctx, p.client, platform.Request{Kind: j.Kind, Cursor: c.cursor, Keys: j.Keys})
	p.requests++
	p.kinds[string(j.Platform)+" "+string(j.Kind)]++
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if errors.Is(err, live.ErrUnsupported) || errors.Is(err, live.ErrSetting) {
			return nil, fmt.Errorf("job %s (%s): %w", j.ID, j.Key, err) // a fault of the policy or of the table, not of the world
		}
		page = &live.Page{Error: live.ClassOf(err), Coverage: live.CoverNone}
		for _, o := range s.Offers() {
			if o.Kind == j.Kind {
				page.Cost = o.Cost
			}
		}
		p.errors[page.Error]++
	}
	page.Platform, page.Kind, page.Job, page.Region, page.Cursor = j.Platform, j.Kind, j.ID, j.Region, c.cursor
	if j.Kind == live.KindList {
		page.Pass = &live.Pass{ID: j.ID, Index: j.Index + c.done, Last: page.Error == "" && page.Next == ""}
	}
	page.Clean(s.Info())
	page.V = live.PageVersion
	if err := page.Validate(); err != nil {
		return nil, fmt.Errorf("page of %s: %w", j.Key, err)
	}
	return page, nil
}

func (p *pipeline) apply(now time.Time, page *live.Page) {
	p.seq++
	p.state.Apply(&live.Message{
		Seq: p.seq, Time: now, Lane: live.Lane{Platform: page.Platform, Worker: worker, Epoch: "e", Name: live.LaneLive},
	}, page)
}

func (p *pipeline) tick(now time.Time) {
	p.seq++
	p.state.Apply(&live.Message{Seq: p.seq, Time: now, Tick: true}, nil)
	p.state.Clean() // nothing is stored
}

// row is one line of the list.
type row struct {
	*aggregator.Broadcast
	id       live.BroadcastID
	viewers  live.Viewers
	observed time.Time
}

// list is the ranking: as the view orders it where no fact joins or blocks anything. The fold gives broadcasts in the
// order of their ids, so the place in it settles equal counts, and sorting is of integers.
func (p *pipeline) list() []row {
	if p.seen == p.state.Position() && p.rows != nil {
		return p.rows
	}
	p.seen = p.state.Position()
	p.byID, p.order = p.byID[:0], p.order[:0]
	for b := range p.state.Broadcasts() {
		if b.Live() {
			p.order = append(p.order, uint64(live.MaxViewers-b.Viewers)<<32|uint64(len(p.byID)))
			p.byID = append(p.byID, row{b, b.ID, b.Viewers, b.ObservedAt})
		}
	}
	slices.Sort(p.order)
	p.rows = p.rows[:0]
	for _, o := range p.order {
		p.rows = append(p.rows, p.byID[o&(1<<32-1)])
	}
	return p.rows
}
