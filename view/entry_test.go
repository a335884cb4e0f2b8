package view

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/aggregator"
	"onair/live"
)

var simulcast = []live.Fact{creatorFact("kim", 1, "chzzk:a", "soop:a", "youtube:a", "twitch:a")}

func only(t *testing.T, s *Snapshot) *Entry {
	t.Helper()
	if len(s.Entries) != 1 {
		t.Fatalf("%d entries: %v", len(s.Entries), ids(s.Entries))
	}
	return s.Entries[0]
}

func TestEntryOfSeveral(t *testing.T) {
	e := only(t, built(simulcast,
		onAir("chzzk:1", 10, onChannel("a"), startedAgo(60*time.Minute), func(b *aggregator.Broadcast) {
			b.Title, b.Lang, b.Official, b.ChangedSeq, b.Category.Name = "small", "ko", true, 90, "Talk"
		}),
		onAir("soop:2", 30, onChannel("a"), startedAgo(50*time.Minute), func(b *aggregator.Broadcast) {
			b.Title, b.Thumbnail, b.Locked = "large", "", true
			b.ObservedAt = noon.Add(-time.Minute)
		}),
		onAir("youtube:3", 30, onChannel("a"), startedAgo(40*time.Minute), func(b *aggregator.Broadcast) {
			b.Category.Name, b.StartedAt = "Gaming", noon.Add(-2*time.Hour) // declared late, first in grouping order
		}),
		onAir("twitch:4", live.ViewersHidden, onChannel("a"), startedAgo(30*time.Minute)),
	))
	var order []string
	for _, m := range e.Broadcasts {
		order = append(order, m.ID.String())
	}
	if diff := cmp.Diff([]string{"youtube:3", "soop:2", "chzzk:1", "twitch:4"}, order); diff != "" {
		t.Errorf("members, most viewers first, ties in grouping order (-want +got):\n%s", diff)
	}
	e.Broadcasts, e.Trend, e.RankChange = nil, nil, nil
	want := &Entry{
		ID: "youtube:3", Rank: 1, Creator: Ref{"kim", "Creator kim"}, Title: "Title 3", Viewers: 70,
		Category:  Category{"talk", "Talk", "토크", "talk", ReasonPlatform, 100}, // named exactly, by the smallest
		Lang:      Lang{"ko", "declared", 99},                                  // the only one that declares it
		StartedAt: noon.Add(-2 * time.Hour), ObservedAt: noon.Add(-10 * time.Second),
		Adult: false, Locked: false, Official: true, OfficialReason: ReasonPlatform,
		Thumbnail: Thumbnail{URL: "https://img.youtube.example/3.jpg"}, ChangedSeq: 90,
	}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("entry (-want +got):\n%s", diff)
	}
}

func TestEntryViewers(t *testing.T) {
	for _, tc := range []struct {
		a, b, want live.Viewers
	}{
		{1, 2, 3},
		{live.ViewersHidden, 2, 2},
		{live.ViewersHidden, 0, 0},
		{live.ViewersHidden, live.ViewersHidden, live.ViewersHidden},
		{live.MaxViewers, live.MaxViewers, live.MaxViewers}, // a sum stays a possible count
	} {
		e := only(t, built(simulcast, onAir("chzzk:1", tc.a, onChannel("a")), onAir("soop:2", tc.b, onChannel("a"))))
		if e.Viewers != tc.want || e.Trend != nil && e.Trend[0] != tc.want || (e.Trend == nil) != (tc.want < 0) {
			t.Errorf("%d and %d: %d, trend %v", tc.a, tc.b, e.Viewers, e.Trend)
		}
	}
}

func TestEntryLinks(t *testing.T) {
	for _, tc := range []struct{ url, image, wantURL, wantImage string }{
		{"https://chzzk.example/live/1", "https://img.chzzk.example/1.jpg", "https://chzzk.example/live/1", "https://img.chzzk.example/1.jpg"},
		{"https://evil.example/", "https://evil.example/1.jpg", "", ""},
		{"javascript:alert(1)", "data:image/png,x", "", ""},
		{"http://chzzk.example/live/1", "https://chzzk.example/1.jpg", "", ""},
		{"https://chzzk.example@evil.example/", "https://img.chzzk.example.evil.example/1.jpg", "", ""},
		{"https://chzzk.example/\"onclick=", "//img.chzzk.example/1.jpg", "", ""},
		{"", "", "", ""},
	} {
		e := only(t, built(nil, onAir("chzzk:1", 1, func(b *aggregator.Broadcast) { b.URL, b.Thumbnail = tc.url, tc.image })))
		if got := e.Broadcasts[0].URL; got != tc.wantURL || e.Thumbnail.URL != tc.wantImage {
			t.Errorf("%q, %q: %q, %q", tc.url, tc.image, got, e.Thumbnail.URL)
		}
	}
}

func TestEntryOfUnknownPlatform(t *testing.T) {
	s := built(nil, onAir("evil:1", 1_000_000), onAir("chzzk:1", 1))
	if e := only(t, s); e.ID != "chzzk:1" {
		t.Errorf("%s is listed", e.ID)
	}
}

