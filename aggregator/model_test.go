package aggregator

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onair/live"
)

// reload stores and loads a state.
func reload(tb rapid.TB, s *State) *State {
	tb.Helper()
	again, err := Load(s.Records())
	if err != nil {
		tb.Fatal(err)
	}
	return again
}

// event is one message with its page.
type event struct {
	m live.Message
	p *live.Page
}

// world draws a log: passes, answers, searches and failures by three workers about a few channels, out of order, with
// pauses of seconds to hours.
func world(t *rapid.T, n int) []event {
	id := rapid.SampledFrom([]string{"1", "2", "3", "4", "5", "6", "7", "12"})
	channel := rapid.SampledFrom([]string{"a", "b", "c"})
	platform := rapid.SampledFrom([]live.Platform{"chzzk", "youtube"})
	var log []event
	now := noon
	next := map[string]int{}
	for i := range n {
		now = now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 5, 10, 10, 30, 70, 400, 2000, 8000}).Draw(t, "pause")) * time.Second)
		m := live.Message{Seq: uint64(i + 1), Time: now}
		if rapid.IntRange(0, 3).Draw(t, "tick") == 0 {
			m.Tick = true
			log = append(log, event{m, nil})
			continue
		}
		if rapid.IntRange(0, 30).Draw(t, "aside") == 0 {
			log = append(log, event{m, nil})
			continue
		}
		p := &live.Page{V: 1, Platform: platform.Draw(t, "platform"), OneLive: rapid.Bool().Draw(t, "one")}
		m.Age = time.Duration(rapid.SampledFrom([]int{0, 0, 1, 20, 120, 3000}).Draw(t, "age")) * time.Second
		m.Lane = live.Lane{Platform: p.Platform, Worker: rapid.SampledFrom([]string{"w1", "w2", "w3"}).Draw(t, "worker"), Epoch: "e", Name: live.LaneLive}
		if rapid.IntRange(0, 9).Draw(t, "late") == 0 {
			m.Lane.Name = live.LaneLate
		}
		p.Cost = live.Cost{Bucket: "units", Units: rapid.IntRange(0, 2).Draw(t, "cost")}
		p.Kind, p.Coverage = live.KindList, live.CoverList
		switch rapid.IntRange(0, 7).Draw(t, "kind") {
		case 0:
			p.Kind, p.Coverage = live.KindStatus, live.CoverAsked
		case 1:
			p.Kind, p.Coverage = live.KindRefresh, live.CoverAsked
		case 2:
			p.Kind, p.Coverage = live.KindSearch, live.CoverNone
		case 3:
			p.Kind, p.Coverage = live.KindFeed, live.CoverNone
		case 4:
			p.Kind, p.Coverage = live.KindChannel, live.CoverAsked
		}
		if p.Kind == live.KindList {
			walk := string(p.Platform) + m.Lane.Worker
			p.Pass = &live.Pass{ID: fmt.Sprintf("p%d", rapid.IntRange(0, 1).Draw(t, "pass")), Index: next[walk], Last: rapid.Bool().Draw(t, "last")}
			p.Region = rapid.SampledFrom([]string{"", "kr"}).Draw(t, "region")
			if next[walk]++; p.Pass.Last {
				next[walk] = 0
			}
		}
		if rapid.IntRange(0, 6).Draw(t, "fails") == 0 {
			p.Error = "timeout"
			log = append(log, event{m, p})
			continue
		}
		for range rapid.IntRange(0, 4).Draw(t, "rows") {
			o := live.Observation{ID: id.Draw(t, "id"), Channel: channel.Draw(t, "channel"), Viewers: live.Viewers(rapid.IntRange(-1, 50).Draw(t, "viewers"))}
			o.Title = rapid.SampledFrom([]string{"", "x", "<y>", "안녕하세요 여러분"}).Draw(t, "title")
			if s := rapid.IntRange(0, 3).Draw(t, "started"); s > 0 {
				o.StartedAt = sec(s)
			}
			p.Observations = append(p.Observations, o)
		}
		if p.Coverage == live.CoverAsked {
			for range rapid.IntRange(0, 3).Draw(t, "answers") {
				a := live.Answer{State: rapid.SampledFrom([]live.AnswerState{live.AnswerLive, live.AnswerEnded, live.AnswerMissing, live.AnswerUpcoming, live.AnswerUnknown}).Draw(t, "state")}
				a.Key = channel.Draw(t, "key")
				if p.Kind == live.KindRefresh {
					a.Key = id.Draw(t, "key")
				}
				if a.State == live.AnswerLive {
					a.Broadcast = id.Draw(t, "broadcast")
				}
				if a.State == live.AnswerUpcoming {
					a.At = now.Add(time.Hour)
				}
				p.Answers = append(p.Answers, a)
			}
		}
		for range rapid.IntRange(0, 2).Draw(t, "infos") {
			info := live.ChannelInfo{ID: channel.Draw(t, "described"), Name: rapid.SampledFrom([]string{"", "n", "m"}).Draw(t, "name")}
			if rapid.Bool().Draw(t, "more") {
				info.Asked, info.Links = live.HandleKey("x"), []string{"https://x.example/"}
			}
			p.Channels = append(p.Channels, info)
		}
		if p.Coverage == live.CoverNone {
			p.Found = append(p.Found, live.Found{ID: id.Draw(t, "found")})
		}
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		log = append(log, event{m, p})
	}
	return log
}

