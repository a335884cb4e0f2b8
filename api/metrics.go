package api

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// metrics are the server's figures. Label values are fixed sets (routes, classes of status, codings): nothing that a
// stranger writes becomes a label.
type metrics struct {
	registry *prometheus.Registry

	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	limited   prometheus.Counter // requests refused for want of a token

	streams prometheus.Gauge   // open event streams
	events  prometheus.Counter // events written
	resets  prometheus.Counter // of those, resets
	frames  prometheus.Counter // events made
	cut     prometheus.Counter // readers cut off as too slow
	refused prometheus.Counter // event streams refused

	rows         prometheus.Counter // entries encoded
	bodies       prometheus.Counter // bodies put together
	compressions [codings]prometheus.Counter
}

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	m.requests = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "onair_http_requests_total", Help: "Requests by route and class of status."}, []string{"route", "class"})
	m.durations = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "onair_http_request_seconds", Help: "Time to answer, event streams left out.",
		Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 2.5},
	}, []string{"route"})
	m.registry.MustRegister(m.requests, m.durations, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
		m.registry.MustRegister(c)
		return c
	}
	m.limited = counter("onair_http_limited_total", "Requests refused because their address asked too often.")
	m.streams = prometheus.NewGauge(prometheus.GaugeOpts{Name: "onair_event_streams", Help: "Open event streams."})
	m.registry.MustRegister(m.streams)
	m.events = counter("onair_events_total", "Events written to event streams.")
	m.resets = counter("onair_event_resets_total", "Events that were resets.")
	m.frames = counter("onair_event_frames_total", "Events made; each is shared by all readers at the same place.")
	m.cut = counter("onair_event_streams_cut_total", "Readers cut off because they did not take an event in time.")
	m.refused = counter("onair_event_streams_refused_total", "Event streams refused because there were too many.")
	m.rows = counter("onair_rows_encoded_total", "Entries encoded; at most once a snapshot each, and once with a coarse trend.")
	m.bodies = counter("onair_bodies_made_total", "JSON bodies put together.")
	compressions := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "onair_compressions_total", Help: "Bodies and events compressed, by coding."}, []string{"coding"})
	m.registry.MustRegister(compressions)
	for c := gzipped; c < codings; c++ {
		m.compressions[c] = compressions.WithLabelValues(c.name())
	}
	return m
}

// watch adds what is read from s when somebody looks.
func (m *metrics) watch(s *Server) {
	gauge := func(name, help string, value func(r *rendition) float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			r := s.latest()
			if r == nil {
				return 0
			}
			return value(r)
		}))
	}
	gauge("onair_snapshot_seq", "Last message of the log that changed anything shown.", func(r *rendition) float64 { return float64(r.snap.Seq) })
	gauge("onair_snapshot_position", "Last message of the log that was folded.", func(r *rendition) float64 { return float64(r.snap.Position) })
	gauge("onair_snapshot_entries", "Entries in the list.", func(r *rendition) float64 { return float64(len(r.snap.Entries)) })
	gauge("onair_snapshot_age_seconds", "How far the snapshot's log time is behind the log's present.", func(r *rendition) float64 {
		c := s.clock(r.snap)
		present := c.Log.Add(time.Duration(float64(time.Since(c.Real)) * c.Speed))
		return present.Sub(r.snap.LogTime).Seconds()
	})
}

// route gives the function that counts answers of one route, with its children looked up beforehand.
func (m *metrics) route(pattern string) func(status int, took time.Duration) {
	var classes [6]prometheus.Counter
	for i, name := range [...]string{"none", "1xx", "2xx", "3xx", "4xx", "5xx"} {
		classes[i] = m.requests.WithLabelValues(pattern, name)
	}
	took := m.durations.WithLabelValues(pattern)
	stream := pattern == "/v1/events"
	return func(status int, d time.Duration) {
		class := status / 100
		if class < 0 || class >= len(classes) {
			class = 0
		}
		classes[class].Inc()
		if !stream || status != http.StatusOK {
			took.Observe(d.Seconds())
		}
	}
}
