package planner

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/live"
)

func TestSweepAsksForEverythingOnceAPeriod(t *testing.T) {
	for _, spread := range []bool{false, true} {
		w := newWorld(morning)
		l := w.elect(Sweep{Spread: spread}, 1)
		l.run(t, 10*time.Minute) // the first, irregular ones
		w.requests, w.starts = map[string]int{}, map[live.Platform][]time.Time{}
		l.run(t, time.Hour)
		want := map[string]int{
			"chzzk list": 12 * 44, "soop list": 12 * 38, "twitch list": 12 * 5,
			"youtube refresh": 12 * 3, "youtube search": 4,
		}
		if diff := cmp.Diff(want, w.requests); diff != "" {
			t.Errorf("spread %v: requests in an hour (-want +got):\n%s", spread, diff)
		}
		phases := map[time.Duration]bool{}
		for p, starts := range w.starts {
			for i, at := range starts {
				phases[time.Duration(at.UnixNano()%int64(5*time.Minute))] = true
				if i > 0 && at.Sub(starts[i-1]) != 5*time.Minute {
					t.Errorf("spread %v: %s swept after %v", spread, p, at.Sub(starts[i-1]))
				}
			}
		}
		if want := map[bool]int{false: 1, true: 3}[spread]; len(phases) != want {
			t.Errorf("spread %v: lists began at %d different moments of the period, want %d", spread, len(phases), want)
		}
	}
}

func TestFirstSweepBeginsAtOnce(t *testing.T) {
	w := newWorld(morning.Add(137 * time.Second))
	l := w.elect(Sweep{Spread: true}, 1)
	l.second(t)
	if w.submitted != 3+1+3 {
		t.Errorf("%d jobs in the first second, want 3 lists, a search and 3 refreshes", w.submitted)
	}
	if jobs := (Sweep{}).Plan(w.now, Situation{Offers: offers}); len(jobs) > 0 {
		t.Errorf("%d jobs planned while nothing is known", len(jobs))
	}
}

// The quota's day ends in the middle of these 30 hours, and leaders come and go at odd moments.
func TestQuotaHoldsAcrossLeadersAndMidnight(t *testing.T) {
	for name, c := range map[string]struct {
		policy Sweep
		known  int
		leads  time.Duration
		start  time.Time
	}{
		"as it is":              {Sweep{}, 300, 100 * time.Hour, morning},
		"leaders change":        {Sweep{}, 300, 7 * time.Minute, morning},
		"leaders change often":  {Sweep{}, 300, 40 * time.Second, morning},
		"the log forgets":       {Sweep{}, 300, 7 * time.Minute, morning},
		"more ids than units":   {Sweep{Budgets: map[string]int{"search": 100, "units": 1000}}, 600, 53 * time.Minute, morning},
		"searches without end":  {Sweep{SearchEvery: time.Minute}, 10, 7 * time.Minute, morning},
		"summer time ends":      {Sweep{}, 300, 29 * time.Minute, time.Date(2026, 11, 1, 5, 0, 0, 0, time.UTC)},
		"summer time begins":    {Sweep{}, 300, 29 * time.Minute, time.Date(2026, 3, 8, 5, 0, 0, 0, time.UTC)},
		"a small budget of all": {Sweep{Budgets: map[string]int{"search": 7, "units": 50}}, 300, 31 * time.Minute, morning},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(c.start)
			w.known, w.forgets = c.known, name == "the log forgets"
			w.lag = 20 * time.Second
			budgets := c.policy.Budgets
			if budgets == nil {
				budgets = DefaultBudgets()
			}
			l := w.elect(c.policy, 0)
			const step = 20 * time.Second
			elected := time.Duration(0)
			for d := time.Duration(0); d < 30*time.Hour; d += step {
				if d-elected >= c.leads {
					l, elected = w.elect(c.policy, int(d/step)), d
				}
				l.pass(t, step)
				for _, b := range []string{"search", "units"} {
					if n := w.Spent("youtube", b); n > budgets[b] {
						t.Fatalf("%v: %d of %d spent from %s", w.now, n, budgets[b], b)
					}
				}
			}
			if n := w.requests["youtube search"]; n < min(budgets["search"], 96)*9/10 {
				t.Errorf("only %d searches in 30 hours", n)
			}
			if name == "leaders change" && w.requests["youtube search"] > 122 {
				t.Errorf("%d searches in 30 hours, want one in 15 minutes", w.requests["youtube search"])
			}
		})
	}
}

