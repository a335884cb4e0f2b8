package workers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onair/live"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

var errAway = errors.New("no link")

// fate is what becomes of one attempt to publish.
type fate int

const (
	fateStored  fate = iota // as it should be
	fateLost                // not stored, no answer
	fateUnheard             // stored, the answer was lost
	fateFlying              // no answer; arrives later, or never
	fateAway                // no link
	fateDenied
)

// fakeLog is a log whose faults a test chooses.
type fakeLog struct {
	mu      sync.Mutex
	now     func() time.Duration // since the test began
	lanes   map[live.Lane][]message
	seq     uint64
	flying  []flight
	fate    func() fate          // nil: all is well
	lag     func() time.Duration // how old an answer of Last is; nil: not at all
	away    func() bool          // whether Last fails
	seen    func(live.Lane, live.Entry)
	publish int
}

type message struct {
	seq    uint64
	stored time.Duration
	entry  live.Entry
}

type flight struct {
	lane  live.Lane
	entry live.Entry
	fence uint64
	since time.Duration
}

func newFakeLog() *fakeLog {
	began := time.Now()
	return &fakeLog{lanes: map[live.Lane][]message{}, now: func() time.Duration { return time.Since(began) }}
}

func (f *fakeLog) Publish(_ context.Context, lane live.Lane, e live.Entry, fence uint64) (uint64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.publish++
	if f.seen != nil {
		f.seen(lane, e)
	}
	what := fateStored
	if f.fate != nil {
		what = f.fate()
	}
	switch what {
	case fateLost:
		return 0, fmt.Errorf("broker: %w", ErrUnclear)
	case fateFlying:
		f.flying = append(f.flying, flight{lane, e, fence, f.now()})
		return 0, fmt.Errorf("broker: %w", ErrUnclear)
	case fateAway:
		return 0, errAway
	case fateDenied:
		return 0, fmt.Errorf("%w: publish to %q", ErrDenied, "obs."+string(lane.Platform))
	}
	seq, err := f.store(lane, e, fence)
	if err == nil && what == fateUnheard {
		return 0, fmt.Errorf("broker: %w", ErrUnclear)
	}
	return seq, err
}

func (f *fakeLog) store(lane live.Lane, e live.Entry, fence uint64) (uint64, error) {
	l := f.lanes[lane]
	last := uint64(0)
	if len(l) > 0 {
		last = l[len(l)-1].seq
	}
	if last != fence {
		return 0, fmt.Errorf("broker: %w", ErrFence)
	}
	f.seq++
	f.lanes[lane] = append(l, message{f.seq, f.now(), e})
	return f.seq, nil
}

// land lets a message arrive that was under way.
func (f *fakeLog) land(i int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	x := f.flying[i]
	f.flying = slices.Delete(f.flying, i, i+1)
	_, _ = f.store(x.lane, x.entry, x.fence)
}

func (f *fakeLog) Last(_ context.Context, lane live.Lane) (seq, key uint64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.away != nil && f.away() {
		return 0, 0, errAway
	}
	until := f.now()
	if f.lag != nil {
		until -= f.lag()
	}
	l := f.lanes[lane]
	for i := len(l) - 1; i >= 0; i-- {
		if l[i].stored <= until {
			return l[i].seq, l[i].entry.Key, nil
		}
	}
	return 0, 0, fmt.Errorf("broker: %w", ErrNone)
}

// bodies are a lane's pages in the log's order.
func (f *fakeLog) bodies(lane live.Lane) (out []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.lanes[lane] {
		out = append(out, string(m.entry.Body))
	}
	return out
}

func (f *fakeLog) entries(lane live.Lane) (out []live.Entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.lanes[lane] {
		out = append(out, m.entry)
	}
	return out
}

// mustOpen opens an outbox that is closed with the test.
func mustOpen(tb testing.TB, path string, o OutboxOptions) *Outbox {
	tb.Helper()
	o.noSync = true
	x, err := OpenOutbox(path, "w1", o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = x.Close() })
	return x
}

func mustPut(tb testing.TB, x *Outbox, p live.Platform, body string) uint64 {
	tb.Helper()
	k, err := x.Put(p, []byte(body), time.Time{})
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func testFlow(l Log, x *Outbox, p live.Platform) *flow {
	return newFlow(newDrain(l, x, "w1", []live.Platform{p}, quiet(), newCounters()), p)
}

func laneOf(x *Outbox, p live.Platform, n live.LaneName) live.Lane {
	return live.Lane{Platform: p, Worker: "w1", Epoch: x.Epoch(), Name: n}
}

// mustDrain steps until nothing is left.
func mustDrain(tb testing.TB, f *flow) {
	tb.Helper()
	for range 10_000 {
		more, err := f.step(tb.Context())
		if err != nil {
			tb.Fatal(err)
		}
		if !more {
			return
		}
	}
	tb.Fatal("the outbox does not get empty")
}
