package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/cmd/onair/internal/schedule"
	"onair/live"
	"onair/planner"
	"onair/platform"
)

type benchScheduleCmd struct {
	Seeds    []int64 `help:"Simulated worlds to play." default:"1,2,3"`
	Budget   float64 `help:"Requests of the adaptive policy, times the sweep's." default:"1"`
	Scale    float64 `help:"Size of the simulated platforms." default:"1"`
	Ablation bool    `help:"Also play the adaptive policy without each of its parts, on the first two seeds." default:"true" negatable:""`
	Hours    float64 `help:"Hours that are scored, after one that is not; the evening begins at 16:00 in Korea." default:"5"`
	JSON     bool    `help:"Print one JSON object."`
}

// Validate is called by kong.
func (c *benchScheduleCmd) Validate() error {
	switch {
	case len(c.Seeds) == 0:
		return fmt.Errorf("--seeds names none")
	case !(c.Budget >= .05 && c.Budget <= 20):
		return fmt.Errorf("--budget %v is not between 0.05 and 20", c.Budget)
	case !(c.Scale > 0 && c.Scale <= 10):
		return fmt.Errorf("--scale %v is not above 0 and at most 10", c.Scale)
	case !(c.Hours > 0 && c.Hours <= 24):
		return fmt.Errorf("--hours %v is not above 0 and at most 24", c.Hours)
	}
	return nil
}

// ablated is on how many of the worlds the policy is also played without its parts: five more evenings each.
const ablated = 2

// scheduleReport is what --json prints. The ablation begins with the sweep and the whole policy on its own worlds.
type scheduleReport struct {
	Seeds         []int64            `json:"seeds"`
	Budget        float64            `json:"budget"`
	Sweep         schedule.Score     `json:"sweep"`
	Adaptive      schedule.Score     `json:"adaptive"`
	Gain          schedule.Gain      `json:"gain"`
	AblationSeeds []int64            `json:"ablation_seeds,omitempty"`
	Ablation      []schedule.Score   `json:"ablation,omitempty"`
	PerSeed       [][]schedule.Score `json:"per_seed"`
}

// gcPercent trades memory for a third of the time: everything that is allocated is a page that is gone a moment later.
const gcPercent = 400

// Run is called by kong.
func (c *benchScheduleCmd) Run(ctx context.Context, o out) error {
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	begin, warm, _ := schedule.Evening()
	played := make([][]schedule.Score, len(c.Seeds))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, seed := range c.Seeds {
		g.Go(func() error {
			scores, err := schedule.Play(ctx, schedule.Options{
				Seed: seed, Scale: c.Scale, Begin: begin, Warm: warm, Length: time.Duration(c.Hours * float64(time.Hour)),
				Sources: simulatedSources, Players: c.players(c.Ablation && i < ablated),
			})
			if err != nil {
				return fmt.Errorf("seed %d: %w", seed, err)
			}
			played[i] = scores
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	r := scheduleReport{Seeds: c.Seeds, Budget: c.Budget, PerSeed: played}
	if c.Ablation {
		r.AblationSeeds = c.Seeds[:min(ablated, len(c.Seeds))]
		r.Ablation = schedule.Mean(played[:len(r.AblationSeeds)])
	}
	first := make([][]schedule.Score, len(played))
	for i := range played {
		first[i] = played[i][:2]
	}
	mean := schedule.Mean(first)
	r.Sweep, r.Adaptive, r.Gain = mean[0], mean[1], schedule.Over(mean[0], mean[1])
	if c.JSON {
		e := json.NewEncoder(o.stdout)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	return r.print(o)
}

// players are the sweep, the adaptive policy and the latter without each of its parts.
func (c *benchScheduleCmd) players(ablation bool) []schedule.Player {
	adaptive := func(name string, change func(*planner.Adaptive)) schedule.Player {
		return schedule.Player{Name: name, Follows: true, Times: c.Budget, Policy: func(budget float64) planner.Policy {
			p := planner.Adaptive{Budget: budget}
			change(&p)
			return p
		}}
	}
	list := []schedule.Player{
		{Name: "sweep", Policy: func(float64) planner.Policy { return planner.Sweep{} }},
		adaptive("adaptive", func(*planner.Adaptive) {}),
	}
	if !ablation {
		return list
	}
	headOnly := adaptive("no cursor memory", func(*planner.Adaptive) {})
	headOnly.HeadOnly = true
	return append(list,
		adaptive("all ranks alike", func(p *planner.Adaptive) { p.Weight = func(int) float64 { return .1 } }),
		adaptive("tiers of rank", func(p *planner.Adaptive) { p.Weight = tiers }),
		adaptive("no tail floor", func(p *planner.Adaptive) { p.Floor = -1 }),
		adaptive("no status checks", func(p *planner.Adaptive) { p.Checks = -1 }),
		headOnly,
	)
}

// tiers is the rank weight in three steps, as the trial's fixed tiers had it.
func tiers(rank int) float64 {
	switch {
	case rank < 1 || rank > 230:
		return .01
	case rank > 50:
		return .14
	}
	return .3
}

// simulatedSources are the demo's, with credentials of the player's own so that quotas are apart.
func simulatedSources(origin, name string, clock live.Clock) ([]platform.Source, error) {
	p := simulated(origin)
	id := strings.ReplaceAll(name, " ", "-")
	p.Given["youtube.key"], p.Given["twitch.client_id"] = id, id
	sources, err := p.Sources(clock, func(string) (string, bool) { return "", false })
	if err != nil {
		return nil, err
	}
	var out []platform.Source
	for _, s := range sources {
		if s.Off == "" {
			out = append(out, s.Source)
		}
	}
	return out, nil
}

func (r *scheduleReport) print(o out) error {
	fmt.Fprintf(o.stdout, "seeds %v, evenings from 17:00 in Korea, adaptive at %.4g times the sweep's requests\n\n", r.Seeds, r.Budget)
	w := tabwriter.NewWriter(o.stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\trequests\t1-NDCG@50\t1-NDCG@200\tviewer error top 200\tof all\tage top 50 s\tentry s\tended s\tstart p90 s\t")
	line := func(s schedule.Score) {
		fmt.Fprintf(w, "%s\t%d\t%.5f\t%.5f\t%.2f %%\t%.2f %%\t%.1f\t%.0f\t%.0f\t%s\t\n",
			s.Name, s.Requests, s.NDCG50, s.NDCG200, 100*s.Top200, 100*s.All, s.Age, s.Entry, s.Ended, seconds(s.Start))
	}
	line(r.Sweep)
	line(r.Adaptive)
	g := r.Gain
	fmt.Fprintf(w, "gain\t%.3f\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t\n", g.Requests, g.NDCG50, g.NDCG200, g.Top200, g.All, g.Age, g.Entry, g.Ended, g.Start)
	if len(r.Ablation) > 0 {
		fmt.Fprintln(w, strings.Repeat("\t", 10))
		fmt.Fprintf(w, "seeds %v%s\n", r.AblationSeeds, strings.Repeat("\t", 10))
	}
	for _, s := range r.Ablation {
		line(s)
	}
	return w.Flush()
}

// seconds prints a time, or that it never came.
func seconds(s float64) string {
	if s > 24*3600 {
		return "never"
	}
	return fmt.Sprint(math.Round(s))
}
