package main

import (
	"context"
	"log/slog"

	"onair/live"
	"onair/view"
)

// reportOutages logs when a platform's state changes: a warning when it gets worse, a note when it is well again. A job
// that failed is a line among many; this is the line to look for.
func reportOutages(ctx context.Context, v *view.View, log *slog.Logger) error {
	last := map[live.Platform]view.Status{}
	for {
		changed := v.Changed()
		if s := v.Current(); s != nil {
			for _, p := range s.Platforms {
				was, known := last[p.Info.ID]
				if !known {
					was = view.StatusOK
				}
				last[p.Info.ID] = p.State
				switch {
				case p.State == was, p.State == view.StatusOff:
				case p.State == view.StatusOK:
					log.Info("platform is well again", "platform", string(p.Info.ID), "was", string(was))
				case p.LastPageAt.IsZero() && p.State == view.StatusDegraded && !known: // it has not been asked yet
					delete(last, p.Info.ID)
				default:
					log.Warn("platform is not well", "platform", string(p.Info.ID), "state", string(p.State), "reason", p.Reason, "last_page_at", p.LastPageAt)
				}
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
