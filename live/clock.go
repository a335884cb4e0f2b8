package live

import (
	"context"
	"time"
)

// Clock is the time that cadences, pacing, quotas, ticks and expiry of jobs run on: real, or virtual in a demo.
// Durations given to it are in its own time.
type Clock interface {
	Now() time.Time
	// After sends once d of the clock's time has passed; stop releases it early.
	After(d time.Duration) (c <-chan time.Time, stop func())
}

// Wait returns nil after d of c's time, or ctx's error.
func Wait(ctx context.Context, c Clock, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	ch, stop := c.After(d)
	defer stop()
	select {
	case <-ch:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// RealClock is the machine's clock.
type RealClock struct{}

func (RealClock) Now() time.Time { return time.Now() }

func (RealClock) After(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

// VirtualClock runs Speed times as fast as the machine's, from Base at the moment it was made.
type VirtualClock struct {
	base  time.Time
	real  time.Time // with monotonic reading
	speed float64
}

// NewVirtualClock starts a clock that shows base now. speed must be above 0.
func NewVirtualClock(base time.Time, speed float64) *VirtualClock {
	return &VirtualClock{base: base, real: time.Now(), speed: speed}
}

func (c *VirtualClock) Now() time.Time {
	return c.base.Add(time.Duration(float64(time.Since(c.real)) * c.speed))
}

func (c *VirtualClock) After(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(time.Duration(float64(d) / c.speed))
	return t.C, func() { t.Stop() }
}

// Pair is a fixed pair of instants and the speed between them; clients compute the log's now from it.
func (c *VirtualClock) Pair() ClockPair {
	return ClockPair{Real: c.real.UTC(), Log: c.base, Speed: c.speed}
}

// ClockPair maps real time to log time: log + speed × (now − real).
type ClockPair struct {
	Real  time.Time `json:"real"`
	Log   time.Time `json:"log"`
	Speed float64   `json:"speed"`
}

var (
	_ Clock = RealClock{}
	_ Clock = (*VirtualClock)(nil)
)
