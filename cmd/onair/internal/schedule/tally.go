package schedule

import (
	"math"
	"time"

	"onair/live"
)

const (
	top = 200
	// noted is the audience from which a start counts.
	noted = 20
	// startSettle: whoever starts in the last minutes could not be seen in time by anybody.
	startSettle = 20 * time.Minute
	// never is when those are listed that were not.
	never = 24 * time.Hour
)

// story is what one player's list did about one broadcast.
type story struct {
	began                        time.Time // zero: before it was counted
	shownAt                      time.Time
	entering, ending             time.Time // zero: not waiting
	known, large, entered, great bool
}

// tally adds up one player's evening.
type tally struct {
	n                int
	ndcg50, ndcg200  float64
	top200, all, age float64
	offline          float64
	entries, ends    []float64 // seconds
	agesOf, agesN    map[live.Platform]float64
	stories          []story
	ids              []int // of the list
}

func newTally() *tally {
	return &tally{agesOf: map[live.Platform]float64{}, agesN: map[live.Platform]float64{}}
}

// score compares the list with the truth at one moment. Before counted it only learns what is there.
func (t *tally) score(now time.Time, counted bool, w *truth, list []row) {
	t.ids = t.ids[:0]
	for _, r := range list {
		t.ids = append(t.ids, w.names.of(r.id))
	}
	shown := places(len(w.names), t.ids)
	t.stories = append(t.stories, make([]story, len(w.names)-len(t.stories))...)
	if counted {
		t.n++
		t.ndcg50 += 1 - t.ndcg(w, 50)
		t.ndcg200 += 1 - t.ndcg(w, top)
		t.counts(w, list, shown)
		t.ages(now, list)
	}
	for _, id := range w.ids[:min(top, len(w.ids))] {
		if x := &t.stories[id]; !x.entered && counted {
			x.entering = now
		}
		t.stories[id].entered = true
	}
	for i, id := range w.ids {
		x := &t.stories[id]
		if !x.known && counted {
			x.began = now
		}
		x.known = true
		x.large = x.large || w.viewers[i] >= noted
	}
	for id := range t.stories {
		t.stories[id].happened(t, now, counted, at(w.place, id), shown[id])
	}
}

// happened takes down where a broadcast is in the truth and on the list.
//
// An entrant is among the true first 200 for the first time, and waits until the list has it among its own; if it leaves
// before, the time that it was there counts. An ended one was among the true first 200 and shown, and waits until it is
// not shown.
func (x *story) happened(t *tally, now time.Time, counted bool, place, shown int) {
	if shown != none && x.shownAt.IsZero() {
		x.shownAt = now
	}
	inTop := place != none && place < top
	if !x.entering.IsZero() && (shown != none && shown < top || !inTop) {
		t.entries = append(t.entries, now.Sub(x.entering).Seconds())
		x.entering = time.Time{}
	}
	if x.great && place == none && shown != none && counted {
		x.ending = now
	}
	x.great = inTop
	if !x.ending.IsZero() && shown == none {
		t.ends = append(t.ends, now.Sub(x.ending).Seconds())
		x.ending = time.Time{}
	}
}

// ndcg is the normalised discounted cumulative gain at k; gains are true viewers, who is over gains nothing.
func (t *tally) ndcg(w *truth, k int) float64 {
	var got, ideal float64
	for i, id := range t.ids[:min(k, len(t.ids))] {
		if p := at(w.place, id); p != none {
			got += w.viewers[p] / math.Log2(float64(i)+2)
		}
	}
	for i, v := range w.viewers[:min(k, len(w.viewers))] {
		ideal += v / math.Log2(float64(i)+2)
	}
	if ideal == 0 {
		return 1
	}
	return got / ideal
}

// counts adds up how wrong the shown viewers are, as a part of the true ones: of the true first 200, and of all, where
// who is over is wrong by all that is shown. Counts that a platform hides are left out.
func (t *tally) counts(w *truth, list []row, shown []int) {
	var first, all float64
	for i, id := range w.ids {
		wrong := w.viewers[i]
		if at := shown[id]; at != none {
			if !list[at].viewers.Known() {
				continue
			}
			wrong = math.Abs(wrong - float64(list[at].viewers))
		}
		all += wrong
		if i < top {
			first += wrong
		}
	}
	for i, id := range t.ids {
		if at(w.place, id) == none {
			all += float64(max(list[i].viewers, 0))
			if i < top {
				t.offline++
			}
		}
	}
	t.top200 += first / w.top
	t.all += all / w.sum
}

func (t *tally) ages(now time.Time, list []row) {
	sum := 0.0
	n := min(50, len(list))
	for _, r := range list[:n] {
		sum += now.Sub(r.observed).Seconds()
		t.agesOf[r.id.Platform] += now.Sub(r.observed).Seconds()
		t.agesN[r.id.Platform]++
	}
	t.age += sum / float64(max(n, 1))
}
