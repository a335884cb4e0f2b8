package aggregator

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/live"
)

func TestNewerObservationWins(t *testing.T) {
	newer := live.Observation{ID: "1", Channel: "c", ChannelName: "new", Title: "new", Viewers: 20, Category: live.Category{Name: "new"}, Tags: []string{"b"}}
	older := live.Observation{
		ID: "1", Channel: "c", ChannelName: "old", Title: "old", Viewers: 10, Category: live.Category{Name: "old"}, Tags: []string{"a"}, Lang: "ko",
		StartedAt: sec(-60), Adult: true, Thumbnail: "https://x.example/a.jpg", URL: "https://x.example/1",
	}
	want := Broadcast{
		ID: live.BroadcastID{Platform: "chzzk", ID: "1"}, Channel: "c", ChannelName: "new", Title: "new", Viewers: 20,
		Category: live.Category{Name: "new"}, Tags: []string{"b"}, Lang: "ko", StartedAt: sec(-60),
		Thumbnail: older.Thumbnail, URL: older.URL, FirstSeen: sec(10), ObservedAt: sec(20), ConfirmedAt: sec(20), ChangedSeq: 2,
		Minutes: []live.Viewers{20}, MinuteAt: noon.Unix() / 60,
	}
	for _, first := range []string{"older", "newer"} {
		y := newStory(t)
		if first == "older" {
			y.page(10, list(older))
			y.page(20, list(newer))
		} else {
			y.page(20, list(newer))
			y.page(10, list(older))
		}
		if d := cmp.Diff(want, *y.get("1")); d != "" {
			t.Errorf("%s first: %s", first, d)
		}
	}
}

func TestEqualTimesGoBySequence(t *testing.T) {
	y := newStory(t)
	y.page(10, list(row("1", 5)))
	y.page(10, list(row("1", 6)))
	if v := y.get("1").Viewers; v != 6 {
		t.Error(v)
	}
}

func TestHiddenIsShownAsHidden(t *testing.T) {
	y := newStory(t)
	y.page(10, list(row("1", 5)))
	if e := y.page(20, list(row("1", live.ViewersHidden))); len(e.Points) != 0 {
		t.Error("a hidden count is no point")
	}
	if b := y.get("1"); b.Viewers != live.ViewersHidden || !b.ObservedAt.Equal(sec(20)) {
		t.Error(b.Viewers, b.ObservedAt)
	}
}

func TestLatePagesFeedHistoryOnly(t *testing.T) {
	y := newStory(t)
	y.page(600, list(row("1", 5)))
	before := dump(y.s)
	e := y.from("w1", live.LaneLate, 100, whole("a", "1", "2"))
	if len(e.Points) != 2 || e.Points[0] != (Point{live.BroadcastID{Platform: "chzzk", ID: "1"}, "c1", sec(100), 100}) {
		t.Errorf("%+v", e.Points)
	}
	e = y.page(-1, list(row("3", 7))) // the live lane, but too old for it
	if len(e.Points) != 1 {
		t.Errorf("%+v", e.Points)
	}
	after := dump(y.s)
	delete(before, headKey)
	delete(after, headKey)
	if d := cmp.Diff(before, after); d != "" {
		t.Error(d)
	}
}

func TestLogTime(t *testing.T) {
	y := newStory(t)
	y.page(100, list(row("1", 5)))
	y.now = 200
	y.page(150, list(row("1", 6)))
	if !y.s.LogTime().Equal(sec(150)) {
		t.Error(y.s.LogTime())
	}
	// The broker's clock steps back an hour: log time stands, and what arrives is still newer than what came before.
	y.seq++
	p := list(row("1", 7))
	y.s.Apply(&live.Message{Seq: y.seq, Time: sec(-3400), Lane: live.Lane{Platform: "chzzk"}}, withPlatform(p))
	if b := y.get("1"); b.Viewers != 7 || !y.s.LogTime().Equal(sec(150)) {
		t.Error(b.Viewers, y.s.LogTime())
	}
	// A negative age does not lead the broker's clock.
	y.seq++
	y.s.Apply(&live.Message{Seq: y.seq, Time: sec(300), Age: -time.Hour, Lane: live.Lane{Platform: "chzzk"}}, withPlatform(p))
	if !y.s.LogTime().Equal(sec(300)) {
		t.Error(y.s.LogTime())
	}
	// A message kept aside moves the position only.
	y.seq++
	y.s.Apply(&live.Message{Seq: y.seq, Time: sec(900)}, nil)
	if !y.s.LogTime().Equal(sec(300)) || y.s.Position() != y.seq {
		t.Error(y.s.LogTime(), y.s.Position())
	}
	// One that was applied already does nothing.
	if e := y.s.Apply(&live.Message{Seq: y.seq, Time: sec(950)}, withPlatform(p)); e.Points != nil || !y.s.LogTime().Equal(sec(300)) {
		t.Error("applied twice")
	}
}

