package planner_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"onair/live"
	"onair/planner"
)

// TestBudgetsHold plays hours of worlds that are drawn: whatever is registered, live, announced, undescribed or gone, a day's
// budget is not exceeded, its last tenth is not spent on descriptions, and the feeds keep their pace.
func TestBudgetsHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		budgets := map[string]int{"search": rapid.IntRange(0, 12).Draw(rt, "searches"), "units": rapid.IntRange(0, 60).Draw(rt, "units")}
		policy := planner.Policy(planner.Sweep{Budgets: budgets})
		if rapid.Bool().Draw(rt, "adaptive") {
			policy = planner.Adaptive{Budgets: budgets}
		}
		n := rapid.IntRange(0, 40).Draw(rt, "channels")
		y := newTube(t, nil, n)
		y.policy, y.step = planner.Registry{Policy: policy, Budgets: budgets}, rapid.SampledFrom([]time.Duration{3 * time.Second, 7 * time.Second, 20 * time.Second}).Draw(rt, "step")
		for k := range rapid.IntRange(0, 60).Draw(rt, "videos") {
			if n == 0 {
				break
			}
			start := y.now.Add(time.Duration(rapid.IntRange(-60, 120).Draw(rt, "start")) * time.Minute)
			v := video{id: fmt.Sprint("v", k), channel: y.reg[k*7%n].Channel.ID, published: start, start: start, end: start.Add(time.Hour)}
			if rapid.Bool().Draw(rt, "announced") {
				v.published, v.scheduledStart = start.Add(-time.Hour), start.Add(-5*time.Minute)
			}
			y.add(v)
			if rapid.Bool().Draw(rt, "searched") {
				y.searched = append(y.searched, v.id)
			}
			y.dead[v.channel] = k%9 == 0
		}
		for k := range rapid.IntRange(0, 120).Draw(rt, "undescribed") {
			y.undesc = append(y.undesc, fmt.Sprint("UCx", k))
		}
		for range 18 {
			y.pass(5 * time.Minute)
			for _, bucket := range []string{"search", "units"} {
				if spent := y.state.Spent("youtube", bucket); spent > budgets[bucket] {
					rt.Fatalf("%d of %d %s", spent, budgets[bucket], bucket)
				}
			}
		}
		described, feeds := 0, []time.Time{}
		for _, a := range y.jobs {
			switch a.job.Kind {
			case live.KindChannel:
				described++
			case live.KindFeed:
				feeds = append(feeds, a.at)
			}
		}
		if described > budgets["units"]*9/10 {
			rt.Fatalf("%d of %d units for descriptions", described, budgets["units"])
		}
		for i := range feeds {
			if k := i + 16; k < len(feeds) && feeds[k].Sub(feeds[i]) < 20*time.Second {
				rt.Fatalf("17 feeds within %v", feeds[k].Sub(feeds[i]))
			}
		}
	})
}
