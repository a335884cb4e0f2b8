package embed_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
	"go.uber.org/goleak"

	"onair"
	"onair/broker"
	"onair/broker/embed"
	"onair/live"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t testing.TB, o embed.Options) *embed.Server {
	t.Helper()
	s, err := embed.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Shutdown)
	return s
}

func folder(t testing.TB) embed.Options {
	t.Helper()
	dir := t.TempDir()
	return embed.Options{Dir: filepath.Join(dir, "nats"), KeysDir: filepath.Join(dir, "keys")}
}

func loopback(t testing.TB) embed.Options {
	o := folder(t)
	o.Listen, o.Addr = true, "127.0.0.1:0"
	return o
}

// mustOpen opens a hub's end.
func mustOpen(t testing.TB, s *embed.Server) *broker.Broker {
	t.Helper()
	nc, err := s.Hub()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	b, err := broker.Open(t.Context(), nc, broker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// tree copies the files of a fresh clone.
func tree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, onair.NATS); err != nil {
		t.Fatal(err)
	}
	return dir
}

// As `nats-server -t -c nats.conf` in a fresh clone does, and then as `nats-server -c nats.conf`.
func TestStockServerTakesTheTree(t *testing.T) {
	dir := tree(t)
	for _, name := range []string{"auth/hub.conf", "auth/edge.conf"} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.Contains(string(content), "users = []") {
			t.Errorf("%s is not the empty list of users: %v", name, err)
		}
	}
	unexpected := func() { t.Error("not a check of the configuration") }
	opts, err := server.ConfigureOptions(flag.NewFlagSet("nats-server", flag.ContinueOnError), []string{"-t", "-c", filepath.Join(dir, "nats.conf")}, unexpected, unexpected, unexpected)
	if err != nil {
		t.Fatal(err)
	}
	if !opts.CheckConfig || opts.Host != "127.0.0.1" || !opts.SyncAlways || filepath.IsAbs(opts.StoreDir) || len(opts.Nkeys) != 0 {
		t.Errorf("check %v, host %s, sync always %v, store %s, %d keys", opts.CheckConfig, opts.Host, opts.SyncAlways, opts.StoreDir, len(opts.Nkeys))
	}
	opts.StoreDir, opts.Port, opts.NoSigs, opts.NoLog = t.TempDir(), server.RANDOM_PORT, true, true
	ns, err := server.NewServer(opts)
	if err != nil {
		t.Fatal(err)
	}
	ns.Start()
	defer func() { ns.Shutdown(); ns.WaitForShutdown() }()
	if !ns.ReadyForConnections(10 * time.Second) {
		t.Error("not ready")
	}
}

func TestFirstStartMakesFilesAndKeys(t *testing.T) {
	o := folder(t)
	s := start(t, o)
	nc, err := s.Worker("local")
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	for _, path := range []string{o.Dir + "/nats.conf", o.Dir + "/auth/hub.conf", o.Dir + "/auth/edge.conf", o.KeysDir + "/hub.nk", o.KeysDir + "/worker-local.nk"} {
		i, err := os.Stat(path)
		if err != nil || i.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", path, i.Mode(), err)
		}
	}
	if s.Addr() != "" {
		t.Errorf("a port is open: %s", s.Addr())
	}
	edge, err := os.ReadFile(o.Dir + "/auth/edge.conf")
	if err != nil {
		t.Fatal(err)
	}
	seed, err := os.ReadFile(o.KeysDir + "/worker-local.nk")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(edge, bytes.TrimSpace(seed)) || !bytes.Contains(edge, []byte("obs.*.local.*.*")) {
		t.Errorf("edge.conf:\n%s", edge)
	}
	nc.Close()
	s.Shutdown()

	// The second start finds them and adds nothing.
	again := start(t, o)
	nc, err = again.Worker("local")
	if err != nil {
		t.Fatal(err)
	}
	nc.Close()
	after, err := os.ReadFile(o.Dir + "/auth/edge.conf")
	if err != nil || !bytes.Equal(edge, after) {
		t.Errorf("edge.conf changed, %v:\n%s", err, after)
	}
}

func TestKeyThatOthersCanReadIsRefused(t *testing.T) {
	o := folder(t)
	start(t, o).Shutdown()
	path := o.KeysDir + "/hub.nk"
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := embed.Start(t.Context(), o); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v, want one that names %s", err, path)
	}
}

func TestSecondProcessOnOneFolder(t *testing.T) {
	o := folder(t)
	s := start(t, o)
	_, err := embed.Start(t.Context(), o)
	if !errors.Is(err, embed.ErrInUse) || !strings.Contains(err.Error(), o.Dir) {
		t.Errorf("%v, want %v that names the folder", err, embed.ErrInUse)
	}
	s.Shutdown()
	start(t, o)
}

