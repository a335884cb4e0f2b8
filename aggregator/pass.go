package aggregator

import (
	"slices"
	"strings"
	"time"

	"onair/live"
)

const (
	// minShare is the part of a platform's live broadcasts, 1 in this many, that a pass must list to be believed. A
	// list that shrinks to less within one pass is a block, a new layout or a regional view, not the truth.
	minShare = 2
	// maxPasses and maxRegions bound what a hostile worker can open; real ones run one pass per platform and region.
	maxPasses  = 64
	maxRegions = 16
	// passFor is how long a pass may stand between two pages: a job does not live longer.
	passFor = 30 * time.Minute
)

// pass is a walk over a platform's list by one worker, from the head.
type pass struct {
	platform live.Platform
	worker   string // "name.epoch"
	id       string
	region   string
	next     int // index of the page that must follow
	rows     int
	start    time.Time // observation of its first page
	last     time.Time // observation of its newest page
	seq      uint64    // message of its newest page
}

// regionPass is the last believed pass of a region.
type regionPass struct {
	region     string
	start, end time.Time
}

// walk follows passes page by page. A pass counts only if one worker's pages came whole and in order, from the head of
// the list to its end; anything else discards it.
func (s *State) walk(f *platform, m *live.Message, p *live.Page, at time.Time) {
	if p.Pass == nil {
		return
	}
	worker := m.Lane.Worker + "." + m.Lane.Epoch
	i := slices.IndexFunc(f.passes, func(w *pass) bool { return w.worker == worker && w.id == p.Pass.ID })
	if i >= 0 && (p.Pass.Index == 0 || !p.OK() || p.Coverage != live.CoverList || f.passes[i].next != p.Pass.Index ||
		f.passes[i].region != p.Region || at.Before(f.passes[i].last) || len(p.Observations) == 0 && !p.Pass.Last) {
		s.dropPass(f, i)
		i = -1
	}
	if i < 0 {
		if p.Pass.Index != 0 || p.Cursor != "" || !p.OK() || p.Coverage != live.CoverList {
			return
		}
		if len(f.passes) >= maxPasses {
			s.dropPass(f, 0)
		}
		w := &pass{platform: f.ID, worker: worker, id: p.Pass.ID, region: p.Region, start: at}
		f.passes = append(f.passes, w)
		s.store(w.key(), w)
		i = len(f.passes) - 1
	}
	w := f.passes[i]
	w.next++
	w.rows += len(p.Observations)
	w.last, w.seq = at, m.Seq
	// The newest to the back, so that the front is the one to drop.
	f.passes = append(slices.Delete(f.passes, i, i+1), w)
	s.touch(w.key())
	if p.Pass.Last {
		s.dropPass(f, len(f.passes)-1)
		s.complete(f, w, p.Total, at, m.Seq)
	}
}

// complete draws what a whole pass allows. A live broadcast was missed by the pass if nothing confirmed it since the
// pass began; so it was missed by two in a row, with no answer or other page contradicting, exactly if nothing
// confirmed it since the earlier one began. No counters are needed, and one that was first seen while the pass
// walked is never missed by it.
func (s *State) complete(f *platform, w *pass, total int, at time.Time, seq uint64) {
	if w.start.After(f.passStart) {
		f.passStart = w.start // a hint for status checks, even when the pass is strange
	}
	seen := 0
	for _, b := range f.order {
		if b.Live() && !b.ConfirmedAt.Before(w.start) {
			seen++
		}
	}
	if w.rows*minShare < max(f.Live, total) || seen*minShare < f.Live {
		return
	}
	if at.After(f.LastPassAt) {
		if !f.LastPassAt.IsZero() {
			f.PassEvery = at.Sub(f.LastPassAt)
		}
		f.LastPassAt = at
	}
	i, known := slices.BinarySearchFunc(f.regions, w.region, func(r regionPass, name string) int { return strings.Compare(r.region, name) })
	if !known {
		if len(f.regions) >= maxRegions {
			oldest := 0
			for j, r := range f.regions {
				if r.end.Before(f.regions[oldest].end) {
					oldest = j
				}
			}
			f.regions = slices.Delete(f.regions, oldest, oldest+1)
			if oldest < i {
				i--
			}
		}
		f.regions = slices.Insert(f.regions, i, regionPass{w.region, w.start, at})
		return
	}
	before := f.regions[i]
	if w.start.Before(before.end) {
		return // walked at the same time, or earlier: both may have missed a row that moved once
	}
	f.regions[i] = regionPass{w.region, w.start, at}
	for _, b := range f.order {
		if b.Live() && b.ConfirmedAt.Before(before.start) {
			s.end(f, b, EndMissing, at, seq)
		}
	}
}

func (s *State) dropPass(f *platform, i int) {
	s.drop(f.passes[i].key())
	f.passes = slices.Delete(f.passes, i, i+1)
}

func (s *State) expirePasses(f *platform) {
	for len(f.passes) > 0 && s.logTime.Sub(f.passes[0].last) >= passFor {
		s.dropPass(f, 0)
	}
}
