package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"onair/broker"
	"onair/cmd/onair/internal/fleet"
	"onair/live"
	"onair/workers"
)

// faultRun is a fleet under load with its links.
type faultRun struct {
	t    *testing.T
	f    *fleet.Fleet
	o    fleet.Options
	cuts []*cut
	nc   *nats.Conn
	js   jetstream.JetStream
	b    *broker.Broker
	rng  *rand.Rand

	pages   atomic.Int64 // seen in the log
	seen    sync.Map     // worker, and worker and platform → time.Time of the last page as seen here
	results []faultResult
}

type faultResult struct {
	name  string
	again time.Duration // from the fault's end until pages flow
}

// newFaultRun starts a fleet; without nodes it is one hub with its broker inside, which workers reach through cuts.
// More wishes may change its options.
func newFaultRun(t *testing.T, nodes, hubs, workerCount int, wishes ...func(*fleet.Options)) *faultRun {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := &faultRun{t: t, rng: rand.New(rand.NewPCG(seed, 0))}
	r.o = fleet.Options{
		Dir: t.TempDir(), Onair: os.Args[0], NatsServer: os.Args[0], Env: []string{asProgram + "=1"},
		Nodes: nodes, Hubs: hubs, Workers: workerCount,
		Sweep: 10 * time.Second, Pace: 10 * time.Millisecond, Search: time.Minute, Seed: 1, Scale: 0.3, LogLevel: "info", Platforms: toSimulator,
	}
	for _, wish := range wishes {
		wish(&r.o)
	}
	if nodes == 0 {
		links := map[string]*cut{} // one for each worker: each has its own way to the hub
		r.o.Through = func(worker, addr string) string {
			if links[worker] == nil {
				links[worker] = newCut(t, addr)
				r.cuts = append(r.cuts, links[worker])
			}
			return links[worker].addr
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var err error
	r.f, err = fleet.Start(ctx, r.o)
	t.Cleanup(r.stop)
	if err != nil {
		t.Fatal(err)
	}
	if r.nc, err = r.f.Connect(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.nc.Close)
	if r.js, err = jetstream.New(r.nc); err != nil {
		t.Fatal(err)
	}
	if r.b, err = broker.Open(ctx, r.nc, broker.Options{Lease: r.o.Lease}); err != nil {
		t.Fatal(err)
	}
	return r
}

// stop ends the fleet and shows what its processes said when the test has failed.
func (r *faultRun) stop() {
	r.t.Helper()
	if err := r.f.Stop(); err != nil {
		r.t.Error(err)
	}
	if !r.t.Failed() {
		return
	}
	for _, n := range []string{"n1", "n2", "n3", "hub1", "hub2", "w1", "w2", "w3"} {
		if text := r.f.Log(n); text != "" {
			r.t.Logf("%s:\n%s", n, text[max(0, len(text)-3000):])
		}
	}
}

// watch notes when pages arrive, until ctx ends.
func (r *faultRun) watch(ctx context.Context) {
	var next uint64 = 1
	for ctx.Err() == nil {
		_, _ = r.b.Info(ctx)
		_ = r.b.Follow(ctx, next, func(m live.Message) error {
			next = m.Seq + 1
			if !m.Tick {
				r.pages.Add(1)
				r.seen.Store(m.Lane.Worker, time.Now())
				r.seen.Store(m.Lane.Worker+" "+string(m.Lane.Platform), time.Now())
			}
			return nil
		})
		_ = live.Wait(ctx, live.RealClock{}, 50*time.Millisecond)
	}
}

// loaded are the platforms that have lists: YouTube is left to the leader.
var loaded = []live.Platform{"chzzk", "soop", "twitch"}

// load keeps every worker busy, beside what the leader plans, until ctx ends.
func (r *faultRun) load(ctx context.Context) { r.ask(ctx, live.MaxChain, 50*time.Millisecond) }

// ask offers the workers a job of so many pages for each platform every so often, until ctx ends.
func (r *faultRun) ask(ctx context.Context, pages int, every time.Duration) {
	for n := 0; ctx.Err() == nil; n++ {
		for _, p := range loaded {
			c, cancel := context.WithTimeout(ctx, time.Second)
			_ = r.b.Submit(c, live.Job{ // refused while one with the key waits, or nobody is there: then the next one
				V: live.JobVersion, ID: fmt.Sprintf("load-%s-%d", p, n), Platform: p, Class: live.ClassPlain, Region: live.RegionAny,
				Key: fmt.Sprintf("load%d", n%20), Kind: live.KindList, Pages: pages, NotAfter: time.Now().Add(20 * time.Second),
			})
			cancel()
		}
		_ = live.Wait(ctx, live.RealClock{}, every)
	}
}

// flows waits until every one of the workers has had a page in the log after since, and gives the time that took.
func (r *faultRun) flows(since time.Time, who ...string) time.Duration {
	r.t.Helper()
	for _, w := range who {
		for end := time.Now().Add(patience); ; {
			if at, ok := r.seen.Load(w); ok && at.(time.Time).After(since) {
				break
			}
			if time.Now().After(end) {
				r.t.Fatalf("no page of %s in %v", w, patience)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	return time.Since(since)
}

func (r *faultRun) everybody() []string {
	var all []string
	for i := range r.o.Workers {
		all = append(all, fleet.WorkerName(i))
	}
	return all
}

// fault is one way to break something; it gives the time from its end until the pages of those it hit flowed again.
type fault struct {
	name string
	do   func(r *faultRun, i int) (again time.Duration)
}

func (r *faultRun) play(faults []fault) {
	for i, x := range faults {
		again := x.do(r, i)
		r.results = append(r.results, faultResult{x.name, again})
		_ = live.Wait(r.t.Context(), live.RealClock{}, 300*time.Millisecond) // some pages between faults
	}
}

func linkFault(name string, d time.Duration, begin func(*cut)) fault {
	return fault{name, func(r *faultRun, i int) time.Duration {
		k := i % len(r.cuts)
		begin(r.cuts[k])
		_ = live.Wait(r.t.Context(), live.RealClock{}, d)
		r.cuts[k].heal()
		return r.flows(time.Now(), fleet.WorkerName(k))
	}}
}

var (
	linkReset   = linkFault("link reset", 0, (*cut).reset)
	linkRefused = linkFault("link refused 1 s", time.Second, (*cut).refuse)
	linkSilent  = linkFault("link silent 1.5 s", 1500*time.Millisecond, (*cut).swallow)
	linkDead    = linkFault("link silent 8 s", 8*time.Second, (*cut).swallow)

	workerKilled = fault{"worker killed", func(r *faultRun, i int) time.Duration {
		k := i % r.o.Workers
		r.f.Process(fleet.WorkerName(k)).Kill()
		_ = live.Wait(r.t.Context(), live.RealClock{}, 200*time.Millisecond)
		now := time.Now()
		if err := r.f.StartWorker(k); err != nil {
			r.t.Fatal(err)
		}
		return r.flows(now, fleet.WorkerName(k))
	}}
	// The hub of one node has the broker inside: everything is down until it is back.
	hubKilled = fault{"hub and broker killed", func(r *faultRun, _ int) time.Duration {
		r.f.Process(fleet.HubName(0)).Kill()
		now := time.Now()
		if err := r.f.StartHub(r.t.Context(), 0); err != nil {
			r.t.Fatal(err)
		}
		return r.flows(now, r.everybody()...)
	}}
	hubKilledWhileCut = fault{"hub killed, links silent", func(r *faultRun, _ int) time.Duration {
		for _, c := range r.cuts {
			c.swallow()
		}
		r.f.Process(fleet.HubName(0)).Kill()
		if err := r.f.StartHub(r.t.Context(), 0); err != nil {
			r.t.Fatal(err)
		}
		for _, c := range r.cuts {
			c.heal()
		}
		return r.flows(time.Now(), r.everybody()...)
	}}
	// A killed server of a cluster comes back a little later; the time counts from its death.
	nodeKilled = fault{"server killed", func(r *faultRun, i int) time.Duration {
		k := i % r.o.Nodes
		r.f.Process(fleet.NodeName(k)).Kill()
		now := time.Now()
		time.AfterFunc(2*time.Second, func() {
			if err := r.f.StartNode(k); err != nil {
				r.t.Error(err)
			}
		})
		again := r.flows(now, r.everybody()...)
		r.whole()
		return again
	}}
	// The leader is killed: the other hub takes its duties over. The workers do not notice.
	leaderKilled = fault{"leader killed", func(r *faultRun, _ int) time.Duration {
		k := r.leader()
		r.f.Process(fleet.HubName(k)).Kill()
		now := time.Now()
		r.takeover(k, now)
		if err := r.f.StartHub(r.t.Context(), k); err != nil {
			r.t.Fatal(err)
		}
		return r.flows(time.Now(), r.everybody()...)
	}}
	leaderStopped = fault{"leader stopped", func(r *faultRun, _ int) time.Duration {
		k := r.leader()
		if err := r.f.Process(fleet.HubName(k)).Stop(); err != nil {
			r.t.Error(err)
		}
		r.takeover(k, time.Now())
		if err := r.f.StartHub(r.t.Context(), k); err != nil {
			r.t.Fatal(err)
		}
		return r.flows(time.Now(), r.everybody()...)
	}}
)

// whole waits until every stream has all its replicas again: the next server may be killed only then.
func (r *faultRun) whole() {
	r.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		var missing error
		s := r.f.Status(r.t.Context(), r.nc)
		for _, x := range s.Streams {
			if x.Current < x.Replicas {
				missing = errors.Join(missing, fmt.Errorf("stream %s has %d of %d replicas", x.Name, x.Current, x.Replicas))
			}
		}
		if missing == nil && len(s.Streams) > 0 {
			return
		}
		if time.Now().After(end) {
			r.t.Fatal(missing)
		}
	}
}

// leader is the number of the hub that holds the lease.
func (r *faultRun) leader() int {
	r.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if k := r.leads(); k >= 0 {
			return k
		}
	}
	r.t.Fatal("nobody leads")
	return 0
}

func (r *faultRun) leads() int {
	id := fleet.Leader(r.t.Context(), r.js)
	for i := range r.o.Hubs {
		if id != "" && id == r.f.NodeID(i) {
			return i
		}
	}
	return -1
}

// takeover measures how long the duties of hub k rest.
func (r *faultRun) takeover(k int, since time.Time) {
	r.t.Helper()
	for {
		if now := r.leads(); now >= 0 && now != k {
			break
		}
		if time.Since(since) > 30*time.Second {
			r.t.Fatalf("nobody leads after %s", fleet.HubName(k))
		}
		time.Sleep(10 * time.Millisecond)
	}
	took := time.Since(since)
	r.results = append(r.results, faultResult{"  another leads", took})
	if took > 15*time.Second {
		r.t.Errorf("failover took %v", took)
	}
}

// run plays faults under load and checks what is left.
func (r *faultRun) run(faults []fault) {
	t := r.t
	watching, stopWatch := context.WithCancel(t.Context())
	loading, stopLoad := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { r.watch(watching) })
	wg.Go(func() { r.load(loading) })
	defer wg.Wait()
	defer stopWatch()
	defer stopLoad()

	r.flows(time.Now(), r.everybody()...)
	r.play(faults)
	for _, w := range r.everybody() {
		for _, p := range loaded {
			r.flows(time.Now(), w+" "+string(p)) // fresh pages prove the lanes, so that old ones can follow
		}
	}
	stopLoad()
	r.drain()
	stopWatch()
	wg.Wait()

	jobs := map[string]int{}
	for _, w := range r.everybody() {
		accepted(r.f.Log(w), jobs)
	}
	h := readHistory(t, r.js, jobs)
	r.sameLists()
	r.print(h, len(faults), len(jobs))
	if h.lost+h.duplicated+h.reordered > 0 {
		t.Errorf("history:\n%s", strings.Join(h.notes, "\n"))
	}
	for i := range r.o.Hubs {
		if log := r.f.Log(fleet.HubName(i)); strings.Contains(log, "state given up") {
			t.Errorf("%s gave its state up", fleet.HubName(i))
		}
	}
	if h.messages < 50*len(faults) {
		t.Errorf("%d pages are too few to say anything", h.messages)
	}
}

// drain lets the workers send what they hold, stops them in order, and checks that nothing was left or dropped.
func (r *faultRun) drain() {
	r.t.Helper()
	for end, last, still := time.Now().Add(time.Minute), int64(-1), 0; still < 10; time.Sleep(100 * time.Millisecond) {
		if n := r.pages.Load(); n == last {
			still++
		} else {
			last, still = n, 0
		}
		if time.Now().After(end) {
			break // the leader plans on; what matters is in the outboxes
		}
	}
	for i := range r.o.Workers {
		name := fleet.WorkerName(i)
		s := r.stopWorker(i)
		// A page that was on its way when the worker was killed waits until another one proves its lane, or a minute.
		for end := time.Now().Add(2 * time.Minute); s.Live+s.Held+s.Late > 0 && time.Now().Before(end); s = r.stopWorker(i) {
			r.t.Logf("outbox of %s: %+v; waiting", name, s)
			if err := r.f.StartWorker(i); err != nil {
				r.t.Fatal(err)
			}
			_ = live.Wait(r.t.Context(), live.RealClock{}, settleWait)
		}
		if s.Live+s.Held+s.Late > 0 || s.Dropped+s.Damaged > 0 {
			r.t.Errorf("outbox of %s: %+v", name, s)
		}
	}
}

// settleWait is a little more than the minute after which an outbox takes an attempt to publish for failed.
const settleWait = 65 * time.Second

// stopWorker ends a worker in order and looks into its outbox.
func (r *faultRun) stopWorker(i int) workers.OutboxStats {
	r.t.Helper()
	name := fleet.WorkerName(i)
	if err := r.f.Process(name).Stop(); err != nil {
		r.t.Error(err)
	}
	box, err := workers.OpenOutbox(filepath.Join(r.o.Dir, name, "data", "outbox.db"), name, workers.OutboxOptions{})
	if err != nil {
		r.t.Fatal(err)
	}
	defer box.Close()
	return box.Stats()
}

// sameLists compares every hub's answer with that of a node which folds the log from its beginning.
func (r *faultRun) sameLists() {
	t := r.t
	t.Helper()
	sources, err := simulated(r.f.Origin()).Sources(live.RealClock{}, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	var infos []live.PlatformInfo
	for _, s := range sources {
		infos = append(infos, s.Info())
	}
	n := startNodeWith(t, r.b, infos, filepath.Join(t.TempDir(), "view.db"), nil)
	defer n.stop()
	for i := range r.o.Hubs {
		var ours, theirs string
		equal := func() bool {
			if n.view.Current() == nil {
				return false
			}
			body, tag, err := fleet.List(t.Context(), r.f.HubURL(i))
			if err != nil {
				theirs = err.Error()
				return false
			}
			ours, theirs = n.get("/v1/streams?limit=2000", ""), tag+"\n"+string(body)
			return ours == theirs && bytes.Contains(body, []byte(`"viewers"`))
		}
		for end := time.Now().Add(patience); !equal(); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s differs from the fold of the log\n%.400s\n%.400s", fleet.HubName(i), theirs, ours)
			}
		}
	}
}

func (r *faultRun) print(h *trail, faults, jobs int) {
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 4, 2, ' ', 0)
	fmt.Fprintf(w, "FAULT\tFLOWS AGAIN AFTER\n")
	for _, x := range r.results {
		fmt.Fprintf(w, "%s\t%v\n", x.name, x.again.Round(time.Millisecond))
	}
	fmt.Fprintf(w, "\nPAGES\tJOBS DONE\tFAULTS\tLOST\tDUPLICATED\tREORDERED\n%d\t%d\t%d\t%d\t%d\t%d\n", h.messages, jobs, faults, h.lost, h.duplicated, h.reordered)
	w.Flush()
	r.t.Logf("\n%s", out.String())
}

