package view

import (
	"slices"
	"strings"

	"onair/live"
)

const (
	// tableFacts holds what people decided, tableDerived what the leader worked out.
	tableFacts   = "FACTS"
	tableDerived = "DERIVED"
	// maxGone is how many removed keys keep their revision, so that a late older value does not bring one back.
	// Without a bound every expired thumbnail would be remembered for ever.
	maxGone = 10_000
	// maxSide bounds a stored picture's sides in pixels: a mistaken fact must not blow up a page's layout.
	maxSide = 10_000
)

// factTable says in which table each kind of key lives. Keys of other kinds are left alone: they are a newer
// version's, or of no use here.
var factTable = map[string]string{
	"channel": tableFacts, "creator": tableFacts, "apart": tableFacts, "block": tableFacts, "verdict": tableFacts,
	"pause": tableFacts,
	"label": tableDerived, "proposal": tableDerived, "thumb": tableDerived,
}

// Facts are the fact tables as Build joins them. What they hold depends only on each key's newest value, not on the
// order of arrival. Not safe for concurrent use; a watch of a bucket that was made anew starts with NewFacts.
type Facts struct {
	channels  map[live.ChannelID]live.RegisteredChannel
	creators  map[string]live.Creator
	aparts    map[string]pair       // by key
	blocks    map[string]live.Block // by key
	verdicts  map[live.ChannelID]live.Verdict
	pauses    map[live.Platform]bool
	labels    map[labelID]live.Label
	proposals map[string]proposal // by key
	thumbs    map[live.BroadcastID]live.Thumb

	keys map[string]factKey
	gone int // keys in state keyGone
	bad  int // keys in state keyBad

	joined *joined // worked out from the tables above, nil after a change
}

// factKey is what is known about one key.
type factKey struct {
	rev   uint64
	state keyState
}

type keyState uint8

const (
	keyHeld keyState = iota
	keyBad           // its newest value cannot be read, so it says nothing
	keyGone
)

// labelID names a title of a channel.
type labelID struct {
	channel live.ChannelID
	title   string // live.LabelKey
}

// NewFacts gives empty tables.
func NewFacts() *Facts {
	return &Facts{
		channels:  map[live.ChannelID]live.RegisteredChannel{},
		creators:  map[string]live.Creator{},
		aparts:    map[string]pair{},
		blocks:    map[string]live.Block{},
		verdicts:  map[live.ChannelID]live.Verdict{},
		pauses:    map[live.Platform]bool{},
		labels:    map[labelID]live.Label{},
		proposals: map[string]proposal{},
		thumbs:    map[live.BroadcastID]live.Thumb{},
		keys:      map[string]factKey{},
	}
}

// Apply takes values and removals as the watch brings them and reports whether the tables changed. A revision that
// is not newer than the key's last one is skipped. A value that cannot be read, or that names another key than its
// own, leaves the key without effect and is counted: what an older value said must not depend on who saw it.
func (f *Facts) Apply(facts []live.Fact) (changed bool) {
	for _, x := range facts {
		kind, rest, _ := strings.Cut(x.Key, ".")
		if table, ok := factTable[kind]; !ok || table != x.Table {
			continue
		}
		old, seen := f.keys[x.Key]
		if seen && x.Rev <= old.rev {
			continue
		}
		moved := f.remove(kind, rest, x.Key)
		now := factKey{rev: x.Rev, state: keyGone}
		if len(x.Value) > 0 {
			if now.state = keyBad; f.put(kind, rest, x.Key, x.Value) {
				now.state, moved = keyHeld, true
			}
		}
		f.count(old.state, seen, -1)
		f.count(now.state, true, 1)
		f.keys[x.Key] = now
		changed = changed || moved
		if moved && joins(kind) {
			f.joined = nil
		}
	}
	if f.gone > maxGone {
		f.forget()
	}
	return changed
}

// joins reports whether facts of a kind are part of joined. Labels and thumbnails come by the minute and are not.
func joins(kind string) bool {
	return kind == "creator" || kind == "apart" || kind == "proposal" || kind == "block"
}

// Bad is the number of keys whose newest value cannot be read.
func (f *Facts) Bad() int { return f.bad }

func (f *Facts) count(s keyState, seen bool, n int) {
	switch {
	case !seen:
	case s == keyBad:
		f.bad += n
	case s == keyGone:
		f.gone += n
	}
}

// forget drops the older half of the removed keys' revisions.
func (f *Facts) forget() {
	revs := make([]uint64, 0, f.gone)
	for _, k := range f.keys {
		if k.state == keyGone {
			revs = append(revs, k.rev)
		}
	}
	slices.Sort(revs)
	limit := revs[len(revs)/2]
	for key, k := range f.keys {
		if k.state == keyGone && k.rev <= limit {
			delete(f.keys, key)
			f.gone--
		}
	}
}
