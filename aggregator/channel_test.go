package aggregator

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/classify"
	"onair/live"
)

func described(infos ...live.ChannelInfo) live.Page {
	return live.Page{Kind: live.KindChannel, Coverage: live.CoverAsked, Channels: infos}
}

func (y *story) channel(id string) *Channel {
	y.tb.Helper()
	c := y.s.Channel(live.ChannelID{Platform: "chzzk", ID: id})
	if c == nil {
		y.tb.Fatalf("no channel %s", id)
	}
	return c
}

func TestWhatChannelsSay(t *testing.T) {
	y := newStory(t)
	first := live.ChannelInfo{ID: "a", Asked: live.HandleKey("침착맨"), Name: "A", Handle: "침착맨", Country: "KR", Links: []string{"https://x.example/a"}}
	y.page(100, described(first, live.ChannelInfo{ID: "b", Name: "B"}))
	if c := y.channel("a"); cmp.Diff(first, c.Info) != "" || !c.InfoAt.Equal(sec(100)) || c.Memory != (classify.Memory{}) {
		t.Errorf("%+v", c)
	}
	// Asked again by id: the rest is replaced, who asked by handle is still answered.
	y.page(200, described(live.ChannelInfo{ID: "a", Name: "A2"}))
	y.page(150, described(live.ChannelInfo{ID: "a", Name: "older"}))
	if c := y.channel("a"); cmp.Diff(live.ChannelInfo{ID: "a", Asked: first.Asked, Name: "A2"}, c.Info) != "" || !c.InfoAt.Equal(sec(200)) {
		t.Errorf("%+v", c)
	}
	if y.s.Channel(live.ChannelID{Platform: "chzzk", ID: "none"}) != nil || y.s.Channel(live.ChannelID{Platform: "none", ID: "a"}) != nil {
		t.Error("a channel of which nothing is known")
	}
	y.page(300, list(live.Observation{ID: "1", Channel: "aa", Viewers: 1}))
	var ids []string
	for c := range y.s.Channels() {
		ids = append(ids, c.ID.String())
	}
	if d := cmp.Diff([]string{"chzzk:a", "chzzk:aa", "chzzk:b"}, ids); d != "" {
		t.Error(d)
	}
}

// A page about channels says nothing about what is live, whatever a worker puts into it, and nothing about the list; but
// it is a good page of the platform.
func TestChannelPagesChangeNothingElse(t *testing.T) {
	y := newStory(t)
	y.page(10, whole("a", "1", "2"))
	y.page(20, live.Page{Kind: live.KindList, Coverage: live.CoverList, Error: "timeout"})
	y.minutes(3, func(int) []live.Observation { return rows("1", "2") }, nil)
	before := dump(y.s)
	seq, at := y.s.Mark()
	p := described(live.ChannelInfo{ID: "c1", Name: "N"})
	p.OneLive = true
	p.Observations = []live.Observation{row("1", 999), row("9", 5), {ID: "8", Channel: "c1", Viewers: 7}}
	p.Answers = []live.Answer{said("c1", live.AnswerEnded), said("1", live.AnswerEnded)}
	p.Found = []live.Found{{ID: "7"}}
	y.page(y.now+1, p)
	p.Coverage, p.Pass = live.CoverList, &live.Pass{ID: "p", Last: true}
	y.page(y.now+1, p)
	p.Pass = &live.Pass{ID: "q"}
	y.page(y.now+1, p)
	after := dump(y.s)
	for _, m := range []map[string]string{before, after} {
		delete(m, headKey)
		delete(m, platformKey("chzzk"))
		delete(m, "h/chzzk:c1")
	}
	if d := cmp.Diff(before, after); d != "" {
		t.Error(d)
	}
	if again, when := y.s.Mark(); again != seq || !when.Equal(at) {
		t.Error("the list looks newer")
	}
	f := y.s.Platforms()[0]
	if !f.LastPageAt.Equal(sec(y.now)) || f.LastError != "" || f.Live != 2 {
		t.Errorf("%+v", f)
	}
	y.page(y.now+1, live.Page{Kind: live.KindChannel, Coverage: live.CoverAsked, Error: "timeout"})
	if f.LastError != "" || f.Errors != 0 || f.Live != 2 { // another door is shut, not this one
		t.Errorf("%+v", f)
	}
}