// sound checks what must hold of every state.
func sound(s *State) error {
	var errs []error
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	n := 0
	for _, f := range s.platforms {
		liveOnes := 0
		for i, b := range f.order {
			n++
			if i > 0 && f.order[i-1].ID.ID >= b.ID.ID {
				bad("order: %v", b.ID)
			}
			if s.broadcasts[b.ID] != b || s.records[b.key] != record(b) {
				bad("index: %v", b.ID)
			}
			listed := slices.Contains(s.onAir[live.ChannelID{Platform: f.ID, ID: b.Channel}], b)
			if listed != b.Live() || b.Live() != (b.EndReason == "") {
				bad("%v: live %t, listed %t, reason %q", b.ID, b.Live(), listed, b.EndReason)
			}
			if b.Live() {
				liveOnes++
				if b.Minutes[len(b.Minutes)-1] != b.Viewers {
					bad("%v: minute %d, viewers %d", b.ID, b.Minutes[len(b.Minutes)-1], b.Viewers)
				}
			} else if b.EndedAt.Before(b.ConfirmedAt) {
				bad("%v: ended %v, confirmed %v", b.ID, b.EndedAt, b.ConfirmedAt)
			}
			if b.ConfirmedAt.Before(b.ObservedAt) || b.ObservedAt.Before(b.FirstSeen) || b.ConfirmedAt.After(s.logTime) || b.EndedAt.After(s.logTime) {
				bad("%v: first %v observed %v confirmed %v ended %v at %v", b.ID, b.FirstSeen, b.ObservedAt, b.ConfirmedAt, b.EndedAt, s.logTime)
			}
			if b.MinuteAt != s.minute || len(b.Minutes) < 1 || len(b.Minutes) > TrendMinutes {
				bad("%v: %d minutes to %d", b.ID, len(b.Minutes), b.MinuteAt)
			}
			if b.ChangedSeq > s.markSeq {
				bad("%v: changed at %d, mark %d", b.ID, b.ChangedSeq, s.markSeq)
			}
		}
		if err := f.sound(s); err != nil {
			errs = append(errs, err)
		}
		if liveOnes != f.Live {
			bad("%s: %d live, counted %d", f.ID, liveOnes, f.Live)
		}
	}
	if n != len(s.broadcasts) || s.minute != s.logTime.Unix()/60 && !s.logTime.IsZero() {
		bad("%d broadcasts, %d known, minute %d", n, len(s.broadcasts), s.minute)
	}
	return errors.Join(errs...)
}

