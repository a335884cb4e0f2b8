package postgres

import (
	"fmt"
	"time"
)

// Health says how the copying does. Counters are of this run.
type Health struct {
	Error        string    // "" while it works; never holds a password
	Position     uint64    // last message that is copied
	LastSeq      uint64    // end of the log when it was last asked
	LogTime      time.Time // log time at Position
	Batches      uint64    // transactions
	Observations uint64    // observations written
	Known        uint64    // observations that were there already: seen in another log before
	Expired      uint64    // rows not written because their day is no longer kept
	Unreadable   uint64    // messages that could not be read
	Replayed     uint64    // messages folded again after a restart, without writing
	Gaps         uint64    // rows added to exports_gaps
	Restarts     uint64    // times the database or the log was lost
	Removed      uint64    // rows removed under a platform's storage terms
	Reader       string    // why there is no role for analysts; "" when there is
}

// Text is one line for the health page; "" when all is well.
func (h Health) Text() string {
	switch {
	case h.Error != "":
		return fmt.Sprintf("not copying, %d messages behind: %s", h.LastSeq-min(h.LastSeq, h.Position), h.Error)
	case h.Gaps > 0:
		return fmt.Sprintf("%d gaps since the start, see onair.exports_gaps", h.Gaps)
	}
	return ""
}

// Health is how the copying did at the last transaction or failure. It may be called by any goroutine.
func (e *Exporter) Health() Health {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.health
}

// note changes the figures.
func (e *Exporter) note(change func(*Health)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change(&e.health)
}
