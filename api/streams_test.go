package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/api/client"
	"onair/live"
	"onair/view"
)

// TestEveryRoute asks every route for what it has; get holds each answer against the contract.
func TestEveryRoute(t *testing.T) {
	w := newWorld(1, 300)
	for range 200 {
		w.change()
	}
	first := w.list[0]
	s := newServer(t, func(o *Options) { o.History = memory{{ID: first.ID, Channel: first.Channel, At: noon, Viewers: 10}} })
	s.view.Publish(w.snapshot())

	for _, target := range []string{
		"/v1/streams", "/v1/streams?limit=2000", "/v1/streams?limit=1", "/v1/streams?platform=chzzk&platform=soop&sort=name",
		"/v1/streams?lang=ko&min_viewers=10&max_viewers=2000&new=false&official=false&sort=rising", "/v1/streams?new=true",
		"/v1/streams?q=%EB%B0%A9%EC%86%A1", "/v1/streams?q=", "/v1/streams?category=nothing", "/v1/streams?min_seq=1&sort=started",
		"/v1/streams/" + first.ID.String(), "/v1/streams/" + first.ID.String() + "?min_seq=3", "/v1/streams/" + first.ID.String() + "/history",
		"/v1/platforms", "/v1/categories", "/livez", "/readyz", "/openapi.yaml", "/docs", "/",
	} {
		if a := s.get(target); a.status != http.StatusOK || len(a.body) == 0 {
			t.Errorf("%s: %d", target, a.status)
		}
		get, head := s.get(target), s.get(target, method(http.MethodHead))
		if len(head.raw) != 0 || head.header.Get("Etag") != get.header.Get("Etag") || head.header.Get("Content-Length") != get.header.Get("Content-Length") {
			t.Errorf("HEAD %s: %d bytes, %v", target, len(head.raw), head.header)
		}
	}
	for _, gone := range w.gone {
		a := s.get("/v1/streams/" + gone.ID.String())
		if got := into[client.Stream](t, a); got.Ended && got.Entry.Rank != 0 || got.Entry.ID == "" {
			t.Errorf("%s: %+v", gone.ID, got)
		}
	}
}

// TestListSaysWhatTheSnapshotHas compares every field of every row, as a client decodes it.
func TestListSaysWhatTheSnapshotHas(t *testing.T) {
	w := newWorld(2, 400)
	for range 300 {
		w.change()
	}
	s := newServer(t)
	snap := w.snapshot()
	s.view.Publish(snap)
	got := into[client.Streams](t, s.get("/v1/streams?limit=2000"))
	if got.Seq != snap.Seq || !got.AsOf.Equal(snap.AsOf) || got.Total != len(snap.Entries) || len(got.Streams) != len(snap.Entries) || got.Next != "" {
		t.Fatalf("head: seq %d as_of %v total %d rows %d next %q", got.Seq, got.AsOf, got.Total, len(got.Streams), got.Next)
	}
	hidden, joined, sum := 0, 0, int64(0)
	for i, e := range snap.Entries {
		g := got.Streams[i]
		if g.Rank != e.Rank || g.ID != e.ID || g.Viewers != e.Viewers || g.Title != e.Title || g.Creator.ID != e.Creator.ID || g.Creator.Name != e.Creator.Name ||
			!g.StartedAt.Equal(e.StartedAt) || !g.ObservedAt.Equal(e.ObservedAt) || g.Adult != e.Adult || g.Locked != e.Locked || g.Official != e.Official ||
			(g.RankChange == nil) != (e.RankChange == nil) || g.RankChange != nil && *g.RankChange != *e.RankChange || !slices.Equal(g.Trend, trendOf(e, i)) || g.TrendStep != trendStep(i) || len(g.Broadcasts) != len(e.Broadcasts) ||
			g.OfficialReason != e.OfficialReason || g.New != e.New || g.Rising != e.Rising || g.Hot != e.Hot ||
			(g.Category == nil) != (e.Category.ID == "") || g.Category != nil && *g.Category != client.Category(e.Category) ||
			(g.Lang == nil) != (e.Lang.Code == "") || g.Lang != nil && *g.Lang != client.Lang(e.Lang) || (g.Thumbnail == nil) != (e.Thumbnail.URL == "") {
			t.Fatalf("row %d:\n got %+v\nwant %+v", i, g, e)
		}
		for j, m := range e.Broadcasts {
			if b := g.Broadcasts[j]; b.Platform != m.ID.Platform || b.ID != m.ID.ID || b.URL != m.URL || b.Title != m.Title || b.Viewers != m.Viewers || b.Channel.ID != m.Channel.ID || b.Channel.Name != m.Channel.Name {
				t.Fatalf("row %d broadcast %d: %+v, want %+v", i, j, b, m)
			}
		}
		if !e.Viewers.Known() {
			hidden++
		}
		if len(e.Broadcasts) > 1 {
			joined++
		}
		sum += e.Viewers.Count()
	}
	if hidden == 0 || joined == 0 || sum != got.Viewers {
		t.Errorf("%d hidden, %d joined, %d viewers of %d", hidden, joined, got.Viewers, sum)
	}
	for i, c := range snap.Categories {
		if got.Categories[i] != client.CategoryCount(c) {
			t.Errorf("category %d: %+v, want %+v", i, got.Categories[i], c)
		}
	}
}

