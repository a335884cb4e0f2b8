package view

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unique"

	"onair/live"
)

// maxJudged bounds how many creators are worked out for one answer: each costs a look at every day. The first hundred
// are nearly always among the first hundred and some that summaries promise most of.
const maxJudged = 5 * MaxDayRows

// reviewer answers one question. Summaries say who may be among the first; who it is, is worked out from the steps, with
// the facts of now.
type reviewer struct {
	reader *dayReader
	snap   *Snapshot
	sums   []*daySummary // of the days, the oldest first
	value  func(t *tally) int64
}

// totals fills the curves and figures of the whole and of each platform.
func (j *reviewer) totals(r *Review) {
	var platforms []live.Platform
	for i := range j.snap.Platforms {
		platforms = append(platforms, j.snap.Platforms[i].Info.ID)
	}
	r.Total = j.total(r, "")
	for _, p := range platforms {
		t := j.total(r, p)
		t.Broadcasts = j.count(func(s *daySummary) *dayCount { return s.platforms[p] })
		r.Total.Broadcasts += t.Broadcasts
		r.Platforms = append(r.Platforms, t)
	}
}

// count adds up broadcasts over the days, each once.
func (j *reviewer) count(of func(s *daySummary) *dayCount) (n int) {
	for i, s := range j.sums {
		if c := of(s); c != nil {
			n += c.broadcasts
			if i > 0 {
				n -= c.carried
			}
		}
	}
	return n
}

func (j *reviewer) total(r *Review, p live.Platform) ReviewTotal {
	length := int64(r.Step.Seconds())
	n := (r.AsOf.Unix() - r.Since.Unix() + length - 1) / length
	out := ReviewTotal{Platform: p, Viewers: make([]int64, n), Live: make([]int, n)}
	for i := range out.Viewers {
		out.Viewers[i], out.Live[i] = -1, -1
	}
	sum := tally{peak: -1}
	for _, s := range j.sums {
		start := dayStart(s.day)
		steps := dayTotals(j.reader.totals, s.day, p)
		t := tallyTotals(start, steps)
		sum.add(t)
		for _, x := range steps {
			if i := (start + int64(x.n)*stepSeconds - r.Since.Unix()) / length; i >= 0 && i < n {
				out.Viewers[i], out.Live[i] = x.viewers, x.live
			}
		}
	}
	out.Figures = figuresOf(&sum)
	return out
}

func (j *reviewer) categories() []ReviewCategory {
	var list []ReviewCategory
	seen := map[string]int{}
	for i, s := range j.sums {
		for id, c := range s.categories {
			at, ok := seen[id]
			if !ok {
				t := Told{Category: id, Called: c.called}
				at = len(list)
				seen[id] = at
				list = append(list, ReviewCategory{Category: t.category()})
			}
			list[at].Watched += c.watched
			list[at].Broadcasts += c.broadcasts
			if i > 0 {
				list[at].Broadcasts -= c.carried
			}
		}
	}
	list = slices.DeleteFunc(list, func(c ReviewCategory) bool {
		return !j.snap.owners.joined.categories.empty() && j.snap.owners.joined.categories.has(&c.Category)
	})
	slices.SortFunc(list, func(a, b ReviewCategory) int {
		return cmp.Or(cmp.Compare(b.Watched, a.Watched), strings.Compare(a.ID, b.ID))
	})
	for i := range list { // all of it was on air the day before under another category
		list[i].Broadcasts = max(list[i].Broadcasts, 1)
	}
	return list[:min(len(list), maxDayCategories)]
}

// promise is a creator with what summaries say: at least as much as it will come to.
type promise struct {
	id       string
	channels []live.ChannelID
	value    int64
	sum      tally // of all channels
}

