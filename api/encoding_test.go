package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"onair/live"
)

func TestNegotiate(t *testing.T) {
	for accept, want := range map[string]coding{
		"": identity, "gzip": gzipped, "zstd": zstded, "br": identity, "gzip, deflate, br, zstd": zstded, "gzip;q=1, zstd;q=0.5": gzipped,
		"zstd;q=0, gzip;q=0": identity, "*": zstded, "*;q=0": identity, "zstd;q=0, *": gzipped, "identity": identity, "identity, gzip;q=0.5": identity,
		"identity;q=0.5, gzip;q=0.5": gzipped, "GZIP": gzipped, " gzip ; q=0.001 ,": gzipped, "gzip;q=2": identity, "gzip;q=x": identity,
		"identity;q=0, *;q=0": identity, "x-gzip": gzipped, "gzip;level=9;q=0.4": gzipped, "identity;q=0, gzip": gzipped, ",,;q=": identity, "zstd;q=NaN, gzip": gzipped,
	} {
		var fields []string
		if accept != "" {
			fields = []string{accept}
		}
		if got := negotiate(fields, zstded, gzipped); got != want {
			t.Errorf("%q: %s, want %s", accept, got.suffix(), want.suffix())
		}
	}
	if got := negotiate([]string{"gzip;q=0.1", "zstd;q=0.2"}, zstded, gzipped); got != zstded {
		t.Errorf("two fields: %s", got.suffix())
	}
	for accept, want := range map[string]coding{"gzip, deflate, br, zstd": gzipped, "zstd": identity, "*": gzipped, "gzip;q=0, *": identity, "zstd, identity;q=0.5, gzip;q=0.4": identity} {
		if got := negotiate([]string{accept}, gzipped); got != want {
			t.Errorf("%q of gzip alone: %s, want %s", accept, got.suffix(), want.suffix())
		}
	}
}

func TestCodingsAndETags(t *testing.T) {
	w := newWorld(10, 300)
	s := newServer(t)
	s.view.Publish(w.snapshot())
	plain := s.get("/v1/streams")
	tags := map[string]bool{}
	for _, c := range []string{"", "gzip", "zstd"} {
		a := s.get("/v1/streams", header("Accept-Encoding", c))
		if a.header.Get("Content-Encoding") != c || !bytes.Equal(a.body, plain.body) {
			t.Errorf("%q: coding %q, equal %v", c, a.header.Get("Content-Encoding"), bytes.Equal(a.body, plain.body))
		}
		if c != "" && len(a.raw)*3 > len(plain.raw) {
			t.Errorf("%s: %d of %d bytes", c, len(a.raw), len(plain.raw))
		}
		if got := a.header.Get("Vary"); got != "Accept-Encoding" {
			t.Errorf("Vary %q", got)
		}
		if got := a.header.Get("Cache-Control"); got != "public, max-age=5, stale-while-revalidate=30" {
			t.Errorf("Cache-Control %q", got)
		}
		etag := a.header.Get("Etag")
		tags[etag] = true
		for _, held := range []string{etag, "W/" + etag, "*", `"x", ` + etag} {
			if a := s.get("/v1/streams", header("Accept-Encoding", c), header("If-None-Match", held)); a.status != http.StatusNotModified || len(a.raw) != 0 || a.header.Get("Etag") != etag {
				t.Errorf("%q If-None-Match %s: %d", c, held, a.status)
			}
		}
		for _, held := range []string{`"x"`, strings.Trim(etag, `"`), ""} {
			if _, a := s.ask("/v1/streams", header("Accept-Encoding", c), header("If-None-Match", held)); a.status != http.StatusOK {
				t.Errorf("%q If-None-Match %s: %d", c, held, a.status)
			}
		}
	}
	if len(tags) != 3 {
		t.Errorf("codings share tags: %v", tags)
	}

	// A snapshot after a tick differs in nothing that is shown.
	before := plain.header.Get("Etag")
	s.view.Publish(w.snapshot())
	if a := s.get("/v1/streams", header("If-None-Match", before)); a.status != http.StatusNotModified {
		t.Errorf("nothing changed: %d", a.status)
	}
	w.change()
	s.view.Publish(w.snapshot())
	if a := s.get("/v1/streams", header("If-None-Match", before)); a.status != http.StatusOK {
		t.Errorf("changed: %d", a.status)
	}
	// A 304 costs no compression.
	made := value(t, s.metrics.compressions[zstded])
	etag := s.get("/v1/streams", method(http.MethodGet)).header.Get("Etag")
	if a := s.get("/v1/streams", header("Accept-Encoding", "zstd"), header("If-None-Match", strings.TrimSuffix(etag, `i"`)+`z"`)); a.status != http.StatusNotModified {
		t.Errorf("%d", a.status)
	}
	if got := value(t, s.metrics.compressions[zstded]); got != made {
		t.Errorf("%d compressions for a 304", got-made)
	}
}

