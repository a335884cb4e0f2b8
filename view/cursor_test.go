package view

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"onair/aggregator"
	"onair/live"
)

func TestCursorRoundTrip(t *testing.T) {
	for _, k := range []sortKey{
		{a: 5, id: "chzzk:1"},
		{a: -1, id: "youtube:a-_B"},
		{a: math.MinInt64, b: math.MaxInt64, id: "soop:1"},
		{name: strings.Repeat("가", live.MaxName), id: "twitch:" + strings.Repeat("9", 64)},
	} {
		for order := range sorts {
			c := cursorAfter(order, k)
			got, err := parseCursor(order, c)
			if err != nil || got != k {
				t.Errorf("%+v comes back as %+v, %v", k, got, err)
			}
			if _, err := parseCursor((order+1)%len(sorts), c); !errors.Is(err, ErrCursor) {
				t.Errorf("cursor of sort %d taken by the next: %v", order, err)
			}
		}
	}
}

func TestCursorRefused(t *testing.T) {
	enc := base64.RawURLEncoding.EncodeToString
	good := packCursor(0, sortKey{a: 5, id: "chzzk:1"})
	for name, c := range map[string]string{
		"not base64":    "!!!",
		"padded":        base64.URLEncoding.EncodeToString(append(slices.Clone(good), 'x')) + "=",
		"short":         enc(good[:1]),
		"other version": enc(append([]byte{2}, good[1:]...)),
		"no id":         enc(packCursor(0, sortKey{a: 5})),
		"bad id":        enc(packCursor(0, sortKey{a: 5, id: "chzzk:a b"})),
		"name beyond":   enc([]byte{cursorVersion, 0, 0, 0, 200, 1, 'x'}),
		"long number":   enc(slices.Concat(good[:2], []byte{0x8a, 0x00}, good[3:])), // 5 in two bytes
		"endless":       enc(append([]byte{cursorVersion, 0}, slices.Repeat([]byte{0xff}, 20)...)),
		"huge":          strings.Repeat("A", maxCursor+1),
	} {
		if k, err := parseCursor(0, c); !errors.Is(err, ErrCursor) {
			t.Errorf("%s: %+v, %v", name, k, err)
		}
		if _, err := built(nil).Query(Query{Cursor: c}); !errors.Is(err, ErrCursor) {
			t.Errorf("%s: query gives %v", name, err)
		}
	}
}

func FuzzCursor(f *testing.F) {
	f.Add(cursorAfter(0, sortKey{a: 5, id: "chzzk:1"}))
	f.Fuzz(func(t *testing.T, c string) {
		for order := range sorts {
			if k, err := parseCursor(order, c); err == nil && cursorAfter(order, k) != c {
				t.Fatalf("%q is read as %+v", c, k)
			}
		}
	})
}

// walk reads all pages, each from the snapshot that next gives.
func walk(t interface{ Fatalf(string, ...any) }, q Query, next func(page int) *Snapshot) (list []string) {
	for page := range 10_000 {
		r, err := next(page).Query(q)
		if err != nil {
			t.Fatalf("page %d: %v", page, err)
			return
		}
		list = append(list, ids(r.Entries)...)
		if q.Cursor = r.Next; r.Next == "" {
			return list
		}
		if len(r.Entries) != q.Limit {
			t.Fatalf("page %d has %d rows and a next one", page, len(r.Entries))
		}
	}
	t.Fatalf("no end")
	return nil
}

func TestCursorWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, facts := drawState(t)
		snap := built(facts, s.list...)
		q := Query{Sort: rapid.SampledFrom(sorts[:]).Draw(t, "sort"), Limit: MaxLimit}
		if rapid.Bool().Draw(t, "filtered") {
			q.Platforms = []live.Platform{"chzzk", "youtube"}
		}
		whole, err := snap.Query(q)
		if err != nil {
			t.Fatal(err)
		}
		q.Limit = rapid.IntRange(1, 4).Draw(t, "limit")
		if got := walk(t, q, func(int) *Snapshot { return snap }); !slices.Equal(got, ids(whole.Entries)) {
			t.Fatalf("pages give %v, the whole is %v", got, ids(whole.Entries))
		}
	})
}

// While a reader walks, rows come, go and move. Those that stay where they are come exactly once.
func TestCursorWalkOverChangingSnapshots(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const still = 12
		order := rapid.SampledFrom([]Sort{SortViewers, SortStarted, SortName}).Draw(t, "sort")
		snapshot := func(page int) *Snapshot {
			var list []*aggregator.Broadcast
			for i := range still {
				list = append(list, onAir(fmt.Sprintf("chzzk:still%d", i), live.Viewers(i/2*10), startedAgo(time.Duration(i/2)*time.Hour)))
			}
			for i := range rapid.IntRange(0, 6).Draw(t, "moving") {
				v := live.Viewers(rapid.IntRange(-1, still*6).Draw(t, "viewers"))
				list = append(list, onAir(fmt.Sprintf("soop:%d", i), v, startedAgo(time.Duration(v+1)*10*time.Minute), func(b *aggregator.Broadcast) {
					b.ChannelName = fmt.Sprintf("Channel still%d", v)
				}))
			}
			return built(nil, list...)
		}
		count := map[string]int{}
		for _, id := range walk(t, Query{Sort: order, Limit: rapid.IntRange(1, 5).Draw(t, "limit")}, snapshot) {
			count[id]++
		}
		for i := range still {
			if n := count[fmt.Sprintf("chzzk:still%d", i)]; n != 1 {
				t.Fatalf("still%d came %d times", i, n)
			}
		}
	})
}

// A cursor names a place, not a row: it works when its row is gone.
func TestCursorOutlivesItsRow(t *testing.T) {
	a, b, c := onAir("chzzk:1", 30), onAir("chzzk:2", 20), onAir("chzzk:3", 10)
	r, err := built(nil, a, b, c).Query(Query{Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	r, err = built(nil, a, c).Query(Query{Limit: 2, Cursor: r.Next})
	if err != nil || !slices.Equal(ids(r.Entries), []string{"chzzk:3"}) || r.Total != 2 || r.Next != "" {
		t.Errorf("%v of %d, next %q, %v", ids(r.Entries), r.Total, r.Next, err)
	}
}
