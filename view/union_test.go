package view

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onair/aggregator"
	"onair/live"
)

func TestProposalsJoin(t *testing.T) {
	a, b, c := channelOf(t, "chzzk:a"), channelOf(t, "soop:b"), channelOf(t, "youtube:c")
	list := []*aggregator.Broadcast{onAir("chzzk:1", 1, onChannel("a")), onAir("soop:2", 900, onChannel("b")), onAir("youtube:3", 5, onChannel("c"))}
	unsure := fact("proposal."+live.PairKey(a, b), 1, live.Proposal{Channels: [2]live.ChannelID{a, b}, Score: 1000})
	for _, tc := range []struct {
		name  string
		facts []live.Fact
		want  [][]string
	}{
		{"nothing", nil, [][]string{{"chzzk:1"}, {"soop:2"}, {"youtube:3"}}},
		{"a confident one", []live.Fact{proposalFact(1, 990, a, b)}, [][]string{{"chzzk:1", "soop:2"}, {"youtube:3"}}},
		{"an unsure one", []live.Fact{unsure}, [][]string{{"chzzk:1"}, {"soop:2"}, {"youtube:3"}}},
		{"a chain", []live.Fact{proposalFact(1, 990, a, b), proposalFact(2, 980, b, c)}, [][]string{{"chzzk:1", "soop:2", "youtube:3"}}},
		{"kept apart", []live.Fact{proposalFact(1, 990, a, b), apartFact(2, b, a)}, [][]string{{"chzzk:1"}, {"soop:2"}, {"youtube:3"}}},
		{"kept apart through a third, the better proposal stays", []live.Fact{proposalFact(1, 980, a, b), proposalFact(2, 990, b, c), apartFact(3, a, c)}, [][]string{{"chzzk:1"}, {"soop:2", "youtube:3"}}},
		{"against a creator", []live.Fact{proposalFact(1, 990, a, b), creatorFact("kim", 2, "chzzk:a", "youtube:c")}, [][]string{{"chzzk:1", "youtube:3"}, {"soop:2"}}},
		{"a creator of one channel alone", []live.Fact{proposalFact(1, 990, a, b), creatorFact("kim", 2, "chzzk:a")}, [][]string{{"chzzk:1"}, {"soop:2"}, {"youtube:3"}}},
		{"a creator against an apart", []live.Fact{apartFact(1, a, c), creatorFact("kim", 2, "chzzk:a", "youtube:c")}, [][]string{{"chzzk:1", "youtube:3"}, {"soop:2"}}},
		{"taken back", []live.Fact{proposalFact(1, 990, a, b), fact("proposal."+live.PairKey(a, b), 2, nil)}, [][]string{{"chzzk:1"}, {"soop:2"}, {"youtube:3"}}},
	} {
		if diff := cmp.Diff(tc.want, members(built(tc.facts, list...))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

// The name of a union is that of its first channel, whichever is larger now.
func TestUnionName(t *testing.T) {
	a, b := channelOf(t, "chzzk:a"), channelOf(t, "soop:b")
	for _, viewers := range []live.Viewers{1, 900} {
		s := built([]live.Fact{proposalFact(1, 990, a, b)}, onAir("chzzk:1", viewers, onChannel("a")), onAir("soop:2", 50, onChannel("b")))
		if got, want := only(t, s).Creator, (Ref{"chzzk:a", "Name of a"}); got != want {
			t.Errorf("with %d viewers: %+v, want %+v", viewers, got, want)
		}
	}
	// Off the air its own words name it, else the next channel does.
	s := &stubState{logTime: noon, list: []*aggregator.Broadcast{onAir("soop:2", 50, onChannel("b"))}}
	f := NewFacts()
	f.Apply([]live.Fact{proposalFact(1, 990, a, b)})
	if got, want := Build(s, f, BuildOptions{Infos: stubInfos()}).Entries[0].Creator, (Ref{"chzzk:a", "Name of b"}); got != want {
		t.Errorf("nothing known of the first: %+v, want %+v", got, want)
	}
	s.channels = map[live.ChannelID]*aggregator.Channel{a: {Info: live.ChannelInfo{Name: "에이"}, InfoAt: noon}}
	if got, want := Build(s, f, BuildOptions{Infos: stubInfos()}).Entries[0].Creator, (Ref{"chzzk:a", "에이"}); got != want {
		t.Errorf("described: %+v, want %+v", got, want)
	}
}

// TestUnions holds what unite promises against random tables.
func TestUnions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var channels []live.ChannelID
		for i := range 14 {
			channels = append(channels, live.ChannelID{Platform: live.Platform([]string{"chzzk", "soop", "twitch", "youtube"}[i%4]), ID: fmt.Sprint("c", i)})
		}
		draw := func() [2]live.ChannelID {
			i := rapid.IntRange(0, len(channels)-1).Draw(t, "one")
			j := (i + rapid.IntRange(1, len(channels)-1).Draw(t, "other")) % len(channels)
			return [2]live.ChannelID{channels[i], channels[j]}
		}
		var facts []live.Fact
		type claim struct {
			pair  pair
			score int
		}
		proposed, apart, claimed := map[string]claim{}, map[pair]bool{}, map[live.ChannelID]string{}
		rev := uint64(0)
		for range rapid.IntRange(0, 40).Draw(t, "proposals") {
			p, score, rev2 := draw(), rapid.IntRange(950, 953).Draw(t, "score"), rev+1
			rev = rev2
			facts = append(facts, proposalFact(rev, score, p[0], p[1]))
			proposed[live.PairKey(p[0], p[1])] = claim{pairOf(p), score}
		}
		for range rapid.IntRange(0, 12).Draw(t, "aparts") {
			p := draw()
			rev++
			facts = append(facts, apartFact(rev, p[0], p[1]))
			apart[pairOf(p)] = true
		}
		for i := range rapid.IntRange(0, 2).Draw(t, "creators") {
			p := draw()
			rev++
			facts = append(facts, creatorFact(fmt.Sprint("k", i), rev, p[0].String(), p[1].String()))
			for _, ch := range p {
				if _, had := claimed[ch]; !had {
					claimed[ch] = fmt.Sprint("k", i)
				}
			}
		}
		f := NewFacts()
		f.Apply(facts)
		who := func(f *Facts, ch live.ChannelID) string { return f.creator(ch, "", unnamed).ID }

		groups := map[string][]live.ChannelID{}
		for _, ch := range channels {
			id := who(f, ch)
			groups[id] = append(groups[id], ch)
			if want, ok := claimed[ch]; ok && id != want {
				t.Fatalf("%s belongs to %s, people say %s", ch, id, want)
			}
		}
		inside := func(list []live.ChannelID, more ...live.ChannelID) (clash bool) {
			list = slices.Concat(list, more)
			for i, x := range list {
				for _, y := range list[i+1:] {
					clash = clash || x != y && apart[pairOf([2]live.ChannelID{x, y})]
				}
			}
			return clash
		}
		for id, list := range groups {
			if _, byPeople := claimed[list[0]]; byPeople {
				continue
			}
			first := slices.MinFunc(list, func(x, y live.ChannelID) int { return cmpText(x, y) })
			if id != first.String() {
				t.Fatalf("union of %v is called %s", list, id)
			}
			if len(list) > maxUnion || inside(list) {
				t.Fatalf("union %v is too large or holds an apart pair", list)
			}
		}
		// Whatever is not joined has a reason.
		for key, p := range proposed {
			x, y := p.pair[0], p.pair[1]
			_, one := claimed[x]
			_, two := claimed[y]
			gx, gy := groups[who(f, x)], groups[who(f, y)]
			if one || two || who(f, x) == who(f, y) || len(gx)+len(gy) > maxUnion || inside(gx, gy...) {
				continue
			}
			t.Fatalf("proposal %s of %s and %s was left out for no reason", key, x, y)
		}
		// And the order of arrival does not matter.
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		r.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		g := NewFacts()
		for _, x := range facts {
			g.Apply([]live.Fact{x})
		}
		for _, ch := range channels {
			if who(f, ch) != who(g, ch) {
				t.Fatalf("%s: %s, in another order %s", ch, who(f, ch), who(g, ch))
			}
		}
	})
}

func cmpText(x, y live.ChannelID) int {
	if x.String() < y.String() {
		return -1
	}
	return 1
}
