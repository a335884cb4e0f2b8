package tray

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"onair/api/client"
	"onair/live"
)

// quick is a clock on which all waits are a hundredth.
type quick struct{ live.RealClock }

func (quick) After(d time.Duration) (<-chan time.Time, func()) {
	return live.RealClock{}.After(d / 100)
}

func follow(t *testing.T, h http.Handler) (<-chan News, *Feed) {
	t.Helper()
	srv := httptest.NewServer(h)
	f := &Feed{UserAgent: "test", Clock: quick{}}
	ctx, cancel := context.WithCancel(t.Context())
	out := make(chan News)
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx, srv.URL, out) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		srv.CloseClientConnections()
		srv.Close()
	})
	return out, f
}

// await reads news until one is what is wanted.
func await(t *testing.T, news <-chan News, what string, ok func(News) bool) News {
	t.Helper()
	late := time.After(time.Minute)
	for {
		select {
		case n := <-news:
			if ok(n) {
				return n
			}
		case <-late:
			t.Fatalf("never came: %s", what)
		}
	}
}

func TestFeedPollsWhileEventsDoNotCome(t *testing.T) {
	var events, broken atomic.Bool
	var polled, notModified atomic.Int32
	mux := http.NewServeMux()
	mux.HandleFunc("/v1/events", func(w http.ResponseWriter, r *http.Request) {
		if !events.Load() {
			w.WriteHeader(http.StatusBadGateway) // a proxy that knows no streams
			return
		}
		fmt.Fprint(w, "event: reset\nid: b-1\ndata: {\"seq\":1}\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/v1/streams", func(w http.ResponseWriter, r *http.Request) {
		if broken.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if r.URL.Query().Get("min_seq") == "" {
			polled.Add(1)
		}
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			notModified.Add(1)
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, `{"seq":1,"total":1,"streams":[{"id":"aa:1","viewers":5,"broadcasts":[]}]}`)
	})
	mux.HandleFunc("/v1/platforms", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"platforms":[]}`)
	})
	news, _ := follow(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)) // its clock is an hour ahead
		mux.ServeHTTP(w, r)
	}))
	await(t, news, "a polled list", func(n News) bool { return n.List != nil })
	await(t, news, "an unchanged list", func(n News) bool { return notModified.Load() > 1 })
	if n := await(t, news, "platforms", func(n News) bool { return n.Platforms != nil }); (n.Skew - time.Hour).Abs() > time.Minute {
		t.Errorf("the clocks are %v apart", n.Skew)
	}
	broken.Store(true)
	await(t, news, "that nothing answers", func(n News) bool { return n.Err != nil })
	broken.Store(false)
	events.Store(true)
	await(t, news, "a list", func(n News) bool { return n.List != nil })
	// Events flow again: polling ends.
	await(t, news, "quiet", func(n News) bool {
		before := polled.Load()
		select {
		case n := <-news:
			_ = n
		case <-time.After(3 * pollEvery / 100):
		}
		return polled.Load() == before
	})
}

func TestFeedLooksBelowTheSet(t *testing.T) {
	mux := http.NewServeMux()
	asked := make(chan string, 10)
	mux.HandleFunc("/v1/events", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "event: reset\nid: b-1\ndata: {\"seq\":1}\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/v1/platforms", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"platforms":[]}`) })
	mux.HandleFunc("/v1/streams", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		switch {
		case q.Get("max_viewers") == "":
			l := &client.Streams{Seq: 1, Total: 2500}
			for i := range setSize {
				l.Streams = append(l.Streams, client.Entry{Row: client.Row{ID: fmt.Sprintf("aa:%d", i), Viewers: live.Viewers(3000 - i)}})
			}
			_ = json.NewEncoder(w).Encode(l)
		case q.Get("cursor") == "":
			select {
			case asked <- q.Get("max_viewers"):
			default:
			}
			fmt.Fprint(w, `{"streams":[{"id":"bb:1","viewers":5}],"next":"more"}`)
		default:
			fmt.Fprint(w, `{"streams":[{"id":"bb:2","viewers":1}],"next":null}`)
		}
	})
	news, f := follow(t, mux)
	await(t, news, "the list", func(n News) bool { return n.List != nil })
	f.WantTail(true)
	n := await(t, news, "the tail", func(n News) bool { return n.TailKnown && len(n.Tail) > 0 })
	if len(n.Tail) != 2 || n.Tail[1].ID != "bb:2" || <-asked != "1001" {
		t.Errorf("%+v", n.Tail)
	}
}

func TestFeedRefusesAnAddress(t *testing.T) {
	f := &Feed{Clock: live.RealClock{}}
	if err := f.Run(t.Context(), "ftp://x", nil); !errors.Is(err, client.ErrAddress) {
		t.Error(err)
	}
}
