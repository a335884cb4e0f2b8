package schedule

import (
	"slices"

	"onair/live"
	"onair/sim"
)

// names numbers the broadcasts of one world, so that what is kept about each is a place in a slice.
type names map[live.BroadcastID]int

func (n names) of(id live.BroadcastID) int {
	i, ok := n[id]
	if !ok {
		i = len(n)
		n[id] = i
	}
	return i
}

// truth is how things are at one moment.
type truth struct {
	names   names
	viewers []float64 // most first
	ids     []int
	place   []int   // by number: place in viewers, or none
	sum     float64 // viewers
	top     float64 // viewers of the first 200
}

const none = -1

func newTruth(n names, rows []sim.TruthRow) *truth {
	t := &truth{names: n}
	for i, r := range rows {
		t.ids = append(t.ids, n.of(live.BroadcastID{Platform: live.Platform(r.Platform), ID: r.BroadcastID}))
		t.viewers = append(t.viewers, float64(r.Viewers))
		t.sum += float64(r.Viewers)
		if i < top {
			t.top += float64(r.Viewers)
		}
	}
	t.place = places(len(n), t.ids)
	return t
}

// places turns an order around.
func places(n int, ids []int) []int {
	at := slices.Repeat([]int{none}, n)
	for i, id := range ids {
		at[id] = i
	}
	return at
}

// at is a place that may not be there.
func at(places []int, id int) int {
	if id < len(places) {
		return places[id]
	}
	return none
}
