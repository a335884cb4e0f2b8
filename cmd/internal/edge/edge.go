// Package edge joins a workers.Worker to the broker; onair runs one beside its hub, onair-worker runs nothing else.
// It links neither the broker's server nor the hub's parts.
package edge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go"

	"onair/broker"
	"onair/cmd/internal/config"
	"onair/live"
	"onair/platform"
	"onair/workers"
)

// Options are what a worker runs with.
type Options struct {
	Name    string
	Version string
	Data    string // folder of the outbox
	Conn    *nats.Conn
	Sources []config.Source
	Classes []live.Class // nil: plain only
	Regions []string     // nil: any only
	Clock   live.Clock
	Virtual bool
	Pace    time.Duration // of Clock, between two requests of one egress to one platform
	Log     *slog.Logger

	Addresses []workers.Address // of the egresses; nil: this machine's own choice
	Browser   BrowserSettings   // for class browser
	Outbox    OutboxSettings    // zero: 6 hours, 64 MiB
}

// Run works until ctx ends, or a permission is denied.
func Run(ctx context.Context, o Options) error {
	outbox, err := workers.OpenOutbox(filepath.Join(o.Data, "outbox.db"), o.Name, o.Outbox.options(o.Log))
	if err != nil {
		return fmt.Errorf("worker %s: data folder %s: %w", o.Name, o.Data, err)
	}
	defer outbox.Close()
	var sources []platform.Source
	for _, s := range o.Sources {
		if s.Off == "" {
			sources = append(sources, s.Source)
		} else {
			o.Log.Warn("platform off", "platform", string(s.Info().ID), "reason", s.Off)
		}
	}
	pool, err := workers.NewPool(workers.PoolOptions{Addresses: o.Addresses, Clock: o.Clock, Pace: o.Pace, Logger: o.Log})
	if err != nil {
		return fmt.Errorf("worker %s: %w", o.Name, err)
	}
	defer pool.Close()
	chromium, without, err := o.Browser.find(o.Classes, o.Log)
	if err != nil {
		return fmt.Errorf("worker %s: %w", o.Name, err)
	}
	e := broker.NewEdge(o.Conn, o.Name)
	w, err := workers.New(workers.Config{
		Name: o.Name, Version: o.Version, Sources: sources, Classes: o.Classes, Regions: o.Regions, Log: pages{e}, Jobs: jobs{e}, Say: e, Outbox: outbox,
		Clock: o.Clock, Virtual: o.Virtual, Pool: pool, Browser: chromium, NoBrowser: without, Logger: o.Log,
	})
	if err != nil {
		return fmt.Errorf("worker %s: %w", o.Name, err)
	}
	// The link's return ends the outbox's back-off.
	before := o.Conn.ReconnectHandler()
	o.Conn.SetReconnectHandler(func(nc *nats.Conn) {
		w.Linked()
		if before != nil {
			before(nc)
		}
	})
	return w.Run(ctx)
}

// translate gives the broker's errors the names that workers branch on.
func translate(err error) error {
	for _, p := range [...]struct{ from, to error }{
		{broker.ErrFence, workers.ErrFence},
		{broker.ErrUnclear, workers.ErrUnclear},
		{broker.ErrDenied, workers.ErrDenied},
		{broker.ErrNone, workers.ErrNone},
	} {
		if errors.Is(err, p.from) {
			return fmt.Errorf("%w: %w", p.to, err)
		}
	}
	return err
}

type pages struct{ *broker.Edge }

func (p pages) Publish(ctx context.Context, lane live.Lane, e live.Entry, fence uint64) (uint64, error) {
	seq, err := p.Edge.Publish(ctx, lane, e, fence)
	return seq, translate(err)
}

func (p pages) Last(ctx context.Context, lane live.Lane) (seq, key uint64, err error) {
	seq, key, err = p.Edge.Last(ctx, lane)
	return seq, key, translate(err)
}

type jobs struct{ *broker.Edge }

func (j jobs) Take(ctx context.Context, p live.Platform, c live.Class, region string) (workers.Taken, error) {
	t, err := j.Edge.Take(ctx, p, c, region)
	if t == nil || err != nil {
		return nil, translate(err) // a nil *Taken must not become a Taken that is not nil
	}
	return taken{t}, nil
}

type taken struct{ *broker.Taken }

func (t taken) Job() live.Job { return t.Taken.Job }

var (
	_ workers.Log  = pages{}
	_ workers.Jobs = jobs{}
)
