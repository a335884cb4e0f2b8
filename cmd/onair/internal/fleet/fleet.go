// Package fleet runs a whole onair on one machine, each part a process of its own on loopback: stock nats-servers as a
// cluster (or one hub with its broker inside), hub nodes, workers and the simulated platforms.
//
// In goes where the programs are and how many of each; out come processes that can be killed and started again, and a
// Status of what they say. The command "onair fleet" and the fault tests use it. It knows no more of onair than a
// person with a shell: command lines, files, NATS and HTTP.
package fleet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"onair/cmd/internal/loopback"
)

// Options say what a fleet consists of.
type Options struct {
	Dir        string   // everything is kept below it
	Onair      string   // path of the program onair
	Env        []string // added to its environment
	NatsServer string   // path of a stock nats-server; not needed without Nodes

	Nodes   int // of the cluster; 0: one hub with its broker inside
	Hubs    int
	Workers int
	Hold    bool // Start runs only servers and simulator; hubs and workers are started one by one

	Sweep, Pace time.Duration
	Search      time.Duration
	Lease       time.Duration // how long the leader's duties rest when it dies; 0: as hubs have it
	Seed        int64
	Scale       float64
	LogLevel    string

	// Platforms gives arguments and environment that send a program's requests to the simulator at origin.
	Platforms func(origin string) (args, env []string)
	// Through gives the address by which worker reaches the broker at addr ("host:port"); nil: directly.
	Through func(worker, addr string) string
}

// Fleet is a running one.
type Fleet struct {
	o       Options
	spawn   *spawner
	args    []string // of every program that asks platforms
	env     []string
	hubKey  identity
	workers []identity
	ports   []int  // of the servers, or of the one hub; known before these start, as nodes name each other
	release func() // lets go of the ports, which a server that was killed finds again
	origin  string // of the simulator

	mu  sync.Mutex
	all map[string]*Process
	url map[string]string // of hubs
}

// Start runs everything and returns once every part has said that it is there. Stop must be called, even after an
// error.
func Start(ctx context.Context, o Options) (*Fleet, error) {
	f := &Fleet{o: o, spawn: newSpawner(), release: func() {}, all: map[string]*Process{}, url: map[string]string{}}
	if err := f.prepare(); err != nil {
		return f, err
	}
	sim, err := f.run("sim", "", o.Onair, "sim", "--listen", "127.0.0.1:0", "--seed", strconv.FormatInt(o.Seed, 10),
		"--scale", strconv.FormatFloat(o.Scale, 'g', -1, 64), "--at", time.Now().UTC().Format(time.RFC3339), "--log-level", "error")
	if err != nil {
		return f, err
	}
	origin, err := sim.line(ctx)
	if err != nil {
		return f, err
	}
	f.origin = strings.TrimSuffix(origin, "/")
	f.args, f.env = o.Platforms(f.origin)
	for i := range o.Nodes {
		if err := f.StartNode(i); err != nil {
			return f, err
		}
	}
	if o.Hold {
		return f, nil
	}
	for i := range o.Hubs {
		if err := f.StartHub(ctx, i); err != nil {
			return f, err
		}
	}
	for i := range o.Workers {
		if err := f.StartWorker(i); err != nil {
			return f, err
		}
	}
	return f, nil
}

