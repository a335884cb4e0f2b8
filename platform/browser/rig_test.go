//go:build linux

package browser

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"onair/live"
	"onair/platform"
)

// shortDir is a folder whose path leaves room for Chromium's socket, which t.TempDir does not. In the end it must be empty,
// and no process may have been started with it.
func shortDir(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", "tab")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		left, err := os.ReadDir(dir)
		if err != nil || len(left) > 0 {
			tb.Errorf("left behind: %v, %v", left, err)
		}
		if pids := startedWith(dir); len(pids) > 0 {
			tb.Errorf("processes %v live on", pids)
		}
		_ = os.RemoveAll(dir)
	})
	return dir
}

// startedWith lists processes that have dir in their arguments or in their environment.
func startedWith(dir string) (pids []int) {
	for _, pid := range everyProcess() {
		if s, ok := readStat(pid); !ok || s.state == 'Z' {
			continue
		}
		args, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
		env, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
		if bytes.Contains(args, []byte(dir)) || bytes.Contains(env, []byte(dir)) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// mustFind fails without a Chromium: a test that is left out proves nothing.
func mustFind(tb testing.TB) string {
	tb.Helper()
	path, err := Find("")
	if err != nil {
		tb.Fatalf("%v: apt-get install -y --no-install-recommends chromium", err)
	}
	return path
}

func mustBrowser(tb testing.TB, change func(*Options)) *Browser {
	tb.Helper()
	o := Options{Path: mustFind(tb), Dir: shortDir(tb), Logger: slog.New(slog.NewTextHandler(tb.Output(), nil))}
	if change != nil {
		change(&o)
	}
	b, err := New(o)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func mustTab(tb testing.TB, b *Browser, via *url.URL) platform.Tab {
	tb.Helper()
	t, err := b.Tab(via)
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// stranger is a site with a page at / that tests write.
type stranger struct {
	*httptest.Server
	mux *http.ServeMux
}

func newStranger(tb testing.TB, page string) *stranger {
	tb.Helper()
	s := &stranger{mux: http.NewServeMux()}
	s.Server = httptest.NewServer(s.mux)
	tb.Cleanup(s.Close)
	s.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, page)
	})
	return s
}

// listing is a page that asks for /list once.
const listing = `<!DOCTYPE html><title>목록</title><script>fetch("/list?page=1")</script>`

// visit looks for answers from /list.
func (s *stranger) visit() platform.Visit {
	own := func(u *url.URL) bool { return "http://"+u.Host == s.URL }
	return platform.Visit{
		Page: s.URL + "/", Stays: own,
		Wants: func(u *url.URL) bool { return own(u) && u.Path == "/list" },
	}
}

// read visits s and gives the error's class.
func (s *stranger) read(ctx context.Context, tab platform.Tab, each func(platform.Seen) error) (live.ErrorClass, error) {
	if each == nil {
		each = func(platform.Seen) error { return nil }
	}
	err := tab.Read(ctx, s.visit(), each)
	return live.ClassOf(err), err
}