// promises groups the days' channels by creator, the most promising first.
func (j *reviewer) promises() []promise {
	type channel struct {
		watched, air, longest, peak int64
	}
	perDay := 0 // channels of a day: most of them come back on the others
	for _, s := range j.sums {
		perDay = max(perDay, len(s.channels))
	}
	channels := make(map[unique.Handle[live.ChannelID]]*channel, perDay)
	for _, s := range j.sums {
		for i := range s.channels {
			c := &s.channels[i]
			x := channels[c.id]
			if x == nil {
				x = &channel{}
				channels[c.id] = x
			}
			x.watched += c.watched
			x.air += c.air
			x.longest += c.longest
			x.peak = max(x.peak, c.peak)
		}
	}
	creators := make(map[string]*promise, len(channels))
	shortest := make(map[string]int64, len(channels)) // airtime that the creator has at least
	for handle, x := range channels {
		ch := handle.Value()
		if j.snap.owners.joined.channels[ch] {
			continue
		}
		id, all := j.snap.owners.of(ch)
		p := creators[id]
		if p == nil {
			p = &promise{id: id, channels: all}
			creators[id] = p
		}
		p.sum.watched += x.watched
		p.sum.air += x.air
		p.sum.peak += x.peak
		shortest[id] = max(shortest[id], x.longest)
	}
	list := make([]promise, 0, len(creators))
	for id, p := range creators {
		most, least := p.sum, p.sum
		least.air = max(shortest[id], min(p.sum.air, minAverage)) // an average is ranked from there on
		p.value = max(j.value(&most), j.value(&least))
		if p.value >= 0 {
			list = append(list, *p)
		}
	}
	slices.SortFunc(list, func(a, b promise) int {
		return cmp.Or(cmp.Compare(b.value, a.value), cmp.Compare(b.sum.watched, a.sum.watched), strings.Compare(a.id, b.id))
	})
	return list
}

// creators works out the first ones: in the order of what they promise, until no other can come in between.
func (j *reviewer) creators(ctx context.Context) []ReviewCreator {
	var list []judged[ReviewCreator]
	for i, p := range j.promises() {
		if i >= maxJudged || ctx.Err() != nil || len(list) >= MaxDayRows && list[MaxDayRows-1].value > p.value {
			break
		}
		if c, t, ok := j.creator(p); ok {
			list = place(list, judged[ReviewCreator]{c, j.value(&t), t, p.id})
		}
	}
	return placed(list)
}

// judged is a row with what places it.
type judged[T any] struct {
	row   T
	value int64
	sum   tally
	id    string
}

// place keeps the list in order; what has no place in it is left out.
func place[T any](list []judged[T], x judged[T]) []judged[T] {
	if x.value < 0 {
		return list
	}
	i, _ := slices.BinarySearchFunc(list, x, func(a, b judged[T]) int {
		return cmp.Or(cmp.Compare(b.value, a.value), cmp.Compare(b.sum.watched, a.sum.watched), cmp.Compare(b.sum.peak, a.sum.peak), strings.Compare(a.id, b.id))
	})
	return slices.Insert(list, i, x)
}

func placed[T any](list []judged[T]) []T {
	rows := make([]T, 0, min(len(list), MaxDayRows))
	for _, x := range list[:min(len(list), MaxDayRows)] {
		rows = append(rows, x.row)
	}
	return rows
}

// creator adds up all that the creator showed: what was on air at once is one time on air, and one sum of viewers.
func (j *reviewer) creator(p promise) (ReviewCreator, tally, bool) {
	sum := tally{peak: -1}
	watched := map[live.ChannelID]int64{}
	names := map[live.ChannelID]string{}
	seen := map[live.BroadcastID]bool{}
	c := ReviewCreator{}
	for _, s := range j.sums {
		d := j.reader.day(s.day)
		day := tally{peak: -1}
		var air minuteSet
		var crowd [daySteps]int64
		shown := 0
		for _, ch := range p.channels {
			for _, id := range j.reader.broadcastsOf(d, ch) {
				_, steps := j.reader.broadcast(d, id)
				told := j.reader.telling(d, id, j.snap)
				if len(steps) == 0 || told.Hidden || j.snap.owners.blocked(ch, &told) {
					continue
				}
				t := tallySteps(d.start, steps, &air)
				day.add(t)
				watched[ch] += t.watched
				for i := range steps {
					crowd[steps[i].n] += int64(steps[i].last)
				}
				if told.Name != "" {
					names[ch] = told.Name
				}
				seen[id] = true
				if e, over := j.snap.Find(id); e != nil && !over && e.Rank > 0 && c.Entry == "" {
					c.Entry = e.ID
				}
				shown++
			}
		}
		if shown == 0 {
			continue
		}
		day.air = air.count()
		for n, v := range crowd {
			if shown > 1 && v > day.peak {
				day.peak, day.peakAt = v, d.start+int64(n)*stepSeconds
			}
		}
		sum.add(day)
	}
	if len(seen) == 0 {
		return c, sum, false
	}
	c.Figures, c.Broadcasts = figuresOf(&sum), len(seen)
	name := func(ch live.ChannelID) string { return j.named(ch, names[ch]) }
	c.Ref = Ref{p.id, j.snap.owners.named(p.id, p.channels, name)}
	for ch := range watched {
		c.Channels = append(c.Channels, ReviewChannel{ch, cmp.Or(name(ch), ch.ID)})
	}
	slices.SortFunc(c.Channels, func(a, b ReviewChannel) int {
		return cmp.Or(cmp.Compare(watched[b.ChannelID], watched[a.ChannelID]), strings.Compare(a.String(), b.String()))
	})
	return c, sum, true
}

