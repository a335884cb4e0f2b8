package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"onair/broker"
	"onair/broker/embed"
	"onair/cmd/internal/config"
	"onair/live"
)

// natsSettings name a broker that runs apart from the hub. Without an address the hub runs its own.
type natsSettings struct {
	Nats       []string `help:"Follow a nats-server elsewhere instead of running one: its addresses, those of all nodes of a cluster." placeholder:"URL" env:"ONAIR_NATS"`
	NatsKey    string   `help:"File with this hub's nkey seed, whose public half stands in auth/hub.conf of every server." placeholder:"FILE" env:"ONAIR_NATS_KEY_FILE"`
	NatsCA     string   `name:"nats-ca" help:"File with the certificate authority of the servers' TLS." placeholder:"FILE" env:"ONAIR_NATS_CA_FILE"`
	Replicas   int      `help:"Nodes that keep each stream: 3 in a cluster. Without it streams stay as they are." placeholder:"N" env:"ONAIR_REPLICAS"`
	WorkerKey  string   `help:"With --nats: file with the nkey seed of the worker inside; without it there is none." placeholder:"FILE" env:"ONAIR_WORKER_KEY_FILE"`
	WorkerName string   `help:"With --worker-key: that worker's name, as its block in auth/edge.conf says." placeholder:"NAME" env:"ONAIR_WORKER_NAME"`

	Lease time.Duration `help:"How long the leader's duties rest when it dies; the same on every hub of a broker." default:"10s" hidden:"" env:"ONAIR_LEASE"`
}

// minLease: a hub on a busy machine must be able to renew its lease, three times in that long.
const minLease = time.Second

// maxReplicas is JetStream's own bound.
const maxReplicas = 5

// check names the setting at fault.
func (s *natsSettings) check() error {
	if s.Replicas < 0 || s.Replicas > maxReplicas {
		return fmt.Errorf("--replicas %d is not between 1 and %d", s.Replicas, maxReplicas)
	}
	if s.Lease < minLease {
		return fmt.Errorf("--lease %v is under %v", s.Lease, minLease)
	}
	if len(s.Nats) == 0 {
		for name, v := range map[string]string{"--nats-key": s.NatsKey, "--nats-ca": s.NatsCA, "--worker-key": s.WorkerKey, "--worker-name": s.WorkerName} {
			if v != "" {
				return fmt.Errorf("%s is for a broker elsewhere; --nats names it", name)
			}
		}
		if s.Replicas > 1 {
			return fmt.Errorf("--replicas %d: the broker inside is one node; --nats names a cluster", s.Replicas)
		}
		return nil
	}
	if s.NatsKey == "" {
		return errors.New("--nats wants the hub's key in --nats-key")
	}
	if (s.WorkerKey == "") != (s.WorkerName == "") {
		return errors.New("--worker-key and --worker-name go together")
	}
	if s.WorkerName != "" {
		if err := live.CheckID(s.WorkerName); err != nil {
			return fmt.Errorf("--worker-name: %w", err)
		}
	}
	return nil
}

// bus is a hub's way to its broker, wherever that runs.
type bus struct {
	broker *broker.Broker
	server *embed.Server              // the one inside; nil when it runs elsewhere
	name   string                     // of the worker inside
	worker func() (*nats.Conn, error) // its connection; nil when there is no worker inside
	close  func()
}

// openBus reaches the broker: the one inside, which is started, or the one that the settings name, which is waited for.
func (h *hub) openBus(ctx context.Context) (*bus, error) {
	if len(h.nats.Nats) > 0 {
		return h.outside(ctx)
	}
	server, err := embed.Start(ctx, h.port.apply(embed.Options{
		Dir: filepath.Join(h.data, "nats"), Conf: h.natsConfig, KeysDir: filepath.Join(h.data, "keys"), Listen: h.natsListen, Log: h.log,
	}))
	if err != nil {
		return nil, portError(err)
	}
	nc, err := server.Hub()
	if err != nil {
		server.Shutdown()
		return nil, err
	}
	b := &bus{
		server: server, name: workerName, worker: func() (*nats.Conn, error) { return server.Worker(workerName) },
		close: func() { nc.Close(); server.Shutdown() },
	}
	if b.broker, err = broker.Open(ctx, nc, broker.Options{Virtual: h.virtual, Log: h.log, Lease: h.nats.Lease}); err != nil {
		b.close()
		if errors.Is(err, broker.ErrClock) {
			err = config.UsageError{Err: fmt.Errorf("--data %s: %w", h.data, err)}
		}
		return nil, err
	}
	return b, nil
}

