package api

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/api/client"
	"onair/live"
	"onair/view"
)

// yore is a Past that says what a test wants.
type yore struct {
	looks atomic.Int32
	look  func(q view.DayQuery, snap *view.Snapshot) (*view.Review, error)
	spans chan [2]time.Time
}

func (y *yore) Totals(p live.Platform, since, until time.Time, length time.Duration) ([]view.TotalPoint, error) {
	if y.spans != nil {
		y.spans <- [2]time.Time{since, until}
	}
	if p == "twitch" {
		return nil, nil
	}
	return []view.TotalPoint{{At: since, Viewers: 5, Live: 2, Peak: 9}, {At: since.Add(length), Viewers: 6, Live: 3, Peak: 6}}, nil
}

func (y *yore) Look(_ context.Context, snap *view.Snapshot, q view.DayQuery) (*view.Review, error) {
	y.looks.Add(1)
	return y.look(q, snap)
}

func newPast(t *testing.T) (*server, *yore) {
	y := &yore{look: reviewOf}
	s := newServer(t, func(o *Options) { o.Past = y })
	s.view.Publish(newWorld(1, 30).snapshot())
	return s, y
}

// reviewOf is a day with everything in it once, and nothing twice.
func reviewOf(q view.DayQuery, snap *view.Snapshot) (*view.Review, error) {
	total := view.ReviewTotal{Figures: view.Figures{Peak: 50, PeakAt: noon, Watched: 6000, Air: 90}, Broadcasts: 3, Viewers: []int64{-1, 40, 50}, Live: []int{-1, 2, 3}}
	none := view.ReviewTotal{Platform: "soop", Figures: view.Figures{Peak: -1}}
	figures := view.Figures{Peak: 30, PeakAt: noon, Watched: 3599, Air: 60, First: noon, Last: noon.Add(time.Hour)}
	r := &view.Review{
		DayQuery: q, Since: noon, Until: noon.Add(24 * time.Hour), AsOf: view.AsOf(snap), First: q.Day, Last: q.Day, Kept: true, Step: view.Step,
		Total: total, Platforms: []view.ReviewTotal{none},
		Categories: []view.ReviewCategory{{Category: view.Category{ID: "game", Name: "Games", NameKo: "게임", Group: "game"}, Watched: 90, Broadcasts: 2}},
	}
	for range 30 {
		r.Creators = append(r.Creators, view.ReviewCreator{
			Ref: view.Ref{ID: "one", Name: "하나"}, Figures: figures, Broadcasts: 2, Entry: "chzzk:1",
			Channels: []view.ReviewChannel{{ChannelID: live.ChannelID{Platform: "chzzk", ID: "c"}, Name: "채널"}},
		})
		r.Broadcasts = append(r.Broadcasts, view.ReviewBroadcast{
			ID: live.BroadcastID{Platform: "chzzk", ID: "1"}, Channel: view.Ref{ID: "c", Name: "채널"}, Creator: view.Ref{ID: "one", Name: "하나"},
			Title: `<b>"제목"`, Figures: figures, Live: true,
		})
	}
	r.Broadcasts[1].Category = r.Categories[0].Category
	return r, nil
}

