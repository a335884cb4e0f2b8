package planner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"onair/live"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeBroker takes jobs and ticks.
type fakeBroker struct {
	mu     sync.Mutex
	jobs   []live.Job
	times  []time.Time
	ticks  []time.Time
	answer func(live.Job) error
	tick   func() error
}

func (f *fakeBroker) Submit(_ context.Context, j live.Job) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.answer != nil {
		if err := f.answer(j); err != nil {
			return err
		}
	}
	f.jobs, f.times = append(f.jobs, j), append(f.times, time.Now())
	return nil
}

func (f *fakeBroker) Tick(_ context.Context, at time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ticks = append(f.ticks, at)
	if f.tick != nil {
		return f.tick()
	}
	return nil
}

// one wants a single job for ever, until it was sent.
type one struct{}

func (one) Plan(now time.Time, s Situation) []live.Job {
	if !s.Sent.Job("chzzk", "list").IsZero() {
		return nil
	}
	return []live.Job{{ID: fmt.Sprintf("%s-%d", s.Epoch, s.Next), Platform: "chzzk", Key: "list", Kind: live.KindList, NotAfter: now.Add(time.Minute)}}
}

func start(t *testing.T, r *Runner) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}

func TestRefusedJobIsOfferedAgain(t *testing.T) {
	for name, refusal := range map[string]error{"pending": fmt.Errorf("broker: %w", ErrPending), "broken": errors.New("no link")} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tries := 0
				b := &fakeBroker{answer: func(live.Job) error {
					if tries++; tries < 3 {
						return refusal
					}
					return nil
				}}
				r := &Runner{Policy: one{}, View: func() Snapshot { return newWorld(time.Now()) }, Jobs: b, Ticks: b, Epoch: "e1"}
				stop := start(t, r)
				time.Sleep(time.Minute)
				stop()
				if len(b.jobs) != 1 || tries != 3 {
					t.Errorf("%d jobs accepted in %d tries, want 1 in 3", len(b.jobs), tries)
				}
				want := Stats{Submitted: 1, Pending: 2}
				if name == "broken" {
					want = Stats{Submitted: 1, Failed: 2}
				}
				if diff := cmp.Diff(want, r.Stats()); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestJobsOfARunHaveTheirOwnIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &fakeBroker{}
		w := newWorld(time.Now())
		r := &Runner{Policy: Sweep{Every: time.Minute}, View: func() Snapshot { return w }, Offers: offers, Jobs: b, Ticks: b, Epoch: "e1"}
		stop := start(t, r)
		time.Sleep(3 * time.Minute)
		stop()
		ids := map[string]bool{}
		for _, j := range b.jobs {
			if ids[j.ID] {
				t.Errorf("id %s twice", j.ID)
			}
			ids[j.ID] = true
		}
		if len(ids) < 15 {
			t.Errorf("%d jobs in three minutes", len(ids))
		}
	})
}

func TestTicks(t *testing.T) {
	for name, speed := range map[string]float64{"real": 1, "sixty times": 60} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &fakeBroker{tick: func() error { return errors.New("away") }}
				clock := live.NewVirtualClock(morning, speed)
				r := &Runner{Policy: one{}, View: func() Snapshot { return nil }, Jobs: b, Ticks: b, Clock: clock, Epoch: "e1"}
				stop := start(t, r)
				time.Sleep(time.Duration(float64(10*time.Minute) / speed))
				stop()
				if n := len(b.ticks); n < 60 || n > 61 {
					t.Errorf("%d ticks in ten minutes of the clock", n)
				}
				for i := 1; i < len(b.ticks); i++ {
					if d := b.ticks[i].Sub(b.ticks[i-1]); d < 9900*time.Millisecond || d > 10100*time.Millisecond {
						t.Fatalf("tick %d after %v", i, d)
					}
				}
			})
		})
	}
}

func TestSlowBrokerDoesNotStopTicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &fakeBroker{}
		hang := hanging{b}
		r := &Runner{Policy: one{}, View: func() Snapshot { return newWorld(morning) }, Jobs: hang, Ticks: b, Epoch: "e1"}
		stop := start(t, r)
		time.Sleep(time.Minute)
		stop()
		if len(b.ticks) < 6 {
			t.Errorf("%d ticks in a minute", len(b.ticks))
		}
	})
}

type hanging struct{ *fakeBroker }

func (hanging) Submit(ctx context.Context, _ live.Job) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestEpochMustBeAToken(t *testing.T) {
	if err := (&Runner{Epoch: "a b"}).Run(t.Context()); !errors.Is(err, live.ErrID) {
		t.Errorf("Run: %v", err)
	}
}
