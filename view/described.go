package view

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"onair/live"
)

// describeAgain is how old a channel's description may be before it is worth asking again: countries and links
// hardly ever change, and each question costs a platform's quota.
const describeAgain = 7 * 24 * time.Hour

// description is what a channel says of itself.
type description struct {
	info live.ChannelInfo
	at   time.Time
}

// Unlabelled is a broadcast that the rules cannot place, for a language model.
type Unlabelled struct {
	Channel                live.ChannelID
	ChannelName, Title     string
	Description            string // of the channel, "" when unknown
	Tags                   []string
	NeedLang, NeedCategory bool
	Viewers                live.Viewers
}

// ChannelInfo is what the channel says of itself, and the log time when it did; false when it was never told. Known
// are the channels of broadcasts that Find finds, of registered channels, and of those that creators and proposals
// name. Read-only.
func (s *Snapshot) ChannelInfo(ch live.ChannelID) (live.ChannelInfo, time.Time, bool) {
	d := s.described[ch]
	if d == nil {
		return live.ChannelInfo{}, time.Time{}, false
	}
	return d.info, d.at, true
}

// Undescribed lists the platform's channels that are live and have not said what they are for describeAgain: most
// viewers first, then by id.
func (s *Snapshot) Undescribed(p live.Platform) []string { return s.planner[p].undescribed }

// Unlabelled lists the live broadcasts whose language or category no rule knows and about whose title no model was
// asked: most viewers first, hidden last, then by channel and title. Blocked ones are left out; a title that a channel
// shows twice stands once.
func (s *Snapshot) Unlabelled() []Unlabelled { return s.unlabelled }

// describe fills what the snapshot tells about channels and what is missing about them.
func (b *builder) describe(snap *Snapshot) {
	snap.described = make(map[live.ChannelID]*description)
	type crowd struct {
		id      string
		viewers live.Viewers
	}
	lack := make([][]crowd, len(b.options.Infos))
	for _, c := range b.casts {
		ch := c.channel()
		at := b.tell(snap, ch)
		if c.b.Live() && (at.IsZero() || b.now.Sub(at) >= describeAgain) {
			lack[c.info] = append(lack[c.info], crowd{ch.ID, c.b.Viewers})
		}
		if o := c.opinion; o.needLang || o.needCategory {
			snap.unlabelled = append(snap.unlabelled, Unlabelled{
				Channel: ch, ChannelName: c.b.ChannelName, Title: c.b.Title, Description: o.description, Tags: c.b.Tags,
				NeedLang: o.needLang, NeedCategory: o.needCategory, Viewers: c.b.Viewers,
			})
		}
	}
	for ch := range b.facts.channels {
		b.tell(snap, ch)
	}
	for ch := range b.joined.owner {
		b.tell(snap, ch)
	}
	for _, p := range b.facts.proposals {
		b.tell(snap, p.pair[0])
		b.tell(snap, p.pair[1])
	}
	for i, list := range lack {
		slices.SortFunc(list, func(x, y crowd) int { return cmp.Or(cmp.Compare(y.viewers, x.viewers), strings.Compare(x.id, y.id)) })
		seen := make(map[string]bool, len(list))
		var ids []string
		for _, x := range list {
			if !seen[x.id] {
				seen[x.id] = true
				ids = append(ids, x.id)
			}
		}
		p := b.options.Infos[i].ID
		a := snap.planner[p]
		a.undescribed = ids
		snap.planner[p] = a
	}
	slices.SortFunc(snap.unlabelled, func(x, y Unlabelled) int {
		return cmp.Or(cmp.Compare(y.Viewers, x.Viewers), strings.Compare(x.Channel.String(), y.Channel.String()), strings.Compare(x.Title, y.Title))
	})
	type title struct {
		channel live.ChannelID
		title   string
	}
	seen := make(map[title]bool, len(snap.unlabelled))
	snap.unlabelled = slices.DeleteFunc(snap.unlabelled, func(u Unlabelled) bool {
		t := title{u.Channel, u.Title}
		again := seen[t]
		seen[t] = true
		return again
	})
}

// tell puts what ch says of itself into the snapshot and gives the time; zero when it said nothing.
func (b *builder) tell(snap *Snapshot, ch live.ChannelID) time.Time {
	k := b.source.Channel(ch)
	if k == nil || k.InfoAt.IsZero() {
		return time.Time{}
	}
	if snap.described[ch] == nil {
		snap.described[ch] = b.memo.describe(ch, k.Info, k.InfoAt)
	}
	return k.InfoAt
}
