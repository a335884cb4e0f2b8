package planner

import (
	"slices"
	"strings"
	"time"

	"onair/live"
)

// keepSent is how long the Runner remembers a job: longer than any cadence, because a policy takes what is forgotten
// for never asked; bounded because ids go on for ever.
const keepSent = 2 * time.Hour

// keepLong is how long it remembers which feeds were read and which found ids were asked about: a round over many feeds takes
// hours, and each names the same ids every time.
const keepLong = 24 * time.Hour

// Sent is what this leader has submitted and the broker has accepted. It covers the time until a job's pages are in the
// log; what a former leader submitted is known from the log only. The nil Sent is empty.
type Sent struct {
	jobs map[jobID]time.Time
	keys map[keyID]time.Time
	// found holds when ids were asked about because a search or a feed had named them.
	found map[keyID]time.Time
	cost  []spent
	asks  map[live.Platform][]ask // oldest first
}

// ask is what one job takes from a platform's rate.
type ask struct {
	at    time.Time
	kind  live.Kind
	pass  bool // a whole list, or a check of registered channels: paid for apart
	pages int
}

type jobID struct {
	platform live.Platform
	key      string
}

type keyID struct {
	platform live.Platform
	kind     live.Kind
	key      string
}

type spent struct {
	at       time.Time
	platform live.Platform
	cost     live.Cost
}

// NewSent is empty.
func NewSent() *Sent {
	return &Sent{jobs: map[jobID]time.Time{}, keys: map[keyID]time.Time{}, found: map[keyID]time.Time{}, asks: map[live.Platform][]ask{}}
}

// Add records that j, each of whose requests costs c, was accepted at now.
func (s *Sent) Add(now time.Time, j live.Job, c live.Cost) {
	s.jobs[jobID{j.Platform, j.Key}] = now
	for _, k := range j.Keys {
		s.keys[keyID{j.Platform, j.Kind, k}] = now
		if j.Kind == live.KindRefresh && strings.HasPrefix(j.Key, foundKey) {
			s.found[keyID{j.Platform, j.Kind, k}] = now
		}
	}
	s.asks[j.Platform] = append(s.asks[j.Platform], ask{now, j.Kind, j.Key == passKey || j.Key == firstKey || j.Key == watchKey, max(j.Pages, 1)})
	if c.Units *= max(j.Pages, 1); c.Units > 0 {
		s.cost = append(s.cost, spent{now, j.Platform, c})
	}
}

// Job is when the job with this key was last submitted; zero: never, or long ago.
func (s *Sent) Job(p live.Platform, key string) time.Time {
	if s == nil {
		return time.Time{}
	}
	return s.jobs[jobID{p, key}]
}

// Key is when something was last asked about; zero: never, or long ago.
func (s *Sent) Key(p live.Platform, k live.Kind, key string) time.Time {
	if s == nil {
		return time.Time{}
	}
	return s.keys[keyID{p, k, key}]
}

// Found is when an id was last asked about because it had been found; zero: never, or more than a day ago.
func (s *Sent) Found(p live.Platform, id string) time.Time {
	if s == nil {
		return time.Time{}
	}
	return s.found[keyID{p, live.KindRefresh, id}]
}

// asked counts the jobs of a kind submitted since then.
func (s *Sent) asked(p live.Platform, k live.Kind, since time.Time) (n int) {
	if s == nil {
		return 0
	}
	asks := s.asks[p]
	for i := len(asks) - 1; i >= 0 && !asks[i].at.Before(since); i-- {
		if asks[i].kind == k {
			n++
		}
	}
	return n
}

// Cost adds up what jobs submitted since then may take from a bucket.
func (s *Sent) Cost(p live.Platform, bucket string, since time.Time) (units int) {
	if s == nil {
		return 0
	}
	for _, c := range s.cost {
		if c.platform == p && c.cost.Bucket == bucket && !c.at.Before(since) {
			units += c.cost.Units
		}
	}
	return units
}

// prune forgets what is older than keepSent or keepLong.
func (s *Sent) prune(now time.Time) {
	old, long := now.Add(-keepSent), now.Add(-keepLong)
	for k, t := range s.jobs {
		if t.Before(old) {
			delete(s.jobs, k)
		}
	}
	for k, t := range s.keys {
		if t.Before(old) && (k.kind != live.KindFeed || t.Before(long)) {
			delete(s.keys, k)
		}
	}
	for k, t := range s.found {
		if t.Before(long) {
			delete(s.found, k)
		}
	}
	kept := s.cost[:0]
	for _, c := range s.cost {
		if !c.at.Before(old) {
			kept = append(kept, c)
		}
	}
	s.cost = kept
	for p, asks := range s.asks {
		s.asks[p] = slices.DeleteFunc(asks, func(a ask) bool { return a.at.Before(old) })
	}
}
