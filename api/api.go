// Package api is the HTTP in front of the view: the ranked list, changes as server-sent events, and the pages and
// documents beside them, as openapi.yaml says.
//
// Snapshots go in, bytes come out. Every response is made at most once for a snapshot, in each coding that somebody
// asks for, and then only copied; readers never wait for the fold, and the fold never waits for a reader. What a
// response holds depends on the snapshot alone, so that equal snapshots give equal bytes and ETags on every node.
// cmd/onair joins it to a view. The package never writes to the view, the log or the facts, and asks nobody else.
package api

import (
	"cmp"
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"onair/live"
	"onair/view"
)

// Contract is the OpenAPI document that every response keeps to.
//
//go:embed openapi.yaml
var Contract []byte

// View is what the server reads; *view.View is one.
type View interface {
	// Current is the newest snapshot, nil before the first.
	Current() *view.Snapshot
	// Changed is closed once there is a newer snapshot than at the time of the call.
	Changed() <-chan struct{}
	// WaitSeq returns a snapshot whose Seq is at least seq, or ctx's error.
	WaitSeq(ctx context.Context, seq uint64) (*view.Snapshot, error)
}

var _ View = (*view.View)(nil)

// Problem is one thing that is not as it should be, for /readyz.
type Problem struct {
	Part    string // which part of the node ("log", "chzzk")
	Detail  string // for people; no secret
	Unready bool   // readers should go to another node
}

// Options of a server. View is needed, the rest has defaults.
type Options struct {
	View    View
	History History          // nil: nothing is known of any broadcast's past
	Past    Past             // nil: nothing is known of what was on air
	Clock   live.ClockPair   // zero: the log runs on real time
	Health  func() []Problem // nil: always well; called for every /readyz, so it must not block
	Log     *slog.Logger     // nil: discards
	Version string           // of the program, for /readyz
	Limits  Limits
	Web     fs.FS    // the web page's files; nil: "/" is the plain page
	Thumbs  *os.Root // folder of stored pictures; nil: they are elsewhere
}

// Limits of a server; a zero field means the default named beside it.
type Limits struct {
	Rate              float64        // requests a second that one address may make in the long run (10)
	Burst             int            // and at once (40)
	EventStreams      int            // open event streams in all (10,000)
	EventStreamsPerIP int            // and from one address (6)
	EventWrite        time.Duration  // how long a reader may take to accept an event (5 s)
	Heartbeat         time.Duration  // between signs of life on an event stream (15 s)
	MinSeqWait        time.Duration  // how long min_seq waits (2 s)
	Proxies           []netip.Prefix // whose X-Forwarded-For is believed (none)
}

const (
	// defaultRate and defaultBurst leave room for a page that loads everything and polls; without them one address
	// could keep a core busy with filters that nobody else asks for.
	defaultRate  = 10
	defaultBurst = 40
	// defaultEventStreams is half of the usual 20,000 file descriptors: past it accept would fail for everybody.
	defaultEventStreams = 10_000
	// defaultEventStreamsPerIP is what browsers open to one host over HTTP/1.1; more is not a reader.
	defaultEventStreamsPerIP = 6
	// defaultEventWrite bounds how long a stuck connection holds a goroutine and its socket's memory.
	defaultEventWrite = 5 * time.Second
	// defaultHeartbeat stays below the 30-60 s after which proxies drop silent connections.
	defaultHeartbeat = 15 * time.Second
	// defaultMinSeqWait covers a node that is some snapshots behind; one that is further behind should say so.
	defaultMinSeqWait = 2 * time.Second
)

func (l Limits) withDefaults() Limits {
	l.Rate = cmp.Or(l.Rate, defaultRate)
	l.Burst = cmp.Or(l.Burst, defaultBurst)
	l.EventStreams = cmp.Or(l.EventStreams, defaultEventStreams)
	l.EventStreamsPerIP = cmp.Or(l.EventStreamsPerIP, defaultEventStreamsPerIP)
	l.EventWrite = cmp.Or(l.EventWrite, defaultEventWrite)
	l.Heartbeat = cmp.Or(l.Heartbeat, defaultHeartbeat)
	l.MinSeqWait = cmp.Or(l.MinSeqWait, defaultMinSeqWait)
	return l
}

// Server answers requests from the view's snapshots.
type Server struct {
	o        Options
	log      *slog.Logger
	limits   Limits
	metrics  *metrics
	coder    *coder
	feed     *feed
	buckets  *buckets
	slots    *slots
	handler  http.Handler
	contract *response
	docs     *response
	web      map[string]asset // by path
	days     reviews

	heartbeat *frame        // of event streams
	retry     time.Duration // least time after which EventSource comes back

	mu       sync.Mutex // guards the change of rendered
	rendered atomic.Pointer[rendition]
}

// New returns a server that answers at once; events flow while Run runs.
func New(o Options) *Server {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{o: o, log: o.Log, limits: o.Limits.withDefaults(), metrics: newMetrics()}
	s.coder = newCoder(s.metrics)
	s.feed = newFeed(newBoot(), s.metrics)
	s.retry = retryLow
	s.heartbeat = &frame{plain: []byte(":\n\n")}
	s.buckets = newBuckets(s.limits.Rate, s.limits.Burst)
	s.slots = newSlots(s.limits.EventStreams, s.limits.EventStreamsPerIP)
	s.contract = s.static("application/yaml", "", Contract)
	s.docs = s.static(contentHTML, docsPolicy, renderDocs(Contract))
	var err error
	if s.web, err = s.assets(o.Web); err != nil {
		panic(fmt.Errorf("web page: %w", err)) // it is part of the program
	}
	s.metrics.watch(s)
	s.handler = s.routes()
	return s
}

// Handler serves every public route. The caller's server must set its own timeouts; Run does.
func (s *Server) Handler() http.Handler { return s.handler }

const (
	// headerTimeout and readTimeout end connections that trickle a request to hold a goroutine.
	headerTimeout = 5 * time.Second
	readTimeout   = 10 * time.Second
	// writeTimeout is for ordinary responses, the largest of which is some MB; event streams set their own.
	writeTimeout = 60 * time.Second
	// idleTimeout frees the sockets of keep-alive connections that nobody uses.
	idleTimeout = 60 * time.Second
	// maxHeader is far above any browser's headers without cookies; the default of 1 MiB is a gift to floods.
	maxHeader = 16 << 10
	// stopGrace lets requests in flight finish; after it they are cut.
	stopGrace = 5 * time.Second
)

// Run serves on ln and feeds event streams until ctx ends or the listener breaks; then it ends every stream, lets
// requests in flight finish, and returns nil for ctx's end. It may run once.
func (s *Server) Run(ctx context.Context, ln net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	srv := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	var wg sync.WaitGroup
	wg.Go(func() { s.feed.run(ctx, s.o.View) })
	broken := make(chan error, 1)
	wg.Go(func() { broken <- srv.Serve(ln) })

	var err error
	select {
	case err = <-broken:
	case <-ctx.Done():
	}
	cancel() // the feed's end ends every event stream
	stop, done := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer done()
	if srv.Shutdown(stop) != nil {
		_ = srv.Close()
	}
	wg.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// newBoot names this process's event ids, so that another process's are not taken for its own.
func newBoot() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
