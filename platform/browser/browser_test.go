//go:build linux

package browser

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"onair/live"
	"onair/platform"
)

func TestFind(t *testing.T) {
	if _, err := Find(Off); !errors.Is(err, ErrNone) {
		t.Errorf("off: %v", err)
	}
	if _, err := Find("/no/such/program"); err == nil || errors.Is(err, ErrNone) {
		t.Errorf("a wrong path is a mistake: %v", err)
	}
	if path, err := Find("/bin/sh"); err != nil || path != "/bin/sh" {
		t.Errorf("%s, %v", path, err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := Find(""); !errors.Is(err, ErrNone) || !strings.Contains(err.Error(), "not installed") {
		t.Errorf("nothing installed: %v", err)
	}
	if _, err := New(Options{}); !errors.Is(err, ErrNone) {
		t.Errorf("no path: %v", err)
	}
	if _, err := New(Options{Path: "/bin/sh", Dir: strings.Repeat("/long", 20)}); err == nil {
		t.Error("a folder in which Chromium cannot start")
	}
}

func TestTabSaysWhichProxiesItCannotUse(t *testing.T) {
	b, err := New(Options{Path: "/bin/sh"})
	if err != nil {
		t.Fatal(err)
	}
	for via, ok := range map[string]bool{
		"http://h:1": true, "https://u:sesame@h:1": true, "socks5://h:1": true, "HTTP://h:1": true,
		"socks5://u:sesame@h:1": false, "socks4://h:1": false, "ftp://h": false, "http:///": false,
	} {
		u, err := url.Parse(via)
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Tab(u)
		if (err == nil) != ok || err != nil && (!errors.Is(err, live.ErrSetting) || strings.Contains(err.Error(), "sesame")) {
			t.Errorf("%s: %v", via, err)
		}
	}
}

// TestProgramThatIsNoBrowser ends at once, with nothing left behind.
func TestProgramThatIsNoBrowser(t *testing.T) {
	for name, path := range map[string]string{"ends": "/bin/false", "is not there": "/no/such/program"} {
		b := mustBrowser(t, func(o *Options) { o.Path = path })
		err := mustTab(t, b, nil).Read(t.Context(), platform.Visit{Page: "http://127.0.0.1/"}, nil)
		if live.ClassOf(err) != live.ClassOther || strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestBrowserIsAlone looks at a running Chromium: its own group, its own home, none of our secrets.
func TestBrowserIsAlone(t *testing.T) {
	t.Setenv("ONAIR_TEST_SECRET", "planted-secret")
	s := newStranger(t, listing)
	s.mux.HandleFunc("/list", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") })
	b := mustBrowser(t, nil)
	enough := errors.New("enough")
	err := mustTab(t, b, nil).Read(t.Context(), s.visit(), func(platform.Seen) error {
		pids := startedWith(b.o.Dir)
		if len(pids) < 3 {
			t.Errorf("%d processes", len(pids))
		}
		group := 0
		for _, pid := range pids {
			if s, ok := readStat(pid); ok && group == 0 {
				group = s.group
			} else if ok && s.group != group {
				t.Logf("process %d is in group %d, others in %d", pid, s.group, group)
			}
			env, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
			if bytes.Contains(env, []byte("planted-secret")) {
				t.Error("the browser has our environment")
			}
		}
		if own, _ := readStat(os.Getpid()); group == own.group {
			t.Error("the browser is in our process group")
		}
		if m := memory(group); m < 20<<20 || m > 2<<30 {
			t.Errorf("%d MiB", m>>20)
		}
		return enough
	})
	if !errors.Is(err, enough) {
		t.Error(err)
	}
}

// TestBrowserThatDies by itself is neither the platform's fault nor a stop of ours.
func TestBrowserThatDies(t *testing.T) {
	t.Parallel()
	s := newStranger(t, listing)
	s.mux.HandleFunc("/list", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") })
	b := mustBrowser(t, nil)
	class, err := s.read(t.Context(), mustTab(t, b, nil), func(platform.Seen) error {
		for _, pid := range startedWith(b.o.Dir) {
			if p, ok := readStat(pid); ok && p.group == pid {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		return nil
	})
	if class != live.ClassOther {
		t.Errorf("%s: %v", class, err)
	}
}

func TestStaleProfilesAreSwept(t *testing.T) {
	dir := shortDir(t)
	held, err := newProfile(dir)
	if err != nil {
		t.Fatal(err)
	}
	left, fresh, other := filepath.Join(dir, profilePrefix+"1"), filepath.Join(dir, profilePrefix+"2"), filepath.Join(dir, "other")
	for _, d := range []string{left, fresh, other} {
		if err := os.MkdirAll(filepath.Join(d, "Default"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	old := time.Now().Add(-time.Hour)
	for _, d := range []string{held.path, left, other} {
		if err := os.Chtimes(d, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := New(Options{Path: "/bin/sh", Dir: dir}); err != nil {
		t.Fatal(err)
	}
	for d, want := range map[string]bool{held.path: true, left: false, fresh: true, other: true} {
		if _, err := os.Stat(d); (err == nil) != want {
			t.Errorf("%s: %v", filepath.Base(d), err)
		}
	}
	for _, d := range []string{fresh, other} {
		_ = os.RemoveAll(d)
	}
	if err := held.remove(); err != nil {
		t.Error(err)
	}
}

func TestWhatChromiumSays(t *testing.T) {
	for text, want := range map[string]error{
		"net::ERR_TOO_MANY_REDIRECTS": live.ErrFormat, "net::ERR_ABORTED": live.ErrFormat, "net::ERR_TIMED_OUT": live.ErrTimeout,
		"net::ERR_CONNECTION_TIMED_OUT": live.ErrTimeout, "net::ERR_PROXY_CONNECTION_FAILED": live.ErrNetwork,
		"net::ERR_TUNNEL_CONNECTION_FAILED": live.ErrNetwork, "net::ERR_CERT_DATE_INVALID": live.ErrNetwork, "net::ERR_NAME_NOT_RESOLVED": live.ErrNetwork,
		"net::ERR_SOMETHING_NEW": live.ErrNetwork, "": live.ErrNetwork,
	} {
		if err := loadError(text); !errors.Is(err, want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	for status, want := range map[int]error{
		401: live.ErrUnauthorized, 403: live.ErrBlocked, 451: live.ErrBlocked, 404: live.ErrNotFound, 410: live.ErrNotFound,
		407: live.ErrNetwork, 429: live.ErrRateLimited, 400: live.ErrFormat, 500: live.ErrUnavailable, 503: live.ErrUnavailable,
	} {
		if err := refusal(status); !errors.Is(err, want) {
			t.Errorf("%d: %v", status, err)
		}
	}
	if err := errors.Join(refusal(200), refusal(304)); err != nil {
		t.Error(err)
	}
}
