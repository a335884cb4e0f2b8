package aggregator

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"onair/live"
)

// A mark takes what speaks for it in a row.
func TestMarksNeedARow(t *testing.T) {
	for _, c := range []struct {
		on      bool
		minutes string // '+' speaks for being on, '-' against, '.' neither; ' ' was not observed
		want    string // '1' on after that minute
	}{
		{false, "+.+.+-+", "0000000"},
		{false, "++.-----", "01111110"},
		{false, "+  +", "0  1"},
		{true, "----.----+-----", "111111111111110"},
		{true, "-    -", "1    0"},
		{true, "-+-+-+-+", "11111111"},
	} {
		var h hysteresis
		on, got := c.on, ""
		for i, x := range c.minutes {
			if x == ' ' {
				got += " "
				continue
			}
			on = h.step(on, int64(100+i), x == '+', x == '-')
			got += map[bool]string{true: "1", false: "0"}[on]
		}
		if got != c.want {
			t.Errorf("%q from %t: %q, want %q", c.minutes, c.on, got, c.want)
		}
	}
}

// Whatever counts come, at whatever pace, a mark that is set stays for at least unmarkAfter minutes and one that was
// taken back stays off for at least markAfter.
func TestMarksHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h hysteresis
		on, since := false, int64(-1000)
		minute := int64(29_000_000)
		for range rapid.IntRange(1, 200).Draw(t, "observations") {
			minute += int64(rapid.SampledFrom([]int{1, 1, 1, 2, 5, 14}).Draw(t, "pause"))
			enter, leave := rapid.Bool().Draw(t, "enter"), rapid.Bool().Draw(t, "leave")
			now := h.step(on, minute, enter, leave)
			if now == on {
				continue
			}
			if now && !enter || !now && !leave {
				t.Fatal("turned against what was observed")
			}
			if held := minute - since; on && held < unmarkAfter || !on && held < markAfter {
				t.Fatalf("%t for %d minutes only", on, held)
			}
			on, since = now, minute
		}
	})
}

// The same of the whole fold, with hostile counts, pauses, hidden counts, ends and returns.
func TestMarksHoldInTheFold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(false)
		type turn struct {
			rising, hot bool
			rose, heat  int64
		}
		turns := map[live.BroadcastID]*turn{}
		for _, e := range evening(t, rapid.IntRange(30, 150).Draw(t, "minutes")) {
			s.Apply(&e.m, e.p)
			for b := range s.Broadcasts() {
				w := turns[b.ID]
				if w == nil {
					w = &turn{rose: -1000, heat: -1000}
					turns[b.ID] = w
				}
				for _, x := range []struct {
					was   *bool
					is    bool
					since *int64
				}{{&w.rising, b.Rising, &w.rose}, {&w.hot, b.Hot, &w.heat}} {
					if *x.was == x.is {
						continue
					}
					if held := s.minute - *x.since; *x.was && held < unmarkAfter || !*x.was && held < markAfter {
						t.Fatalf("%s: %t for %d minutes only", b.ID, *x.was, held)
					}
					*x.was, *x.since = x.is, s.minute
				}
			}
			for id := range turns {
				if s.Broadcast(id) == nil {
					delete(turns, id)
				}
			}
		}
	})
}

// evening draws a log in which marks turn: a few channels on one platform whose counts walk in big and small steps,
// listed about once a minute, with pauses, hidden counts, ends that are taken back and new streams of the same
// channels. Every channel had streams before.
func evening(t *rapid.T, minutes int) []event {
	var log []event
	now := noon.Add(-30 * time.Hour)
	seq := uint64(0)
	add := func(p *live.Page) {
		seq++
		m := live.Message{Seq: seq, Time: now, Tick: p == nil}
		if p != nil {
			p.V, p.Platform = live.PageVersion, "chzzk"
			m.Lane = live.Lane{Platform: "chzzk", Worker: "w1", Epoch: "e", Name: live.LaneLive}
			if err := p.Validate(); err != nil {
				t.Fatal(err)
			}
		}
		log = append(log, event{m, p})
	}
	const channels = 5
	for stream := range minStreams { // an hour each, and forgotten
		for range 8 {
			p := list()
			for c := range channels {
				p.Observations = append(p.Observations, live.Observation{ID: fmt.Sprint(c, "-", stream), Channel: fmt.Sprint(c), Title: fmt.Sprint("방송 ", stream), Viewers: 200})
			}
			add(&p)
			now = now.Add(8 * time.Minute)
		}
		p := status()
		for c := range channels {
			p.Answers = append(p.Answers, said(fmt.Sprint(c), live.AnswerEnded))
		}
		add(&p)
		for range 7 {
			now = now.Add(10 * time.Minute)
			add(nil)
		}
	}
	counts := [channels]int{100, 200, 300, 1000, 5000}
	ids := [channels]int{}
	for range minutes {
		now = now.Add(time.Duration(rapid.SampledFrom([]int{20, 50, 60, 60, 60, 60, 70, 200, 700, 1500}).Draw(t, "pause")) * time.Second)
		if rapid.IntRange(0, 5).Draw(t, "tick") == 0 {
			add(nil)
			continue
		}
		if rapid.IntRange(0, 20).Draw(t, "ends") == 0 {
			c := rapid.IntRange(0, channels-1).Draw(t, "who")
			p := status(said(fmt.Sprint(c), live.AnswerEnded))
			add(&p)
			if rapid.Bool().Draw(t, "anew") {
				ids[c]++
			}
			continue
		}
		p := list()
		for c := range channels {
			if rapid.IntRange(0, 4).Draw(t, "lacks") == 0 {
				continue
			}
			step := rapid.SampledFrom([]int{50, 80, 95, 100, 100, 105, 125, 200, 400}).Draw(t, "step")
			counts[c] = min(max(counts[c]*step/100, 20), 1_000_000)
			o := live.Observation{ID: fmt.Sprint(c, "x", ids[c]), Channel: fmt.Sprint(c), Title: "오늘", Viewers: live.Viewers(counts[c])}
			if rapid.IntRange(0, 15).Draw(t, "hidden") == 0 {
				o.Viewers = live.ViewersHidden
			}
			p.Observations = append(p.Observations, o)
		}
		add(&p)
	}
	return log
}
