package postgres

import (
	"time"

	"onair/aggregator"
	"onair/live"
)

// batch is what one transaction writes: rows in the form of COPY for each table, and the position that they reach.
type batch struct {
	from, to uint64 // positions: after the last batch, after this one
	logTime  time.Time

	observations, requests, ranking, broadcasts, unfolded, channels CopyText

	days        map[int64]bool // that have rows
	creators    []live.Creator
	creatorsNew bool
	checkpoint  []byte // the state at to; nil when none is due
	last        error  // the session ends after this one; nil while it goes on
}

func (b *batch) rows() int {
	return b.observations.Rows + b.requests.Rows + b.ranking.Rows
}

// builder folds messages and makes batches of what they say. It belongs to one goroutine.
type builder struct {
	e      *Exporter
	start  start
	state  *aggregator.State
	oldest int64 // first day that is kept

	*batch
	sights   map[live.BroadcastID]*sight
	channels map[live.ChannelID]*channelSight
	told     map[live.ChannelID]channelSight // as last written
	creators uint64                          // version written
}

// sight is what the batch's pages said about a broadcast, for those that the fold does not have: late pages never reach
// it, and what ended and was forgotten is no longer there.
type sight struct {
	o           live.Observation
	first, last time.Time
}

// channelSight is what pages said about a channel. Its name is of the newest.
type channelSight struct {
	name string
	at   time.Time
	info *live.ChannelInfo
}

const (
	// toldAgain is how old a channel's row may grow before it is written again for its time alone.
	toldAgain = time.Hour
	// maxTold bounds the memory of written channels; without it, rows are only written more often.
	maxTold = 200_000
)

func (e *Exporter) newBuilder(s start) *builder {
	b := &builder{e: e, start: s, state: s.state, told: map[live.ChannelID]channelSight{}}
	b.begin(s.seq)
	return b
}

func (b *builder) begin(from uint64) {
	b.batch = &batch{from: from, to: from, days: map[int64]bool{}}
	b.sights = map[live.BroadcastID]*sight{}
	b.channels = map[live.ChannelID]*channelSight{}
	b.oldest = dayOf(b.e.Clock.Now().Add(-b.e.Keep))
}

// jumps reports whether the message would take the batch over more log time than it may span. What it had before is
// written first.
func (b *builder) jumps(m *live.Message) bool {
	if b.to == b.from {
		return false
	}
	began := b.batch.logTime
	now := m.At
	if !b.start.info.Virtual {
		now = m.Time
	}
	return now.Sub(began) > maxSpan
}

// add folds a message; p is nil for a tick and for one that cannot be read.
func (b *builder) add(m *live.Message, p *live.Page) {
	effects := b.state.Apply(m, p)
	if m.Seq <= b.from { // copied already: only the state needs it
		b.e.note(func(h *Health) { h.Replayed++ })
		return
	}
	if b.to == b.from {
		b.batch.logTime = b.state.LogTime()
	}
	b.to = m.Seq
	for i := range effects.Rankings {
		b.rank(&effects.Rankings[i])
	}
	if p != nil {
		b.page(m, p, effects.At)
	}
}

// kept reports whether rows of the day are kept, and notes the day.
func (b *builder) kept(day int64, rows int) bool {
	if day < b.oldest {
		b.e.note(func(h *Health) { h.Expired += uint64(rows) })
		return false
	}
	b.days[day] = true
	return true
}

func (b *builder) rank(r *aggregator.Ranking) {
	minute := time.Unix(r.Minute*60, 0).UTC()
	day := dayOf(minute)
	if !b.kept(day, len(r.Rows)) {
		return
	}
	for i, row := range r.Rows {
		c := &b.ranking
		c.Day(day)
		c.Time(minute)
		c.Int(int64(i) + 1)
		c.Token(string(row.ID.Platform))
		c.Token(row.ID.ID)
		viewers(c, row.Viewers)
		c.End()
	}
}

func (b *builder) page(m *live.Message, p *live.Page, at time.Time) {
	late := m.Lane.Name == live.LaneLate
	for i := range p.Channels {
		info := &p.Channels[i]
		b.sawChannel(live.ChannelID{Platform: p.Platform, ID: info.ID}, info.Name, at, info)
	}
	rows := once(p.Observations)
	when := dated(m, at, b.start.info.Virtual)
	day := dayOf(when)
	if !b.kept(day, 1+len(rows)) {
		return
	}
	for i := range rows {
		o := &rows[i]
		c := &b.observations
		c.Day(day)
		c.Token(string(p.Platform))
		c.Token(o.ID)
		c.Time(when)
		viewers(c, o.Viewers)
		c.Filled(o.Category.Name)
		c.Int(int64(m.Seq))
		c.Bool(late)
		c.End()
		b.saw(p.Platform, o, at)
	}
	b.request(m, p, when, day, late, len(rows))
}

func (b *builder) request(m *live.Message, p *live.Page, at time.Time, day int64, late bool, rows int) {
	c := &b.requests
	c.Day(day)
	c.Int(int64(m.Seq))
	c.Time(at)
	c.Token(string(p.Platform))
	c.Token(string(p.Kind))
	c.Token(m.Lane.Worker)
	c.Filled(p.Egress)
	c.Filled(p.Region)
	if p.Status == 0 {
		c.Null()
	} else {
		c.Int(int64(p.Status))
	}
	c.Filled(string(p.Error))
	c.Int(p.Latency)
	c.Filled(p.Cost.Bucket)
	c.Int(int64(p.Cost.Units))
	c.Int(int64(rows))
	c.Bool(late)
	c.End()
}

func viewers(c *CopyText, v live.Viewers) {
	if !v.Known() {
		c.Null()
		return
	}
	c.Int(int64(v))
}

// saw notes a row for the tables of broadcasts and channels.
func (b *builder) saw(platform live.Platform, o *live.Observation, at time.Time) {
	b.sawChannel(live.ChannelID{Platform: platform, ID: o.Channel}, o.ChannelName, at, nil)
	id := live.BroadcastID{Platform: platform, ID: o.ID}
	s := b.sights[id]
	if s == nil {
		b.sights[id] = &sight{*o, at, at}
		return
	}
	if at.Before(s.first) {
		s.first = at
	}
	if !at.Before(s.last) {
		s.o, s.last = *o, at
	}
}

func (b *builder) sawChannel(id live.ChannelID, name string, at time.Time, info *live.ChannelInfo) {
	s := b.channels[id]
	if s == nil {
		s = &channelSight{}
		b.channels[id] = s
	}
	if !at.Before(s.at) {
		s.at = at
		if name != "" {
			s.name = name
		}
	}
	if info != nil {
		s.info = info
	}
}
