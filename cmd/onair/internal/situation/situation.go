// Package situation says what the fold knows in the planner's words. The hub and both benches of the planner hand it
// their states; the package asks nobody and keeps nothing.
package situation

import (
	"onair/aggregator"
	"onair/planner"
)

// Platform is a platform's state as the planner sees it.
func Platform(x aggregator.PlatformState) planner.Platform {
	out := planner.Platform{
		LastPageAt: x.LastPageAt, LastErrorAt: x.LastErrorAt, LastError: x.LastError, Errors: x.Errors, RetryAt: x.RetryAt,
		LastPassAt: x.LastPassAt, LastSearchAt: x.LastSearchAt, Live: x.Live, Places: make([]planner.Place, len(x.Places)),
	}
	for i, p := range x.Places {
		out.Places[i] = planner.Place(p)
	}
	return out
}
