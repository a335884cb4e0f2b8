package view

import (
	"cmp"
	"slices"
	"strings"

	"onair/live"
)

// maxUnion is how many channels proposals may join: four platforms, and a second channel on each. Without it a chain
// of wrong proposals would swallow the list.
const maxUnion = 8

// pair is two different channels in the order of their text.
type pair [2]live.ChannelID

func pairOf(of [2]live.ChannelID) pair {
	if of[1].String() < of[0].String() {
		return pair{of[1], of[0]}
	}
	return pair(of)
}

// proposal is what Build needs of a live.Proposal.
type proposal struct {
	pair
	score     int
	confident bool
}

// union is the channels that confident proposals join, sorted by text: at least two.
type union struct{ channels []live.ChannelID }

// unite joins channels by confident proposals, the best first, equals by key. A proposal about a claimed channel says
// nothing: people decided whose it is. One that would bring an apart pair together, be it through a third channel, or
// make too large a union, is left out. The result depends on what the tables hold alone.
func unite(proposals map[string]proposal, aparts map[string]pair, claimed func(live.ChannelID) bool) map[live.ChannelID]*union {
	type keyed struct {
		proposal
		key string
	}
	var list []keyed
	for key, p := range proposals {
		if p.confident && !claimed(p.pair[0]) && !claimed(p.pair[1]) {
			list = append(list, keyed{p, key})
		}
	}
	if len(list) == 0 {
		return nil
	}
	slices.SortFunc(list, func(a, b keyed) int {
		return cmp.Or(cmp.Compare(b.score, a.score), strings.Compare(a.key, b.key))
	})
	apart := map[pair]bool{}
	for _, p := range aparts {
		apart[p] = true
	}
	of := map[live.ChannelID]*union{}
	get := func(ch live.ChannelID) *union {
		if u := of[ch]; u != nil {
			return u
		}
		return &union{[]live.ChannelID{ch}}
	}
	for _, p := range list {
		a, b := get(p.pair[0]), get(p.pair[1])
		if a == b || len(a.channels)+len(b.channels) > maxUnion || kept(a, b, apart) {
			continue
		}
		u := &union{slices.Concat(a.channels, b.channels)}
		for _, ch := range u.channels {
			of[ch] = u
		}
	}
	for _, u := range of {
		slices.SortFunc(u.channels, func(x, y live.ChannelID) int { return strings.Compare(x.String(), y.String()) })
	}
	return of
}

// kept reports whether people keep a channel of a and one of b apart.
func kept(a, b *union, apart map[pair]bool) bool {
	if len(apart) == 0 {
		return false
	}
	for _, x := range a.channels {
		for _, y := range b.channels {
			if apart[pairOf([2]live.ChannelID{x, y})] {
				return true
			}
		}
	}
	return false
}
