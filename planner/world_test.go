package planner

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/live"
)

// world is a log that answers jobs some seconds after they were planned.
type world struct {
	now       time.Time
	lag       time.Duration // from submission to the page in the log
	pages     map[live.Platform]int
	ids       []string
	known     int // live YouTube broadcasts
	state     map[live.Platform]Platform
	seen      map[string]time.Time
	cands     []Candidate
	missing   map[live.Platform][]Missing
	spent     map[spentKey]int
	due       []pending
	requests  map[string]int // "platform kind" → requests
	starts    map[live.Platform][]time.Time
	failing   func(live.Platform, time.Time) bool
	occupied  map[string]bool
	submitted int
	forgets   bool // the log does not say when the last search was
}

type spentKey struct {
	day    int64
	p      live.Platform
	bucket string
}

type pending struct {
	at  time.Time
	job live.Job
}

var offers = []Offer{
	{Platform: "youtube", Kind: live.KindSearch, Rows: 50, Cost: live.Cost{Bucket: "search", Units: 1}},
	{Platform: "youtube", Kind: live.KindRefresh, Batch: 50, Cost: live.Cost{Bucket: "units", Units: 1}},
	{Platform: "chzzk", Kind: live.KindList, Rows: 30, Chain: true},
	{Platform: "chzzk", Kind: live.KindStatus, Batch: 1},
	{Platform: "soop", Kind: live.KindList, Rows: 60},
	{Platform: "soop", Kind: live.KindStatus, Batch: 1},
	{Platform: "twitch", Kind: live.KindList, Rows: 100, Chain: true},
	{Platform: "twitch", Kind: live.KindStatus, Batch: 100},
}

func newWorld(now time.Time) *world {
	return &world{
		now: now, lag: 4 * time.Second, known: 120,
		pages: map[live.Platform]int{"chzzk": 44, "soop": 38, "twitch": 5},
		state: map[live.Platform]Platform{}, seen: map[string]time.Time{}, missing: map[live.Platform][]Missing{},
		spent: map[spentKey]int{}, requests: map[string]int{}, starts: map[live.Platform][]time.Time{}, occupied: map[string]bool{},
	}
}

func (w *world) Platform(p live.Platform) Platform { return w.state[p] }
func (w *world) Known(p live.Platform) []Known {
	if p != "youtube" {
		return nil
	}
	for i := len(w.ids); i < w.known; i++ {
		w.ids = append(w.ids, fmt.Sprintf("v%d", i))
	}
	out := make([]Known, w.known)
	for i, id := range w.ids {
		out[i] = Known{ID: id, SeenAt: w.seen[id]}
	}
	return out
}

func (w *world) Candidates(p live.Platform) []Candidate {
	if p == "youtube" {
		return w.cands
	}
	return nil
}
func (w *world) Missing(p live.Platform) []Missing { return w.missing[p] }
func (w *world) Spent(p live.Platform, bucket string) int {
	return w.spent[spentKey{pacificMidnight(w.now).Unix(), p, bucket}]
}

// leader is one term of office.
type leader struct {
	w      *world
	policy Policy
	sent   *Sent
	epoch  string
	next   uint64
	plans  int
}

func (w *world) elect(p Policy, n int) *leader {
	return &leader{w: w, policy: p, sent: NewSent(), epoch: fmt.Sprintf("e%d", n)}
}

// second lets one second pass: pages that are due arrive, then the leader plans.
func (l *leader) second(t *testing.T) { l.pass(t, time.Second) }

func (l *leader) pass(t *testing.T, d time.Duration) {
	t.Helper()
	w := l.w
	w.now = w.now.Add(d)
	var rest []pending
	for _, d := range w.due {
		if d.at.After(w.now) {
			rest = append(rest, d)
			continue
		}
		w.answer(d.job)
	}
	w.due = rest
	for _, j := range l.plan(t) {
		slot := string(j.Platform) + "/" + j.Key
		if w.occupied[slot] {
			continue // refused: waits or runs
		}
		w.occupied[slot] = true
		w.submitted++
		l.sent.Add(w.now, j, costOf(j))
		took := w.lag
		if j.Kind == live.KindList {
			w.starts[j.Platform] = append(w.starts[j.Platform], w.now)
			took = time.Duration(w.pages[j.Platform]) * time.Second
		}
		w.due = append(w.due, pending{w.now.Add(took), j})
	}
}

func (l *leader) plan(t *testing.T) []live.Job {
	t.Helper()
	if l.plans%60 == 0 {
		l.sent.prune(l.w.now)
	}
	s := Situation{View: l.w, Offers: offers, Sent: l.sent, Epoch: l.epoch, Next: l.next}
	jobs := l.policy.Plan(l.w.now, s)
	if l.plans++; l.plans%16 == 1 { // not always: it is half of the test's time
		if again := l.policy.Plan(l.w.now, s); !cmp.Equal(jobs, again) {
			t.Fatalf("two plans of one situation differ: %s", cmp.Diff(jobs, again))
		}
	}
	l.next += uint64(len(jobs))
	for _, j := range jobs {
		if err := j.Validate(); err != nil {
			t.Fatal(err)
		}
		if !j.NotAfter.After(l.w.now) {
			t.Fatalf("job %s is stale at birth", j.Key)
		}
	}
	return jobs
}

func costOf(j live.Job) live.Cost {
	i := slices.IndexFunc(offers, func(o Offer) bool { return o.Platform == j.Platform && o.Kind == j.Kind })
	return offers[i].Cost
}

// answer is the job's pages arriving in the log.
func (w *world) answer(j live.Job) {
	delete(w.occupied, string(j.Platform)+"/"+j.Key)
	s := w.state[j.Platform]
	n := 1
	fail := w.failing != nil && w.failing(j.Platform, w.now)
	if j.Kind == live.KindList && !fail {
		n = w.pages[j.Platform]
	}
	if j.Kind == live.KindSearch {
		n = max(j.Pages, 1)
	}
	w.requests[fmt.Sprintf("%s %s", j.Platform, j.Kind)] += n
	if c := costOf(j); c.Units > 0 {
		w.spent[spentKey{pacificMidnight(w.now).Unix(), j.Platform, c.Bucket}] += n * c.Units
	}
	if fail {
		s.Errors++
		s.LastErrorAt, s.LastError = w.now, "unavailable"
		w.state[j.Platform] = s
		return
	}
	s.Errors, s.LastError, s.LastPageAt = 0, "", w.now
	switch j.Kind {
	case live.KindList:
		s.LastPassAt = w.now
	case live.KindSearch:
		if !w.forgets {
			s.LastSearchAt = w.now
		}
	case live.KindRefresh:
		for _, k := range j.Keys {
			w.seen[k] = w.now
			w.cands = slices.DeleteFunc(w.cands, func(c Candidate) bool { return c.ID == k })
		}
	case live.KindStatus:
		for _, k := range j.Keys {
			for i := range w.missing[j.Platform] {
				if m := &w.missing[j.Platform][i]; m.Channel == k {
					m.SeenAt = w.now
				}
			}
		}
	}
	w.state[j.Platform] = s
}

var morning = time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC) // 19:00 Pacific

func (l *leader) run(t *testing.T, d time.Duration) {
	t.Helper()
	for range int(d / time.Second) {
		l.second(t)
	}
}