// Each new title of a channel counts once, however long it stands and however often it comes back.
func TestTitlesCountOnce(t *testing.T) {
	y := newStory(t)
	titled := func(id, title string) live.Page {
		return list(live.Observation{ID: id, Channel: "c", Title: title, Viewers: 1})
	}
	for i := range 200 {
		y.page(i*30, titled("1", "오늘도 달려봅시다"))
	}
	if m := y.channel("c").Memory; m != (classify.Memory{Korean: 1}) {
		t.Error(m)
	}
	y.page(y.now, titled("1", "RANKED GRIND"))
	y.page(y.now, titled("1", "오늘도 달려봅시다"))
	y.page(y.now, titled("1", ""))                 // says nothing, and keeps the title
	y.page(y.now+60, titled("2", "오늘도 달려봅시다"))     // another stream
	y.page(y.now+60, titled("2", "今日もよろしくお願いします")) // a third title
	if m := y.channel("c").Memory; m != (classify.Memory{Korean: 1, Plain: 1, Foreign: 1}) {
		t.Error(m)
	}
	// An older row that brings the title that the newer one lacked.
	y.page(y.now+60, list(live.Observation{ID: "9", Channel: "d", Viewers: 1}))
	y.page(y.now-20, list(live.Observation{ID: "9", Channel: "d", Title: "안녕하세요 여러분", Viewers: 1}))
	if m := y.channel("d").Memory; m != (classify.Memory{Korean: 1}) {
		t.Error(m)
	}
	// A hostile or busy channel: the counts stay small, and follow it into another language in the end.
	for i := range 3 * maxMemory {
		y.page(y.now+1, titled("2", fmt.Sprint("今日もよろしくお願いします ", i)))
	}
	m := y.channel("c").Memory
	if m.Korean != 0 || m.Foreign < maxMemory/4 || m.Foreign > maxMemory {
		t.Error(m)
	}
	if c := y.s.platforms[0].channels["c"]; len(c.titles) > maxTitles || c.Memory.Korean < 0 {
		t.Error(len(c.titles))
	}
}

// What a platform says of a channel is kept for 30 days at most, and a channel for 30 days after it was last on air.
func TestChannelsExpire(t *testing.T) {
	const day = 24 * 3600
	y := newStory(t)
	y.page(0, described(live.ChannelInfo{ID: "told", Name: "T"}, live.ChannelInfo{ID: "both", Name: "B"}))
	y.stream("gone", "1", 40, always(100))
	y.minutes(1, func(int) []live.Observation {
		return []live.Observation{{ID: "2", Channel: "both", Viewers: live.ViewersHidden}}
	}, nil)
	known := func() (ids []string) {
		for c := range y.s.Channels() {
			ids = append(ids, c.ID.ID)
			if (c.Info.ID != "") == c.InfoAt.IsZero() {
				t.Errorf("%+v", c)
			}
		}
		return ids
	}
	for y.now < 29*day { // one stays on air all the time
		y.page(y.now+600, list(live.Observation{ID: "2", Channel: "both", Viewers: live.ViewersHidden}))
	}
	if d := cmp.Diff([]string{"both", "gone", "told"}, known()); d != "" || y.channel("told").InfoAt.IsZero() {
		t.Error(d)
	}
	stored := maps.Collect(y.s.Records())
	y.s.Clean()
	for y.now < 30*day {
		y.page(y.now+600, list(live.Observation{ID: "2", Channel: "both", Viewers: live.ViewersHidden}))
	}
	if !y.channel("both").InfoAt.IsZero() {
		t.Error("told 30 days ago, and not forgotten")
	}
	for y.now < 31*day {
		y.page(y.now+600, list(live.Observation{ID: "2", Channel: "both", Viewers: live.ViewersHidden}))
	}
	if d := cmp.Diff([]string{"both"}, known()); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(dump(y.s), dump(restarted(t, stored, y.s))); d != "" {
		t.Error(d)
	}
}

