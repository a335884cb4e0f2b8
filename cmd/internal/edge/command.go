package edge

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/nats-io/nats.go"

	"onair/broker"
	"onair/cmd/internal/config"
	"onair/live"
)

// Command are the settings of a worker that runs apart from its hub.
type Command struct {
	config.Common
	config.Platforms
	Nats string        `help:"Address of the hub's broker." default:"nats://127.0.0.1:4222" env:"ONAIR_NATS"`
	Name string        `help:"This worker's name, as the hub knows it." required:"" env:"ONAIR_WORKER"`
	Seed string        `help:"File with this worker's nkey seed." required:"" placeholder:"FILE" env:"ONAIR_WORKER_SEED_FILE"`
	CA   string        `help:"File with the certificate authority of the hub's TLS." placeholder:"FILE" env:"ONAIR_CA_FILE"`
	Data string        `help:"Folder of the outbox." placeholder:"DIR" env:"ONAIR_DATA"`
	Pace time.Duration `help:"Least time between two requests to one platform." default:"1s" env:"ONAIR_PACE"`
}

// Validate is called by kong.
func (c *Command) Validate() error {
	if err := live.CheckID(c.Name); err != nil {
		return fmt.Errorf("--name: %w", err)
	}
	if c.Pace < 10*time.Millisecond {
		return fmt.Errorf("--pace %v is under 10ms", c.Pace)
	}
	return nil
}

// Start connects and works until ctx ends. The hub may be away for as long as the outbox lasts.
func (c *Command) Start(ctx context.Context, version string, stderr io.Writer) error {
	log := c.Logger(stderr)
	sources, err := c.Sources(live.RealClock{}, os.LookupEnv)
	if err != nil {
		return config.UsageError{Err: err}
	}
	if c.Data == "" {
		c.Data = config.Default("worker-" + c.Name)
	}
	if err := config.DataDir(c.Data); err != nil {
		return config.UsageError{Err: err}
	}
	key, err := nats.NkeyOptionFromSeed(c.Seed)
	if err != nil {
		return config.UsageError{Err: fmt.Errorf("--seed %s: %w", c.Seed, err)}
	}
	options := []nats.Option{
		key, nats.Name("onair worker " + c.Name), nats.CustomInboxPrefix(broker.InboxPrefix(c.Name)),
		nats.MaxReconnects(-1), nats.RetryOnFailedConnect(true), nats.ReconnectJitter(time.Second, time.Second),
	}
	if c.CA != "" {
		options = append(options, nats.RootCAs(c.CA))
	}
	conn, err := nats.Connect(c.Nats, options...)
	if err != nil {
		return fmt.Errorf("--nats %s: %w", c.Nats, err)
	}
	defer conn.Close()
	return Run(ctx, Options{
		Name: c.Name, Version: version, Data: c.Data, Conn: conn, Sources: sources, Clock: live.RealClock{}, Pace: c.Pace, Log: log,
	})
}
