// Package planner decides what is asked next: a Policy looks at what is known and answers with jobs, a Runner on the
// leader asks it every second and hands the jobs to the broker.
//
// In come a Snapshot of the list, what the platforms offer, which workers are there and what this leader has asked
// already; out come live.Job. A Policy is pure: the same time and Situation give the same jobs. It does not fetch, does
// not retry, and counts no quota itself: what was spent stands in the log of pages, so that a new leader knows it.
// Only the Runner has a clock and calls the broker.
package planner

import (
	"time"

	"onair/live"
)

// Policy says which jobs to submit at now. It is called about every second; jobs that it still wants are named again
// by the next call, so a policy looks at Situation.Sent before it repeats itself.
type Policy interface {
	Plan(now time.Time, s Situation) []live.Job
}

// Situation is everything that a Policy may look at.
type Situation struct {
	View     Snapshot        // nil: nothing is known yet, and nothing should be asked
	Offers   []Offer         // in any order
	Presence []live.Presence // workers that are there; nil: not known
	Sent     *Sent           // what this leader has submitted; nil: nothing
	Epoch    string          // first part of job ids; a token of its own for every leader
	Next     uint64          // number of the next job id
}

// Snapshot is what the planner needs of the view. Times are log time; zero when there is none or it is not known.
type Snapshot interface {
	// Platform gives what the log says about p; the zero value when it says nothing.
	Platform(p live.Platform) Platform
	// Known gives p's live broadcasts.
	Known(p live.Platform) []Known
	// Candidates gives broadcast ids that were found, or announced, and are not known to be live.
	Candidates(p live.Platform) []Candidate
	// Missing gives live broadcasts that p's last complete pass lacked, the most important first.
	Missing(p live.Platform) []Missing
	// Spent gives the units that pages in the log took from a daily budget since midnight Pacific.
	Spent(p live.Platform, bucket string) int
}

// Platform is the state of one platform.
type Platform struct {
	Off          bool            // switched off by people
	LastPageAt   time.Time       // last page without error
	LastErrorAt  time.Time       // last page with one
	LastError    live.ErrorClass // "" when the last page was fine
	Errors       int             // consecutive pages with an error
	RetryAt      time.Time       // when the platform said to come back
	LastPassAt   time.Time       // end of the last complete pass
	LastSearchAt time.Time       // last page of KindSearch; without it the count of searches must do
	Live         int             // broadcasts that are live now
	Places       []Place         // pages of the list from its head, as they were last asked for
}

// Place is one page of a list: where it starts, and what it held when it was last listed.
type Place struct {
	Cursor    string       // as the site returned it; "" is the head
	At        time.Time    // zero: only its cursor is known
	Rows      int          // listed
	High, Low live.Viewers // largest and smallest known count, live.ViewersHidden when there was none
}

// Known is a live broadcast. SeenAt is when its platform last said that it is live.
type Known struct {
	ID        string
	SeenAt    time.Time
	Channel   string
	Viewers   live.Viewers // as shown
	Rank      int          // in the list of all platforms, from 1; 0 when it is not shown
	StartedAt time.Time    // zero when the platform does not say
}

// Candidate is a broadcast id to ask about, not before its scheduled start.
type Candidate struct {
	ID        string
	FoundAt   time.Time
	NotBefore time.Time
}

// Missing is a live broadcast to check through its channel. SeenAt is as in Known.
type Missing struct {
	ID      string
	Channel string
	SeenAt  time.Time
}

// Offer is a kind of request that a platform's source can make.
type Offer struct {
	Platform live.Platform
	Kind     live.Kind
	Batch    int       // most keys of one request
	Rows     int       // rows of a full page
	Cost     live.Cost // taken from a daily budget by one request
	Chain    bool      // pages are reached one after the other only
	Part     bool      // KindList: of a part of the site only
	Resume   bool      // a chain may start at a cursor that the site returned earlier
	Browser  bool      // KindList: the site's own page can be read in a browser instead
}
