package view

import (
	"errors"
	"io/fs"
	"time"
)

// flush commits what was folded. When the file refuses, the node goes on from memory and tries again: a restart would
// fold the same messages again, so nothing is lost but history beyond maxPending.
func (f *Follower) flush() {
	if f.state == nil || f.pending == 0 && !f.whole || time.Now().Before(f.retryAt) {
		return
	}
	f.commit.Stop()
	err := f.write()
	if errors.Is(err, ErrDamaged) || errors.Is(err, fs.ErrClosed) { // closed: an earlier Renew got half way
		f.log.Warn("store", "err", err)
		if err = f.Store.Renew(); err == nil {
			f.whole = true
			err = f.write()
		}
	}
	f.pending = 0
	if err != nil {
		f.retryWait = min(max(2*f.retryWait, retryFirst), retryMost)
		f.retryAt = time.Now().Add(f.retryWait)
		if f.h.CommitError == "" {
			f.log.Error("commit refused", "err", err)
		}
		f.h.CommitError = err.Error()
		f.pending = 1 // try again although nothing may come
		f.commit.Reset(f.retryWait)
		f.past.trim()
		f.aside = f.aside[max(0, len(f.aside)-maxAside/10):]
		f.note()
		return
	}
	f.h.CommitError, f.retryWait = "", 0
	f.past.clear()
	f.aside = nil
	f.note()
}

func (f *Follower) write() error {
	b := Batch{
		Lineage: f.lineage, Position: positionOf(f.state, f.lineage), LogTime: f.state.LogTime(),
		Whole: f.whole, Past: f.past, Aside: f.aside,
	}
	if f.whole {
		b.Records = imageOf(f.state, f.lineage).Records
	} else {
		b.Records = f.state.Dirty()
	}
	if err := f.Store.Commit(b); err != nil {
		return err
	}
	f.state.Clean()
	f.whole = false
	return nil
}
