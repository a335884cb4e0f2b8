package identity

import (
	"cmp"
	"slices"

	"onair/live"
)

// margin is how much better than the next a partner must be.
const margin = 3 * bit

// settle decides between pairs that cannot all be right: a channel has one partner on a platform, and what confident
// pairs join holds one channel of each platform. Of two newcomers that are about as good neither is confident. A pair that
// stood goes on against any newcomer but one that the channel itself names: else whoever copies a name, or a title, could
// part others. away are confident pairs of which a channel is not there.
func settle(w *world, judged []judgement, away []*live.Proposal) {
	tops := map[towards]top{}
	for i := range judged {
		if j := &judged[i]; j.confident && !j.stood() {
			w.sides(j, func(t towards, partner int32) { tops[t] = tops[t].with(j.bits, w.linked[[2]int32{t.channel, partner}]) })
		}
	}
	for i := range judged {
		j := &judged[i]
		newcomer := j.confident && !j.stood()
		w.sides(j, func(t towards, partner int32) {
			best, ok := tops[t]
			switch {
			case !ok:
			case newcomer && (j.bits < best.first || best.more && best.first-best.second < margin):
				j.confident, j.against = false, "another channel there is as likely"
			case j.stood() && best.said && best.first > j.bits+margin && !w.linked[[2]int32{t.channel, partner}]:
				j.confident, j.fell = false, "names another channel there"
			}
		})
		j.stand()
	}
	oneEach(w, judged, away)
}

// sides gives both ends of a pair, each with its partner.
func (w *world) sides(j *judgement, do func(t towards, partner int32)) {
	a, b := j.pair[0], j.pair[1]
	do(towards{a, w.channels[b].ID.Platform}, b)
	do(towards{b, w.channels[a].ID.Platform}, a)
}

// top is the best two newcomers of one channel towards one platform.
type top struct {
	any, more     bool // there is a first, a second
	first, second weight
	said          bool // the channel names the first
}

func (t top) with(b weight, said bool) top {
	switch {
	case !t.any:
		return top{any: true, first: b, said: said}
	case b > t.first:
		return top{any: true, more: true, first: b, second: t.first, said: said}
	case !t.more || b > t.second:
		t.more, t.second = true, b
	}
	return t
}

// oneEach takes confident pairs, those that stood first and then the surest, and refuses one that would bring two
// channels of a platform together.
func oneEach(w *world, judged []judgement, away []*live.Proposal) {
	group := map[live.ChannelID][]live.ChannelID{}
	of := func(c live.ChannelID) []live.ChannelID {
		if g := group[c]; g != nil {
			return g
		}
		return []live.ChannelID{c}
	}
	join := func(x, y live.ChannelID) bool {
		a, b := of(x), of(y)
		if slices.Contains(a, y) {
			return true
		}
		if clashing(a, b) {
			return false
		}
		both := slices.Concat(a, b)
		for _, c := range both {
			group[c] = both
		}
		return true
	}
	for _, p := range away {
		join(p.Channels[0], p.Channels[1])
	}
	var order []*judgement
	for i := range judged {
		if judged[i].confident {
			order = append(order, &judged[i])
		}
	}
	slices.SortStableFunc(order, func(a, b *judgement) int {
		if a.stood() != b.stood() {
			if a.stood() {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.bits, a.bits)
	})
	for _, j := range order {
		if !join(w.channels[j.pair[0]].ID, w.channels[j.pair[1]].ID) {
			j.confident, j.against = false, "would join two channels of one platform"
		}
	}
}

// clashing reports that a platform has a channel in both.
func clashing(a, b []live.ChannelID) bool {
	return slices.ContainsFunc(a, func(x live.ChannelID) bool {
		return slices.ContainsFunc(b, func(y live.ChannelID) bool { return x.Platform == y.Platform })
	})
}
