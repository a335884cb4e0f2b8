package main

import (
	"time"

	"onair/live"
)

// lateClock is a clock that others may hold before it is known where it starts. Whoever asks it waits for that.
type lateClock struct {
	set   chan struct{}
	clock live.Clock // read only after set is closed
}

// start may be called once.
func (c *lateClock) start(clock live.Clock) {
	c.clock = clock
	close(c.set)
}

func (c *lateClock) Now() time.Time {
	<-c.set
	return c.clock.Now()
}

func (c *lateClock) After(d time.Duration) (<-chan time.Time, func()) {
	<-c.set
	return c.clock.After(d)
}

var _ live.Clock = (*lateClock)(nil)