func TestTakenPortNamesItsSetting(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	addr := l.Addr().String()
	o := folder(t)
	o.Listen, o.Addr = true, addr
	_, err = embed.Start(t.Context(), o)
	if !errors.Is(err, embed.ErrPort) || !strings.Contains(err.Error(), addr) {
		t.Errorf("error %v", err)
	}

	o = folder(t)
	dir := tree(t)
	o.Listen, o.Conf = true, filepath.Join(dir, "nats.conf")
	replace(t, o.Conf, "127.0.0.1:4222", addr)
	_, err = embed.Start(t.Context(), o)
	if !errors.Is(err, embed.ErrPort) || !strings.Contains(err.Error(), "listen in "+o.Conf) {
		t.Errorf("error %v", err)
	}
	l.Close()
	if s := start(t, o); s.Addr() != addr {
		t.Errorf("listens on %s, want %s", s.Addr(), addr)
	}
}

func TestOwnConfiguration(t *testing.T) {
	dir := tree(t)
	o := folder(t)
	o.Conf = filepath.Join(dir, "nats.conf")
	replace(t, o.Conf, "sync_interval: always", "")
	mustOpen(t, start(t, o))
	hub, err := os.ReadFile(filepath.Join(dir, "auth/hub.conf"))
	if err != nil || !strings.Contains(string(hub), "# hub") {
		t.Errorf("the key is not in the file's own include: %v\n%s", err, hub)
	}
	if _, err := os.Stat(filepath.Join(o.Dir, "nats.conf")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("nats.conf was copied though another is used")
	}

	for name, edit := range map[string][2]string{
		"no account": {"EDGE", "ELSE"},
		"no include": {`include "auth/hub.conf"`, ""},
		"no file":    {"auth/hub.conf", "auth/none.conf"},
		"not parsed": {"jetstream {", "jetstream {{"},
	} {
		o := folder(t)
		o.Conf = filepath.Join(tree(t), "nats.conf")
		replace(t, o.Conf, edit[0], edit[1])
		if s, err := embed.Start(t.Context(), o); err == nil {
			t.Errorf("%s: started", name)
			s.Shutdown()
		} else if !strings.Contains(err.Error(), o.Conf) {
			t.Errorf("%s: %v does not name %s", name, err, o.Conf)
		}
	}
}

func replace(t *testing.T, path, from, to string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), from) {
		t.Fatalf("no %q in %s", from, path)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(b), from, to)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// remote connects over TCP as a worker elsewhere does.
func remote(t *testing.T, s *embed.Server, name string, platforms ...live.Platform) (*nats.Conn, string, error) {
	t.Helper()
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddWorker(name, public, platforms, nil, nil); err != nil {
		t.Fatal(err)
	}
	nc, err := nats.Connect("nats://"+s.Addr(), append(broker.EdgeOptions(name), nats.Nkey(public, pair.Sign), nats.RetryOnFailedConnect(false))...)
	if err == nil {
		t.Cleanup(nc.Close)
	}
	return nc, public, err
}

func TestStrangersStayOut(t *testing.T) {
	s := start(t, loopback(t))
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]nats.Option{"no key": nats.Name("x"), "unknown key": nats.Nkey(public, pair.Sign), "password": nats.UserInfo("hub", "hub")} {
		if nc, err := nats.Connect("nats://"+s.Addr(), o); !errors.Is(err, nats.ErrAuthorization) {
			t.Errorf("%s: %v", name, err)
			nc.Close()
		}
	}
}