func TestALargeSetIsRefreshedAllDay(t *testing.T) {
	t.Parallel()
	w := newWorld(pacificMidnight(morning).Add(time.Second))
	w.known = 600 // 12 units a sweep: 288 sweeps would take 3,456
	l := w.elect(Sweep{Budgets: map[string]int{"search": 100, "units": 1000}}, 1)
	last, longest := w.now, time.Duration(0)
	before := 0
	for range int(23 * time.Hour / (10 * time.Second)) {
		l.pass(t, 10*time.Second)
		if n := w.requests["youtube refresh"]; n > before {
			longest, last, before = max(longest, w.now.Sub(last)), w.now, n
		}
	}
	if longest = max(longest, w.now.Sub(last)); longest > 31*time.Minute {
		t.Errorf("nothing was refreshed for %v", longest)
	}
	if used := w.Spent("youtube", "units"); used < 750 {
		t.Errorf("only %d units used", used)
	}
}

func TestNewLeaderDoublesNothing(t *testing.T) {
	w := newWorld(morning)
	l := w.elect(Sweep{}, 1)
	l.run(t, 9*time.Minute+30*time.Second)
	before := w.submitted
	l.run(t, 2*time.Minute) // the sweeps of this slot are done
	first := w.submitted - before
	l = w.elect(Sweep{}, 2)
	before = w.submitted
	l.run(t, 2*time.Minute)
	if again := w.submitted - before; first == 0 || again != 0 {
		t.Errorf("%d jobs in a slot, %d more after the leader changed", first, again)
	}
}

func TestBackoffAfterErrors(t *testing.T) {
	w := newWorld(morning)
	l := w.elect(Sweep{}, 1)
	l.run(t, 11*time.Minute)
	down := w.now
	w.failing = func(p live.Platform, at time.Time) bool { return p == "chzzk" }
	w.starts = map[live.Platform][]time.Time{}
	l.run(t, 4*time.Hour)
	got := len(w.starts["chzzk"])
	if got < 16 || got > 30 { // a wait of 11 to 19 minutes in the end; a sweep each 5 would be 48
		t.Errorf("%d tries in 4 hours of errors", got)
	}
	if n := len(w.starts["soop"]); n != 48 {
		t.Errorf("%d sweeps of a platform that was well, want 48", n)
	}
	w.failing = nil
	up := w.now
	for w.state["chzzk"].Errors > 0 {
		l.second(t)
	}
	if late := w.now.Sub(up); late > 20*time.Minute {
		t.Errorf("back after %v (down for %v)", late, up.Sub(down))
	}
}

func TestOneErrorIsTriedAgainWithinTheSlot(t *testing.T) {
	w := newWorld(morning)
	l := w.elect(Sweep{}, 1)
	l.run(t, 9*time.Minute+30*time.Second)
	n := 0
	w.failing = func(p live.Platform, _ time.Time) bool {
		if p == "twitch" {
			n++
		}
		return p == "twitch" && n == 1
	}
	w.starts = map[live.Platform][]time.Time{}
	l.run(t, 2*time.Minute)
	if s := w.starts["twitch"]; len(s) != 2 || s[1].Sub(s[0]) < 20*time.Second || s[1].Sub(s[0]) > time.Minute {
		t.Errorf("sweeps began at %v", s)
	}
}