// A worker that invents channels fills no more than its platform's share, and pushes out what is not yet known before
// what was learnt; the same ones on every machine.
func TestAFloodOfChannelsIsBounded(t *testing.T) {
	y := flooded(t)
	f := y.s.platforms[0]
	if n := len(f.known); n > maxChannels || n < maxChannels-evictedChannels || n != len(f.channels) {
		t.Error(n, len(f.channels))
	}
	if !slices.IsSortedFunc(f.known, func(a, b *channel) int {
		if a.ID.ID < b.ID.ID {
			return -1
		}
		return 1
	}) {
		t.Error("not in order")
	}
	if y.s.Channel(live.ChannelID{Platform: "chzzk", ID: "fresh"}) == nil {
		t.Error("one on air went before idle ones")
	}
	if y.s.Channel(live.ChannelID{Platform: "chzzk", ID: "mine"}) == nil || y.s.Channel(live.ChannelID{Platform: "soop", ID: "other"}) == nil {
		t.Error("what was learnt went")
	}
	if y.s.Channel(live.ChannelID{Platform: "chzzk", ID: "x0"}) != nil || y.s.Channel(live.ChannelID{Platform: "chzzk", ID: fmt.Sprint("x", maxChannels)}) == nil {
		t.Error("the wrong ones went")
	}
	if n, want := len(y.s.records), 1+len(y.s.platforms)+len(f.order)+len(f.known)+1; n != want {
		t.Error(n, "records, want", want)
	}
	again := flooded(t).s.platforms[0]
	if !slices.EqualFunc(f.known, again.known, func(a, b *channel) bool { return a.ID == b.ID && a.used == b.used }) {
		t.Error("another machine forgot others")
	}
}

func flooded(tb testing.TB) *story {
	y := newStory(tb)
	for i := range 4 {
		y.stream("mine", fmt.Sprint(i), 40, always(1000))
	}
	y.page(y.now, live.Page{Platform: "soop", Kind: live.KindChannel, Coverage: live.CoverAsked, Channels: []live.ChannelInfo{{ID: "other"}}})
	y.page(y.now, list(live.Observation{ID: "1", Channel: "fresh", Viewers: 1}))
	y.tick(y.now + 300)
	var infos []live.ChannelInfo
	for i := range maxChannels + 2*evictedChannels {
		infos = append(infos, live.ChannelInfo{ID: fmt.Sprint("x", i)})
		if len(infos) == 500 {
			y.page(y.now+1, described(infos...))
			infos = infos[:0]
		}
	}
	return y
}

// restarted is the state that a node finds which stored the given records and then what has changed since.
func restarted(tb testing.TB, stored map[string][]byte, s *State) *State {
	tb.Helper()
	for _, r := range s.Dirty() {
		if stored[r.Key] = r.Value; r.Value == nil {
			delete(stored, r.Key)
		}
	}
	again, err := Load(maps.All(stored))
	if err != nil {
		tb.Fatal(err)
	}
	return again
}

const minAirMinutes = int(minAir / time.Minute)

// A channel that goes while it is on air takes its baseline along; who comes back begins anew.
func TestAChannelGoesWhileOnAir(t *testing.T) {
	y := newStory(t)
	for i := range 3 {
		y.stream("mine", fmt.Sprint(i), 40, always(100))
	}
	y.minutes(20, func(int) []live.Observation {
		return []live.Observation{{ID: "now", Channel: "mine", Title: "t", Viewers: 1000}}
	}, nil)
	if b := y.get("now"); b.Heat != 10_000 || !b.Hot {
		t.Fatal(b.Heat, b.Hot)
	}
	f := y.s.platforms[0]
	y.s.forgetChannel(f, f.channels["mine"])
	f.known = slices.DeleteFunc(f.known, func(c *channel) bool { return c.ID.ID == "mine" })
	if b := y.get("now"); b.Heat != 0 {
		t.Error(b.Heat)
	}
	if d := cmp.Diff(dump(y.s), dump(reload(t, y.s))); d != "" {
		t.Error(d)
	}
	y.minutes(minAirMinutes, func(int) []live.Observation {
		return []live.Observation{{ID: "now", Channel: "mine", Title: "t", Viewers: 1000}}
	}, nil)
	if y.get("now").Hot {
		t.Error("hot without a baseline")
	}
	y.page(y.now, status(said("mine", live.AnswerEnded)))
	y.tick(y.now + 3700)
	if c := y.s.platforms[0].channels["mine"]; c == nil || len(c.streams) != 1 {
		t.Errorf("%+v", c)
	}
}

