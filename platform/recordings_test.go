package platform

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"onair/live"
)

// recordings is testdata/<name>/cases.json: requests to a Source, and the recorded exchanges that they lead to.
type recordings struct {
	Cases []recording `json:"cases"`
	Walks []walk      `json:"walks"` // lists from the head to the end
}

type recording struct {
	Name      string     `json:"name"`
	Kind      live.Kind  `json:"kind"`
	Cursor    string     `json:"cursor"`
	Keys      []string   `json:"keys"`
	Config    settings   `json:"config"`
	Trimmed   bool       `json:"trimmed"`   // rows were cut from the recording: its next is not its last row
	Exchanges []exchange `json:"exchanges"` // in the order in which they are made; the last one holds the rows
	Error     string     `json:"error"`     // class that the request ends in; "" for a page in golden/<name>.json
}

type walk struct {
	Name   string     `json:"name"`
	Kind   live.Kind  `json:"kind"`
	Config settings   `json:"config"`
	Before []exchange `json:"before"` // made once, before the first step
	Steps  []exchange `json:"steps"`
}

type settings struct {
	ClientID     string            `json:"client_id"`
	ClientSecret string            `json:"client_secret"`
	Key          string            `json:"key"`
	Options      map[string]string `json:"options"`
}

// exchange is one HTTP request as it is expected, and its answer.
type exchange struct {
	Endpoint string            `json:"endpoint"`
	Method   string            `json:"method"`
	Path     string            `json:"path"`
	Query    map[string]string `json:"query"`  // several values joined with commas
	Form     map[string]string `json:"form"`   // of a POST
	Header   map[string]string `json:"header"` // of the request
	Status   int               `json:"status"`
	Type     string            `json:"type"` // content type of the answer
	File     string            `json:"file"`
	Required []string          `json:"required"` // paths without which the answer must be refused
	Checked  []string          `json:"checked"`  // paths that may be missing, but not be impossible

	body  []byte
	reply http.Header // further headers of the answer
}

// mustRecordings reads the recordings of one platform.
func mustRecordings(tb testing.TB, name live.Platform) recordings {
	tb.Helper()
	dir := filepath.Join("testdata", string(name))
	b, err := os.ReadFile(filepath.Join(dir, "cases.json"))
	if err != nil {
		tb.Fatalf("platform %s has no recordings: %v", name, err)
	}
	var r recordings
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		tb.Fatalf("%s: %v", dir, err)
	}
	load := func(list []exchange) {
		for i := range list {
			e := &list[i]
			if e.body, err = os.ReadFile(filepath.Join(dir, e.File)); err != nil {
				tb.Fatal(err)
			}
			if e.Status == 0 {
				e.Status = http.StatusOK
			}
			if e.Type == "" {
				e.Type = "application/json"
			}
			if e.Method == "" {
				e.Method = http.MethodGet
			}
		}
	}
	for i := range r.Cases {
		load(r.Cases[i].Exchanges)
	}
	for i := range r.Walks {
		load(r.Walks[i].Before)
		load(r.Walks[i].Steps)
	}
	return r
}

// theatre answers requests with exchanges, in their order, and reports what was not expected.
type theatre struct {
	tb     testing.TB
	strict bool // compare queries, forms and headers with the recording
	mu     sync.Mutex
	left   []exchange
	extra  int // requests after the last exchange
}

func (th *theatre) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	th.mu.Lock()
	defer th.mu.Unlock()
	if len(th.left) == 0 {
		th.extra++
		w.WriteHeader(http.StatusTeapot)
		return
	}
	e := th.left[0]
	th.left = th.left[1:]
	if th.strict {
		th.compare(e, r)
	}
	for k, v := range e.reply {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Type", e.Type)
	w.WriteHeader(e.Status)
	_, _ = w.Write(e.body)
}

func (th *theatre) compare(e exchange, r *http.Request) {
	if got, want := r.Method+" "+r.URL.Path, e.Method+" /"+e.Endpoint+e.Path; got != want {
		th.tb.Errorf("asked %s, want %s", got, want)
	}
	query := r.URL.Query()
	for k, want := range e.Query {
		if got := strings.Join(query[k], ","); got != want {
			th.tb.Errorf("%s: query %s = %q, want %q", e.File, k, got, want)
		}
	}
	if e.Form != nil {
		if err := r.ParseForm(); err != nil {
			th.tb.Error(err)
		}
		for k, want := range e.Form {
			if got := r.PostForm.Get(k); got != want {
				th.tb.Errorf("%s: form %s = %q, want %q", e.File, k, got, want)
			}
		}
	}
	for k, want := range e.Header {
		if got := r.Header.Get(k); got != want {
			th.tb.Errorf("%s: header %s = %q, want %q", e.File, k, got, want)
		}
	}
}

// direct is the theatre without sockets, for the thousands of answers that are only a little wrong.
func (th *theatre) direct() *http.Client {
	return &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		if err := r.Context().Err(); err != nil {
			return nil, err
		}
		if r.Body != nil {
			defer r.Body.Close()
		}
		w := httptest.NewRecorder()
		th.ServeHTTP(w, r)
		resp := w.Result()
		resp.Request = r
		return resp, nil
	})}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// mustSource makes a Source whose endpoints are base/<endpoint name>.
func mustSource(tb testing.TB, name live.Platform, set settings, base string) Source {
	tb.Helper()
	s, err := New(name, config(tb, name, set, base))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func config(tb testing.TB, name live.Platform, set settings, base string) Config {
	tb.Helper()
	endpoints := map[string]string{}
	for _, e := range Registry() {
		if e.Name != name {
			continue
		}
		for _, st := range e.Settings {
			if n, ok := strings.CutPrefix(st.Name, "endpoints."); ok {
				endpoints[n] = base + "/" + n
			}
		}
	}
	return Config{
		Endpoints: endpoints, Images: []string{base},
		ClientID: Secret(set.ClientID), ClientSecret: Secret(set.ClientSecret), Key: Secret(set.Key),
		Options: set.Options, Clock: stoppedClock{},
	}
}

// noon is when the tests take place.
var noon = time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)

type stoppedClock struct{}

func (stoppedClock) Now() time.Time { return noon }
func (stoppedClock) After(time.Duration) (<-chan time.Time, func()) {
	return nil, func() {}
}

func mustReadAll(tb testing.TB, r io.Reader) []byte {
	tb.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}