// TestIncludeAndMarks asks for what is left out, and for marked entries only, and holds the answer against the snapshot.
func TestIncludeAndMarks(t *testing.T) {
	w := newWorld(7, 300)
	s := newServer(t)
	snap := w.snapshot()
	s.view.Publish(snap)
	all := slices.Concat(snap.Entries, snap.Unlisted)
	shy := 0
	for target, pass := range map[string]func(e *view.Entry) bool{
		"":                               func(e *view.Entry) bool { return !e.Adult && !e.Locked },
		"&include=adult":                 func(e *view.Entry) bool { return !e.Locked },
		"&include=locked&include=locked": func(e *view.Entry) bool { return !e.Adult },
		"&include=adult&include=locked":  func(*view.Entry) bool { return true },
		"&rising=true":                   func(e *view.Entry) bool { return !e.Adult && !e.Locked && e.Rising },
		"&rising=false&hot=true":         func(e *view.Entry) bool { return !e.Adult && !e.Locked && e.Hot },
		"&hot=true&rising=true&include=adult&include=locked": func(e *view.Entry) bool { return e.Hot && e.Rising },
	} {
		want := map[string]bool{}
		for _, e := range all {
			if pass(e) {
				want[e.ID] = true
			}
		}
		if len(want) == 0 || len(want) == len(all) && !strings.Contains(target, "adult") {
			t.Errorf("%s: the world tells nothing: %d of %d", target, len(want), len(all))
		}
		got := into[client.Streams](t, s.get("/v1/streams?limit=2000"+target))
		if got.Total != len(want) || len(got.Streams) != len(want) {
			t.Errorf("%s: %d rows, total %d, want %d", target, len(got.Streams), got.Total, len(want))
		}
		for _, e := range got.Streams {
			if !want[e.ID] || (e.Rank == 0) != (e.Adult || e.Locked) {
				t.Errorf("%s: %s with rank %d, adult %v, locked %v", target, e.ID, e.Rank, e.Adult, e.Locked)
			}
			if e.Rank == 0 {
				shy++
			}
		}
	}
	if shy == 0 {
		t.Error("nothing was left out")
	}
	for _, e := range snap.Unlisted {
		if got := into[client.Stream](t, s.get("/v1/streams/"+e.ID)); got.Ended || got.Entry.ID != e.ID || got.Entry.Rank != 0 {
			t.Errorf("%s by its id: %+v", e.ID, got)
		}
	}
}

// TestCategoryFilter: a group takes what is in it, a name what it names in any language.
func TestCategoryFilter(t *testing.T) {
	w := newWorld(12, 0)
	for i, name := range []string{"리그 오브 레전드", "League of Legends", "발로란트", "Just Chatting", ""} {
		b := w.start()
		b.Category, b.Adult, b.Locked, b.Viewers = live.Category{Name: name}, false, false, live.Viewers(100-i)
		b.ID.Platform, b.Title, b.Lang = "chzzk", "안녕", "ko"
	}
	s := newServer(t)
	s.view.Publish(w.snapshot())
	for query, want := range map[string]int{
		"category=game": 3, "category=game.league-of-legends": 2, "category=%EB%A1%A4": 2, "category=game.valorant": 1, "category=talk": 1,
		"category=game.valorant&category=talk": 2, "category=sports": 0, "category=nothing": 0,
	} {
		if got := into[client.Streams](t, s.get("/v1/streams?"+query)); got.Total != want {
			t.Errorf("%s: %d, want %d", query, got.Total, want)
		}
	}
}

