package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onair/api/client"
	"onair/live"
)

// TestMain is also the programs that the tests start: the tray itself, a browser, a hub.
func TestMain(m *testing.M) {
	switch os.Getenv("ONAIR_TRAY_TEST_AS") {
	case "tray":
		// Its time goes faster: what it waits for is not what the tests are about.
		os.Exit(run(untilTerm(), live.NewVirtualClock(time.Now(), hurry()), os.Args[1:], os.Stdout, os.Stderr))
	case "browser":
		f, err := os.OpenFile(os.Getenv("ONAIR_TRAY_TEST_OPENED"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err == nil {
			_, err = fmt.Fprintln(f, strings.Join(os.Args[1:], " "))
		}
		if err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	case "hub":
		fakeServe()
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if dir, err := builds(); err == nil {
			os.RemoveAll(dir)
		}
		os.Exit(code)
	}))
}

// builds is the folder of the programs that tests build.
var builds = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "onair-tray-builds") })

// program builds one of this module's programs; once for all tests.
func program(tb testing.TB, name string) string {
	tb.Helper()
	dir, err := builds()
	if err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	if out, err := exec.Command("go", "build", "-ldflags", "-s -w", "-o", path, "onair/cmd/"+name).CombinedOutput(); err != nil {
		tb.Fatalf("%v: %s", err, out)
	}
	return path
}

// fakeServe is "onair serve" as far as --local is concerned.
func fakeServe() {
	dir, listen := "", ""
	for i, a := range os.Args {
		switch a {
		case "--data":
			dir = os.Args[i+1]
		case "--listen":
			listen = os.Args[i+1]
		}
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	l, err := net.Listen("tcp", listen)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer l.Close()
	_ = os.WriteFile(filepath.Join(dir, "started"), []byte(strings.Join(os.Args[1:], " ")), 0o600)
	go func() { _ = http.Serve(l, newFakeHub()) }()
	<-stop
	_ = os.WriteFile(filepath.Join(dir, "stopped"), nil, 0o600)
	os.Exit(0)
}

// hurry is how many times faster a tray's time goes in these tests: at 10 it redraws ten times a second at most, and
// counts a menu that nobody touches as closed after 4.5 s.
func hurry() float64 {
	if x, err := strconv.ParseFloat(os.Getenv("ONAIR_TRAY_TEST_HURRY"), 64); err == nil {
		return x
	}
	return 10
}

// untilTerm ends as main's context does.
func untilTerm() context.Context {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	return ctx
}

// patience bounds every wait: the machine may be busy with much else.
const patience = 60 * time.Second

// until waits for ok.
func until(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for !ok() {
		if live.Wait(ctx, live.RealClock{}, 20*time.Millisecond) != nil {
			tb.Fatalf("never: %s", what)
		}
	}
}

// sandbox is a person's account: folders, a bus, a browser that writes down what it is asked to open.
type sandbox struct {
	dir string
	env []string
}

func newSandbox(tb testing.TB) *sandbox {
	tb.Helper()
	dir, err := os.MkdirTemp("", "tray") // short: sockets have short names
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			tb.Error(err)
		}
	})
	s := &sandbox{dir: dir}
	for _, e := range os.Environ() {
		if k, _, _ := strings.Cut(e, "="); !strings.HasPrefix(k, "XDG_") && !strings.HasPrefix(k, "ONAIR_") && !strings.HasPrefix(k, "LC_") && k != "DISPLAY" && k != "LANG" && k != "LANGUAGE" && k != "HOME" && k != "BROWSER" && k != "DBUS_SESSION_BUS_ADDRESS" {
			s.env = append(s.env, e)
		}
	}
	for k, sub := range map[string]string{"HOME": "home", "XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state", "XDG_CACHE_HOME": "cache", "XDG_DATA_HOME": "data", "XDG_RUNTIME_DIR": "run"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			tb.Fatal(err)
		}
		s.set(k, filepath.Join(dir, sub))
	}
	browser := filepath.Join(dir, "browser")
	script := fmt.Sprintf("#!/bin/sh\nONAIR_TRAY_TEST_AS=browser exec '%s' \"$@\"\n", self(tb))
	if err := os.WriteFile(browser, []byte(script), 0o700); err != nil {
		tb.Fatal(err)
	}
	s.set("BROWSER", browser)
	s.set("ONAIR_TRAY_TEST_OPENED", filepath.Join(dir, "opened"))
	return s
}