// TestEqualSnapshotsGiveEqualBytes has two nodes with the same log and facts, another number of snapshots behind them,
// another version, and other questions asked before.
func TestEqualSnapshotsGiveEqualBytes(t *testing.T) {
	a, b := newWorld(11, 300), newWorld(11, 300)
	b.made = 1000
	one, two := newServer(t), newServer(t, func(o *Options) { o.Version = "another" })
	two.view.Publish(b.snapshot())
	two.get("/v1/streams?limit=7&q=1")
	for range 100 {
		a.change()
		b.change()
	}
	one.view.Publish(a.snapshot())
	two.view.Publish(b.snapshot())
	two.get("/v1/streams?limit=2000", header("Accept-Encoding", "gzip"))
	id := a.list[0].ID.String()
	for _, target := range []string{
		"/v1/streams", "/v1/streams?limit=2000", "/v1/streams?platform=soop&q=1&sort=rising", "/v1/streams?q=1&sort=rising&platform=soop",
		"/v1/streams/" + id, "/v1/platforms", "/v1/categories", "/", "/docs", "/openapi.yaml",
	} {
		for _, c := range []string{"", "gzip", "zstd"} {
			_, x := one.ask(target, header("Accept-Encoding", c))
			_, y := two.ask(target, header("Accept-Encoding", c))
			if !bytes.Equal(x.raw, y.raw) || x.header.Get("Etag") != y.header.Get("Etag") || x.header.Get("Etag") == "" {
				t.Errorf("%s %q: %d and %d bytes, %s and %s", target, c, len(x.raw), len(y.raw), x.header.Get("Etag"), y.header.Get("Etag"))
			}
		}
	}
	// The same content of another log is another thing.
	b.sealed.Created = b.sealed.Created.Add(1)
	two.view.Publish(b.snapshot())
	if x, y := one.get("/v1/streams"), two.get("/v1/streams"); x.header.Get("Etag") == y.header.Get("Etag") {
		t.Error("lineage is not in the ETag")
	}
}

// TestMadeOnce asks the same questions many times at once.
func TestMadeOnce(t *testing.T) {
	w := newWorld(12, 600)
	s := newServer(t)
	s.view.Publish(w.snapshot())
	ask := func() {
		var wg sync.WaitGroup
		for range 20 {
			for _, c := range []string{"", "gzip", "zstd"} {
				wg.Go(func() {
					s.ask("/v1/streams", header("Accept-Encoding", c))
					s.ask("/v1/streams?limit=100&sort=viewers", header("Accept-Encoding", c))
					s.ask("/v1/streams?limit=500", header("Accept-Encoding", c))
				})
			}
		}
		wg.Wait()
	}
	ask()
	if got := value(t, s.metrics.rows); got != 500 {
		t.Errorf("%d rows encoded for 500", got)
	}
	if got := value(t, s.metrics.bodies); got != 2 {
		t.Errorf("%d bodies for 2", got)
	}
	if g, z := value(t, s.metrics.compressions[gzipped]), value(t, s.metrics.compressions[zstded]); g != 2 || z != 2 {
		t.Errorf("%d gzip and %d zstd for 2", g, z)
	}
}

// TestOddFiltersAreNotKept floods the cache.
func TestOddFiltersAreNotKept(t *testing.T) {
	w := newWorld(13, 20)
	s := newServer(t)
	s.view.Publish(w.snapshot())
	for i := range maxResponses + 50 {
		s.ask(fmt.Sprintf("/v1/streams?min_viewers=%d", i))
	}
	r := s.latest()
	if len(r.responses) > maxResponses {
		t.Errorf("%d responses kept", len(r.responses))
	}
	for range 2 {
		s.get("/v1/streams")
		s.get("/v1/platforms")
	}
	if r.responses["platforms"] == nil || len(r.responses) != maxResponses+2 {
		t.Errorf("common ones pushed out: %d", len(r.responses))
	}
	r.rendered = maxRendered
	if a := s.get("/v1/streams?min_viewers=7777"); a.status != 200 {
		t.Errorf("past the bound: %d", a.status)
	}
}

// hostile are texts that want to be more than text.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</title><svg onload=alert(1)>`, `{{.}} ${x} %s`, `'-alert(1)-'`, `javascript:alert(1)`, "\u2028\u2029", `\`, `--><!--`, `]]>`, `&lt;b&gt;`, "a\u202eb", "한글 제목 — 정상",
}

func TestHostileTitles(t *testing.T) {
	w := newWorld(14, 0)
	for _, text := range hostile {
		b := w.start()
		b.Title, b.ChannelName, b.Category = text, text, live.Category{ID: text, Name: text}
		b.Viewers, b.Adult, b.Locked = 100, false, false
	}
	s := newServer(t)
	s.view.Publish(w.snapshot())
	list := s.get("/v1/streams")
	if bytes.ContainsAny(list.body, "<>&\u2028\u2029") {
		t.Error("JSON holds what HTML or a script would read")
	}
	var got struct{ Streams []struct{ Title string } }
	if err := json.Unmarshal(list.body, &got); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, e := range got.Streams {
		seen[e.Title] = true
	}
	for _, text := range hostile {
		if !seen[text] {
			t.Errorf("%q did not come through", text)
		}
	}
	page := string(s.get("/").body)
	for _, bad := range []string{"<script", "<img src=x", "<svg onload", "onerror=alert(1)>", "<!--", "</title><"} {
		if strings.Contains(page, bad) {
			t.Errorf("page holds %q", bad)
		}
	}
	if !strings.Contains(page, "&lt;script&gt;alert(1)&lt;/script&gt;") || !strings.Contains(page, "한글 제목 — 정상") {
		t.Error("page lacks the titles")
	}
}

// FuzzAppendString holds the writer of strings against encoding/json.
func FuzzAppendString(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Add("\xff\xc0\xaf\x00\x1f\x7f")
	f.Fuzz(func(t *testing.T, s string) {
		b := appendString(nil, s)
		var got, want string
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("%q gives %s: %v", s, b, err)
		}
		std, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(std, &want); err != nil {
			t.Fatal(err)
		}
		if got != want || bytes.ContainsAny(b, "<>&\x00\x7f\n") {
			t.Fatalf("%q gives %s", s, b)
		}
	})
}
