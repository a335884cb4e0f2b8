// Package brokertest gives tests a real broker: a nats-server in the process, on a folder of its own, with no port
// open, and both ends of it. Everything is closed and joined when the test ends.
package brokertest

import (
	"testing"

	"github.com/nats-io/nats.go"

	"onair/broker"
	"onair/broker/embed"
)

// Fixture is a running server and a hub's end.
type Fixture struct {
	Server *embed.Server
	Broker *broker.Broker
	Conn   *nats.Conn // the Broker's, of the account HUB
	tb     testing.TB
}

// New starts a server and opens a Broker on it. At most one Options may be given.
func New(tb testing.TB, o ...broker.Options) *Fixture {
	tb.Helper()
	f := &Fixture{Server: Start(tb), tb: tb}
	f.Broker, f.Conn = f.Hub(o...)
	return f
}

// Start runs a server without streams.
func Start(tb testing.TB) *embed.Server {
	tb.Helper()
	dir := tb.TempDir()
	s, err := embed.Start(tb.Context(), embed.Options{Dir: dir + "/nats", KeysDir: dir + "/keys"})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Shutdown)
	return s
}

// Hub opens another hub node's end.
func (f *Fixture) Hub(o ...broker.Options) (*broker.Broker, *nats.Conn) {
	f.tb.Helper()
	nc, err := f.Server.Hub()
	if err != nil {
		f.tb.Fatal(err)
	}
	f.tb.Cleanup(nc.Close)
	b, err := broker.Open(f.tb.Context(), nc, append(o, broker.Options{})[0])
	if err != nil {
		f.tb.Fatal(err)
	}
	return b, nc
}

// Worker opens the worker's end of that name, and its connection, of the account EDGE.
func (f *Fixture) Worker(name string) (*broker.Edge, *nats.Conn) {
	f.tb.Helper()
	nc, err := f.Server.Worker(name)
	if err != nil {
		f.tb.Fatal(err)
	}
	f.tb.Cleanup(nc.Close)
	return broker.NewEdge(nc, name), nc
}
