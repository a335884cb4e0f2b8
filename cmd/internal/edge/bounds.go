package edge

import (
	"fmt"
	"log/slog"
	"time"

	"onair/workers"
)

// OutboxSettings bound what a worker keeps while the hub is away; beyond them the oldest pages go, and are counted.
type OutboxSettings struct {
	OutboxAge  time.Duration `help:"How long pages are kept while the hub is away." default:"6h" env:"ONAIR_OUTBOX_AGE"`
	OutboxSize int64         `help:"How many MiB of pages are kept while the hub is away." default:"64" env:"ONAIR_OUTBOX_SIZE"`
}

const (
	// minOutboxAge: pages that wait for the fence of the page before them need a while themselves.
	minOutboxAge = time.Minute
	// maxOutboxSize: the file is read through at every start.
	maxOutboxSize = 4096
)

// Check names the setting at fault. The zero value stands for the defaults.
func (s OutboxSettings) Check() error {
	switch {
	case s == OutboxSettings{}:
		return nil
	case s.OutboxAge < minOutboxAge:
		return fmt.Errorf("--outbox-age %v is under %v", s.OutboxAge, minOutboxAge)
	case s.OutboxSize < 1 || s.OutboxSize > maxOutboxSize:
		return fmt.Errorf("--outbox-size %d is not between 1 and %d MiB", s.OutboxSize, maxOutboxSize)
	}
	return nil
}

// options gives the outbox's own form; zero settings mean its defaults.
func (s OutboxSettings) options(log *slog.Logger) workers.OutboxOptions {
	return workers.OutboxOptions{MaxAge: s.OutboxAge, MaxBytes: s.OutboxSize << 20, Log: log}
}
