package view

import (
	"cmp"
	"slices"
	"strings"

	"onair/live"
)

// joined is the form in which Build asks the tables.
type joined struct {
	owner      map[live.ChannelID]string // creator's id, as people said
	unions     map[live.ChannelID]*union // as proposals say
	channels   map[live.ChannelID]bool   // blocked
	categories pick                      // blocked
	keywords   []string                  // blocked, folded
	owners     *owners                   // nil until a snapshot took it
}

// join works out the form in which Build asks. A channel that two creators claim goes to the lowest creator id.
func (f *Facts) join() *joined {
	if f.joined != nil {
		return f.joined
	}
	j := &joined{owner: map[live.ChannelID]string{}, channels: map[live.ChannelID]bool{}}
	for id, c := range f.creators {
		for _, ch := range c.Channels {
			if had, ok := j.owner[ch]; !ok || id < had {
				j.owner[ch] = id
			}
		}
	}
	j.unions = unite(f.proposals, f.aparts, func(ch live.ChannelID) bool { _, ok := j.owner[ch]; return ok })
	for _, b := range f.blocks {
		switch b.Kind {
		case live.BlockChannel:
			ch, _ := live.ParseChannelID(b.Value) // checked by put
			j.channels[ch] = true
		case live.BlockCategory:
			j.categories.add(b.Value)
		case live.BlockKeyword:
			j.keywords = append(j.keywords, foldCase(strings.TrimSpace(b.Value)))
		}
	}
	f.joined = j
	return j
}

// creator names who broadcasts on a channel that its platform calls name. named gives what it calls another one, ""
// when nobody knows.
func (f *Facts) creator(ch live.ChannelID, name string, named func(live.ChannelID) string) Ref {
	if id, ok := f.join().owner[ch]; ok {
		return Ref{ID: id, Name: cmp.Or(f.creators[id].Name, name, f.channels[ch].Name, ch.ID)}
	}
	name = cmp.Or(name, f.channels[ch].Name, ch.ID)
	u := f.joined.unions[ch]
	if u == nil {
		return Ref{ID: ch.String(), Name: name}
	}
	// The first channel that has a name gives it, not the one that is watched most: that changes by the minute.
	for _, x := range u.channels {
		if own := cmp.Or(named(x), f.channels[x].Name); own != "" {
			name = own
			break
		}
	}
	return Ref{ID: u.channels[0].String(), Name: name}
}

// registered lists p's registered channels in id order.
func (f *Facts) registered(p live.Platform) []live.RegisteredChannel {
	var list []live.RegisteredChannel
	for ch, c := range f.channels {
		if ch.Platform == p {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b live.RegisteredChannel) int { return strings.Compare(a.Channel.ID, b.Channel.ID) })
	return list
}
