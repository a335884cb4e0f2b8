package edge

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nkeys"
	"go.uber.org/goleak"

	"onair/broker"
	"onair/broker/embed"
	"onair/cmd/internal/config"
	"onair/cmd/internal/loopback"
	"onair/live"
	"onair/sim"
)

func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "6") // workers and hubs are mostly waited for
	goleak.VerifyTestMain(m)
}

// patience bounds what should happen soon.
const patience = 60 * time.Second

// hub is a broker that faces the network, as far as loopback is one.
type hub struct {
	*embed.Server
	broker   *broker.Broker
	accounts embed.Accounts
	o        embed.Options
}

func newHub(t *testing.T) *hub {
	t.Helper()
	dir := t.TempDir()
	ports, release, err := loopback.Hold(1) // hubs that go away come back at their address
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return openHub(t, embed.Options{Dir: dir + "/nats", KeysDir: dir + "/keys", Listen: true, Addr: fmt.Sprint("127.0.0.1:", ports[0]), TLS: &embed.TLS{}})
}

func openHub(t *testing.T, o embed.Options) *hub {
	t.Helper()
	s, err := embed.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Shutdown)
	nc, err := s.Hub()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	b, err := broker.Open(t.Context(), nc, broker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.EnsureConsumers(t.Context(), []live.Platform{"chzzk", "soop"}, []live.Class{live.ClassPlain, live.ClassBrowser}, []string{live.RegionAny, "kr"}); err != nil {
		t.Fatal(err)
	}
	a, err := embed.OpenAccounts(o.Dir, "")
	if err != nil {
		t.Fatal(err)
	}
	return &hub{s, b, a, o}
}

// enrol lets a worker in for chzzk, plain, any region.
func (h *hub) enrol(t *testing.T, name string) Enrolment {
	t.Helper()
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	seed, err := pair.Seed()
	if err != nil {
		t.Fatal(err)
	}
	e := Enrolment{
		Name: name, Nats: "tls://" + h.Addr(), Seed: string(seed), CA: string(h.CA()),
		Platforms: []live.Platform{"chzzk"}, Classes: []live.Class{live.ClassPlain}, Regions: []string{live.RegionAny},
	}
	if err := h.AddWorker(name, public, e.Platforms, e.Classes, e.Regions); err != nil {
		t.Fatal(err)
	}
	return e
}

// sources are simulated platforms, of which only those named are on.
func sources(t *testing.T, on ...string) []config.Source {
	t.Helper()
	web := httptest.NewServer(sim.New(sim.Options{Seed: 1, Scale: 0.02, Log: slog.New(slog.DiscardHandler)}).Handler())
	t.Cleanup(web.Close)
	all, err := config.Platforms{Platforms: on, Set: map[string]string{
		"chzzk.endpoints.api": web.URL + "/chzzk/api", "soop.endpoints.live": web.URL + "/soop/live", "soop.endpoints.station": web.URL + "/soop/chapi",
	}}.Sources(live.RealClock{}, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// worker is one that runs.
type worker struct {
	stop func() // and wait
	done chan error
	log  *lines
}

func start(t *testing.T, who Enrolment, on ...string) *worker {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	w := &worker{done: make(chan error, 1), log: &lines{}}
	o := Options{
		Name: who.Name, Data: t.TempDir(), Sources: sources(t, on...), Classes: who.Classes, Regions: who.Regions,
		Clock: live.RealClock{}, Pace: 10 * time.Millisecond, Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	var wg sync.WaitGroup
	wg.Go(func() { w.done <- run(ctx, who, o) })
	w.stop = func() { cancel(); wg.Wait() }
	t.Cleanup(w.stop)
	return w
}

// ends waits until the worker ends by itself.
func (w *worker) ends(t *testing.T) error {
	t.Helper()
	select {
	case err := <-w.done:
		return err
	case <-time.After(patience):
		t.Fatalf("still running\n%s", w.log.text())
		return nil
	}
}

// present waits until the hub has heard of a worker.
func (h *hub) present(t *testing.T, name string) {
	t.Helper()
	eventually(t, "presence of "+name, func() bool {
		list, err := h.broker.Presences(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			if p.Worker == name {
				return true
			}
		}
		return false
	})
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("%s: not in %v", what, patience)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// lines is a log that can be read while it is written.
type lines struct {
	mu sync.Mutex
	b  strings.Builder
}

var _ io.Writer = (*lines)(nil)

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func edgeConf(h *hub) string { return filepath.Join(h.o.Dir, "auth", "edge.conf") }
