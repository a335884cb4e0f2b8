package aggregator

import (
	"fmt"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/live"
)

// crowdOf is n broadcasts, "00" and up, of the given counts.
func crowdOf(n int, count func(i int) int) []live.Observation {
	rows := make([]live.Observation, n)
	for i := range rows {
		rows[i] = row(fmt.Sprintf("%02d", i), live.Viewers(count(i)))
	}
	return rows
}

// minutes lists rows once in each of n minutes and ticks to the end of each. Before each it calls see with the number
// of the minute, for what the list before it led to.
func (y *story) minutes(n int, rows func(m int) []live.Observation, see func(m int)) {
	y.tb.Helper()
	for m := range n {
		if see != nil {
			see(m)
		}
		end := (y.now/60 + 1) * 60
		y.page(y.now+5, list(rows(m)...))
		y.tick(end)
	}
}

// ramp goes from one count to another over some minutes, and stays there.
func ramp(m, start, over, from, to int) int {
	return from + (to-from)*min(max(m-start, 0), over)/over
}

// A platform's evening: everybody triples within 20 minutes, some a little more, some a little less. Nobody rises.
func TestATideLiftsNobody(t *testing.T) {
	y := newStory(t)
	y.minutes(90, func(m int) []live.Observation {
		return crowdOf(40, func(i int) int {
			base := 100 * (i + 1)
			return ramp(m, 30, 20, base, base*3+base*(i%5-2)/20)
		})
	}, func(m int) {
		for b := range y.s.Broadcasts() {
			if b.Rising {
				t.Fatalf("minute %d: %s rises by %d", m, b.ID, b.Rise)
			}
		}
	})
}

// A pass that finds a thousand rows more, and a final that draws half of the platform, are no tide: who grows beside
// them rises all the same.
func TestWhatIsNoTide(t *testing.T) {
	y := newStory(t)
	seen := false
	y.minutes(60, func(m int) []live.Observation {
		n := 40
		if m >= 38 {
			n = 400
		}
		return crowdOf(n, func(i int) int {
			switch i {
			case 0:
				return ramp(m, 30, 10, 1_000, 500_000)
			case 1:
				return ramp(m, 30, 10, 1_000, 2_000)
			case 2, 3, 4, 5, 6, 7, 8, 9, 10:
				return 1_000
			}
			return ramp(m, 25, 20, 10, 40) // most of a platform has a handful of viewers, whose number says nothing
		})
	}, func(int) {
		seen = seen || y.s.Broadcast(live.BroadcastID{Platform: "chzzk", ID: "01"}) != nil && y.get("01").Rising
	})
	if !seen {
		t.Error("one that doubled does not rise beside a final")
	}
}

// One stream among twenty triples within ten minutes. It rises within three minutes of crossing the bound, and no longer
// when its fifteen minutes of growth are over; nobody else ever does.
func TestOneRises(t *testing.T) {
	y := newStory(t)
	count := func(m int) int { return ramp(m, 30, 10, 1000, 3000) }
	crossed, rose, fell := 0, 0, 0
	for m := range 60 {
		if crossed == 0 && m > 20 && count(m) >= 1250 {
			crossed = m
		}
	}
	y.minutes(80, func(m int) []live.Observation {
		return crowdOf(20, func(i int) int {
			if i == 0 {
				return count(m)
			}
			return 1000 + m%2
		})
	}, func(m int) {
		for b := range y.s.Broadcasts() {
			switch {
			case b.ID.ID != "00" && b.Rising:
				t.Fatalf("minute %d: %s", m, b.ID)
			case b.Rising && rose == 0:
				rose = m
				if b.Rise < riseOn || b.Rise > 2000 {
					t.Error("rise", b.Rise)
				}
			case b.ID.ID == "00" && !b.Rising && rose > 0 && fell == 0:
				fell = m
			}
		}
	})
	if rose < crossed || rose > crossed+3 {
		t.Errorf("crossed in minute %d, rising from %d on", crossed, rose)
	}
	if fell < 40+riseOver || fell > 40+riseOver+unmarkAfter+2 {
		t.Errorf("grew until minute 40, rising until %d", fell)
	}
	seq, _ := y.s.Mark()
	y.tick(y.now + 120)
	if again, _ := y.s.Mark(); again != seq {
		t.Error("minutes moved the mark")
	}
}

// Who has few viewers does not rise, how many times more they become; nor does who just began; nor does, on a platform
// that falls, who holds out.
func TestWhoDoesNotRise(t *testing.T) {
	y := newStory(t)
	y.minutes(80, func(m int) []live.Observation {
		rows := crowdOf(20, func(i int) int {
			switch i {
			case 0:
				return ramp(m, 30, 10, 20, 110)
			case 1:
				return 2000
			}
			return ramp(m, 30, 15, 1000, 500)
		})
		if m >= 30 { // a loved one begins, and fills its room within its first five minutes
			rows = append(rows, row("new", live.Viewers(ramp(m, 30, 5, 0, 5000))))
		}
		return rows
	}, func(m int) {
		for b := range y.s.Broadcasts() {
			if b.Rising {
				t.Fatalf("minute %d: %s rises by %d", m, b.ID, b.Rise)
			}
		}
	})
}

