package identity

import (
	"slices"

	"onair/classify"
	"onair/live"
)

// read reads a channel once.
func (f *facet) read() {
	h := f.Handle
	switch {
	case h != "":
	case f.ID.Platform == "soop": // the id is the login
		h = f.ID.ID
	case f.ID.Platform == "twitch":
		for _, b := range f.Broadcasts {
			if t, _, ok := readLink(b.URL); ok && t.platform == "twitch" {
				h = t.handle
				break
			}
		}
	}
	f.handle = readHandle(h)
	f.name = readName(f.Name, f.handle.key)
	f.readLinks()
	f.readTitles()
	m := classify.Official(f.ID.Platform, f.Name, "")
	f.mark = m&(classify.MarkLeague|classify.MarkBroadcaster) != 0
}

// table is channels by a key that may bring them together.
type table map[string]*block

// block is the channels of one key, in order, each once.
type block struct {
	channels []int32
	spans    bool   // they are of two platforms at least
	doubled  chance // how many others of a platform have the key; see add
	counts   []platformCount
}

type platformCount struct {
	platform live.Platform
	n        int
}

// put adds a channel to a key's block. Those that say that they are about somebody do not make a key usual, and others
// do it platform by platform: the one that has most says how usual it is.
func (w *world) put(t table, key string, i int32) {
	if key == "" {
		return
	}
	b := t[key]
	if b == nil {
		b = &block{}
		t[key] = b
	}
	if n := len(b.channels); n > 0 && b.channels[n-1] == i {
		return
	}
	f := w.channels[i]
	b.channels = append(b.channels, i)
	b.spans = b.spans || w.channels[b.channels[0]].ID.Platform != f.ID.Platform
	if f.name.about() {
		return
	}
	k := slices.IndexFunc(b.counts, func(c platformCount) bool { return c.platform == f.ID.Platform })
	if k < 0 {
		k = len(b.counts)
		b.counts = append(b.counts, platformCount{platform: f.ID.Platform})
	}
	b.counts[k].n++
	b.doubled = max(b.doubled, chance(b.counts[k].n-1)*one)
}

// doubled is how many others have a key, by what is counted.
func (t table) doubled(key string) chance {
	if b := t[key]; b != nil {
		return b.doubled
	}
	return 0
}

// gather fills the tables by which channels find each other.
func (w *world) gather() {
	w.gatherNames()
	w.phrases.gather(w.channels)
	add := w.put
	for n, f := range w.channels {
		i := int32(n)
		add(w.handles, f.handle.key, i)
		if f.handle.stem != f.handle.key {
			add(w.handles, f.handle.stem, i)
		}
		for _, part := range append([]string{f.name.core}, f.name.parts...) {
			// A Latin name is compared with handles too.
			if h := readHandle(part); script(part) == inLatin && h.stem != "" && h.stem != f.handle.stem && h.stem != f.handle.key {
				add(w.handles, h.stem, i)
			}
		}
		hangul, latin := f.sounds()
		for _, s := range slices.Concat(hangul, latin) {
			add(w.sounds, s, i)
		}
		if len(f.titles) > 0 {
			w.onAir[f.ID.Platform]++
		}
		for _, h := range f.titles {
			for _, k := range h.keys {
				add(w.titles, k, i)
			}
			if h.start != 0 {
				w.starts[f.ID.Platform] = append(w.starts[f.ID.Platform], h.start)
			}
		}
	}
	all, asked := map[string]bool{}, map[string]bool{}
	for _, f := range w.channels {
		if f.handle.stem != "" {
			all[f.handle.stem] = true
			if w.handles[f.handle.stem].spans {
				asked[f.handle.stem] = true
			}
		}
	}
	w.stems = newCrowd(all, asked)
	for _, s := range w.starts {
		slices.Sort(s)
	}
	for n, f := range w.channels {
		for _, c := range f.links {
			for _, t := range c.targets {
				if to, ok := w.resolve(t); ok && !w.linked[[2]int32{int32(n), to}] {
					w.linked[[2]int32{int32(n), to}] = true
					if !f.name.about() { // whose clips one shows, one names
						w.pointers[towards{to, f.ID.Platform}]++
					}
				}
			}
		}
	}
}

// candidates are the pairs that some key brings together.
func (w *world) candidates() [][2]int32 {
	tables := []table{w.named, w.handles, w.sounds, w.titles}
	limit := maxBlock
	for limit > 2 && pairsOf(tables, limit) > maxPairs {
		limit--
	}
	var pairs [][2]int32
	pair := func(list []int32) {
		for i, a := range list {
			for _, b := range list[i+1:] {
				if w.channels[a].ID.Platform != w.channels[b].ID.Platform {
					pairs = append(pairs, [2]int32{min(a, b), max(a, b)})
				}
			}
		}
	}
	for _, t := range tables {
		for _, b := range t { // pairs are sorted afterwards
			if b.spans && len(b.channels) <= limit {
				pair(b.channels)
			}
		}
	}
	for l := range w.linked {
		pairs = append(pairs, [2]int32{min(l[0], l[1]), max(l[0], l[1])})
	}
	return pairs
}

// maxPairs bounds the work on a set whose every channel was made to look like some others.
const maxPairs = 500_000

// pairsOf is how many pairs the blocks up to a size make.
func pairsOf(tables []table, limit int) (n int) {
	for _, t := range tables {
		for _, b := range t {
			if b.spans && len(b.channels) <= limit {
				n += len(b.channels) * (len(b.channels) - 1) / 2
			}
		}
	}
	return n
}