func TestResume(t *testing.T) {
	failed := Platform{Errors: 1, LastErrorAt: morning, LastError: "unavailable", LastPageAt: morning.Add(-10 * time.Hour)}
	var last time.Duration
	for n := 1; n < 8; n++ {
		failed.Errors = n
		wait := resume("chzzk", failed).Sub(morning)
		want := min(backoffBase<<(n-1), backoffMax)
		if wait < want*3/4 || wait > want*5/4 || n < 6 && wait < last {
			t.Errorf("%d errors: wait %v, want about %v", n, wait, want)
		}
		last = wait
	}
	if a, b := resume("chzzk", failed), resume("soop", failed); a.Equal(b) {
		t.Error("two platforms come back at the same moment")
	}
	failed.LastPageAt = morning.Add(-time.Minute) // ten failed at once
	if wait := resume("chzzk", failed).Sub(morning); wait > 75*time.Second {
		t.Errorf("wait %v after a minute of errors", wait)
	}
	failed.RetryAt = morning.Add(40 * time.Minute)
	if at := resume("chzzk", failed); !at.Equal(failed.RetryAt) {
		t.Errorf("comes back at %v, was told %v", at, failed.RetryAt)
	}
	failed.RetryAt = morning.Add(1e6 * time.Hour)
	if at := resume("chzzk", failed); !at.Equal(morning.Add(retryMax)) {
		t.Errorf("comes back at %v", at)
	}
	failed.LastError = "canceled"
	if at := resume("chzzk", failed); !at.IsZero() {
		t.Errorf("waits until %v because a worker stopped", at)
	}
	if at := resume("chzzk", Platform{RetryAt: morning}); !at.IsZero() {
		t.Errorf("waits until %v without an error", at)
	}
}

// wards is a world with a registered channel on each platform, and one that nobody described.
type wards struct{ *world }

func (wards) Registered(p live.Platform) []live.RegisteredChannel {
	return []live.RegisteredChannel{{Channel: live.ChannelID{Platform: p, ID: "c"}}}
}
func (wards) Undescribed(live.Platform) []string { return []string{"d"} }

func TestOffAndUnserved(t *testing.T) {
	w := newWorld(morning)
	w.state["soop"] = Platform{Off: true}
	jobs := Sweep{}.Plan(w.now, Situation{
		View: w, Offers: offers, Epoch: "e",
		Presence: []live.Presence{{Platforms: []live.Platform{"soop", "chzzk"}}, {Platforms: []live.Platform{"youtube"}}},
	})
	got := map[live.Platform]bool{}
	for _, j := range jobs {
		got[j.Platform] = true
	}
	if diff := cmp.Diff(map[live.Platform]bool{"chzzk": true, "youtube": true}, got); diff != "" {
		t.Error(diff)
	}
	// Off is for every policy, and for what Registry adds.
	for name, p := range map[string]Policy{"sweep": Sweep{}, "adaptive": Adaptive{}, "registry": Registry{Policy: Adaptive{}}} {
		for _, off := range []bool{false, true} {
			for _, o := range offers {
				w.state[o.Platform] = Platform{Off: off}
			}
			jobs := p.Plan(w.now, Situation{View: wards{w}, Offers: append(slices.Clone(offers), Offer{Platform: "youtube", Kind: live.KindFeed, Batch: 1}), Epoch: "e"})
			if off != (len(jobs) == 0) {
				t.Errorf("%s, off %v: %d jobs", name, off, len(jobs))
			}
		}
	}
	if n := len((Sweep{}).Plan(w.now, Situation{View: w, Offers: offers, Epoch: "e", Presence: []live.Presence{}})); n != 0 {
		t.Errorf("%d jobs without a worker", n)
	}
}

func TestStatusChecksAreBounded(t *testing.T) {
	w := newWorld(morning)
	l := w.elect(Sweep{}, 1)
	l.run(t, 6*time.Minute-time.Second) // the slot's passes are done
	for i := range 35 {
		m := Missing{ID: fmt.Sprint(i), Channel: fmt.Sprintf("c%d", i)}
		w.missing["chzzk"] = append(w.missing["chzzk"], m, m)
		w.missing["twitch"] = append(w.missing["twitch"], m)
	}
	for minute := 1; minute <= 4; minute++ {
		l.run(t, time.Minute)
		if n, want := w.requests["chzzk status"], min(minute*10, 35); n != want {
			t.Errorf("%d checks of chzzk after %d minutes, want %d", n, minute, want)
		}
	}
	if n := w.requests["twitch status"]; n != 1 {
		t.Errorf("%d requests for 35 channels of twitch, want one batch", n)
	}
	// The next pass still lacks them, although they were said to be live.
	l.run(t, 5*time.Minute)
	if n := w.requests["chzzk status"]; n < 70 {
		t.Errorf("%d checks after another pass lacked them all", n)
	}
}

