package workers

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"onair/live"
)

// model drives an outbox and its drain through faults and restarts, and remembers what was accepted.
type model struct {
	dir     string
	log     *fakeLog
	box     *Outbox
	flows   map[live.Platform]*flow
	elapsed time.Duration
	wall    time.Time // of the machine when elapsed was 0; jumps at restarts
	run     int
	pages   map[string]accepted
	order   map[live.Platform][]string
}

type accepted struct {
	at  time.Duration
	run int
}

var modelPlatforms = []live.Platform{"chzzk", "soop"}

func (m *model) open(t *rapid.T) {
	x, err := OpenOutbox(filepath.Join(m.dir, "outbox.db"), "w1", OutboxOptions{
		MaxAge: 1e4 * time.Hour, // jumps of the wall clock add up
		now:    func() time.Time { return m.wall.Add(m.elapsed) }, noSync: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	m.box, m.run, m.flows = x, m.run+1, map[live.Platform]*flow{}
	for _, p := range modelPlatforms {
		m.flows[p] = testFlow(m.log, x, p)
	}
}

// sent checks every attempt.
func (m *model) sent(t *rapid.T) func(live.Lane, live.Entry) {
	return func(lane live.Lane, e live.Entry) {
		a := m.pages[string(e.Body)]
		age := m.elapsed - a.at
		if a.run == m.run && e.Age != age {
			t.Fatalf("%s sent with age %v, is %v old", e.Body, e.Age, age)
		}
		if e.Age < 0 {
			t.Fatalf("%s sent with age %v", e.Body, e.Age)
		}
		if lane.Name == live.LaneLive && (a.run != m.run || age > lateAfter) {
			t.Fatalf("%s, %v old and of run %d of %d, was sent to the live lane", e.Body, age, a.run, m.run)
		}
	}
}

func (m *model) step(t *rapid.T, p live.Platform) (more bool) {
	m.log.seen = m.sent(t)
	more, err := m.flows[p].step(t.Context())
	if errors.Is(err, ErrTwin) || errors.Is(err, ErrDenied) {
		t.Fatal(err)
	}
	return more
}

// check holds what must be true at any moment: nothing twice, everything in order.
func (m *model) check(t *rapid.T) {
	where := map[string]live.LaneName{}
	for _, p := range modelPlatforms {
		for _, n := range []live.LaneName{live.LaneLive, live.LaneLate} {
			last := uint64(0)
			for _, e := range m.log.entries(laneOf(m.box, p, n)) {
				if e.Key <= last {
					t.Fatalf("%s %s: key %d after %d", p, n, e.Key, last)
				}
				last = e.Key
				if before, twice := where[string(e.Body)]; twice {
					t.Fatalf("%s is in the log twice: %s and %s", e.Body, before, n)
				}
				where[string(e.Body)] = n
			}
		}
	}
	waiting := m.box.Stats()
	if got, want := len(where)+waiting.Live+waiting.Held+waiting.Late, len(m.pages); got < want {
		t.Fatalf("%d pages in the log or the outbox, %d were accepted", got, want)
	}
}

// settled lets all be well and checks that everything arrives.
func (m *model) settled(t *rapid.T) {
	m.log.fate, m.log.lag, m.log.away, m.log.flying = nil, nil, nil, nil
	for range 400 {
		for _, p := range modelPlatforms {
			m.step(t, p)
		}
		m.elapsed += 10 * time.Second
		if s := m.box.Stats(); s.Live+s.Held+s.Late == 0 {
			break
		}
	}
	if s := m.box.Stats(); s.Live+s.Held+s.Late+int(s.Bytes) != 0 || s.Dropped+s.Damaged != 0 {
		t.Fatalf("the outbox keeps %+v", s)
	}
	m.check(t)
	for _, p := range modelPlatforms {
		got := append(m.log.bodies(laneOf(m.box, p, live.LaneLive)), m.log.bodies(laneOf(m.box, p, live.LaneLate))...)
		want := slices.Clone(m.order[p])
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%s: %d pages accepted, %d in the log", p, len(want), len(got))
		}
	}
}

// Whatever happens to link, log and process: nothing accepted is lost, nothing is doubled, lanes keep their order, and
// the live lane gets fresh pages only.
func TestOutboxAgainstModel(t *testing.T) {
	n := 0
	rapid.Check(t, func(t *rapid.T) { runModel(t, func() string { n++; return fmt.Sprint(n) }) })
}

func runModel(t *rapid.T, name func() string) {
	m := &model{dir: modelDir(t, name()), wall: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), pages: map[string]accepted{}, order: map[live.Platform][]string{}}
	m.log = newFakeLog()
	m.log.now = func() time.Duration { return m.elapsed }
	const slow = 25 * time.Second // how long a message can be under way, and how far a replica can lag
	draw := func(label string, odds int) bool { return rapid.IntRange(0, odds).Draw(t, label) == 0 }
	link := true
	m.log.fate = func() fate {
		if !link {
			return rapid.SampledFrom([]fate{fateAway, fateLost, fateUnheard, fateFlying}).Draw(t, "fate without link")
		}
		return rapid.SampledFrom([]fate{fateStored, fateStored, fateStored, fateStored, fateLost, fateUnheard, fateFlying}).Draw(t, "fate")
	}
	m.log.away = func() bool { return !link || draw("last fails", 5) }
	m.log.lag = func() time.Duration {
		if !draw("last lags", 3) {
			return 0
		}
		return time.Duration(rapid.IntRange(0, int(slow/time.Second)).Draw(t, "lag")) * time.Second
	}
	m.open(t)
	defer func() { _ = m.box.Close() }()
	t.Repeat(map[string]func(*rapid.T){
		"put": func(t *rapid.T) {
			p := rapid.SampledFrom(modelPlatforms).Draw(t, "platform")
			for range rapid.IntRange(1, 4).Draw(t, "pages") {
				body := fmt.Sprintf("page %d", len(m.pages))
				if _, err := m.box.Put(p, []byte(body), time.Time{}); err != nil {
					t.Fatal(err)
				}
				m.pages[body] = accepted{m.elapsed, m.run}
				m.order[p] = append(m.order[p], body)
			}
		},
		"step": func(t *rapid.T) { m.step(t, rapid.SampledFrom(modelPlatforms).Draw(t, "platform")) },
		"step again": func(t *rapid.T) {
			for range 5 {
				m.step(t, modelPlatforms[0])
			}
		},
		"wait": func(t *rapid.T) {
			m.elapsed += time.Duration(rapid.SampledFrom([]int{1, 5, 20, 61, 130}).Draw(t, "seconds")) * time.Second
		},
		"link": func(*rapid.T) { link = !link },
		"arrive": func(t *rapid.T) {
			m.log.flying = slices.DeleteFunc(m.log.flying, func(f flight) bool { return m.elapsed-f.since > slow })
			if len(m.log.flying) == 0 {
				t.Skip()
			}
			m.log.land(rapid.IntRange(0, len(m.log.flying)-1).Draw(t, "which"))
		},
		"restart": func(t *rapid.T) {
			if err := m.box.Close(); err != nil {
				t.Fatal(err)
			}
			m.wall = m.wall.Add(time.Duration(rapid.SampledFrom([]int{0, 0, -3600, 3600}).Draw(t, "clock jumps")) * time.Second)
			m.elapsed += time.Second
			m.open(t)
		},
		"": func(t *rapid.T) { m.check(t) },
	})
	m.settled(t)
}
