//go:build !linux

package desktop

import (
	"context"
	"log/slog"
)

// WatchHost has nothing to do: this desktop always has a tray.
func WatchHost(context.Context, *slog.Logger, func()) {}
