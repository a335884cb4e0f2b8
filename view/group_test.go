package view

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onair/aggregator"
	"onair/live"
)

// members lists each entry's broadcasts in id order, the entries in id order.
func members(s *Snapshot) [][]string {
	list := [][]string{}
	for _, e := range slices.Concat(s.Entries, s.Unlisted) {
		var m []string
		for _, b := range e.Broadcasts {
			m = append(m, b.ID.String())
		}
		slices.Sort(m)
		list = append(list, m)
	}
	slices.SortFunc(list, slices.Compare)
	return list
}

func TestGroup(t *testing.T) {
	const kim = "kim"
	all := creatorFact(kim, 1, "chzzk:a", "soop:a", "youtube:a", "youtube:b", "twitch:a")
	on := func(id, channel string, minutesAgo int) *aggregator.Broadcast {
		return onAir(id, 10, onChannel(channel), startedAgo(time.Duration(minutesAgo)*time.Minute))
	}
	undeclared := func(b *aggregator.Broadcast) *aggregator.Broadcast {
		b.StartedAt = time.Time{}
		return b
	}
	for _, tc := range []struct {
		name  string
		facts []live.Fact
		list  []*aggregator.Broadcast
		want  [][]string
	}{
		{"nobody", nil, nil, [][]string{}},
		{
			"strangers stay apart", nil,
			[]*aggregator.Broadcast{on("chzzk:1", "a", 60), on("soop:2", "a", 60)},
			[][]string{{"chzzk:1"}, {"soop:2"}},
		},
		{
			"three YouTube lives are three entries",
			[]live.Fact{all},
			[]*aggregator.Broadcast{on("youtube:1", "a", 60), on("youtube:2", "a", 50), on("youtube:3", "b", 40)},
			[][]string{{"youtube:1"}, {"youtube:2"}, {"youtube:3"}},
		},
		{
			"simulcast on four platforms is one",
			[]live.Fact{all},
			[]*aggregator.Broadcast{on("youtube:1", "a", 60), on("chzzk:2", "a", 59), on("soop:3", "a", 58), on("twitch:4", "a", 57)},
			[][]string{{"chzzk:2", "soop:3", "twitch:4", "youtube:1"}},
		},
		{
			"joins the nearest start",
			[]live.Fact{all},
			[]*aggregator.Broadcast{on("youtube:1", "a", 300), on("youtube:2", "b", 60), on("chzzk:3", "a", 58)},
			[][]string{{"chzzk:3", "youtube:2"}, {"youtube:1"}},
		},
		{
			"the nearest is taken, so the next lacking one",
			[]live.Fact{all},
			[]*aggregator.Broadcast{
				on("youtube:1", "a", 300), on("youtube:2", "b", 60), on("chzzk:3", "a", 58),
				on("chzzk:4", "a", 50), on("chzzk:5", "a", 49),
			},
			[][]string{{"chzzk:3", "youtube:2"}, {"chzzk:4", "youtube:1"}, {"chzzk:5"}},
		},
		{
			"a tie goes to the earlier",
			[]live.Fact{all},
			[]*aggregator.Broadcast{on("youtube:1", "a", 60), on("youtube:2", "b", 60), on("twitch:3", "a", 50)},
			[][]string{{"twitch:3", "youtube:1"}, {"youtube:2"}},
		},
		{
			"first seen stands in for an undeclared start",
			[]live.Fact{all},
			[]*aggregator.Broadcast{undeclared(on("youtube:1", "a", 300)), on("youtube:2", "b", 60), undeclared(on("chzzk:3", "a", 290))},
			// At 290 minutes ago only youtube:1 had begun.
			[][]string{{"chzzk:3", "youtube:1"}, {"youtube:2"}},
		},
		{
			"two creators claim a channel: the lowest id has it",
			[]live.Fact{creatorFact("b", 1, "chzzk:a", "soop:a"), creatorFact("a", 2, "soop:a", "twitch:a")},
			[]*aggregator.Broadcast{on("chzzk:1", "a", 60), on("soop:2", "a", 60), on("twitch:3", "a", 60)},
			[][]string{{"chzzk:1"}, {"soop:2", "twitch:3"}},
		},
		{
			"an ended one joins nothing",
			[]live.Fact{all},
			[]*aggregator.Broadcast{on("chzzk:1", "a", 60), onAir("soop:2", 10, onChannel("a"), endedAgo(time.Minute))},
			[][]string{{"chzzk:1"}},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, members(built(tc.facts, tc.list...))); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

// wordForWord groups one owner's broadcasts as design says it, without regard to speed.
func wordForWord(list []*aggregator.Broadcast) [][]*aggregator.Broadcast {
	list = slices.Clone(list)
	slices.SortFunc(list, func(x, y *aggregator.Broadcast) int {
		if c := began(x).Compare(began(y)); c != 0 {
			return c
		}
		return slices.Compare([]string{string(x.ID.Platform), x.ID.ID}, []string{string(y.ID.Platform), y.ID.ID})
	})
	var entries [][]*aggregator.Broadcast
	for _, b := range list {
		nearest := -1
		for i, e := range entries {
			if slices.ContainsFunc(e, func(m *aggregator.Broadcast) bool { return m.ID.Platform == b.ID.Platform }) {
				continue
			}
			if nearest < 0 || began(b).Sub(began(e[0])).Abs() < began(b).Sub(began(entries[nearest][0])).Abs() {
				nearest = i
			}
		}
		if nearest < 0 {
			entries = append(entries, []*aggregator.Broadcast{b})
		} else {
			entries[nearest] = append(entries[nearest], b)
		}
	}
	return entries
}

func TestGroupInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, facts := drawState(t)
		facts = slices.DeleteFunc(facts, func(f live.Fact) bool { return f.Key == "block.category.1" })
		f := NewFacts()
		f.Apply(facts)
		snap := Build(s, f, BuildOptions{Infos: stubInfos()})

		owners := map[string][]*aggregator.Broadcast{}
		lives := 0
		for _, b := range s.list {
			if b.Live() {
				lives++
				id := f.creator(live.ChannelID{Platform: b.ID.Platform, ID: b.Channel}, "", unnamed).ID
				owners[id] = append(owners[id], b)
			}
		}
		seen := map[live.BroadcastID]bool{}
		for i, e := range slices.Concat(snap.Entries, snap.Unlisted) {
			on := map[live.Platform]bool{}
			for _, m := range e.Broadcasts {
				if seen[m.ID] || on[m.ID.Platform] {
					t.Fatalf("%s twice", m.ID)
				}
				seen[m.ID], on[m.ID.Platform] = true, true
				if found, ended := snap.Find(m.ID); found != e || ended {
					t.Fatalf("%s does not find its entry", m.ID)
				}
			}
			if shy := e.Adult || e.Locked; shy != (i >= len(snap.Entries)) {
				t.Fatalf("%s: adult %v, locked %v, listed %v", e.ID, e.Adult, e.Locked, !shy)
			} else if shy {
				if e.Rank != 0 || e.RankChange != nil {
					t.Fatalf("%s is not in the list and has rank %d", e.ID, e.Rank)
				}
				continue
			}
			if e.Rank != i+1 || i > 0 && (snap.Entries[i-1].Viewers < e.Viewers || snap.Entries[i-1].Viewers == e.Viewers && snap.Entries[i-1].ID >= e.ID) {
				t.Fatalf("rank %d: %s after %s", e.Rank, e.ID, snap.Entries[max(i-1, 0)].ID)
			}
		}
		if len(seen) != lives {
			t.Fatalf("%d of %d live broadcasts are listed", len(seen), lives)
		}

		want := [][]string{}
		for _, list := range owners {
			busiest, count := 0, map[live.Platform]int{}
			for _, b := range list {
				count[b.ID.Platform]++
				busiest = max(busiest, count[b.ID.Platform])
			}
			groups := wordForWord(list)
			if len(groups) != busiest {
				t.Fatalf("%d entries, the busiest platform has %d", len(groups), busiest)
			}
			for _, g := range groups {
				var m []string
				for _, b := range g {
					m = append(m, b.ID.String())
				}
				if e, _ := snap.Find(g[0].ID); e.ID != g[0].ID.String() {
					t.Fatalf("entry of %s has id %s", g[0].ID, e.ID)
				}
				slices.Sort(m)
				want = append(want, m)
			}
		}
		slices.SortFunc(want, slices.Compare)
		if diff := cmp.Diff(want, members(snap)); diff != "" {
			t.Fatalf("entries (-design +got):\n%s", diff)
		}
	})
}

