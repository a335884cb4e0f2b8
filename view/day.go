package view

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"onair/live"
)

// DayOrder says what makes a creator or a broadcast the first of a day.
type DayOrder string

// The orders; equal ones go by hours watched, then peak, then id.
const (
	ByWatched DayOrder = "watched"
	ByPeak    DayOrder = "peak"
	ByAverage DayOrder = "average" // of those with half an hour of airtime
	ByAirtime DayOrder = "airtime"
)

// orders are all, with what a tally is worth in each: below 0 it is not ranked.
var orders = [...]struct {
	name  DayOrder
	value func(t *tally) int64
}{
	{ByWatched, func(t *tally) int64 { return t.watched }},
	{ByPeak, func(t *tally) int64 { return t.peak }},
	{ByAverage, func(t *tally) int64 {
		if t.air < minAverage {
			return -1
		}
		return t.watched / t.air
	}},
	{ByAirtime, func(t *tally) int64 { return t.air }},
}

// valueIn gives the order's value, nil for an unknown order.
func valueIn(o DayOrder) func(t *tally) int64 {
	for _, x := range orders {
		if x.name == o {
			return x.value
		}
	}
	return nil
}

const (
	// MaxDayRows is how many creators and broadcasts an answer has.
	MaxDayRows = 100
	// maxDayCategories is how many categories.
	maxDayCategories = 20
	// maxDays is how many days one answer spans.
	maxDays = historyDays
	// heldDays is how many past days are remembered: all that are kept.
	heldDays = historyDays + 1
	// LongStep is the step of the curves over more than a week: finer ones are not seen.
	LongStep = time.Hour
)

// DayQuery asks about Korean days.
type DayQuery struct {
	Day  int64 // the last one, since 1970
	Days int   // how many, 1 to 30
	Sort DayOrder
}

// Review is what some days were. Everything in it is read-only.
type Review struct {
	DayQuery
	Since, Until time.Time
	AsOf         time.Time // counted up to here
	Over         bool      // the last day is past
	First, Last  int64     // days of which something is kept
	Kept         bool      // anything is
	Step         time.Duration
	Total        ReviewTotal
	Platforms    []ReviewTotal // in the order of Snapshot.Platforms
	Creators     []ReviewCreator
	Broadcasts   []ReviewBroadcast
	Categories   []ReviewCategory
}

// ReviewTotal is what a platform drew, or all together.
type ReviewTotal struct {
	Platform   live.Platform // "" for all
	Figures                  // of the minutes that are known
	Broadcasts int
	Viewers    []int64 // by step from Since to AsOf; -1 where nothing is known
	Live       []int   // likewise
}

// Figures are what viewership sites show.
type Figures struct {
	Peak    int64     // -1 when nothing is known
	PeakAt  time.Time // of a total the minute, else where its ten minutes begin
	Watched int64     // viewer-minutes
	Air     int64     // minutes with a count
	First   time.Time // first minute with a count, zero of a total
	Last    time.Time
}

// Average is the mean of the viewers on air; 0 when nothing is known.
func (f *Figures) Average() int64 {
	if f.Air == 0 {
		return 0
	}
	return (f.Watched + f.Air/2) / f.Air
}

// HoursWatched is Watched in hours, rounded.
func (f *Figures) HoursWatched() int64 { return (f.Watched + 30) / 60 }

func figuresOf(t *tally) Figures {
	f := Figures{Peak: t.peak, Watched: t.watched, Air: t.air}
	if t.peak >= 0 {
		f.PeakAt = time.Unix(t.peakAt, 0).UTC()
	}
	if t.first != 0 {
		f.First, f.Last = time.Unix(t.first, 0).UTC(), time.Unix(t.last, 0).UTC()
	}
	return f
}

// ReviewCreator is who broadcast.
type ReviewCreator struct {
	Ref
	Figures
	Channels   []ReviewChannel // most watched first
	Broadcasts int
	Entry      string // that is on air now, "" when none is
}

// ReviewChannel is one of a creator's channels that were on air.
type ReviewChannel struct {
	live.ChannelID
	Name string
}

