// Package viewtest feeds a view.Follower without a broker: a log and fact tables in memory, and the pages of a made-up
// evening. Tests and benchmarks of the view and of what reads it use it; nothing else does.
package viewtest

import (
	"context"
	"sync"
	"time"

	"onair/live"
)

// Log is a log in memory; it meets view.Log.
type Log struct {
	mu       sync.Mutex
	info     live.LogInfo
	messages []live.Message // sorted by sequence
	grown    chan struct{}  // closed at the next change
	fail     error          // given by Info and Follow while set
	refused  int
}

// NewLog makes an empty log.
func NewLog(created time.Time, virtual bool) *Log {
	return &Log{info: live.LogInfo{Created: created, FirstSeq: 1, Virtual: virtual}, grown: make(chan struct{})}
}

// Append adds messages with the next sequences and gives the last one.
func (l *Log) Append(messages ...live.Message) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range messages {
		l.info.LastSeq++
		m.Seq = l.info.LastSeq
		l.messages = append(l.messages, m)
	}
	l.changed()
	return l.info.LastSeq
}

// Expire drops everything before the sequence, as the log's age limit does.
func (l *Log) Expire(first uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.info.FirstSeq = first
	for len(l.messages) > 0 && l.messages[0].Seq < first {
		l.messages = l.messages[1:]
	}
	l.info.LastSeq = max(l.info.LastSeq, first-1)
}

// Lose removes messages from the middle without a trace in Info, as a damaged disk does.
func (l *Log) Lose(from, to uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var kept []live.Message
	for _, m := range l.messages {
		if m.Seq < from || m.Seq > to {
			kept = append(kept, m)
		}
	}
	l.messages = kept
}

// Fail makes Info and Follow end with err, until it is nil again.
func (l *Log) Fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fail = err
	l.changed()
}

func (l *Log) changed() {
	close(l.grown)
	l.grown = make(chan struct{})
}

// Info describes the log.
func (l *Log) Info(context.Context) (live.LogInfo, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		l.refused++
	}
	return l.info, l.fail
}

// Refused counts the calls of Info that failed.
func (l *Log) Refused() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.refused
}

// Follow gives every message from sequence from on; asked for one that is gone it silently gives a later one.
func (l *Log) Follow(ctx context.Context, from uint64, fn func(live.Message) error) error {
	for {
		l.mu.Lock()
		err, grown := l.fail, l.grown
		var next *live.Message
		if err == nil && len(l.messages) > 0 {
			i := 0
			if first := l.messages[0].Seq; from > first {
				i = int(min(from-first, uint64(len(l.messages)))) // right unless messages were lost
				for i > 0 && l.messages[i-1].Seq >= from {
					i--
				}
			}
			if i < len(l.messages) {
				m := l.messages[i]
				next = &m
			}
		}
		l.mu.Unlock()
		if err != nil {
			return err
		}
		if next == nil {
			select {
			case <-grown:
				continue
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := fn(*next); err != nil {
			return err
		}
		from = next.Seq + 1
	}
}

// Facts are fact tables in memory; they meet view.FactSource.
type Facts struct {
	mu     sync.Mutex
	all    []live.Fact
	grown  chan struct{}
	opened chan struct{} // nil: open
}

// NewFacts makes tables that hold the facts.
func NewFacts(facts ...live.Fact) *Facts { return &Facts{all: facts, grown: make(chan struct{})} }

// Withhold makes Watch wait until open is called, as a broker that does not answer.
func (f *Facts) Withhold() (open func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := make(chan struct{})
	f.opened = c
	return func() { close(c) }
}

// Set adds a change.
func (f *Facts) Set(facts ...live.Fact) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = append(f.all, facts...)
	close(f.grown)
	f.grown = make(chan struct{})
}

// Watch gives what is there, then what changes.
func (f *Facts) Watch(ctx context.Context, fn func(facts []live.Fact, initial bool)) error {
	f.mu.Lock()
	opened := f.opened
	f.mu.Unlock()
	if opened != nil {
		select {
		case <-opened:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for n, first := 0, true; ; first = false {
		f.mu.Lock()
		news, grown := f.all[n:], f.grown
		n = len(f.all)
		f.mu.Unlock()
		if first || len(news) > 0 {
			fn(news, true)
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
