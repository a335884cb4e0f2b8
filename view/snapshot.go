package view

import (
	"iter"
	"slices"
	"strings"
	"time"

	"onair/aggregator"
	"onair/live"
)

// Snapshot is the immutable ranking of one state joined with the fact tables. Everything in it is read-only and safe
// for any number of readers.
type Snapshot struct {
	N          uint64    // counts this process's snapshots, from 1; the only field that differs between nodes
	Position   uint64    // sequence of the last log message folded, ticks included
	Seq        uint64    // sequence of the last message that wrote a visible field
	AsOf       time.Time // log time of Seq
	LogTime    time.Time // log time at Position
	Lineage    live.Lineage
	Entries    []*Entry         // in rank order: viewers descending, hidden last, then id; neither adult nor locked
	Unlisted   []*Entry         // adult or locked, in the same order: without rank, and in no count
	Platforms  []PlatformStatus // in the order of BuildOptions.Infos
	Categories []CategoryCount  // with at least one entry; most viewers first, then most entries, then id

	index   index
	live    map[live.BroadcastID]*Entry
	ended   map[live.BroadcastID]ending
	planner map[live.Platform]asked

	described  map[live.ChannelID]*description
	unlabelled []Unlabelled
	owners     *owners
}

// ending is where an ended broadcast's id leads.
type ending struct {
	entry *Entry
	over  bool // nothing of it is live: entry shows the broadcast as it was last seen
}

// asked is what the planner wants to know about one platform.
type asked struct {
	source      aggregator.PlatformState
	known       []KnownBroadcast
	candidates  []aggregator.Candidate
	missing     []MissingBroadcast
	registered  []live.RegisteredChannel
	paused      bool
	spent       map[string]int
	undescribed []string
}

// KnownBroadcast is a live broadcast, and when its platform last said so.
type KnownBroadcast struct {
	ID     live.BroadcastID
	SeenAt time.Time
}

// MissingBroadcast is a live broadcast that its platform's last complete pass lacked: worth a status check.
type MissingBroadcast struct {
	ID      live.BroadcastID
	Channel string
	SeenAt  time.Time // when its platform last said that it is live
}

// BuildOptions is what Build needs beside state and facts.
type BuildOptions struct {
	// Infos lists the platforms that are shown, in the order in which they are shown. Their hosts decide which links
	// are: the log may hold pages from a hostile worker. Broadcasts of other platforms are left out.
	Infos []live.PlatformInfo
	// Off says which platforms nobody asks, and why ("ONAIR_TWITCH_CLIENT_ID is not set").
	Off     map[live.Platform]string
	Lineage live.Lineage
	N       uint64
	// Memo is what the builder of one snapshot after the other keeps; nil remembers nothing. It changes no result.
	Memo *Memo
}

// buckets are the daily budgets whose spending a snapshot tells (live.Cost.Bucket). Only YouTube has any.
var buckets = []string{"search", "units"}

// source is what Build asks of the fold's state.
type source interface {
	Position() uint64
	LogTime() time.Time
	Mark() (seq uint64, at time.Time)
	Broadcasts() iter.Seq[*aggregator.Broadcast]
	Broadcast(id live.BroadcastID) *aggregator.Broadcast
	Platforms() []*aggregator.PlatformState
	Candidates() []aggregator.Candidate
	Missing() []live.BroadcastID
	Spent(p live.Platform, bucket string) int
	Channel(id live.ChannelID) *aggregator.Channel
}

var _ source = (*aggregator.State)(nil)

// Build joins the state with the facts. Equal states, facts and options give deeply equal snapshots, whatever order
// the broadcasts and facts came in. Nothing of s is kept: its next Apply does not touch the snapshot.
func Build(s source, f *Facts, o BuildOptions) *Snapshot {
	seq, asOf := s.Mark()
	snap := &Snapshot{
		N: o.N, Position: s.Position(), Seq: seq, AsOf: asOf.UTC(), LogTime: s.LogTime().UTC(), Lineage: o.Lineage,
		planner: map[live.Platform]asked{},
	}
	b := newBuilder(s, f, o)
	b.collect()
	b.group()
	b.entries(snap)
	b.endings(snap)
	snap.index.build(snap, b)
	snap.Platforms = b.platforms()
	b.plans(snap)
	b.describe(snap)
	snap.owners = f.owners()
	b.memo.forget(len(b.casts), snap.described)
	return snap
}

// Find gives the entry with the broadcast id: any live member's id finds it, and an ended one's for 60 minutes. When
// nothing of the entry is live any more, ended is true and e shows the broadcast as it was last seen. nil when the
// id is unknown.
func (s *Snapshot) Find(id live.BroadcastID) (e *Entry, ended bool) {
	if e := s.live[id]; e != nil {
		return e, false
	}
	x := s.ended[id]
	return x.entry, x.over
}

// Known lists the platform's live broadcasts, blocked ones too, in id order.
func (s *Snapshot) Known(p live.Platform) []KnownBroadcast { return s.planner[p].known }

// Source tells what the log says about the platform; the zero value when it says nothing.
func (s *Snapshot) Source(p live.Platform) aggregator.PlatformState { return s.planner[p].source }

// Candidates lists the platform's broadcast ids that nobody has asked about yet, or that are announced.
func (s *Snapshot) Candidates(p live.Platform) []aggregator.Candidate { return s.planner[p].candidates }

// Missing lists the live broadcasts that the platform's last complete pass lacked.
func (s *Snapshot) Missing(p live.Platform) []MissingBroadcast { return s.planner[p].missing }

// Registered lists the platform's channels that somebody asked onair to watch, in id order.
func (s *Snapshot) Registered(p live.Platform) []live.RegisteredChannel {
	return s.planner[p].registered
}

// Paused reports whether an operator switched the platform off, whatever the settings say.
func (s *Snapshot) Paused(p live.Platform) bool { return s.planner[p].paused }

// Spent is how many units of a daily budget ("search", "units") were used since midnight Pacific of log time.
func (s *Snapshot) Spent(p live.Platform, bucket string) int { return s.planner[p].spent[bucket] }

// plans fills what the planner asks about. Facts of platforms that are not shown are left out.
func (b *builder) plans(snap *Snapshot) {
	known := map[live.Platform][]KnownBroadcast{}
	for _, k := range b.known {
		known[k.ID.Platform] = append(known[k.ID.Platform], k)
	}
	sources := map[live.Platform]aggregator.PlatformState{}
	for _, x := range b.source.Platforms() {
		sources[x.ID] = *x
	}
	candidates := map[live.Platform][]aggregator.Candidate{}
	for _, c := range b.source.Candidates() {
		candidates[c.ID.Platform] = append(candidates[c.ID.Platform], c)
	}
	missing := map[live.Platform][]MissingBroadcast{}
	for _, id := range b.source.Missing() {
		if x := b.source.Broadcast(id); x != nil {
			missing[id.Platform] = append(missing[id.Platform], MissingBroadcast{ID: id, Channel: x.Channel, SeenAt: x.ConfirmedAt})
		}
	}
	for _, info := range b.options.Infos {
		p := info.ID
		spent := map[string]int{}
		for _, bucket := range buckets {
			if n := b.source.Spent(p, bucket); n != 0 {
				spent[bucket] = n
			}
		}
		slices.SortFunc(known[p], func(x, y KnownBroadcast) int { return strings.Compare(x.ID.ID, y.ID.ID) })
		snap.planner[p] = asked{
			source: sources[p], known: known[p], candidates: candidates[p], missing: missing[p], registered: b.facts.registered(p), spent: spent,
			paused: b.facts.pauses[p],
		}
	}
}
