package schedule

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/live"
	"onair/planner"
	"onair/platform"
	"onair/sim"
	"onair/view"
)

func players(times float64) []Player {
	return []Player{
		{Name: "sweep", Policy: func(float64) planner.Policy { return planner.Sweep{} }},
		{Name: "adaptive", Follows: true, Times: times, Policy: func(b float64) planner.Policy { return planner.Adaptive{Budget: b} }},
	}
}

func mustPlay(t *testing.T, o Options) []Score {
	t.Helper()
	o.Begin, _, _ = Evening()
	o.Begin, o.Sources = o.Begin.Add(2*time.Hour), simulated
	s, err := Play(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A small world for a short evening; the bounds are far below what whole evenings of whole worlds give.
func TestAdaptiveBeatsTheSweepAtEqualRequests(t *testing.T) {
	s := mustPlay(t, Options{Seed: 3, Scale: .3, Warm: 30 * time.Minute, Length: time.Hour, Players: players(1)})
	g := Over(s[0], s[1])
	if g.Requests < .95 || g.Requests > 1.05 {
		t.Errorf("%d requests against %d", s[1].Requests, s[0].Requests)
	}
	if g.NDCG50 < 1.5 || g.NDCG200 < 1.3 || g.Top200 < 1.2 || g.All < 1 || g.Age < 1.4 {
		t.Errorf("gain %+v\nsweep    %+v\nadaptive %+v", g, s[0], s[1])
	}
	for _, x := range s {
		if len(x.Errors) > 0 {
			t.Errorf("%s met errors: %v", x.Name, x.Errors)
		}
	}
}

func TestPlayIsDeterministic(t *testing.T) {
	o := Options{Seed: 5, Scale: .1, Warm: 10 * time.Minute, Length: 20 * time.Minute, Players: players(.5)}
	if diff := cmp.Diff(mustPlay(t, o), mustPlay(t, o)); diff != "" {
		t.Error(diff)
	}
}

func TestPlayStopsWhenToldTo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	begin, _, _ := Evening()
	if _, err := Play(ctx, Options{Seed: 1, Scale: .05, Begin: begin, Length: time.Hour, Sources: simulated, Players: players(1)}); err == nil {
		t.Error("played to the end")
	}
}

// watched is a source that knows which cursors the site gave out, and fails now and then.
type watched struct {
	platform.Source
	t       *testing.T
	rng     *rand.Rand
	random  bool // any page of the list can be asked for
	clock   live.Clock
	given   map[string]time.Time
	refused int
}

func (w *watched) Fetch(ctx context.Context, c *http.Client, r platform.Request) (*live.Page, error) {
	now := w.clock.Now()
	if r.Kind == live.KindList && r.Cursor != "" {
		at, ok := w.given[r.Cursor]
		switch {
		case !ok && !w.random:
			w.t.Errorf("%s: cursor %q was never given", w.Info().ID, r.Cursor)
		case !w.random && now.Sub(at) > 25*time.Minute:
			w.t.Errorf("%s: cursor %q is %v old", w.Info().ID, r.Cursor, now.Sub(at))
		}
	}
	switch n := w.rng.IntN(200); {
	case n == 0:
		return nil, &live.FetchError{Class: live.ErrTimeout}
	case n < 12 && r.Cursor != "" && r.Kind == live.KindList:
		w.refused++
		return nil, &live.FetchError{Class: live.ErrCursor}
	}
	p, err := w.Source.Fetch(ctx, c, r)
	if err == nil && p.Next != "" {
		w.given[p.Next] = now
	}
	return p, err
}

// Whatever fails and however often the leader changes: list jobs start where the platform allows, the log's quota holds,
// the rate stays within bounds, and no page is left alone.
func TestPagingLimitsAreRespected(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(seed, 9))
			clock := &stepClock{now: sim.Epoch()}
			world := sim.New(sim.Options{Seed: int64(seed), Clock: clock, Scale: .2})
			sources, err := simulated(origin, "w", clock)
			if err != nil {
				t.Fatal(err)
			}
			for i, s := range sources {
				id := s.Info().ID
				sources[i] = &watched{Source: s, t: t, rng: rng, clock: clock, random: id == "soop", given: map[string]time.Time{}}
			}
			s := &seat{
				clock: clock, player: Player{HeadOnly: seed%3 == 2}, budget: 1, sent: planner.NewSent(),
				pipeline: newPipeline(sources, &http.Client{Transport: &inProcess{handler: world.Handler()}}),
			}
			guard := &guarded{t: t, Policy: planner.Adaptive{Budget: []float64{1, .5, 3}[seed%3]}, headOnly: s.player.HeadOnly}
			s.policy = guard
			for i := range 2400 {
				if rng.IntN(600) == 0 {
					s.sent = planner.NewSent() // another leader
				}
				if err := s.second(t.Context(), i%10 == 0); err != nil {
					t.Fatal(err)
				}
				clock.now = clock.now.Add(time.Second)
			}
			for _, f := range s.pipeline.state.Platforms() {
				for k, p := range f.Places {
					if age := clock.now.Sub(p.At); !p.At.IsZero() && age > 25*time.Minute {
						t.Errorf("%s: page %d is %v old", f.ID, k, age)
					}
				}
			}
			refused := 0
			for _, x := range sources {
				refused += x.(*watched).refused
			}
			if !s.player.HeadOnly && guard.middle < 10 || refused == 0 {
				t.Errorf("%d jobs began in the middle, %d cursors were refused: nothing was tried", guard.middle, refused)
			}
		})
	}
}

