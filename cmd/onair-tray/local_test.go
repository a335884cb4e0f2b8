package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// stub puts a program named onair into the sandbox; it is this test in the role of a hub.
func (s *sandbox) stub(tb testing.TB) string {
	tb.Helper()
	path := s.path("onair")
	script := fmt.Sprintf("#!/bin/sh\nONAIR_TRAY_TEST_AS=hub exec '%s' \"$@\"\n", self(tb))
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		tb.Fatal(err)
	}
	return path
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func answers(url string) bool {
	resp, err := http.Get(url + "/v1/platforms")
	if err != nil {
		return false
	}
	resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	return true
}

func TestLocalHubLivesAndDiesWithTheTray(t *testing.T) {
	for _, how := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		t.Run(how.String(), func(t *testing.T) {
			s := newSandbox(t)
			p := newPanel(t, s.bus(t, false))
			data := s.path("data", "onair", "tray-hub")
			tray := s.tray(t, "--local", "--onair", s.stub(t))
			until(t, "the hub", func() bool { return exists(filepath.Join(data, "started")) })
			b, err := os.ReadFile(filepath.Join(data, "started"))
			if err != nil {
				t.Fatal(err)
			}
			args := strings.Fields(string(b))
			if args[0] != "serve" || args[1] != "--listen" || !strings.HasPrefix(args[2], "127.0.0.1:") || args[4] != data {
				t.Fatalf("%q", args)
			}
			url := "http://" + args[2]
			until(t, "the hub's list", func() bool {
				if len(p.registered()) == 0 {
					return false
				}
				m := p.menu(t)
				return m.order("CHZZK")[0] >= 0
			})
			if err := tray.Process.Signal(how); err != nil {
				t.Fatal(err)
			}
			<-tray.done
			until(t, "the hub's end", func() bool { return exists(filepath.Join(data, "stopped")) && !answers(url) })
			if how == syscall.SIGTERM && tray.err != nil {
				t.Error(tray.err)
			}
			// The next one comes back at the same address.
			if err := os.Remove(filepath.Join(data, "started")); err != nil {
				t.Fatal(err)
			}
			_ = s.tray(t, "--local", "--onair", s.path("onair"))
			until(t, "the hub again", func() bool {
				b, _ := os.ReadFile(filepath.Join(data, "started"))
				return strings.Contains(string(b), args[2])
			})
		})
	}
}

// child is the process that a process started; 0 for none.
func child(pid int) int {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, l := range lists {
		b, _ := os.ReadFile(l)
		if f := strings.Fields(string(b)); len(f) > 0 {
			n, _ := strconv.Atoi(f[0])
			return n
		}
	}
	return 0
}

// ended reports whether a process is gone, or only waits for somebody to hear of its end.
func ended(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	return strings.HasPrefix(rest, "Z")
}

// TestLocalWithARealHub is what somebody without a server has: one command, here with simulated platforms in the place
// of the real ones.
func TestLocalWithARealHub(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs a hub")
	}
	onair := program(t, "onair")
	s := newSandbox(t)
	p := newPanel(t, s.bus(t, false))
	sim := s.start(t, nil, onair, "sim", "--listen", "127.0.0.1:0", "--scale", "0.1", "--seed", "3")
	origin := regexp.MustCompile(`http://[^/\s]+`)
	until(t, "simulated platforms", func() bool { return origin.MatchString(sim.said()) })
	for k, path := range map[string]string{"CHZZK_ENDPOINTS_API": "/chzzk/api", "SOOP_ENDPOINTS_LIVE": "/soop/live", "SOOP_ENDPOINTS_STATION": "/soop/chapi"} {
		s.set("ONAIR_"+k, origin.FindString(sim.said())+path)
	}
	s.set("ONAIR_PLATFORMS", "chzzk,soop")
	s.set("ONAIR_CHROMIUM", "off")
	s.settings(t, "language: ko\n")
	data := s.path("data", "onair", "tray-hub")
	for _, how := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		registered := len(p.registered())
		tray := s.tray(t, "--local", "--onair", onair)
		until(t, "an icon", func() bool { return len(p.registered()) > registered })
		until(t, "the hub's streams in the menu", func() bool {
			m := p.menu(t)
			at := m.order("방송 ", "인기 방송", "치지직 · ", "SOOP · ")
			return !slices.Contains(at, -1) && at[2] > at[1]+5 // a few streams between
		})
		b, err := os.ReadFile(filepath.Join(data, "tray-addr"))
		if err != nil {
			t.Fatal(err)
		}
		url, hub := "http://"+strings.TrimSpace(string(b)), child(tray.Process.Pid)
		if hub == 0 || ended(hub) || !answers(url) {
			t.Fatalf("hub %d at %s does not run", hub, url)
		}
		if err := tray.Process.Signal(how); err != nil {
			t.Fatal(err)
		}
		<-tray.done
		until(t, "the hub's end", func() bool { return ended(hub) && !answers(url) })
		if how == syscall.SIGTERM && tray.err != nil {
			t.Error(tray.err)
		}
	}
}

