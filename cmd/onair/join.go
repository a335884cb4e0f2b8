package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"onair/api"
	"onair/broker"
	"onair/cmd/internal/config"
	fold "onair/cmd/onair/internal/situation"
	"onair/live"
	"onair/planner"
	"onair/platform"
	"onair/view"
)

// pageLog is the broker as the view's follower sees it.
type pageLog struct {
	*broker.Broker
	pulse *pulse // beats at every message; nil when nobody feels it
}

func (l pageLog) Follow(ctx context.Context, from uint64, fn func(live.Message) error) error {
	err := l.Broker.Follow(ctx, from, func(m live.Message) error {
		if l.pulse != nil {
			l.pulse.beat()
		}
		return fn(m)
	})
	if gap := (*broker.GapError)(nil); errors.As(err, &gap) {
		return &view.GapError{From: gap.From, Next: gap.Next}
	}
	return err
}

// history is the store as the API sees it.
type history struct{ *view.Store }

// Broadcast implements api.History.
func (h history) Broadcast(id live.BroadcastID) ([]api.Point, error) {
	return points(h.Store.History(id, time.Time{}))
}

// Channel implements api.History.
func (h history) Channel(id live.ChannelID) ([]api.Point, error) {
	return points(h.ChannelHistory(id, time.Time{}))
}

func points(stored []view.HistoryPoint, err error) ([]api.Point, error) {
	list := make([]api.Point, len(stored))
	for i, p := range stored {
		list[i] = api.Point{ID: p.ID, Channel: p.Channel, At: p.At, Viewers: p.Viewers, Peak: p.Peak, Step: p.Step}
	}
	return list, err
}

// past is the store and what is remembered of its days, as the API sees them.
type past struct {
	*view.Store
	*view.Days
}

// work is the broker as the planner sees it.
type work struct{ *broker.Broker }

func (w work) Submit(ctx context.Context, j live.Job) error {
	err := w.Broker.Submit(ctx, j)
	if errors.Is(err, broker.ErrPending) {
		return fmt.Errorf("%w: %w", planner.ErrPending, err)
	}
	return err
}

// ticker ticks in the name of one leader.
type ticker struct {
	b     *broker.Broker
	epoch broker.Epoch
	// virtual: the log keeps the planner's time; a real one has the broker's.
	virtual bool
}

// Tick implements planner.Ticker.
func (t ticker) Tick(ctx context.Context, at time.Time) error {
	if !t.virtual {
		at = time.Time{}
	}
	return t.b.Tick(ctx, at, t.epoch)
}

// situation is a snapshot as the planner sees it.
type situation struct{ *view.Snapshot }

func (s situation) Platform(p live.Platform) planner.Platform {
	out := fold.Platform(s.Source(p))
	out.Off = s.Paused(p)
	return out
}

func (s situation) Known(p live.Platform) []planner.Known {
	known := s.Snapshot.Known(p)
	list := make([]planner.Known, len(known))
	for i, k := range known {
		list[i] = planner.Known{ID: k.ID.ID, SeenAt: k.SeenAt, Viewers: live.ViewersHidden}
		e, ended := s.Find(k.ID)
		if e == nil || ended {
			continue // blocked
		}
		list[i].Rank = e.Rank
		for _, m := range e.Broadcasts {
			if m.ID == k.ID {
				list[i].Channel, list[i].Viewers, list[i].StartedAt = m.Channel.ID, m.Viewers, m.StartedAt
			}
		}
	}
	return list
}

func (s situation) Candidates(p live.Platform) []planner.Candidate {
	found := s.Snapshot.Candidates(p)
	list := make([]planner.Candidate, len(found))
	for i, c := range found {
		list[i] = planner.Candidate{ID: c.ID.ID, FoundAt: c.FoundAt, NotBefore: c.NotBefore}
	}
	return list
}

func (s situation) Missing(p live.Platform) []planner.Missing {
	missing := s.Snapshot.Missing(p)
	list := make([]planner.Missing, len(missing))
	for i, m := range missing {
		list[i] = planner.Missing{ID: m.ID.ID, Channel: m.Channel, SeenAt: m.SeenAt}
	}
	return list
}

// offers are what the platforms that are on can be asked.
func offers(sources []config.Source) []planner.Offer {
	var list []planner.Offer
	for _, s := range sources {
		if s.Off != "" {
			continue
		}
		_, browser := s.Source.(platform.BrowserSource)
		for _, o := range s.Offers() {
			list = append(list, planner.Offer{Platform: s.Info().ID, Kind: o.Kind, Batch: o.Batch, Rows: o.Rows, Cost: o.Cost, Chain: o.Chain, Resume: o.Resume, Part: o.Part, Browser: browser && o.Kind == live.KindList})
		}
	}
	return list
}

var (
	_ view.Log         = pageLog{}
	_ view.FactSource  = (*broker.Facts)(nil)
	_ api.History      = history{}
	_ api.Past         = past{}
	_ planner.Jobs     = work{}
	_ planner.Ticker   = ticker{}
	_ planner.Snapshot = situation{}
)
