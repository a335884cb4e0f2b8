// Package aggregator folds the log of pages into what is live now.
//
// Apply is a pure function of (state, message): the same messages give the same state on every machine, so any
// number of hub nodes agree without talking to each other. It takes time from messages only and uses no map
// order, randomness, floating point or I/O. The view stores the state, joins facts and serves it; nothing else
// calls this package.
//
// What a broadcast is at the moment stands beside what only time tells: its last hour, whether it is rising (rise.go)
// or hot (heat.go), and of each channel what the platform says of it, how its titles look and what its streams draw
// (channel.go). Facts that people decided never enter.
package aggregator

import (
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"onair/live"
)

// Version is the version of the fold's rules. States of different versions must not be compared or continued:
// raise it with every change that makes the same log give another state.
const Version = 3

// TrendMinutes is how many log-time minutes of viewers a broadcast keeps, and how long an ended one is kept.
const TrendMinutes = 60

// Broadcast is what the log says about one live session. Times are log time.
type Broadcast struct {
	ID          live.BroadcastID
	Channel     string
	ChannelName string
	Title       string
	Viewers     live.Viewers
	Category    live.Category
	Lang        string
	Tags        []string
	StartedAt   time.Time // as the platform says; zero when it does not
	Adult       bool
	Locked      bool
	Official    bool
	Thumbnail   string
	URL         string

	FirstSeen   time.Time // first observation
	ObservedAt  time.Time // of the shown viewers
	ConfirmedAt time.Time // last time anything said that it is live
	ChangedSeq  uint64    // sequence of the message that last changed a visible field
	EndedAt     time.Time // zero while live
	EndReason   EndReason

	// Minutes holds the viewers at each of the last TrendMinutes log-time minutes, oldest first, the last one
	// being MinuteAt; live.ViewersHidden where it was not live or not shown.
	Minutes  []live.Viewers
	MinuteAt int64 // minutes since 1970 of the newest element

	Misses int // AnswerMissing in a row; passes need no count (see pass.go)

	// The marks are worked out as log-time minutes pass, like Minutes, and like it move neither ChangedSeq nor Mark.
	// Rise and Heat are 0 once it has ended; Rising and Hot then stay for a quarter of an hour, because an end may be
	// taken back.
	Rise   int32 // permille of growth over 15 minutes beyond the platform's tide; 0 unknown
	Rising bool
	Heat   int32 // permille of the channel's baseline; 0 unknown
	Hot    bool
}

// Live reports whether the broadcast has not ended.
func (b *Broadcast) Live() bool { return b.EndedAt.IsZero() }

// EndReason says which rule ended a broadcast.
type EndReason string

const (
	EndSaid     EndReason = "said"     // the platform answered so
	EndReplaced EndReason = "replaced" // the channel has a newer broadcast
	EndMissing  EndReason = "missing"  // two complete passes, or two answers, without it
	EndUnseen   EndReason = "unseen"   // 30 minutes unseen while its platform's pages arrived
	EndSilent   EndReason = "silent"   // 2 h of ticks without a page that could have shown it
)

// PlatformState is what the log says about one platform. Times are log time.
type PlatformState struct {
	ID           live.Platform
	LastPageAt   time.Time       // last page without error
	LastErrorAt  time.Time       // last page with one
	LastError    live.ErrorClass // "" when the last page was fine
	ErrorText    string
	RetryAt      time.Time     // when the platform said to come back; zero when it did not
	Errors       int           // consecutive pages with an error
	Total        int           // broadcasts as the platform says, 0 unknown
	LastPassAt   time.Time     // end of the last complete pass
	LastSearchAt time.Time     // last page of a search, good or bad
	PassEvery    time.Duration // between the last two complete passes, 0 before the second
	Live         int           // broadcasts that are live now
	ChangedSeq   uint64
	Places       []Place `json:",omitempty"` // pages of the list from its head; replaced, never written to
}

// Candidate is a broadcast id that somebody found and nobody has asked about yet, or that is announced.
type Candidate struct {
	ID        live.BroadcastID
	Channel   string
	FoundAt   time.Time
	NotBefore time.Time // scheduled start; zero = at once
}

// Point is one known count, for the history; late pages give points too.
type Point struct {
	ID      live.BroadcastID
	Channel string
	At      time.Time // log time
	Viewers live.Viewers
}

// Effects is what one message gives to others than the state.
type Effects struct {
	At       time.Time // log time at which the message's page was observed; zero for one that was not folded
	Points   []Point   // for the history only: they never feed the state
	Rankings []Ranking // of the minutes that ended with the message
}

// State is everything that the log said up to Position. It is not safe for concurrent use: the view's follower
// owns it.
type State struct {
	head
	broadcasts map[live.BroadcastID]*broadcast
	onAir      map[live.ChannelID][]*broadcast // live ones by channel
	platforms  []*platform                     // sorted by ID

	records map[string]record   // every stored thing by its key
	dirty   map[string]struct{} // keys written or removed since Clean

	growths []int32      // scratch of tide
	ranked  []*broadcast // scratch of ranking
}