// sound checks the platform's channels and marks.
func (f *platform) sound(s *State) error {
	if len(f.known) != len(f.channels) || len(f.known) > maxChannels {
		return fmt.Errorf("%d channels, %d by id", len(f.known), len(f.channels))
	}
	for i, c := range f.known {
		m := c.Memory
		switch {
		case i > 0 && f.known[i-1].ID.ID >= c.ID.ID:
			return fmt.Errorf("order: %v", c.ID)
		case f.channels[c.ID.ID] != c || s.records[c.key] != record(c):
			return fmt.Errorf("index: %v", c.ID)
		case len(c.titles) > maxTitles || len(c.streams) > maxStreams || min(m.Korean, m.Foreign, m.Plain) < 0 || m.Korean+m.Foreign+m.Plain > maxMemory:
			return fmt.Errorf("bounds: %+v", c)
		case c.InfoAt.After(s.logTime) || !c.InfoAt.IsZero() && c.Info.ID != c.ID.ID || c.used > s.minute:
			return fmt.Errorf("times: %+v", c)
		}
	}
	for _, b := range f.order {
		made := *b
		if made.Rise, made.Heat = 0, 0; b.Live() {
			made.rise(f)
			s.compare(f, &made)
		}
		if made.Rise != b.Rise || made.Heat != b.Heat || made.bar != b.bar {
			return fmt.Errorf("%v: rise %d, made anew %d, heat %d, made anew %d", b.ID, b.Rise, made.Rise, b.Heat, made.Heat)
		}
		if b.Heat > maxHeat || b.Rise > maxRise || b.Rise < -maxRise || b.airTime < 0 || b.airTime > maxAir.Milliseconds() || b.airSum < 0 {
			return fmt.Errorf("%v: %d %d %d %d", b.ID, b.Heat, b.Rise, b.airTime, b.airSum)
		}
		if b.Live() && f.channels[b.Channel] == nil {
			return fmt.Errorf("%v: nothing known of %s", b.ID, b.Channel)
		}
	}
	return nil
}

// The fold from the start, the fold with restarts from what was stored at random points, and the fold from a whole
// state taken on the way end in the same bytes.
func TestReplayIsDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var log []event
		if n := rapid.IntRange(1, 120).Draw(t, "messages"); rapid.Bool().Draw(t, "steady") {
			log = evening(t, n)
		} else {
			log = world(t, n)
		}
		straight, other := New(false), New(false)
		stored := map[string][]byte{}
		commit := func() {
			for _, r := range other.Dirty() {
				if r.Value == nil {
					delete(stored, r.Key)
				} else {
					stored[r.Key] = r.Value
				}
			}
			other.Clean()
		}
		commit()
		committed := 0
		for i := 0; i < len(log); i++ {
			other.Apply(&log[i].m, log[i].p)
			switch rapid.IntRange(0, 7).Draw(t, "fate") {
			case 0:
				commit()
				committed = i + 1
			case 1: // killed: back to what was stored
				again, err := Load(maps.All(stored))
				if err != nil {
					t.Fatal(err)
				}
				other, i = again, committed-1
				committed = i + 1
			case 2: // taken over from another node's whole state
				again, err := Load(other.Records())
				if err != nil {
					t.Fatal(err)
				}
				other = again
				for k := range stored {
					delete(stored, k)
				}
				for k, v := range other.Records() {
					stored[k] = v
				}
				committed = i + 1
			}
		}
		for i := range log {
			straight.Apply(&log[i].m, log[i].p)
			if err := sound(straight); err != nil {
				t.Fatal(err)
			}
		}
		if d := cmp.Diff(dump(straight), dump(other)); d != "" {
			t.Fatal(d)
		}
	})
}

// Whatever failed pages come, and whatever pages of whatever kind are added in the late lane, the same broadcasts are
// live as without them.
func TestFailedPagesEndNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := world(t, rapid.IntRange(1, 80).Draw(t, "messages"))
		with, without := New(false), New(false)
		seq := uint64(0)
		apply := func(s *State, e event) { e.m.Seq = seq; s.Apply(&e.m, e.p) }
		last := noon
		for _, e := range log {
			if e.p != nil && !e.p.OK() { // its time still passes, as a tick's
				e = event{live.Message{Time: e.m.Time.Add(-e.m.Age), Tick: true}, nil}
			}
			seq++
			apply(with, e)
			apply(without, e)
			if e.m.Time.After(last) {
				last = e.m.Time
			}
			if rapid.Bool().Draw(t, "noise") {
				seq++
				// In a pass of its own: a failed page of somebody's pass makes that one count less, not more.
				noise := &live.Page{V: 1, Platform: "chzzk", Kind: live.KindList, Coverage: live.CoverList, Error: "timeout", Pass: &live.Pass{ID: "noise", Last: true}}
				apply(with, event{live.Message{Time: without.LogTime(), Lane: live.Lane{Platform: "chzzk", Worker: "w9"}}, noise})
				apply(without, event{live.Message{}, nil})
			}
		}
		for b := range without.Broadcasts() {
			if !b.Live() {
				continue
			}
			if other := with.Broadcast(b.ID); other == nil || !other.Live() {
				t.Fatalf("%v lives without failures, with them %+v", b.ID, other)
			}
		}
	})
}