// trendStep and trendOf are what row i of a list of 2,000 has to carry.
func trendStep(i int) int {
	if i < 100 {
		return 0
	}
	return 5
}

func trendOf(e *view.Entry, i int) (out []live.Viewers) {
	for back := 0; back < len(e.Trend); back += max(1, trendStep(i)) {
		out = append(out, e.Trend[len(e.Trend)-1-back])
	}
	slices.Reverse(out)
	return out
}

// TestTrendIsCoarseInLongListsOnly: up to 500 entries and one alone have every minute, whatever was asked before.
func TestTrendIsCoarseInLongListsOnly(t *testing.T) {
	w := newWorld(9, 600)
	s := newServer(t)
	snap := w.snapshot()
	s.view.Publish(snap)
	long := into[client.Streams](t, s.get("/v1/streams?limit=501"))
	if len(long.Streams) != 501 || len(long.Streams[99].Trend) != 60 || len(long.Streams[100].Trend) != 12 || long.Streams[500].TrendStep != 5 {
		t.Errorf("limit 501: %d rows, %d and %d values", len(long.Streams), len(long.Streams[99].Trend), len(long.Streams[100].Trend))
	}
	for i, e := range into[client.Streams](t, s.get("/v1/streams?limit=500")).Streams {
		if e.TrendStep != 0 || !slices.Equal(e.Trend, snap.Entries[i].Trend) {
			t.Fatalf("limit 500, row %d: step %d, %v", i, e.TrendStep, e.Trend)
		}
	}
	if e := into[client.Stream](t, s.get("/v1/streams/"+snap.Entries[300].ID)).Entry; e.TrendStep != 0 || len(e.Trend) != 60 {
		t.Errorf("one entry: step %d, %d values", e.TrendStep, len(e.Trend))
	}
	for n := range 8 {
		var got struct {
			Trend []live.Viewers
			Step  int `json:"trend_step"`
		}
		e := view.Entry{Trend: snap.Entries[0].Trend[:n]}
		if err := json.Unmarshal(appendEntry(nil, &e, coarseStep), &got); err != nil || got.Step != 5 || !slices.Equal(got.Trend, trendOf(&e, 100)) {
			t.Errorf("%d minutes: %v %+v", n, err, got)
		}
	}
}

// TestListNamesTheLargestCategories: a list counts the first hundred, the page of categories all.
func TestListNamesTheLargestCategories(t *testing.T) {
	w := newWorld(10, 0)
	for i := range 250 {
		b := w.start()
		b.Viewers, b.Adult, b.Locked = live.Viewers(1000+i), false, false
		b.Category = live.Category{ID: fmt.Sprintf("c%d", i), Name: fmt.Sprintf("종목 %d", i)}
	}
	s := newServer(t)
	s.view.Publish(w.snapshot())
	all := into[client.Categories](t, s.get("/v1/categories")).Categories
	list := into[client.Streams](t, s.get("/v1/streams?limit=1"))
	if len(all) != 250 || list.Total != 250 {
		t.Errorf("%d categories of %d entries", len(all), list.Total)
	}
	if diff := cmp.Diff(all[:100], list.Categories); diff != "" {
		t.Error(diff)
	}
	if few := into[client.Streams](t, s.get("/v1/streams?min_viewers=1245")); len(few.Categories) != 5 {
		t.Errorf("%d categories of 5 entries", len(few.Categories))
	}
}

