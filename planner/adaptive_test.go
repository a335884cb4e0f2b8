package planner

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/live"
)

// shelf is a snapshot of lists whose pages hold rows of falling counts.
type shelf struct {
	state   map[live.Platform]Platform
	known   map[live.Platform][]Known
	missing map[live.Platform][]Missing
	cands   []Candidate
	spent   map[string]int
}

func (s *shelf) Platform(p live.Platform) Platform        { return s.state[p] }
func (s *shelf) Known(p live.Platform) []Known            { return s.known[p] }
func (s *shelf) Missing(p live.Platform) []Missing        { return s.missing[p] }
func (s *shelf) Spent(_ live.Platform, bucket string) int { return s.spent[bucket] }
func (s *shelf) Candidates(p live.Platform) []Candidate {
	if p == "youtube" {
		return s.cands
	}
	return nil
}

// newShelf has a list of pages, all listed at the given time, with counts from 100 a row up.
func newShelf(p live.Platform, pages, rows int, at time.Time) *shelf {
	s := &shelf{state: map[live.Platform]Platform{}, known: map[live.Platform][]Known{}, missing: map[live.Platform][]Missing{}, spent: map[string]int{}}
	state := Platform{LastPageAt: at, LastPassAt: at, Live: pages * rows}
	for i := range pages {
		high := live.Viewers(100 * (pages*rows - i*rows))
		place := Place{At: at, Rows: rows, High: high, Low: high - live.Viewers(100*(rows-1))}
		if i > 0 {
			place.Cursor = fmt.Sprintf("c%d", i)
		}
		state.Places = append(state.Places, place)
		for k := range rows {
			n := i*rows + k
			s.known[p] = append(s.known[p], Known{
				ID: fmt.Sprintf("b%d", n), Channel: fmt.Sprintf("ch%d", n), SeenAt: at, Rank: n + 1, Viewers: high - live.Viewers(100*k),
			})
		}
	}
	s.state[p] = state
	return s
}

var chzzkOffers = []Offer{
	{Platform: "chzzk", Kind: live.KindList, Rows: 50, Chain: true, Resume: true},
	{Platform: "chzzk", Kind: live.KindStatus, Batch: 1},
}

func keys(jobs []live.Job) (out []string) {
	for _, j := range jobs {
		out = append(out, j.Key)
	}
	return out
}

func TestAdaptiveAsksForTheTopFirst(t *testing.T) {
	s := newShelf("chzzk", 20, 50, morning)
	at := morning.Add(90 * time.Second)
	jobs := Adaptive{}.Plan(at, Situation{View: s, Offers: chzzkOffers, Epoch: "e", Next: 7})
	if diff := cmp.Diff([]string{"page0", "page1"}, keys(jobs)); diff != "" {
		t.Fatalf("asked for (-want +got):\n%s", diff)
	}
	for i, j := range jobs {
		if err := j.Validate(); err != nil {
			t.Error(err)
		}
		if want := s.state["chzzk"].Places[i].Cursor; j.Cursor != want || j.Index != i || j.Pages != 1 || j.ID != fmt.Sprintf("e-%d", 7+i) {
			t.Errorf("job %+v, want page %d at cursor %q", j, i, want)
		}
	}
	// No sooner than the platform counts anew, however much could be asked.
	if jobs := (Adaptive{Budget: 20}).Plan(morning.Add(50*time.Second), Situation{View: s, Offers: chzzkOffers, Epoch: "e"}); len(jobs) > 0 {
		t.Errorf("%v within the cadence", keys(jobs))
	}
	// An unsure order of what is known, and of the offers, changes nothing.
	want := jobs
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		shuffled := *s
		shuffled.known = map[live.Platform][]Known{"chzzk": slices.Clone(s.known["chzzk"])}
		rng.Shuffle(len(shuffled.known["chzzk"]), func(i, k int) {
			x := shuffled.known["chzzk"]
			x[i], x[k] = x[k], x[i]
		})
		offers := slices.Clone(chzzkOffers)
		slices.Reverse(offers)
		if diff := cmp.Diff(want, Adaptive{}.Plan(at, Situation{View: &shuffled, Offers: offers, Epoch: "e", Next: 7})); diff != "" {
			t.Fatalf("another order, another plan:\n%s", diff)
		}
	}
}