// An announced broadcast is asked about from its start on, however long that takes and whatever else is found.
func TestAnnouncedIdsAreKept(t *testing.T) {
	y := newStory(t)
	youtube := func(p live.Page) live.Page {
		p.Platform = "youtube"
		return p
	}
	feed := func(ids ...string) live.Page {
		p := live.Page{Platform: "youtube", Kind: live.KindFeed, Coverage: live.CoverNone}
		for _, id := range ids {
			p.Found = append(p.Found, live.Found{ID: id, Channel: "UC1"})
		}
		return p
	}
	start := sec(3 * 24 * 3600)
	y.page(0, feed("soon", "over", "void", "old"))
	y.page(10, youtube(refresh(
		live.Answer{Key: "soon", State: live.AnswerUpcoming, At: start},
		live.Answer{Key: "direct", State: live.AnswerUpcoming, At: start},
		live.Answer{Key: "void", State: live.AnswerUpcoming},
		live.Answer{Key: "old", State: live.AnswerUpcoming, At: sec(-30 * 24 * 3600)},
		said("over", live.AnswerEnded))))
	waiting := func() (out []Candidate) {
		for _, c := range y.s.Candidates() {
			if c.ID.ID[0] != 'x' {
				out = append(out, c)
			}
		}
		return out
	}
	want := []Candidate{
		{live.BroadcastID{Platform: "youtube", ID: "soon"}, "UC1", sec(0), start},
		{live.BroadcastID{Platform: "youtube", ID: "direct"}, "", sec(10), start},
	}
	if d := cmp.Diff(want, waiting()); d != "" {
		t.Error(d)
	}
	// Feeds name everything again; what a feed knows of an id that was only asked about is taken over.
	y.page(20, feed("soon", "over", "direct", "void", "old"))
	want[1].Channel = "UC1"
	if d := cmp.Diff(want, waiting()); d != "" {
		t.Error("named again", d)
	}
	// A flood of ids to ask at once, for days.
	for i := range 2*maxCandidates/500 + 3 {
		var ids []string
		for j := range 500 {
			ids = append(ids, fmt.Sprint("x", i, "-", j))
		}
		y.page(y.now+10, feed(ids...))
	}
	for y.now < 3*24*3600-3600 {
		y.page(y.now+1800, feed("x"))
	}
	if d := cmp.Diff(want, waiting()); d != "" || len(y.s.platforms[0].candidates) > maxCandidates {
		t.Error("after a flood", d)
	}
	y.s = reload(t, y.s)
	// Put off by an hour, then live.
	later := start.Add(time.Hour)
	y.page(3*24*3600+60, youtube(refresh(live.Answer{Key: "soon", State: live.AnswerUpcoming, At: later})))
	want[0].NotBefore = later
	if d := cmp.Diff(want, waiting()); d != "" {
		t.Error("put off", d)
	}
	p := youtube(refresh(live.Answer{Key: "soon", State: live.AnswerLive, Broadcast: "soon"}))
	p.Observations = []live.Observation{{ID: "soon", Channel: "UC1", Viewers: 5}}
	y.page(3*24*3600+3700, p)
	if d := cmp.Diff(want[1:], waiting()); d != "" {
		t.Error("live", d)
	}
	if b := y.s.Broadcast(live.BroadcastID{Platform: "youtube", ID: "soon"}); b == nil || !b.Live() {
		t.Errorf("%+v", b)
	}
}
