package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"onair/cmd/internal/config"
	"onair/cmd/onair/internal/fleet"
	"onair/live"
)

// fleetCmd runs everything that onair can be spread over, on one machine.
type fleetCmd struct {
	config.Common
	NatsServer string        `help:"Path of a stock nats-server." default:"bin/nats-server" placeholder:"FILE"`
	Data       string        `help:"Folder of everything, one below it for each process; a temporary one when not given." placeholder:"DIR"`
	Nodes      int           `help:"Servers of the cluster." default:"3"`
	Hubs       int           `help:"Hub nodes." default:"2"`
	Workers    int           `help:"Workers." default:"3"`
	Sweep      time.Duration `help:"How often every platform's whole list is asked for." default:"15s"`
	Pace       time.Duration `help:"Least time between two requests of a worker to one platform." default:"50ms"`
	Seed       int64         `help:"Which simulated Korea." default:"1"`
	Scale      float64       `help:"Size of the simulated platforms." default:"0.3"`
	For        time.Duration `help:"Stop after so long; at Ctrl-C when not given." placeholder:"DURATION"`
	Every      time.Duration `help:"How often the table is printed again." default:"10s"`
}

// Validate is called by kong.
func (c *fleetCmd) Validate() error {
	switch {
	case c.Nodes != 1 && c.Nodes != 3 && c.Nodes != 5:
		return fmt.Errorf("--nodes %d is not 1, 3 or 5", c.Nodes)
	case c.Hubs < 1 || c.Hubs > 10 || c.Workers < 1 || c.Workers > 20:
		return fmt.Errorf("--hubs %d and --workers %d must be 1 to 10 and 1 to 20", c.Hubs, c.Workers)
	case !(c.Scale > 0 && c.Scale <= 10):
		return fmt.Errorf("--scale %v is not above 0 and at most 10", c.Scale)
	case c.Every < time.Second:
		return fmt.Errorf("--every %v is under a second", c.Every)
	case c.For < 0:
		return fmt.Errorf("--for %v is below 0", c.For)
	}
	return (&hubSettings{Listen: "127.0.0.1:0", Pace: c.Pace, Search: fleetSearch}).check(c.Sweep)
}

const (
	// fleetReady bounds the start, after which the table says what is missing.
	fleetReady = time.Minute
	// fleetPoll is between two looks at a fleet that is not ready.
	fleetPoll = 500 * time.Millisecond
	// fleetSearch: a search a minute fills the simulated YouTube soon, and takes 100 minutes to meet the day's budget.
	fleetSearch = time.Minute
)

// Run is called by kong.
func (c *fleetCmd) Run(ctx context.Context, o out) (err error) {
	if _, err := os.Stat(c.NatsServer); err != nil {
		return config.UsageError{Err: fmt.Errorf("--nats-server: %w (\"make fleet\" builds one)", err)}
	}
	server, err := filepath.Abs(c.NatsServer)
	if err != nil {
		return err
	}
	onair, err := os.Executable()
	if err != nil {
		return err
	}
	if c.Data == "" {
		if c.Data, err = os.MkdirTemp("", "onair-fleet-"); err != nil {
			return err
		}
		defer os.RemoveAll(c.Data)
	} else if err := config.DataDir(c.Data); err != nil {
		return config.UsageError{Err: err}
	}
	if c.Data, err = filepath.Abs(c.Data); err != nil {
		return err
	}
	if c.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.For)
		defer cancel()
	}
	announce(o, "starting %d servers, %d hubs, %d workers and the simulated platforms below %s\n", c.Nodes, c.Hubs, c.Workers, c.Data)
	began := time.Now()
	f, err := fleet.Start(ctx, fleet.Options{
		Dir: c.Data, Onair: onair, NatsServer: server, Nodes: c.Nodes, Hubs: c.Hubs, Workers: c.Workers,
		Sweep: c.Sweep, Pace: c.Pace, Search: fleetSearch, Seed: c.Seed, Scale: c.Scale, LogLevel: c.LogLevel, Platforms: toSimulator,
	})
	defer func() {
		err = errors.Join(err, f.Stop())
		announce(o, "stopped\n")
	}()
	if err != nil {
		return ended(ctx, err)
	}
	return ended(ctx, c.show(ctx, f, began, o))
}

// show prints the table once the list is there, and then from time to time until ctx ends.
func (c *fleetCmd) show(ctx context.Context, f *fleet.Fleet, began time.Time, o out) error {
	nc, err := f.Connect()
	if err != nil {
		return err
	}
	defer nc.Close()
	for {
		s := f.Status(ctx, nc)
		missing := s.Ready(c.Workers)
		if missing != nil && ctx.Err() == nil && time.Since(began) < fleetReady {
			if err := live.Wait(ctx, live.RealClock{}, fleetPoll); err != nil {
				return err
			}
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		announce(o, "\nafter %v\n\n", time.Since(began).Round(100*time.Millisecond))
		if err := s.Print(o.stdout); err != nil {
			return err
		}
		if missing != nil {
			announce(o, "\nmissing:\n%v\n", missing)
		}
		if err := live.Wait(ctx, live.RealClock{}, c.Every); err != nil {
			return err
		}
	}
}

// ended is nil for an error that comes of being told to stop.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// toSimulator are the arguments and the environment that send a program's requests to the simulator at origin.
func toSimulator(origin string) (args, env []string) {
	p := simulated(origin)
	for k, v := range p.Set {
		args = append(args, "--set", k+"="+v)
	}
	for k, v := range p.Given {
		name, setting, _ := strings.Cut(k, ".")
		env = append(env, config.EnvName(name, setting)+"="+v)
	}
	slices.Sort(env)
	return args, env
}