// While a count is not observed its marks stand, however its window moves; after a quarter of an hour they can no
// longer be claimed.
func TestStaleCountsTurnNothing(t *testing.T) {
	y := newStory(t)
	world := func(m, last int) []live.Observation {
		rows := crowdOf(20, func(i int) int {
			if i == 0 {
				return ramp(m, 30, 10, 1000, 3000)
			}
			return 1000
		})
		if m >= last {
			return rows[1:]
		}
		return rows
	}
	var rising []int
	y.minutes(70, func(m int) []live.Observation { return world(m, 42) }, func(m int) {
		if m > 0 && y.get("00").Rising {
			rising = append(rising, m)
		}
	})
	if len(rising) == 0 || rising[0] > 36 || rising[len(rising)-1] != 41+staleAfter || len(rising) != rising[len(rising)-1]-rising[0]+1 {
		t.Error("rising in", rising)
	}
	if b := y.get("00"); !b.Live() || b.Rise != 0 {
		t.Errorf("live %t, rise %d", b.Live(), b.Rise)
	}
	// A single observation after a long silence, however high, sets no mark by itself.
	y.page(y.now+1, list(row("00", 50_000)))
	y.tick(y.now + 600)
	if y.get("00").Rising {
		t.Error("one observation made it rise")
	}
	// Nor is growth known against a count that was old already when the window began.
	y.now = (y.now/60 + 1) * 60
	y.minutes(4, func(int) []live.Observation { return world(0, 1) }, func(int) {
		if b := y.get("00"); b.Rising || b.Rise != 0 {
			t.Errorf("rise %d", b.Rise)
		}
	})
}

// A count that is hidden from one minute on is no count: the mark stands, and goes when it can no longer be claimed.
func TestHiddenCountsTurnNothing(t *testing.T) {
	y := newStory(t)
	last := 0
	y.minutes(70, func(m int) []live.Observation {
		return crowdOf(20, func(i int) int {
			switch {
			case i > 0:
				return 1000
			case m > 40:
				return int(live.ViewersHidden)
			}
			return ramp(m, 30, 10, 1000, 3000)
		})
	}, func(m int) {
		if m > 0 && y.get("00").Rising {
			last = m
		}
	})
	if last != 40+staleAfter {
		t.Error("rising until", last)
	}
}

// Minutes that pass without a page are stored too: growth is judged against the tide of its own minute.
func TestTidesSurviveARestart(t *testing.T) {
	y := newStory(t)
	y.minutes(40, func(m int) []live.Observation {
		return crowdOf(20, func(i int) int { return ramp(m, 20, 20, 1000, 3000) + i*m })
	}, nil)
	stored := maps.Collect(y.s.Records())
	y.s.Clean()
	y.tick(y.now + 4*60)
	if y.get("05").Rise == 0 {
		t.Fatal("nothing to tell apart")
	}
	if d := cmp.Diff(dump(y.s), dump(restarted(t, stored, y.s))); d != "" {
		t.Error(d)
	}
}

// The hub is down for seven minutes. What was counted before and after is known, and says who rose meanwhile, once two
// minutes have said so; later the window begins with what was high before, and then in the gap, of which nothing is known: the mark goes.
func TestMarksAfterAGap(t *testing.T) {
	y := newStory(t)
	y.minutes(30, func(m int) []live.Observation {
		return crowdOf(20, func(i int) int {
			if i == 0 && m == 29 {
				return 3000 // speaks for the mark, but half an hour before the gap is not two minutes in a row with it
			}
			return 1000
		})
	}, nil)
	if y.get("00").Rise == 0 || y.get("00").Rising {
		t.Fatal("before the gap", y.get("00").Rise)
	}
	y.now = (y.now/60 + 7) * 60
	var known, rising []int
	y.minutes(40, func(m int) []live.Observation {
		return crowdOf(20, func(i int) int {
			if i == 0 {
				return 3000
			}
			return 1000
		})
	}, func(m int) {
		switch b := y.get("00"); {
		case m == 0:
			return
		case b.Rising:
			rising = append(rising, m)
			fallthrough
		default:
			if b.Rise != 0 {
				known = append(known, m)
			}
		}
	})
	if d := cmp.Diff([]int{1, 2, 3, 4, 5, 6, 7}, known); d != "" {
		t.Error("rise is known in", d)
	}
	if d := cmp.Diff([]int{2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, rising); d != "" {
		t.Error("rising in", d)
	}
}

// A channel's count that goes up and down around the bounds does not make its marks blink.
func TestFlickerDoesNotFlap(t *testing.T) {
	y := newStory(t)
	flips, was := 0, false
	y.minutes(240, func(m int) []live.Observation {
		return crowdOf(20, func(i int) int {
			if i > 0 {
				return 1000
			}
			// Growth of about 250 permille, now above, now below.
			n := 1000 * pow125(m/15) / 1000
			return n + n*(m%2*2-1)*2/100
		})
	}, func(m int) {
		if m == 0 {
			return
		}
		if b := y.get("00"); b.Rising != was {
			was = b.Rising
			flips++
		}
	})
	if flips > 3 {
		t.Error(flips, "flips in four hours")
	}
}

// pow125 is 1000 times 1.25 to the n, as far as a count can go.
func pow125(n int) int {
	p := 1000
	for range min(n, 14) {
		p = p * 5 / 4
	}
	return p
}