func withPlatform(p live.Page) *live.Page {
	p.Platform = "chzzk"
	return &p
}

func TestVirtualLogTime(t *testing.T) {
	s := New(true)
	s.Apply(&live.Message{Seq: 1, Time: sec(99_999), At: sec(50), Age: time.Hour, Lane: live.Lane{Platform: "chzzk"}}, withPlatform(list(row("1", 5))))
	s.Apply(&live.Message{Seq: 2, Time: sec(99_999), At: sec(40), Lane: live.Lane{Platform: "chzzk"}}, withPlatform(list(row("1", 4))))
	s.Apply(&live.Message{Seq: 3, Time: sec(99_999), At: sec(60), Tick: true}, nil)
	if b := s.Broadcast(live.BroadcastID{Platform: "chzzk", ID: "1"}); b.Viewers != 5 || !b.ObservedAt.Equal(sec(50)) || !s.LogTime().Equal(sec(60)) {
		t.Errorf("%+v %v", b, s.LogTime())
	}
}

func TestMark(t *testing.T) {
	y := newStory(t)
	check := func(what string, seq uint64, at int) {
		t.Helper()
		if s, tm := y.s.Mark(); s != seq || !tm.Equal(sec(at)) {
			t.Errorf("%s: %d %v, want %d %v", what, s, tm, seq, sec(at))
		}
	}
	y.page(0, whole("a", "1", "2")) // 1
	check("first", 1, 0)
	y.tick(30) // 2 3 4
	check("ticks", 1, 0)
	y.page(40, live.Page{Kind: live.KindList, Coverage: live.CoverList, Error: "timeout"}) // 5
	check("failed page", 1, 0)
	y.page(41, status(live.Answer{Key: "c1", State: live.AnswerLive, Broadcast: "1"})) // 6
	check("confirmed without a count", 1, 0)
	y.page(42, list(row("2", 100))) // 7
	check("seen again", 7, 42)
	if y.get("1").ChangedSeq != 1 || y.get("2").ChangedSeq != 7 {
		t.Error("changed", y.get("1").ChangedSeq, y.get("2").ChangedSeq)
	}
	y.page(41, list(row("2", 90))) // 8
	check("older page", 7, 42)
	y.page(50, status(said("c1", live.AnswerEnded))) // 9
	check("ended", 9, 50)
	y.tick(7260)
	if seq, _ := y.s.Mark(); seq <= 9 || y.get("2").ChangedSeq != seq {
		t.Error("an end by ticks marks")
	}
}

func TestMinutes(t *testing.T) {
	y := newStory(t)
	v := func(id string, want ...live.Viewers) {
		t.Helper()
		b := y.get(id)
		if d := cmp.Diff(want, b.Minutes); d != "" || b.MinuteAt != y.s.LogTime().Unix()/60 {
			t.Errorf("%s at %d: %s", id, b.MinuteAt, d)
		}
	}
	const h = live.ViewersHidden
	y.page(5, list(row("1", 5), row("2", 50)))
	y.page(50, list(row("1", 6)))
	v("1", 6)
	y.page(65, list(row("1", 7)))
	v("1", 6, 7)
	v("2", 50, 50)
	y.tick(185)
	v("1", 6, 7, 7, 7)
	y.page(190, status(said("c1", live.AnswerEnded)))
	v("1", 6, 7, 7, h)
	y.jump(310) // two minutes: the value is held
	v("2", 50, 50, 50, 50, 50, 50)
	v("1", 6, 7, 7, h, h, h)
	y.jump(310 + 360) // longer: nobody knows
	v("2", 50, 50, 50, 50, 50, 50, h, h, h, h, h, 50)
	y.tick(310 + 360 + 60)
	v("2", 50, 50, 50, 50, 50, 50, h, h, h, h, h, 50, 50)
	again := reload(t, y.s)
	if d := cmp.Diff(dump(y.s), dump(again)); d != "" {
		t.Error(d)
	}
	y.jump(310 + 360 + 60 + 86_400)
	if b := y.get("2"); len(b.Minutes) != TrendMinutes || b.Minutes[0] != h || b.Minutes[TrendMinutes-2] != h || b.Minutes[TrendMinutes-1] != 50 {
		t.Error(b.Minutes)
	}
}