// TestGuard is how macOS ends the hub of a tray that was killed.
func TestGuard(t *testing.T) {
	s := newSandbox(t)
	if err := os.Mkdir(s.path("hub"), 0o700); err != nil {
		t.Fatal(err)
	}
	args := guarded([]string{s.stub(t), "serve", "--listen", "127.0.0.1:0", "--data", s.path("hub")})
	c := exec.Command(args[0], args[1:]...)
	c.Env = s.env
	held, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the hub", func() bool { return exists(s.path("hub", "started")) })
	held.Close()
	if err := c.Wait(); err != nil || !exists(s.path("hub", "stopped")) {
		t.Errorf("%v, stopped in order: %v", err, exists(s.path("hub", "stopped")))
	}
	// A hub that ends by itself ends the guard, with its code.
	args = guarded([]string{"/bin/sh", "-c", "exit 7"})
	c = exec.Command(args[0], args[1:]...)
	if held, err = c.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if err := c.Run(); err == nil || c.ProcessState.ExitCode() != 7 {
		t.Errorf("%v", err)
	}
}

func TestLocalNeedsTheProgram(t *testing.T) {
	s := newSandbox(t)
	s.bus(t, false)
	s.set("PATH", s.dir)
	tray := s.tray(t, "--local")
	<-tray.done
	if tray.ProcessState.ExitCode() != exitUsage || !strings.Contains(tray.said(), "--local") {
		t.Errorf("%d %q", tray.ProcessState.ExitCode(), tray.said())
	}
}

func TestWrongSettingsAreNamed(t *testing.T) {
	s := newSandbox(t)
	s.bus(t, false)
	for _, c := range []struct{ file, flag, want string }{
		{"alerts:\n  life: true\n", "", "line 2"}, {"", "--server=ftp://x", "--server"}, {"", "--local --server=http://x", "exclude"}, {"", "--sevrer=x", "sevrer"},
	} {
		s.settings(t, c.file)
		tray := s.tray(t, strings.Fields(c.flag)...)
		<-tray.done
		if tray.ProcessState.ExitCode() != exitUsage || !strings.Contains(tray.said(), c.want) {
			t.Errorf("%+v: %d %q", c, tray.ProcessState.ExitCode(), tray.said())
		}
	}
	s.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	s.settings(t, "")
	tray := s.tray(t)
	<-tray.done
	if tray.ProcessState.ExitCode() != exitFailure || !strings.Contains(tray.said(), "session bus") {
		t.Errorf("%d %q", tray.ProcessState.ExitCode(), tray.said())
	}
}

func TestConfigAndAutostart(t *testing.T) {
	s := newSandbox(t)
	run := func(args ...string) string {
		p := s.tray(t, args...)
		<-p.done
		if p.err != nil {
			t.Fatalf("%v: %v %s", args, p.err, p.said())
		}
		return p.said()
	}
	entry := s.path("config", "autostart", "onair-tray.desktop")
	if said := run("autostart", "status"); !strings.Contains(said, "off") {
		t.Error(said)
	}
	if said := run("autostart", "on", "--local"); !strings.Contains(said, "on") {
		t.Error(said)
	}
	b, err := os.ReadFile(entry)
	if err != nil || !strings.Contains(string(b), "Exec="+self(t)+" --local\n") {
		t.Errorf("%v %s", err, b)
	}
	if said := run("autostart", "off"); !strings.Contains(said, "off") || exists(entry) {
		t.Error(said)
	}
	// config opens the file with what the desktop has for it: here a stub of xdg-open.
	if err := os.Rename(s.path("browser"), s.path("xdg-open")); err != nil {
		t.Fatal(err)
	}
	s.set("PATH", s.dir+":"+os.Getenv("PATH"))
	file := s.path("config", "onair", "tray.yaml")
	if said := run("config"); !strings.Contains(said, file) || !exists(file) {
		t.Error(said)
	}
	until(t, "the file to be opened", func() bool { return strings.Join(s.opened(), " ") == file })
}

// TestLinksNoServer keeps the tray small.
func TestLinksNoServer(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range strings.Fields(string(out)) {
		for _, not := range []string{"onair/broker", "onair/view", "onair/api", "onair/platform", "onair/sim", "github.com/nats-io", "cloud.google.com"} {
			if d == not || strings.HasPrefix(d, not+"/") && d != "onair/api/client" {
				t.Errorf("onair-tray links %s", d)
			}
		}
	}
}
