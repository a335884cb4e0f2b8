package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"onair/broker/embed"
	"onair/live"
)

// A hub takes orders from whoever owns its data folder, over a socket there: the command line is another process, and
// what it changes in the account files counts for a running broker once that has read them.

const (
	controlSocket = "control.sock"
	// controlWait bounds an order: reading the configuration takes milliseconds, presences a moment.
	controlWait = 10 * time.Second
	// maxControl bounds an answer: a thousand workers' presences at their largest.
	maxControl = 32 << 20
)

// errNoHub: no hub runs on this data folder.
var errNoHub = errors.New("no hub runs on this folder")

// brokerState is what a hub says about its broker.
type brokerState struct {
	Servers []string // of a broker elsewhere; the rest but CA is empty then
	Conf    string   // configuration file
	Addr    string   // of the port
	TLS     bool     // spoken there
	Names   []string // by which workers call it, as configured
	Cert    string   // PEM of the port's certificate, "" when the configuration brings it
	CA      string   // PEM of the authority by which workers know it, "" when that is a public one
}

// control serves orders until ctx ends. A folder whose path is too long for a socket goes without.
func (h *hub) control(ctx context.Context, g *errgroup.Group, b *bus) {
	path := filepath.Join(h.data, controlSocket)
	_ = os.Remove(path) // of a process that was killed; this one holds the folder
	l, err := net.Listen("unix", path)
	if err == nil {
		err = os.Chmod(path, 0o600)
	}
	if err != nil {
		h.log.Warn("no control socket: workers added or removed meanwhile count from the next start", "path", path, "err", err)
		return
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /broker", func(w http.ResponseWriter, r *http.Request) { reply(w, h.state(b.server), nil) })
	mux.HandleFunc("GET /workers", func(w http.ResponseWriter, r *http.Request) {
		list, err := b.broker.Presences(r.Context())
		reply(w, list, err)
	})
	mux.HandleFunc("POST /reload", func(w http.ResponseWriter, r *http.Request) {
		if b.server == nil {
			reply(w, nil, errors.New("the broker runs elsewhere"))
			return
		}
		err := b.server.Reload()
		if err != nil {
			h.log.Error("broker configuration not loaded; nothing changed", "err", err)
		} else {
			h.log.Info("broker configuration loaded")
		}
		reply(w, struct{}{}, err)
	})
	g.Go(func() error { return part("control", serveUntil(ctx, l, mux)) })
}

func (h *hub) state(s *embed.Server) brokerState {
	if s == nil {
		st := brokerState{Servers: h.nats.Nats}
		if ca, err := os.ReadFile(h.nats.NatsCA); err == nil {
			st.CA = string(ca)
		}
		return st
	}
	st := brokerState{Conf: s.Conf(), Addr: s.Addr(), TLS: s.Secure(), Names: h.port.NatsName, CA: string(s.CA())}
	if c := s.Certificate(); c != nil {
		st.Cert = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return st
}

// reply sends a result, or an error for the one who owns this hub: its inner text is theirs to see.
func reply(w http.ResponseWriter, v any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the other side is gone
}

// order sends one order to the hub on a data folder and reads the answer into v. errNoHub when none is there; any other
// error is the hub's.
func order(ctx context.Context, data, method, path string, v any) error {
	ctx, cancel := context.WithTimeout(ctx, controlWait)
	defer cancel()
	t := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(data, controlSocket))
	}}
	r, err := http.NewRequestWithContext(ctx, method, "http://hub"+path, nil)
	if err != nil {
		return err
	}
	answer, err := (&http.Client{Transport: t}).Do(r)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return errNoHub
	}
	if err != nil {
		return fmt.Errorf("hub at %s: %w", data, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxControl))
	if err != nil {
		return fmt.Errorf("hub at %s: %w", data, err)
	}
	if answer.StatusCode != http.StatusOK {
		return errors.New(string(bytes.TrimSpace(body)))
	}
	return json.Unmarshal(body, v)
}

// presences are the workers that a running hub heard of in the last minute; none when no hub runs.
func presences(ctx context.Context, data string) (map[string]live.Presence, error) {
	var list []live.Presence
	if err := order(ctx, data, http.MethodGet, "/workers", &list); err != nil && !errors.Is(err, errNoHub) {
		return nil, err
	}
	seen := map[string]live.Presence{}
	for _, p := range list {
		seen[p.Worker] = p
	}
	return seen, nil
}