func TestDays(t *testing.T) {
	s, y := newPast(t)
	a := s.get("/v1/days/today?limit=2")
	got := into[client.Day](t, a)
	forty, fifty := int64(40), int64(50)
	two, three, average := 2, 3, int64(67)
	at := client.Peak{Viewers: 30, At: noon}
	figures := func(place int) client.DayFigures {
		return client.DayFigures{Place: place, Peak: at, Average: 60, HoursWatched: 60, AirtimeMinutes: 60}
	}
	creator := func(place int) client.DayCreator {
		c := client.DayCreator{Ref: client.Ref{ID: "one", Name: "하나"}, DayFigures: figures(place), Broadcasts: 2, Entry: "chzzk:1"}
		c.Channels = append(c.Channels, struct {
			Platform live.Platform `json:"platform"`
			client.Ref
		}{"chzzk", client.Ref{ID: "c", Name: "채널"}})
		return c
	}
	broadcast := func(place int) client.DayBroadcast {
		return client.DayBroadcast{
			DayFigures: figures(place), ID: "chzzk:1", Platform: "chzzk", Channel: client.Ref{ID: "c", Name: "채널"}, Creator: client.Ref{ID: "one", Name: "하나"},
			Title: `<b>"제목"`, FirstAt: noon, LastAt: noon.Add(time.Hour), Live: true,
		}
	}
	game := client.DayPlace{Ref: client.Ref{ID: "game", Name: "Games"}, NameKo: "게임", Group: "game"}
	second := broadcast(2)
	second.Category = &game
	want := client.Day{
		Day: "2026-03-01", Days: 1, Since: noon, Until: noon.Add(24 * time.Hour), AsOf: noon.Truncate(time.Minute), FirstDay: "2026-03-01", LastDay: "2026-03-01", Step: 600,
		Total: client.DayTotal{
			Peak: &client.Peak{Viewers: 50, At: noon}, Average: &average, HoursWatched: 100, Broadcasts: 3, Viewers: []*int64{nil, &forty, &fifty}, Live: []*int{nil, &two, &three},
		},
		Platforms:  []client.DayTotal{{ID: "soop", Viewers: []*int64{}, Live: []*int{}}},
		Creators:   []client.DayCreator{creator(1), creator(2)},
		Broadcasts: []client.DayBroadcast{broadcast(1), second},
		Categories: []client.DayCategory{{DayPlace: game, HoursWatched: 2, Broadcasts: 2}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if a := s.get("/v1/days/today?limit=2", header("If-None-Match", a.header.Get("Etag"))); a.status != http.StatusNotModified {
		t.Error(a.status)
	}
	if got := into[client.Day](t, s.get("/v1/days/2026-03-01")); len(got.Creators) != 20 || y.looks.Load() != 1 {
		t.Errorf("%d rows, looked %d times", len(got.Creators), y.looks.Load())
	}
	for target, day := range map[string]string{
		"/v1/days/yesterday": "2026-02-28", "/v1/days/today?span=7d&sort=peak": "2026-03-01", "/v1/days/2026-02-01?span=30d&sort=average": "2026-02-01", "/v1/days/2026-01-30?sort=airtime": "2026-01-30",
	} {
		if got := into[client.Day](t, s.get(target)); got.Day != day {
			t.Errorf("%s: %s", target, got.Day)
		}
	}
	for target, k := range map[string]kind{
		"/v1/days/tomorrow": kindParameter, "/v1/days/2026-02-30": kindParameter, "/v1/days/today?span=2d": kindParameter, "/v1/days/today?sort=x": kindParameter,
		"/v1/days/today?limit=101": kindParameter, "/v1/days/today?limit=0": kindParameter, "/v1/days/today?day=1": kindParameter,
		"/v1/days/2026-03-02": kindNotFound, "/v1/days/2026-01-29": kindNotFound, "/v1/days/1969-12-31": kindParameter,
	} {
		problemOf(t, s.get(target), k)
	}
	none := newServer(t)
	problemOf(t, none.get("/v1/days/today"), kindNotReady)
	none.view.Publish(newWorld(1, 3).snapshot())
	problemOf(t, none.get("/v1/days/today"), kindNotFound)
	y.look = func(view.DayQuery, *view.Snapshot) (*view.Review, error) {
		return nil, errors.New("disk /secret/path broken")
	}
	if p := problemOf(t, s.get("/v1/days/2026-02-20"), kindInternal); p.Detail == "" || cmp.Equal(p.Detail, "disk /secret/path broken") {
		t.Error(p.Detail)
	}
}

// TestDaysAreWorkedOutOnce: many who ask at once, and again, cost one reading; a new minute or new facts another.
func TestDaysAreWorkedOutOnce(t *testing.T) {
	s, y := newPast(t)
	begun := make(chan bool)
	look := y.look
	y.look = func(q view.DayQuery, snap *view.Snapshot) (*view.Review, error) {
		<-begun
		return look(q, snap)
	}
	snap := s.Server.latest().snap
	q := view.DayQuery{Day: view.Today(snap), Days: 1, Sort: view.ByWatched}
	now := time.Now()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := s.review(t.Context(), snap, q, now); err != nil {
				t.Error(err)
			}
		})
	}
	close(begun)
	wg.Wait()
	later := *snap
	later.LogTime = snap.LogTime.Add(time.Minute)
	for _, x := range []struct {
		snap *view.Snapshot
		age  time.Duration
		want int32
	}{{snap, dayFresh - 1, 1}, {&later, dayPause - 1, 1}, {&later, dayPause, 2}, {&later, dayPause + dayFresh, 3}} {
		if _, err := s.review(t.Context(), x.snap, q, now.Add(x.age)); err != nil || y.looks.Load() != x.want {
			t.Errorf("%+v: looked %d times: %v", x, y.looks.Load(), err)
		}
	}
	for i := range int64(3 * maxReviews) {
		if _, err := s.review(t.Context(), snap, view.DayQuery{Day: i + 1, Days: 1, Sort: view.ByPeak}, now.Add(time.Hour+time.Duration(i))); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.days.held); n != maxReviews {
		t.Errorf("%d answers are remembered", n)
	}
}

