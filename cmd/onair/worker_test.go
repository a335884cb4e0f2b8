package main

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onair"
	"onair/api/client"
	"onair/cmd/internal/edge"
	"onair/sim"
)

// spoken is what a process wrote on standard error; it can be read while it is written.
type spoken struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *spoken) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *spoken) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// process is onair in a process of its own.
type process struct {
	program
	stderr *spoken
	ended  chan struct{}
	code   int
}

func spawn(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{program: program{cmd: exec.Command(os.Args[0], args...)}, stderr: &spoken{}, ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), asProgram+"=1")
	p.cmd.Stderr = p.stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_, _ = io.Copy(io.Discard, stdout)
		_ = p.cmd.Wait()
		p.code = p.cmd.ProcessState.ExitCode()
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.ended
	})
	return p
}

// says waits until the process has written text.
func (p *process) says(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(patience); !strings.Contains(p.stderr.String(), text); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("does not say %q:\n%s", text, p.stderr)
		}
	}
}

// fails waits until the process ends and wants the words in what it wrote.
func (p *process) fails(t *testing.T, words string) {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		t.Fatalf("still running:\n%s", p.stderr)
	}
	if p.code != 1 || !strings.Contains(p.stderr.String(), words) {
		t.Errorf("exit %d, want 1 and %q:\n%s", p.code, words, p.stderr)
	}
}

// startServe runs a hub that takes workers over TLS, and waits until it answers.
func startServe(t *testing.T, data, platforms string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0], "serve", "--data", data, "--listen", "127.0.0.1:0", "--nats-listen", "127.0.0.1:0", "--nats-tls", "auto",
		"--no-worker", "--platforms", "chzzk", "--sweep", "10s", "--set", "chzzk.endpoints.api="+platforms, "--log-level", "debug")
	p := &process{program: program{cmd: cmd}, stderr: &spoken{}, ended: make(chan struct{})}
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.Stderr = p.stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("the hub ended: %v\n%s", err, p.stderr)
	}
	p.url = strings.TrimSpace(line)
	return p
}

// mustTry runs a command that succeeds.
func mustTry(t *testing.T, args ...string) (stdout, stderr string) {
	t.Helper()
	code, stdout, stderr := try(t, args...)
	if code != 0 {
		t.Fatalf("%v: exit %d: %s", args, code, stderr)
	}
	return stdout, stderr
}

