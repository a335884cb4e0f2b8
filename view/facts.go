package view

import (
	"encoding/json"
	"net/url"
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
	"channel": tableFacts, "creator": tableFacts, "block": tableFacts,
	"thumb": tableDerived,
}

// Facts are the fact tables as Build joins them. What they hold depends only on each key's newest value, not on the
// order of arrival. Not safe for concurrent use; a watch of a bucket that was made anew starts with NewFacts.
type Facts struct {
	channels map[live.ChannelID]live.RegisteredChannel
	creators map[string]live.Creator
	blocks   map[string]live.Block // by key
	thumbs   map[live.BroadcastID]live.Thumb

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

// joined is the form in which Build asks.
type joined struct {
	owner      map[live.ChannelID]string // creator's id
	channels   map[live.ChannelID]bool   // blocked
	categories map[string]bool           // blocked, by CategoryKey
	keywords   []string                  // blocked, folded
}

// NewFacts gives empty tables.
func NewFacts() *Facts {
	return &Facts{
		channels: map[live.ChannelID]live.RegisteredChannel{},
		creators: map[string]live.Creator{},
		blocks:   map[string]live.Block{},
		thumbs:   map[live.BroadcastID]live.Thumb{},
		keys:     map[string]factKey{},
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
		changed = f.remove(kind, rest, x.Key) || changed
		now := factKey{rev: x.Rev, state: keyGone}
		if len(x.Value) > 0 {
			if now.state = keyBad; f.put(kind, rest, x.Key, x.Value) {
				now.state, changed = keyHeld, true
			}
		}
		f.count(old.state, seen, -1)
		f.count(now.state, true, 1)
		f.keys[x.Key] = now
	}
	if changed {
		f.joined = nil
	}
	if f.gone > maxGone {
		f.forget()
	}
	return changed
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

// remove reports whether the key held something.
func (f *Facts) remove(kind, rest, key string) bool {
	before := len(f.channels) + len(f.creators) + len(f.blocks) + len(f.thumbs)
	switch platform, id, _ := strings.Cut(rest, "."); kind {
	case "channel":
		delete(f.channels, live.ChannelID{Platform: live.Platform(platform), ID: id})
	case "thumb":
		delete(f.thumbs, live.BroadcastID{Platform: live.Platform(platform), ID: id})
	case "creator":
		delete(f.creators, rest)
	case "block":
		delete(f.blocks, key)
	}
	return before != len(f.channels)+len(f.creators)+len(f.blocks)+len(f.thumbs)
}

// put reports whether the value could be read.
func (f *Facts) put(kind, rest, key string, value []byte) bool {
	platform, id, _ := strings.Cut(rest, ".")
	switch kind {
	case "channel":
		at, err := live.ParseChannelID(platform + ":" + id)
		var c live.RegisteredChannel
		if err != nil || json.Unmarshal(value, &c) != nil || c.Channel != at {
			return false
		}
		c.Name, c.Added = live.CleanText(c.Name, live.MaxName), c.Added.UTC()
		f.channels[at] = c
	case "creator":
		var c live.Creator
		if live.CheckID(rest) != nil || json.Unmarshal(value, &c) != nil || c.ID != rest {
			return false
		}
		for _, ch := range c.Channels {
			if _, err := live.ParseChannelID(ch.String()); err != nil {
				return false
			}
		}
		c.Name = live.CleanText(c.Name, live.MaxName)
		f.creators[rest] = c
	case "block":
		var b live.Block
		if json.Unmarshal(value, &b) != nil || string(b.Kind) != platform || !blocks(b) {
			return false
		}
		f.blocks[key] = b
	case "thumb":
		at, err := live.ParseBroadcastID(platform + ":" + id)
		var t live.Thumb
		if err != nil || json.Unmarshal(value, &t) != nil || !storedURL(t.URL) ||
			t.Width < 0 || t.Width > maxSide || t.Height < 0 || t.Height > maxSide {
			return false
		}
		f.thumbs[at] = t
	}
	return true
}

// blocks reports whether b can match anything. An empty keyword would match everything.
func blocks(b live.Block) bool {
	switch b.Kind {
	case live.BlockChannel:
		_, err := live.ParseChannelID(b.Value)
		return err == nil
	case live.BlockCategory:
		return CategoryKey(b.Value) != ""
	case live.BlockKeyword:
		return strings.TrimSpace(b.Value) != ""
	}
	return false
}

// storedURL reports whether raw is a path of our own folder store or a plain https link to a bucket.
func storedURL(raw string) bool {
	const folder, origin = "/thumbs/", "https://onair.invalid"
	if strings.HasPrefix(raw, folder) {
		return live.Hosts{origin}.Allow(origin+raw) && !strings.Contains(raw, "..")
	}
	u, err := url.Parse(raw)
	return err == nil && u.Scheme == "https" && live.Hosts{"https://" + u.Host}.Allow(raw)
}

// join works out the form in which Build asks. A channel that two creators claim goes to the lowest creator id.
func (f *Facts) join() *joined {
	if f.joined != nil {
		return f.joined
	}
	j := &joined{owner: map[live.ChannelID]string{}, channels: map[live.ChannelID]bool{}, categories: map[string]bool{}}
	for id, c := range f.creators {
		for _, ch := range c.Channels {
			if had, ok := j.owner[ch]; !ok || id < had {
				j.owner[ch] = id
			}
		}
	}
	for _, b := range f.blocks {
		switch b.Kind {
		case live.BlockChannel:
			ch, _ := live.ParseChannelID(b.Value) // checked by put
			j.channels[ch] = true
		case live.BlockCategory:
			j.categories[CategoryKey(b.Value)] = true
		case live.BlockKeyword:
			j.keywords = append(j.keywords, foldCase(strings.TrimSpace(b.Value)))
		}
	}
	f.joined = j
	return j
}

// creator names who broadcasts on a channel that its platform calls name.
func (f *Facts) creator(ch live.ChannelID, name string) Ref {
	if name == "" {
		name = f.channels[ch].Name
	}
	if name == "" {
		name = ch.ID
	}
	id, ok := f.join().owner[ch]
	if !ok {
		return Ref{ID: ch.String(), Name: name}
	}
	if own := f.creators[id].Name; own != "" {
		name = own
	}
	return Ref{ID: id, Name: name}
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