// Reloading while two workers publish: nobody loses a message, the removed one is cut off, a broken file changes
// nothing.
func TestReload(t *testing.T) {
	o := loopback(t)
	s := start(t, o)
	mustOpen(t, s)
	stays, _, err := remote(t, s, "stays", "chzzk")
	if err != nil {
		t.Fatal(err)
	}
	edge := filepath.Join(o.Dir, "auth/edge.conf")
	alone, err := os.ReadFile(edge)
	if err != nil {
		t.Fatal(err)
	}
	goes, public, err := remote(t, s, "goes", "chzzk")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	sent, unclear := 0, 0
	e, lane := broker.NewEdge(stays, "stays"), live.Lane{Platform: "chzzk", Worker: "stays", Epoch: "e", Name: live.LaneLive}
	wg.Go(func() {
		fence := uint64(0)
		for ctx.Err() == nil {
			seq, err := e.Publish(t.Context(), lane, live.Entry{Key: uint64(sent + 1)}, fence)
			if errors.Is(err, broker.ErrUnclear) {
				// The server changes the accounts' imports for a moment; a worker looks what became of its page, and
				// sends it again if nothing did.
				unclear++
				last, key, err := e.Last(t.Context(), lane)
				for errors.Is(err, broker.ErrUnclear) {
					last, key, err = e.Last(t.Context(), lane)
				}
				if err != nil && !errors.Is(err, broker.ErrNone) {
					t.Errorf("during reloads: %v", err)
					return
				}
				if fence = last; key == uint64(sent+1) {
					sent++
				}
				continue
			}
			if err != nil {
				t.Errorf("during reloads: %v", err)
				return
			}
			fence = seq
			sent++
		}
	})
	for range 5 {
		began := time.Now()
		if _, _, err := remote(t, s, "w"+nuid(), "soop"); err != nil {
			t.Errorf("a worker added while running: %v", err)
		}
		t.Logf("added and connected in %v", time.Since(began))
		if err := s.Reload(); err != nil { // of what runs already
			t.Error(err)
		}
	}
	if err := os.WriteFile(edge, []byte("users = [ {"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Reload(); err == nil || !strings.Contains(err.Error(), "nats.conf") {
		t.Errorf("a broken file was loaded: %v", err)
	}
	if err := s.AddWorker("x", public, nil, nil, nil); err == nil {
		t.Error("a worker was added to a broken file")
	}
	if !goes.IsConnected() || !stays.IsConnected() {
		t.Error("a broken file cut a worker off")
	}
	if err := os.WriteFile(edge, alone, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Reload(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); goes.IsConnected() && time.Now().Before(end); {
		time.Sleep(2 * time.Millisecond)
	}
	if goes.IsConnected() {
		t.Error("a removed worker is still there")
	}
	cancel()
	wg.Wait()
	if !stays.IsConnected() || sent == 0 {
		t.Errorf("connected %v, %d sent", stays.IsConnected(), sent)
	}
	if _, key, err := e.Last(t.Context(), lane); err != nil || key != uint64(sent) {
		t.Errorf("the log ends with page %d (%v), %d were sent", key, err, sent)
	}
	t.Logf("%d pages during the reloads, %d of them with an unclear outcome", sent, unclear)
}

func TestAddWorkerRefusesWhatIsNoName(t *testing.T) {
	s := start(t, folder(t))
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, key string
		platforms []live.Platform
		classes   []live.Class
		regions   []string
	}{
		{"*", public, nil, nil, nil},
		{"w.1", public, nil, nil, nil},
		{`w" }`, public, nil, nil, nil},
		{"", public, nil, nil, nil},
		{"w1", "not a key", nil, nil, nil},
		{"w1", public, []live.Platform{">"}, nil, nil},
		{"w1", public, []live.Platform{"chzzk"}, []live.Class{"*"}, nil},
		{"w1", public, []live.Platform{"chzzk"}, nil, []string{"*"}},
	} {
		if err := s.AddWorker(c.name, c.key, c.platforms, c.classes, c.regions); err == nil {
			t.Errorf("%+v was added", c)
		}
	}
}

func nuid() string { return strings.ToLower(nats.NewInbox()[7:]) }

// Acknowledged pages are there after a restart, on the same port.
func TestRestart(t *testing.T) {
	s := start(t, loopback(t))
	b := mustOpen(t, s)
	nc, _, err := remote(t, s, "w1", "chzzk")
	if err != nil {
		t.Fatal(err)
	}
	e, lane := broker.NewEdge(nc, "w1"), live.Lane{Platform: "chzzk", Worker: "w1", Epoch: "e", Name: live.LaneLive}
	fence, err := e.Publish(t.Context(), lane, live.Entry{Key: 1, Body: []byte("x")}, 0)
	if err != nil {
		t.Fatal(err)
	}
	addr := s.Addr()
	if err := s.Restart(t.Context()); err != nil || s.Addr() != addr {
		t.Fatalf("%v, address %s, was %s", err, s.Addr(), addr)
	}
	var seq uint64
	for end := time.Now().Add(time.Minute); seq == 0 && time.Now().Before(end); {
		if seq, _, err = e.Last(t.Context(), lane); err != nil {
			time.Sleep(2 * time.Millisecond)
		}
	}
	if i, infoErr := b.Info(t.Context()); seq != fence || err != nil || infoErr != nil || i.LastSeq != 1 {
		t.Errorf("last %d, %v; log %+v, %v", seq, err, i, infoErr)
	}
}

func TestServerLinesGoToTheLog(t *testing.T) {
	var mu sync.Mutex
	var out bytes.Buffer
	o := folder(t)
	o.Log = slog.New(slog.NewTextHandler(writer(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return out.Write(p)
	}), &slog.HandlerOptions{Level: slog.LevelDebug}))
	start(t, o).Shutdown()
	mu.Lock()
	defer mu.Unlock()
	if !strings.Contains(out.String(), "Server is ready") || strings.Contains(out.String(), "level=ERROR") {
		t.Errorf("log:\n%s", out.String())
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }
