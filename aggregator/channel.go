package aggregator

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"onair/classify"
	"onair/live"
)

const (
	// maxChannels is the most channels kept of one platform, on air or not: far above what the largest has on air in an
	// evening. A worker that invents channels would else fill memory and disk.
	maxChannels = 50_000
	// evictedChannels is how many go at once when a platform is full, so that the sort is paid once in that many.
	evictedChannels = maxChannels / 16
	// channelFor is how long a channel that is not on air is remembered, and infoFor how long what the platform says of
	// it is: YouTube lets nobody keep either longer than 30 days without asking again. A pause of the hub counts too, as
	// it does in those terms. The sweep comes once an hour.
	channelFor = 30 * 24 * time.Hour
	infoFor    = 30*24*time.Hour - time.Hour
	// maxTitles is how many different titles a channel can alternate between without counting one twice.
	maxTitles = 8
	// maxMemory bounds the titles that count: beyond it all counts are halved, so that a channel that changes its
	// language is believed in the end.
	maxMemory = 256
)

// Channel is what the log says about who broadcasts: what the platform says of it, and what its broadcasts taught.
type Channel struct {
	ID live.ChannelID
	// Info is the newest that a page of KindChannel said, with Asked as it was last given; forgotten after 30 days.
	Info   live.ChannelInfo
	InfoAt time.Time // log time; zero: never told
	// Memory counts the titles of the channel's broadcasts, each new one once, the present ones too.
	Memory classify.Memory
}

// channel is a Channel with what only the fold needs.
type channel struct {
	Channel
	key     string
	titles  []uint32 // hashes of the last titles, oldest first
	streams []int32  // mean viewers of the last streams, oldest first (see heat.go)
	used    int64    // minute of the last new broadcast, title, settled stream or Info
}

// Channel is what is known about one channel, nil when nothing is. The value is read-only and changes with the next
// Apply.
func (s *State) Channel(id live.ChannelID) *Channel {
	i, ok := s.index(id.Platform)
	if !ok {
		return nil
	}
	if c := s.platforms[i].channels[id.ID]; c != nil {
		return &c.Channel
	}
	return nil
}

// Channels gives every known channel, sorted by ID; read-only until the next Apply.
func (s *State) Channels() iter.Seq[*Channel] {
	return func(yield func(*Channel) bool) {
		for _, f := range s.platforms {
			for _, c := range f.known {
				if !yield(&c.Channel) {
					return
				}
			}
		}
	}
}

// channel finds or makes the channel and notes that it is in use.
func (s *State) channel(f *platform, id string) *channel {
	c := f.channels[id]
	if c == nil {
		if len(f.known) >= maxChannels {
			s.evictChannels(f)
		}
		c = &channel{Channel: Channel{ID: live.ChannelID{Platform: f.ID, ID: id}}}
		c.key = channelKey(c.ID)
		f.channels[id] = c
		i, _ := slices.BinarySearchFunc(f.known, id, func(c *channel, id string) int { return strings.Compare(c.ID.ID, id) })
		f.known = slices.Insert(f.known, i, c)
		s.store(c.key, c)
	}
	c.used = s.minute
	s.touch(c.key)
	return c
}

// meet notes that a broadcast began, changed hands or has a new title. The record is written then only, not at every
// observation: 20,000 live broadcasts would else write as many channels a minute for nothing.
func (s *State) meet(f *platform, b *broadcast) {
	c := s.channel(f, b.Channel)
	if b.Title != "" {
		c.hear(b.Title)
	}
}

// hear counts a title that is not among the last ones.
func (c *channel) hear(title string) {
	h := hash(title)
	if slices.Contains(c.titles, h) {
		return
	}
	if len(c.titles) >= maxTitles {
		c.titles = append(c.titles[:0], c.titles[1:]...)
	}
	c.titles = append(c.titles, h)
	m := &c.Memory
	m.Add(title)
	if m.Korean+m.Foreign+m.Plain > maxMemory {
		m.Korean, m.Foreign, m.Plain = m.Korean/2, m.Foreign/2, m.Plain/2
	}
}

// hash is FNV-1a: it is stored, so it must be the same on every machine and in every run.
func hash(s string) uint32 {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}

// describe takes what a page of KindChannel says. It says nothing about what is live.
func (s *State) describe(f *platform, p *live.Page, at time.Time) {
	for i := range p.Channels {
		info := p.Channels[i]
		c := s.channel(f, info.ID)
		if at.Before(c.InfoAt) {
			continue
		}
		if info.Asked == "" {
			info.Asked = c.Info.Asked // who asked by handle may look after somebody asked by id
		}
		info.Links = slices.Clone(info.Links)
		c.Info, c.InfoAt = info, at
	}
}

// expireChannels forgets what may not, or need not, be kept.
func (s *State) expireChannels() {
	for _, f := range s.platforms {
		f.known = slices.DeleteFunc(f.known, func(c *channel) bool {
			if !c.InfoAt.IsZero() && s.logTime.Sub(c.InfoAt) >= infoFor {
				c.Info, c.InfoAt = live.ChannelInfo{}, time.Time{}
				s.touch(c.key)
			}
			if len(s.onAir[c.ID]) > 0 || s.minute-c.used < int64(channelFor/time.Minute) {
				return false
			}
			s.forgetChannel(f, c)
			return true
		})
	}
}

// evictChannels makes room: of those without a baseline, then of the others, what was used longest ago. So a flood of
// invented channels pushes out itself before it pushes out what was learnt.
func (s *State) evictChannels(f *platform) {
	type worth struct {
		c     *channel
		based bool
		used  int64
	}
	all := make([]worth, len(f.known))
	for i, c := range f.known {
		all[i] = worth{c, len(c.streams) >= minStreams, c.used}
		if len(s.onAir[c.ID]) > 0 {
			all[i].used = s.minute
		}
	}
	slices.SortFunc(all, func(a, b worth) int {
		if a.based != b.based {
			if b.based {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.used, b.used), strings.Compare(a.c.ID.ID, b.c.ID.ID))
	})
	for _, w := range all[:evictedChannels] {
		s.forgetChannel(f, w.c)
	}
	f.known = slices.DeleteFunc(f.known, func(c *channel) bool { return f.channels[c.ID.ID] != c })
}

// forgetChannel removes c everywhere but from f.known.
func (s *State) forgetChannel(f *platform, c *channel) {
	delete(f.channels, c.ID.ID)
	s.drop(c.key)
	for _, b := range s.onAir[c.ID] {
		s.compare(f, b)
	}
}

type channelRecord struct {
	ID      live.ChannelID   `json:"id"`
	Info    live.ChannelInfo `json:"info,omitzero"`
	InfoAt  stamp            `json:"info_at,omitempty"`
	Memory  [3]int32         `json:"memory,omitzero"` // Korean, foreign, plain
	Titles  []uint32         `json:"titles,omitempty"`
	Streams []int32          `json:"streams,omitempty"`
	Used    int64            `json:"used"`
}

func (c *channel) encode() any {
	memory := [3]int32{c.Memory.Korean, c.Memory.Foreign, c.Memory.Plain}
	return channelRecord{c.ID, c.Info, at(c.InfoAt), memory, c.titles, c.streams, c.used}
}

func (r *channelRecord) channel() (*channel, error) {
	if len(r.Titles) > maxTitles || len(r.Streams) > maxStreams {
		return nil, fmt.Errorf("%w: %d titles, %d streams", ErrRecord, len(r.Titles), len(r.Streams))
	}
	c := &channel{key: channelKey(r.ID), titles: r.Titles, streams: r.Streams, used: r.Used}
	c.Channel = Channel{ID: r.ID, Info: r.Info, InfoAt: r.InfoAt.time(), Memory: classify.Memory{Korean: r.Memory[0], Foreign: r.Memory[1], Plain: r.Memory[2]}}
	return c, nil
}
