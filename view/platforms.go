package view

import (
	"fmt"
	"time"

	"onair/aggregator"
	"onair/live"
)

// Status is a platform's health in one word.
type Status string

const (
	StatusOK       Status = "ok"
	StatusDegraded Status = "degraded" // rows come, but late or with errors
	StatusDown     Status = "down"     // nothing comes; rows are old
	StatusOff      Status = "off"      // nobody asks it: switched off, or a setting is missing
)

const (
	// errorsFor is how long one failed page shows: shorter, and a platform that fails every other request would
	// flicker between ok and degraded.
	errorsFor = 2 * time.Minute
	// quietFor is how late a page may be before the platform counts as degraded, whatever its cadence: shorter, and
	// one lost request would show.
	quietFor = 90 * time.Second
	// downAfter is how long without a good page means down. A cadence of more than a third of it stretches it.
	downAfter = 10 * time.Minute
	// hardErrors is how many refusals in a row mean down at once: one refused egress of several is no outage.
	hardErrors = 3
	// usualCadence stands in before the second complete pass, and for platforms without a list to pass over.
	usualCadence = 5 * time.Minute
)

// PlatformStatus is one platform as /v1/platforms tells it.
type PlatformStatus struct {
	Info       live.PlatformInfo
	Broadcasts int       // listed now
	Viewers    int64     // their sum, hidden ones as 0
	LastPageAt time.Time // last good page, log time; zero before the first
	Cadence    time.Duration
	State      Status
	// Reason is "" when ok, else "<code>: <text>". The codes are the error classes of live, and "off", "waiting" (no
	// page yet), "late", "silent" and "errors". The text is ours, never the platform's or a worker's, so it holds no secret.
	Reason string
}

// judge says how a platform is at log time now. p is nil when no page of it was ever seen.
func judge(p *aggregator.PlatformState, now time.Time, off string, isOff bool) (Status, string) {
	switch {
	case isOff && off == "":
		return StatusOff, "off: switched off"
	case isOff:
		return StatusOff, "off: " + live.CleanText(off, live.MaxTitle)
	case p == nil:
		return StatusDegraded, "waiting: no page yet"
	}
	cadence := p.PassEvery
	if cadence <= 0 {
		cadence = usualCadence
	}
	never, quiet := p.LastPageAt.IsZero(), now.Sub(p.LastPageAt)
	failing := p.LastError != ""
	switch {
	case failing && hard(p.LastError) && (p.Errors >= hardErrors || never || quiet > quietFor):
		return StatusDown, reason(p.LastError)
	case !never && quiet > max(downAfter, 3*cadence):
		if failing {
			return StatusDown, reason(p.LastError)
		}
		return StatusDown, "silent: no page for a long time"
	case failing:
		return StatusDegraded, reason(p.LastError)
	case never:
		return StatusDegraded, "waiting: no page yet"
	case quiet > max(quietFor, 2*cadence):
		return StatusDegraded, "late: the next page is overdue"
	case !p.LastErrorAt.IsZero() && now.Sub(p.LastErrorAt) < errorsFor:
		return StatusDegraded, "errors: some of the last requests failed"
	}
	return StatusOK, ""
}

// hard reports errors that the next request will meet again.
func hard(c live.ErrorClass) bool {
	switch c.Err() {
	case live.ErrBlocked, live.ErrUnauthorized, live.ErrQuota, live.ErrSetting:
		return true
	}
	return false
}

// reason words an error class without the worker's text, which may come from anyone.
func reason(c live.ErrorClass) string {
	if err := c.Err(); err != nil {
		return fmt.Sprintf("%s: %v", c, err)
	}
	return string(live.ClassOther) + ": unknown error"
}
