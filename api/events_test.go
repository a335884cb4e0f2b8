package api

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/api/client"
)

// tap is one event stream over a real connection.
type tap struct {
	resp *http.Response
	r    *bufio.Reader
}

func dial(t testing.TB, base string, change ...func(*http.Request)) *tap {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, base+"/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range change {
		f(r)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return &tap{resp, bufio.NewReader(resp.Body)}
}

// next reads one block: an event, or a heartbeat.
func (p *tap) next() (string, error) {
	var b strings.Builder
	for {
		line, err := p.r.ReadString('\n')
		if err != nil {
			return b.String(), err
		}
		if line == "\n" {
			return b.String(), nil
		}
		b.WriteString(line)
	}
}

func (p *tap) must(t testing.TB) string {
	t.Helper()
	s, err := p.next()
	if err != nil {
		t.Fatalf("stream ended: %v", err)
	}
	return s
}

func TestEventStream(t *testing.T) {
	w := newWorld(30, 40)
	s := newServer(t, func(o *Options) { o.Limits.Heartbeat = 20 * time.Millisecond })
	s.view.Publish(w.snapshot())
	base := s.listen()
	until(t, "the feed", s.feed.ready)
	p := dial(t, base)
	if p.resp.StatusCode != 200 || p.resp.Header.Get("Content-Type") != "text/event-stream" || p.resp.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", p.resp.StatusCode, p.resp.Header)
	}
	if got := p.must(t); !strings.HasPrefix(got, "retry: ") {
		t.Errorf("%q", got)
	}
	var r reader
	event := func(p *tap) {
		t.Helper()
		for {
			if got := p.must(t); got != ":\n" {
				r.take(t, []byte(got))
				return
			}
		}
	}
	event(p)
	r.fetch(t, s.view.Current(), feedRows)
	if got := p.must(t); got != ":\n" {
		t.Errorf("heartbeat: %q", got)
	}
	for range 10 {
		w.change()
	}
	s.view.Publish(w.snapshot())
	event(p)
	p.resp.Body.Close()
	for range 10 {
		w.change()
	}
	s.view.Publish(w.snapshot())
	until(t, "the feed", func() bool { s.feed.mu.Lock(); defer s.feed.mu.Unlock(); return s.feed.n == s.view.Current().N })

	p = dial(t, base, header("Last-Event-ID", r.last))
	p.must(t)
	event(p)
	if !r.listed {
		t.Error("reset although the id was known")
	}
	if diff := cmp.Diff(rowsOf(t, s.view.Current(), feedRows), r.table.Rows(), alike); diff != "" {
		t.Error(diff)
	}
	if a := s.get("/v1/events", method(http.MethodHead)); a.status != 200 || a.header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("HEAD: %d", a.status)
	}
	problemOf(t, s.get("/v1/events?last=1"), kindParameter)
}