// head is what the state knows beside things of a platform.
type head struct {
	virtual  bool
	position uint64
	logTime  time.Time     // running maximum
	broker   time.Time     // newest broker timestamp
	active   time.Duration // log time that passed while messages came (see Apply)
	markSeq  uint64
	markAt   time.Time
	minute   int64  // minutes since 1970 of logTime
	gaps     uint64 // bit i: nothing is known about minute-i (see minutes.go)
}

// platform is a PlatformState with what only the fold needs.
type platform struct {
	PlatformState
	fed       time.Duration // active time while pages arrived that could have shown a broadcast
	fedAt     time.Duration // head.active at the last of them
	passStart time.Time     // of the newest complete pass, strange ones too
	regions   []regionPass  // sorted by name

	tides [staleAfter]int32 // of the last ended minutes, newest first

	order      []*broadcast // sorted by ID
	known      []*channel   // sorted by ID
	channels   map[string]*channel
	candidates map[string]*candidate
	passes     []*pass // in progress, oldest page first
	quotas     []*quota
}

// broadcast is a Broadcast with what only the fold needs.
type broadcast struct {
	Broadcast
	key      string
	fedAt    time.Duration // platform.fed at the last confirmation
	activeAt time.Duration // head.active at the last confirmation
	missedAt time.Time     // observation of the last AnswerMissing
	missSeq  uint64        // its message

	seen    uint64 // bit i: the count was observed in the minute MinuteAt-i
	airSum  int64  // viewer-milliseconds since the start, or since the last settle (see heat.go)
	airTime int64  // milliseconds
	base    int32  // the channel's baseline while live; 0 unknown
	bar     int32  // what is hot for it
	rises   hysteresis
	heats   hysteresis
}

// New is the state before the first message. In a virtual log time is what publishers stamp (demo); else it is
// the broker's.
func New(virtual bool) *State {
	s := &State{
		broadcasts: map[live.BroadcastID]*broadcast{},
		onAir:      map[live.ChannelID][]*broadcast{},
		records:    map[string]record{},
		dirty:      map[string]struct{}{},
	}
	s.virtual = virtual
	s.store(headKey, &s.head)
	return s
}

// Position is the sequence of the last message applied.
func (s *State) Position() uint64 { return s.position }

// LogTime is the log's now; zero before the first message.
func (s *State) LogTime() time.Time { return s.logTime }

// Mark is the sequence and log time of the last message that wrote a visible field of a broadcast: a shown value,
// observed_at, or whether it is live. Ticks move it only when they end something; marks over time (Minutes, Rise,
// Rising, Heat, Hot) never do. What changes on a platform is marked in PlatformState alone: a failed page must not make
// the list look newer. What is said of a channel is like a fact: it changes what is made of the list, not the list.
func (s *State) Mark() (seq uint64, at time.Time) { return s.markSeq, s.markAt }

// Broadcasts gives what is live, and what ended less than an hour ago, sorted by ID. The values are read-only and
// change with the next Apply.
func (s *State) Broadcasts() iter.Seq[*Broadcast] {
	return func(yield func(*Broadcast) bool) {
		for _, p := range s.platforms {
			for _, b := range p.order {
				if !yield(&b.Broadcast) {
					return
				}
			}
		}
	}
}

// Broadcast is one of Broadcasts, nil when it is not there.
func (s *State) Broadcast(id live.BroadcastID) *Broadcast {
	if b := s.broadcasts[id]; b != nil {
		return &b.Broadcast
	}
	return nil
}

// Platforms gives every platform that a page came from, sorted by ID; read-only until the next Apply.
func (s *State) Platforms() []*PlatformState {
	out := make([]*PlatformState, len(s.platforms))
	for i, p := range s.platforms {
		out[i] = &p.PlatformState
	}
	return out
}

// Missing gives the live broadcasts that deserve a status check: the last complete pass of their platform lacked
// them, or the last answer about them did. Sorted by ID.
func (s *State) Missing() []live.BroadcastID {
	var out []live.BroadcastID
	for _, p := range s.platforms {
		for _, b := range p.order {
			if b.Live() && (b.Misses > 0 || b.ConfirmedAt.Before(p.passStart)) {
				out = append(out, b.ID)
			}
		}
	}
	return out
}

// maxPlatforms bounds what a hostile worker can invent: four exist.
const maxPlatforms = 32

// platform finds or makes the platform; nil when there are too many.
func (s *State) platform(id live.Platform) *platform {
	i, ok := s.index(id)
	if ok {
		return s.platforms[i]
	}
	if len(s.platforms) >= maxPlatforms {
		return nil
	}
	p := &platform{PlatformState: PlatformState{ID: id}, candidates: map[string]*candidate{}, channels: map[string]*channel{}}
	s.platforms = slices.Insert(s.platforms, i, p)
	s.store(platformKey(id), p)
	return p
}

func (s *State) index(id live.Platform) (int, bool) {
	return slices.BinarySearchFunc(s.platforms, id, func(p *platform, id live.Platform) int { return strings.Compare(string(p.ID), string(id)) })
}

// mark notes that the message wrote a visible field of b.
func (s *State) mark(b *broadcast, seq uint64) {
	b.ChangedSeq = seq
	s.markSeq, s.markAt = seq, s.logTime
}

// ErrRecord reports stored records that are not a state of this version.
var ErrRecord = errors.New("not a state of this version")
