package main

import (
	"cmp"
	"slices"
	"time"

	"onair/classify/identity"
	"onair/live"
)

const (
	// maxRemembered bounds the channels that a leader keeps in mind: all that are live in an evening, five times over.
	// Those who were not seen for longest are forgotten.
	maxRemembered = 20_000
	// maxSessions of a channel are remembered, the newest: what ended yesterday still speaks for today's.
	maxSessions = 3
)

// creatorMemory is what a leader has seen of channels since it began. A name is rare only among many, and the list of one
// moment is few.
type creatorMemory struct {
	of map[live.ChannelID]*remembered
}

type remembered struct {
	identity.Channel
	about  bool // it said something of itself
	ids    []live.BroadcastID
	seenAt time.Time
}

func newCreatorMemory() *creatorMemory {
	return &creatorMemory{of: map[live.ChannelID]*remembered{}}
}

// see takes down a broadcast that is live.
func (m *creatorMemory) see(id live.ChannelID, name string, at live.BroadcastID, b identity.Broadcast) {
	r := m.of[id]
	if r == nil {
		r = &remembered{Channel: identity.Channel{ID: id}}
		m.of[id] = r
	}
	if name != "" {
		r.Name = name
	}
	r.seenAt = b.SeenAt
	i := slices.Index(r.ids, at)
	if i < 0 {
		if len(r.ids) == maxSessions {
			r.ids, r.Broadcasts = r.ids[1:], r.Broadcasts[1:]
		}
		r.ids, r.Broadcasts = append(r.ids, at), append(r.Broadcasts, b)
		return
	}
	b.FirstSeen = r.Broadcasts[i].FirstSeen
	r.Broadcasts[i] = b
}

// describe takes down what a channel that was seen says of itself.
func (m *creatorMemory) describe(id live.ChannelID, info live.ChannelInfo) {
	r := m.of[id]
	if r == nil {
		return
	}
	r.about = true
	r.Handle, r.Country, r.Description, r.Links = info.Handle, info.Country, info.Description, info.Links
	if r.Name == "" {
		r.Name = info.Name
	}
}

func (m *creatorMemory) described(id live.ChannelID) bool { return m.of[id] != nil && m.of[id].about }

// channels is all of it, for identity.Find, which does not look at the order.
func (m *creatorMemory) channels() []identity.Channel {
	m.forget()
	list := make([]identity.Channel, 0, len(m.of))
	for _, r := range m.of {
		c := r.Channel
		c.Broadcasts = slices.Clone(c.Broadcasts) // the next look writes to them
		list = append(list, c)
	}
	return list
}

// forget leaves those who were seen last.
func (m *creatorMemory) forget() {
	if len(m.of) <= maxRemembered {
		return
	}
	list := make([]*remembered, 0, len(m.of))
	for _, r := range m.of {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b *remembered) int {
		return cmp.Or(b.seenAt.Compare(a.seenAt), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	for _, r := range list[maxRemembered:] {
		delete(m.of, r.ID)
	}
}
