package edge

import (
	"errors"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"onair/workers"
)

// The second one with an identity is refused and says where the first one runs; the first one goes on.
func TestSecondWorkerIsRefused(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	who := h.enrol(t, "w1")
	first := start(t, who, "chzzk")
	h.present(t, "w1")
	for range 2 {
		second := start(t, who, "chzzk")
		if err := second.ends(t); !errors.Is(err, workers.ErrTwin) || !strings.Contains(err.Error(), "worker w1 has been running on ") {
			t.Errorf("%v", err)
		}
	}
	if len(first.done) > 0 {
		t.Errorf("the first one ended: %v", <-first.done)
	}
	first.stop()
	start(t, who, "chzzk")
	h.present(t, "w1")
	// Another one of the same hub is no twin.
	other := start(t, h.enrol(t, "w10"), "chzzk")
	h.present(t, "w10")
	if len(other.done) > 0 {
		t.Errorf("w10 ended: %v", <-other.done)
	}
}

// Of many that come at once, one stays.
func TestTwinsAtOnce(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	for round := range 3 {
		who := h.enrol(t, "w"+string(rune('a'+round)))
		const n = 3
		all := make([]*worker, n)
		for i := range all {
			all[i] = start(t, who, "chzzk")
		}
		left := func() (running int) {
			for _, w := range all {
				if len(w.done) == 0 {
					running++
				}
			}
			return running
		}
		eventually(t, "all but one have ended", func() bool { return left() <= 1 })
		h.present(t, who.Name)
		if left() != 1 {
			t.Errorf("round %d: none is left", round)
		}
		for _, w := range all {
			if len(w.done) > 0 {
				if err := <-w.done; !errors.Is(err, workers.ErrTwin) {
					t.Errorf("round %d: %v", round, err)
				}
			}
		}
	}
}

// A worker finds its twin also when that came while its own link was down.
func TestTwinThatCameMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	who := h.enrol(t, "w1")
	o := h.o
	o.Addr = h.Addr()
	h.Shutdown()
	a, b := start(t, who, "chzzk"), start(t, who, "chzzk")
	for _, w := range []*worker{a, b} {
		eventually(t, "waiting", func() bool { return strings.Contains(w.log.text(), "hub not there yet") })
	}
	openHub(t, o)
	eventually(t, "one has ended", func() bool { return len(a.done)+len(b.done) == 1 })
	for _, w := range []*worker{a, b} {
		eventually(t, "a link", func() bool { return strings.Contains(w.log.text(), "hub reached") })
	}
	if len(a.done)+len(b.done) != 1 {
		t.Error("both ended")
	}
}

// Two that ask before either holds both hear of nobody; then they hear of each other, whichever has the lower id.
func TestTwinsThatAskAtOnce(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	who := h.enrol(t, "w1")
	for _, order := range [][]string{{"a", "b"}, {"b", "a"}} {
		ended := make(chan string, 10)
		var all []*claim
		for _, id := range order {
			nc := connect(t, who, func(*nats.Conn, *nats.Subscription, error) {})
			defer nc.Close()
			c := newClaim(nc, who.Name, func(err error) { ended <- id })
			c.ID = id
			if err := c.ask(t.Context()); err != nil {
				t.Fatal(err)
			}
			all = append(all, c)
		}
		for _, c := range all {
			if err := c.hold(); err != nil {
				t.Fatal(err)
			}
			if err := c.nc.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		loser := <-ended
		for _, c := range all {
			if err := c.repeat(); err != nil { // as after a lost link
				t.Fatal(err)
			}
		}
		for range 2 {
			if err := errors.Join(all[0].nc.Flush(), all[1].nc.Flush()); err != nil {
				t.Fatal(err)
			}
		}
		for len(ended) > 0 {
			if again := <-ended; again != loser {
				t.Errorf("in the order %v both end", order)
			}
		}
		all[0].nc.Close()
		all[1].nc.Close()
	}
}
