package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"onair/api"
	"onair/broker"
	"onair/cmd/internal/config"
	"onair/live"
	"onair/planner"
)

// registry joins what operators say to the hub's parts. It runs beside the API, and is a part of the admin listener.
func registry(b *broker.Broker, sources []config.Source, v api.View, h api.History, clock live.Clock, log *slog.Logger) *api.Registry {
	o := api.RegistryOptions{
		Facts: operatorFacts{b.Facts()}, View: v, History: h, Off: map[live.Platform]string{}, Now: clock.Now, Log: log,
		Ask: &inquirer{broker: b, offers: offers(sources), clock: clock},
	}
	watched := map[live.Platform]string{}
	for _, s := range sources {
		p := s.Info().ID
		o.Infos = append(o.Infos, s.Info())
		if s.Off != "" {
			o.Off[p] = s.Off
		}
		for _, offer := range s.Offers() {
			switch {
			case offer.Kind == live.KindFeed:
				watched[p] = "its feed, then the broadcasts that it names"
			case offer.Kind == live.KindList && offer.Part:
				watched[p] = "the list, and status checks while it is not there"
			case offer.Kind == live.KindList:
				watched[p] = "the list; status checks when no pass over it is complete"
			}
		}
	}
	o.Watched = func(p live.Platform) string { return watched[p] }
	return api.NewRegistry(o)
}

// operatorFacts are the broker's tables as operators write them: without an end, in nobody's reign.
type operatorFacts struct{ t *broker.Facts }

func (f operatorFacts) Get(ctx context.Context, table, key string) (live.Fact, error) {
	fact, err := f.t.Get(ctx, table, key)
	return fact, factError(err)
}

func (f operatorFacts) List(ctx context.Context, table string) ([]live.Fact, error) {
	facts, err := f.t.List(ctx, table)
	return facts, factError(err)
}

func (f operatorFacts) Create(ctx context.Context, x live.Fact) (uint64, error) {
	rev, err := f.t.Create(ctx, x, 0, broker.Epoch{})
	return rev, factError(err)
}

func (f operatorFacts) Update(ctx context.Context, x live.Fact) (uint64, error) {
	rev, err := f.t.Update(ctx, x, 0, broker.Epoch{})
	return rev, factError(err)
}

func (f operatorFacts) Remove(ctx context.Context, x live.Fact) error {
	return factError(f.t.Remove(ctx, x, broker.Epoch{}))
}

func factError(err error) error {
	for theirs, ours := range map[error]error{broker.ErrNone: api.ErrNoFact, broker.ErrConflict: api.ErrFactConflict, broker.ErrFull: api.ErrFactsFull} {
		if errors.Is(err, theirs) {
			return fmt.Errorf("%w: %w", ours, err)
		}
	}
	return err
}

const (
	// inquiryFor is how long a worker may leave a question lying, on the planner's clock; at the demo's speeds that is a moment.
	inquiryFor = 10 * time.Minute
	// slotRetry is how often a slot that is still taken is tried again.
	slotRetry = 250 * time.Millisecond
)

// inquirer puts an operator's questions to platforms as jobs, and reads the answers where all pages are: in the log.
type inquirer struct {
	broker *broker.Broker
	offers []planner.Offer
	clock  live.Clock
}

// Batch implements api.Asker.
func (q *inquirer) Batch(p live.Platform) int {
	for _, o := range q.offers {
		if o.Platform == p && o.Kind == live.KindChannel {
			return max(o.Batch, 1)
		}
	}
	return 0
}

// errAnswered ends the reading of the log.
var errAnswered = errors.New("answered")

// Ask implements api.Asker.
func (q *inquirer) Ask(ctx context.Context, j live.Job) (*live.Page, error) {
	if !slices.ContainsFunc(q.offers, func(o planner.Offer) bool { return o.Platform == j.Platform && o.Kind == j.Kind }) {
		return nil, &api.Unanswered{Why: fmt.Sprintf("%s cannot be asked that", j.Platform)}
	}
	workers, err := q.broker.Presences(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(workers, func(w live.Presence) bool { return slices.Contains(w.Platforms, j.Platform) }) {
		return nil, &api.Unanswered{Why: fmt.Sprintf("no worker takes jobs of %s%s", j.Platform, lacks(workers, j.Platform))}
	}
	log, err := q.broker.Info(ctx)
	if err != nil {
		return nil, err
	}
	j.V, j.ID, j.Class, j.Region = live.JobVersion, "ask-"+strings.ToLower(rand.Text()), live.ClassPlain, live.RegionAny
	for {
		began := time.Now()
		j.NotAfter = q.clock.Now().Add(inquiryFor)
		err := q.broker.Submit(ctx, j)
		if err == nil {
			break
		}
		if !errors.Is(err, broker.ErrPending) {
			return nil, err
		}
		if err := live.Wait(ctx, live.RealClock{}, slotRetry-time.Since(began)); err != nil {
			return nil, err
		}
	}
	var page *live.Page
	err = q.broker.Follow(ctx, log.LastSeq+1, func(m live.Message) error {
		if m.Tick || m.Lane.Platform != j.Platform {
			return nil
		}
		if p, err := live.DecodePage(m.Body); err == nil && p.Job == j.ID {
			page = p
			return errAnswered
		}
		return nil
	})
	if errors.Is(err, errAnswered) {
		return page, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, err
}

// lacks says which setting the workers miss, if they say so.
func lacks(workers []live.Presence, p live.Platform) string {
	for _, w := range workers {
		if m := w.Missing[string(p)]; m != "" {
			return fmt.Sprintf(" (worker %s lacks %s)", w.Worker, m)
		}
	}
	return ""
}
