package main

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"onair/live"
)

const (
	// stillFor is how long a log may be silent before its broker is taken to be stuck: two ticks of ten seconds are missing.
	stillFor = 25 * time.Second
	// pulseEvery is how often that is looked at.
	pulseEvery = 2 * time.Second
)

// pulse is when the log last moved, by the machine's clock: log time stands still with the log, so nothing that is
// reckoned in it can tell a stuck broker.
type pulse struct {
	since time.Time    // of its making, with monotonic reading
	last  atomic.Int64 // nanoseconds after since
}

// newPulse has just beaten.
func newPulse() *pulse { return &pulse{since: time.Now()} }

func (p *pulse) beat() { p.last.Store(int64(time.Since(p.since))) }

// still is how long ago the log last moved.
func (p *pulse) still() time.Duration { return time.Since(p.since) - time.Duration(p.last.Load()) }

// thaw restarts the broker inside whenever the log has stood still for too long. A full disk freezes JetStream, and it
// stays frozen when there is room again; connections survive the restart.
func thaw(ctx context.Context, p *pulse, restart func(context.Context) error, data string, log *slog.Logger) error {
	for {
		if err := live.Wait(ctx, live.RealClock{}, pulseEvery); err != nil {
			return err
		}
		if p.still() < stillFor {
			continue
		}
		log.Error("the log stands still: restarting the broker inside; is the disk full?", "data", data, "for", p.still().Round(time.Second))
		if err := restart(ctx); err != nil {
			log.Error("broker not restarted", "data", data, "err", err)
		}
		p.beat() // its next chance comes after the same patience
	}
}