const (
	// dialWait: a node that swallows packets must not hold a hub that has two others to go to.
	dialWait = 3 * time.Second
	// awayFirst and awayMost are the pauses between attempts to reach a broker that is not there yet.
	awayFirst = 200 * time.Millisecond
	awayMost  = 5 * time.Second
	// maxRefused is how often in a row a key is refused before it is taken to be unknown.
	maxRefused = 3
	// openFirst and openMost bound an attempt to bring the streams in order. A cluster that is electing does not answer
	// at all; one that is busy takes seconds, and what was done stays done.
	openFirst = 3 * time.Second
	openMost  = 30 * time.Second
)

// outside connects to a broker elsewhere and opens the streams there. It waits as long as that is away: hubs and
// servers may be started in any order. A refused key and a wrong log are final.
func (h *hub) outside(ctx context.Context) (*bus, error) {
	url := strings.Join(h.nats.Nats, ",")
	key, err := nats.NkeyOptionFromSeed(h.nats.NatsKey)
	if err != nil {
		return nil, config.UsageError{Err: fmt.Errorf("--nats-key %s: %w", h.nats.NatsKey, err)}
	}
	options := append(linkOptions(url, h.nats.NatsCA, h.log), key, nats.Name("onair hub"))
	var nc *nats.Conn
	var b *broker.Broker
	refused := 0 // times in a row: while a server reloads it refuses valid keys too, for milliseconds
	for wait, patience := awayFirst, openFirst; ; wait, patience = min(2*wait, awayMost), min(2*patience, openMost) {
		if nc == nil {
			nc, err = nats.Connect(url, options...)
		}
		if nc != nil {
			b, err = openWithin(ctx, patience, nc, broker.Options{Replicas: h.nats.Replicas, Virtual: h.virtual, Log: h.log, Lease: h.nats.Lease})
		}
		if err == nil {
			break
		}
		if errors.Is(err, nats.ErrAuthorization) {
			refused++
		} else {
			refused = 0
		}
		final := refused >= maxRefused || errors.Is(err, broker.ErrClock)
		if final || ctx.Err() != nil {
			if nc != nil {
				nc.Close()
			}
			if final {
				return nil, config.UsageError{Err: fmt.Errorf("--nats %s: %w", url, err)}
			}
			return nil, ctx.Err()
		}
		h.log.Warn("broker not there yet", "url", url, "err", err, "retry_in", wait)
		_ = live.Wait(ctx, live.RealClock{}, wait)
	}
	out := &bus{broker: b, name: h.nats.WorkerName, close: nc.Close}
	if h.nats.WorkerKey == "" {
		if h.worker {
			h.log.Info("no worker inside: --worker-key names no key for it")
		}
		return out, nil
	}
	out.worker = func() (*nats.Conn, error) {
		key, err := nats.NkeyOptionFromSeed(h.nats.WorkerKey)
		if err != nil {
			return nil, config.UsageError{Err: fmt.Errorf("--worker-key %s: %w", h.nats.WorkerKey, err)}
		}
		return nats.Connect(url, append(append(linkOptions(url, h.nats.NatsCA, h.log), broker.EdgeOptions(h.nats.WorkerName)...), key)...)
	}
	return out, nil
}

func openWithin(ctx context.Context, patience time.Duration, nc *nats.Conn, o broker.Options) (*broker.Broker, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return broker.Open(ctx, nc, o)
}

// linkOptions are those of every connection of a hub to a broker elsewhere.
func linkOptions(url, ca string, log *slog.Logger) []nats.Option {
	options := []nats.Option{
		nats.MaxReconnects(-1),
		nats.Timeout(dialWait),
		nats.ReconnectWait(reconnectWait), nats.ReconnectJitter(reconnectWait, reconnectWait),
		nats.PingInterval(pingEvery), nats.MaxPingsOutstanding(2),
		nats.ErrorHandler(func(nc *nats.Conn, _ *nats.Subscription, err error) {
			log.Warn("nats connection", "name", nc.Opts.Name, "err", err)
		}),
	}
	if ca != "" {
		options = append(options, nats.RootCAs(ca))
	}
	if ca != "" || strings.HasPrefix(url, "tls://") {
		options = append(options, nats.TLSHandshakeFirst()) // as nats.conf wants it: nobody speaks to the parser first
	}
	return options
}

const (
	// reconnectWait is between attempts at the same server; hubs are few and the next server is there.
	reconnectWait = 250 * time.Millisecond
	// pingEvery finds a dead link in 6 s: while it lasts a leader cannot renew its lease, which it gives up after 6.5.
	pingEvery = 2 * time.Second
)
