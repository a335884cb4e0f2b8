package view

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onair/aggregator"
	"onair/live"
)

// bound gives a pointer, for Query's optional fields.
func bound[T any](v T) *T { return &v }

// shelf is a list with one of everything.
func shelf() *Snapshot {
	then := func(v live.Viewers) func(*aggregator.Broadcast) {
		return func(b *aggregator.Broadcast) { b.Minutes[len(b.Minutes)-1-rankSpan] = v }
	}
	named := func(channel, title, category string) func(*aggregator.Broadcast) {
		return func(b *aggregator.Broadcast) { b.ChannelName, b.Title, b.Category.Name = channel, title, category }
	}
	return built(
		[]live.Fact{creatorFact("kim", 1, "chzzk:a", "youtube:b"), fact("channel.soop.c3", 2, live.RegisteredChannel{Channel: live.ChannelID{Platform: "soop", ID: "c3"}, Name: "Zed"})},
		onAir("chzzk:1", 500, onChannel("a"), named("침착맨", "침착한 방송", "Just Chatting"), then(400), func(b *aggregator.Broadcast) { b.Lang = "ko" }),
		onAir("youtube:2", 300, onChannel("b"), named("침착맨 원본", "같은 방송", "Gaming"), then(300), startedAgo(90*time.Minute)),
		onAir("soop:3", 100, named("", "솔랭", "just chatting"), then(50), func(b *aggregator.Broadcast) { b.Official, b.Lang = true, "ko" }),
		onAir("twitch:4", 50, named("apple", "English stream", "Art"), startedAgo(5*time.Minute), then(live.ViewersHidden), func(b *aggregator.Broadcast) { b.Lang = "en" }),
		onAir("youtube:5", live.ViewersHidden, named("바나나", "비공개", ""), startedAgo(29*time.Minute)),
		onAir("soop:6", 0, named("가을", "조용", "Talk"), then(10), startedAgo(30*time.Minute)),
	)
}

