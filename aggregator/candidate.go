package aggregator

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"onair/live"
)

const (
	// maxCandidates bounds the ids of one platform that wait for, or had, an answer.
	maxCandidates = 20_000
	// candidateFor is how long an id waits to be asked about: who was live and found then is found again.
	candidateFor = 2 * time.Hour
	// answeredFor is how long an id that is not live is not asked about again: a channel's feed names its last 15
	// videos at every reading, and each question costs.
	answeredFor = 24 * time.Hour
	// maxAhead is how far ahead an announced start is remembered; a search or feed names it again in time.
	maxAhead = 7 * 24 * time.Hour
	// maxOverdue is how late an announced start may be. What is later was given up: waiting rooms stand for years, and
	// asking about each at every reading of its feed would cost more than the live ones.
	maxOverdue = 24 * time.Hour
)

// candidate is a Candidate, or the memory that there was one.
type candidate struct {
	Candidate
	answered time.Time // zero while it waits
}

// Candidates gives the ids that wait to be asked about, oldest first within a platform.
func (s *State) Candidates() []Candidate {
	var out []Candidate
	for _, f := range s.platforms {
		for _, c := range f.candidates {
			if c.answered.IsZero() {
				out = append(out, c.Candidate)
			}
		}
	}
	slices.SortFunc(out, func(a, b Candidate) int {
		return cmp.Or(strings.Compare(string(a.ID.Platform), string(b.ID.Platform)), a.FoundAt.Compare(b.FoundAt), strings.Compare(a.ID.ID, b.ID.ID))
	})
	return out
}

// find notes an id that a search or a feed named.
func (s *State) find(f *platform, found live.Found, at time.Time) {
	id := live.BroadcastID{Platform: f.ID, ID: found.ID}
	if c := f.candidates[found.ID]; c != nil && c.Channel == "" && found.Channel != "" {
		c.Channel = found.Channel // a search and an answer do not name it always
		s.touch(candidateKey(id))
	}
	if s.broadcasts[id] != nil || f.candidates[found.ID] != nil {
		return
	}
	s.addCandidate(f, &candidate{Candidate: Candidate{ID: id, Channel: found.Channel, FoundAt: at}})
}

func (s *State) addCandidate(f *platform, c *candidate) {
	if len(f.candidates) >= maxCandidates {
		s.evictCandidates(f)
	}
	f.candidates[c.ID.ID] = c
	s.store(candidateKey(c.ID), c)
}

// resolve takes an answer about an id. One that is live is a broadcast by its observation.
func (s *State) resolve(f *platform, a *live.Answer, at time.Time) {
	c := f.candidates[a.Key]
	id := live.BroadcastID{Platform: f.ID, ID: a.Key}
	switch a.State {
	case live.AnswerLive:
		if c != nil {
			delete(f.candidates, a.Key)
			s.drop(candidateKey(id))
		}
	case live.AnswerEnded, live.AnswerMissing:
		if c != nil {
			c.answered = at
			s.touch(candidateKey(id))
		}
	case live.AnswerUpcoming:
		if b := s.broadcasts[id]; b != nil && b.Live() {
			return
		}
		if c == nil {
			c = &candidate{Candidate: Candidate{ID: id, FoundAt: at}}
			s.addCandidate(f, c)
		}
		c.answered = time.Time{}
		c.NotBefore = a.At.UTC().Truncate(precision)
		if a.At.IsZero() || a.At.After(at.Add(maxAhead)) || a.At.Before(at.Add(-maxOverdue)) {
			// No usable start: forget the question for a while instead of asking at every reading.
			c.NotBefore, c.answered = time.Time{}, at
		}
		s.touch(candidateKey(id))
	}
}

// expired reports whether the candidate waited, or was remembered, long enough.
func (c *candidate) expired(now time.Time) bool {
	if !c.answered.IsZero() {
		return now.Sub(c.answered) >= answeredFor
	}
	since := c.FoundAt
	if c.NotBefore.After(since) {
		since = c.NotBefore
	}
	return now.Sub(since) >= candidateFor
}

func (s *State) expireCandidates(f *platform) {
	for id, c := range f.candidates { // each on its own: order does not matter
		if c.expired(s.logTime) {
			delete(f.candidates, id)
			s.drop(candidateKey(c.ID))
		}
	}
}

// evictCandidates makes room: memories first, then the longest waiting, and announced ones last: they wait for days by
// nature, and a flood of ids to ask at once must not make onair miss their start.
func (s *State) evictCandidates(f *platform) {
	all := make([]*candidate, 0, len(f.candidates))
	for _, c := range f.candidates {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *candidate) int {
		if a.answered.IsZero() != b.answered.IsZero() {
			if b.answered.IsZero() {
				return -1
			}
			return 1
		}
		if a.NotBefore.IsZero() != b.NotBefore.IsZero() && a.answered.IsZero() {
			if a.NotBefore.IsZero() {
				return -1
			}
			return 1
		}
		return cmp.Or(a.answered.Compare(b.answered), a.FoundAt.Compare(b.FoundAt), strings.Compare(a.ID.ID, b.ID.ID))
	})
	for _, c := range all[:maxCandidates/16] {
		delete(f.candidates, c.ID.ID)
		s.drop(candidateKey(c.ID))
	}
}
