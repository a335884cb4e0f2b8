package workers

import (
	"maps"
	"sync"

	"onair/live"
)

// Stats is what a worker has done since it started, and what waits in its outbox.
type Stats struct {
	Jobs         uint64 // taken and done, also those that ended in an error
	Stale        uint64 // taken too late and only acked
	Pages        uint64 // accepted by the outbox, errors included
	Observations uint64
	Removed      uint64 // rows that a page lost in cleaning
	Trimmed      uint64 // pages that lost tags or pictures to fit into a message
	Panics       uint64 // of sources
	Rerouted     uint64 // pages asked for again through another egress, their first answers unpublished
	Published    uint64 // pages that the log acknowledged
	Errors       map[live.ErrorClass]uint64
	Outbox       OutboxStats
}

// Flat gives the counters by name, for a presence.
func (s Stats) Flat() map[string]uint64 {
	m := map[string]uint64{
		"jobs": s.Jobs, "stale": s.Stale, "pages": s.Pages, "observations": s.Observations, "removed": s.Removed,
		"trimmed": s.Trimmed, "panics": s.Panics, "rerouted": s.Rerouted, "published": s.Published,
		"outbox_live": uint64(s.Outbox.Live), "outbox_held": uint64(s.Outbox.Held), "outbox_late": uint64(s.Outbox.Late),
		"outbox_bytes": uint64(s.Outbox.Bytes), "dropped": s.Outbox.Dropped, "damaged": s.Outbox.Damaged,
	}
	for c, n := range s.Errors {
		m["error_"+string(c)] = n
	}
	return m
}

type counters struct {
	mu sync.Mutex
	s  Stats
}

func newCounters() *counters {
	return &counters{s: Stats{Errors: map[live.ErrorClass]uint64{}}}
}

func (c *counters) add(f func(*Stats)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(&c.s)
}

// Stats is a snapshot of the counters.
func (w *Worker) Stats() Stats {
	w.count.mu.Lock()
	s := w.count.s
	s.Errors = maps.Clone(s.Errors)
	w.count.mu.Unlock()
	s.Outbox = w.Outbox.Stats()
	return s
}