// From "worker add" on the hub through the pasted command to a worker's page in the list, and back out again, each
// program a process of its own.
func TestEnrolment(t *testing.T) {
	t.Parallel()
	web := httptest.NewServer(sim.New(sim.Options{Seed: 1, Scale: 0.02, Log: slog.New(slog.DiscardHandler)}).Handler())
	defer web.Close()
	dir, chzzk := t.TempDir(), web.URL+"/chzzk/api"
	data := filepath.Join(dir, "hub")
	hub := startServe(t, data, chzzk)

	line, hint := mustTry(t, "worker", "add", "w1", "--platforms", "chzzk", "--data", data)
	if strings.Count(line, "\n") != 1 || strings.Contains(line, "--seed") {
		t.Errorf("not one command:\n%s", line)
	}
	file, args := paste(t, line)
	who, err := edge.ReadEnrolment(file)
	if err != nil || who.Name != "w1" || !strings.HasPrefix(who.Nats, "tls://127.0.0.1:") || who.CA == "" {
		t.Fatalf("%v, %v", who, err)
	}
	if want := "--enrolment " + file; args != want || strings.Contains(hint, who.Seed) {
		t.Errorf("runs with %q, want %q; said %s", args, want, hint)
	}

	work := func(folder, file string, more ...string) *process {
		return spawn(t, append([]string{"worker", "--enrolment", file, "--data", filepath.Join(dir, folder), "--pace", "10ms", "--set", "chzzk.endpoints.api=" + chzzk, "--log-level", "debug"}, more...)...)
	}
	first := work("first", file)
	hub.list(t, func(l *client.Streams) bool { return len(l.Streams) > 3 })
	if list, _ := mustTry(t, "worker", "list", "--data", data); !strings.Contains(list, "w1 ") || !strings.Contains(list, "chzzk_plain_any") || !strings.Contains(list, "s ago") {
		t.Errorf("list:\n%s", list)
	}

	second := work("second", file)
	second.fails(t, "another worker has the same identity: worker w1 has been running on ")

	// Many are added at once; one of them works on while w1 goes.
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			p := spawn(t, "worker", "add", fmt.Sprintf("many%d", i), "--data", data)
			<-p.ended
			if p.code != 0 {
				t.Errorf("exit %d: %s", p.code, p.stderr)
			}
		})
	}
	wg.Wait()
	list, _ := mustTry(t, "worker", "list", "--data", data)
	for _, name := range []string{"w1", "many0", "many1", "many2", "many3"} {
		if !strings.Contains(list, name+" ") {
			t.Errorf("no %s in\n%s", name, list)
		}
	}
	line, _ = mustTry(t, "worker", "add", "w2", "--platforms", "chzzk", "--data", data)
	other, _ := paste(t, line)
	stays := work("stays", other)
	stays.says(t, "hub reached")

	denied := work("denied", other, "--platforms", "soop", "--name", "w2")
	denied.fails(t, "another worker has the same identity") // before anything else

	// A broken file changes nothing and is reported, to whoever asks and in the hub's log.
	conf := filepath.Join(data, "nats", "auth", "edge.conf")
	good, err := os.ReadFile(conf)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(conf, []byte("users = [ {"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"reload"}, {"add", "w3"}, {"remove", "w2"}, {"list"}} {
		if code, _, stderr := try(t, append(append([]string{"worker"}, args...), "--data", data)...); code != 1 || !strings.Contains(stderr, "edge.conf") {
			t.Errorf("%v with a broken file: exit %d: %s", args, code, stderr)
		}
	}
	hub.says(t, "broker configuration not loaded; nothing changed")
	if err := os.WriteFile(conf, good, 0o600); err != nil {
		t.Fatal(err)
	}
	mustTry(t, "worker", "reload", "--data", data)

	if code, _, stderr := try(t, "worker", "add", "w1", "--data", data); code != 1 || !strings.Contains(stderr, "worker remove w1") {
		t.Errorf("added twice: exit %d: %s", code, stderr)
	}
	mustTry(t, "worker", "remove", "w1", "--data", data)
	first.fails(t, "worker w1: the hub does not let this worker in")
	work("first", file).fails(t, "worker w1: the hub does not let this worker in")
	if code, _, _ := try(t, "worker", "remove", "w1", "--data", data); code != 1 {
		t.Errorf("removed twice: exit %d", code)
	}
	select {
	case <-stays.ended:
		t.Errorf("w2 ended: %s", stays.stderr)
	default:
	}
	if strings.Contains(stays.stderr.String(), "hub lost") {
		t.Errorf("w2 was dropped:\n%s", stays.stderr)
	}

	seeds := []string{who.Seed}
	if e, err := edge.ReadEnrolment(other); err == nil {
		seeds = append(seeds, e.Seed)
	}
	for what, p := range map[string]*process{"hub": hub, "first": first, "second": second, "stays": stays} {
		if slices.ContainsFunc(seeds, func(s string) bool { return strings.Contains(p.stderr.String(), s) }) {
			t.Errorf("a seed is in the log of %s", what)
		}
	}

	// Without a hub the block waits for it.
	hub.kill()
	stays.says(t, "hub lost")
	if code, _, stderr := try(t, "worker", "add", "late", "--data", data); code != 2 || !strings.Contains(stderr, "--public") {
		t.Errorf("no address: exit %d: %s", code, stderr)
	}
	line, hint = mustTry(t, "worker", "add", "late", "--platforms", "chzzk", "--data", data, "--public", "localhost")
	if !strings.Contains(hint, "next start") {
		t.Error(hint)
	}
	late, _ := paste(t, line)
	if e, err := edge.ReadEnrolment(late); err != nil || e.Nats != "tls://localhost:4222" || e.CA != who.CA {
		t.Errorf("%v, %v", e, err)
	}
	hub = startServe(t, data, chzzk)
	var st brokerState
	if err := order(t.Context(), data, "GET", "/broker", &st); err != nil {
		t.Fatal(err)
	}
	work("late", late, "--nats", "tls://"+st.Addr).says(t, "hub reached")
	// Denied: late is for chzzk only.
	work("late2", other, "--nats", "tls://"+st.Addr, "--platforms", "soop").fails(t, "JOBS.soop_plain_any")
}