func TestQuery(t *testing.T) {
	snap := shelf()
	// youtube:2 began first, so it is the first member of kim's entry.
	for _, tc := range []struct {
		name string
		q    Query
		want string
	}{
		{"all", Query{}, "youtube:2 soop:3 twitch:4 soop:6 youtube:5"},
		{"platform of any member", Query{Platforms: []live.Platform{"chzzk"}}, "youtube:2"},
		{"platforms", Query{Platforms: []live.Platform{"twitch", "youtube"}}, "youtube:2 twitch:4 youtube:5"},
		{"unknown platform", Query{Platforms: []live.Platform{"nope"}}, ""},
		{"category id", Query{Categories: []string{"talk"}}, "youtube:2 soop:3 soop:6"},
		{"category name", Query{Categories: []string{"JUST  CHATTING"}}, "youtube:2 soop:3 soop:6"},
		{"category in Korean", Query{Categories: []string{"저스트채팅"}}, "youtube:2 soop:3 soop:6"},
		{"category of a smaller member", Query{Categories: []string{"gaming"}}, "youtube:2"},
		{"either category", Query{Categories: []string{"art", "그림", "game"}}, "youtube:2 twitch:4"},
		{"unknown category", Query{Categories: []string{"nope"}}, ""},
		{"Korean", Query{Langs: []string{"ko"}}, "youtube:2 soop:3 soop:6 youtube:5"},
		{"unknown language", Query{Langs: []string{""}}, ""},
		{"word in a title", Query{Q: "솔랭"}, "soop:3"},
		{"word in a smaller member's title", Query{Q: "같은"}, "youtube:2"},
		{"word in the creator's name", Query{Q: "creator KIM"}, "youtube:2"},
		{"word in a channel name", Query{Q: "원본"}, "youtube:2"},
		{"word in a registered name", Query{Q: "zed"}, "soop:3"},
		{"word in a platform's category", Query{Q: "chatting"}, "youtube:2 soop:3"},
		{"word in a category", Query{Q: "토크"}, "youtube:2 soop:3 soop:6"},
		{"initials", Query{Q: "ㅊㅊㅁ"}, "youtube:2"},
		{"half typed", Query{Q: "바나ㄴ"}, "youtube:5"},
		{"least", Query{MinViewers: bound(int64(50))}, "youtube:2 soop:3 twitch:4"},
		{"least 0 leaves out hidden", Query{MinViewers: bound(int64(0))}, "youtube:2 soop:3 twitch:4 soop:6"},
		{"most", Query{MaxViewers: bound(int64(100))}, "soop:3 twitch:4 soop:6"},
		{"new", Query{New: true}, "twitch:4 youtube:5"},
		{"official", Query{Official: bound(true)}, "soop:3"},
		{"not official", Query{Official: bound(false), MinViewers: bound(int64(1))}, "youtube:2 twitch:4"},
		{"all at once", Query{Platforms: []live.Platform{"soop"}, Langs: []string{"ko"}, Q: "ㅅㄹ", MinViewers: bound(int64(1)), Official: bound(true)}, "soop:3"},
		// soop:3 +50 on 100 (the base); kim +100 on 700; soop:6 -10 on 100; the others were hidden or not there.
		{"rising", Query{Sort: SortRising}, "soop:3 youtube:2 soop:6 twitch:4 youtube:5"},
		{"started", Query{Sort: SortStarted}, "twitch:4 youtube:5 soop:6 soop:3 youtube:2"},
		{"name", Query{Sort: SortName}, "youtube:2 soop:3 twitch:4 soop:6 youtube:5"}, // Creator kim, Zed, apple, 가을, 바나나
		{"limit", Query{Limit: 2}, "youtube:2 soop:3"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, err := snap.Query(tc.q)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(ids(r.Entries), " "); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestQueryTotals(t *testing.T) {
	snap := shelf()
	r, err := snap.Query(Query{Limit: 1, Langs: []string{"ko", "en"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Entries) != 1 || r.Next == "" {
		t.Errorf("%d rows, next %q", len(r.Entries), r.Next)
	}
	r.Entries, r.Next = nil, ""
	want := &Result{
		Total: 5, Viewers: 950,
		Platforms: []PlatformCount{{"chzzk", 1, 500}, {"soop", 2, 100}, {"twitch", 1, 50}, {"youtube", 2, 300}},
		Categories: []CategoryCount{
			{"talk", "Talk", "토크", "talk", 3, 900},
			{"art", "Art", "그림·만들기", "art", 1, 50},
		},
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]CategoryCount{
		{"talk", "Talk", "토크", "talk", 3, 900},
		{"art", "Art", "그림·만들기", "art", 1, 50},
	}, snap.Categories); diff != "" {
		t.Errorf("all categories (-want +got):\n%s", diff)
	}
}

func TestQueryBounds(t *testing.T) {
	for _, q := range []Query{{Limit: -1}, {Limit: MaxLimit + 1}, {Sort: "size"}, {Q: strings.Repeat("a", 1000)}} {
		if _, err := built(nil).Query(q); !errors.Is(err, ErrQuery) {
			t.Errorf("%+v: %v", q, err)
		}
	}
	r, err := built(nil).Query(Query{Q: "아무도", Limit: MaxLimit})
	if err != nil || r.Total != 0 || len(r.Entries) != 0 || r.Next != "" {
		t.Errorf("an empty list: %+v, %v", r, err)
	}
}

// One friend more in a stream of two is no rise.
func TestQueryRisingBase(t *testing.T) {
	then := func(v live.Viewers) func(*aggregator.Broadcast) {
		return func(b *aggregator.Broadcast) { b.Minutes[len(b.Minutes)-1-rankSpan] = v }
	}
	r, err := built(nil, onAir("chzzk:1", 4, then(2)), onAir("chzzk:2", 1200, then(1000))).Query(Query{Sort: SortRising})
	if err != nil || !slices.Equal(ids(r.Entries), []string{"chzzk:2", "chzzk:1"}) {
		t.Errorf("%v, %v", ids(r.Entries), err)
	}
}

// An open query takes the short way; one whose filter lets all through walks. Both must say the same.
func TestQueryShortWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, facts := drawState(t)
		snap := built(facts, s.list...)
		order := rapid.SampledFrom(sorts[:]).Draw(t, "sort")
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		short, err := snap.Query(Query{Sort: order, Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		long, err := snap.Query(Query{Sort: order, Limit: limit, Platforms: []live.Platform{"chzzk", "soop", "twitch", "youtube"}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(short, long); diff != "" {
			t.Fatalf("short and long way differ:\n%s", diff)
		}
		viewers, members := int64(0), 0
		for _, e := range snap.Entries {
			viewers += e.Viewers.Count()
			members += len(e.Broadcasts)
		}
		sum, shares := int64(0), 0
		for i, p := range short.Platforms {
			sum += p.Viewers
			shares += p.Entries
			if st := snap.Platforms[i]; st.Info.ID != p.ID || st.Viewers != p.Viewers || st.Broadcasts != p.Entries {
				t.Fatalf("%s: %+v beside %+v", p.ID, p, st)
			}
		}
		if short.Total != len(snap.Entries) || short.Viewers != viewers || sum != viewers || shares != members {
			t.Fatalf("totals %+v for %d entries with %d viewers", short, len(snap.Entries), viewers)
		}
	})
}

func TestRankIsOverAll(t *testing.T) {
	r, err := shelf().Query(Query{Platforms: []live.Platform{"soop"}})
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, e := range r.Entries {
		got = append(got, e.Rank)
	}
	if !slices.Equal(got, []int{2, 4}) {
		t.Errorf("ranks %v", got)
	}
}