func TestAdaptiveRateIsConstant(t *testing.T) {
	s := newShelf("chzzk", 20, 50, morning)
	sent, n, most := NewSent(), 0, 0
	const hour = 3600
	for i := range hour {
		now := morning.Add(time.Hour + time.Duration(i)*time.Second)
		state := s.state["chzzk"]
		state.LastPassAt = now // passes apart
		s.state["chzzk"] = state
		jobs := Adaptive{Checks: -1}.Plan(now, Situation{View: s, Offers: chzzkOffers, Sent: sent, Epoch: "e"})
		for _, j := range jobs {
			sent.Add(now, j, live.Cost{})
			n += max(j.Pages, 1)
			for k := range s.state["chzzk"].Places {
				if j.Index == k {
					s.state["chzzk"].Places[k].At = now
				}
			}
		}
		most = max(most, len(jobs))
	}
	// 20 pages and the checks for 1,000 rows in 5 minutes, less a pass of 20 pages in each floor.
	want := 12*(20+1000./checkedRows) - 60/defaultFloor.Minutes()*20
	if math.Abs(float64(n)-want) > .05*want {
		t.Errorf("%d requests in an hour, want about %.0f", n, want)
	}
	if most > burst {
		t.Errorf("%d at once", most)
	}
}

func TestAdaptiveRateGrowsWithEgresses(t *testing.T) {
	s := newShelf("soop", 20, 60, morning)
	offers := []Offer{{Platform: "soop", Kind: live.KindList, Rows: 60}, {Platform: "soop", Kind: live.KindStatus, Batch: 1}}
	rate := func(a Adaptive, egresses int, o []Offer, p live.Platform) float64 {
		a = a.withDefaults()
		h := hand{
			turn: turn{Sweep: Sweep{Every: a.Every, Budgets: a.Budgets}, now: morning, s: Situation{View: s}, id: p, state: s.state[p]},
			a:    a, offers: o, cadence: a.Cadence[p], egresses: egresses,
		}
		return h.rate()
	}
	one := rate(Adaptive{}, 1, offers, "soop")
	if two := rate(Adaptive{}, 2, offers, "soop"); math.Abs(two-2*one) > 1e-9 {
		t.Errorf("one egress %v, two %v", one, two)
	}
	if double := rate(Adaptive{Budget: 2}, 1, offers, "soop"); math.Abs(double-2*one) > 1e-9 {
		t.Errorf("budget 1 %v, 2 %v", one, double)
	}
	// 20 pages in each 20 seconds and the checks of a sweep: no egress makes it more.
	if most, want := rate(Adaptive{}, 100, offers, "soop"), 1+1200./checkedRows/300; math.Abs(most-want) > 1e-9 {
		t.Errorf("a hundred egresses %v a second, want %v", most, want)
	}
	// YouTube's quota is the project's: what is left of the day is spread over the rest of it, by one or by many.
	tube := []Offer{{Platform: "youtube", Kind: live.KindRefresh, Batch: 50, Cost: live.Cost{Bucket: "units", Units: 1}}}
	s.state["youtube"] = Platform{Live: 2000}
	day := nextMidnight(morning).Sub(morning).Seconds()
	s.spent["units"] = 9000
	for _, n := range []int{1, 8, 100} {
		if r := rate(Adaptive{}, n, tube, "youtube"); r > 801/day {
			t.Errorf("%d egresses: %v requests a second would spend %v of 800 units", n, r, r*day)
		}
	}
	if n := egresses("soop", []live.Presence{{Platforms: []live.Platform{"soop"}, Egresses: 3}, {Platforms: []live.Platform{"soop"}}, {Platforms: []live.Platform{"chzzk"}, Egresses: 9}}); n != 4 {
		t.Errorf("%d egresses, want 3 and 1", n)
	}
}

func TestAdaptiveChainsFromTheHead(t *testing.T) {
	offers := []Offer{{Platform: "twitch", Kind: live.KindList, Rows: 100, Chain: true}}
	s := newShelf("twitch", 5, 100, morning)
	sent := NewSent()
	lengths := map[int]int{}
	for i := range 3600 {
		now := morning.Add(time.Duration(i) * time.Second)
		for _, j := range (Adaptive{}).Plan(now, Situation{View: s, Offers: offers, Sent: sent, Epoch: "e"}) {
			if j.Cursor != "" || j.Index != 0 {
				t.Fatalf("job in the middle: %+v", j)
			}
			lengths[j.Pages]++
			sent.Add(now, j, live.Cost{})
			for k := range j.Pages {
				s.state["twitch"].Places[k].At = now
			}
		}
		if last := s.state["twitch"].Places[4].At; now.Sub(last) > 12*time.Minute {
			t.Fatalf("the last page is %v old", now.Sub(last))
		}
	}
	if lengths[1] == 0 || lengths[5] == 0 {
		t.Errorf("chains by length: %v, want short and whole ones", lengths)
	}
}

