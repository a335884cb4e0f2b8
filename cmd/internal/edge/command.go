package edge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/cmd/internal/config"
	"onair/live"
)

// Command are the settings of a worker that runs apart from its hub. An enrolment names the hub, the worker and its key;
// the four settings of the same names go before it, and do without it.
type Command struct {
	config.Common
	config.Platforms
	config.Egresses
	BrowserSettings
	OutboxSettings
	Enrolment string        `help:"File that \"onair worker add\" made; without it enrolment.json in the data folder." placeholder:"FILE" env:"ONAIR_ENROLMENT_FILE"`
	Nats      string        `help:"Address of the hub's broker: tls://HOST:PORT, or nats:// on the same machine." placeholder:"URL" env:"ONAIR_NATS"`
	Name      string        `help:"This worker's name, as the hub knows it." env:"ONAIR_WORKER"`
	Seed      string        `help:"File with this worker's nkey seed." placeholder:"FILE" env:"ONAIR_WORKER_SEED_FILE"`
	CA        string        `help:"File with the certificate authority of the hub's TLS." placeholder:"FILE" env:"ONAIR_CA_FILE"`
	Data      string        `help:"Folder of the outbox." placeholder:"DIR" env:"ONAIR_DATA"`
	Pace      time.Duration `help:"Least time between two requests of one egress to one platform." default:"1s" env:"ONAIR_PACE"`
}

const (
	// enrolmentFile is where the command that "onair worker add" prints puts it.
	enrolmentFile = "enrolment.json"
	// loopbackBroker is where a hub on the same machine takes workers unless told otherwise.
	loopbackBroker = "nats://127.0.0.1:4222"
	// maxSeed and maxCA: a longer file is the wrong one.
	maxSeed = 4 << 10
	maxCA   = 256 << 10
)

// DataFolder is where a worker of that name keeps its things unless told otherwise.
func DataFolder(name string) string { return config.Default("worker-" + name) }

// Validate is called by kong.
func (c *Command) Validate() error {
	if c.Name != "" {
		if err := live.CheckID(c.Name); err != nil {
			return fmt.Errorf("--name: %w", err)
		}
	}
	if c.Pace < 10*time.Millisecond {
		return fmt.Errorf("--pace %v is under 10ms", c.Pace)
	}
	return c.OutboxSettings.Check()
}

// identity joins the enrolment, if there is one, and the settings that go before it.
func (c *Command) identity() (Enrolment, error) {
	e := Enrolment{Nats: loopbackBroker}
	path := c.Enrolment
	if path == "" && c.Seed == "" {
		switch {
		case c.Data != "":
			path = filepath.Join(c.Data, enrolmentFile)
		case c.Name != "":
			path = filepath.Join(DataFolder(c.Name), enrolmentFile)
		default:
			return e, errors.New("--enrolment, or --name and --seed, say who this worker is (\"onair worker add NAME\" on the hub prints the command)")
		}
	}
	if path != "" {
		var err error
		if e, err = ReadEnrolment(path); err != nil {
			return e, fmt.Errorf("--enrolment: %w", err)
		}
		if c.Name != "" && c.Name != e.Name {
			return e, fmt.Errorf("--name %s: %s is of worker %s", c.Name, path, e.Name)
		}
	}
	if c.Name != "" {
		e.Name = c.Name
	}
	if c.Nats != "" {
		e.Nats = c.Nats
	}
	if c.Seed != "" {
		seed, err := readSecret(c.Seed, maxSeed)
		if err != nil {
			return e, fmt.Errorf("--seed: %w", err)
		}
		e.Seed = string(seed)
	}
	if c.CA != "" {
		f, err := os.Open(c.CA)
		if err != nil {
			return e, fmt.Errorf("--ca: %w", err)
		}
		defer f.Close()
		text, err := io.ReadAll(io.LimitReader(f, maxCA))
		if err != nil {
			return e, fmt.Errorf("--ca: %w", err)
		}
		e.CA = string(text)
	}
	if e.Name == "" {
		return e, errors.New("--name is missing: it goes with --seed")
	}
	return e, nil
}

// Start connects and works until ctx ends. The hub may be away for as long as the outbox lasts; a hub that refuses the
// worker, forbids what it does, or has another of its name ends it.
func (c *Command) Start(ctx context.Context, version string, stderr io.Writer) error {
	log := c.Logger(stderr)
	who, err := c.identity()
	if err != nil {
		return config.UsageError{Err: err}
	}
	if len(c.Platforms.Platforms) == 0 { // what the hub lets it do
		for _, p := range who.Platforms {
			c.Platforms.Platforms = append(c.Platforms.Platforms, string(p))
		}
	}
	sources, err := c.Sources(live.RealClock{}, os.LookupEnv)
	if err != nil {
		return config.UsageError{Err: err}
	}
	addresses, err := c.Addresses()
	if err != nil {
		return config.UsageError{Err: err}
	}
	if c.Data == "" {
		c.Data = DataFolder(who.Name)
	}
	if err := config.DataDir(c.Data); err != nil {
		return config.UsageError{Err: err}
	}
	return run(ctx, who, Options{
		Name: who.Name, Version: version, Data: c.Data, Sources: sources, Classes: who.Classes, Regions: who.Regions,
		Clock: live.RealClock{}, Pace: c.Pace, Log: log, Addresses: addresses, Browser: c.BrowserSettings, Outbox: c.OutboxSettings,
	})
}

// run works over a connection of its own until ctx ends (then nil) or the connection shows that going on is pointless.
func run(outer context.Context, who Enrolment, o Options) error {
	ctx, end := context.WithCancelCause(outer)
	defer end(nil)
	l, err := dial(who, o.Log, end)
	if err != nil {
		return fmt.Errorf("worker %s: %w", who.Name, err)
	}
	defer l.conn.Close()
	o.Conn = l.conn
	mine := newClaim(l.conn, who.Name, end)
	held := l.conn.IsConnected()
	if held {
		if err := mine.ask(ctx); err != nil {
			return err
		}
		if err := mine.hold(); err != nil {
			return fmt.Errorf("worker %s: %w", who.Name, err)
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return Run(ctx, o) })
	g.Go(func() error { return mine.watch(ctx, l.up, held) })
	err = g.Wait()
	if cause := context.Cause(ctx); outer.Err() == nil && cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}
