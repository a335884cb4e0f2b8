package view

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"strings"

	"onair/live"
)

const (
	// growthBase is the least number of viewers that growth is measured against: without it one friend who drops in
	// on a stream of two would head the list.
	growthBase = 100
	// noGrowth sorts below every growth.
	noGrowth = math.MinInt64
)

// index is what makes queries fast: one row for each entry, in rank order, and the four orders.
type index struct {
	rows       []row
	orders     [len(sorts)][]int32 // places in rows: the list
	aside      [len(sorts)][]int32 // and what is left out of it
	shares     []share             // of all rows
	inRow      []int32             // categories of all rows' members
	text       text
	categories map[string]int32 // Category.ID to number
	names      []Category       // by number
	platforms  []live.Platform
	totals     Result // of the whole list
}

// row is what filters and sorts look at.
type row struct {
	e               *Entry
	since           int64 // earliest start or first sighting, nanoseconds since 1970
	rise            int64 // permille, or noGrowth
	category        int32 // -1: none
	share, shareEnd int32
	inRow, inRowEnd int32
	text            span
}

// share is one member's part of a row.
type share struct {
	platform int32
	viewers  live.Viewers
}

// build reads everything from the entries of snap and the casts behind them.
func (x *index) build(snap *Snapshot, b *builder) {
	x.categories = map[string]int32{}
	for _, info := range b.options.Infos {
		x.platforms = append(x.platforms, info.ID)
	}
	x.rows = make([]row, len(b.all))
	for i, e := range b.all {
		t := b.rows[i].team
		r := row{e: e, since: t[0].start, rise: rise(t, e), category: -1, share: int32(len(x.shares)), inRow: int32(len(x.inRow)), text: x.text.begin()}
		if e.Category.ID != "" {
			r.category = x.number(&e.Category)
		}
		x.text.field(e.Creator.Name)
		for _, c := range t {
			x.shares = append(x.shares, share{int32(c.info), c.b.Viewers})
			k := &c.opinion.category
			if k.ID != "" {
				x.inRow = append(x.inRow, x.number(k))
			}
			x.text.field(c.b.Title)
			x.text.field(k.NameKo)
			if k.Name != k.NameKo {
				x.text.field(k.Name)
			}
			if own := c.b.Category.Name; own != k.Name && own != k.NameKo {
				x.text.field(own)
			}
			if c.b.ChannelName != e.Creator.Name {
				x.text.field(c.b.ChannelName)
			}
		}
		r.shareEnd, r.inRowEnd, r.text = int32(len(x.shares)), int32(len(x.inRow)), x.text.end(r.text)
		x.rows[i] = r
	}
	keys := make([]sortKey, len(x.rows))
	for o := range x.orders {
		x.orders[o] = x.order(o, 0, b.listed, keys)
		x.aside[o] = x.order(o, b.listed, len(x.rows), keys)
	}
	x.scan(filter{}, x.orders[0], len(x.rows), 0, &x.totals)
	snap.Categories = x.totals.Categories
}

// order sorts the rows from place from to place to. keys is room to work in, one for each row.
func (x *index) order(o, from, to int, keys []sortKey) []int32 {
	list := make([]int32, to-from)
	for i := range list {
		list[i] = int32(from + i)
	}
	if sorts[o] != SortViewers { // rank order is that already
		for _, n := range list {
			keys[n] = x.key(o, n)
		}
		slices.SortFunc(list, func(a, b int32) int { return keys[a].compare(&keys[b]) })
	}
	return list
}

// whole is an order of the list and what is left out of it.
func (x *index) whole(o int) []int32 {
	list, aside := x.orders[o], x.aside[o]
	if len(aside) == 0 {
		return list
	}
	out := make([]int32, 0, len(x.rows))
	for _, n := range aside {
		k := x.key(o, n)
		i := sort.Search(len(list), func(i int) bool {
			other := x.key(o, list[i])
			return other.compare(&k) > 0
		})
		out = append(append(out, list[:i]...), n)
		list = list[i:]
	}
	return append(out, list...)
}

// number gives a category its number; its name is that of the first entry in rank order.
func (x *index) number(c *Category) int32 {
	n, ok := x.categories[c.ID]
	if !ok {
		n = int32(len(x.names))
		x.categories[c.ID] = n
		x.names = append(x.names, *c)
	}
	return n
}

// rise is how an entry stands in the order of SortRising: by the largest member's growth beyond its platform's, where
// the fold knows that, else by how much all grew.
func rise(t team, e *Entry) int64 {
	if e.Rise != 0 {
		return int64(e.Rise)
	}
	return growth(t, e.Viewers)
}

// growth is how much the members grew over rankSpan minutes, in permille of what they had then.
func growth(t team, now live.Viewers) int64 {
	then := sum(t, viewersThen)
	if !now.Known() || !then.Known() {
		return noGrowth
	}
	return (now.Count() - then.Count()) * 1000 / max(then.Count(), growthBase)
}