func TestTotals(t *testing.T) {
	s, y := newPast(t)
	y.spans = make(chan [2]time.Time, 1)
	minute := noon.Truncate(time.Minute)
	for _, x := range []struct {
		target       string
		since, until time.Time
		step         int
	}{
		{"/v1/history", noon.Add(-24 * time.Hour).Truncate(view.Step), minute, 600},
		{"/v1/history?span=2h", minute.Add(-2 * time.Hour), minute, 60},
		{"/v1/platforms/soop/history?span=30d", noon.Add(-30 * 24 * time.Hour).Truncate(view.Step), minute, 600},
		{"/v1/platforms/soop/history?since=2026-03-01T11:07:09Z", noon.Add(-time.Hour).Truncate(time.Hour).Add(7 * time.Minute), minute, 60},
		{"/v1/history?since=2026-02-01T09:00:00%2B09:00&until=2026-02-02T00:00:00Z", time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC), 600},
	} {
		got := into[client.Totals](t, s.get(x.target))
		asked := <-y.spans
		if got.Step != x.step || !got.Since.Equal(x.since) || !got.Until.Equal(x.until) || !asked[0].Equal(x.since) || !asked[1].Equal(x.until) {
			t.Errorf("%s: %+v", x.target, got)
		}
		want := []client.TotalPoint{{At: x.since, Viewers: 5, Live: 2, Peak: 9}, {At: x.since.Add(time.Duration(x.step) * time.Second), Viewers: 6, Live: 3, Peak: 6}}
		if diff := cmp.Diff(want, got.Points); diff != "" {
			t.Errorf("%s: %s", x.target, diff)
		}
	}
	if got := into[client.Totals](t, s.get("/v1/platforms/twitch/history")); got.Platform != "twitch" || got.Points == nil || len(got.Points) != 0 {
		t.Errorf("%+v", got)
	}
	for target, k := range map[string]kind{
		"/v1/platforms/nobody/history": kindNotFound, "/v1/history?span=1h": kindParameter, "/v1/history?span=2h&since=2026-03-01T11:00:00Z": kindParameter,
		"/v1/history?since=yesterday": kindParameter, "/v1/history?since=2026-03-01T13:00:00Z": kindParameter, "/v1/history?since=2026-01-01T13:00:00Z": kindParameter,
		"/v1/history?until=1960-01-01T13:00:00Z": kindParameter, "/v1/platforms/soop/history?x=1": kindParameter,
	} {
		problemOf(t, s.get(target), k)
	}
	none := newServer(t)
	none.view.Publish(newWorld(1, 3).snapshot())
	if got := into[client.Totals](t, none.get("/v1/history")); len(got.Points) != 0 {
		t.Errorf("%+v", got)
	}
}
