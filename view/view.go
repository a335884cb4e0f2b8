// Package view turns the fold's state and the fact tables into what readers see.
//
// In go the log of pages and the watch of facts; out comes one immutable Snapshot at a time: the ranked entries,
// the platforms' health, the categories, and indexes over them. A Follower reads the log, folds it through
// aggregator, keeps state and position in one file (Store) and publishes snapshots into a View. The api, the sinks
// and the planner hold the View: they take the current snapshot and query it without locks.
//
// Build is a pure function of (state, facts, options), and so are all marks on an entry: no clock is read, and equal
// inputs give equal snapshots on every node. The package never fetches anything, never writes a fact and never
// speaks HTTP.
package view

import (
	"context"
	"sync/atomic"
)

// View is where readers find the current snapshot. It is safe for any number of readers; the Follower publishes.
// A snapshot that nobody looked at in time is skipped: the latest wins. The zero View is empty and ready.
type View struct {
	cell atomic.Pointer[cell]
}

// cell is one published snapshot and the signal that it is out of date.
type cell struct {
	snapshot *Snapshot     // nil before the first one
	stale    chan struct{} // closed by the next publish
}

// Current is the newest snapshot, nil until the first one.
func (v *View) Current() *Snapshot { return v.load().snapshot }

// Changed gives a channel that is closed when a newer snapshot than the one at call time is there. Take the channel
// first and the snapshot second: then none is missed.
func (v *View) Changed() <-chan struct{} { return v.load().stale }

// WaitSeq returns the first snapshot it sees whose Seq is at least seq, or ctx's error.
func (v *View) WaitSeq(ctx context.Context, seq uint64) (*Snapshot, error) {
	for {
		c := v.load()
		if c.snapshot != nil && c.snapshot.Seq >= seq {
			return c.snapshot, nil
		}
		select {
		case <-c.stale:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Publish makes s the current snapshot and wakes everyone who waits. The Follower calls it, and tests of readers.
func (v *View) Publish(s *Snapshot) {
	v.load() // a zero View may have waiters only after this
	old := v.cell.Swap(&cell{snapshot: s, stale: make(chan struct{})})
	close(old.stale)
}

// load gives the current cell, making the first one if need be.
func (v *View) load() *cell {
	if c := v.cell.Load(); c != nil {
		return c
	}
	v.cell.CompareAndSwap(nil, &cell{stale: make(chan struct{})})
	return v.cell.Load()
}