// paste runs a printed command in a shell, with a worker that only says what it is called with.
func paste(t *testing.T, line string) (file, args string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "onair-worker"), []byte("#!/bin/sh\necho \"$@\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh")
	cmd.Stdin = strings.NewReader(line)
	cmd.Env = []string{"HOME=" + dir, "PATH=" + dir + ":" + os.Getenv("PATH")}
	text, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	args = strings.TrimSpace(string(text))
	_, file, _ = strings.Cut(args, " ")
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	return file, args
}

func TestWrongWorkerSettingsAreNamed(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	dir := t.TempDir()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"worker", "add", "a.b"}, "NAME"},
		{[]string{"worker", "add", "*"}, "NAME"},
		{[]string{"worker", "add", "w' 1"}, "NAME"},
		{[]string{"worker", "add", "local"}, "local"},
		{[]string{"worker", "remove", "local"}, "local"},
		{[]string{"worker", "add", "w1", "--platforms", "kick"}, "--platforms"},
		{[]string{"worker", "add", "w1", "--classes", "*"}, "--classes"},
		{[]string{"worker", "add", "w1", "--regions", "*"}, "--regions"},
		{[]string{"worker", "add", "w1", "--data", dir}, "--public"},
		{[]string{"worker", "add", "w1", "--data", dir, "--public", "a b"}, "--public"},
		{[]string{"worker", "add", "w1", "--data", dir, "--public", "http://x"}, "--public"},
		{[]string{"worker", "add", "w1", "--data", dir, "--public", "hub.example.org"}, "--nats-tls"},
		{[]string{"worker", "add", "w1", "--data", dir, "--public", "x:99999"}, "--public"},
		{[]string{"worker", "add", "w1", "--data", dir, "--public", "x", "--ca", dir + "/none"}, "--ca"},
		{[]string{"worker", "add", "w1", "--nats-config", dir + "/none.conf", "--public", "x"}, "none.conf"},
		{[]string{"worker", "--name", "a.b"}, "--name"},
		{[]string{"worker", "run"}, "--enrolment"},
		{[]string{"worker"}, "--enrolment"},
		{[]string{"worker", "--enrolment", dir + "/none"}, "--enrolment"},
		{[]string{"serve", "--nats-listen", "4222"}, "--nats-listen"},
		{[]string{"serve", "--nats-tls", "on"}, "--nats-tls"},
		{[]string{"serve", "--nats-tls-cert", "x"}, "--nats-tls-key"},
		{[]string{"serve", "--nats-tls", "auto", "--nats-tls-cert", "x", "--nats-tls-key", "x"}, "--nats-tls auto"},
		{[]string{"serve", "--nats-name", "a b"}, "--nats-name"},
		{[]string{"serve", "--listen", "127.0.0.1:0", "--nats-listen", "0.0.0.0:0", "--data", dir + "/a"}, "--nats-tls auto"},
		{[]string{"serve", "--listen", "127.0.0.1:0", "--nats-listen", "127.0.0.1:0", "--nats-tls-cert", "none.crt", "--nats-tls-key", "none.key", "--data", dir + "/b"}, "none.key"},
	} {
		code, stdout, stderr := try(t, c.args...)
		if code != 2 || !strings.Contains(stderr, c.want) || stdout != "" && !strings.Contains(stdout, "Usage") {
			t.Errorf("%v: exit %d, %q; want 2 and %q", c.args, code, stderr, c.want)
		}
	}
}