func self(tb testing.TB) string {
	tb.Helper()
	exe, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	return exe
}

func (s *sandbox) set(k, v string) { s.env = append(s.env, k+"="+v) }

func (s *sandbox) path(p ...string) string { return filepath.Join(append([]string{s.dir}, p...)...) }

// opened is what the browser was asked to open, a line each.
func (s *sandbox) opened() []string {
	b, _ := os.ReadFile(s.path("opened"))
	return strings.Fields(string(b))
}

// settings writes the person's file.
func (s *sandbox) settings(tb testing.TB, text string) {
	tb.Helper()
	if err := os.MkdirAll(s.path("config", "onair"), 0o700); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(s.path("config", "onair", "tray.yaml"), []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// process is a program that a test started.
type process struct {
	*exec.Cmd
	mu   sync.Mutex
	out  bytes.Buffer
	done chan struct{}
	err  error
}

func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(b)
}

func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// start runs a program until the test ends.
func (s *sandbox) start(tb testing.TB, env []string, name string, args ...string) *process {
	tb.Helper()
	p := &process{Cmd: exec.Command(name, args...), done: make(chan struct{})}
	// systray reads its menu's version without a lock (GetLayout against refresh). Ours takes that menu's place as soon as
	// systray has come to the bus; a panel that asks in between, where a busy machine may pause, gets systray's answer, and
	// such a report is not ours.
	p.Env = append(append([]string{"GORACE=exitcode=0"}, s.env...), env...)
	p.Stdout, p.Stderr = p, p
	p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.WaitDelay = time.Second
	if err := p.Start(); err != nil {
		tb.Fatal(err)
	}
	go func() {
		p.err = p.Wait()
		close(p.done)
	}()
	tb.Cleanup(func() {
		p.stop()
		for _, report := range strings.Split(p.said(), "WARNING: DATA RACE")[1:] {
			if report, _, _ = strings.Cut(report, "=================="); !strings.Contains(report, "fyne.io/systray.(*tray).GetLayout") {
				tb.Errorf("a race:%s", report)
			}
		}
		if tb.Failed() {
			tb.Logf("%s said:\n%s", filepath.Base(name), p.said())
		}
	})
	return p
}

func (p *process) running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// stop ends the program and what it started in its group.
func (p *process) stop() {
	if p.running() {
		_ = syscall.Kill(-p.Process.Pid, syscall.SIGTERM)
		select {
		case <-p.done:
			return
		case <-time.After(15 * time.Second):
		}
	}
	_ = syscall.Kill(-p.Process.Pid, syscall.SIGKILL)
	<-p.done
}

// tray starts the program under test.
func (s *sandbox) tray(tb testing.TB, args ...string) *process {
	tb.Helper()
	return s.start(tb, []string{"ONAIR_TRAY_TEST_AS=tray"}, self(tb), append([]string{"--log-level", "debug"}, args...)...)
}

// bus starts a private session bus. services says whether programs on this machine may be started by a call.
func (s *sandbox) bus(tb testing.TB, services bool) string {
	tb.Helper()
	config := s.path("bus.conf")
	dirs := ""
	if services {
		dirs = "<standard_session_servicedirs/>"
	}
	if err := os.WriteFile(config, []byte(`<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir=`+s.dir+`</listen>`+dirs+`
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`), 0o600); err != nil {
		tb.Fatal(err)
	}
	p := s.start(tb, nil, "dbus-daemon", "--config-file="+config, "--nofork", "--nosyslog", "--print-address=1")
	until(tb, "a bus", func() bool { return strings.Contains(p.said(), "\n") })
	line, err := bufio.NewReader(strings.NewReader(p.said())).ReadString('\n')
	if err != nil {
		tb.Fatal(err)
	}
	addr := strings.TrimSpace(line)
	s.set("DBUS_SESSION_BUS_ADDRESS", addr)
	return addr
}

// fakeHub answers as a hub does, with rows that a test sets.
type fakeHub struct {
	http.ServeMux
	mu      sync.Mutex
	seq     int
	rows    map[string]client.Row
	late    time.Duration // how old it says its data is
	readers map[chan string]bool
}

func newFakeHub() *fakeHub {
	h := &fakeHub{rows: map[string]client.Row{}, readers: map[chan string]bool{}}
	h.HandleFunc("/v1/streams", func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		l := client.Streams{Seq: uint64(h.seq), AsOf: time.Now().Add(-h.late).UTC(), Total: len(h.rows)}
		for _, row := range h.rows {
			l.Streams = append(l.Streams, client.Entry{Row: row})
		}
		_ = json.NewEncoder(w).Encode(l)
	})
	h.HandleFunc("/v1/platforms", func(w http.ResponseWriter, r *http.Request) {
		now := time.Now().UTC()
		p := client.Platforms{AsOf: now, Clock: live.ClockPair{Real: now, Log: now, Speed: 1}}
		for _, id := range []live.Platform{"chzzk", "soop"} {
			p.Platforms = append(p.Platforms, client.Platform{PlatformInfo: live.PlatformInfo{ID: id, Name: strings.ToUpper(string(id)), NameKo: "한" + string(id), Home: "https://www." + string(id) + ".com", Colour: "#00ffa3", Icon: "M4 4h16v16H4z"}, State: "ok", Viewers: 5000, Broadcasts: 7})
		}
		_ = json.NewEncoder(w).Encode(p)
	})
	h.HandleFunc("/v1/events", func(w http.ResponseWriter, r *http.Request) {
		ch := make(chan string, 100)
		h.mu.Lock()
		h.readers[ch] = true
		h.mu.Unlock()
		defer func() {
			h.mu.Lock()
			delete(h.readers, ch)
			h.mu.Unlock()
		}()
		fmt.Fprintf(w, "event: reset\nid: x-1\ndata: {\"seq\":%d}\n\n", 0)
		_ = http.NewResponseController(w).Flush()
		for {
			select {
			case s := <-ch:
				fmt.Fprint(w, s)
				_ = http.NewResponseController(w).Flush()
			case <-r.Context().Done():
				return
			}
		}
	})
	return h
}

