// Package broker is everything that onair says to NATS: the log of pages, jobs, fact tables, the leader's lease,
// snapshots of state and the presence of workers.
//
// A hub node opens a [Broker] over a connection of the account HUB, which creates what is missing. A worker makes an
// [Edge] over a connection of the account EDGE, which reaches the log and the jobs through five service imports and
// nothing else. In come live.Entry, live.Job and live.Fact; out come the same, and live.Message in the log's order.
// The package decides nothing: it does not look into pages, does not choose jobs, and keeps no position.
//
// broker/embed runs the server inside the hub, so that a worker's program links none; brokertest starts one for tests.
package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// What callers branch on. Everything else is an error of the network or of the server, worth another try later.
var (
	// ErrClock: the log runs on another clock, or on another seed, than the caller.
	ErrClock = errors.New("log of another clock")
	// ErrGap: messages that the reader needs have left the log; wrapped by GapError.
	ErrGap = errors.New("gap in the log")
	// ErrLineage: the log is not the one that the reader began with.
	ErrLineage = errors.New("log was replaced")
	// ErrPending: a job with this key waits or runs.
	ErrPending = errors.New("job waits or runs already")
	// ErrConflict: somebody else wrote the key first.
	ErrConflict = errors.New("key was written by somebody else")
	// ErrFull: the table has reached its bound and refuses writes.
	ErrFull = errors.New("table is full")
	// ErrNone: nothing is stored there.
	ErrNone = errors.New("nothing stored")

	// ErrFence: the lane's last message is not the one that the worker thought.
	ErrFence = errors.New("fence is stale")
	// ErrUnclear: no answer came; what was asked for may or may not have happened.
	ErrUnclear = errors.New("outcome unknown")
	// ErrDenied: this worker's permissions do not allow it.
	ErrDenied = errors.New("permission denied")
)

// Options are a hub's wishes for the streams. The zero value is a real log on one node.
type Options struct {
	Replicas int               // 1 embedded, 3 in a cluster; 0 is what the log has, 1 when there is none yet
	Virtual  map[string]string // metadata of a demo's log: MetaSeed and what else it wants to find again; nil is a real log
	MaxBytes int64             // bound of the log on disk; 0 is 4 GiB
	Log      *slog.Logger      // nil discards
	Lease    time.Duration     // how long the leader's duties rest when it dies, the same for all hubs of a log; 0 is 10 s

	pull time.Duration // expiry of a pull, pullExpiry unless a test is in a hurry
}

// Broker is a hub's view of the streams. Its methods may be used from many goroutines.
type Broker struct {
	nc      *nats.Conn
	js      jetstream.JetStream
	log     *slog.Logger
	options Options
	lease   jetstream.KeyValue
	shots   jetstream.ObjectStore
	created atomic.Pointer[time.Time] // of PAGES, as the last Info said
}

// Open creates or checks every stream, bucket and store that onair uses, over a connection of the account HUB.
// ErrClock says that the log there belongs to a demo (or another one) and the caller does not, or the reverse.
func Open(ctx context.Context, nc *nats.Conn, o Options) (*Broker, error) {
	if o.MaxBytes == 0 {
		o.MaxBytes = pagesBytes
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Lease == 0 {
		o.Lease = leaseTTL
	}
	if o.pull == 0 {
		o.pull = pullExpiry
	}
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	b := &Broker{nc: nc, js: js, log: o.Log, options: o}
	if err := b.ensure(ctx); err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	if _, err := b.Info(ctx); err != nil {
		return nil, err
	}
	return b, nil
}

// apiError gives the server's error code and text, 0 when err did not come from the server.
func apiError(err error) (code jetstream.ErrorCode, text string) {
	var e *jetstream.APIError
	if errors.As(err, &e) {
		return e.ErrorCode, e.Description
	}
	return 0, ""
}

// Codes that nats.go does not name.
const (
	codeWrongLastReplicated jetstream.ErrorCode = 10164 // as a replicated stream says 10071
	codeStoreFailed         jetstream.ErrorCode = 10077 // every refusal of the store, told apart by its text
)

// staleSequence reports that a compare-and-set lost.
func staleSequence(err error) bool {
	code, _ := apiError(err)
	return code == jetstream.JSErrCodeStreamWrongLastSequence || code == codeWrongLastReplicated
}
