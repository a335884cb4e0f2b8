package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/cmd/onair/internal/crowd"
	"onair/cmd/onair/internal/schedule"
	"onair/live"
	"onair/planner"
	"onair/platform"
)

type benchWorkersCmd struct {
	Workers []int         `help:"Numbers of workers, each with one egress." default:"1,2,4,8"`
	Rate    float64       `help:"Requests a second of one egress to one platform, at most." default:"0.1"`
	Policy  []string      `help:"Policies: sweep, adaptive." default:"sweep,adaptive" enum:"sweep,adaptive"`
	Sweep   time.Duration `help:"The sweep whose requests one egress spends; at 10 minutes that is about 0.1 a second and platform." default:"10m"`
	Seed    int64         `help:"Which simulated Korea." default:"1"`
	Scale   float64       `help:"Size of the simulated platforms; at 1.75 Chzzk and SOOP have what was counted in 2026." default:"1.75"`
	Length  time.Duration `help:"How long ages count, after an hour that does not; the evening begins at 16:00 in Korea." default:"1h"`
	JSON    bool          `help:"Print one JSON object a line."`
}

// Validate is called by kong.
func (c *benchWorkersCmd) Validate() error {
	for _, n := range c.Workers {
		if n < 1 || n > 100 {
			return fmt.Errorf("--workers %d is not between 1 and 100", n)
		}
	}
	switch {
	case !(c.Rate > 0 && c.Rate <= 1):
		return fmt.Errorf("--rate %v is not above 0 and at most 1", c.Rate)
	case c.Sweep < minSweep || c.Sweep > maxSweep:
		return fmt.Errorf("--sweep %v is not between %v and %v", c.Sweep, minSweep, maxSweep)
	case !(c.Scale > 0 && c.Scale <= 10):
		return fmt.Errorf("--scale %v is not above 0 and at most 10", c.Scale)
	case c.Length < time.Minute || c.Length > 5*time.Hour:
		return fmt.Errorf("--length %v is not between a minute and 5 hours", c.Length)
	}
	return nil
}

// crowdScore is one line of the table.
type crowdScore struct {
	Policy string `json:"policy"`
	crowd.Score
}

// Run is called by kong.
func (c *benchWorkersCmd) Run(ctx context.Context, o out) error {
	begin, warm, _ := schedule.Evening()
	scores := make([]crowdScore, len(c.Policy)*len(c.Workers))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range c.Policy {
		for k, n := range c.Workers {
			g.Go(func() error {
				s, err := crowd.Play(ctx, crowd.Options{
					Seed: c.Seed, Scale: c.Scale, Begin: begin, Warm: warm, Length: c.Length, Workers: n, Rate: c.Rate, Policy: c.policy(name, n),
					Sources: func(origin string, clock live.Clock) ([]platform.Source, error) {
						return simulatedSources(origin, "workers", clock)
					},
				})
				scores[i*len(c.Workers)+k] = crowdScore{name, s}
				return err
			})
		}
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if c.JSON {
		for _, s := range scores {
			if err := json.NewEncoder(o.stdout).Encode(s); err != nil {
				return err
			}
		}
		return nil
	}
	return c.print(scores, o)
}

// policy is what the leader runs. A sweep knows nothing of workers: it is given a period that n of them can keep.
func (c *benchWorkersCmd) policy(name string, n int) planner.Policy {
	if name == "adaptive" {
		return planner.Adaptive{Every: c.Sweep}
	}
	return planner.Sweep{Every: max(c.Sweep/time.Duration(n), time.Minute), Spread: true}
}

func (c *benchWorkersCmd) print(scores []crowdScore, o out) error {
	names := platform.Names()
	var sizes []string
	for _, p := range names {
		sizes = append(sizes, fmt.Sprintf("%s %d", p, scores[len(scores)-1].Sizes[p]))
	}
	fmt.Fprintf(o.stdout, "seed %d, 17:00 in Korea and %v on, each egress at most %g requests a second to a platform; broadcasts: %s\n\n", c.Seed, c.Length, c.Rate, strings.Join(sizes, ", "))
	w := tabwriter.NewWriter(o.stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "policy\tworkers\trequests/s\tage top 50 s")
	for _, p := range names {
		fmt.Fprintf(w, "\t%s s", p)
	}
	fmt.Fprintln(w, "\t")
	for i, s := range scores {
		if i > 0 && s.Policy != scores[i-1].Policy {
			fmt.Fprintln(w, strings.Repeat("\t", 5+len(names)))
		}
		fmt.Fprintf(w, "%s\t%d\t%.2f\t%.1f", s.Policy, s.Workers, s.Requests, s.Top50)
		for _, p := range names {
			fmt.Fprintf(w, "\t%.1f", s.Ages[p])
		}
		fmt.Fprintln(w, "\t")
	}
	if slices.Contains(c.Policy, "sweep") {
		defer fmt.Fprintln(o.stdout, "\nThe sweep asks for a list as one chain, which one worker walks: more workers do not share it. The adaptive policy\n"+
			"asks for single pages (SOOP by number, Chzzk and Twitch by cursors of the last pass) and id batches (YouTube).")
	}
	return w.Flush()
}
