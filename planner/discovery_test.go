package planner

import (
	"testing"
	"time"

	"onair/live"
)

func TestDayPartGoesFromNothingToAll(t *testing.T) {
	for _, noon := range []time.Time{morning, time.Date(2026, 11, 1, 20, 0, 0, 0, time.UTC), time.Date(2026, 3, 8, 20, 0, 0, 0, time.UTC)} {
		begin, end := pacificMidnight(noon), nextMidnight(noon)
		last := -1.0
		for at := begin; at.Before(end); at = at.Add(7 * time.Minute) {
			h := hand{turn: turn{now: at}}
			p := h.dayPart()
			if p < last || p < 0 || p > 1 {
				t.Fatalf("%v: %v after %v", at, p, last)
			}
			last = p
		}
		if last < .99 {
			t.Errorf("%v: the day ends at %v", noon, last)
		}
	}
}

func TestSearchesFollowTheStartsOfBroadcasts(t *testing.T) {
	offers := []Offer{{Platform: "youtube", Kind: live.KindSearch, Rows: 50, Chain: true, Cost: live.Cost{Bucket: "search", Units: 1}}}
	s := newShelf("youtube", 4, 50, morning)
	s.state["youtube"] = Platform{Live: 200}
	byHour, deep := map[int]int{}, 0
	begin := pacificMidnight(morning)
	var sent *Sent
	for at := begin; at.Before(nextMidnight(morning)); at = at.Add(10 * time.Second) {
		if int(at.Sub(begin)/time.Second)%1000 == 0 {
			sent = NewSent() // another leader
		}
		for _, j := range (Adaptive{}).Plan(at, Situation{View: s, Offers: offers, Sent: sent, Epoch: "e"}) {
			sent.Add(at, j, offers[0].Cost)
			byHour[at.UTC().Add(korea).Hour()] += max(j.Pages, 1)
			s.spent["search"] += max(j.Pages, 1)
			if j.Pages > 1 {
				deep++
			}
			s.state["youtube"] = Platform{Live: 200, LastSearchAt: at}
		}
	}
	if n := s.spent["search"]; n < 94 || n > 98 {
		t.Errorf("%d searches in a day of 100", n)
	}
	if evening, night := byHour[18]+byHour[19]+byHour[20]+byHour[21], byHour[3]+byHour[4]+byHour[5]+byHour[6]; evening < 30 || evening < 3*night {
		t.Errorf("searches by hour of Korea: %v", byHour)
	}
	if deep < 5 {
		t.Errorf("%d deep searches", deep)
	}
}
