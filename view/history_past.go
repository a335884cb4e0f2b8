package view

import (
	"time"

	"onair/aggregator"
	"onair/live"
)

// Past is what messages brought for the history since the last commit. None of it feeds the state.
type Past struct {
	Points []aggregator.Point // counts, for their minutes
	Late   []aggregator.Point // counts of hours that kept no minutes any more when they came
	Totals []Total            // of minutes that ended
	Told   []Told             // of hours that ended
}

// take notes what one message did.
func (p *Past) take(s *aggregator.State, e aggregator.Effects) {
	for _, x := range e.Points {
		if coarse(x.At.Unix()/3600, s.LogTime()) {
			p.Late = append(p.Late, x)
		} else {
			p.Points = append(p.Points, x)
		}
	}
	for _, r := range e.Rankings { // exactly one for each minute that ended in sight
		p.Totals = append(p.Totals, totals(s, r.Minute)...)
		if r.Minute/60 != s.LogTime().Unix()/3600 {
			p.Told = append(p.Told, tellings(s, r.Minute)...)
		}
	}
}

// trim bounds what waits for a disk that refuses writes.
func (p *Past) trim() {
	p.Points = p.Points[max(0, len(p.Points)-maxPending):]
	p.Late = p.Late[max(0, len(p.Late)-maxPending):]
	p.Totals = p.Totals[max(0, len(p.Totals)-maxPending):]
	p.Told = p.Told[max(0, len(p.Told)-maxPending):]
}

// clear forgets what was committed, and keeps the memory of what comes with every page.
func (p *Past) clear() {
	*p = Past{Points: p.Points[:0], Late: p.Late[:0]}
}

// HistoryPoint is what a series shows of one step: the last count in it, and the highest.
type HistoryPoint struct {
	aggregator.Point
	Peak live.Viewers
	Step time.Duration // a minute, or ten
}
