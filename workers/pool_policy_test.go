package workers

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestRestsGrowAndAreBounded(t *testing.T) {
	s, now := &slot{}, noon
	var got []time.Duration
	for range 10 {
		s.refused(now, 0)
		got = append(got, s.until.Sub(now))
		now = s.until
	}
	for i, want := range []time.Duration{30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600} {
		if got[i] != want*time.Second {
			t.Errorf("refusal %d: rest %v, want %vs", i+1, got[i], want)
		}
	}
	for range forgiveAfter {
		s.succeeded()
	}
	if s.refused(now, 0); s.until.Sub(now) != maxPause || s.strikes != 10 {
		t.Errorf("%d good answers forgave more than one of ten refusals: rest %v", forgiveAfter, s.until.Sub(now))
	}
	for range 20 * forgiveAfter {
		s.succeeded()
	}
	now = s.until
	if s.refused(now, 0); s.until.Sub(now) != restBase {
		t.Errorf("all forgiven, yet a rest of %v", s.until.Sub(now))
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	for _, c := range []struct{ asked, want time.Duration }{
		{0, restBase}, {time.Second, restBase}, {10 * time.Minute, 10 * time.Minute}, {72 * time.Hour, maxPause},
	} {
		s := &slot{}
		if s.refused(noon, c.asked); s.until.Sub(noon) != c.want {
			t.Errorf("Retry-After %v: rest %v, want %v", c.asked, s.until.Sub(noon), c.want)
		}
	}
	// Requests under way when the rest began are the same refusal; they can prolong it, not count twice, not shorten it.
	s := &slot{}
	s.refused(noon, time.Minute)
	s.refused(noon.Add(time.Second), 0)
	s.refused(noon.Add(2*time.Second), time.Second)
	if s.strikes != 1 || s.until != noon.Add(time.Minute) {
		t.Errorf("%d strikes, until %v", s.strikes, s.until.Sub(noon))
	}
	if s.refused(noon.Add(3*time.Second), 5*time.Minute); s.strikes != 1 || s.until != noon.Add(303*time.Second) {
		t.Errorf("%d strikes, until %v", s.strikes, s.until.Sub(noon))
	}
}

func TestHealth(t *testing.T) {
	s := &slot{}
	if s.health() != 100 || !s.well() {
		t.Error("new and not well")
	}
	for range memory {
		s.succeeded()
	}
	for i := range memory {
		if want := 100 * (memory - i) / memory; s.health() != want || s.well() != (want >= wellAt) {
			t.Errorf("after %d failures: %d%%, well %v", i, s.health(), s.well())
		}
		s.failed()
	}
	if s.health() != 0 || s.resting(noon) {
		t.Error("being out of reach is no reason to rest")
	}
	for range memory / 2 {
		s.succeeded()
	}
	if !s.well() {
		t.Error("does not recover")
	}
}

func TestChoose(t *testing.T) {
	sec := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Second) }
	ill := func(used int) *slot { return &slot{used: sec(used), seen: 4} }
	for name, c := range map[string]struct {
		slots []*slot
		want  int
	}{
		"none":                              {nil, -1},
		"new ones in the order of the file": {[]*slot{{}, {}}, 0},
		"least recently used":               {[]*slot{{used: sec(-5)}, {used: sec(-9)}, {used: sec(-1)}}, 1},
		"free before busy":                  {[]*slot{{used: sec(-9), next: sec(1)}, {used: sec(-1)}}, 1},
		"soonest free":                      {[]*slot{{next: sec(3)}, {next: sec(2)}, {next: sec(4)}}, 1},
		"resting is not chosen":             {[]*slot{{until: sec(1)}, {used: sec(-1)}}, 1},
		"a rest that is over":               {[]*slot{{until: sec(0)}}, 0},
		"all rest":                          {[]*slot{{until: sec(1)}, {until: sec(9)}}, -1},
		"well and busy before unwell":       {[]*slot{ill(-9), {next: sec(5)}}, 1},
		"unwell if there is nothing else":   {[]*slot{{until: sec(5)}, ill(-9)}, 1},
		"unwell and long left alone":        {[]*slot{{used: sec(-1)}, ill(-60)}, 1},
	} {
		if got := choose(noon, c.slots); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// TestPolicyHolds plays any sequence of requests and outcomes: no egress is used while it rests or faster than its
// pace, and as long as one does not rest one is found.
func TestPolicyHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const every = time.Second
		slots := make([]*slot, rapid.IntRange(1, 5).Draw(t, "egresses"))
		for i := range slots {
			slots[i] = &slot{}
		}
		now, last := noon, make([]time.Time, len(slots))
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond)
			i := choose(now, slots)
			awake := 0
			for _, s := range slots {
				if !s.resting(now) {
					awake++
				}
			}
			if (i >= 0) != (awake > 0) {
				t.Fatalf("chose %d of %d that do not rest", i, awake)
			}
			if i < 0 {
				continue
			}
			s := slots[i]
			if s.resting(now) {
				t.Fatalf("%d rests until %v", i, s.until)
			}
			at := now.Add(s.take(now, every))
			if !last[i].IsZero() && at.Sub(last[i]) < every {
				t.Fatalf("%d used again after %v", i, at.Sub(last[i]))
			}
			last[i] = at
			switch rapid.IntRange(0, 5).Draw(t, "outcome") {
			case 0:
				before := s.until
				s.refused(now, time.Duration(rapid.IntRange(0, 9000).Draw(t, "asked"))*time.Second)
				if s.until.Before(before) || s.until.Sub(now) > maxPause {
					t.Fatalf("rest until %v, was %v", s.until, before)
				}
			case 1:
				s.failed()
			default:
				s.succeeded()
			}
		}
	})
}
