package schedule

import (
	"context"
	"math"
	"net/http"
	"net/http/httptest"

	"onair/live"
	"onair/planner"
)

// seat is one player at the table: its policy, what it has submitted, and its own pipeline.
type seat struct {
	player    Player
	clock     *stepClock
	pipeline  *pipeline
	transport *inProcess
	tally     *tally
	policy    planner.Policy
	budget    float64
	sent      *planner.Sent
	next      uint64
}

// second does what one second of a leader and a worker brings: pages arrive, the policy plans, jobs wait for the worker.
func (s *seat) second(ctx context.Context, tick bool) error {
	if tick {
		s.pipeline.tick(s.clock.now)
	}
	if err := s.pipeline.work(ctx, s.clock.now); err != nil {
		return err
	}
	offers := s.pipeline.offers(s.player.HeadOnly)
	jobs := s.policy.Plan(s.clock.now, planner.Situation{
		View: s.pipeline.snapshot(), Offers: offers, Sent: s.sent, Epoch: "e", Next: s.next,
	})
	s.next += uint64(len(jobs))
	for _, j := range jobs {
		if err := j.Validate(); err != nil {
			return err
		}
		if !s.pipeline.submit(j) {
			continue // waits or runs
		}
		s.sent.Add(s.clock.now, j, cost(offers, j))
	}
	return nil
}

func cost(offers []planner.Offer, j live.Job) live.Cost {
	for _, o := range offers {
		if o.Platform == j.Platform && o.Kind == j.Kind {
			return o.Cost
		}
	}
	return live.Cost{}
}

const (
	// steered is over how many steerings spending is judged: whole passes come in bursts.
	steered = 4
	// steerBy is how much of what is wrong is put right at once. A budget that swings is a worse one.
	steerBy = .25
)

// steer turns the budget gently towards what spends as the first player did in the last minutes, and makes good for what
// was spent too little or too much so far.
func (s *seat) steer(first *seat) {
	if !s.player.Follows {
		return
	}
	spent := max(float64(s.pipeline.lately(steered)), 1)
	gap := s.player.Times*float64(first.pipeline.requests) - float64(s.pipeline.requests)
	want := max(s.player.Times*float64(first.pipeline.lately(steered))+gap, spent/4)
	s.budget *= math.Pow(want/spent, steerBy)
	s.budget = min(max(s.budget, s.player.Times/4), s.player.Times*4)
	s.policy = s.player.Policy(s.budget)
}

// inProcess answers requests by calling a handler.
type inProcess struct {
	handler  http.Handler
	requests int
}

func (t *inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	t.requests++
	r = r.Clone(r.Context())
	r.RequestURI = r.URL.RequestURI()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	t.handler.ServeHTTP(w, r)
	resp := w.Result()
	resp.Request = r
	return resp, nil
}
