package aggregator

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"onair/live"
)

const (
	// maxBroadcasts is the most broadcasts kept of one platform, live and ended: ten times the busiest evening. A
	// worker that invents rows would else fill memory.
	maxBroadcasts = 50_000
	// evicted is how many go at once when a platform is full, so that the sort is paid once in that many rows.
	evicted = maxBroadcasts / 16
)

// observe folds one row. The newer observation wins (equal times: the later message); an older one only fills what is
// empty.
func (s *State) observe(f *platform, p *live.Page, o *live.Observation, at time.Time, seq uint64) {
	b := s.broadcasts[live.BroadcastID{Platform: f.ID, ID: o.ID}]
	if b != nil && !b.Live() && !b.returns(at) {
		return
	}
	if p.OneLive && !s.takeOver(f, b, o, at, seq) {
		return
	}
	changed, inserted := false, false
	switch {
	case b == nil:
		b = s.insert(f, o, at)
		changed, inserted = true, true
	case !b.Live():
		s.revive(f, b)
		changed = true
	}
	if at.Before(b.FirstSeen) {
		b.FirstSeen = at
	}
	title, channel := b.Title, b.Channel
	if at.Before(b.ObservedAt) {
		changed = b.fill(o) || changed
	} else {
		s.air(f, b, at)
		changed = s.overwrite(b, o, at, p.Kind == live.KindStatus) || changed
	}
	if inserted || b.Title != title || b.Channel != channel {
		s.meet(f, b)
	}
	if b.Channel != channel {
		b.airSum, b.airTime = 0, 0
		s.compare(f, b)
	}
	s.confirm(f, b, at)
	if changed {
		s.mark(b, seq)
	}
	s.touch(b.key)
}

// overwrite takes a newer row over and reports whether a visible field changed. Text and links that a platform shows
// in one answer and not in another (a thumbnail hidden from foreign addresses) are kept when the newer row lacks
// them; counts, category, tags and flags are always the newer row's. Only a check of one channel (brief) says less than a
// list does: SOOP's names a category by number alone and gives no tags, and must not blank them until the next list.
func (s *State) overwrite(b *broadcast, o *live.Observation, at time.Time, brief bool) bool {
	changed := false
	if o.Channel != b.Channel {
		s.unlist(b)
		b.Channel = o.Channel
		s.list(b)
		changed = true
	}
	for _, f := range b.kept(o) {
		if f.new != "" && f.new != *f.old {
			*f.old = f.new
			changed = true
		}
	}
	if t := o.StartedAt.UTC().Truncate(precision); !o.StartedAt.IsZero() && !t.Equal(b.StartedAt) {
		b.StartedAt = t
		changed = true
	}
	if !slices.Equal(o.Tags, b.Tags) && !(brief && len(o.Tags) == 0) {
		b.Tags = slices.Clone(o.Tags)
		changed = true
	}
	if !(brief && o.Category.Name == "" && (o.Category.ID == "" || o.Category.ID == b.Category.ID)) {
		set(&b.Category, o.Category, &changed)
	}
	set(&b.Adult, o.Adult, &changed)
	set(&b.Locked, o.Locked, &changed)
	set(&b.Official, o.Official, &changed)
	set(&b.Viewers, o.Viewers, &changed)
	set(&b.ObservedAt, at, &changed) // UTC without monotonic reading, so == compares instants
	b.Minutes[len(b.Minutes)-1] = b.Viewers
	if b.Viewers.Known() {
		b.seen |= 1
	}
	b.warm()
	return changed
}

// fill takes from an older row what the newer ones lacked.
func (b *broadcast) fill(o *live.Observation) bool {
	changed := false
	for _, f := range b.kept(o) {
		if *f.old == "" && f.new != "" {
			*f.old = f.new
			changed = true
		}
	}
	if b.StartedAt.IsZero() && !o.StartedAt.IsZero() {
		b.StartedAt = o.StartedAt.UTC().Truncate(precision)
		changed = true
	}
	return changed
}

type keptField struct {
	old *string
	new string
}

func (b *broadcast) kept(o *live.Observation) [5]keptField {
	return [5]keptField{
		{&b.ChannelName, o.ChannelName},
		{&b.Title, o.Title},
		{&b.Lang, o.Lang},
		{&b.Thumbnail, o.Thumbnail},
		{&b.URL, o.URL},
	}
}

func set[T comparable](old *T, v T, changed *bool) {
	if *old != v {
		*old = v
		*changed = true
	}
}