// Two workers' pages about one moment each may come in any order: what is shown in the end is the same.
func TestOrderOfArrivalDoesNotMatterForFields(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 8).Draw(t, "pages")
		pages := make([]event, n)
		for i := range pages {
			o := row("1", live.Viewers(i))
			o.Channel = "c"
			p := list(o)
			p.Platform, p.OneLive = "chzzk", false
			// All arrive at second 100, observed at different times.
			pages[i] = event{live.Message{Time: sec(100), Age: time.Duration(100-i) * time.Second, Lane: live.Lane{Platform: "chzzk"}}, &p}
		}
		order := rapid.Permutation(pages).Draw(t, "order")
		s := New(false)
		s.Apply(&live.Message{Seq: 1, Time: sec(100), Tick: true}, nil)
		for i, e := range order {
			e.m.Seq = uint64(i + 2)
			s.Apply(&e.m, e.p)
		}
		b := s.Broadcast(live.BroadcastID{Platform: "chzzk", ID: "1"})
		if b.Viewers != live.Viewers(n-1) || !b.FirstSeen.Equal(sec(0)) || !b.ObservedAt.Equal(sec(n-1)) {
			t.Fatalf("%+v", b)
		}
	})
}

func FuzzApply(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		s := New(rapid.Bool().Draw(t, "virtual"))
		for _, e := range world(t, rapid.IntRange(1, 60).Draw(t, "messages")) {
			e.m.At = e.m.Time
			if rapid.IntRange(0, 20).Draw(t, "wild") == 0 {
				e.m.Time = time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "time"), 0)
				e.m.At = e.m.Time
				e.m.Age = time.Duration(rapid.Int64().Draw(t, "age"))
			}
			s.Apply(&e.m, e.p)
			if err := sound(s); err != nil {
				t.Fatal(err)
			}
		}
		if d := cmp.Diff(dump(s), dump(reload(t, s))); d != "" {
			t.Fatal(d)
		}
	}))
}

func TestLoadRefusesNonsense(t *testing.T) {
	y := newStory(t)
	y.page(0, whole("a", "1", "2"))
	y.page(1, walkOf("b", "1", "2")[0])
	good := map[string][]byte{}
	for k, v := range y.s.Records() {
		good[k] = v
	}
	for k := range good {
		for _, v := range [][]byte{nil, []byte("{"), []byte(`{"id":{"platform":"none"}}`), []byte(`[]`)} {
			bad := maps.Clone(good)
			bad[k] = v
			if _, err := Load(maps.All(bad)); !errors.Is(err, ErrRecord) && k != platformKey("chzzk") {
				t.Errorf("%s = %s: %v", k, v, err)
			}
		}
	}
	delete(good, headKey)
	if _, err := Load(maps.All(good)); !errors.Is(err, ErrRecord) {
		t.Error(err)
	}
}

func BenchmarkApply(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var pages []*live.Page
	for first := 0; first < 4000; first += 60 {
		p := list()
		p.Platform = "chzzk"
		for i := first; i < min(first+60, 4000); i++ {
			o := row(fmt.Sprint(10_000_000+i), live.Viewers(r.IntN(1000)))
			p.Observations = append(p.Observations, o)
		}
		pages = append(pages, &p)
	}
	s := New(false)
	n := 0
	for i := range b.N {
		p := pages[i%len(pages)]
		s.Apply(&live.Message{Seq: uint64(i + 1), Time: sec(i / 10), Lane: live.Lane{Platform: "chzzk"}}, p)
		n += len(p.Observations)
		if i%500 == 0 {
			s.Dirty()
			s.Clean()
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "obs/s")
}
