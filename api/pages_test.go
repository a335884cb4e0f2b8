package api

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"onair/live"
)

var (
	styleElement = regexp.MustCompile(`(?s)<style>(.*?)</style>`)
	outside      = regexp.MustCompile(`(?i)<script|<link|<iframe|<object|@import|url\(|style=|\son[a-z]+=`)
)

// TestPagesKeepTheirPolicy: the one style sheet is the one allowed, and nothing else would be loaded or run.
func TestPagesKeepTheirPolicy(t *testing.T) {
	w := newWorld(50, 150)
	s := newServer(t)
	s.view.Publish(w.snapshot())
	for _, target := range []string{"/", "/docs"} {
		a := s.get(target)
		policy := a.header.Get("Content-Security-Policy")
		m := styleElement.FindSubmatch(a.body)
		if m == nil {
			t.Fatalf("%s: no style", target)
		}
		sum := sha256.Sum256(m[1])
		if !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") || !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: %s", target, policy)
		}
		if found := outside.Find(a.body); found != nil {
			t.Errorf("%s: holds %q", target, found)
		}
		if strings.Contains(string(a.body), "ZgotmplZ") {
			t.Errorf("%s: the template refused a value", target)
		}
	}
}

func TestHomeListsTheTop(t *testing.T) {
	w := newWorld(51, 150)
	s := newServer(t)
	snap := w.snapshot()
	s.view.Publish(snap)
	page := string(s.get("/").body)
	if got := strings.Count(page, `<li class="row">`); got != homeRows {
		t.Errorf("%d rows", got)
	}
	at := 0
	for _, e := range snap.Entries[:homeRows] {
		i := strings.Index(page[at:], e.Title)
		if i < 0 {
			t.Fatalf("%s is not where its rank says", e.Title)
		}
		at += i
	}
	for _, want := range []string{`lang="ko"`, `referrerpolicy="no-referrer"`, "prefers-color-scheme", "한글 chzzk", "꺼짐", "3월 1일 21:00:30 기준"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
	if path := os.Getenv("ONAIR_TEST_PAGES"); path != "" { // to look at them
		if err := os.WriteFile(path+"/home.html", []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+"/docs.html", s.get("/docs").body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	empty := newServer(t)
	empty.view.Publish(newWorld(52, 0).snapshot())
	if page := string(empty.get("/").body); !strings.Contains(page, "아직 켜진 방송이 없습니다") {
		t.Error("an empty list says nothing")
	}
}

func TestHomeNumbers(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 9027: "9,027", 10000: "1만", 36210: "3.6만", 100900: "10만", 618233: "61.8만", 1234567: "123만", 120000000: "12,000만"} {
		if n == 100900 {
			want = "10만"
		}
		if got := manCount(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	for _, c := range []struct {
		trend []live.Viewers
		want  string
	}{
		{nil, ""},
		{[]live.Viewers{5}, ""},
		{[]live.Viewers{-1, 5, -1}, ""},
		{[]live.Viewers{0, 10}, "M0 15L60 1"},
		{[]live.Viewers{10, -1, 5, 0}, "M0 1M40 8L60 15"},
		{[]live.Viewers{0, 0, 0}, "M0 15L30 15L60 15"},
	} {
		if got := spark(c.trend); got != c.want {
			t.Errorf("%v: %q, want %q", c.trend, got, c.want)
		}
	}
}

// TestDocsShowTheContract: every path, parameter, schema, field and kind of problem is on the page, and every link on
// it leads somewhere.
func TestDocsShowTheContract(t *testing.T) {
	doc, _ := contract()
	page := string(renderDocs(Contract))
	for path, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			if !strings.Contains(page, `<section id="`+op.OperationID+`">`) || !strings.Contains(page, `<code>`+path+`</code>`) {
				t.Errorf("no %s", path)
			}
			for _, p := range op.Parameters {
				if !strings.Contains(page, "<code>"+p.Value.Name+"</code>") {
					t.Errorf("%s: no %s", path, p.Value.Name)
				}
			}
		}
	}
	for name, s := range doc.Components.Schemas {
		if !strings.Contains(page, `id="schema-`+name+`"`) {
			t.Errorf("no schema %s", name)
		}
		if s.Value.Description == "" {
			t.Errorf("schema %s has no description", name)
		}
		for field := range s.Value.Properties {
			if !strings.Contains(page, "<code>"+field+"</code>") {
				t.Errorf("no field %s.%s", name, field)
			}
		}
	}
	for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(page, `id="`+link[1]+`"`) {
			t.Errorf("dead link %s", link[1])
		}
	}
	for _, v := range doc.Components.Schemas["Problem"].Value.Properties["type"].Value.Enum {
		if !strings.Contains(page, `id="`+strings.TrimPrefix(v.(string), "/docs#")+`"`) {
			t.Errorf("no anchor for %v", v)
		}
	}
	if n := len(doc.Components.Schemas["Problem"].Value.Properties["type"].Value.Enum); n != len(kinds) {
		t.Errorf("the contract has %d kinds of problem, the code %d", n, len(kinds))
	}
}

// TestTableIsTheContract: routes and paths are the same set.
func TestTableIsTheContract(t *testing.T) {
	doc, _ := contract()
	paths := map[string]bool{}
	for path := range doc.Paths.Map() {
		paths[path] = true
	}
	for _, rt := range routeTable {
		path := strings.TrimSuffix(rt.pattern, "{$}")
		if !paths[path] {
			t.Errorf("%s is not in the contract", path)
		}
		delete(paths, path)
	}
	for path := range paths {
		t.Errorf("%s is not served", path)
	}
}

func TestAdmin(t *testing.T) {
	const token = "0123456789abcdef"
	s := newServer(t)
	w := newWorld(53, 30)
	w.change()
	s.view.Publish(w.snapshot())
	s.get("/v1/streams", header("Accept-Encoding", "gzip"))
	s.get("/v1/streams?nonsense=1")
	pages := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "onair_pages_total", Help: "x"}, []string{"platform"})
	pages.WithLabelValues("chzzk").Add(7)
	h, err := s.Admin(AdminOptions{Token: token, Collectors: []prometheus.Collector{pages}})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(path, auth string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		if auth != "" {
			r.Header.Set("Authorization", auth)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	for _, auth := range []string{"", token, "Bearer", "Bearer ", "Bearer " + token + "0", "Basic " + token, "Bearer 0123456789abcdee"} {
		for _, path := range []string{"/metrics", "/debug/pprof/", "/nothing"} {
			if got := ask(path, auth); got.Code != 401 || strings.Contains(got.Body.String(), "onair_") {
				t.Errorf("%s with %q: %d", path, auth, got.Code)
			}
		}
	}
	body := ask("/metrics", "Bearer "+token).Body.String()
	for _, want := range []string{
		`onair_pages_total{platform="chzzk"} 7`, `onair_http_requests_total{class="2xx",route="/v1/streams"} 1`, `onair_http_requests_total{class="4xx",route="/v1/streams"} 1`,
		`onair_compressions_total{coding="gzip"} 1`, "onair_snapshot_seq 1", "onair_snapshot_position 1", fmt.Sprintf("onair_snapshot_entries %d", len(s.view.Current().Entries)),
		"onair_snapshot_age_seconds", "onair_event_streams 0", `onair_http_request_seconds_count{route="/v1/streams"} 2`, "go_goroutines",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	if got := ask("/debug/pprof/goroutine?debug=1", "bearer "+token); got.Code != 200 {
		t.Errorf("pprof: %d", got.Code)
	}
	if _, err := s.Admin(AdminOptions{Token: "short"}); err == nil {
		t.Error("a short token is taken")
	}
	if a := s.get("/metrics"); a.status != 404 {
		t.Errorf("public metrics: %d", a.status)
	}
}
