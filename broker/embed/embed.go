// Package embed runs onair's broker, a nats-server, inside the hub's process.
//
// A folder and a configuration file go in (the one that the programs carry, copied there when there is none); out
// come connections of the right account inside the process, and, if wanted, a TCP port for workers elsewhere. The
// package makes the nkeys that these connections need and writes their public halves into the account files. cmd/onair
// and brokertest call it; a worker's program never does, and so links no server. It creates no stream: broker.Open does.
package embed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"onair/broker"
)

// readyWait bounds the start: a store of some GiB is read in a few seconds.
const readyWait = 30 * time.Second

var (
	// ErrInUse: another process runs a broker in this folder.
	ErrInUse = errors.New("folder in use by another process")
	// ErrPort: the port cannot be opened.
	ErrPort = errors.New("port not available")
	// ErrPlain: the port would face the network without TLS.
	ErrPlain = errors.New("workers elsewhere are let in over TLS only")
	// ErrTLS: the certificate cannot be used.
	ErrTLS = errors.New("certificate")
)

// Options say where the broker lives and who may reach it.
type Options struct {
	Dir     string       // its folder: configuration unless Conf names another, store, lock
	Conf    string       // configuration file; "" is nats.accounts.conf in Dir, put there when absent
	KeysDir string       // where the seeds of its nkeys are kept, each file 0600
	Listen  bool         // open the TCP port
	Addr    string       // "host:port" to listen on, port 0 picks one; "" is what the configuration says
	TLS     *TLS         // what the TCP port shows; nil is what the configuration says
	Log     *slog.Logger // nil discards
}

// Server is a running broker.
type Server struct {
	o        Options
	accounts Accounts
	keys     keyring
	log      *slog.Logger
	lock     *os.File
	cert     *certificate // of Options.TLS
	secured  atomic.Bool  // the port speaks TLS

	mu     sync.Mutex // serialises Reload, Restart, AddWorker, Shutdown
	port   int        // chosen when port 0 was asked for, so that a restart comes back there
	digest string     // of the configuration that runs

	current sync.RWMutex // guards ns: a connection being made must not hold a restart up
	ns      *server.Server
}

// Start runs a broker. Errors: ErrInUse names the folder, ErrPort the address and the setting it comes from.
func Start(ctx context.Context, o Options) (*Server, error) {
	s := &Server{o: o, log: o.Log, keys: keyring(o.KeysDir)}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("nats folder: %w", err)
	}
	var err error
	if s.lock, err = lockFolder(o.Dir); err != nil {
		return nil, fmt.Errorf("nats folder %s: %w", o.Dir, err)
	}
	if err := s.start(ctx); err != nil {
		s.lock.Close()
		return nil, err
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	var err error
	if s.accounts, err = OpenAccounts(s.o.Dir, s.o.Conf); err != nil {
		return fmt.Errorf("nats configuration: %w", err)
	}
	public, _, err := s.keys.load(hubKey)
	if err != nil {
		return fmt.Errorf("nats key of the hub: %w", err)
	}
	if _, err := s.accounts.admit(broker.AccountHub, public, hubBlock(public)); err != nil {
		return fmt.Errorf("nats key of the hub: %w", err)
	}
	opts, err := s.options()
	if err != nil {
		return err
	}
	return s.run(ctx, opts)
}

// run starts a server and waits until it takes connections.
func (s *Server) run(ctx context.Context, opts *server.Options) error {
	ns, err := server.NewServer(opts)
	if err != nil {
		return fmt.Errorf("nats-server: %w", err)
	}
	lines := &logger{log: s.log, fatal: make(chan string, 1)}
	ns.SetLoggerV2(lines, false, false, false)
	ns.Start()
	deadline := time.Now().Add(readyWait)
	for ready := false; !ready; {
		select {
		case text := <-lines.fatal:
			stop(ns)
			return fmt.Errorf("nats-server: %s", text)
		case <-ctx.Done():
			stop(ns)
			return ctx.Err()
		default:
			ready = ns.ReadyForConnections(100 * time.Millisecond)
			if !ready && time.Now().After(deadline) {
				stop(ns)
				return fmt.Errorf("nats-server: not ready after %v", readyWait)
			}
		}
	}
	if a, ok := ns.Addr().(*net.TCPAddr); ok && a != nil {
		s.port = a.Port
	}
	s.digest = opts.ConfigDigest()
	s.secured.Store(opts.TLSConfig != nil)
	s.current.Lock()
	s.ns = ns
	s.current.Unlock()
	return nil
}

