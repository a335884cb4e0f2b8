package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"onair/cmd/internal/config"
	"onair/live"
	"onair/sim"
)

type simCmd struct {
	config.Common
	Listen string    `help:"Address of the simulated platforms; port 0 picks a free one." default:"127.0.0.1:8090" env:"ONAIR_SIM_LISTEN"`
	Seed   int64     `help:"Which simulated Korea." default:"1" env:"ONAIR_SEED"`
	Speed  float64   `help:"How many times faster than real time it goes." default:"1" env:"ONAIR_SPEED"`
	Scale  float64   `help:"Size of the simulated platforms." default:"1" env:"ONAIR_SCALE"`
	At     time.Time `help:"Virtual time to start at (RFC 3339); an evening in Seoul when not given." placeholder:"TIME"`
}

// Run is called by kong.
func (c *simCmd) Run(ctx context.Context, o out) error {
	if !(c.Speed > 0 && c.Speed <= maxSpeed) || !(c.Scale > 0 && c.Scale <= 10) {
		return config.UsageError{Err: fmt.Errorf("--speed %v and --scale %v must be above 0, at most %d and 10", c.Speed, c.Scale, maxSpeed)}
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return config.UsageError{Err: fmt.Errorf("--listen %s: %w", c.Listen, err)}
	}
	defer l.Close()
	at := c.At
	if at.IsZero() {
		at = sim.Epoch()
	}
	s := sim.New(sim.Options{Seed: c.Seed, Clock: live.NewVirtualClock(at, c.Speed), Scale: c.Scale, Log: c.Logger(o.stderr)})
	announce(o, "http://%s/\n", l.Addr())
	return serveUntil(ctx, l, s.Handler())
}
