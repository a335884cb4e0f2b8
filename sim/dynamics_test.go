package sim

import (
	"math"
	"slices"
	"testing"
	"time"
)

// TestDynamics holds the world against what was measured on real streams: root mean square change of the log of the viewers
// .025, .063, .11 over 1, 5 and 15 minutes, first hour excluded.
func TestDynamics(t *testing.T) {
	w := mustWorld(1, 1)
	for _, c := range []struct {
		minutes     int64
		least, most float64
		target      float64
	}{{1, .019, .031, .025}, {5, .052, .072, .063}, {15, .092, .126, .11}} {
		sum, n := 0.0, 0
		for day := int64(1); day <= 4; day++ {
			for hour := int64(0); hour < 24; hour += 3 {
				from := midnight(dayOf(evening.Unix())+day) + hour*3600 + 420
				to := from + c.minutes*60
				before, after := w.guestsAt(from), w.guestsAt(to)
				for _, live := range w.during(hourOf(from)) {
					for _, b := range live {
						if b.start > from-3600 || b.end <= to {
							continue
						}
						x, y := b.count(float64(from), before(b)), b.count(float64(to), after(b))
						if x >= 100 && y > 0 {
							d := math.Log(float64(y) / float64(x))
							sum += d * d
							n++
						}
					}
				}
			}
		}
		rms := math.Sqrt(sum / float64(n))
		t.Logf("rms over %2d min %.4f (target %.3f, n=%d)", c.minutes, rms, c.target, n)
		if rms < c.least || rms > c.most {
			t.Errorf("rms over %d min: %.4f, want %.3f to %.3f", c.minutes, rms, c.least, c.most)
		}
	}
}

func TestLivesRampsAndSizes(t *testing.T) {
	w := mustWorld(1, 1)
	var hours []float64
	ramp := make([][]float64, 4)
	starts := [24]int{}
	today, again := 0, 0
	var same []float64
	day := dayOf(evening.Unix())
	for _, l := range w.lines[chzzk] {
		b := w.broadcast(l, day)
		if b == nil || l.creator.restart > 0 {
			continue
		}
		today++
		starts[floorDiv(b.start+kstShift, 3600)%24]++
		hours = append(hours, float64(b.end-b.start)/3600)
		if next := w.broadcast(l, day+1); next != nil {
			again++
			same = append(same, math.Abs(next.ln-b.ln))
		}
		late := float64(b.start + 2*3600)
		if b.own(late) < 200 || b.end < b.start+3*3600 || len(b.jumps) > 0 {
			continue
		}
		for i := range ramp {
			ramp[i] = append(ramp[i], b.own(float64(b.start)+450+900*float64(i))/b.own(late))
		}
	}
	at := func(list []float64, q float64) float64 {
		slices.Sort(list)
		return list[int(q*float64(len(list)-1))]
	}
	within := func(what string, got, least, most float64) {
		t.Helper()
		t.Logf("%s %.2f", what, got)
		if got < least || got > most {
			t.Errorf("%s: %.3f, want %.3f to %.3f", what, got, least, most)
		}
	}
	within("life p10 h (1.75)", at(hours, .1), 1.4, 2.1)
	within("life p50 h (4.5)", at(hours, .5), 3.9, 5)
	within("life p90 h (11.5)", at(hours, .9), 9.5, 12.5)
	for i, want := range []float64{.34, .70, .87, .94} {
		within("ramp", at(ramp[i], .5), want-.07, want+.1)
	}
	share := func(h int) float64 { return float64(starts[h]) / float64(today) }
	within("starts at 19 h (.127)", share(19), .10, .15)
	within("starts at 20 h (.117)", share(20), .09, .15)
	within("starts at 04-06 h (.005/h)", (share(4)+share(5)+share(6))/3, .001, .02)
	within("channels back the next day", float64(again)/float64(today), .4, .85)
	within("size of the next day, median |log ratio|", at(same, .5), .1, .4)
}

func TestCountsAndShares(t *testing.T) {
	for seed := int64(1); seed <= 3; seed++ {
		w := mustWorld(seed, 1)
		for _, c := range []struct {
			hour        int
			least, most [sites]int
		}{
			{21, [sites]int{1150, 1750, 95, 250}, [sites]int{1650, 2450, 165, 370}},
			{4, [sites]int{450, 700, 35, 110}, [sites]int{1000, 1500, 90, 260}},
		} {
			at := time.Date(2026, 10, 3, c.hour, 0, 0, 0, kst())
			var n [sites]int
			for p := range sites {
				n[p] = len(w.list(p, at.Unix()))
				if p == twitch {
					n[p] = len(slices.DeleteFunc(slices.Clone(w.list(p, at.Unix())), func(b shown) bool { return !b.line.listed() }))
				}
				if n[p] < c.least[p] || n[p] > c.most[p] {
					t.Errorf("seed %d %02d:00 %v: %d live, want %d to %d", seed, c.hour, p, n[p], c.least[p], c.most[p])
				}
			}
			t.Logf("seed %d %02d:00 chzzk %d soop %d twitch(ko) %d youtube %d", seed, c.hour, n[chzzk], n[soop], n[twitch], n[youtube])
		}
		at := evening.Unix()
		share := func(p site, is func(shown) bool) float64 {
			rows, n := w.list(p, p.step(evening)), 0
			for _, b := range rows {
				if is(b) {
					n++
				}
			}
			return float64(n) / float64(len(rows))
		}
		within := func(what string, got, least, most float64) {
			t.Helper()
			if got < least || got > most {
				t.Errorf("seed %d %s: %.4f, want %.3f to %.3f", seed, what, got, least, most)
			}
		}
		within("soop adult", share(soop, func(b shown) bool { return b.line.adult }), .07, .12)
		within("soop password", share(soop, func(b shown) bool { return b.password }), .02, .07)
		within("soop subscribers only", share(soop, func(b shown) bool { return b.subscription != "0" }), .004, .03)
		within("soop relays", share(soop, func(b shown) bool { return b.line.relay }), .001, .03)
		within("chzzk abroad", share(chzzk, func(b shown) bool { return b.line.abroad }), .01, .05)
		rows := w.Truth(evening, 0)
		foreign, hidden, creators := 0, 0, map[string]map[string]bool{}
		for i, r := range rows {
			if r.Lang != "ko" {
				foreign++
			}
			p, _ := siteNamed(r.Platform)
			if b := w.byBroadcastID(p, r.BroadcastID); b.line.hidden {
				hidden++
				if i < 120 {
					t.Errorf("seed %d: hidden count at rank %d", seed, i+1)
				}
			}
			if creators[r.CreatorID] == nil {
				creators[r.CreatorID] = map[string]bool{}
			}
			creators[r.CreatorID][r.Platform] = true
		}
		several := 0
		for _, on := range creators {
			if len(on) > 1 {
				several++
			}
		}
		all := float64(len(rows))
		within("foreign", float64(foreign)/all, .045, .085)
		within("hidden", float64(hidden)/all, .004, .018)
		within("simulcasts", float64(several)/all, .015, .08)
		t.Logf("seed %d: foreign %.3f hidden %.4f simulcasts %d hostile %.4f at %d", seed, float64(foreign)/all, float64(hidden)/all, several,
			share(chzzk, func(b shown) bool { return b.line.creator.hostile }), at)
	}
}