// One channel with thousands of broadcasts, live and ended, must not stop the hub.
func TestGroupFlood(t *testing.T) {
	var list []*aggregator.Broadcast
	for i := range 6000 {
		b := onAir(fmt.Sprintf("youtube:%d", i), 1, onChannel("a"))
		if i%2 == 0 {
			endedAgo(time.Minute)(b)
		}
		list = append(list, b)
	}
	list = append(list, onAir("chzzk:1", 1, onChannel("a")))
	snap := built([]live.Fact{creatorFact("kim", 1, "chzzk:a", "youtube:a")}, list...)
	if len(snap.Entries) != 3000 {
		t.Errorf("%d entries", len(snap.Entries))
	}
	// The work: no team is asked again and again, and what ended on such a channel is not joined again at all.
	var run []*cast
	for i, b := range list {
		run = append(run, &cast{b: b, info: i / 6000, start: int64(i / 2)})
	}
	if teams, asked := join(nil, run); len(teams) != 6000 || asked > 2*len(run) {
		t.Errorf("%d teams after %d questions for %d broadcasts", len(teams), asked, len(run))
	}
	if len(run) <= maxSiblings || partner(run[0], run) != nil {
		t.Error("an ended broadcast among thousands was joined with all of them")
	}
}

func TestRankChange(t *testing.T) {
	// minute says what a broadcast showed 15 minutes ago.
	then := func(v live.Viewers) func(*aggregator.Broadcast) {
		return func(b *aggregator.Broadcast) { b.Minutes[len(b.Minutes)-1-rankSpan] = v }
	}
	unborn := func(b *aggregator.Broadcast) {
		startedAgo(5 * time.Minute)(b)
		b.Minutes = b.Minutes[len(b.Minutes)-5:]
	}
	facts := []live.Fact{creatorFact("kim", 1, "chzzk:a", "soop:a")}
	snap := built(facts,
		onAir("chzzk:1", 500, onChannel("a"), then(50)), // with soop:2 1000 now, 150 then
		onAir("soop:2", 500, onChannel("a"), then(100)),
		onAir("chzzk:3", 900, then(900)),
		onAir("chzzk:4", 800, unborn),
		onAir("chzzk:5", 700, endedAgo(10*time.Minute), then(5000)), // was first then
		onAir("chzzk:6", live.ViewersHidden, then(live.ViewersHidden)),
		onAir("chzzk:7", 90, func(b *aggregator.Broadcast) { b.MinuteAt -= 5 }, then(1)), // marks end 5 minutes early
	)
	// Then: chzzk:5 5000, chzzk:3 900, kim 150, chzzk:7 90, chzzk:6 hidden.
	got := map[string]any{}
	for _, e := range snap.Entries {
		got[e.ID] = nil
		if e.RankChange != nil {
			got[e.ID] = *e.RankChange
		}
	}
	want := map[string]any{"chzzk:1": 2, "chzzk:3": 0, "chzzk:4": nil, "chzzk:7": 0, "chzzk:6": 0}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rank changes (-want +got):\n%s", diff)
	}
}

// The members of an entry were in two entries then: it climbed from the better place.
func TestRankChangeOfTwo(t *testing.T) {
	facts := []live.Fact{creatorFact("kim", 1, "chzzk:a", "youtube:a")}
	snap := built(facts,
		onAir("chzzk:1", 500, onChannel("a"), startedAgo(60*time.Minute)),
		onAir("youtube:2", 500, onChannel("a"), startedAgo(59*time.Minute), endedAgo(10*time.Minute)), // with chzzk:1 then
		onAir("youtube:3", 10, onChannel("a"), startedAgo(40*time.Minute)),
		onAir("soop:4", 100),
	)
	if e := snap.Entries[0]; e.ID != "chzzk:1" || len(e.Broadcasts) != 2 || e.RankChange == nil || *e.RankChange != 0 {
		t.Errorf("%+v", e)
	}
}
