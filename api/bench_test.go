package api

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// sink is a ResponseWriter that keeps nothing, so that a benchmark counts the server's work alone.
type sink struct {
	h      http.Header
	status int
	n      int64
}

func (s *sink) Header() http.Header { return s.h }
func (s *sink) WriteHeader(c int)   { s.status = c }
func (s *sink) Write(b []byte) (int, error) {
	s.n += int64(len(b))
	return len(b), nil
}

// BenchmarkList answers /v1/streams from what the snapshot has made already. Nothing may be encoded or compressed on
// the way: the counters say so.
func BenchmarkList(b *testing.B) {
	w := newWorld(60, 3000)
	s := newServer(b)
	s.view.Publish(w.snapshot())
	for _, c := range []struct{ name, target, accept, held string }{
		{"default_gzip", "/v1/streams", "gzip", ""},
		{"2000_zstd", "/v1/streams?limit=2000", "zstd", ""},
		{"filtered_gzip", "/v1/streams?platform=chzzk&lang=ko&q=%EB%B0%A9", "gzip", ""},
		{"not_modified", "/v1/streams", "gzip", "*"},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := httptest.NewRequest(http.MethodGet, c.target, nil)
			r.RemoteAddr = "127.0.0.1:4000"
			r.Header.Set("Accept-Encoding", c.accept)
			if c.held != "" {
				r.Header.Set("If-None-Match", c.held)
			}
			out := &sink{h: http.Header{}}
			s.Handler().ServeHTTP(out, r)
			made := func() uint64 {
				return value(b, s.metrics.rows) + value(b, s.metrics.bodies) + value(b, s.metrics.compressions[gzipped]) + value(b, s.metrics.compressions[zstded])
			}
			before := made()
			b.ReportAllocs()
			for b.Loop() {
				clear(out.h)
				s.Handler().ServeHTTP(out, r)
			}
			b.ReportMetric(float64(made()-before)/float64(b.N), "encodes/op")
			if made() != before {
				b.Errorf("%d encodes for %d requests", made()-before, b.N)
			}
		})
	}
}

// BenchmarkRender makes what a new snapshot costs when somebody asks for the usual things.
func BenchmarkRender(b *testing.B) {
	w := newWorld(61, 3000)
	s := newServer(b)
	for _, c := range []struct{ name, target, accept string }{
		{"default", "/v1/streams", ""}, {"default_gzip", "/v1/streams", "gzip"}, {"2000", "/v1/streams?limit=2000", ""}, {"2000_gzip", "/v1/streams?limit=2000", "gzip"}, {"2000_zstd", "/v1/streams?limit=2000", "zstd"},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := httptest.NewRequest(http.MethodGet, c.target, nil)
			r.RemoteAddr = "127.0.0.1:4000"
			r.Header.Set("Accept-Encoding", c.accept)
			out := &sink{h: http.Header{}}
			snap := *w.snapshot()
			b.ReportAllocs()
			for b.Loop() {
				next := snap
				w.made++
				next.N = w.made
				s.view.Publish(&next)
				s.Handler().ServeHTTP(out, r)
			}
			b.ReportMetric(float64(out.n)/float64(b.N), "body-B")
		})
	}
}

// BenchmarkFeedUpdate moves the set by some sixty rows of 2,000, as a quarter of a second of a busy evening does.
func BenchmarkFeedUpdate(b *testing.B) {
	w := newWorld(62, 3000)
	f := newFeed("boot", newMetrics())
	f.update(w.snapshot(), noon)
	for range 60 {
		w.change()
	}
	one := *w.snapshot()
	for range 60 {
		w.change()
	}
	two := *w.snapshot()
	b.ReportAllocs()
	bytes := 0
	for b.Loop() {
		next := one
		if w.made%2 == 0 {
			next = two
		}
		w.made++
		next.N = w.made
		at := f.n
		f.update(&next, noon)
		event, _, _, _ := f.since(at, true)
		bytes = len(event.plain)
	}
	b.ReportMetric(float64(bytes), "event-B")
}

// BenchmarkFanOut has 1,000 readers on loopback, in this process, and publishes snapshots that change some rows. An
// op is one snapshot delivered to all.
func BenchmarkFanOut(b *testing.B) {
	const readers = 1000
	w := newWorld(63, 2500)
	s := newServer(b)
	s.view.Publish(w.snapshot())
	base := s.listen()
	until(b, "the feed", s.feed.ready)
	var got atomic.Int64
	var mu sync.Mutex
	var published time.Time
	var delays []time.Duration
	var wg sync.WaitGroup
	var conns []net.Conn
	for range readers {
		conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
		if err != nil {
			b.Fatal(err)
		}
		conns = append(conns, conn)
		fmt.Fprint(conn, "GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
		wg.Go(func() {
			r := bufio.NewReaderSize(conn, 16<<10)
			for {
				line, err := r.ReadSlice('\n')
				if err == bufio.ErrBufferFull {
					continue
				}
				if err != nil {
					return
				}
				if strings.HasPrefix(string(line), "event: ") {
					at := time.Now()
					mu.Lock()
					delays = append(delays, at.Sub(published))
					mu.Unlock()
					got.Add(1)
				}
			}
		})
	}
	until(b, "all resets", func() bool { return got.Load() == readers })
	frames := value(b, s.metrics.frames)
	delays = nil
	b.ResetTimer()
	rounds := int64(0)
	for b.Loop() {
		b.StopTimer()
		for range 20 {
			w.change()
		}
		snap := w.snapshot()
		rounds++
		b.StartTimer()
		mu.Lock()
		published = time.Now()
		mu.Unlock()
		s.view.Publish(snap)
		for got.Load() < readers*(rounds+1) {
			time.Sleep(50 * time.Microsecond)
		}
	}
	b.StopTimer()
	slices.Sort(delays)
	b.ReportMetric(float64(delays[len(delays)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(delays[len(delays)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(value(b, s.metrics.frames)-frames)/float64(rounds), "frames/op")
	for _, c := range conns {
		c.Close()
	}
	wg.Wait()
}