// named is what a channel is called, "" when nobody knows.
func (j *reviewer) named(ch live.ChannelID, told string) string {
	if told != "" {
		return told
	}
	if info, _, ok := j.snap.ChannelInfo(ch); ok && info.Name != "" {
		return info.Name
	}
	return j.snap.owners.names[ch]
}

// broadcasts works out the leaders of the days.
func (j *reviewer) broadcasts() []ReviewBroadcast {
	seen := map[live.BroadcastID]bool{}
	var list []judged[ReviewBroadcast]
	for _, s := range j.sums {
		for _, id := range s.leaders {
			if seen[id] {
				continue
			}
			seen[id] = true
			if b, t, ok := j.broadcast(id); ok {
				list = append(list, judged[ReviewBroadcast]{b, j.value(&t), t, id.String()})
			}
		}
	}
	list = slices.DeleteFunc(list, func(x judged[ReviewBroadcast]) bool { return x.value < 0 })
	slices.SortFunc(list, func(a, b judged[ReviewBroadcast]) int {
		return cmp.Or(cmp.Compare(b.value, a.value), cmp.Compare(b.sum.watched, a.sum.watched), cmp.Compare(b.sum.peak, a.sum.peak), strings.Compare(a.id, b.id))
	})
	rows := placed(list)
	for i := range rows {
		j.call(&rows[i])
	}
	return rows
}

// broadcast adds up one over the days.
func (j *reviewer) broadcast(id live.BroadcastID) (ReviewBroadcast, tally, bool) {
	b := ReviewBroadcast{ID: id}
	sum := tally{peak: -1}
	for _, s := range j.sums {
		d := j.reader.day(s.day)
		channel, steps := j.reader.broadcast(d, id)
		if len(steps) == 0 {
			continue
		}
		told := j.reader.telling(d, id, j.snap)
		if told.Hidden || j.snap.owners.blocked(live.ChannelID{Platform: id.Platform, ID: channel}, &told) {
			return b, sum, false
		}
		sum.add(tallySteps(d.start, steps, nil))
		b.Channel = Ref{channel, cmp.Or(told.Name, b.Channel.Name)}
		if told.Title != "" {
			b.Title = told.Title
		}
		if told.Category != "" {
			b.Category = told.category()
		}
	}
	b.Figures = figuresOf(&sum)
	return b, sum, b.Channel.ID != ""
}

// call fills in who it was.
func (j *reviewer) call(b *ReviewBroadcast) {
	ch := live.ChannelID{Platform: b.ID.Platform, ID: b.Channel.ID}
	name := func(x live.ChannelID) string {
		if x == ch {
			return j.named(x, b.Channel.Name)
		}
		return j.named(x, "")
	}
	b.Channel.Name = cmp.Or(name(ch), ch.ID)
	id, channels := j.snap.owners.of(ch)
	b.Creator = Ref{id, j.snap.owners.named(id, channels, name)}
	e, over := j.snap.Find(b.ID)
	b.Live = e != nil && !over && slices.ContainsFunc(e.Broadcasts, func(m Member) bool { return m.ID == b.ID })
}