// confirm notes that b was live at the given time.
func (s *State) confirm(f *platform, b *broadcast, at time.Time) {
	if at.Before(b.ConfirmedAt) {
		return
	}
	b.ConfirmedAt = at
	b.fedAt, b.activeAt = f.fed, s.active
	if !at.Before(b.missedAt) {
		b.Misses = 0
	}
	s.touch(b.key)
}

// takeOver settles a row of a platform on which a channel has one broadcast at a time. It ends the channel's older
// broadcasts, or reports false when the row itself is the older one and says nothing.
func (s *State) takeOver(f *platform, b *broadcast, o *live.Observation, at time.Time, seq uint64) bool {
	others := s.onAir[live.ChannelID{Platform: f.ID, ID: o.Channel}]
	if len(others) == 0 || len(others) == 1 && others[0] == b {
		return true
	}
	started, confirmed := o.StartedAt, at
	if b != nil {
		if started.IsZero() {
			started = b.StartedAt
		}
		if b.ConfirmedAt.After(at) {
			confirmed = b.ConfirmedAt
		}
	}
	for _, other := range others {
		if other != b && other.newer(started, confirmed, o.ID) {
			if b != nil && b.Live() {
				s.end(f, b, EndReplaced, at, seq)
			}
			return false
		}
	}
	for _, other := range slices.Clone(others) {
		if other != b {
			s.end(f, other, EndReplaced, at, seq)
		}
	}
	return true
}

// newer reports whether b is the later broadcast of its channel than one that started, was last confirmed and is
// called as given: by start where both are known (a stale cache shows an old broadcast at a later time), else by
// the later confirmation, else by the higher id.
func (b *broadcast) newer(started, confirmed time.Time, id string) bool {
	if !started.IsZero() && !b.StartedAt.IsZero() && !started.Equal(b.StartedAt) {
		return b.StartedAt.After(started)
	}
	if !confirmed.Equal(b.ConfirmedAt) {
		return b.ConfirmedAt.After(confirmed)
	}
	if len(b.ID.ID) != len(id) {
		return len(b.ID.ID) > len(id)
	}
	return b.ID.ID > id
}

func (s *State) insert(f *platform, o *live.Observation, at time.Time) *broadcast {
	if len(f.order) >= maxBroadcasts {
		s.evict(f)
	}
	id := live.BroadcastID{Platform: f.ID, ID: o.ID}
	b := &broadcast{key: broadcastKey(id)}
	b.Broadcast = Broadcast{
		ID: id, Channel: o.Channel, Viewers: live.ViewersHidden, FirstSeen: at, ObservedAt: at, ConfirmedAt: at,
		Minutes: []live.Viewers{live.ViewersHidden}, MinuteAt: s.minute,
	}
	s.broadcasts[id] = b
	i, _ := slices.BinarySearchFunc(f.order, o.ID, func(b *broadcast, id string) int { return strings.Compare(b.ID.ID, id) })
	f.order = slices.Insert(f.order, i, b)
	f.Live++
	s.list(b)
	s.compare(f, b)
	s.store(b.key, b)
	delete(f.candidates, o.ID)
	s.drop(candidateKey(id))
	return b
}

// evict forgets what ended, then what was confirmed longest ago.
func (s *State) evict(f *platform) {
	byAge := slices.Clone(f.order)
	slices.SortFunc(byAge, func(a, b *broadcast) int {
		if a.Live() != b.Live() {
			if b.Live() {
				return -1
			}
			return 1
		}
		return cmp.Or(a.ConfirmedAt.Compare(b.ConfirmedAt), strings.Compare(a.ID.ID, b.ID.ID))
	})
	gone := map[*broadcast]bool{}
	for _, b := range byAge[:evicted] {
		gone[b] = true
		s.forget(f, b)
	}
	f.order = slices.DeleteFunc(f.order, func(b *broadcast) bool { return gone[b] })
}

// forget removes b everywhere but from f.order.
func (s *State) forget(f *platform, b *broadcast) {
	if b.Live() {
		f.Live--
		s.unlist(b)
	}
	delete(s.broadcasts, b.ID)
	s.drop(b.key)
}

// list and unlist keep the index of a channel's live broadcasts.
func (s *State) list(b *broadcast) {
	c := live.ChannelID{Platform: b.ID.Platform, ID: b.Channel}
	s.onAir[c] = append(s.onAir[c], b)
}

func (s *State) unlist(b *broadcast) {
	c := live.ChannelID{Platform: b.ID.Platform, ID: b.Channel}
	rest := slices.DeleteFunc(s.onAir[c], func(o *broadcast) bool { return o == b })
	if len(rest) == 0 {
		delete(s.onAir, c)
		return
	}
	s.onAir[c] = rest
}