// prepare makes keys and configuration.
func (f *Fleet) prepare() (err error) {
	if f.hubKey, err = newIdentity(f.o.Dir, "hub"); err != nil {
		return err
	}
	for i := range f.o.Workers {
		w, err := newIdentity(f.o.Dir, WorkerName(i))
		if err != nil {
			return err
		}
		f.workers = append(f.workers, w)
	}
	if f.o.Nodes == 0 {
		if f.ports, f.release, err = loopback.Hold(1); err != nil {
			return err
		}
		dir := filepath.Join(f.o.Dir, HubName(0), "conf")
		if err := confFolder(dir, []identity{f.hubKey}, f.workers); err != nil {
			return err
		}
		text := fmt.Sprintf("include \"nats.conf\"\nlisten: \"127.0.0.1:%d\"\n", f.ports[0])
		return os.WriteFile(filepath.Join(dir, "hub.conf"), []byte(text), 0o600)
	}
	ports, release, err := loopback.Hold(2 * f.o.Nodes)
	if err != nil {
		return err
	}
	f.release = release
	f.ports = ports[:f.o.Nodes]
	routes := ports[f.o.Nodes:]
	for i := range f.o.Nodes {
		dir := filepath.Join(f.o.Dir, NodeName(i))
		if err := confFolder(dir, []identity{f.hubKey}, f.workers); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "node.conf"), []byte(nodeConf(NodeName(i), f.ports[i], routes[i], routes)), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// Names of the processes, from 1.
func NodeName(i int) string   { return "n" + strconv.Itoa(i+1) }
func HubName(i int) string    { return "hub" + strconv.Itoa(i+1) }
func WorkerName(i int) string { return "w" + strconv.Itoa(i+1) }

// StartNode starts a server of the cluster, on the folder that it had before.
func (f *Fleet) StartNode(i int) error {
	_, err := f.run(NodeName(i), "", f.o.NatsServer, "-c", "node.conf")
	return err
}

// StartHub starts a hub on the folder that it had before and waits until it answers.
func (f *Fleet) StartHub(ctx context.Context, i int) error {
	name := HubName(i)
	args := []string{
		"serve", "--data", filepath.Join(f.o.Dir, name, "data"), "--listen", "127.0.0.1:0", "--no-worker",
		"--sweep", f.o.Sweep.String(), "--search", f.o.Search.String(), "--log-level", f.o.LogLevel,
	}
	if f.o.Nodes == 0 {
		args = append(args, "--nats-config", filepath.Join(f.o.Dir, name, "conf", "hub.conf"))
	} else {
		args = append(args, "--nats", f.brokers(f.Addrs()), "--nats-key", f.hubKey.seed, "--replicas", strconv.Itoa(f.o.Nodes))
	}
	if f.o.Lease != 0 {
		args = append(args, "--lease", f.o.Lease.String())
	}
	p, err := f.run(name, "hub", f.o.Onair, append(args, f.args...)...)
	if err != nil {
		return err
	}
	url, err := p.line(ctx)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.url[name] = strings.TrimSuffix(url, "/")
	return nil
}

// StartWorker starts a worker on the folder that it had before.
func (f *Fleet) StartWorker(i int) error {
	w := f.workers[i]
	addrs := f.Addrs()
	if f.o.Through != nil {
		for k, a := range addrs {
			addrs[k] = f.o.Through(w.name, a)
		}
	}
	_, err := f.run(w.name, "worker", f.o.Onair, append([]string{
		"worker", "--nats", f.brokers(addrs), "--name", w.name, "--seed", w.seed, "--data", filepath.Join(f.o.Dir, w.name, "data"),
		"--pace", f.o.Pace.String(), "--log-level", f.o.LogLevel,
	}, f.args...)...)
	return err
}

// run starts a program in the folder of its name. kind is "" for those that ask no platform.
func (f *Fleet) run(name, kind, path string, args ...string) (*Process, error) {
	dir := filepath.Join(f.o.Dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	env := f.o.Env
	if kind != "" {
		env = append(append([]string{}, env...), f.env...)
	}
	p, err := f.spawn.start(name, dir, env, path, args...)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all[name] = p
	return p, nil
}

func (f *Fleet) brokers(addrs []string) string {
	var urls []string
	for _, a := range addrs {
		urls = append(urls, "nats://"+a)
	}
	return strings.Join(urls, ",")
}

// Addrs are the brokers' addresses, "host:port".
func (f *Fleet) Addrs() []string {
	var all []string
	for _, p := range f.ports {
		all = append(all, "127.0.0.1:"+strconv.Itoa(p))
	}
	return all
}

// Process finds a process by its name; nil when there is none.
func (f *Fleet) Process(name string) *Process {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.all[name]
}

// HubKey is the file with the hubs' nkey seed.
func (f *Fleet) HubKey() string { return f.hubKey.seed }

// HubURL is where a hub answers, without a slash at the end.
func (f *Fleet) HubURL(i int) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.url[HubName(i)]
}

// Origin is where the simulator answers, without a slash at the end.
func (f *Fleet) Origin() string { return f.origin }

// NodeID is the name by which a hub is known in the lease; "" before its first start.
func (f *Fleet) NodeID(i int) string {
	b, _ := os.ReadFile(filepath.Join(f.o.Dir, HubName(i), "data", "node"))
	return strings.TrimSpace(string(b))
}

// Log is what a process has logged so far.
func (f *Fleet) Log(name string) string {
	b, _ := os.ReadFile(filepath.Join(f.o.Dir, name, name+".log"))
	return string(b)
}

// Stop stops workers, hubs, servers and the simulator, in this order, and leaves no process.
func (f *Fleet) Stop() error {
	var errs []error
	stop := func(names ...string) {
		var wg sync.WaitGroup
		stopped := make([]error, len(names))
		for i, n := range names {
			if p := f.Process(n); p != nil {
				wg.Go(func() { stopped[i] = p.Stop() })
			}
		}
		wg.Wait()
		errs = append(errs, stopped...)
	}
	stop(names(f.o.Workers, WorkerName)...)
	stop(names(f.o.Hubs, HubName)...)
	stop(names(f.o.Nodes, NodeName)...)
	stop("sim")
	f.spawn.close()
	f.release()
	return errors.Join(errs...)
}

func names(n int, name func(int) string) []string {
	var all []string
	for i := range n {
		all = append(all, name(i))
	}
	return all
}