func TestAdaptiveWalksAnUnknownList(t *testing.T) {
	s := &shelf{state: map[live.Platform]Platform{}}
	jobs := Adaptive{}.Plan(morning, Situation{View: s, Offers: chzzkOffers, Epoch: "e"})
	if len(jobs) == 0 || jobs[0].Key != passKey || jobs[0].Pages != live.MaxChain || jobs[0].Cursor != "" {
		t.Fatalf("%+v", jobs)
	}
	// After a refused cursor only the head is known, of a list of which much is: what is behind it is walked.
	s = newShelf("chzzk", 10, 50, morning)
	state := s.state["chzzk"]
	state.Places = state.Places[:1]
	state.LastError, state.Errors, state.LastErrorAt = "cursor", 1, morning.Add(time.Minute)
	s.state["chzzk"] = state
	sent := NewSent()
	at := state.LastErrorAt.Add(time.Second)
	jobs = Adaptive{}.Plan(at, Situation{View: s, Offers: chzzkOffers, Sent: sent, Epoch: "e"})
	if len(jobs) == 0 || jobs[0].Key != passKey || jobs[0].Cursor != "" {
		t.Fatalf("after a refused cursor: %+v", jobs)
	}
	sent.Add(at, jobs[0], live.Cost{})
	for _, j := range (Adaptive{}).Plan(at.Add(time.Minute), Situation{View: s, Offers: chzzkOffers, Sent: sent, Epoch: "e"}) {
		if j.Key == passKey {
			t.Error("walked again while the first walk is on its way")
		}
	}
}

func TestAdaptiveRefusedJobsDoNotBlockOthers(t *testing.T) {
	s := newShelf("chzzk", 20, 50, morning)
	sent := NewSent()
	asked := map[string]int{}
	for i := range 600 {
		now := morning.Add(2*time.Minute + time.Duration(i)*time.Second)
		for _, j := range (Adaptive{Checks: -1, Floor: -1}).Plan(now, Situation{View: s, Offers: chzzkOffers, Sent: sent, Epoch: "e"}) {
			if j.Key == "page0" {
				continue // waits or runs, all the time
			}
			asked[j.Key]++
			sent.Add(now, j, live.Cost{})
			s.state["chzzk"].Places[j.Index].At = now
		}
	}
	n := 0
	for _, k := range asked {
		n += k
	}
	if n < 50 {
		t.Errorf("%d other pages in ten minutes", n)
	}
}

func TestAdaptiveBacksOff(t *testing.T) {
	s := newShelf("chzzk", 20, 50, morning)
	state := s.state["chzzk"]
	state.Errors, state.LastError, state.LastErrorAt = 3, "blocked", morning.Add(10*time.Minute)
	state.LastPageAt = morning
	s.state["chzzk"] = state
	at := resume("chzzk", state)
	if jobs := (Adaptive{}).Plan(at.Add(-time.Second), Situation{View: s, Offers: chzzkOffers, Epoch: "e"}); len(jobs) > 0 {
		t.Errorf("%v before the back-off has passed", keys(jobs))
	}
	if jobs := (Adaptive{}).Plan(at, Situation{View: s, Offers: chzzkOffers, Epoch: "e"}); len(jobs) == 0 {
		t.Error("nothing after the back-off")
	}
	state.RetryAt = at.Add(20 * time.Minute)
	s.state["chzzk"] = state
	if jobs := (Adaptive{}).Plan(at.Add(time.Minute), Situation{View: s, Offers: chzzkOffers, Epoch: "e"}); len(jobs) > 0 {
		t.Errorf("%v before the platform wants to be asked", keys(jobs))
	}
	state.RetryAt, state.Off = time.Time{}, true
	s.state["chzzk"] = state
	if jobs := (Adaptive{}).Plan(at.Add(time.Hour), Situation{View: s, Offers: chzzkOffers, Epoch: "e"}); len(jobs) > 0 {
		t.Errorf("%v of a platform that is off", keys(jobs))
	}
}

