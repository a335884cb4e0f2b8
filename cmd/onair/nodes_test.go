package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"onair/api"
	"onair/broker"
	"onair/broker/brokertest"
	"onair/cmd/internal/config"
	"onair/cmd/internal/edge"
	"onair/live"
	"onair/planner"
	"onair/sim"
	"onair/view"
)

// node is one hub node's readers' side: follower, store, view and API on the common broker.
type node struct {
	t        *testing.T
	broker   *broker.Broker
	infos    []live.PlatformInfo
	path     string
	view     *view.View
	follower *view.Follower
	handler  http.Handler
	stop     func()
}

// startNode follows the log from whatever its file holds, or from the newest stored state.
func startNode(t *testing.T, b *broker.Broker, infos []live.PlatformInfo, path string) *node {
	t.Helper()
	return startNodeWith(t, b, infos, path, images{b})
}

// startNodeWith takes stored states from snapshots; nil has none.
func startNodeWith(t *testing.T, b *broker.Broker, infos []live.PlatformInfo, path string, snapshots view.Snapshots) *node {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	store, err := view.Open(path, view.StoreOptions{})
	if err != nil {
		t.Fatal(err)
	}
	n := &node{t: t, broker: b, infos: infos, path: path, view: &view.View{}}
	n.follower = view.NewFollower(view.FollowerConfig{
		Log: pageLog{Broker: b}, Facts: b.Facts(), Store: store, View: n.view, Snapshots: snapshots, Infos: infos,
	})
	// Limits are per address, and httptest's is not loopback.
	n.handler = api.New(api.Options{View: n.view, History: history{store}, Past: past{store, view.NewDays(store)}, Limits: api.Limits{Rate: 1e6, Burst: 1e6}}).Handler()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := n.follower.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	n.stop = sync.OnceFunc(func() {
		cancel()
		wg.Wait()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { n.stop() })
	return n
}

// reach waits until the node shows the log up to seq.
func (n *node) reach(seq uint64) {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), patience)
	defer cancel()
	for {
		changed := n.view.Changed()
		if s := n.view.Current(); s != nil && s.Position >= seq {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			n.t.Fatalf("node is not at %d: %+v", seq, n.follower.Health())
		}
	}
}

// get is one response: its bytes and ETag.
func (n *node) get(path, coding string) string {
	n.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if coding != "" {
		r.Header.Set("Accept-Encoding", coding)
	}
	w := httptest.NewRecorder()
	n.handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		n.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return w.Header().Get("ETag") + "\n" + w.Body.String()
}

// feed runs a worker and a planner against simulated platforms until it is told to stop.
type feed struct {
	t       *testing.T
	fixture *brokertest.Fixture
	sources []config.Source
	clock   *live.VirtualClock
	data    string
	world   *sim.World
}