// delay makes the hub's data so old.
func (h *fakeHub) delay(d time.Duration) {
	h.mu.Lock()
	h.late = d
	h.mu.Unlock()
	h.change()
}

// change puts rows in, or takes out those without broadcasts.
func (h *fakeHub) change(rows ...client.Row) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	c := client.Changes{Seq: uint64(h.seq), AsOf: time.Now().Add(-h.late).UTC()}
	for _, r := range rows {
		if len(r.Broadcasts) == 0 {
			delete(h.rows, r.ID)
			c.Removed = append(c.Removed, client.Removed{ID: r.ID})
			continue
		}
		h.rows[r.ID] = r
		c.Upserts = append(c.Upserts, r)
	}
	b, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	for ch := range h.readers {
		ch <- fmt.Sprintf("event: changes\nid: x-%d\ndata: %s\n\n", h.seq, b)
	}
}

// row is an entry with one broadcast.
func row(id, name string, viewers int) client.Row {
	p, n, _ := strings.Cut(id, ":")
	return client.Row{ID: id, Creator: client.Ref{ID: "c-" + id, Name: name}, Title: "제목 " + n, Viewers: live.Viewers(viewers), StartedAt: time.Now().UTC(),
		Broadcasts: []client.Broadcast{{Platform: live.Platform(p), ID: n, Channel: client.Ref{ID: "ch" + n, Name: name}, URL: "https://" + p + ".com/live/" + n, Viewers: live.Viewers(viewers)}}}
}

// serve runs h on addr ("127.0.0.1:0" for any) until stop is called or the test ends.
func serve(tb testing.TB, addr string, h http.Handler) (url string, stop func()) {
	tb.Helper()
	var l net.Listener
	until(tb, "a port", func() bool {
		var err error
		l, err = net.Listen("tcp", addr)
		return err == nil
	})
	srv := &http.Server{Handler: h}
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(l) }()
	var once sync.Once
	stop = func() { once.Do(func() { srv.Close(); <-done }) }
	tb.Cleanup(stop)
	return "http://" + l.Addr().String(), stop
}