// A title is data: whatever it holds comes out as it was, and moves nothing else.
func TestEntryHostileTitles(t *testing.T) {
	for _, title := range []string{
		"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "', DROP TABLE", "{{.}}", "\\u0000", "%s%n",
		strings.Repeat("가", live.MaxTitle), "👩‍👩‍👧‍👦 가족", "\x01\x02\xff", "a\x00b",
	} {
		s := built(nil, onAir("chzzk:1", 2, func(b *aggregator.Broadcast) { b.Title, b.ChannelName = title, title }), onAir("chzzk:2", 1))
		if s.Entries[0].Title != title || s.Entries[0].Creator.Name != title || len(s.Entries) != 2 {
			t.Errorf("%q: %+v", title, s.Entries[0])
		}
		r, err := s.Query(Query{Q: "Title 2"})
		if err != nil || len(r.Entries) != 1 || r.Entries[0].ID != "chzzk:2" {
			t.Errorf("%q: the row after it is not found alone: %v, %v", title, r, err)
		}
		r, err = s.Query(Query{Sort: SortName, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = s.Query(Query{Sort: SortName, Limit: 1, Cursor: r.Next}); err != nil {
			t.Errorf("%q: its own cursor: %v", title, err)
		}
	}
}

func TestEntryNew(t *testing.T) {
	for _, tc := range []struct {
		name               string
		declared, firstAgo time.Duration // declared 0: not
		want               bool
	}{
		{"just begun", time.Minute, time.Minute, true},
		{"half an hour less a second", NewFor - time.Second, NewFor, true},
		{"half an hour", NewFor, time.Minute, false},
		{"old, seen late", 3 * time.Hour, time.Minute, false},
		{"undeclared, just seen", 0, time.Minute, true},
		{"undeclared, seen long ago", 0, time.Hour, false},
		{"declared for later", -time.Hour, time.Minute, true},
	} {
		e := only(t, built(nil, onAir("chzzk:1", 1, func(b *aggregator.Broadcast) {
			b.StartedAt, b.FirstSeen = noon.Add(-tc.declared), noon.Add(-tc.firstAgo)
			if tc.declared == 0 {
				b.StartedAt = time.Time{}
			}
		})))
		if e.New != tc.want || e.StartedAt.IsZero() != (tc.declared == 0) {
			t.Errorf("%s: new %v, started %v", tc.name, e.New, e.StartedAt)
		}
	}
}

func TestEntryNewIsTheEarliest(t *testing.T) {
	e := only(t, built(simulcast, onAir("chzzk:1", 9, onChannel("a"), startedAgo(time.Minute)), onAir("soop:2", 1, onChannel("a"), startedAgo(time.Hour))))
	if e.New || !e.StartedAt.Equal(noon.Add(-time.Hour)) {
		t.Errorf("new %v, started %v", e.New, e.StartedAt)
	}
}

func TestEntryLocked(t *testing.T) {
	locked := func(b *aggregator.Broadcast) { b.Locked = true }
	s := built(simulcast, onAir("chzzk:1", 1, onChannel("a"), locked), onAir("soop:2", 1, onChannel("a"), locked))
	if len(s.Entries) != 0 || len(s.Unlisted) != 1 || !s.Unlisted[0].Locked {
		t.Errorf("two locked members, an open entry: %v", ids(s.Entries))
	}
	if e := only(t, built(simulcast, onAir("chzzk:1", 1, onChannel("a"), locked), onAir("soop:2", 1, onChannel("a")))); e.Locked {
		t.Error("one can be watched, the entry is locked")
	}
}

func TestTrend(t *testing.T) {
	const h = live.ViewersHidden
	minutes := func(late int64, v ...live.Viewers) func(*aggregator.Broadcast) {
		return func(b *aggregator.Broadcast) { b.Minutes, b.MinuteAt = v, b.MinuteAt-late }
	}
	long := make([]live.Viewers, 70)
	for _, tc := range []struct {
		name string
		a, b func(*aggregator.Broadcast)
		want []live.Viewers
	}{
		{"summed at the end", minutes(0, 1, 2, 3), minutes(0, 10), []live.Viewers{1, 2, 13}},
		{"hidden between", minutes(0, 1, h, 3), minutes(0, h, h, 5), []live.Viewers{1, h, 8}},
		{"begins at the first count", minutes(0, h, h, 3, h), minutes(0, h), []live.Viewers{3, h}},
		{"marks that end early", minutes(2, 1, 2), minutes(0, 5), []live.Viewers{1, 2, h, 5}},
		{"nothing", minutes(0), minutes(0, h), nil},
		{"too old", minutes(80, 1, 2), minutes(0, h), nil},
		{"at most an hour", minutes(0, long...), minutes(0, 1), append(long[:59:59], 1)},
	} {
		e := only(t, built(simulcast, onAir("chzzk:1", 1, onChannel("a"), tc.a), onAir("soop:2", 1, onChannel("a"), tc.b)))
		if diff := cmp.Diff(tc.want, e.Trend); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}