// options reads the configuration and lays over it what embedding means.
func (s *Server) options() (*server.Options, error) {
	opts, err := server.ProcessConfigFile(s.accounts.conf)
	if err != nil {
		return nil, fmt.Errorf("nats configuration %s: %w", s.accounts.conf, err)
	}
	for _, name := range []string{broker.AccountHub, broker.AccountEdge} {
		if account(opts, name) == nil {
			return nil, fmt.Errorf("nats configuration %s: no account %s", s.accounts.conf, name)
		}
	}
	opts.NoSigs, opts.NoLog = true, true
	opts.JetStream, opts.SyncAlways = true, true
	opts.StoreDir = filepath.Join(s.o.Dir, "store")
	if opts.DontListen = !s.o.Listen; opts.DontListen {
		return opts, nil
	}
	setting := fmt.Sprintf("listen in %s", s.accounts.conf)
	if s.o.Addr != "" {
		host, port, err := net.SplitHostPort(s.o.Addr)
		if err != nil {
			return nil, fmt.Errorf("nats address %q: %w", s.o.Addr, err)
		}
		opts.Host = host
		if opts.Port, err = strconv.Atoi(port); err != nil {
			return nil, fmt.Errorf("nats address %q: %w", s.o.Addr, err)
		}
		setting = "the NATS address given"
	}
	if s.o.TLS != nil {
		if err := s.secure(opts); err != nil {
			return nil, err
		}
	}
	if opts.TLSConfig == nil && !isLoopback(opts.Host) {
		return nil, fmt.Errorf("%w: %s (set by %s)", ErrPlain, net.JoinHostPort(opts.Host, strconv.Itoa(opts.Port)), setting)
	}
	if opts.Port <= 0 { // a port of the system's choice, once
		opts.Port = max(s.port, 0)
	}
	if opts.Port == 0 {
		opts.Port = server.RANDOM_PORT
	}
	if s.running() == nil {
		// Asked beforehand: the server itself would only log it.
		if err := tryPort(opts.Host, opts.Port); err != nil {
			return nil, fmt.Errorf("%w: %s (set by %s): %w", ErrPort, net.JoinHostPort(opts.Host, strconv.Itoa(opts.Port)), setting, err)
		}
	}
	return opts, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func tryPort(host string, port int) error {
	l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(max(port, 0))))
	if err != nil {
		return err
	}
	return l.Close()
}

// Reload reads the configuration again: added workers may connect, removed ones are cut off, others notice nothing. A
// file that does not parse changes nothing.
func (s *Server) Reload() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reload()
}

func (s *Server) reload() error {
	opts, err := s.options()
	if err != nil {
		return err
	}
	ns := s.running()
	if ns == nil {
		return errStopped
	}
	if opts.ConfigDigest() == s.digest && (opts.TLSConfig == nil || s.cert != nil) {
		// Nothing to do; and when no user came or went, nats-server 2.15 reads the accounts' locks while it compares
		// them. With TLS of the configuration's there may be another certificate behind the same words.
		return nil
	}
	if err := ns.ReloadOptions(opts); err != nil {
		return fmt.Errorf("nats configuration %s: %w", s.accounts.conf, err)
	}
	s.digest = opts.ConfigDigest()
	s.secured.Store(opts.TLSConfig != nil)
	return nil
}

// Restart stops the server and starts it on the same store; connections come back by themselves. JetStream needs it
// after a full disk: it stays frozen when there is room again.
func (s *Server) Restart(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.halt()
	opts, err := s.options()
	if err != nil {
		return err
	}
	return s.run(ctx, opts)
}

// Shutdown stops the server and waits until it has. Connections made here are their callers' to close, before it.
func (s *Server) Shutdown() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.halt()
	s.lock.Close()
}

func (s *Server) halt() {
	s.current.Lock()
	ns := s.ns
	s.ns = nil
	s.current.Unlock()
	if ns != nil {
		stop(ns)
	}
}

func stop(ns *server.Server) {
	ns.Shutdown()
	ns.WaitForShutdown()
}

func (s *Server) running() *server.Server {
	s.current.RLock()
	defer s.current.RUnlock()
	return s.ns
}

// Conf is the path of the configuration that runs.
func (s *Server) Conf() string { return s.accounts.conf }

// Addr is the TCP address, "" when none is open.
func (s *Server) Addr() string {
	if ns := s.running(); ns != nil && s.o.Listen {
		return ns.Addr().String()
	}
	return ""
}

var errStopped = errors.New("nats-server is not running")

// InProcessConn makes the server's end of a connection; nats.go calls it, again after a Restart.
func (s *Server) InProcessConn() (net.Conn, error) {
	ns := s.running()
	if ns == nil {
		return nil, errStopped
	}
	return ns.InProcessConn()
}

var _ nats.InProcessConnProvider = (*Server)(nil)
