package api

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// route is one line of the table below.
type route struct {
	pattern string
	serve   func(s *Server, w http.ResponseWriter, r *http.Request) error
	free    bool // no token is taken: probes must get through
}

// routeTable is every public route. GET includes HEAD.
var routeTable = []route{
	{"/v1/streams", (*Server).serveStreams, false},
	{"/v1/streams/{id}", (*Server).serveStream, false},
	{"/v1/streams/{id}/history", (*Server).serveHistory, false},
	{"/v1/history", (*Server).serveTotals, false},
	{"/v1/platforms/{id}/history", (*Server).servePlatformTotals, false},
	{"/v1/days/{day}", (*Server).serveDay, false},
	{"/v1/platforms", (*Server).servePlatforms, false},
	{"/v1/categories", (*Server).serveCategories, false},
	{"/v1/events", (*Server).serveEvents, false},
	{"/livez", (*Server).serveLive, true},
	{"/readyz", (*Server).serveReady, true},
	{"/openapi.yaml", (*Server).serveContract, false},
	{"/docs", (*Server).serveDocs, false},
	{"/thumbs/{dir}/{name}", (*Server).serveThumb, true}, // a page shows hundreds, each of which costs a read of a file
	{"/assets/{name}", (*Server).serveFile, true},
	{"/plain", (*Server).serveHome, false},
	{"/{$}", (*Server).serveFront, false},
}

// routes joins the table. Where the mux would redirect to a tidier path it is not asked: a page in HTML without the
// common headers is no answer of ours, and an address that nobody was given has nothing to lead to.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	table := slices.Clone(routeTable)
	for name := range s.web {
		if !strings.Contains(name, "/") && name != "index.html" {
			table = append(table, route{"/" + name, (*Server).serveFile, true})
		}
	}
	for _, rt := range table {
		mux.Handle("GET "+rt.pattern, s.wrap(rt))
		mux.Handle("OPTIONS "+rt.pattern, s.wrap(route{rt.pattern, (*Server).servePreflight, false}))
		mux.Handle(rt.pattern, s.wrap(route{rt.pattern, (*Server).serveMethod, false}))
	}
	nothing := s.wrap(route{"other", (*Server).serveNothing, false})
	mux.Handle("/", nothing)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tidy(r.URL.EscapedPath()) {
			mux.ServeHTTP(w, r)
		} else {
			nothing.ServeHTTP(w, r)
		}
	})
}

// tidy reports a path that begins with a slash and has no empty segment before its last, no "." and no "..".
func tidy(path string) bool {
	rest, ok := strings.CutPrefix(path, "/")
	for more := true; ok && more; {
		var segment string
		segment, rest, more = strings.Cut(rest, "/")
		ok = segment != "." && segment != ".." && (segment != "" || !more)
	}
	return ok
}

// wrap puts around a route what all share: headers, the limit of requests, errors, figures.
func (s *Server) wrap(rt route) http.Handler {
	observe := s.metrics.route(rt.pattern)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		rec := &recorder{ResponseWriter: w}
		defer func() {
			if v := recover(); v != nil {
				s.failPanic(rec, r, v)
			}
			observe(rec.status, time.Since(began))
		}()
		commonHeaders(w.Header())
		err := error(nil)
		if !rt.free && !s.buckets.allow(s.clientAddr(r), began) {
			s.metrics.limited.Inc()
			err = errTooMany
		} else {
			err = rt.serve(s, rec, r)
		}
		if err != nil {
			s.fail(rec, r, err)
		}
	})
}

// recorder remembers the status for the figures.
type recorder struct {
	http.ResponseWriter
	status int // 0 until something was written
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (s *Server) serveContract(w http.ResponseWriter, r *http.Request) error {
	return s.send(w, r, s.contract)
}

func (s *Server) serveDocs(w http.ResponseWriter, r *http.Request) error {
	return s.send(w, r, s.docs)
}
