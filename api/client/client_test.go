package client

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

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"onair/live"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// mustServe runs h until the test ends and gives a client of it, quick to try again.
func mustServe(tb testing.TB, h http.HandlerFunc) *Client {
	tb.Helper()
	srv := httptest.NewServer(h)
	c, err := New(srv.URL+"/", Options{HTTP: srv.Client(), RetryMin: time.Millisecond, RetryMax: 4 * time.Millisecond, Spread: time.Millisecond, Silence: 5 * time.Second})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
		srv.Client().CloseIdleConnections()
	})
	return c
}

func TestAddress(t *testing.T) {
	for _, bad := range []string{"", "127.0.0.1:80", "ftp://x", "http://", "http://x?y=1", "http://x#y", "://", "http://[::1"} {
		if _, err := New(bad, Options{}); !errors.Is(err, ErrAddress) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, good := range []string{"http://127.0.0.1:80", "https://onair.example/base/"} {
		if _, err := New(good, Options{}); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

func TestQueryTravels(t *testing.T) {
	var got string
	c := mustServe(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.URL.RequestURI()
		fmt.Fprint(w, `{"streams":[{"id":"soop:1","rank":1,"viewers":null,"category":null,"started_at":null,"trend":[1,null]}],"next":null}`)
	})
	low, yes := int64(5), true
	list, err := c.Streams(t.Context(), Query{
		Platforms: []live.Platform{"chzzk", "soop"}, Categories: []string{"a&b"}, Langs: []string{"ko"}, Q: "ㅊㅊ ㅁ", MinViewers: &low, MaxViewers: &low,
		New: true, Official: &yes, Rising: true, Hot: true, Include: []string{"adult", "locked"}, Sort: "rising", Limit: 7, Cursor: "c", MinSeq: 9,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "/v1/streams?category=a%26b&cursor=c&hot=true&include=adult&include=locked&lang=ko&limit=7&max_viewers=5&min_seq=9&min_viewers=5&new=true&official=true&platform=chzzk&platform=soop&q=%E3%85%8A%E3%85%8A+%E3%85%81&rising=true&sort=rising"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if e := list.Streams[0]; e.Viewers.Known() || e.Category != nil || !e.StartedAt.IsZero() || e.Trend[0] != 1 || e.Trend[1].Known() || list.Next != "" {
		t.Errorf("%+v", list)
	}
	if _, err := c.Streams(t.Context(), Query{}); err != nil || got != "/v1/streams" {
		t.Errorf("%s %v", got, err)
	}
	if _, err := c.History(t.Context(), live.BroadcastID{Platform: "soop", ID: "1"}); err != nil || got != "/v1/streams/soop:1/history" {
		t.Errorf("%s %v", got, err)
	}
}

func TestConditionalRequests(t *testing.T) {
	var full, none atomic.Int32
	c := mustServe(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			none.Add(1)
			w.WriteHeader(http.StatusNotModified)
			return
		}
		full.Add(1)
		fmt.Fprint(w, `{"seq":5,"clock":{"real":"2026-03-01T00:00:00Z","log":"2026-03-02T00:00:00Z","speed":60}}`)
	})
	var first *Platforms
	for range 3 {
		p, err := c.Platforms(t.Context())
		if err != nil || p.Seq != 5 {
			t.Fatal(p, err)
		}
		if first == nil {
			first = p
		}
		if p != first {
			t.Error("parsed again")
		}
	}
	if full.Load() != 1 || none.Load() != 2 {
		t.Errorf("%d whole, %d not modified", full.Load(), none.Load())
	}
	now := time.Date(2026, 3, 1, 0, 1, 0, 0, time.UTC)
	if got := first.LogTime(now); !got.Equal(time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)) {
		t.Error(got)
	}
	for i := range 3 * maxHeld {
		if _, err := c.Streams(t.Context(), Query{Limit: i + 1}); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.held) > maxHeld {
		t.Errorf("%d answers held", len(c.held))
	}
}

func TestProblems(t *testing.T) {
	body, status := "", 0
	c := mustServe(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	})
	status, body = 400, `{"type":"/docs#problem-bad-parameter","title":"Bad parameter","status":400,"detail":"limit is 0","parameter":"limit"}`
	_, err := c.Streams(t.Context(), Query{})
	var p *Problem
	if !errors.As(err, &p) || p.Parameter != "limit" || p.RetryAfter != 7*time.Second || !strings.Contains(err.Error(), "limit is 0") || NotFound(err) {
		t.Errorf("%v", err)
	}
	status, body = 404, `<html>nginx</html>`
	if _, err = c.Stream(t.Context(), live.BroadcastID{Platform: "soop", ID: "1"}); !NotFound(err) || !strings.Contains(err.Error(), "404: Not Found") {
		t.Errorf("%v", err)
	}
	status, body = 200, `<html>captive portal</html>`
	if _, err = c.Categories(t.Context()); err == nil {
		t.Error("HTML taken for a list")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = c.Categories(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestFrames(t *testing.T) {
	text := "retry: 10\n\n: comment\n:\nevent: a\nid: 1\ndata: x\n\nid: 2\r\ndata:y\r\ndata: z\r\n\r\nevent: no data\n\ndata\n\nevent: cut"
	var got []frame
	heard := 0
	err := readFrames(strings.NewReader(text), func() { heard++ }, func(f frame) error {
		got = append(got, f)
		return nil
	})
	want := []frame{{"a", "1", "x"}, {"", "2", "y\nz"}, {"", "", ""}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(frame{})); diff != "" || err == nil || heard == 0 {
		t.Error(diff, err)
	}
	if err := readFrames(strings.NewReader("data: "+strings.Repeat("x", maxLine+1)), func() {}, nil); !errors.Is(err, errFrame) {
		t.Errorf("endless line: %v", err)
	}
}

func FuzzFrames(f *testing.F) {
	f.Add("event: changes\nid: b-1\ndata: {}\n\n")
	f.Fuzz(func(t *testing.T, s string) {
		_ = readFrames(strings.NewReader(s), func() {}, func(fr frame) error {
			if strings.ContainsAny(fr.event+fr.id, "\n") {
				t.Errorf("%q", fr)
			}
			return nil
		})
	})
}

func TestBackoffGrowsToItsBound(t *testing.T) {
	c, err := New("http://x", Options{RetryMin: 100 * time.Millisecond, RetryMax: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	for tries := range 70 {
		for range 50 {
			d := c.backoff(tries, nil)
			most := min(2*time.Second, 100*time.Millisecond<<min(tries, 16))
			if d < most/2 || d > most {
				t.Fatalf("try %d: %v", tries, d)
			}
		}
	}
	if d := c.backoff(0, &Problem{RetryAfter: time.Second}); d < time.Second || d > 1100*time.Millisecond {
		t.Errorf("asked for a second: %v", d)
	}
	if d := c.backoff(0, fmt.Errorf("x: %w", &Problem{RetryAfter: time.Hour})); d > 3*time.Second {
		t.Errorf("asked for an hour: %v", d)
	}
}

func TestTable(t *testing.T) {
	row := func(id string, v live.Viewers) Row { return Row{ID: id, Viewers: v} }
	var tb Table
	tb.Apply(Event{Changes: &Changes{Seq: 1, Upserts: []Row{row("old", 1)}}})
	tb.Apply(Event{List: &Streams{Seq: 5, Streams: []Entry{{Row: row("a", 5)}, {Row: row("b", 5)}, {Row: row("h", live.ViewersHidden)}}}})
	tb.Apply(Event{Changes: &Changes{Seq: 4, Upserts: []Row{row("c", 9)}, Removed: []Removed{{ID: "a", Now: "c"}}}})
	tb.Apply(Event{Err: errors.New("x")})
	if tb.Seq != 5 || tb.Len() != 3 {
		t.Errorf("seq %d, %d rows", tb.Seq, tb.Len())
	}
	var ids []string
	for _, r := range tb.Rows() {
		ids = append(ids, r.ID)
	}
	if diff := cmp.Diff([]string{"c", "b", "h"}, ids); diff != "" {
		t.Error(diff)
	}
	if _, ok := tb.Row("a"); ok {
		t.Error("a is still there")
	}
}