// guarded looks at each job.
type guarded struct {
	planner.Policy
	t        *testing.T
	headOnly bool
	middle   int
}

func (g *guarded) Plan(now time.Time, s planner.Situation) []live.Job {
	jobs := g.Policy.Plan(now, s)
	if again := g.Policy.Plan(now, s); now.Unix()%97 == 0 && !cmp.Equal(jobs, again) {
		g.t.Errorf("two plans of one situation: %s", cmp.Diff(jobs, again))
	}
	for _, j := range jobs {
		if j.Kind != live.KindList {
			continue
		}
		if (j.Cursor == "") != (j.Index == 0) {
			g.t.Errorf("%s: page %d at cursor %q", j.Platform, j.Index, j.Cursor)
		}
		if j.Cursor == "" {
			continue
		}
		g.middle++
		if j.Platform == "twitch" || j.Platform == "chzzk" && g.headOnly {
			g.t.Errorf("%s: a chain from the head begins at %q", j.Platform, j.Cursor)
		}
	}
	if len(jobs) > 15 {
		g.t.Errorf("%d jobs at once", len(jobs))
	}
	return jobs
}

// The comparison's list is what the view would show, where no fact says otherwise.
func TestListIsTheViews(t *testing.T) {
	clock := &stepClock{now: sim.Epoch()}
	world := sim.New(sim.Options{Seed: 4, Clock: clock, Scale: .1})
	sources, err := simulated(origin, "w", clock)
	if err != nil {
		t.Fatal(err)
	}
	s := &seat{clock: clock, budget: 1, sent: planner.NewSent(), policy: planner.Adaptive{}, pipeline: newPipeline(sources, &http.Client{Transport: &inProcess{handler: world.Handler()}})}
	for i := range 300 {
		if err := s.second(t.Context(), i%10 == 0); err != nil {
			t.Fatal(err)
		}
		clock.now = clock.now.Add(time.Second)
	}
	var infos []live.PlatformInfo
	for _, x := range sources {
		infos = append(infos, x.Info())
	}
	snap := view.Build(s.pipeline.state, view.NewFacts(), view.BuildOptions{Infos: infos})
	var want, got []string
	all := slices.Concat(snap.Entries, snap.Unlisted)
	slices.SortStableFunc(all, func(x, y *view.Entry) int {
		if x.Viewers != y.Viewers {
			return int(y.Viewers - x.Viewers)
		}
		return strings.Compare(x.ID, y.ID)
	})
	for _, e := range all {
		if len(e.Broadcasts) == 1 { // second broadcasts of a channel on the same platform are entries of their own
			want = append(want, fmt.Sprint(e.ID, " ", e.Viewers))
		}
	}
	for _, r := range s.pipeline.list() {
		got = append(got, fmt.Sprint(r.id, " ", r.viewers))
	}
	if len(got) < 200 {
		t.Fatalf("only %d rows", len(got))
	}
	// Equal counts are ordered by the written id there, by platform and id here: the same.
	if diff := cmp.Diff(strings.Join(want, "\n"), strings.Join(got, "\n")); diff != "" {
		t.Error(diff)
	}
	known := 0
	for _, info := range infos {
		for _, k := range s.pipeline.snapshot().Known(info.ID) {
			known++
			if e, _ := snap.Find(live.BroadcastID{Platform: info.ID, ID: k.ID}); e == nil || e.Rank != k.Rank || e.Viewers != k.Viewers || e.Broadcasts[0].Channel.ID != k.Channel {
				t.Errorf("%s %s: %+v", info.ID, k.ID, k)
			}
		}
	}
	if known != len(got) {
		t.Errorf("%d known of %d", known, len(got))
	}
}
