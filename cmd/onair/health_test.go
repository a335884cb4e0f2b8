package main

import (
	"testing"
	"time"

	"onair/live"
	"onair/view"
)

func TestProblems(t *testing.T) {
	at := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	status := func(p live.Platform, s view.Status, page time.Time) view.PlatformStatus {
		return view.PlatformStatus{Info: live.PlatformInfo{ID: p}, State: s, LastPageAt: page, Reason: "why"}
	}
	for _, c := range []struct {
		name      string
		health    view.Health
		still     time.Duration
		platforms []view.PlatformStatus
		parts     string
		unready   bool
	}{
		{"all well", view.Health{}, 0, []view.PlatformStatus{status("soop", view.StatusOK, at)}, "", false},
		{"off is well", view.Health{}, 0, []view.PlatformStatus{status("soop", view.StatusOK, at), status("twitch", view.StatusOff, time.Time{})}, "", false},
		{"one of two is down", view.Health{}, 0, []view.PlatformStatus{status("soop", view.StatusOK, at), status("chzzk", view.StatusDown, at)}, "chzzk ", false},
		{"all down", view.Health{}, 0, []view.PlatformStatus{status("soop", view.StatusDown, at)}, "soop data ", true},
		{"nothing came yet", view.Health{}, 0, []view.PlatformStatus{status("soop", view.StatusDegraded, time.Time{})}, "soop data ", true},
		{"all off", view.Health{}, 0, []view.PlatformStatus{status("soop", view.StatusOff, time.Time{})}, "data ", true},
		{"disk full", view.Health{CommitError: "no space"}, 0, []view.PlatformStatus{status("soop", view.StatusOK, at)}, "store ", false},
		{"log stands still", view.Health{}, time.Minute, []view.PlatformStatus{status("soop", view.StatusOK, at)}, "log ", true},
		{"unreadable pages", view.Health{Aside: 3}, 0, []view.PlatformStatus{status("soop", view.StatusOK, at)}, "log ", false},
	} {
		parts, unready := "", false
		for _, p := range problems(c.health, &view.Snapshot{Platforms: c.platforms}, c.still) {
			parts += p.Part + " "
			unready = unready || p.Unready
			if p.Detail == "" {
				t.Errorf("%s: %s without a detail", c.name, p.Part)
			}
		}
		if parts != c.parts || unready != c.unready {
			t.Errorf("%s: %q, unready %v; want %q, %v", c.name, parts, unready, c.parts, c.unready)
		}
	}
}
