package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"onair/broker"
	"onair/broker/embed"
	"onair/cmd/internal/config"
	"onair/view"
)

// logSource is a log to read from, and what to close after.
type logSource struct {
	log   view.Log
	close func()
}

// open reaches the log: that of the servers named by --nats; that of the hub which runs on the data folder, over its
// port, with its own key; or, when none runs, the one in the folder, for which a broker is started that nobody else
// can reach.
func (c *exportCmd) open(ctx context.Context, log *slog.Logger) (*logSource, error) {
	if len(c.Nats) > 0 {
		return dialLog(ctx, strings.Join(c.Nats, ","), c.NatsKey, c.NatsCA, log)
	}
	if _, err := os.Stat(filepath.Join(c.Data, "view.db")); err != nil {
		return nil, config.UsageError{Err: fmt.Errorf("--data %s is no hub's folder: %w", c.Data, err)}
	}
	var state brokerState
	err := order(ctx, c.Data, http.MethodGet, "/broker", &state)
	switch {
	case errors.Is(err, errNoHub):
		return c.openFolder(ctx, log)
	case err != nil:
		return nil, err
	case len(state.Servers) > 0:
		return nil, config.UsageError{Err: fmt.Errorf("the log of --data %s is on %s: name it with --nats and --nats-key", c.Data, strings.Join(state.Servers, ","))}
	case state.Addr == "":
		return nil, config.UsageError{Err: fmt.Errorf("the hub on --data %s has no open port: stop it first", c.Data)}
	}
	return c.openRunning(ctx, state, log)
}

// openRunning connects to the broker of a running hub.
func (c *exportCmd) openRunning(ctx context.Context, state brokerState, log *slog.Logger) (*logSource, error) {
	key := filepath.Join(c.Data, "keys", "hub.nk")
	if !state.TLS {
		return dialLog(ctx, "nats://"+state.Addr, key, "", log)
	}
	if state.CA == "" {
		return dialLog(ctx, "tls://"+state.Addr, key, "", log)
	}
	dir, err := os.MkdirTemp("", "onair-export-") // the authority is public, and nats.go wants a file
	if err != nil {
		return nil, err
	}
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, []byte(state.CA), 0o600); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	source, err := dialLog(ctx, "tls://"+state.Addr, key, ca, log)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	hangUp := source.close
	source.close = func() {
		hangUp()
		_ = os.RemoveAll(dir)
	}
	return source, nil
}

func dialLog(ctx context.Context, url, keyFile, ca string, log *slog.Logger) (*logSource, error) {
	key, err := nats.NkeyOptionFromSeed(keyFile)
	if err != nil {
		return nil, config.UsageError{Err: fmt.Errorf("nats key %s: %w", keyFile, err)}
	}
	nc, err := nats.Connect(url, append(linkOptions(url, ca, log), key, nats.Name("onair export"))...)
	if err != nil {
		return nil, fmt.Errorf("nats %s: %w", url, err)
	}
	return sourceOf(ctx, nc, nc.Close)
}

// openFolder reads the log of a hub that does not run. The view's file, which locks the folder, is held meanwhile.
func (c *exportCmd) openFolder(ctx context.Context, log *slog.Logger) (*logSource, error) {
	store, err := view.Open(filepath.Join(c.Data, "view.db"), view.StoreOptions{Log: log})
	if errors.Is(err, view.ErrInUse) {
		return nil, config.UsageError{Err: fmt.Errorf("--data %s: the hub there cannot be asked (a demo?): stop it first", c.Data)}
	}
	if err != nil {
		return nil, err
	}
	server, err := embed.Start(ctx, embed.Options{Dir: filepath.Join(c.Data, "nats"), KeysDir: filepath.Join(c.Data, "keys"), Log: log})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	nc, err := server.Hub()
	if err != nil {
		server.Shutdown()
		return nil, errors.Join(err, store.Close())
	}
	return sourceOf(ctx, nc, func() {
		nc.Close()
		server.Shutdown()
		_ = store.Close() // nothing was written
	})
}

// sourceOf opens the streams, on whichever clock they run. close is called when that fails.
func sourceOf(ctx context.Context, nc *nats.Conn, close func()) (*logSource, error) {
	b, err := openAsIs(ctx, nc)
	if err != nil {
		close()
		return nil, err
	}
	return &logSource{pageLog{b, nil}, close}, nil
}

func openAsIs(ctx context.Context, nc *nats.Conn) (*broker.Broker, error) {
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, err
	}
	s, err := js.Stream(ctx, broker.StreamPages)
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", broker.StreamPages, err)
	}
	config := s.CachedInfo().Config
	o := broker.Options{MaxBytes: config.MaxBytes}
	if config.Metadata[broker.MetaClock] == broker.ClockVirtual {
		o.Virtual = map[string]string{}
		for k, v := range config.Metadata {
			if !strings.HasPrefix(k, "_nats.") {
				o.Virtual[k] = v
			}
		}
	}
	return broker.Open(ctx, nc, o)
}
