package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/cmd/internal/config"
	"onair/live"
	"onair/platform"
	"onair/sim"
)

type demoCmd struct {
	config.Common `set:"log_level=warn"`
	config.Egresses
	hubSettings
	SimListen string        `help:"Address of the simulated platforms; port 0 picks a free one." default:"127.0.0.1:0" env:"ONAIR_SIM_LISTEN"`
	Seed      int64         `help:"Which simulated Korea." default:"1" env:"ONAIR_SEED"`
	Speed     float64       `help:"How many times faster than real time it goes." default:"1" env:"ONAIR_SPEED"`
	Scale     float64       `help:"Size of the simulated platforms; 1 is about 4,000 broadcasts in the evening." default:"1" env:"ONAIR_SCALE"`
	Sweep     time.Duration `help:"How often every platform's whole list is asked for, in virtual time." default:"1m" env:"ONAIR_SWEEP"`
}

// maxSpeed: at more, a round trip on loopback takes minutes of virtual time and the list is no longer a list.
const maxSpeed = 600

// Validate is called by kong.
func (c *demoCmd) Validate() error {
	switch {
	case !(c.Speed > 0 && c.Speed <= maxSpeed):
		return fmt.Errorf("--speed %v is not above 0 and at most %d", c.Speed, maxSpeed)
	case !(c.Scale > 0 && c.Scale <= 10):
		return fmt.Errorf("--scale %v is not above 0 and at most 10", c.Scale)
	}
	if _, _, err := net.SplitHostPort(c.SimListen); err != nil {
		return fmt.Errorf("--sim-listen %s: %w", c.SimListen, err)
	}
	return c.hubSettings.check(c.Sweep)
}

// Run is called by kong.
func (c *demoCmd) Run(ctx context.Context, o out) error {
	if c.Data == "" {
		dir, err := os.MkdirTemp("", "onair-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		c.Data = dir
	}
	if err := config.DataDir(c.Data); err != nil {
		return config.UsageError{Err: err}
	}
	return c.run(ctx, c.Logger(o.stderr), func(url, simURL string) {
		announce(o, "onair    %s\nplatforms %s (simulated, seed %d, %gx)\n", url, simURL, c.Seed, c.Speed)
	})
}

// run plays the demo until ctx ends; ready is told where the hub and the simulator answer.
func (c *demoCmd) run(ctx context.Context, log *slog.Logger, ready func(url, simURL string)) error {
	listener, err := net.Listen("tcp", c.SimListen)
	if err != nil {
		return config.UsageError{Err: fmt.Errorf("--sim-listen %s: %w", c.SimListen, err)}
	}
	defer listener.Close()
	origin := "http://" + listener.Addr().String()

	// The hub starts virtual time where the log ends, so the simulator's clock exists only once the log is open;
	// requests come after that.
	clock := &lateClock{set: make(chan struct{})}
	sources, err := simulated(origin).Sources(clock, func(string) (string, bool) { return "", false })
	if err != nil {
		return err
	}
	addresses, err := c.Addresses()
	if err != nil {
		return config.UsageError{Err: err}
	}
	platforms := sim.New(sim.Options{Seed: c.Seed, Clock: clock, Scale: c.Scale, Log: log})
	h := &hub{
		settings: c.hubSettings, sweep: c.Sweep, data: c.Data, worker: true, sources: sources, addresses: addresses, log: log,
		virtual: map[string]string{"seed": strconv.FormatInt(c.Seed, 10), "scale": strconv.FormatFloat(c.Scale, 'g', -1, 64)},
		clock: func(logged time.Time) (live.Clock, live.ClockPair) {
			if logged.Before(sim.Epoch()) {
				logged = sim.Epoch()
			}
			v := live.NewVirtualClock(logged, c.Speed)
			clock.start(v)
			return v, v.Pair()
		},
		ready: func(url string) { ready(url, origin+"/") },
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return part("hub", h.run(ctx)) })
	g.Go(func() error { return part("sim", serveUntil(ctx, listener, platforms.Handler())) })
	return g.Wait()
}

// simulated are the settings that send every platform's requests to the simulator at origin.
func simulated(origin string) config.Platforms {
	set := map[string]string{}
	for key, path := range map[string]string{
		"chzzk.endpoints.api": "/chzzk/api", "chzzk.endpoints.openapi": "/chzzk/openapi",
		"chzzk.endpoints.site": "/chzzk/site/lives", "soop.endpoints.site": "/soop/site/live",
		"soop.endpoints.live": "/soop/live", "soop.endpoints.station": "/soop/chapi", "soop.endpoints.openapi": "/soop/openapi",
		"twitch.endpoints.id": "/twitch/id", "twitch.endpoints.helix": "/twitch/helix",
		"youtube.endpoints.api": "/youtube", "youtube.endpoints.feeds": "/youtube",
	} {
		set[key] = origin + path
	}
	for _, name := range platform.Names() {
		set[string(name)+".images"] = origin
	}
	return config.Platforms{Set: set, Given: map[string]string{
		"twitch.client_id": "demo", "twitch.client_secret": "demo", "youtube.key": "demo",
	}}
}
