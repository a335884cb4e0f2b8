package planner

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/live"
)

// wall is a site that refuses plain requests while it stands, told by a log that says what a real one would.
type wall struct {
	now     time.Time
	stands  func(time.Time) bool
	browser live.ErrorClass // how every visit of a browser ends; "": well
	state   Platform
	sent    *Sent
	due     []pending
	diary   []string // "minute key outcome"
	began   time.Time
}

func (w *wall) Platform(live.Platform) Platform      { return w.state }
func (w *wall) Known(live.Platform) []Known          { return nil }
func (w *wall) Candidates(live.Platform) []Candidate { return nil }
func (w *wall) Missing(live.Platform) []Missing      { return []Missing{{ID: "b", Channel: "c"}} }
func (w *wall) Spent(live.Platform, string) int      { return 0 }

var (
	wallOffers = []Offer{{Platform: "chzzk", Kind: live.KindList, Rows: 30, Chain: true, Browser: true}, {Platform: "chzzk", Kind: live.KindStatus, Batch: 1}}
	browsing   = []live.Presence{{Worker: "w", Platforms: []live.Platform{"chzzk"}, Classes: []live.Class{live.ClassPlain, live.ClassBrowser}}}
	plainOnly  = []live.Presence{{Worker: "w", Platforms: []live.Platform{"chzzk"}, Classes: []live.Class{live.ClassPlain}}}
)

func newWall(stands func(time.Time) bool) *wall {
	return &wall{now: morning, began: morning, stands: stands, sent: NewSent()}
}

// run lets d pass in seconds under policy p and presence w.
func (w *wall) run(t *testing.T, p Policy, workers []live.Presence, d time.Duration) {
	t.Helper()
	for range int(d / time.Second) {
		w.now = w.now.Add(time.Second)
		w.due = slices.DeleteFunc(w.due, func(d pending) bool {
			if d.at.After(w.now) {
				return false
			}
			w.answer(d.job)
			return true
		})
		for _, j := range p.Plan(w.now, Situation{View: w, Offers: wallOffers, Presence: workers, Sent: w.sent, Epoch: "e", Next: uint64(len(w.diary))}) {
			if err := j.Validate(); err != nil {
				t.Fatal(err)
			}
			w.sent.Add(w.now, j, live.Cost{})
			took := 5 * time.Second
			if j.Class == live.ClassBrowser {
				took = 50 * time.Second
			}
			w.due = append(w.due, pending{w.now.Add(took), j})
		}
	}
}

func (w *wall) answer(j live.Job) {
	var class live.ErrorClass
	if j.Class == live.ClassBrowser {
		class = w.browser
	}
	if j.Class == live.ClassPlain {
		if w.stands(w.now) {
			class = "blocked"
		}
	}
	if class != "" {
		w.state.Errors++
		w.state.LastErrorAt, w.state.LastError = w.now, class
	} else {
		w.state.Errors, w.state.LastError, w.state.LastPageAt = 0, "", w.now
		if j.Kind == live.KindList {
			w.state.LastPassAt = w.now
		}
	}
	if j.Kind == live.KindStatus {
		return
	}
	if class == "" {
		class = "ok"
	}
	w.diary = append(w.diary, fmt.Sprintf("%02d %s %s %s", int(w.now.Sub(w.began)/time.Minute), j.Class, j.Key, class))
}

// TestWallIsGoneRoundAndLeft: three refusals, then a browser every five minutes with a probe every ten, then plain again.
func TestWallIsGoneRoundAndLeft(t *testing.T) {
	w := newWall(func(now time.Time) bool { return now.Sub(morning) < 40*time.Minute })
	w.run(t, Sweep{}, browsing, 70*time.Minute)
	var plain, browser, after []string
	for _, d := range w.diary {
		switch {
		case strings.Contains(d, " browser "):
			browser = append(browser, d)
		case strings.HasSuffix(d, " ok"):
			after = append(after, d)
		default:
			plain = append(plain, d)
		}
	}
	t.Log(w.diary)
	if len(browser) < 6 || len(browser) > 9 {
		t.Errorf("%d visits in 40 minutes: %v", len(browser), browser)
	}
	if len(plain) < browseAfter || len(plain) > browseAfter+5 {
		t.Errorf("refused: %v", plain)
	}
	if len(after) < 4 || !strings.HasSuffix(after[0], "plain probe ok") || !strings.HasSuffix(after[1], "plain list ok") {
		t.Errorf("afterwards: %v", after)
	}
	if last := w.diary[len(w.diary)-1]; !strings.HasSuffix(last, "plain list ok") {
		t.Errorf("ends with %s", last)
	}
}

