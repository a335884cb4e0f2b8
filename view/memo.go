package view

import (
	"maps"
	"slices"
	"time"

	"onair/classify"
	"onair/live"
)

// Memo remembers what the rules made of broadcasts, from one Build to the next: most of them say what they said a
// quarter of a second ago. It is asked with everything that the rules look at, so it can never change an answer. Not
// safe for concurrent use: one belongs to whoever builds. The zero Memo is empty and ready.
type Memo struct {
	held  map[live.BroadcastID]*remembered
	told  map[live.ChannelID]*description
	round uint64 // of Build
}

// memoSlack is how many broadcasts more than twice those of a build are kept: forgetting is a walk over all, so it
// should be rare.
const memoSlack = 256

// evidence is everything that rules look at.
type evidence struct {
	platform                 live.Platform
	title, channel, declared string
	country, description     string
	category                 live.Category
	memory                   classify.Memory
	official                 bool
	tags                     []string
	url, thumbnail           string
	links, images            live.Hosts // of the platform
}

// equal compares strings, whose addresses are nearly always the same: an unchanged broadcast costs nothing much.
func (e *evidence) equal(o *evidence) bool {
	return e.title == o.title && e.channel == o.channel && e.declared == o.declared && e.country == o.country && e.memory == o.memory &&
		e.category == o.category && e.official == o.official && e.platform == o.platform && e.description == o.description &&
		e.url == o.url && e.thumbnail == o.thumbnail &&
		slices.Equal(e.tags, o.tags) && slices.Equal(e.links, o.links) && slices.Equal(e.images, o.images)
}

// judgement is what rules alone say.
type judgement struct {
	opinion opinion
	stands  bool   // the language needs no model's word
	firm    bool   // nor does the category
	key     string // live.LabelKey of the title; "" until somebody asked
	link    bool   // the watch page is on the platform's own hosts
	image   bool   // and so is the thumbnail
}

type remembered struct {
	judgement
	in    evidence
	round uint64
}

// judge asks the rules, or remembers. The answer is good until the next Build and must not be written to.
func (m *Memo) judge(id live.BroadcastID, e *evidence) *judgement {
	r := m.held[id]
	if r == nil {
		if m.held == nil {
			m.held = map[live.BroadcastID]*remembered{}
		}
		r = &remembered{}
		m.held[id] = r
	} else if r.in.equal(e) {
		r.round = m.round
		return &r.judgement
	}
	r.judgement, r.in, r.round = apply(e), *e, m.round
	return &r.judgement
}

// apply asks the rules.
func apply(e *evidence) judgement {
	memory := e.memory
	memory.Remove(e.title) // or the title would vouch for itself
	lang := classify.Language(classify.LangInput{
		Platform: e.platform, Title: e.title, Channel: e.channel, Declared: e.declared, Country: e.country, Memory: memory,
	})
	subject := classify.Decide(e.category, classify.Text{Platform: e.platform, Title: e.title, Channel: e.channel, Tags: e.tags, Description: e.description})
	return judgement{
		opinion: opinion{
			lang: langOf(lang), category: categoryOf(subject), weight: weigh(subject),
			official: officialOf(e.official, classify.Official(e.platform, e.channel, e.title)), description: e.description,
		},
		stands: lang.Code != "" && lang.Confidence >= trusted, firm: subject.Firm,
		link: e.links.Allow(e.url), image: e.images.Allow(e.thumbnail),
	}
}

// labelKey is live.LabelKey(title), worked out once.
func (j *judgement) labelKey(title string) string {
	if j.key == "" {
		j.key = live.LabelKey(title)
	}
	return j.key
}

// describe gives a copy of what a channel says of itself that all snapshots share.
func (m *Memo) describe(ch live.ChannelID, info live.ChannelInfo, at time.Time) *description {
	d := m.told[ch]
	if d == nil || !d.at.Equal(at) || !sameInfo(&d.info, &info) {
		if m.told == nil {
			m.told = map[live.ChannelID]*description{}
		}
		d = &description{info: info, at: at}
		m.told[ch] = d
	}
	return d
}

func sameInfo(a, b *live.ChannelInfo) bool {
	return a.ID == b.ID && a.Asked == b.Asked && a.Name == b.Name && a.Handle == b.Handle && a.Country == b.Country &&
		a.Description == b.Description && slices.Equal(a.Links, b.Links)
}

// forget drops what the last Build did not ask for, when it has become much.
func (m *Memo) forget(casts int, described map[live.ChannelID]*description) {
	if len(m.held) > 2*casts+memoSlack {
		for id, r := range m.held {
			if r.round != m.round {
				delete(m.held, id)
			}
		}
	}
	if len(m.told) > 2*len(described)+memoSlack {
		m.told = maps.Clone(described)
	}
	m.round++
}
