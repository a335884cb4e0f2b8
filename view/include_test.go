package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onair/aggregator"
	"onair/live"
)

// TestQueryInclude holds pages and totals against a plain walk over all entries, with and without what is left out of
// the list.
func TestQueryInclude(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, facts := drawState(t)
		for _, b := range s.list {
			b.Rising, b.Hot = rapid.Bool().Draw(t, "rising"), rapid.Bool().Draw(t, "hot")
			b.Rise = int32(rapid.SampledFrom([]int{0, 0, -50, 400}).Draw(t, "rise"))
		}
		snap := built(facts, s.list...)
		q := Query{
			Adult: rapid.Bool().Draw(t, "adult"), Locked: rapid.Bool().Draw(t, "locked"),
			Rising: rapid.Bool().Draw(t, "only rising"), Hot: rapid.Bool().Draw(t, "only hot"),
			Sort: rapid.SampledFrom(sorts[:]).Draw(t, "sort"), Limit: rapid.IntRange(1, 4).Draw(t, "limit"),
		}
		if rapid.Bool().Draw(t, "category") {
			q.Categories = []string{rapid.SampledFrom([]string{"talk", "game", "게임"}).Draw(t, "of")}
		}
		want := Result{}
		platforms, categories := map[live.Platform]PlatformCount{}, map[string]CategoryCount{}
		var left []string
		for _, e := range slices.Concat(snap.Entries, snap.Unlisted) {
			if e.Adult && !q.Adult || e.Locked && !q.Locked || q.Rising && !e.Rising || q.Hot && !e.Hot {
				continue
			}
			if q.Categories != nil {
				group := map[string]string{"talk": "talk", "game": "game", "게임": "game"}[q.Categories[0]]
				hit := e.Category.Group == group
				for _, m := range e.Broadcasts {
					hit = hit || apply(evidenceOf(s.Broadcast(m.ID))).opinion.category.Group == group
				}
				if !hit {
					continue
				}
			}
			left = append(left, e.ID)
			want.Total++
			want.Viewers += e.Viewers.Count()
			for _, m := range e.Broadcasts {
				p := platforms[m.ID.Platform]
				platforms[m.ID.Platform] = PlatformCount{m.ID.Platform, p.Entries + 1, p.Viewers + m.Viewers.Count()}
			}
			if k := e.Category; k.ID != "" {
				c := categories[k.ID]
				categories[k.ID] = CategoryCount{k.ID, k.Name, k.NameKo, k.Group, c.Entries + 1, c.Viewers + e.Viewers.Count()}
			}
		}
		var seen []string
		var first *Result
		for page := 0; ; page++ {
			r, err := snap.Query(q)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = r
			}
			for i, e := range r.Entries {
				if i > 0 && q.Sort == SortViewers && cmp.Or(cmp.Compare(e.Viewers, r.Entries[i-1].Viewers), strings.Compare(r.Entries[i-1].ID, e.ID)) > 0 {
					t.Fatalf("%s after %s", e.ID, r.Entries[i-1].ID)
				}
			}
			seen = append(seen, ids(r.Entries)...)
			if r.Total != want.Total || r.Viewers != want.Viewers {
				t.Fatalf("page %d: %d entries with %d viewers, want %d with %d", page, r.Total, r.Viewers, want.Total, want.Viewers)
			}
			if q.Cursor = r.Next; r.Next == "" {
				break
			}
		}
		for _, p := range first.Platforms {
			if w := platforms[p.ID]; p.Entries != w.Entries || p.Viewers != w.Viewers {
				t.Fatalf("%+v, want %+v", p, w)
			}
		}
		if len(first.Categories) != len(categories) {
			t.Fatalf("categories %+v, want %+v", first.Categories, categories)
		}
		for _, c := range first.Categories {
			if c != categories[c.ID] {
				t.Fatalf("%+v, want %+v", c, categories[c.ID])
			}
		}
		slices.Sort(left)
		slices.Sort(seen)
		if diff := gocmp.Diff(left, seen); diff != "" {
			t.Fatalf("all pages together (-want +got):\n%s", diff)
		}
	})
}

