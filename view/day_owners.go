package view

import (
	"maps"
	"slices"
	"strings"

	"onair/live"
)

// owners is what the facts say of channels that need not be on air: whose they are, and what is blocked. A snapshot
// keeps it while the tables go on, so it is never written to.
type owners struct {
	joined   *joined
	creators map[string]live.Creator
	names    map[live.ChannelID]string // as they were registered
}

// owners gives the tables as they are now.
func (f *Facts) owners() *owners {
	j := f.join()
	if j.owners == nil {
		j.owners = &owners{joined: j, creators: maps.Clone(f.creators), names: make(map[live.ChannelID]string, len(f.channels))}
		for ch, c := range f.channels {
			if c.Name != "" {
				j.owners.names[ch] = c.Name
			}
		}
	}
	return j.owners
}

// of gives the id of who broadcasts on a channel, and all of theirs.
func (o *owners) of(ch live.ChannelID) (id string, channels []live.ChannelID) {
	if id, ok := o.joined.owner[ch]; ok {
		for _, x := range o.creators[id].Channels {
			if o.joined.owner[x] == id {
				channels = append(channels, x)
			}
		}
		return id, channels
	}
	if u := o.joined.unions[ch]; u != nil {
		return u.channels[0].String(), u.channels
	}
	return ch.String(), []live.ChannelID{ch}
}

// named is what a creator is called whose channels have these names, in the order of channels: as people said, else as
// the first channel that has a name.
func (o *owners) named(id string, channels []live.ChannelID, name func(live.ChannelID) string) string {
	if c := o.creators[id]; c.Name != "" {
		return c.Name
	}
	for _, ch := range channels {
		if n := name(ch); n != "" {
			return n
		}
	}
	return channels[0].ID
}

// blocked reports whether a fact keeps a broadcast out.
func (o *owners) blocked(ch live.ChannelID, t *Told) bool {
	j := o.joined
	if j.channels[ch] {
		return true
	}
	if !j.categories.empty() {
		if c := t.category(); c.ID != "" && j.categories.has(&c) {
			return true
		}
	}
	if len(j.keywords) == 0 {
		return false
	}
	title := foldCase(t.Title)
	return slices.ContainsFunc(j.keywords, func(k string) bool { return strings.Contains(title, k) })
}
