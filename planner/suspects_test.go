package planner

import (
	"math"
	"testing"
	"time"

	"onair/live"
)

// Pages of 100..60, 59..30, 29..0 viewers.
func bands(first, second, third time.Time) *hand {
	return &hand{turn: turn{now: morning.Add(time.Hour), state: Platform{Places: []Place{
		{At: first, Rows: 50, High: 1000, Low: 600}, {Cursor: "a", At: second, Rows: 50, High: 599, Low: 300}, {Cursor: "b", At: third, Rows: 50, High: 299, Low: 0},
	}}}}
}

func TestMissedIsWhatItsPagesNoLongerShow(t *testing.T) {
	seen := morning
	before, after := seen.Add(-time.Second), seen.Add(time.Minute)
	for _, c := range []struct {
		name    string
		h       *hand
		viewers live.Viewers
		started time.Time
		want    bool
	}{
		{"its page was listed without it", bands(after, before, before), 5000, time.Time{}, true},
		{"its page was not listed again", bands(before, after, after), 5000, time.Time{}, false},
		{"it may stand on the next page by now", bands(after, before, before), 650, time.Time{}, false},
		{"the next page lacks it too", bands(after, after, before), 650, time.Time{}, true},
		{"it may have moved from one to the other between", bands(after, after.Add(2*together), before), 650, time.Time{}, false},
		{"it stands in the middle of its page", bands(after, after, before), 450, time.Time{}, false},
		{"all around it was listed", bands(after, after, after), 400, time.Time{}, true},
		{"a young one may have grown", bands(before, after, after), 200, morning.Add(50 * time.Minute), false},
		{"a hidden count may be anywhere", bands(after, after, before), live.ViewersHidden, time.Time{}, false},
		{"nothing shows it", bands(after, after, after), live.ViewersHidden, time.Time{}, true},
		{"no page is known", &hand{}, 10, time.Time{}, false},
	} {
		got := c.h.missed(Known{ID: "x", SeenAt: seen, Viewers: c.viewers, StartedAt: c.started}, c.h.covers())
		if got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestMissingOnesAreCheckedByWeight(t *testing.T) {
	s := newShelf("chzzk", 20, 50, morning)
	now := morning.Add(30 * time.Second) // no page is due
	for i := range s.state["chzzk"].Places {
		s.state["chzzk"].Places[i].At = now.Add(-time.Second)
	}
	for i := range s.known["chzzk"] {
		s.known["chzzk"][i].SeenAt = now.Add(-time.Second)
	}
	for _, i := range []int{3, 70, 900} {
		s.known["chzzk"][i].SeenAt = morning
	}
	s.known["chzzk"][70].Channel = ""
	sent := NewSent()
	jobs := Adaptive{}.Plan(now, Situation{View: s, Offers: chzzkOffers, Sent: sent, Epoch: "e"})
	if len(jobs) != 2 || jobs[0].Kind != live.KindStatus || jobs[0].Keys[0] != "ch3" || jobs[1].Keys[0] != "ch900" {
		t.Fatalf("%+v", jobs)
	}
	for _, j := range jobs {
		sent.Add(now, j, live.Cost{})
	}
	if again := (Adaptive{}).Plan(now.Add(20*time.Second), Situation{View: s, Offers: chzzkOffers, Sent: sent, Epoch: "e"}); len(again) > 0 {
		t.Errorf("asked again at once: %+v", again)
	}
	if off := (Adaptive{Checks: -1}).Plan(now, Situation{View: s, Offers: chzzkOffers, Epoch: "e"}); len(off) > 0 {
		t.Errorf("checks are off: %+v", off)
	}
}

func TestCheckWeightFallsWithRank(t *testing.T) {
	last := math.Inf(1)
	for rank := 1; rank < 5000; rank++ {
		w := checkWeight(rank)
		if w > last || w <= 0 {
			t.Fatalf("rank %d: %v after %v", rank, w, last)
		}
		last = w
	}
}
