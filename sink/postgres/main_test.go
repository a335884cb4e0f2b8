package postgres

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onair/live"
	"onair/sink/postgres/pgtest"
	"onair/view/viewtest"
)

func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "6") // much of the time a test waits for locks, pauses and servers that start
	goleak.VerifyTestMain(pgtest.Main{M: m})
}

// patience is how long a test waits for something that should be there soon, on a busy machine.
const patience = 60 * time.Second

func eventually(tb testing.TB, what string, cond func() bool) {
	tb.Helper()
	for end := time.Now().Add(patience); !cond(); {
		if time.Now().After(end) {
			tb.Fatalf("not in %v: %s", patience, what)
		}
		time.Sleep(3 * time.Millisecond) // between polls, not instead of them
	}
}

// run is an Exporter at work.
type run struct {
	*Exporter
	tb   testing.TB
	stop context.CancelFunc
	done chan struct{}
	err  error
}

func mustParse(tb testing.TB, url string) Target {
	tb.Helper()
	target, err := Parse(url)
	if err != nil {
		tb.Fatal(err)
	}
	return target
}

// noon is a clock that stands at the time of the tests' pages.
func noon() live.Clock { return live.NewVirtualClock(viewtest.Noon.Add(time.Hour), 1) }

// begin runs an exporter in a hurry; change may alter it before.
func begin(tb testing.TB, url string, o Options, change ...func(*Exporter)) *run {
	tb.Helper()
	o.Target = mustParse(tb, url)
	if o.Clock == nil {
		o.Clock = noon()
	}
	if o.Epoch.Rev == 0 {
		o.Epoch = Epoch{Created: viewtest.Noon, Rev: 1}
	}
	if o.Infos == nil {
		o.Infos = viewtest.Infos()
	}
	e := New(o)
	e.retryFirst, e.retryMost, e.flushEvery = 5*time.Millisecond, 50*time.Millisecond, 10*time.Millisecond
	for _, c := range change {
		c(e)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &run{Exporter: e, tb: tb, stop: cancel, done: make(chan struct{})}
	go func() {
		defer close(r.done)
		r.err = e.Run(ctx)
	}()
	tb.Cleanup(r.end)
	return r
}

func (r *run) end() {
	r.tb.Helper()
	r.stop()
	select {
	case <-r.done:
	case <-time.After(patience):
		r.tb.Fatal("the exporter does not end")
	}
	if !errors.Is(r.err, context.Canceled) && !errors.Is(r.err, ErrFenced) && !errors.Is(r.err, ErrClock) {
		r.tb.Errorf("run ended with %v", r.err)
	}
}

// reaches waits until the copy has come to the message.
func (r *run) reaches(seq uint64) {
	r.tb.Helper()
	eventually(r.tb, fmt.Sprintf("copied to %d: %+v", seq, r.Health()), func() bool { return r.Health().Position >= seq })
}

// counted are the observations of messages, each once, as the tables should have them.
func counted(tb testing.TB, messages []live.Message) (n int) {
	tb.Helper()
	for i := range messages {
		if messages[i].Tick {
			continue
		}
		p, err := live.DecodePage(messages[i].Body)
		if err != nil {
			tb.Fatal(err)
		}
		n += len(p.Observations)
	}
	return n
}

// database is the name in a connection string.
func database(url string) string {
	_, rest, _ := strings.Cut(url, "@/")
	name, _, _ := strings.Cut(rest, "?")
	return name
}
