package view

import (
	"slices"
	"strings"
	"time"

	"onair/aggregator"
	"onair/live"
)

// rankSpan is how far back, in minutes of log time, rank changes and growth look.
const rankSpan = 15

// builder is one run of Build: collect, group, then entries, which the rest is read from.
type builder struct {
	source  source
	facts   *Facts
	joined  *joined
	options BuildOptions
	infos   map[live.Platform]int // places in options.Infos

	now    time.Time // log time
	minute int64     // the newest that the fold marked
	known  []KnownBroadcast
	casts  []*cast // what facts and options let through, live or ended, in the order of byOwner

	teams []team // live now
	then  []team // live rankSpan minutes ago
	ended []past

	rows    []ranked // teams in list order, then those that are left out of it; entry i is of rows[i]
	listed  int      // how many of rows are in the list
	all     []*Entry // of rows
	members []Member // slabs that entries take their parts from: they live and die together
	minutes []live.Viewers

	memo    *Memo
	refused map[string]bool           // by category id: whether a block names it
	names   map[live.ChannelID]naming // of channels in unions
}

// naming is what a channel was last called.
type naming struct {
	at   time.Time
	name string
}

// past is a broadcast that has ended, with a live one that it last shared an entry with.
type past struct {
	cast    *cast
	partner *cast // nil: nothing of its entry is live
}

func newBuilder(s source, f *Facts, o BuildOptions) *builder {
	b := &builder{
		source: s, facts: f, joined: f.join(), options: o, now: s.LogTime(),
		infos: map[live.Platform]int{}, memo: o.Memo, refused: map[string]bool{}, names: map[live.ChannelID]naming{},
	}
	if b.memo == nil {
		b.memo = &Memo{}
	}
	for i, info := range o.Infos {
		b.infos[info.ID] = i
	}
	return b
}

// collect takes the broadcasts that are shown and finds who owns each.
func (b *builder) collect() {
	type owner struct {
		creator string
		channel live.ChannelID // zero when a creator claims it
	}
	owners := map[owner]int{}
	for x := range b.source.Broadcasts() {
		info, ok := b.infos[x.ID.Platform]
		if !ok {
			continue
		}
		b.minute = max(b.minute, x.MinuteAt)
		if x.Live() {
			b.known = append(b.known, KnownBroadcast{x.ID, x.ConfirmedAt})
		}
		ch := live.ChannelID{Platform: x.ID.Platform, ID: x.Channel}
		c := &cast{b: x, id: x.ID.String(), info: info, start: began(x).UnixNano()}
		c.opinion = b.opine(c, ch)
		if b.blocked(c, ch) {
			continue
		}
		who := owner{creator: b.joined.owner[ch]}
		if who.creator == "" {
			who.channel = ch
			if u := b.joined.unions[ch]; u != nil {
				who.channel = u.channels[0]
				b.call(ch, x)
			}
		}
		n, ok := owners[who]
		if !ok {
			n = len(owners)
			owners[who] = n
		}
		c.owner = n
		b.casts = append(b.casts, c)
	}
	slices.SortFunc(b.casts, byOwner)
}

// call notes x's name for its channel. Of several broadcasts the one that was looked at last knows it.
func (b *builder) call(ch live.ChannelID, x *aggregator.Broadcast) {
	had, ok := b.names[ch]
	if c := x.ObservedAt.Compare(had.at); !ok || c > 0 || c == 0 && x.ChannelName > had.name {
		b.names[ch] = naming{x.ObservedAt, x.ChannelName}
	}
}

// named is what a channel in a union is called: by itself, else by its broadcasts.
func (b *builder) named(ch live.ChannelID) string {
	if k := b.source.Channel(ch); k != nil && k.Info.Name != "" {
		return k.Info.Name
	}
	return b.names[ch].name
}

// blocked reports whether a fact keeps c out.
func (b *builder) blocked(c *cast, ch live.ChannelID) bool {
	if b.joined.channels[ch] || !b.joined.categories.empty() && b.refuses(&c.opinion.category) {
		return true
	}
	if len(b.joined.keywords) == 0 {
		return false
	}
	title := foldCase(c.b.Title)
	return slices.ContainsFunc(b.joined.keywords, func(k string) bool { return strings.Contains(title, k) })
}

// refuses reports whether a block names the category, worked out once for each.
func (b *builder) refuses(c *Category) bool {
	if c.ID == "" {
		return false
	}
	refused, ok := b.refused[c.ID]
	if !ok {
		refused = b.joined.categories.has(c)
		b.refused[c.ID] = refused
	}
	return refused
}

