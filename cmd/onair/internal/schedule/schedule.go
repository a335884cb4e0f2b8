// Package schedule compares planner policies over the whole pipeline: policy, job, request, platform adapter, page,
// fold, ranking. In go simulated worlds and policies, out come scores against the truth that the worlds know.
//
// Everything runs in process and in virtual time, a second at a time, without a socket, a goroutine inside a world or a
// sleep: requests are answered by the simulator's own handler, so paging limits, cached counts and moving cursors are
// what the adapters meet. All policies of one world are played side by side, so that they are asked about the same
// moments and the truth is worked out once. The broker, the outbox and the view's file are left out: they change no
// page. `onair bench schedule` calls it; nothing else does.
package schedule

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"onair/live"
	"onair/planner"
	"onair/platform"
	"onair/sim"
)

// Sources makes the platforms' sources that send their requests to origin. Name tells the players apart, so that each
// has a quota of its own at the simulator.
type Sources func(origin, name string, clock live.Clock) ([]platform.Source, error)

// Player is one policy in the comparison.
type Player struct {
	Name string
	// Policy is asked for anew when the budget was steered; budget is what planner.Adaptive calls so.
	Policy func(budget float64) planner.Policy
	// Follows names no one: the budget is 1 and stays. Else the player's budget is steered so that it spends, times
	// Times, what the first player does.
	Follows bool
	Times   float64
	// HeadOnly plays without memory of cursors: a chain starts at the head.
	HeadOnly bool
}

// Options is one evening.
type Options struct {
	Seed    int64
	Scale   float64
	Begin   time.Time     // virtual
	Warm    time.Duration // played before the score counts
	Length  time.Duration // scored
	Sources Sources
	Players []Player
}

// Evening is when scheduling is measured: 16:00 to 22:00 in Korea, scored from 17:00.
func Evening() (begin time.Time, warm, length time.Duration) {
	e := sim.Epoch()
	return time.Date(e.Year(), e.Month(), e.Day(), 16, 0, 0, 0, e.Location()), time.Hour, 5 * time.Hour
}

const (
	// origin is where requests seem to go; no name is ever looked up.
	origin = "http://sim.invalid"
	// scoreEvery, tickEvery and steerEvery are virtual.
	scoreEvery = 10 * time.Second
	tickEvery  = 10 * time.Second
	steerEvery = 5 * time.Minute
)

// stepClock is the time of one world.
type stepClock struct{ now time.Time }

func (c *stepClock) Now() time.Time { return c.now }

func (c *stepClock) After(time.Duration) (<-chan time.Time, func()) {
	panic("nothing waits in a world that is played step by step")
}

// Play plays one evening and scores every player, in their order.
func Play(ctx context.Context, o Options) ([]Score, error) {
	clock := &stepClock{now: o.Begin}
	world := sim.New(sim.Options{Seed: o.Seed, Clock: clock, Scale: o.Scale})
	var seats []*seat
	known := names{}
	for _, p := range o.Players {
		sources, err := o.Sources(origin, p.Name, clock)
		if err != nil {
			return nil, fmt.Errorf("sources of %s: %w", p.Name, err)
		}
		transport := &inProcess{handler: world.Handler()}
		seats = append(seats, &seat{
			player: p, clock: clock, pipeline: newPipeline(sources, &http.Client{Transport: transport}), transport: transport,
			tally: newTally(), budget: 1, policy: p.Policy(1), sent: planner.NewSent(),
		})
	}
	scored, end := o.Begin.Add(o.Warm), o.Begin.Add(o.Warm+o.Length)
	for ; clock.now.Before(end); clock.now = clock.now.Add(time.Second) {
		since := clock.now.Sub(o.Begin)
		if since%time.Minute == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		for _, s := range seats {
			if err := s.second(ctx, since%tickEvery == 0); err != nil {
				return nil, fmt.Errorf("%s: %w", s.player.Name, err)
			}
		}
		if since%steerEvery == 0 && since > 0 {
			for _, s := range seats[1:] {
				s.steer(seats[0])
			}
		}
		if since%scoreEvery == 0 {
			truth := newTruth(known, world.World().Truth(clock.now, 0))
			for _, s := range seats {
				s.tally.score(clock.now, !clock.now.Before(scored), truth, s.pipeline.list())
			}
		}
	}
	var scores []Score
	for _, s := range seats {
		scores = append(scores, s.tally.result(end, s))
	}
	return scores, nil
}