// TestBrowserThatFailsTooStillLetsProbesThrough, or nobody would notice that the wall is gone.
func TestBrowserThatFailsTooStillLetsProbesThrough(t *testing.T) {
	w := newWall(func(now time.Time) bool { return now.Sub(morning) < 30*time.Minute })
	w.browser = "timeout"
	w.run(t, Sweep{}, browsing, time.Hour)
	if last := w.diary[len(w.diary)-1]; !strings.HasSuffix(last, "plain list ok") {
		t.Errorf("ends with %s of %v", last, w.diary)
	}
}

// TestWallComesBack: the second wall is gone round like the first.
func TestWallComesBack(t *testing.T) {
	w := newWall(func(now time.Time) bool { d := now.Sub(morning) / time.Minute; return d < 25 || d >= 60 && d < 90 })
	w.run(t, Sweep{}, browsing, 2*time.Hour)
	var visits [2]int
	for _, d := range w.diary {
		minute := 0
		if _, err := fmt.Sscanf(d, "%d", &minute); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(d, " browser ") {
			visits[minute/55]++
		}
	}
	if visits[0] < 3 || visits[1] < 3 {
		t.Errorf("visits %v: %v", visits, w.diary)
	}
	if last := w.diary[len(w.diary)-1]; !strings.HasSuffix(last, "plain list ok") {
		t.Errorf("ends with %s", last)
	}
}

func TestDetourNeedsABrowserAndAWall(t *testing.T) {
	blocked := Platform{Errors: 3, LastError: "blocked", LastErrorAt: morning}
	other := blocked
	other.LastError = "timeout"
	few := blocked
	few.Errors = 2
	off := blocked
	off.Off = true
	noPage := slices.Clone(wallOffers)
	noPage[0].Browser = false
	for name, c := range map[string]struct {
		state   Platform
		offers  []Offer
		workers []live.Presence
		want    bool
	}{
		"wall":                {blocked, wallOffers, browsing, true},
		"fewer refusals":      {few, wallOffers, browsing, false},
		"another trouble":     {other, wallOffers, browsing, false},
		"switched off":        {off, wallOffers, browsing, false},
		"no trouble":          {Platform{LastPageAt: morning}, wallOffers, browsing, false},
		"workers without":     {blocked, wallOffers, plainOnly, false},
		"workers not known":   {blocked, wallOffers, nil, false},
		"platform without":    {blocked, noPage, browsing, false},
		"another's browser":   {blocked, wallOffers, []live.Presence{{Platforms: []live.Platform{"soop"}, Classes: browsing[0].Classes}}, false},
		"two workers, one of": {blocked, wallOffers, append(slices.Clone(plainOnly), browsing...), true},
	} {
		jobs, ok := detour(morning.Add(time.Second), "chzzk", c.offers, c.state, Situation{Presence: c.workers})
		if ok != c.want || ok != (len(jobs) == 1) {
			t.Errorf("%s: %v %v", name, jobs, ok)
		}
	}
}

func TestDetourKeepsToRetryAfter(t *testing.T) {
	state := Platform{Errors: 3, LastError: "blocked", LastErrorAt: morning, RetryAt: morning.Add(20 * time.Minute)}
	s := Situation{Presence: browsing}
	if jobs, ok := detour(morning.Add(19*time.Minute), "chzzk", wallOffers, state, s); !ok || len(jobs) > 0 {
		t.Errorf("too early: %v %v", jobs, ok)
	}
	jobs, ok := detour(morning.Add(20*time.Minute), "chzzk", wallOffers, state, s)
	want := []live.Job{{Platform: "chzzk", Key: "browse", Kind: live.KindList, Class: live.ClassBrowser, Pages: 30, NotAfter: morning.Add(22 * time.Minute)}}
	if diff := cmp.Diff(want, jobs); diff != "" || !ok {
		t.Error(diff)
	}
	state.RetryAt = morning.Add(1000 * time.Hour) // nonsense
	if jobs, _ := detour(morning.Add(retryMax), "chzzk", wallOffers, state, s); len(jobs) != 1 {
		t.Errorf("held back by a wrong header: %v", jobs)
	}
}