func TestCandidatesAreAskedWhenDue(t *testing.T) {
	w := newWorld(morning)
	l := w.elect(Sweep{}, 1)
	l.run(t, 6*time.Minute)
	before := w.requests["youtube refresh"]
	for i := range 60 {
		w.cands = append(w.cands, Candidate{ID: fmt.Sprintf("n%d", i), FoundAt: w.now})
	}
	announced := w.now.Add(70 * time.Second)
	w.cands = append(w.cands, Candidate{ID: "later", FoundAt: w.now, NotBefore: announced})
	l.run(t, 10*time.Second)
	if n := w.requests["youtube refresh"] - before; n != 2 || len(w.cands) != 1 {
		t.Errorf("%d requests for 60 candidates, %d left", n, len(w.cands))
	}
	for len(w.cands) > 0 && w.now.Before(announced.Add(time.Minute)) {
		l.second(t)
	}
	if d := w.now.Sub(announced); d < 0 || d > 10*time.Second {
		t.Errorf("announced broadcast was asked about %v after its start", d)
	}
}

func TestUnboundedBucket(t *testing.T) {
	w := newWorld(morning)
	tn := turn{Sweep: Sweep{Budgets: map[string]int{}}.withDefaults(), now: w.now, s: Situation{View: w}, id: "youtube", offer: offers[0]}
	if n := tn.left(); n != math.MaxInt32 {
		t.Errorf("%d left of a bucket without bound", n)
	}
}

func TestWhatIsOnItsWayCountsAsSpent(t *testing.T) {
	w := newWorld(morning)
	w.spent[spentKey{pacificMidnight(w.now).Unix(), "youtube", "search"}] = 90
	sent := NewSent()
	sent.Add(w.now.Add(-time.Hour), live.Job{Platform: "youtube", Key: "search", Kind: live.KindSearch}, offers[0].Cost)
	sent.Add(w.now.Add(-time.Minute), live.Job{Platform: "youtube", Key: "search", Kind: live.KindSearch, Pages: 3}, offers[0].Cost)
	tn := turn{Sweep: Sweep{}.withDefaults(), now: w.now, s: Situation{View: w, Sent: sent}, id: "youtube", offer: offers[0]}
	if n := tn.left(); n != 100-2-90-3 {
		t.Errorf("%d left, want 5", n)
	}
}

func TestIDsAreUnique(t *testing.T) {
	w := newWorld(morning)
	s := Situation{View: w, Offers: offers, Epoch: "e7", Next: 40}
	jobs := Sweep{}.Plan(w.now, s)
	for i, j := range jobs {
		if want := fmt.Sprintf("e7-%d", 40+i); j.ID != want {
			t.Errorf("job %d is %s, want %s", i, j.ID, want)
		}
	}
}

// TestFastSweepChecksBetweenPasses: a broadcast that two passes in a row lack is checked after each of them, however
// fast they follow each other; else the second would end it.
func TestFastSweepChecksBetweenPasses(t *testing.T) {
	for _, every := range []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute} {
		s := Situation{Sent: NewSent(), Offers: []Offer{{Platform: "soop", Kind: live.KindStatus, Batch: 1}}}
		checks := 0
		for pass := range 4 {
			now := morning.Add(time.Duration(pass) * every)
			s.View = &shelf{
				state:   map[live.Platform]Platform{"soop": {LastPageAt: now, LastPassAt: now}},
				missing: map[live.Platform][]Missing{"soop": {{ID: "1", Channel: "c", SeenAt: now.Add(-every)}}},
			}
			for _, j := range (Sweep{Every: every}).Plan(now.Add(time.Second), s) {
				if j.Kind == live.KindStatus {
					checks++
					s.Sent.Add(now.Add(time.Second), j, live.Cost{})
				}
			}
		}
		if checks != 4 {
			t.Errorf("a pass every %v: %d checks after 4 passes without the broadcast", every, checks)
		}
	}
}
