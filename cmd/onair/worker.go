package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"onair/broker/embed"
	"onair/cmd/internal/config"
	"onair/cmd/internal/edge"
)

// workerCmd is the worker's own side, and the hub's, who may come.
type workerCmd struct {
	Run    workerRunCmd    `cmd:"" default:"withargs" help:"Run a worker that takes jobs from a hub elsewhere (also without \"run\")."`
	Add    workerAddCmd    `cmd:"" help:"On the hub: let a worker in, and print the command to paste on its machine."`
	List   workerListCmd   `cmd:"" help:"On the hub: list the workers that may come, and when they were last heard of."`
	Remove workerRemoveCmd `cmd:"" help:"On the hub: let a worker in no longer; it is cut off at once."`
	Reload workerReloadCmd `cmd:"" help:"On the hub: load the broker's configuration and certificate after editing them by hand."`
}

type workerRunCmd struct {
	edge.Command
}

// Run is called by kong.
func (c *workerRunCmd) Run(ctx context.Context, o out) error {
	return c.Command.Start(ctx, version, o.stderr)
}

// hubFolder says which hub a command is about.
type hubFolder struct {
	config.Common
	Data       string `help:"The hub's data folder." placeholder:"DIR" env:"ONAIR_DATA"`
	NatsConfig string `help:"Broker configuration whose auth/edge.conf is edited; without it the hub's." placeholder:"FILE" env:"ONAIR_NATS_CONFIG"`
}

// site is where a command finds who may come.
type site struct {
	data     string
	running  bool // a hub answers
	state    brokerState
	accounts embed.Accounts
	loaded   bool // by the running hub's own broker
	external bool // no file here: a broker elsewhere has it
}

// open finds the hub, if it runs, and the account files.
func (f *hubFolder) open(ctx context.Context) (*site, error) {
	s := &site{data: f.Data}
	if s.data == "" {
		s.data = config.Default("hub")
	}
	err := order(ctx, s.data, http.MethodGet, "/broker", &s.state)
	if err != nil && !errors.Is(err, errNoHub) {
		return nil, err
	}
	s.running = err == nil
	conf := f.NatsConfig
	if conf == "" && s.running {
		if conf, s.external = s.state.Conf, len(s.state.Servers) > 0; s.external {
			return s, nil
		}
	}
	if s.accounts, err = embed.OpenAccounts(filepath.Join(s.data, "nats"), conf); err != nil {
		return nil, config.UsageError{Err: fmt.Errorf("broker configuration: %w", err)}
	}
	s.loaded = s.running && sameFile(conf, s.state.Conf)
	return s, nil
}

// keys is the hub's folder of keys.
func (s *site) keys() string { return filepath.Join(s.data, "keys") }

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// reload has the hub's broker read its files again, and says on standard error what else there is to do.
func (s *site) reload(ctx context.Context, o out) error {
	switch {
	case s.loaded:
		if err := order(ctx, s.data, http.MethodPost, "/reload", &struct{}{}); err != nil {
			return fmt.Errorf("the running hub did not load %s: %w", s.accounts.Conf(), err)
		}
	case s.external || filepath.Dir(s.accounts.Conf()) != filepath.Join(s.data, "nats"):
		fmt.Fprintf(o.stderr, "then, on each of the servers%s: nats-server --signal reload\n", of(s.state.Servers))
	default:
		fmt.Fprintf(o.stderr, "no hub runs on %s now; it counts from the next start\n", s.data)
	}
	return nil
}

// of lists servers, if there are any to name.
func of(servers []string) string {
	if len(servers) == 0 {
		return ""
	}
	return " " + strings.Join(servers, ", ")
}

type workerRemoveCmd struct {
	hubFolder
	Name string `arg:"" help:"The worker's name."`
}

// Run is called by kong.
func (c *workerRemoveCmd) Run(ctx context.Context, o out) error {
	if c.Name == workerName {
		return config.UsageError{Err: fmt.Errorf("%s is the worker inside the hub; \"onair serve --no-worker\" goes without it", c.Name)}
	}
	s, err := c.open(ctx)
	if err != nil {
		return err
	}
	if s.external {
		return config.UsageError{Err: fmt.Errorf("the broker runs elsewhere: take the block of worker %s out of auth/edge.conf on each of the servers%s, or name a file with --nats-config",
			c.Name, of(s.state.Servers))}
	}
	gone, err := s.accounts.RemoveWorker(c.Name)
	if err != nil {
		return err
	}
	if err := s.reload(ctx, o); err != nil {
		return err
	}
	fmt.Fprintf(o.stderr, "worker %s (%s) is let in no longer\n", gone.Name, gone.Key)
	return nil
}

type workerReloadCmd struct {
	hubFolder
}

// Run is called by kong.
func (c *workerReloadCmd) Run(ctx context.Context, o out) error {
	s, err := c.open(ctx)
	if err != nil {
		return err
	}
	return s.reload(ctx, o)
}