func newFeed(t *testing.T, seed int64) *feed {
	t.Helper()
	clock := live.NewVirtualClock(sim.Epoch(), 300)
	world := sim.New(sim.Options{Seed: seed, Clock: clock, Scale: 0.02, Log: slog.New(slog.DiscardHandler)})
	web := httptest.NewServer(world.Handler())
	t.Cleanup(web.Close)
	sources, err := simulated(web.URL).Sources(clock, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	f := brokertest.New(t, broker.Options{Virtual: map[string]string{"seed": fmt.Sprint(seed)}})
	var on []live.Platform
	for _, s := range sources {
		on = append(on, s.Info().ID)
	}
	if err := f.Broker.EnsureConsumers(t.Context(), on, []live.Class{live.ClassPlain}, []string{live.RegionAny}); err != nil {
		t.Fatal(err)
	}
	return &feed{t, f, sources, clock, t.TempDir(), world.World()}
}

// until lets pages flow, planned by what v shows, until the log has at least so many more messages; then all is
// still. It gives the log's last sequence.
func (f *feed) until(v *view.View, more uint64) uint64 {
	f.t.Helper()
	before, err := f.fixture.Broker.Info(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	conn, err := f.fixture.Server.Worker("local")
	if err != nil {
		f.t.Fatal(err)
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(f.t.Context(), patience)
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() {
		err := edge.Run(ctx, edge.Options{
			Name: "local", Data: f.data, Conn: conn, Sources: f.sources, Clock: f.clock, Virtual: true, Pace: time.Second,
			Log: slog.New(slog.DiscardHandler),
		})
		if err != nil && !errors.Is(err, context.Canceled) {
			f.t.Errorf("worker: %v", err)
		}
	})
	wg.Go(func() {
		r := planner.Runner{
			Policy: planner.Sweep{Every: time.Minute},
			View: func() planner.Snapshot {
				if s := v.Current(); s != nil {
					return situation{s}
				}
				return nil
			},
			Offers: offers(f.sources), Jobs: work{f.fixture.Broker}, Ticks: ticker{f.fixture.Broker, broker.Epoch{Rev: 1}, true},
			Clock: f.clock, Epoch: fmt.Sprint("t", before.LastSeq),
		}
		_ = r.Run(ctx)
	})
	var last uint64
	err = f.fixture.Broker.Follow(ctx, before.LastSeq+1, func(m live.Message) error {
		if last = m.Seq; last >= before.LastSeq+more {
			return io.EOF
		}
		return nil
	})
	if !errors.Is(err, io.EOF) {
		f.t.Fatalf("log stands at %d, wanted %d: %v", last, before.LastSeq+more, err)
	}
	cancel()
	wg.Wait()
	info, err := f.fixture.Broker.Info(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	return info.LastSeq
}

// shownAsServed checks that every count in the list is one that the simulator gave out shortly before it was observed.
func (f *feed) shownAsServed(s *view.Snapshot) {
	f.t.Helper()
	// A page is dated when it is complete; between the site's reading of its counts and that lies the request, which at
	// 300 times real time is some seconds of the world, and a step of the site's own cadence.
	const window = 3 * time.Minute
	for _, e := range s.Entries {
		if len(e.Broadcasts) != 1 {
			continue // the entry's time is only that of its largest member
		}
		m := e.Broadcasts[0]
		var served []string
		ok := false
		for back := time.Duration(0); back <= window && !ok; back += 5 * time.Second {
			n, hidden, alive := f.world.Served(string(m.ID.Platform), m.ID.ID, e.ObservedAt.Add(-back))
			if !alive {
				continue
			}
			ok = hidden == !m.Viewers.Known() && (hidden || int64(n) == m.Viewers.Count())
			served = append(served, fmt.Sprint(n))
		}
		if !ok {
			f.t.Errorf("%s is listed with %d viewers, observed at %v; served were %v", m.ID, m.Viewers, e.ObservedAt, served)
		}
	}
}

// everyAnswer are requests whose responses must not depend on the node.
var everyAnswer = []struct{ path, coding string }{
	{"/v1/streams", ""},
	{"/v1/streams", "gzip"},
	{"/v1/streams", "zstd"},
	{"/v1/streams?limit=2000", ""},
	{"/v1/streams?limit=7&sort=rising", ""},
	{"/v1/streams?platform=soop&platform=chzzk&new=true&sort=started", ""},
	{"/v1/streams?q=%E3%84%B9", ""},
	{"/v1/platforms", ""},
	{"/v1/categories", "gzip"},
}

func equalNodes(t *testing.T, a, b *node, when string) {
	t.Helper()
	for _, q := range everyAnswer {
		if x, y := a.get(q.path, q.coding), b.get(q.path, q.coding); x != y {
			t.Fatalf("%s: %s (%s) differs\n%.300q\n%.300q", when, q.path, q.coding, x, y)
		}
	}
	if x, y := a.view.Current(), b.view.Current(); len(x.Entries) == 0 || x.Position != y.Position {
		t.Fatalf("%s: %d entries at %d and %d", when, len(x.Entries), x.Position, y.Position)
	}
}

// TestNodesAnswerAlike: two hub nodes of one log give identical bytes and ETags: from the start, after being stopped and
// restarted at random sequences, and when the second joins late from a stored state.
func TestNodesAnswerAlike(t *testing.T) {
	t.Parallel()
	seed := rand.Int64N(1000)
	t.Logf("seed %d", seed)
	f := newFeed(t, seed)
	var infos []live.PlatformInfo
	for _, s := range f.sources {
		infos = append(infos, s.Info())
	}
	dir := t.TempDir()
	a := startNode(t, f.fixture.Broker, infos, filepath.Join(dir, "a", "view.db"))
	b := startNode(t, f.fixture.Broker, infos, filepath.Join(dir, "b", "view.db"))
	both := func(seq uint64, when string) {
		a.reach(seq)
		b.reach(seq)
		equalNodes(t, a, b, when)
	}
	both(f.until(a.view, 40), "from the start")
	f.shownAsServed(a.view.Current())

	for i := range 3 {
		b.stop() // wherever it stands; the log goes on without it
		last := f.until(a.view, 10+uint64(rand.IntN(40)))
		b = startNode(t, f.fixture.Broker, infos, b.path)
		both(last, fmt.Sprintf("restart %d", i))
	}

	if err := (images{f.fixture.Broker}).store(t.Context(), a.follower); err != nil {
		t.Fatal(err)
	}
	both(f.until(a.view, 20), "before the third joins")
	c := startNode(t, f.fixture.Broker, infos, filepath.Join(dir, "c", "view.db"))
	c.reach(a.view.Current().Position)
	equalNodes(t, a, c, "joined late from a stored state")
	if got := c.view.Current().Lineage; got != a.view.Current().Lineage {
		t.Errorf("lineage %+v, want %+v", got, a.view.Current().Lineage)
	}

	// A fact reaches all of them and changes bytes and ETag, not seq.
	before := a.get("/v1/streams", "")
	entry := a.view.Current().Entries[0]
	m := entry.Broadcasts[0]
	block := fmt.Sprintf(`{"kind":"channel","value":"%s:%s"}`, m.ID.Platform, m.Channel.ID)
	if _, err := f.fixture.Broker.Facts().Create(t.Context(), live.Fact{
		Table: "FACTS", Key: "block.channel." + live.BlockKey(m.Channel.ID), Value: []byte(block),
	}, 0, broker.Epoch{}); err != nil {
		t.Fatal(err)
	}
	seq := a.view.Current().Seq
	for _, n := range []*node{a, b, c} {
		for changed := n.view.Changed(); n.view.Current().Entries[0].ID == entry.ID; changed = n.view.Changed() {
			<-changed
		}
	}
	equalNodes(t, a, b, "after a fact")
	equalNodes(t, a, c, "after a fact, joined late")
	if after := a.get("/v1/streams", ""); after == before {
		t.Error("the fact changed nothing")
	}
	if got := a.view.Current().Seq; got != seq {
		t.Errorf("the fact moved seq from %d to %d", seq, got)
	}
}
