package api

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"onair/view"
)

const (
	// dayFresh is how long an answer about days serves at most: facts may change what is shown of days long past.
	dayFresh = time.Minute
	// dayPause is the least time between two answers to one question: in a demo at full speed log-time minutes are
	// tenths of a second, and each present day costs tens of milliseconds.
	dayPause = 5 * time.Second
	// maxReviews bounds what is remembered: every order of a day, a week and a month, of some days.
	maxReviews = 48
)

// reviews remembers what days were, so that each question is worked out at most once a minute.
type reviews struct {
	mu   sync.Mutex
	held map[view.DayQuery]*review
}

// review is one answer, and the responses made from it.
type review struct {
	made   time.Time
	ready  chan struct{} // closed once the next two are there
	answer *view.Review
	err    error

	mu        sync.Mutex
	responses map[int]*response // by limit
}

// stale reports whether r should be worked out again. One that is being worked out never is.
func (r *review) stale(asOf, now time.Time) bool {
	select {
	case <-r.ready:
	default:
		return false
	}
	age := now.Sub(r.made)
	return age >= dayFresh || age >= dayPause && (r.err != nil || !r.answer.Over && !r.answer.AsOf.Equal(asOf))
}

// review gives an answer to q that is fresh enough. Who waits for another's reading goes with ctx; the reading goes on.
func (s *Server) review(ctx context.Context, snap *view.Snapshot, q view.DayQuery, now time.Time) (*review, error) {
	s.days.mu.Lock()
	r := s.days.held[q]
	mine := r == nil || r.stale(view.AsOf(snap), now)
	if mine {
		r = &review{made: now, ready: make(chan struct{}), err: errUnmade, responses: map[int]*response{}}
		s.days.put(q, r)
	}
	s.days.mu.Unlock()
	if mine {
		defer close(r.ready) // if it panics, those who wait get errUnmade
		r.answer, r.err = s.o.Past.Look(context.WithoutCancel(ctx), snap, q)
		return r, r.err
	}
	select {
	case <-r.ready:
		return r, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// put remembers r, and forgets the oldest beyond the bound.
func (c *reviews) put(q view.DayQuery, r *review) {
	if c.held == nil {
		c.held = map[view.DayQuery]*review{}
	}
	c.held[q] = r
	if len(c.held) <= maxReviews {
		return
	}
	oldest := q
	for key, x := range c.held {
		if x.made.Before(c.held[oldest].made) {
			oldest = key
		}
	}
	delete(c.held, oldest)
}

// defaultDayRows is how many creators and broadcasts are told when nobody says.
const defaultDayRows = 20

func (s *Server) serveDay(w http.ResponseWriter, r *http.Request) error {
	p := readParams(r, "span", "sort", "limit")
	q := view.DayQuery{Days: 1, Sort: view.ByWatched}
	if text, ok := p.one("span"); ok {
		switch text {
		case "1d":
		case "7d":
			q.Days = 7
		case "30d":
			q.Days = 30
		default:
			p.fail("span", "span is %.40q; it must be 1d, 7d or 30d", text)
		}
	}
	if text, ok := p.one("sort"); ok {
		if q.Sort = view.DayOrder(text); !slices.Contains([]view.DayOrder{view.ByWatched, view.ByPeak, view.ByAverage, view.ByAirtime}, q.Sort) {
			p.fail("sort", "sort is %.40q; it must be watched, peak, average or airtime", text)
		}
	}
	limit := defaultDayRows
	if n, ok := p.integer("limit", 1, view.MaxDayRows); ok {
		limit = int(n)
	}
	if p.err != nil {
		return p.err
	}
	rd, err := s.atLeast(r, 0)
	if err != nil {
		return err
	}
	if q.Day, err = dayNamed(r.PathValue("day"), rd.snap); err != nil {
		return err
	}
	if s.o.Past == nil {
		return &problem{kind: kindNotFound, parameter: "day", detail: "this node keeps no past"}
	}
	found, err := s.review(r.Context(), rd.snap, q, time.Now())
	if err != nil {
		return err
	}
	return s.send(w, r, found.response(limit, func(p *response) {
		p.coder = s.coder
		s.metrics.bodies.Inc()
		p.fill(contentJSON, "", rd.lineage, appendDay(nil, found.answer, limit))
	}))
}

// dayNamed reads the day of a path.
func dayNamed(text string, snap *view.Snapshot) (int64, error) {
	today := view.Today(snap)
	switch text {
	case "today":
		return today, nil
	case "yesterday":
		return today - 1, nil
	}
	day, ok := view.ParseDay(text)
	switch {
	case !ok:
		return 0, badParameter("day", "day is %.40q; it must be today, yesterday or a date such as 2026-11-22", text)
	case day > today:
		return 0, &problem{kind: kindNotFound, parameter: "day", detail: "the day " + text + " has not come; today is " + view.DayText(today)}
	case day < view.KeptSince(snap):
		return 0, &problem{kind: kindNotFound, parameter: "day", detail: "the day " + text + " is not kept any more; the first that may be is " + view.DayText(view.KeptSince(snap))}
	}
	return day, nil
}

// response is the answer with at most limit rows, made at most once.
func (r *review) response(limit int, build func(p *response)) *response {
	r.mu.Lock()
	p := r.responses[limit]
	if p == nil {
		p = &response{err: errUnmade}
		r.responses[limit] = p
	}
	r.mu.Unlock()
	p.once.Do(func() {
		build(p)
		p.err = nil
	})
	return p
}
