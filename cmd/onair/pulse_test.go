package main

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestThaw: the broker is restarted when the log stands still, again when that did not help, and never while it moves.
func TestThaw(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPulse()
		ctx, cancel := context.WithCancel(t.Context())
		var restarts atomic.Int32
		var help atomic.Bool
		done := make(chan error, 1)
		go func() {
			done <- thaw(ctx, p, func(context.Context) error {
				restarts.Add(1)
				if help.Load() {
					return nil
				}
				return errors.New("no room")
			}, "data", slog.New(slog.DiscardHandler))
		}()
		for range 60 { // ten minutes of ticks
			time.Sleep(10 * time.Second)
			p.beat()
		}
		if n := restarts.Load(); n != 0 {
			t.Errorf("%d restarts of a log that moves", n)
		}
		time.Sleep(35 * time.Second)
		if n := restarts.Load(); n != 1 {
			t.Errorf("%d restarts of a log that stands still, want 1", n)
		}
		help.Store(true)
		time.Sleep(25 * time.Second)
		if n := restarts.Load(); n != 2 {
			t.Errorf("%d restarts, want a second one after the first did not help", n)
		}
		p.beat()
		if s := p.still(); s != 0 {
			t.Errorf("still for %v after a beat", s)
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
