package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/klauspost/compress/zstd"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/goleak"

	"onair/live"
	"onair/view"
)

func TestMain(m *testing.M) {
	for _, media := range []string{"text/html", "text/event-stream"} {
		openapi3filter.RegisterBodyDecoder(media, openapi3filter.PlainBodyDecoder)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) { os.Exit(code) }))
}

// contract is openapi.yaml, made strict: a field that it does not name is an error in a test, though readers may meet one.
var contract = sync.OnceValues(func() (*openapi3.T, routers.Router) {
	doc, err := openapi3.NewLoader().LoadFromData(Contract)
	if err != nil {
		panic(err)
	}
	if err := doc.Validate(context.Background(), openapi3.EnableExamplesValidation()); err != nil {
		panic(err)
	}
	no := false
	var strict func(s *openapi3.SchemaRef)
	strict = func(s *openapi3.SchemaRef) {
		if s == nil || s.Ref != "" {
			return
		}
		if s.Value.Properties != nil {
			s.Value.AdditionalProperties.Has = &no
		}
		for _, p := range s.Value.Properties {
			strict(p)
		}
		strict(s.Value.Items)
	}
	for _, s := range doc.Components.Schemas {
		strict(s)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		panic(err)
	}
	return doc, router
})

// conforms checks that data is what schema name says.
func conforms(t testing.TB, name string, data []byte) {
	t.Helper()
	doc, _ := contract()
	schema := doc.Components.Schemas[name]
	if schema == nil {
		t.Fatalf("no schema %s", name)
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%s: %v in %.200s", name, err, data)
	}
	if err := schema.Value.VisitJSON(v); err != nil {
		t.Fatalf("%s: %v in %.400s", name, err, data)
	}
}

// server is a Server over a view that the test feeds.
type server struct {
	*Server
	t    testing.TB
	view *view.View
}

func newServer(t testing.TB, change ...func(*Options)) *server {
	t.Helper()
	v := &view.View{}
	o := Options{View: v, Version: "test", Clock: live.ClockPair{Real: noon, Log: noon, Speed: 60}}
	for _, f := range change {
		f(&o)
	}
	return &server{Server: New(o), t: t, view: v}
}

// answer is a response, read and checked against the contract.
type answer struct {
	status int
	header http.Header
	body   []byte // decoded
	raw    []byte // as it travelled
}

// get asks the handler in process, from an address that limits apply to unless that is changed, and checks the response.
func (s *server) get(target string, change ...func(*http.Request)) answer {
	s.t.Helper()
	r, a := s.ask(target, change...)
	s.check(r, a)
	return a
}

// ask is get without the check, which takes longer than the answer.
func (s *server) ask(target string, change ...func(*http.Request)) (*http.Request, answer) {
	s.t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.RemoteAddr = "127.0.0.1:4000"
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	resp := w.Result()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return r, answer{resp.StatusCode, resp.Header, decoded(s.t, resp.Header.Get("Content-Encoding"), raw), raw}
}

// check holds an answer against the contract.
func (s *server) check(r *http.Request, a answer) {
	s.t.Helper()
	for _, h := range []string{"Access-Control-Allow-Origin", "X-Content-Type-Options", "Referrer-Policy", "Content-Security-Policy"} {
		if a.header.Get(h) == "" {
			s.t.Errorf("%s: no %s", r.URL, h)
		}
	}
	if a.status >= 400 {
		if got := a.header.Get("Content-Type"); got != contentProblem {
			s.t.Fatalf("%s: %d with %s", r.URL, a.status, got)
		}
		if r.Method != http.MethodHead {
			conforms(s.t, "Problem", a.body)
		}
	}
	_, router := contract()
	find := r.Clone(r.Context())
	if find.Method == http.MethodHead {
		find.Method = http.MethodGet
	}
	route, vars, err := router.FindRoute(find)
	if errors.Is(err, routers.ErrPathNotFound) || errors.Is(err, routers.ErrMethodNotAllowed) {
		if a.status < 400 && r.Method != http.MethodOptions {
			s.t.Fatalf("%s %s: %d, and not in the contract", r.Method, r.URL, a.status)
		}
		return
	}
	if err != nil {
		s.t.Fatal(err)
	}
	in := &openapi3filter.RequestValidationInput{Request: find, PathParams: vars, Route: route}
	if a.status < 400 {
		if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
			s.t.Fatalf("%s: accepted against the contract: %v", r.URL, err)
		}
	}
	header := a.header.Clone()
	header.Del("Content-Encoding") // the body is decoded
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: a.status, Header: header, Options: &openapi3filter.Options{
		IncludeResponseStatus: true, ExcludeResponseBody: r.Method == http.MethodHead || a.status == http.StatusNotModified,
	}}
	out.SetBodyBytes(a.body)
	if err := openapi3filter.ValidateResponse(r.Context(), out); err != nil {
		s.t.Fatalf("%s: %v", r.URL, err)
	}
}

func decoded(t testing.TB, coding string, raw []byte) []byte {
	t.Helper()
	if len(raw) == 0 {
		return raw
	}
	var r io.Reader
	var err error
	switch coding {
	case "":
		return raw
	case "gzip":
		r, err = gzip.NewReader(bytes.NewReader(raw))
	case "zstd":
		var d *zstd.Decoder
		d, err = zstd.NewReader(bytes.NewReader(raw), zstd.WithDecoderMaxWindow(8<<20)) // what browsers take
		if err == nil {
			defer d.Close()
			r = d
		}
	default:
		t.Fatalf("coding %q", coding)
	}
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func into[T any](t testing.TB, a answer) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%v in %.200s", err, a.body)
	}
	return v
}

// problemOf reads a problem document and checks its status and type.
func problemOf(t testing.TB, a answer, k kind) problemDocument {
	t.Helper()
	p := into[problemDocument](t, a)
	if a.status != k.status || p.Status != k.status || !strings.HasSuffix(p.Type, "#problem-"+k.slug) {
		t.Fatalf("got %d %s, want %d %s: %s", a.status, p.Type, k.status, k.slug, a.body)
	}
	return p
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func from(addr string) func(*http.Request) { return func(r *http.Request) { r.RemoteAddr = addr } }

func method(m string) func(*http.Request) { return func(r *http.Request) { r.Method = m } }

// listen runs s on loopback until the test ends and gives its base URL.
func (s *server) listen() string {
	s.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, ln) }()
	s.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Errorf("run: %v", err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	return "http://" + ln.Addr().String()
}

func value(t testing.TB, c prometheus.Metric) uint64 {
	t.Helper()
	var m dto.Metric
	if err := c.Write(&m); err != nil {
		t.Fatal(err)
	}
	if m.Gauge != nil {
		return uint64(m.Gauge.GetValue())
	}
	return uint64(m.Counter.GetValue())
}
