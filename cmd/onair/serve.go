package main

import (
	"context"
	"errors"
	"os"
	"time"

	"onair/cmd/internal/config"
	"onair/live"
)

type serveCmd struct {
	config.Common
	config.Platforms
	config.Egresses
	hubSettings
	natsSettings
	portSettings
	Sweep      time.Duration `help:"How often every platform's whole list is asked for." default:"5m" env:"ONAIR_SWEEP"`
	NatsConfig string        `help:"Broker configuration; without it DATA/nats/nats.conf, put there at the first start." placeholder:"FILE" env:"ONAIR_NATS_CONFIG"`
	NoWorker   bool          `help:"Run no worker inside; workers elsewhere do all jobs." env:"ONAIR_NO_WORKER"`
}

// Validate is called by kong.
func (c *serveCmd) Validate() error {
	if len(c.Nats) > 0 && c.NatsConfig != "" {
		return errors.New("--nats-config is of the broker inside, which --nats replaces")
	}
	return errors.Join(c.hubSettings.check(c.Sweep), c.natsSettings.check(), c.portSettings.check(len(c.Nats) > 0))
}

// Run is called by kong.
func (c *serveCmd) Run(ctx context.Context, o out) error {
	sources, err := c.Sources(live.RealClock{}, os.LookupEnv)
	if err != nil {
		return config.UsageError{Err: err}
	}
	addresses, err := c.Addresses()
	if err != nil {
		return config.UsageError{Err: err}
	}
	if c.Data == "" {
		c.Data = config.Default("hub")
	}
	if err := config.DataDir(c.Data); err != nil {
		return config.UsageError{Err: err}
	}
	h := &hub{
		settings: c.hubSettings, sweep: c.Sweep, data: c.Data,
		nats: c.natsSettings, port: c.portSettings, natsConfig: c.NatsConfig, natsListen: true, worker: !c.NoWorker, sources: sources, addresses: addresses,
		clock: func(time.Time) (live.Clock, live.ClockPair) { return live.RealClock{}, live.ClockPair{} },
		log:   c.Logger(o.stderr),
		ready: func(url string) { announce(o, "%s\n", url) },
	}
	return h.run(ctx)
}
