package api

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"time"
)

const (
	// retryLow and retrySpread tell EventSource when to come back: spread out, so that the readers of a node that was
	// restarted do not return in one instant.
	retryLow    = time.Second
	retrySpread = 4 // times retryLow
)

// serveEvents streams the feed to one reader until it leaves, is too slow, or the server stops.
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) error {
	if p := readParams(r); p.err != nil {
		return p.err
	}
	if !s.feed.ready() {
		return errNotReady
	}
	release, ok := s.slots.take(s.clientAddr(r))
	if !ok {
		s.metrics.refused.Inc()
		return errStreams
	}
	defer release()

	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h["Cache-Control"] = valueNoStore
	h["Vary"] = valueVary
	coding := negotiate(r.Header["Accept-Encoding"], gzipped)
	if coding != identity {
		h.Set("Content-Encoding", coding.name())
	}
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Time{}) // the request's would end the stream; a closed connection still shows
	write := func(f *frame) bool {
		b := f.bytes(coding, s.coder) // our time, not the reader's
		_ = rc.SetWriteDeadline(time.Now().Add(s.limits.EventWrite))
		_, err := w.Write(b)
		if err == nil {
			err = rc.Flush()
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			s.metrics.cut.Inc() // still connected, and did not take it in time
		}
		return err == nil
	}
	if coding == gzipped {
		_, _ = w.Write(gzipHeader) // goes out with what follows
	}
	if !write(&frame{plain: fmt.Appendf(nil, "retry: %d\n\n", (s.retry + rand.N(retrySpread*s.retry)).Milliseconds())}) {
		return nil
	}
	s.metrics.streams.Inc()
	defer s.metrics.streams.Dec()

	at, known := s.feed.position(r.Header.Get("Last-Event-ID"))
	silence := time.NewTimer(s.limits.Heartbeat)
	defer silence.Stop()
	for {
		event, next, reset, changed := s.feed.since(at, known)
		if event != nil {
			if !write(event) {
				return nil
			}
			if reset {
				s.metrics.resets.Inc()
			}
			s.metrics.events.Inc()
			at, known = next, true
			silence.Reset(s.limits.Heartbeat)
			continue
		}
		select {
		case <-changed:
		case <-silence.C:
			if !write(s.heartbeat) {
				return nil
			}
			silence.Reset(s.limits.Heartbeat)
		case <-r.Context().Done():
			return nil
		case <-s.feed.closed:
			return nil
		}
	}
}