// TestStopEndsStreams: Run returns although readers hang on; each sees the end.
func TestStopEndsStreams(t *testing.T) {
	s := newServer(t)
	s.view.Publish(newWorld(31, 5).snapshot())
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, ln) }()
	until(t, "the feed", s.feed.ready)
	var taps []*tap
	for range 5 {
		p := dial(t, "http://"+ln.Addr().String())
		p.must(t)
		p.must(t)
		taps = append(taps, p)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	for _, p := range taps {
		if _, err := p.next(); err == nil {
			t.Error("a stream goes on")
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestSlowReaderIsCut(t *testing.T) {
	w := newWorld(32, 1500)
	s := newServer(t, func(o *Options) { o.Limits.EventWrite = 100 * time.Millisecond })
	s.view.Publish(w.snapshot())
	base := s.listen()
	until(t, "the feed", s.feed.ready)
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(conn, "GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n") // and never reads
	quick := dial(t, base)
	quick.must(t)
	quick.must(t)
	until(t, "two streams", func() bool { return value(t, s.metrics.streams) == 2 })
	until(t, "the cut", func() bool {
		for _, b := range w.list {
			b.Title += "." // every row: some 600 kB
		}
		w.seq++
		s.view.Publish(w.snapshot())
		if got := quick.must(t); !strings.HasPrefix(got, "event: changes") {
			t.Fatalf("%.80q", got)
		}
		return value(t, s.metrics.cut) == 1
	})
	until(t, "one stream", func() bool { return value(t, s.metrics.streams) == 1 })
}

func TestStreamsAreCounted(t *testing.T) {
	s := newServer(t, func(o *Options) {
		o.Limits.EventStreams, o.Limits.EventStreamsPerIP = 4, 2
		o.Limits.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	s.view.Publish(newWorld(33, 5).snapshot())
	base := s.listen()
	until(t, "the feed", s.feed.ready)
	as := func(addr string) *tap { return dial(t, base, header("X-Forwarded-For", addr)) }
	a1, a2 := as("203.0.113.1"), as("203.0.113.1")
	a1.must(t)
	a2.must(t)
	a3 := as("203.0.113.1")
	if a3.resp.StatusCode != 503 || a3.resp.Header.Get("Retry-After") == "" {
		t.Errorf("third of one address: %d", a3.resp.StatusCode)
	}
	body, _ := io.ReadAll(a3.resp.Body)
	conforms(t, "Problem", body)
	b1, b2 := as("2001:db8::1"), as("2001:db8::2")
	b1.must(t)
	b2.must(t)
	if c := as("203.0.113.9"); c.resp.StatusCode != 503 {
		t.Errorf("fifth in all: %d", c.resp.StatusCode)
	}
	b1.resp.Body.Close()
	until(t, "the slot", func() bool { return value(t, s.metrics.streams) == 3 })
	until(t, "a new one", func() bool { return as("203.0.113.9").resp.StatusCode == 200 })
}

// TestClientHoldsTheList runs the Go client against a server through connections that break, and restarts the
// server: whenever the world stands still, the client's table is the server's list.
func TestClientHoldsTheList(t *testing.T) {
	w := newWorld(34, 2010) // some below the bottom of the set
	s := newServer(t)
	s.view.Publish(w.snapshot())
	gate := &gate{t: t, target: strings.TrimPrefix(s.listen(), "http://")}
	base := gate.listen()
	c, err := client.New(base, client.Options{HTTP: &http.Client{Transport: gate.transport()}, RetryMin: time.Millisecond, RetryMax: 5 * time.Millisecond, Spread: 2 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var table client.Table
	lists, failures := 0, 0
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- c.Events(ctx, func(e client.Event) error {
			mu.Lock()
			defer mu.Unlock()
			table.Apply(e)
			if e.List != nil {
				lists++
			}
			if e.Err != nil {
				failures++
			}
			return nil
		})
	}()
	rng := rand.New(rand.NewPCG(1, 2))
	for step := range 24 {
		for range rng.IntN(30) {
			w.change()
		}
		s.view.Publish(w.snapshot())
		switch {
		case step == 12: // another process: another boot
			s2 := newServer(t)
			s2.view.Publish(w.snapshot())
			gate.point(strings.TrimPrefix(s2.listen(), "http://"))
			s = s2
		case rng.IntN(4) == 0:
			gate.cut()
		}
		if step%4 != 3 {
			continue
		}
		want := rowsOf(t, s.view.Current(), feedRows)
		until(t, fmt.Sprintf("the list at step %d", step), func() bool {
			mu.Lock()
			defer mu.Unlock()
			return table.Seq == s.view.Current().Seq && cmp.Equal(want, table.Rows(), alike)
		})
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if lists < 2 || failures == 0 {
		t.Errorf("%d lists, %d failures: too little was tried", lists, failures)
	}
	if lists > 12 {
		t.Errorf("%d lists: connections were not resumed", lists)
	}
	t.Logf("%d lists, %d broken connections", lists, failures)
}

// gate passes TCP through, and breaks it when told.
type gate struct {
	t      testing.TB
	mu     sync.Mutex
	target string
	conns  map[net.Conn]struct{}
	tr     *http.Transport
}

func (g *gate) transport() *http.Transport {
	g.tr = &http.Transport{}
	return g.tr
}

func (g *gate) listen() string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		g.t.Fatal(err)
	}
	g.conns = map[net.Conn]struct{}{}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			in, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { g.pass(in) })
		}
	})
	g.t.Cleanup(func() {
		ln.Close()
		g.cut()
		g.tr.CloseIdleConnections()
		wg.Wait()
	})
	return (&url.URL{Scheme: "http", Host: ln.Addr().String()}).String()
}

func (g *gate) pass(in net.Conn) {
	defer in.Close()
	g.mu.Lock()
	out, err := net.Dial("tcp", g.target)
	if err != nil {
		g.mu.Unlock()
		return
	}
	g.conns[in], g.conns[out] = struct{}{}, struct{}{}
	g.mu.Unlock()
	defer out.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(out, in)
		out.Close()
	}()
	_, _ = io.Copy(in, out)
	in.Close()
	<-done
	g.mu.Lock()
	delete(g.conns, in)
	delete(g.conns, out)
	g.mu.Unlock()
}

func (g *gate) point(target string) {
	g.mu.Lock()
	g.target = target
	g.mu.Unlock()
	g.cut()
}

func (g *gate) cut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for c := range g.conns {
		c.Close()
	}
}
