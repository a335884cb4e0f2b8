package api

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// page opens an EventSource and tells its server at once what comes.
const page = `<!doctype html><title>events</title><script>
const source = new EventSource('/v1/events')
let told = Promise.resolve() // one after the other: two requests at once may arrive in either order
const tell = (what, id) => { told = told.then(() => fetch('/told?what=' + what + '&id=' + encodeURIComponent(id), {method: 'POST'})) }
source.onopen = () => tell('open', '')
source.onerror = () => tell('error', String(source.readyState))
for (const name of ['reset', 'changes']) source.addEventListener(name, e => { JSON.parse(e.data); tell(name, e.lastEventId) })
</script>`

// TestChromiumFollowsEvents: a browser's EventSource takes the gzip stream, gets every event while nothing follows it,
// and resumes after the connection broke.
func TestChromiumFollowsEvents(t *testing.T) {
	chromium := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			chromium = path
			break
		}
	}
	if chromium == "" {
		t.Fatal("no Chromium here: apt-get install chromium (make test does it)")
	}
	w := newWorld(36, 500)
	s := newServer(t)
	s.retry = 50 * time.Millisecond
	s.view.Publish(w.snapshot())
	s.listen() // feeds the streams; the browser comes by another way, which can break
	until(t, "the feed", s.feed.ready)

	told, codings, resumed := make(chan string, 100), make(chan string, 10), make(chan string, 10)
	end := make(chan context.CancelFunc, 10)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, page) })
	mux.HandleFunc("POST /told", func(_ http.ResponseWriter, r *http.Request) {
		told <- r.FormValue("what") + " " + r.FormValue("id")
	})
	mux.HandleFunc("GET /v1/events", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		resumed <- r.Header.Get("Last-Event-ID")
		end <- cancel
		s.Handler().ServeHTTP(w, r.WithContext(ctx))
		codings <- w.Header().Get("Content-Encoding")
	})
	front := httptest.NewServer(mux)
	defer front.Close()

	profile, err := os.MkdirTemp("", "onair-events-")
	if err != nil {
		t.Fatal(err)
	}
	// Its children write to the profile for a moment after it has ended.
	defer until(t, "the profile's end", func() bool { return os.RemoveAll(profile) == nil })
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--remote-debugging-port=0", "--user-data-dir="+profile, front.URL+"/") // without a port to debug at it would show the page and leave
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it ends its children
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cancel(); _ = cmd.Wait() }()
	// repeated is what the page may tell twice: cutting its connections can take away the answer to what it told last, and
	// Chromium then sends that again.
	repeated := ""
	expect := func(want string) {
		t.Helper()
		select {
		case got := <-told:
			if repeated != "" && got == repeated {
				got = <-told
			}
			if got != want {
				t.Fatalf("the page says %q, want %q", got, want)
			}
		case <-ctx.Done():
			t.Fatalf("waited in vain for %q", want)
		}
	}
	id := func() string { return fmt.Sprintf("%s-%d", s.feed.boot, s.view.Current().N) }
	event := func() {
		t.Helper()
		for range 40 {
			w.change()
		}
		began := time.Now()
		s.view.Publish(w.snapshot())
		expect("changes " + id())
		t.Logf("an event reached the page and was told after %v", time.Since(began))
	}
	expect("open ")
	<-resumed
	expect("reset " + id())
	for range 5 {
		event()
	}
	for _, cut := range []func(){func() { (<-end)() }, front.CloseClientConnections} { // the stream ends, the connection breaks
		last := id()
		repeated = "changes " + last
		cut()
		expect("error 0") // connecting again
		if got := <-codings; got != "gzip" {
			t.Errorf("Chromium was sent %q", got)
		}
		expect("open ")
		if got := <-resumed; got != last {
			t.Errorf("resumed at %q, want %q", got, last)
		}
		event()
	}
}
