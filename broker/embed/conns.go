package embed

import (
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"onair/broker"
	"onair/live"
)

// reconnectWait is short: inside a process there is no network to spare.
const reconnectWait = 20 * time.Millisecond

// Hub connects to the account HUB within the process.
func (s *Server) Hub() (*nats.Conn, error) {
	return s.connect(hubKey, nats.Name("onair hub"), nats.MaxReconnects(-1))
}

// Worker connects to the account EDGE within the process, as the worker of that name, which is let in when it is new:
// a worker in the hub's own process may do the jobs of every platform.
func (s *Server) Worker(name string) (*nats.Conn, error) {
	if err := live.CheckID(name); err != nil {
		return nil, fmt.Errorf("worker: %w", err)
	}
	key := workerKey + name
	public, _, err := s.keys.load(key)
	if err != nil {
		return nil, fmt.Errorf("nats key of worker %s: %w", name, err)
	}
	if err := s.AddWorker(name, public, nil, nil, nil); err != nil {
		return nil, err
	}
	return s.connect(key, broker.EdgeOptions(name)...)
}

// AddWorker writes a worker's block into the account file (see Accounts.AddWorker) and loads it. Other workers notice
// nothing. A file that cannot be read afterwards is put back as it was.
func (s *Server) AddWorker(name, publicKey string, platforms []live.Platform, classes []live.Class, regions []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed, err := s.accounts.AddWorker(name, publicKey, platforms, classes, regions)
	if err != nil || !changed {
		return err
	}
	return s.reload()
}

func (s *Server) connect(key string, opts ...nats.Option) (*nats.Conn, error) {
	public, sign, err := s.keys.load(key)
	if err != nil {
		return nil, fmt.Errorf("nats key %s: %w", key, err)
	}
	opts = append(opts,
		nats.InProcessServer(s),
		nats.Nkey(public, sign),
		nats.RetryOnFailedConnect(false), // the server is here: a refusal is final
		nats.ReconnectWait(reconnectWait),
		nats.ReconnectJitter(reconnectWait, reconnectWait),
		nats.ErrorHandler(func(nc *nats.Conn, _ *nats.Subscription, err error) {
			s.log.Warn("nats connection", "name", nc.Opts.Name, "err", err)
		}),
	)
	nc, err := nats.Connect("", opts...)
	if err != nil {
		return nil, fmt.Errorf("connect to nats-server in process: %w", err)
	}
	return nc, nil
}