func TestAdaptiveQuotaHoldsAcrossLeadersAndMidnight(t *testing.T) {
	for name, c := range map[string]struct {
		policy Adaptive
		known  int
		leads  time.Duration
		start  time.Time
	}{
		"as it is":              {Adaptive{}, 300, 100 * time.Hour, morning},
		"leaders change":        {Adaptive{}, 300, 7 * time.Minute, morning},
		"leaders change often":  {Adaptive{}, 300, 40 * time.Second, morning},
		"the log forgets":       {Adaptive{}, 300, 7 * time.Minute, morning},
		"all that is there":     {Adaptive{Budget: 100}, 700, 53 * time.Minute, morning},
		"summer time ends":      {Adaptive{}, 300, 29 * time.Minute, time.Date(2026, 11, 1, 5, 0, 0, 0, time.UTC)},
		"summer time begins":    {Adaptive{}, 300, 29 * time.Minute, time.Date(2026, 3, 8, 5, 0, 0, 0, time.UTC)},
		"a small budget of all": {Adaptive{Budgets: map[string]int{"search": 7, "units": 50}}, 300, 31 * time.Minute, morning},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(c.start)
			w.known, w.forgets, w.lag = c.known, name == "the log forgets", 20*time.Second
			w.state["youtube"] = Platform{Live: c.known}
			budgets := c.policy.Budgets
			if budgets == nil {
				budgets = DefaultBudgets()
			}
			l := w.elect(c.policy, 0)
			const step = time.Minute
			elected, days := time.Duration(0), map[int64]bool{}
			for d := time.Duration(0); d < 30*time.Hour; d += step {
				if d-elected >= c.leads {
					l, elected = w.elect(c.policy, int(d/step)), d
				}
				l.pass(t, step)
				days[pacificMidnight(w.now).Unix()] = true
				for _, b := range []string{"search", "units"} {
					if n := w.Spent("youtube", b); n > budgets[b] {
						t.Fatalf("%v: %d of %d spent from %s", w.now, n, budgets[b], b)
					}
				}
			}
			if len(days) < 2 {
				t.Error("no midnight was passed")
			}
			if n := w.requests["youtube search"]; n < min(budgets["search"], 96)*9/10 {
				t.Errorf("only %d searches in 30 hours", n)
			}
		})
	}
}

func TestCreditIsPaidOff(t *testing.T) {
	sent := NewSent()
	chain := live.Job{Platform: "twitch", Key: "list", Kind: live.KindList, Pages: 60}
	sent.Add(morning, chain, live.Cost{})
	const rate = .2
	if c := sent.credit("twitch", morning.Add(4*time.Minute), rate); c > -8 {
		t.Errorf("credit %v four minutes after a chain of 60 at one in 5 s", c)
	}
	if c := sent.credit("twitch", morning.Add(6*time.Minute), rate); c < 1 {
		t.Errorf("credit %v after six minutes", c)
	}
	chain.Platform, chain.Key = "chzzk", passKey
	sent.Add(morning, chain, live.Cost{})
	sent.Add(morning, live.Job{Platform: "chzzk", Key: "search", Kind: live.KindSearch, Pages: 6}, live.Cost{})
	if c := sent.credit("chzzk", morning.Add(time.Minute), rate); c < 1 {
		t.Errorf("credit %v: a pass or a search was charged to the pages", c)
	}
	// The rate falls to a quarter: the platform is not left alone for long.
	at := morning
	for range 300 {
		at = at.Add(time.Second)
		if sent.credit("soop", at, rate) >= 1 {
			sent.Add(at, live.Job{Platform: "soop", Key: "page0", Kind: live.KindList, Pages: 1}, live.Cost{})
		}
	}
	if n := len(sent.asks["soop"]); n < 57 || n > 63 {
		t.Errorf("%d requests in 300 s at one in 5 s", n)
	}
	for wait := time.Duration(0); sent.credit("soop", at.Add(wait), rate/4) < 1; wait += time.Second {
		if wait > creditFor {
			t.Fatalf("silent for %v after the rate fell", wait)
		}
	}
}

// TestFirstLookIsNotADebt: the first chain may take sixty pages and takes one; the list is asked for again at its cadence.
func TestFirstLookIsNotADebt(t *testing.T) {
	offers := []Offer{{Platform: "twitch", Kind: live.KindList, Rows: 100, Chain: true}}
	sent := NewSent()
	empty := &shelf{state: map[live.Platform]Platform{"twitch": {}}, known: map[live.Platform][]Known{}, missing: map[live.Platform][]Missing{}, spent: map[string]int{}}
	policy := Adaptive{Every: time.Minute}
	jobs := policy.Plan(morning, Situation{View: empty, Offers: offers, Sent: sent})
	if len(jobs) != 1 || jobs[0].Pages != live.MaxChain {
		t.Fatalf("first look: %+v", jobs)
	}
	sent.Add(morning, jobs[0], live.Cost{})
	asked := 0
	for s := 1; s <= 10*60; s++ {
		now := morning.Add(time.Duration(s) * time.Second)
		at := later(morning, sent.Job("twitch", "list"))
		for _, j := range policy.Plan(now, Situation{View: newShelf("twitch", 1, 90, at), Offers: offers, Sent: sent}) {
			sent.Add(now, j, live.Cost{})
			asked++
		}
	}
	if asked < 8 || asked > 11 {
		t.Errorf("a list of one page was asked for %d times in ten minutes, want about one a minute", asked)
	}
}
