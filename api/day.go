package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
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
	// maxReviews bounds what is remembered: every order of a day, a week and a month of some days.
	maxReviews = 48
)

var dayOrders = []view.DayOrder{view.ByWatched, view.ByPeak, view.ByAverage, view.ByAirtime}

// reviews remembers what days were, so that each question is worked out at most once a minute.
type reviews struct {
	mu   sync.Mutex
	held map[view.DayQuery]*review
}

// review is one answer, and the responses made from it.
type review struct {
	made time.Time
	once sync.Once
	*view.Review
	err     error
	on      []string // entries that the snapshot has, for appendEntry
	mu      sync.Mutex
	answers map[int]*response // by limit
}

// get gives the answer to q that is worked out from snap, or one that is fresh enough.
func (s *Server) review(ctx context.Context, snap *view.Snapshot, q view.DayQuery, now time.Time) (*review, error) {
	s.days.mu.Lock()
	r := s.days.held[q]
	if r != nil {
		age := now.Sub(r.made)
		if r.err != nil && age > dayPause || age > dayFresh || age > dayPause && r.Review != nil && !r.Over && !r.AsOf.Equal(view.AsOf(snap)) {
			r = nil
		}
	}
	if r == nil {
		r = &review{made: now, answers: map[int]*response{}}
		s.days.put(q, r)
	}
	s.days.mu.Unlock()
	// Who waits for another's reading may go away; the reading goes on, for the next who asks.
	r.once.Do(func() { r.Review, r.err = s.o.Past.Look(context.WithoutCancel(ctx), snap, q) })
	return r, r.err
}