// key is where row n stands in an order.
func (x *index) key(order int, n int32) sortKey {
	r := &x.rows[n]
	k := sortKey{id: r.e.ID}
	switch sorts[order] {
	case SortViewers:
		k.a = int64(r.e.Viewers)
	case SortRising:
		k.a, k.b = r.rise, int64(r.e.Viewers)
	case SortStarted:
		k.a = r.since
	case SortName:
		k.name = r.e.Creator.Name
	}
	return k
}

// filter is a query's filters in the index's own terms.
type filter struct {
	adult      bool    // adult entries too
	locked     bool    // locked entries too
	platforms  []int32 // nil: any
	categories []bool  // by number; nil: any
	langs      []string
	terms      []term
	bounds     bool
	least      int64
	most       int64
	fresh      bool
	rising     bool
	hot        bool
	official   *bool
}

// filter reads q. Platforms and categories that the snapshot does not have match nothing. Errors wrap ErrQuery.
func (x *index) filter(q Query) (filter, error) {
	f := filter{
		adult: q.Adult, locked: q.Locked, langs: q.Langs, fresh: q.New, rising: q.Rising, hot: q.Hot, official: q.Official, most: math.MaxInt64,
	}
	for _, p := range q.Platforms {
		f.platforms = append(f.platforms, int32(slices.Index(x.platforms, p)))
	}
	if len(q.Categories) > 0 {
		var p pick
		for _, c := range q.Categories {
			p.add(c)
		}
		f.categories = make([]bool, len(x.names))
		for n := range x.names {
			f.categories[n] = p.has(&x.names[n])
		}
	}
	if q.MinViewers != nil {
		f.bounds, f.least = true, *q.MinViewers
	}
	if q.MaxViewers != nil {
		f.bounds, f.most = true, *q.MaxViewers
	}
	var err error
	f.terms, err = terms(q.Q)
	return f, err
}

// open reports that f lets everything through.
func (f *filter) open() bool {
	return !f.adult && !f.locked && f.platforms == nil && f.categories == nil && len(f.langs) == 0 && len(f.terms) == 0 &&
		!f.bounds && !f.fresh && !f.rising && !f.hot && f.official == nil
}

// pass reports whether r is let through; the cheap questions come first.
func (x *index) pass(f *filter, r *row) bool {
	e := r.e
	if e.Adult && !f.adult || e.Locked && !f.locked ||
		f.rising && !e.Rising || f.hot && !e.Hot || f.bounds && (!e.Viewers.Known() || e.Viewers.Count() < f.least || e.Viewers.Count() > f.most) ||
		f.fresh && !e.New ||
		f.official != nil && e.Official != *f.official ||
		len(f.langs) > 0 && !slices.Contains(f.langs, e.Lang.Code) {
		return false
	}
	if f.platforms != nil && !slices.ContainsFunc(x.shares[r.share:r.shareEnd], func(s share) bool { return slices.Contains(f.platforms, s.platform) }) {
		return false
	}
	if f.categories != nil && !slices.ContainsFunc(x.inRow[r.inRow:r.inRowEnd], func(c int32) bool { return f.categories[c] }) {
		return false
	}
	return x.text.has(r.text, f.terms)
}

// scan walks an order: it writes the totals of what passes f into r, and gives at most limit rows at or after place
// start.
func (x *index) scan(f filter, order []int32, start, limit int, r *Result) []int32 {
	var page []int32
	categories := make([]CategoryCount, len(x.names))
	r.Platforms = make([]PlatformCount, len(x.platforms))
	for i, p := range x.platforms {
		r.Platforms[i].ID = p
	}
	for i, n := range order {
		w := &x.rows[n]
		if !x.pass(&f, w) {
			continue
		}
		viewers := w.e.Viewers.Count()
		r.Total++
		r.Viewers += viewers
		for _, s := range x.shares[w.share:w.shareEnd] {
			r.Platforms[s.platform].Entries++
			r.Platforms[s.platform].Viewers += s.viewers.Count()
		}
		if w.category >= 0 {
			categories[w.category].Entries++
			categories[w.category].Viewers += viewers
		}
		if i >= start && len(page) < limit {
			page = append(page, n)
		}
	}
	for i := range categories {
		n := &x.names[i]
		categories[i].ID, categories[i].Name, categories[i].NameKo, categories[i].Group = n.ID, n.Name, n.NameKo, n.Group
	}
	r.Categories = slices.DeleteFunc(categories, func(c CategoryCount) bool { return c.Entries == 0 })
	slices.SortFunc(r.Categories, func(a, b CategoryCount) int {
		return cmp.Or(cmp.Compare(b.Viewers, a.Viewers), cmp.Compare(b.Entries, a.Entries), strings.Compare(a.ID, b.ID))
	})
	return page
}
