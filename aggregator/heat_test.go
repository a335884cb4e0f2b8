package aggregator

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/live"
)

// stream lets the channel broadcast for some minutes, ends it and waits until that is settled.
func (y *story) stream(channel, id string, minutes int, count func(m int) int) {
	y.tb.Helper()
	y.minutes(minutes, func(m int) []live.Observation {
		return []live.Observation{{ID: id, Channel: channel, Title: id, Viewers: live.Viewers(count(m))}}
	}, nil)
	y.page(y.now, status(said(channel, live.AnswerEnded)))
	y.tick(y.now + 3700)
}

func always(n int) func(int) int { return func(int) int { return n } }

// first counts the minutes of a stream until a mark is there; 0 when it never came.
func (y *story) firstHot(channel, id string, minutes int, count func(m int) int) (hot int) {
	y.tb.Helper()
	y.minutes(minutes, func(m int) []live.Observation {
		return []live.Observation{{ID: id, Channel: channel, Viewers: live.Viewers(count(m))}}
	}, func(m int) {
		if b := y.s.Broadcast(live.BroadcastID{Platform: "chzzk", ID: id}); b != nil && b.Hot && hot == 0 {
			hot = m
		}
	})
	return hot
}

// Five streams of about a hundred viewers, and now a thousand.
func TestHot(t *testing.T) {
	y := newStory(t)
	for i := range 5 {
		y.stream("c", fmt.Sprint(i), 45, always(95+i*2))
	}
	hot := y.firstHot("c", "now", 60, always(1000))
	if b := y.get("now"); b.Heat < 10_000 || b.Heat > 10_500 || !b.Hot {
		t.Errorf("heat %d, hot %t", b.Heat, b.Hot)
	}
	// Not in its first minutes, when counts are unstable; soon after.
	if hot < 15 || hot > 20 {
		t.Error("hot from minute", hot)
	}
	y.minutes(20, func(int) []live.Observation {
		return []live.Observation{{ID: "now", Channel: "c", Viewers: 170}} // less than would make it hot
	}, nil)
	if !y.get("now").Hot {
		t.Error("no longer hot between the bounds")
	}
	// Below three quarters of what made it hot it is no longer, but not at once.
	lasted := 0
	y.minutes(20, func(int) []live.Observation {
		return []live.Observation{{ID: "now", Channel: "c", Viewers: 140}}
	}, func(m int) {
		if y.get("now").Hot {
			lasted = m
		}
	})
	if lasted < unmarkAfter-1 || lasted > unmarkAfter+2 {
		t.Error("hot for", lasted, "minutes after")
	}
	if h := y.get("now").Heat; h < 1390 || h > 1480 {
		t.Error("heat", h)
	}
}

// A first stream is never hot, however it grows, flaps and whatever it claims about its start; nor is a second.
func TestAFirstStreamIsNeverHot(t *testing.T) {
	y := newStory(t)
	for round := range 8 {
		y.minutes(40, func(m int) []live.Observation {
			return []live.Observation{{ID: "1", Channel: "c", Viewers: live.Viewers(10 + 100*round*m), StartedAt: sec(-100 * 3600)}}
		}, func(int) {
			if b := y.s.Broadcast(live.BroadcastID{Platform: "chzzk", ID: "1"}); b != nil && (b.Hot || b.Heat != 0) {
				t.Fatalf("heat %d", b.Heat)
			}
		})
		y.page(y.now, status(said("c", live.AnswerEnded))) // and it is back at once
	}
	y.page(y.now, status(said("c", live.AnswerEnded)))
	y.tick(y.now + 3700)
	if hot := y.firstHot("c", "2", 60, always(1_000_000)); hot != 0 {
		t.Error("the second stream is hot")
	}
}

// Few viewers are not hot, and neither is a good evening of a channel whose evenings differ.
func TestWhatIsNotHot(t *testing.T) {
	for name, c := range map[string]struct {
		past []int
		now  int
		hot  bool
	}{
		"small":                {[]int{5, 5, 5, 5}, 60, false},
		"small, but large now": {[]int{5, 5, 5, 5}, 150, true},
		"usual":                {[]int{1000, 1100, 900, 1000}, 1500, false},
		"double":               {[]int{1000, 1100, 900, 1000}, 2300, true},
		"now many, now few":    {[]int{200, 3000, 250, 2500, 150}, 2600, false},
		"one great evening":    {[]int{200, 220, 50_000, 210, 190, 200, 210}, 3000, false},
		"longer ago":           {[]int{50_000, 200, 200, 200, 200, 200, 200, 200, 200}, 800, true},
		"too few":              {[]int{100, 100}, 5000, false},
	} {
		t.Run(name, func(t *testing.T) {
			y := newStory(t)
			for i, n := range c.past {
				y.stream("c", fmt.Sprint(i), 40, always(n))
			}
			if hot := y.firstHot("c", "now", 40, always(c.now)); (hot > 0) != c.hot {
				t.Errorf("hot from %d, heat %d", hot, y.get("now").Heat)
			}
		})
	}
}