// longFaults is asked for by "make faults".
func longFaults() bool { return os.Getenv("ONAIR_FAULTS") == "long" }

// TestFaultsOfOneNode breaks links, workers and the hub with its broker, under load, and checks the history.
func TestFaultsOfOneNode(t *testing.T) {
	soak(t)
	if !longFaults() {
		t.Parallel() // it mostly waits; the long run wants the machine for itself
	}
	faults := []fault{linkReset, workerKilled, hubKilled, linkRefused}
	if longFaults() {
		faults = []fault{linkReset, linkRefused, linkSilent, workerKilled, hubKilled, hubKilledWhileCut, linkDead, workerKilled, hubKilled, linkReset}
	}
	r := newFaultRun(t, 0, 1, 2)
	r.rng.Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
	r.run(faults)
}

// TestFaultsOfACluster kills servers, the leading hub and workers of a cluster.
func TestFaultsOfACluster(t *testing.T) {
	if !longFaults() {
		t.Skip("takes a minute; make faults runs it")
	}
	faults := []fault{nodeKilled, leaderKilled, workerKilled, nodeKilled, leaderStopped, nodeKilled, workerKilled, leaderKilled, nodeKilled, leaderStopped}
	r := newFaultRun(t, 3, 2, 3)
	r.rng.Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
	r.run(faults)
}
