package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
)

// kind is one type of problem document; openapi.yaml lists the slugs.
type kind struct {
	slug   string
	title  string
	status int
}

var (
	kindParameter = kind{"bad-parameter", "Bad parameter", http.StatusBadRequest}
	kindNotFound  = kind{"not-found", "Not found", http.StatusNotFound}
	kindMethod    = kind{"method-not-allowed", "Method not allowed", http.StatusMethodNotAllowed}
	kindTooMany   = kind{"too-many-requests", "Too many requests", http.StatusTooManyRequests}
	kindInternal  = kind{"internal", "Internal error", http.StatusInternalServerError}
	kindNotReady  = kind{"not-ready", "Not ready", http.StatusServiceUnavailable}
	kindBehind    = kind{"behind", "Behind", http.StatusServiceUnavailable}
	kindStreams   = kind{"too-many-event-streams", "Too many event streams", http.StatusServiceUnavailable}
)

// kinds is all of them, for the page of documentation.
var kinds = []kind{kindParameter, kindNotFound, kindMethod, kindTooMany, kindInternal, kindNotReady, kindBehind, kindStreams}

// problem is an error with a place in the contract. Other errors become kindInternal.
type problem struct {
	kind      kind
	detail    string // shown to the reader
	parameter string
	retry     int // seconds; 0: no Retry-After
	health    []Problem
}

func (p *problem) Error() string { return p.kind.slug + ": " + p.detail }

func badParameter(name, format string, a ...any) error {
	return &problem{kind: kindParameter, parameter: name, detail: fmt.Sprintf(format, a...)}
}

var (
	errTooMany  = &problem{kind: kindTooMany, detail: "this address asks more often than it may", retry: 1}
	errNotReady = &problem{kind: kindNotReady, detail: "there is no list yet: the node has just started", retry: 2}
	errBehind   = &problem{kind: kindBehind, detail: "this node has not reached min_seq", retry: 1}
	errStreams  = &problem{kind: kindStreams, detail: "no more event streams are accepted; ask /v1/streams every 30 s instead", retry: 30}
	errNoThumb  = &problem{kind: kindNotFound, detail: "there is no such picture, or no longer"}
	errNoRoute  = &problem{kind: kindNotFound, detail: "there is nothing at this address; /docs lists what there is"}
)

// problemDocument is the body, as schema Problem says.
type problemDocument struct {
	Type      string          `json:"type"`
	Title     string          `json:"title"`
	Status    int             `json:"status"`
	Detail    string          `json:"detail"`
	Parameter string          `json:"parameter,omitempty"`
	Problems  []healthProblem `json:"problems,omitempty"`
}

// fail is the one place where an error becomes a response. What is not a problem is our mistake: it is logged here
// and the reader learns only that.
func (s *Server) fail(w *recorder, r *http.Request, err error) {
	var p *problem
	if !errors.As(err, &p) {
		s.log.LogAttrs(r.Context(), slog.LevelError, "request", slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Any("error", err))
		p = &problem{kind: kindInternal, detail: "the mistake is ours and has been noted"}
	}
	if w.status != 0 {
		return // too late to say anything
	}
	body, _ := json.Marshal(problemDocument{ // strings and numbers: it cannot fail
		Type: "/docs#problem-" + p.kind.slug, Title: p.kind.title, Status: p.kind.status, Detail: p.detail,
		Parameter: p.parameter, Problems: healthProblems(p.health),
	})
	h := w.Header()
	h.Set("Content-Type", contentProblem)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h["Cache-Control"] = valueNoStore
	if p.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retry))
	}
	if p.kind == kindMethod {
		h["Allow"] = valueMethods
	}
	w.WriteHeader(p.kind.status)
	_, _ = w.Write(body)
}

// failPanic keeps one broken response from passing unseen; the connection is cut if it had begun.
func (s *Server) failPanic(w *recorder, r *http.Request, v any) {
	if v == http.ErrAbortHandler || w.status != 0 {
		s.log.LogAttrs(r.Context(), slog.LevelError, "panic after the response began", slog.Any("error", v))
		panic(http.ErrAbortHandler)
	}
	s.fail(w, r, fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
}

func (s *Server) serveNothing(http.ResponseWriter, *http.Request) error { return errNoRoute }

func (s *Server) serveMethod(_ http.ResponseWriter, r *http.Request) error {
	return &problem{kind: kindMethod, detail: fmt.Sprintf("%.20s is not offered here; everything is read with GET", r.Method)}
}