// What a stream draws is its mean over time, whoever looks how often, without its first minutes; a short one says
// nothing.
func TestBaseline(t *testing.T) {
	y := newStory(t)
	y.stream("c", "short", 25, always(9999))
	f := y.s.platforms[0]
	if c := f.channels["c"]; len(c.streams) != 0 {
		t.Error(c.streams)
	}
	y.stream("c", "warm", 75, func(m int) int {
		if m < 15 {
			return 1_000_000
		}
		return ramp(m, 45, 1, 100, 300)
	})
	if c := f.channels["c"]; len(c.streams) != 1 || c.streams[0] < 190 || c.streams[0] > 205 {
		t.Error(c.streams)
	}
	// Looked at more often while it is high.
	start := y.now
	for i := range 60 {
		y.page(start+i*60, list(live.Observation{ID: "often", Channel: "c", Viewers: 100}))
	}
	for i := range 45 * 6 {
		y.page(start+3600+i*10, list(live.Observation{ID: "often", Channel: "c", Viewers: 300}))
	}
	y.page(y.now, status(said("c", live.AnswerEnded)))
	y.tick(y.now + 3700)
	if c := f.channels["c"]; len(c.streams) != 2 || c.streams[1] < 195 || c.streams[1] > 205 {
		t.Error(c.streams)
	}
	// Nobody looked for an hour: the count of before does not stand for it.
	start = y.now
	for i := range 46 {
		y.page(start+i*60, list(live.Observation{ID: "gap", Channel: "c", Viewers: 100}))
	}
	for i := range 41 {
		y.page(start+45*60+3600+i*60, list(live.Observation{ID: "gap", Channel: "c", Viewers: 300}))
	}
	y.page(y.now, status(said("c", live.AnswerEnded)))
	y.tick(y.now + 3700)
	if c := f.channels["c"]; len(c.streams) != 3 || c.streams[2] < 195 || c.streams[2] > 205 {
		t.Error(c.streams)
	}
}

// A broadcast that turns out to be another channel's is compared with that one, and counts for it from then on.
func TestABroadcastChangesHands(t *testing.T) {
	y := newStory(t)
	for i := range 3 {
		y.stream("small", fmt.Sprint("s", i), 40, always(100))
		y.stream("large", fmt.Sprint("l", i), 40, always(1000))
	}
	y.minutes(40, func(m int) []live.Observation {
		return []live.Observation{{ID: "now", Channel: "small", Viewers: 1000}}
	}, nil)
	if h := y.get("now").Heat; h != 10_000 {
		t.Error(h)
	}
	y.minutes(20, func(m int) []live.Observation {
		return []live.Observation{{ID: "now", Channel: "large", Viewers: 2000}}
	}, nil)
	if h := y.get("now").Heat; h != 2000 {
		t.Error(h)
	}
	y.page(y.now, status(said("large", live.AnswerEnded)))
	y.tick(y.now + 3700)
	f := y.s.platforms[0]
	if d := cmp.Diff([]int32{100, 100, 100}, f.channels["small"].streams); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]int32{1000, 1000, 1000, 2000}, f.channels["large"].streams); d != "" {
		t.Error(d)
	}
}

// What never ends has a baseline too, after some days.
func TestDaysCountAsStreams(t *testing.T) {
	y := newStory(t)
	for range 4*24*12 + 12 {
		y.page(y.now+300, list(live.Observation{ID: "news", Channel: "c", Viewers: 500}))
		if y.now < 3*24*3600 && y.get("news").Heat != 0 {
			t.Fatal("compared after", y.now/3600, "hours")
		}
	}
	if b := y.get("news"); b.Heat != 1000 {
		t.Error(b.Heat)
	}
	hot := false
	for range 4 {
		y.page(y.now+60, list(live.Observation{ID: "news", Channel: "c", Viewers: 5000}))
		y.tick(y.now + 30)
		hot = hot || y.get("news").Hot
	}
	if !hot {
		t.Error("ten times its viewers, and not hot")
	}
}
