package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"onair/aggregator"
	"onair/broker"
	"onair/broker/embed"
	"onair/cmd/internal/config"
	"onair/view"
)

type clusterCmd struct {
	Adopt adoptCmd `cmd:"" help:"Copy the log and the tables of a stopped hub's own broker into an empty cluster, without losing history."`
}

// adoptCmd moves a hub from the broker inside to a cluster. JetStream cannot do it by itself: a server that joins a
// cluster with streams of its own takes them for orphans and deletes them.
type adoptCmd struct {
	config.Common
	Data     string   `help:"The hub's data folder; the hub must be stopped." required:"" placeholder:"DIR" env:"ONAIR_DATA"`
	Nats     []string `help:"Addresses of the cluster's servers." required:"" placeholder:"URL" env:"ONAIR_NATS"`
	NatsKey  string   `help:"File with the hub's nkey seed." required:"" placeholder:"FILE" env:"ONAIR_NATS_KEY_FILE"`
	NatsCA   string   `name:"nats-ca" help:"File with the certificate authority of the servers' TLS." placeholder:"FILE" env:"ONAIR_NATS_CA_FILE"`
	Replicas int      `help:"Servers that keep each stream." default:"3" env:"ONAIR_REPLICAS"`
}

// Validate is called by kong.
func (c *adoptCmd) Validate() error {
	if c.Replicas < 1 || c.Replicas > maxReplicas {
		return fmt.Errorf("--replicas %d is not between 1 and %d", c.Replicas, maxReplicas)
	}
	return nil
}

// adopted are the streams that are copied. The others hold what passes: jobs, the lease, presence; the stored states
// are of the old log's lineage, and a new one is written.
var adopted = []string{broker.StreamPages, "KV_" + broker.BucketFacts, "KV_" + broker.BucketDerived}

// Run is called by kong.
func (c *adoptCmd) Run(ctx context.Context, o out) error {
	log := c.Logger(o.stderr)
	path := filepath.Join(c.Data, "view.db")
	if _, err := os.Stat(path); err != nil {
		return config.UsageError{Err: fmt.Errorf("--data %s is no hub's folder: %w", c.Data, err)}
	}
	store, err := view.Open(path, view.StoreOptions{Log: log})
	if errors.Is(err, view.ErrInUse) {
		return config.UsageError{Err: fmt.Errorf("--data %s: stop the hub first", c.Data)}
	}
	if err != nil {
		return err
	}
	defer store.Close()
	server, err := embed.Start(ctx, embed.Options{Dir: filepath.Join(c.Data, "nats"), KeysDir: filepath.Join(c.Data, "keys"), Log: log})
	if err != nil {
		return err
	}
	defer server.Shutdown()
	from, err := server.Hub()
	if err != nil {
		return err
	}
	defer from.Close()

	url := strings.Join(c.Nats, ",")
	key, err := nats.NkeyOptionFromSeed(c.NatsKey)
	if err != nil {
		return config.UsageError{Err: fmt.Errorf("--nats-key %s: %w", c.NatsKey, err)}
	}
	to, err := nats.Connect(url, append(linkOptions(url, c.NatsCA, log), key, nats.Name("onair cluster adopt"))...)
	if err != nil {
		return config.UsageError{Err: fmt.Errorf("--nats %s: %w", url, err)}
	}
	defer to.Close()
	return c.move(ctx, store, from, to, o)
}

// move copies the streams and leaves the hub's state for the nodes of the cluster. When it fails it takes away what it
// has brought, so that it can be tried again.
func (c *adoptCmd) move(ctx context.Context, store *view.Store, from, to *nats.Conn, o out) (err error) {
	source, err := jetstream.New(from)
	if err != nil {
		return err
	}
	target, err := jetstream.New(to)
	if err != nil {
		return err
	}
	old, err := source.Stream(ctx, broker.StreamPages)
	if err != nil {
		return fmt.Errorf("--data %s: stream %s: %w", c.Data, broker.StreamPages, err)
	}
	was := old.CachedInfo()
	if was.Config.Metadata[broker.MetaClock] == broker.ClockVirtual {
		return config.UsageError{Err: fmt.Errorf("--data %s belongs to a demo", c.Data)}
	}
	for _, name := range adopted {
		if _, err := target.Stream(ctx, name); !errors.Is(err, jetstream.ErrStreamNotFound) {
			if err == nil {
				err = errors.New("it is there already; only an empty cluster can adopt")
			}
			return fmt.Errorf("--nats: stream %s: %w", name, err)
		}
	}
	defer func() {
		if err == nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), adoptWait)
		defer cancel()
		for _, name := range adopted {
			if undo := target.DeleteStream(ctx, name); undo != nil && !errors.Is(undo, jetstream.ErrStreamNotFound) {
				err = errors.Join(err, fmt.Errorf("stream %s is left behind: %w", name, undo))
			}
		}
	}()
	for _, name := range adopted {
		state, err := copyStream(ctx, from, to, name, c.Replicas)
		if err != nil {
			return fmt.Errorf("stream %s: %w", name, err)
		}
		if state == nil {
			continue // the hub never had one
		}
		announce(o, "%s: %d messages, %d to %d\n", name, state.Msgs, state.FirstSeq, state.LastSeq)
	}
	b, err := broker.Open(ctx, to, broker.Options{Replicas: c.Replicas})
	if err != nil {
		return err
	}
	info, err := b.Info(ctx)
	if err != nil {
		return err
	}
	state, lineage, err := store.Load()
	if err == nil && (!lineage.Created.Equal(was.Created) || state.Position() > info.LastSeq) {
		err = view.ErrLineage
	}
	if err != nil {
		announce(o, "hubs will fold the log from its beginning: %v\n", err)
		return nil
	}
	// The same log under another date of creation, which the cluster gives: the state goes on with it.
	lineage.Created = info.Created
	image := view.Image{Lineage: lineage, Position: state.Position()}
	for key, value := range state.Records() {
		image.Records = append(image.Records, aggregator.Record{Key: key, Value: value})
	}
	blob, err := view.Export(image)
	if err != nil {
		return err
	}
	if err := b.Snapshots().Put(ctx, lineage, image.Position, bytes.NewReader(blob)); err != nil {
		return err
	}
	announce(o, "state at %d stored for the hubs of the cluster\n", image.Position)
	return nil
}

// adoptWait bounds the wait for one answer: a server that restores writes the whole stream to its disk.
const adoptWait = 30 * time.Second
