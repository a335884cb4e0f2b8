package view

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unique"

	"onair/live"
)

const (
	// leaders is how many broadcasts of a day are kept for each order, three times what an answer holds, because
	// operators may block some.
	leaders = 300
	// minAverage is the least airtime in minutes to be ranked by average viewers: a raid into a stream's first minute
	// would lead every day.
	minAverage = 30
)

// daySummary is a day without the facts of today: what past days are remembered as. With 10,000 channels a day it takes
// half a megabyte.
type daySummary struct {
	day        int64
	until      int64  // seconds since 1970
	changes    uint64 // of the day, when it was read
	platforms  map[live.Platform]*dayCount
	channels   []dayChannel
	leaders    []live.BroadcastID // of every order
	categories map[string]*dayCategory
}

// dayCount counts broadcasts.
type dayCount struct {
	broadcasts int
	carried    int // of them, those that were on air the day before
}

// dayChannel is what a channel drew.
type dayChannel struct {
	id      unique.Handle[live.ChannelID]
	watched int64 // viewer-minutes
	air     int64 // minutes, those of two broadcasts at once twice
	longest int64 // minutes of one broadcast: it was on air at least as long
	peak    int64 // of its broadcasts, added up: at no moment were there more
}

// dayCategory is what a category drew.
type dayCategory struct {
	dayCount
	called  string
	watched int64
}

// leader is a broadcast that may be among the first of an order.
type leader struct {
	id    live.BroadcastID
	value int64
}

// podium keeps the first of one order.
type podium struct {
	list []leader
	full bool // list[leaders-1] is the last that counts
}

func (p *podium) offer(id live.BroadcastID, value int64) {
	if p.full && value < p.list[leaders-1].value {
		return
	}
	if p.list = append(p.list, leader{id, value}); len(p.list) == 2*leaders {
		p.cut()
		p.full = true
	}
}

func (p *podium) cut() []leader {
	slices.SortFunc(p.list, func(a, b leader) int {
		return cmp.Or(cmp.Compare(b.value, a.value), strings.Compare(string(a.id.Platform), string(b.id.Platform)), strings.Compare(a.id.ID, b.id.ID))
	})
	p.list = p.list[:min(len(p.list), leaders)]
	return p.list
}

// summarise reads a whole day. snap tells what the day's records do not say yet: titles are written each hour; nil where
// there is none, for a past day.
func (r *dayReader) summarise(day int64, snap *Snapshot) *daySummary {
	d, before := r.day(day), r.day(day-1)
	sum := &daySummary{day: day, until: r.until, platforms: map[live.Platform]*dayCount{}, categories: map[string]*dayCategory{}}
	channels := map[live.ChannelID]*dayChannel{}
	var podiums [len(orders)]podium
	r.each(d, func(key []byte, channel string, steps []dayStep) {
		id, err := live.ParseBroadcastID(string(key[len(prefixBroadcast):]))
		if err != nil {
			return
		}
		told := r.telling(d, id, snap)
		if told.Hidden {
			return
		}
		t := tallySteps(d.start, steps, nil)
		carried := int(steps[0].n)*stepMinutes < holdMinutes && before.knows(key)
		count := sum.platforms[id.Platform]
		if count == nil {
			count = &dayCount{}
			sum.platforms[id.Platform] = count
		}
		count.add(carried)
		if told.Category != "" {
			c := sum.categories[told.Category]
			if c == nil {
				c = &dayCategory{called: told.Called}
				sum.categories[told.Category] = c
			}
			c.add(carried)
			c.watched += t.watched
		}
		ch := live.ChannelID{Platform: id.Platform, ID: channel}
		c := channels[ch]
		if c == nil {
			c = &dayChannel{id: unique.Make(ch)}
			channels[ch] = c
		}
		c.watched += t.watched
		c.air += t.air
		c.longest = max(c.longest, t.air)
		c.peak += t.peak
		for i, o := range orders {
			if v := o.value(&t); v >= 0 {
				podiums[i].offer(id, v)
			}
		}
	})
	sum.channels = make([]dayChannel, 0, len(channels))
	for _, c := range channels {
		sum.channels = append(sum.channels, *c)
	}
	seen := map[live.BroadcastID]bool{}
	for i := range podiums {
		for _, l := range podiums[i].cut() {
			if !seen[l.id] {
				seen[l.id] = true
				sum.leaders = append(sum.leaders, l.id)
			}
		}
	}
	return sum
}

func (c *dayCount) add(carried bool) {
	c.broadcasts++
	if carried {
		c.carried++
	}
}

// knows reports whether a broadcast had a count near the end of the day.
func (d *oneDay) knows(key []byte) bool {
	if d.steps != nil {
		if _, steps, ok := unpackDay(key, d.steps.Get(key)); ok && len(steps) > 0 && int(steps[len(steps)-1].n) >= daySteps-6 {
			return true
		}
	}
	for _, h := range d.hours {
		if h.base >= 23*3600 && h.bucket.Get(key) != nil {
			return true
		}
	}
	return false
}

// telling is what is known of a broadcast: as it is now while the snapshot knows it, else as the day tells it.
func (r *dayReader) telling(d *oneDay, id live.BroadcastID, snap *Snapshot) Told {
	told, ok := d.told(id)
	if d.start+dayMinutes*60 <= r.until && ok {
		return told // the day is over, and so is what it says
	}
	if snap == nil {
		return told
	}
	e, _ := snap.Find(id)
	if e == nil {
		return told
	}
	for i := range e.Broadcasts {
		if m := &e.Broadcasts[i]; m.ID == id {
			told.Name, told.Title = m.Channel.Name, m.Title
		}
	}
	told.Hidden = told.Hidden || e.Adult || e.Locked
	if e.Category.ID != "" {
		told.Category, told.Called = e.Category.ID, e.Category.Name
	}
	return told
}

// firstDay and lastDay are the bounds of what is kept; false when nothing is.
func (r *dayReader) bounds() (first, last int64, ok bool) {
	note := func(day int64) {
		if !ok {
			first, last, ok = day, day, true
		}
		first, last = min(first, day), max(last, day)
	}
	cursor := r.days.Cursor()
	if key, _ := cursor.First(); key != nil {
		note(timeOf(key))
		key, _ = cursor.Last()
		note(timeOf(key))
	}
	cursor = r.hours.Cursor()
	if key, _ := cursor.First(); key != nil {
		note((timeOf(key)*3600 + koreaOffset) / (24 * 3600))
		key, _ = cursor.Last()
		note((timeOf(key)*3600 + koreaOffset) / (24 * 3600))
	}
	// Totals may be there where a full file gave up the rest.
	prefix := []byte{'d'}
	cursor = r.totals.Cursor()
	if key, _ := cursor.Seek(prefix); bytes.HasPrefix(key, prefix) && len(key) >= 5 {
		note(timeOf(key[1:5]))
	}
	return first, last, ok
}