// evidenceOf is what is known of b where no channel is.
func evidenceOf(b *aggregator.Broadcast) *evidence {
	return &evidence{platform: b.ID.Platform, title: b.Title, channel: b.ChannelName, declared: b.Lang, category: b.Category, tags: b.Tags}
}

// Whatever is for adults or locked is found by its id, and counts nowhere.
func TestUnlistedCountsNowhere(t *testing.T) {
	adult := func(b *aggregator.Broadcast) { b.Adult, b.Category.Name = true, "롤" }
	locked := func(b *aggregator.Broadcast) { b.Locked, b.Category.Name = true, "롤" }
	s := built(simulcast,
		onAir("chzzk:1", 900, adult), onAir("soop:2", 800, locked), onAir("youtube:3", 700),
		onAir("chzzk:4", 60, onChannel("a"), adult), onAir("soop:5", 50, onChannel("a")), // one adult member hides the row
		onAir("twitch:6", 500, func(b *aggregator.Broadcast) { b.Adult, b.Locked = true, true }),
	)
	if got := ids(s.Entries); !slices.Equal(got, []string{"youtube:3"}) || s.Entries[0].Rank != 1 || *s.Entries[0].RankChange != 0 {
		t.Errorf("listed: %v, first %+v", got, s.Entries[0])
	}
	if len(s.Categories) != 0 {
		t.Errorf("categories: %+v", s.Categories)
	}
	for _, p := range s.Platforms {
		if want := map[live.Platform]int{"youtube": 1}[p.Info.ID]; p.Broadcasts != want || p.Viewers != int64(700*want) {
			t.Errorf("%s: %d broadcasts, %d viewers", p.Info.ID, p.Broadcasts, p.Viewers)
		}
	}
	for _, id := range []string{"chzzk:1", "soop:2", "soop:5", "twitch:6"} {
		at, err := live.ParseBroadcastID(id)
		if err != nil {
			t.Fatal(err)
		}
		if e, ended := s.Find(at); e == nil || ended || e.Rank != 0 {
			t.Errorf("Find(%s) = %+v, %v", id, e, ended)
		}
	}
	for _, tc := range []struct {
		q    Query
		want string
	}{
		{Query{}, "youtube:3"},
		{Query{Adult: true}, "chzzk:1 youtube:3 chzzk:4"},
		{Query{Locked: true}, "soop:2 youtube:3"},
		{Query{Adult: true, Locked: true}, "chzzk:1 soop:2 youtube:3 twitch:6 chzzk:4"},
		{Query{Adult: true, Sort: SortName}, "chzzk:1 youtube:3 chzzk:4"},
	} {
		r, err := s.Query(tc.q)
		if got := fmt.Sprint(ids(r.Entries)); err != nil || got != "["+tc.want+"]" {
			t.Errorf("%+v: %s, want %s (%v)", tc.q, got, tc.want, err)
		}
	}
}

// TestRisingUsesTheFold: growth that the whole platform shares is no rise.
func TestRisingUsesTheFold(t *testing.T) {
	then := func(v live.Viewers, rise int32) func(*aggregator.Broadcast) {
		return func(b *aggregator.Broadcast) { b.Minutes[len(b.Minutes)-1-rankSpan], b.Rise = v, rise }
	}
	r, err := built(nil,
		onAir("chzzk:1", 3000, then(1000, 100)),            // tripled with its platform
		onAir("chzzk:2", 1200, then(1000, 200)),            // against the tide
		onAir("chzzk:3", 1150, then(1000, 0)),              // the fold does not know: 150
		onAir("chzzk:4", 900, then(live.ViewersHidden, 0)), // hidden then
	).Query(Query{Sort: SortRising})
	if err != nil || !slices.Equal(ids(r.Entries), []string{"chzzk:2", "chzzk:3", "chzzk:1", "chzzk:4"}) {
		t.Errorf("%v, %v", ids(r.Entries), err)
	}
}