func TestPagesJoinWithoutGap(t *testing.T) {
	w := newWorld(3, 250)
	s := newServer(t)
	s.view.Publish(w.snapshot())
	for _, sort := range []string{"viewers", "rising", "started", "name"} {
		var ids []string
		for cursor := ""; ; {
			target := "/v1/streams?limit=70&include=locked&include=adult&sort=" + sort
			if cursor != "" {
				target += "&cursor=" + cursor
			}
			page := into[client.Streams](t, s.get(target))
			for _, e := range page.Streams {
				ids = append(ids, e.ID)
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		slices.Sort(ids)
		if n := len(slices.Compact(ids)); n != 250 {
			t.Errorf("%s: %d of 250", sort, n)
		}
	}
}

func TestBadParameters(t *testing.T) {
	w := newWorld(4, 20)
	s := newServer(t)
	s.view.Publish(w.snapshot())
	long := strings.Repeat("가", 101)
	for target, parameter := range map[string]string{
		"/v1/streams?limit=0":                     "limit",
		"/v1/streams?limit=2001":                  "limit",
		"/v1/streams?limit=ten":                   "limit",
		"/v1/streams?limit=":                      "limit",
		"/v1/streams?limit=%2B5":                  "limit",
		"/v1/streams?limit=5&limit=6":             "limit",
		"/v1/streams?limti=5":                     "limti",
		"/v1/streams?platform=kick":               "platform",
		"/v1/streams?platform=chzzk,soop":         "platform",
		"/v1/streams?platform=":                   "platform",
		"/v1/streams?category=":                   "category",
		"/v1/streams?lang=KO":                     "lang",
		"/v1/streams?q=" + long:                   "q",
		"/v1/streams?q=%FF":                       "q",
		"/v1/streams?q=+":                         "q",
		"/v1/streams?q=%00%1b":                    "q",
		"/v1/streams?q=%E2%80%AE%E2%81%A6+%09":    "q", // bidi: right-to-left override, isolate
		"/v1/streams?q=%E2%80%8D%E2%80%8B":        "q", // joiner, space without width
		"/v1/streams?q=%E3%85%A4":                 "q", // the blank that Hangul keyboards type
		"/v1/streams?min_viewers=-1":              "min_viewers",
		"/v1/streams?max_viewers=20000001":        "max_viewers",
		"/v1/streams?min_viewers=9&max_viewers=8": "min_viewers",
		"/v1/streams?new=1":                       "new",
		"/v1/streams?official=yes":                "official",
		"/v1/streams?rising=1":                    "rising",
		"/v1/streams?hot=":                        "hot",
		"/v1/streams?include=all":                 "include",
		"/v1/streams?include=":                    "include",
		"/v1/streams?include=adult,locked":        "include",
		"/v1/streams?sort=rank":                   "sort",
		"/v1/streams?cursor=":                     "cursor",
		"/v1/streams?cursor=rubbish":              "cursor",
		"/v1/streams?min_seq=x":                   "min_seq",
		"/v1/streams?%ff=1":                       "�",
		"/v1/streams?a=1;b=2":                     "",
		"/v1/streams?a=%zz":                       "",
		"/v1/platforms?x=1":                       "x",
		"/v1/categories?limit=5":                  "limit",
		"/v1/streams/chzzk":                       "id",
		"/v1/streams/%3Cscript%3E:1":              "id",
		"/v1/streams/chzzk:b1?limit=1":            "limit",
		"/v1/streams/chzzk:..%2f..%2fetc":         "id",
		"/v1/streams/chzzk:b1/history?x=1":        "x",
		"/v1/streams?platform=" + strings.Repeat("soop&platform=", 21) + "soop": "platform",
	} {
		a := s.get(target)
		if p := problemOf(t, a, kindParameter); p.Parameter != parameter {
			t.Errorf("%s: names %q (%s), want %q", target, p.Parameter, p.Detail, parameter)
		} else if parameter != "" && !strings.Contains(p.Detail, parameter) {
			t.Errorf("%s: detail %q", target, p.Detail)
		}
		if a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: an error may be stored", target)
		}
	}
	for _, target := range []string{
		"/v1/streams/chzzk:nobody", "/v1/streams/chzzk:nobody/history", "/v1/nothing", "/favicon.ico", "/v1/streams/",
		// Paths that have a tidier form do not lead to it.
		"/v1//streams", "//v1/streams", "/v1/../v1/streams", "/v1/./streams", "/v1/streams/.", "/..", "//", "/v1/streams//", "/v1/streams/chzzk:1//history",
		"/v1/%2e%2e/v1/streams",
	} {
		problemOf(t, s.get(target), kindNotFound)
	}
	for _, m := range []string{"POST", "PUT", "DELETE", "PATCH", "BREW"} {
		a := s.get("/v1/streams", method(m))
		problemOf(t, a, kindMethod)
		if a.header.Get("Allow") != "GET, HEAD, OPTIONS" {
			t.Errorf("%s: Allow %q", m, a.header.Get("Allow"))
		}
	}
	if a := s.get("/v1/streams", method(http.MethodOptions)); a.status != http.StatusNoContent || !strings.Contains(a.header.Get("Access-Control-Allow-Headers"), "Last-Event-ID") {
		t.Errorf("preflight: %d %v", a.status, a.header)
	}
}

func TestOurMistakesAreNotTold(t *testing.T) {
	w := newWorld(5, 5)
	s := newServer(t, func(o *Options) { o.History = memory{} })
	s.view.Publish(w.snapshot())
	a := s.get("/v1/streams/chzzk:broken/history")
	problemOf(t, a, kindInternal)
	if strings.Contains(string(a.body), "secret") {
		t.Errorf("inner text shown: %s", a.body)
	}
	p := newServer(t, func(o *Options) { o.Health = func() []Problem { panic("secret") } })
	if a := p.get("/readyz", func(*http.Request) {}); a.status != 500 || strings.Contains(string(a.body), "secret") {
		t.Errorf("panic: %d %s", a.status, a.body)
	}
}

func TestMinSeq(t *testing.T) {
	w := newWorld(6, 30)
	w.change()
	s := newServer(t, func(o *Options) { o.Limits.MinSeqWait = 50 * time.Millisecond })
	a := s.get("/v1/streams?min_seq=1")
	problemOf(t, a, kindNotReady)
	s.view.Publish(w.snapshot())
	if a := s.get("/v1/streams?min_seq=1"); a.status != 200 {
		t.Errorf("reached: %d", a.status)
	}
	a = s.get("/v1/streams?min_seq=2")
	problemOf(t, a, kindBehind)
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}

	waits := make(chan struct{}, 1)
	patient := newServer(t, func(o *Options) {
		o.Limits.MinSeqWait = 10 * time.Second
		o.View = awaited{o.View.(*view.View), waits}
	})
	patient.view.Publish(w.snapshot())
	got := make(chan answer, 1)
	go func() { got <- patient.get("/v1/streams?min_seq=2") }()
	<-waits
	patient.view.Publish(w.snapshot()) // another snapshot of seq 1 is not what it waits for
	select {
	case a := <-got:
		t.Fatalf("answered %d before seq 2", a.status)
	default:
	}
	w.change()
	patient.view.Publish(w.snapshot())
	if a := <-got; a.status != 200 || into[client.Streams](t, a).Seq != 2 {
		t.Errorf("%d %.80s", a.status, a.body)
	}
}

