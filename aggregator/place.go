package aggregator

import (
	"slices"
	"time"

	"onair/live"
)

// maxPlaces bounds the pages of one list that are remembered: above the longest list (44 pages in 2026), and above what
// one pass can reach (live.MaxChain), so that only a worker that invents pages meets it.
const maxPlaces = 100

// Place is where one page of a platform's list began when it was last asked for. The planner starts in the middle of a
// list at places: a keyset cursor cannot be made up, the site must have returned it.
type Place struct {
	Cursor string    // what the page before it named as its Next; "" is the head
	At     time.Time // when the page was last listed; zero: only its cursor is known
	Rows   int       // what it listed then
	// High and Low are the largest and the smallest known count that it listed, live.ViewersHidden when there was none.
	High, Low live.Viewers
}

// place remembers a page of a list. Places are dense: a page whose predecessor was never seen is not remembered, and
// the end of the list cuts off what stood behind it. A refused cursor makes all cursors of that walk doubtful, so only
// the head remains. Snapshots keep the slice, so it is replaced, never written to.
func (f *platform) place(p *live.Page, at time.Time) {
	if p.Kind != live.KindList || p.Pass == nil {
		return
	}
	i := p.Pass.Index
	if p.Error == live.ClassOf(live.ErrCursor) && i > 0 {
		f.Places = slices.Clone(f.Places[:min(len(f.Places), 1)])
		return
	}
	if !p.OK() || p.Kind != live.KindList || i >= maxPlaces || i > 0 && (i > len(f.Places) || f.Places[i-1].At.IsZero()) || (i == 0) != (p.Cursor == "") {
		return
	}
	if i < len(f.Places) && at.Before(f.Places[i].At) {
		return
	}
	n := i + 1
	if p.Next != "" {
		n = min(max(len(f.Places), i+2), maxPlaces)
	}
	places := make([]Place, n)
	copy(places, f.Places)
	places[i] = Place{Cursor: p.Cursor, At: at, Rows: len(p.Observations), High: live.ViewersHidden, Low: live.ViewersHidden}
	for k := range p.Observations {
		places[i].cover(p.Observations[k].Viewers)
	}
	if i+1 < n {
		places[i+1].Cursor = p.Next
	}
	f.Places = places
}

func (p *Place) cover(v live.Viewers) {
	if !v.Known() {
		return
	}
	p.High = max(p.High, v)
	if !p.Low.Known() || v < p.Low {
		p.Low = v
	}
}