// group joins what is live now, and what was live when rank changes are measured from, into teams; and finds which
// live broadcast an ended one belongs to.
func (b *builder) group() {
	then := b.minute - rankSpan
	for _, c := range b.casts {
		c.then = viewersAt(c.b, then)
		c.wasLive = liveAt(c.b, then)
	}
	for lo, hi := 0, 0; lo < len(b.casts); lo = hi {
		for hi = lo; hi < len(b.casts) && b.casts[hi].owner == b.casts[lo].owner; hi++ {
		}
		run := b.casts[lo:hi:hi]
		b.teams, _ = join(b.teams, those(run, func(c *cast) bool { return c.b.Live() }))
		b.then, _ = join(b.then, those(run, func(c *cast) bool { return c.wasLive }))
		onePlatform := !slices.ContainsFunc(run, func(c *cast) bool { return c.info != run[0].info })
		for _, c := range run {
			if c.b.Live() {
				continue
			}
			p := past{cast: c}
			if !onePlatform {
				p.partner = partner(c, run)
			}
			b.ended = append(b.ended, p)
		}
	}
	shown, _ := parted(b.then)
	for i, r := range rank(shown, viewersThen) {
		for _, c := range r.team {
			c.rankThen = i + 1
		}
	}
	shown, aside := parted(b.teams)
	b.listed = len(shown)
	b.rows = append(rank(shown, viewersNow), rank(aside, viewersNow)...)
	for i, r := range b.rows {
		for _, c := range r.team {
			c.row = i
		}
	}
}

// parted takes out the teams that a list shows to nobody who did not ask.
func parted(teams []team) (shown, aside []team) {
	for i, t := range teams {
		if !t.adult() && !t.locked() {
			if aside != nil {
				shown = append(shown, t)
			}
			continue
		}
		if aside == nil {
			shown = slices.Clone(teams[:i])
		}
		aside = append(aside, t)
	}
	if aside == nil {
		return teams, nil
	}
	return shown, aside
}

// those is the part of run that pass accepts; run itself when that is all of it.
func those(run []*cast, pass func(*cast) bool) []*cast {
	n := 0
	for _, c := range run {
		if pass(c) {
			n++
		}
	}
	if n == len(run) {
		return run
	}
	part := make([]*cast, 0, n)
	for _, c := range run {
		if pass(c) {
			part = append(part, c)
		}
	}
	return part
}

// entries writes the rows, and where live ids lead.
func (b *builder) entries(snap *Snapshot) {
	slab, changes := make([]Entry, len(b.rows)), make([]int, b.listed)
	b.members = make([]Member, 0, len(b.casts))
	b.minutes = make([]live.Viewers, 0, len(b.casts)*aggregator.TrendMinutes)
	b.all = make([]*Entry, len(b.rows))
	snap.live = make(map[live.BroadcastID]*Entry, len(b.casts)-len(b.ended))
	for i, r := range b.rows {
		e := &slab[i]
		b.fill(e, r.team, r.viewers)
		if i < b.listed {
			e.Rank = i + 1
			if rankThen := bestThen(r.team); rankThen > 0 {
				changes[i] = rankThen - e.Rank
				e.RankChange = &changes[i]
			}
		}
		b.all[i] = e
		for _, c := range r.team {
			snap.live[c.b.ID] = e
		}
	}
	snap.Entries, snap.Unlisted = b.all[:b.listed:b.listed], b.all[b.listed:]
}

// bestThen is the best rank that an entry with one of t's members had then; 0 when none was live.
func bestThen(t team) int {
	best := 0
	for _, c := range t {
		if c.rankThen > 0 && (best == 0 || c.rankThen < best) {
			best = c.rankThen
		}
	}
	return best
}

// endings writes where the ids of ended broadcasts lead.
func (b *builder) endings(snap *Snapshot) {
	slab := make([]Entry, len(b.ended))
	snap.ended = make(map[live.BroadcastID]ending, len(b.ended))
	for i, p := range b.ended {
		if p.partner != nil {
			snap.ended[p.cast.b.ID] = ending{entry: b.all[p.partner.row]}
			continue
		}
		e := &slab[i]
		b.fill(e, team{p.cast}, p.cast.b.Viewers)
		e.New, e.Rising, e.Hot = false, false, false
		snap.ended[p.cast.b.ID] = ending{entry: e, over: true}
	}
}

// platforms judges every platform that is shown.
func (b *builder) platforms() []PlatformStatus {
	states := map[live.Platform]*aggregator.PlatformState{}
	for _, p := range b.source.Platforms() {
		states[p.ID] = p
	}
	list := make([]PlatformStatus, len(b.options.Infos))
	for i, info := range b.options.Infos {
		s := PlatformStatus{Info: info}
		if p := states[info.ID]; p != nil {
			s.LastPageAt, s.Cadence = p.LastPageAt, p.PassEvery
		}
		off, isOff := b.options.Off[info.ID]
		if !isOff && b.facts.pauses[info.ID] {
			off, isOff = "switched off by an operator", true
		}
		s.State, s.Reason = judge(states[info.ID], b.now, off, isOff)
		list[i] = s
	}
	for _, r := range b.rows[:b.listed] {
		for _, c := range r.team {
			list[c.info].Broadcasts++
			list[c.info].Viewers += c.b.Viewers.Count()
		}
	}
	return list
}