// ReviewBroadcast is one broadcast.
type ReviewBroadcast struct {
	ID      live.BroadcastID
	Channel Ref // ID without platform
	Creator Ref
	Title   string
	Category
	Figures
	Live bool // on air now
}

// ReviewCategory is what was shown.
type ReviewCategory struct {
	Category
	Watched    int64 // viewer-minutes
	Broadcasts int
}

// Days answers what days were, from a store. It remembers past days; a present one is read for each question, so
// whoever asks should do so at most once a minute. Safe for concurrent use; one question is worked on at a time, so that
// nobody can take more than a core and one day's memory.
type Days struct {
	store *Store
	turn  chan struct{} // holds a token while free
	held  map[int64]*daySummary
}

// NewDays gives an empty memory.
func NewDays(st *Store) *Days {
	d := &Days{store: st, turn: make(chan struct{}, 1), held: map[int64]*daySummary{}}
	d.turn <- struct{}{}
	return d
}

// Today is the Korean day of a snapshot's log time.
func Today(snap *Snapshot) int64 { return dayOf(snap.LogTime) }

// KeptSince is the first day that may still be kept.
func KeptSince(snap *Snapshot) int64 { return Today(snap) - historyDays }

// DayText is a day as a date, and ParseDay reads one.
func DayText(day int64) string { return time.Unix(day*24*3600, 0).UTC().Format(time.DateOnly) }

// ParseDay reads "2026-11-23"; false when that is no day.
func ParseDay(text string) (int64, bool) {
	t, err := time.Parse(time.DateOnly, text)
	return t.Unix() / (24 * 3600), err == nil && t.Unix() >= 0
}

// AsOf is up to where a present day is counted: the last minute that has ended.
func AsOf(snap *Snapshot) time.Time { return snap.LogTime.Truncate(time.Minute) }

// Look answers q with what the store and snap know. Errors: ErrQuery, ctx's, ErrDamaged.
func (d *Days) Look(ctx context.Context, snap *Snapshot, q DayQuery) (*Review, error) {
	value := valueIn(q.Sort)
	if value == nil || q.Days < 1 || q.Days > maxDays || q.Day < int64(q.Days) {
		return nil, fmt.Errorf("%w: days %+v", ErrQuery, q)
	}
	select {
	case <-d.turn:
		defer func() { d.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	asOf := AsOf(snap)
	end := time.Unix(dayStart(q.Day+1), 0).UTC()
	r := &Review{
		DayQuery: q, Since: time.Unix(dayStart(q.Day-int64(q.Days)+1), 0).UTC(), Until: end, AsOf: asOf, Step: Step,
	}
	if !asOf.Before(end) {
		r.AsOf, r.Over = end, true
	}
	if r.AsOf.Before(r.Since) {
		r.AsOf = r.Since
	}
	if q.Days > 7 {
		r.Step = LongStep
	}
	err := d.store.read(func(tx *bbolt.Tx) error {
		reader := newDayReader(tx, asOf)
		var sums []*daySummary
		for day := q.Day - int64(q.Days) + 1; day <= q.Day; day++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			sums = append(sums, d.summary(reader, day, snap))
		}
		j := &reviewer{reader: reader, snap: snap, sums: sums, value: value}
		r.First, r.Last, r.Kept = reader.bounds()
		j.totals(r)
		r.Categories = j.categories()
		r.Creators = j.creators(ctx)
		r.Broadcasts = j.broadcasts()
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// summary reads a day, or remembers it: a past one until something was written to it.
func (d *Days) summary(r *dayReader, day int64, snap *Snapshot) *daySummary {
	changes := d.store.changes.of(day)
	over := dayStart(day+1) <= r.until
	if s := d.held[day]; s != nil && s.changes == changes && (over && s.until >= dayStart(day+1) || s.until == r.until) {
		return s
	}
	var s *daySummary
	known := false
	if over {
		s, known = r.kept(day)
	}
	if !known {
		s = r.summarise(day, snap)
	}
	s.changes = changes
	if len(d.held) >= heldDays {
		var days []int64
		for n := range d.held {
			days = append(days, n)
		}
		delete(d.held, slices.Min(days))
	}
	d.held[day] = s
	return s
}