// With another configuration than the hub's own, the block goes beside that, and the servers' reload is the user's.
func TestAddForStockServers(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, onair.NATS); err != nil {
		t.Fatal(err)
	}
	conf := filepath.Join(dir, "nats.conf")
	line, hint := mustTry(t, "worker", "add", "w1", "--data", dir+"/hub", "--nats-config", conf, "--public", "tls://a.example.org,tls://b.example.org:4333")
	if !strings.Contains(hint, "nats-server --signal reload") {
		t.Error(hint)
	}
	file, _ := paste(t, line)
	if e, err := edge.ReadEnrolment(file); err != nil || e.Nats != "tls://a.example.org:4222,tls://b.example.org:4333" || e.CA != "" {
		t.Errorf("%v, %v", e, err)
	}
	list, _ := mustTry(t, "worker", "list", "--data", dir+"/hub", "--nats-config", conf)
	for _, want := range []string{"w1 ", "chzzk soop twitch youtube", "youtube_plain_any", "no hub runs"} {
		if !strings.Contains(list, want) {
			t.Errorf("no %q in\n%s", want, list)
		}
	}
	mustTry(t, "worker", "remove", "w1", "--data", dir+"/hub", "--nats-config", conf)
	if text, err := os.ReadFile(dir + "/auth/edge.conf"); err != nil || strings.Contains(string(text), "w1") {
		t.Errorf("%v:\n%s", err, text)
	}
}

// What "worker add" hands out without --public, by what the hub says about its broker.
func TestWaysToTheBroker(t *testing.T) {
	for what, c := range map[string]struct {
		state   brokerState
		public  []string
		want    string
		wantErr string
	}{
		"named":            {state: brokerState{Addr: "0.0.0.0:4222", TLS: true, Names: []string{"hub.example.org", "b"}}, want: "tls://hub.example.org:4222"},
		"one address":      {state: brokerState{Addr: "203.0.113.5:4333", TLS: true}, want: "tls://203.0.113.5:4333"},
		"loopback":         {state: brokerState{Addr: "127.0.0.1:4222"}, want: "nats://127.0.0.1:4222"},
		"everywhere":       {state: brokerState{Addr: "[::]:4222", TLS: true}, wantErr: "--public is missing"},
		"no port":          {wantErr: "no port open"},
		"elsewhere":        {state: brokerState{Servers: []string{"tls://a:4222", "tls://b:4222"}}, want: "tls://a:4222,tls://b:4222"},
		"given":            {state: brokerState{Addr: "0.0.0.0:4333", TLS: true}, public: []string{"hub.example.org"}, want: "tls://hub.example.org:4333"},
		"v6":               {state: brokerState{Addr: "0.0.0.0:4333", TLS: true}, public: []string{"2001:db8::1", "[2001:db8::2]:1"}, want: "tls://[2001:db8::1]:4333,tls://[2001:db8::2]:1"},
		"plain, by wish":   {state: brokerState{Addr: "127.0.0.1:4222"}, public: []string{"nats://10.0.0.1"}, want: "nats://10.0.0.1:4222"},
		"plain, unwitting": {state: brokerState{Addr: "127.0.0.1:4222"}, public: []string{"10.0.0.1"}, wantErr: "--nats-tls"},
	} {
		add := workerAddCmd{Public: c.public}
		got, _, err := add.way(&site{running: true, state: c.state, external: len(c.state.Servers) > 0})
		if got != c.want || (err == nil) != (c.wantErr == "") || err != nil && !strings.Contains(err.Error(), c.wantErr) {
			t.Errorf("%s: %q, %v; want %q, %q", what, got, err, c.want, c.wantErr)
		}
	}
}
