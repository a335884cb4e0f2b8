//go:build linux

package browser

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"onair/live"
	"onair/platform"
)

const nothingMore = "shows nothing more"

// TestStrangersEndInTime: whatever a page does, a Read ends with an error that says what, within its time, and leaves
// neither a process nor a file (shortDir looks).
func TestStrangersEndInTime(t *testing.T) {
	flood := func(w http.ResponseWriter, r *http.Request) {
		block := make([]byte, 1<<20)
		for i := range block {
			block[i] = ' '
		}
		for range 100 {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}
	for name, c := range map[string]struct {
		page    string
		more    func(*stranger)
		options func(*Options)
		class   live.ErrorClass
		text    string
	}{
		"goes on for ever": {
			page:    `<script>setInterval(() => fetch("/list?page=" + Math.random()), 100)</script>`,
			more:    func(s *stranger) { s.mux.HandleFunc("/list", func(http.ResponseWriter, *http.Request) {}) },
			options: func(o *Options) { o.Deadline = 2500 * time.Millisecond },
			class:   "timeout", text: "the browser took too long",
		},
		"never loads": {
			more: func(s *stranger) {
				s.mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
				s.mux.HandleFunc("GET /go", func(http.ResponseWriter, *http.Request) {})
			},
			page: `<script>location = "/slow"</script>`, class: "timeout", text: nothingMore,
		},
		"opens files, downloads, shows no list": {
			page: `<a id=a href="/file" download></a><iframe src="file:///etc/passwd"></iframe><script>open("file:///etc/passwd"); location = "file:///etc/passwd"; a.click()</script>`,
			more: func(s *stranger) { s.mux.HandleFunc("/file", attached) }, class: "timeout", text: nothingMore,
		},
		"spins":            {page: listing + `<script>for (;;) {}</script>`, class: "timeout", text: nothingMore},
		"alerts for ever":  {page: `<script>for (;;) alert("hello")</script>`, class: "timeout", text: nothingMore},
		"jumps for ever":   {page: `<script>location = "/?" + Math.random()</script>`, class: "format", text: "too many redirects"},
		"floods its list":  {page: listing, more: func(s *stranger) { s.mux.HandleFunc("/list", flood) }, class: "format", text: "larger than 8 MiB"},
		"floods elsewhere": {page: `<script>fetch("/flood").then((r) => r.text())</script>`, more: func(s *stranger) { s.mux.HandleFunc("/flood", flood) }, class: "format", text: "loads without an end"},
		"eats memory": {
			page:    `<script>const all = []; setInterval(() => { for (let i = 0; i < 4; i++) all.push(new Uint8Array(16 << 20).fill(1)) }, 20)</script>`,
			options: func(o *Options) { o.Memory = 600 << 20 },
			class:   "format", text: "memory",
		},
		"refuses its list": {page: listing, more: func(s *stranger) { s.mux.HandleFunc("/list", refuse(http.StatusForbidden)) }, class: "blocked"},
		"refuses its scripts without a word": {
			page: listing,
			more: func(s *stranger) {
				s.mux.HandleFunc("/list", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
			},
			class: "network",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStranger(t, "<!DOCTYPE html>"+c.page)
			if c.more != nil {
				c.more(s)
			}
			tab := mustTab(t, mustBrowser(t, func(o *Options) {
				if c.text == nothingMore {
					o.Quiet = time.Second // the others must not end for this reason on a slow machine
				}
				if c.options != nil {
					c.options(o)
				}
			}), nil)
			began := time.Now()
			class, err := s.read(t.Context(), tab, func(a platform.Seen) error {
				if a.Status == http.StatusForbidden {
					return &live.FetchError{Class: live.ErrBlocked}
				}
				return nil
			})
			if class != c.class || err == nil || !strings.Contains(err.Error(), c.text) || strings.Contains(err.Error(), "127.0.0.1") {
				t.Errorf("%s: %v", class, err)
			}
			if took := time.Since(began); took > time.Minute {
				t.Errorf("after %v", took)
			}
		})
	}
}

func attached(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Disposition", `attachment; filename="evil.sh"`)
	fmt.Fprint(w, strings.Repeat("x", 1<<20))
}

func refuse(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

// TestPageItself: what the list page's own answer means.
func TestPageItself(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		class   live.ErrorClass
		status  int
	}{
		"refused":  {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403); fmt.Fprint(w, listing) }, "blocked", 403},
		"download": {attached, "format", 0},
		"endless redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, fmt.Sprintf("/page?%d", time.Now().UnixNano()), http.StatusFound)
		}, "format", 0},
		"redirect to a stranger": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:9/", http.StatusFound)
		}, "blocked", 0},
		"never answers": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "timeout", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStranger(t, "")
			s.mux.HandleFunc("/page", c.handler)
			v := s.visit()
			v.Page += "page"
			err := mustTab(t, mustBrowser(t, func(o *Options) {
				if c.class == "timeout" {
					o.Quiet = time.Second
				}
			}), nil).Read(t.Context(), v, func(platform.Seen) error { return nil })
			var fe *live.FetchError
			if live.ClassOf(err) != c.class || !errors.As(err, &fe) || fe.Status != c.status {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestNeighboursAreOutOfReach: a page cannot ask this machine's other services, not even blindly.
func TestNeighboursAreOutOfReach(t *testing.T) {
	t.Parallel()
	var knocks atomic.Int64
	neighbour := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { knocks.Add(1) }))
	t.Cleanup(neighbour.Close)
	local := strings.Replace(neighbour.URL, "127.0.0.1", "localhost", 1)
	s := newStranger(t, fmt.Sprintf(`<!DOCTYPE html><iframe src="%[1]s/frame"></iframe><img src="%[1]s/image"><script>
		const quiet = () => {};
		Promise.allSettled([fetch("%[1]s/a", {mode: "no-cors"}), fetch("%[2]s/b", {mode: "no-cors"}), fetch("file:///etc/passwd"),
			fetch("%[1]s/c", {method: "POST", mode: "no-cors", body: "x"})]).then(() => fetch("/list"))</script>`, neighbour.URL, local))
	s.mux.HandleFunc("/list", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") })
	enough := errors.New("enough")
	if _, err := s.read(t.Context(), mustTab(t, mustBrowser(t, nil), nil), func(platform.Seen) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("the list: %v", err)
	}
	if n := knocks.Load(); n > 0 {
		t.Errorf("the neighbour was asked %d times", n)
	}
}

// TestStopEndsARead at once: a worker that is told to stop has two seconds.
func TestStopEndsARead(t *testing.T) {
	t.Parallel()
	s := newStranger(t, listing)
	ctx, cancel := context.WithCancel(t.Context())
	s.mux.HandleFunc("/list", func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
	b := mustBrowser(t, nil)
	class, err := s.read(ctx, mustTab(t, b, nil), nil)
	if class != "canceled" {
		t.Errorf("%v", err)
	}
	if class, err = s.read(ctx, mustTab(t, b, nil), nil); class != "canceled" {
		t.Errorf("before it began: %v", err)
	}
}
