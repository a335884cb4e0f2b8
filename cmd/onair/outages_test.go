package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"onair/live"
	"onair/view"
)

func TestReportOutages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b strings.Builder
		v := &view.View{}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- reportOutages(ctx, v, slog.New(slog.NewTextHandler(&b, nil))) }()
		seen := ""
		show := func(s view.Status, page time.Time, want string) {
			t.Helper()
			v.Publish(&view.Snapshot{Platforms: []view.PlatformStatus{{Info: live.PlatformInfo{ID: "soop"}, State: s, Reason: "blocked: refused", LastPageAt: page}}})
			synctest.Wait()
			line := strings.TrimPrefix(b.String(), seen)
			seen = b.String()
			if want == "" && line != "" || !strings.Contains(line, want) {
				t.Errorf("%s: logged %q, want %q", s, line, want)
			}
		}
		at := time.Now()
		show(view.StatusDegraded, time.Time{}, "") // waits for its first page
		show(view.StatusOK, at, "")
		show(view.StatusOK, at, "")
		show(view.StatusDown, at, "level=WARN msg=\"platform is not well\" platform=soop state=down")
		show(view.StatusDown, at, "")
		show(view.StatusDegraded, at, "state=degraded")
		show(view.StatusOK, at, "well again")
		cancel()
		<-done
	})
}