// awaited is a view that tells when somebody waits for it.
type awaited struct {
	*view.View
	waits chan<- struct{}
}

func (v awaited) WaitSeq(ctx context.Context, seq uint64) (*view.Snapshot, error) {
	v.waits <- struct{}{}
	return v.View.WaitSeq(ctx, seq)
}

func TestBeforeTheFirstSnapshot(t *testing.T) {
	s := newServer(t)
	for _, target := range []string{"/v1/streams", "/v1/streams/chzzk:1", "/v1/streams/chzzk:1/history", "/v1/platforms", "/v1/categories", "/v1/events", "/", "/readyz"} {
		a := s.get(target)
		problemOf(t, a, kindNotReady)
		if a.header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", target)
		}
	}
	if a := s.get("/livez"); a.status != 200 {
		t.Errorf("livez: %d", a.status)
	}
}

func TestReadiness(t *testing.T) {
	var problems []Problem
	s := newServer(t, func(o *Options) { o.Health = func() []Problem { return slices.Clone(problems) } })
	s.view.Publish(newWorld(7, 3).snapshot())
	if h := into[health](t, s.get("/readyz")); h.Status != "ok" || h.Version != "test" {
		t.Errorf("%+v", h)
	}
	problems = []Problem{{Part: "youtube", Detail: "a setting is missing"}}
	if h := into[health](t, s.get("/readyz")); h.Status != "degraded" || len(h.Problems) != 1 {
		t.Errorf("%+v", h)
	}
	problems = append(problems, Problem{Part: "log", Detail: "not followed for 12 s", Unready: true})
	if p := problemOf(t, s.get("/readyz"), kindNotReady); len(p.Problems) != 2 || !strings.Contains(p.Detail, "not followed") {
		t.Errorf("%+v", p)
	}
}