func TestCandidates(t *testing.T) {
	y := newStory(t)
	found := func(at int, ids ...string) {
		p := live.Page{Kind: live.KindSearch, Coverage: live.CoverNone}
		for _, id := range ids {
			p.Found = append(p.Found, live.Found{ID: id, Channel: "c" + id})
		}
		y.page(at, p)
	}
	wants := func(ids ...string) {
		t.Helper()
		var got []string
		for _, c := range y.s.Candidates() {
			got = append(got, c.ID.ID)
		}
		if d := cmp.Diff(ids, got); d != "" {
			t.Error(d)
		}
	}
	y.page(0, list(row("1", 5)))
	found(10, "3", "2", "1")
	found(20, "2", "4")
	wants("2", "3", "4")
	y.page(30, refresh(said("2", live.AnswerEnded), said("3", live.AnswerUnknown),
		live.Answer{Key: "4", State: live.AnswerUpcoming, At: sec(5000)}, live.Answer{Key: "5", State: live.AnswerUpcoming, At: sec(99 * 86400)}))
	found(40, "2", "5") // remembered
	wants("3", "4")
	if c := y.s.Candidates()[1]; !c.NotBefore.Equal(sec(5000)) {
		t.Errorf("%+v", c)
	}
	p := refresh(live.Answer{Key: "3", State: live.AnswerLive, Broadcast: "3"})
	p.Observations = rows("3")
	y.page(50, p)
	wants("4")
	y.wants("1", "3")
	y.tick(5000 + 7190)
	wants("4")
	y.tick(5000 + 7210)
	wants()
	y.tick(30 + 86_400)
	found(y.now, "2")
	wants("2")
}

func TestBoundsHold(t *testing.T) {
	y := newStory(t)
	p := list()
	for i := range maxBroadcasts + 700 {
		p.Observations = append(p.Observations, row(fmt.Sprint(i), 1))
		if len(p.Observations) == 500 || i == maxBroadcasts+699 {
			y.page(i/500, p)
			p.Observations = p.Observations[:0]
		}
	}
	f := y.s.platforms[0]
	if n := len(f.order); n > maxBroadcasts || n < maxBroadcasts-evicted || n != len(y.s.broadcasts) || f.Live != n || len(y.s.onAir) != n || len(f.known) > maxChannels || len(f.known) != len(f.channels) {
		t.Error(n, len(y.s.broadcasts), f.Live, len(y.s.onAir))
	}
	if y.s.Broadcast(live.BroadcastID{Platform: "chzzk", ID: "0"}) != nil || y.s.Broadcast(live.BroadcastID{Platform: "chzzk", ID: fmt.Sprint(maxBroadcasts)}) == nil {
		t.Error("the wrong ones went")
	}
	search := live.Page{Kind: live.KindSearch, Coverage: live.CoverNone}
	for i := range maxCandidates + 700 {
		search.Found = append(search.Found, live.Found{ID: fmt.Sprint("x", i)})
		if len(search.Found) == 500 {
			y.page(y.now, search)
			search.Found = search.Found[:0]
		}
	}
	for i := range 100 {
		id := fmt.Sprint("p", i)
		q := walkOf(id, "1", "2")[0]
		q.Region, q.Cost = id, live.Cost{Bucket: id, Units: 1}
		y.page(y.now, q)
		w := whole(id, many(400)...)
		w.Region = id
		y.page(y.now, w)
		y.page(y.now, live.Page{Platform: live.Platform(id), Kind: live.KindList, Coverage: live.CoverList})
	}
	if len(f.candidates) > maxCandidates || len(f.passes) > maxPasses || len(f.regions) > maxRegions || len(f.quotas) > maxBuckets || len(y.s.platforms) > maxPlatforms {
		t.Error(len(f.candidates), len(f.passes), len(f.regions), len(f.quotas), len(y.s.platforms))
	}
	if d := cmp.Diff(len(y.s.records), 1+len(y.s.platforms)+len(f.order)+len(f.known)+len(f.candidates)+len(f.passes)+len(f.quotas)); d != "" {
		t.Error("records", d)
	}
}

func TestChecksKeepWhatOnlyListsSay(t *testing.T) {
	y := newStory(t)
	o := row("1", 5)
	o.Category, o.Tags = live.Category{ID: "00040019", Name: "리그 오브 레전드"}, []string{"롤"}
	y.page(10, list(o))
	check := func(c live.Category) live.Page {
		o := row("1", 6)
		o.Category, o.Tags = c, nil
		p := status(live.Answer{Key: o.Channel, State: live.AnswerLive, Broadcast: "1"})
		p.Observations = []live.Observation{o}
		return p
	}
	y.page(20, check(live.Category{ID: "00040019"}))
	if b := y.get("1"); b.Viewers != 6 || b.Category.Name != "리그 오브 레전드" || len(b.Tags) != 1 {
		t.Errorf("a check of the same category: %+v", b)
	}
	y.page(30, check(live.Category{ID: "00130000"}))
	if b := y.get("1"); b.Category != (live.Category{ID: "00130000"}) {
		t.Errorf("a check that names another category: %+v", b.Category)
	}
	y.page(40, list(row("1", 7)))
	if b := y.get("1"); !b.Category.IsZero() || len(b.Tags) != 0 {
		t.Errorf("a list row without category and tags: %+v", b)
	}
}
