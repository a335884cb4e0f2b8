package classify

import (
	"slices"
	"unicode/utf8"
)

// matcher finds many patterns in one text in one pass (Aho-Corasick over bytes). It is built once and never changed.
type matcher struct {
	nodes []node
	edges []edge // of all nodes, each node's sorted by byte
}

type node struct {
	edges, end int32 // in matcher.edges
	fail       int32
	hit        int32 // pattern that ends here, -1 for none
	link       int32 // nearest node along fail with a hit, 0 for none
	depth      int32 // bytes
}

type edge struct {
	c  byte
	to int32
}

// newMatcher takes folded patterns; the place in the list is what find reports. Of equal patterns the first counts.
func newMatcher(patterns []string) *matcher {
	type draft struct {
		next map[byte]int32
		hit  int32
	}
	drafts := []draft{{next: map[byte]int32{}, hit: -1}}
	for i, p := range patterns {
		at := int32(0)
		for j := range len(p) {
			to, ok := drafts[at].next[p[j]]
			if !ok {
				to = int32(len(drafts))
				drafts = append(drafts, draft{next: map[byte]int32{}, hit: -1})
				drafts[at].next[p[j]] = to
			}
			at = to
		}
		if at != 0 && drafts[at].hit < 0 {
			drafts[at].hit = int32(i)
		}
	}
	m := &matcher{nodes: make([]node, len(drafts))}
	for i, d := range drafts {
		n := &m.nodes[i]
		n.edges, n.hit = int32(len(m.edges)), d.hit
		for c, to := range d.next {
			m.edges = append(m.edges, edge{c, to})
		}
		slices.SortFunc(m.edges[n.edges:], func(a, b edge) int { return int(a.c) - int(b.c) })
		n.end = int32(len(m.edges))
	}
	// Breadth first: a node's fail is shallower, so it is ready.
	queue := []int32{0}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, e := range m.edges[m.nodes[at].edges:m.nodes[at].end] {
			to := &m.nodes[e.to]
			to.depth = m.nodes[at].depth + 1
			if at != 0 {
				to.fail = m.step(m.nodes[at].fail, e.c)
			}
			if f := to.fail; m.nodes[f].hit >= 0 {
				to.link = f
			} else {
				to.link = m.nodes[f].link
			}
			queue = append(queue, e.to)
		}
	}
	return m
}

// step follows c from at, falling back to shorter suffixes.
func (m *matcher) step(at int32, c byte) int32 {
	for {
		n := &m.nodes[at]
		for _, e := range m.edges[n.edges:n.end] {
			if e.c == c {
				return e.to
			}
			if e.c > c {
				break
			}
		}
		if at == 0 {
			return 0
		}
		at = n.fail
	}
}

// find calls f with every pattern that stands in text as a word: see standsAlone.
func (m *matcher) find(text []byte, f func(pattern, from, to int)) {
	at := int32(0)
	for i, c := range text {
		at = m.step(at, c)
		for n := at; n != 0; n = m.nodes[n].link {
			if hit := m.nodes[n].hit; hit >= 0 {
				from := i + 1 - int(m.nodes[n].depth)
				if standsAlone(text, from, i+1) {
					f(int(hit), from, i+1)
				}
			}
		}
	}
}

// standsAlone reports whether text[from:to] is a word and not a part of another: Latin words and numbers need an edge
// on both sides, Hangul of one or two syllables an edge before it and a particle or an edge behind (롤 is no game in
// 컨트롤), longer Hangul nothing, for Korean writes compounds without a space.
func standsAlone(text []byte, from, to int) bool {
	before, _ := utf8.DecodeLastRune(text[:from])
	after, _ := utf8.DecodeRune(text[to:])
	first, _ := utf8.DecodeRune(text[from:])
	last, _ := utf8.DecodeLastRune(text[from:to])
	if first < utf8.RuneSelf && from > 0 && before != ' ' && before < utf8.RuneSelf {
		return false
	}
	if last < utf8.RuneSelf && to < len(text) && after != ' ' && after < utf8.RuneSelf {
		return false
	}
	if first < syllables || first > lastSyllable || utf8.RuneCount(text[from:to]) > 2 {
		return true
	}
	if from > 0 && before >= syllables && before <= lastSyllable {
		return false
	}
	if to < len(text) && after >= syllables && after <= lastSyllable && utf8.RuneCount(text[from:to]) == 1 {
		return particle(after)
	}
	return true
}

// particle reports syllables that follow a noun without a space.
func particle(r rune) bool {
	switch r {
	case '을', '를', '은', '는', '이', '가', '도', '로', '에', '의', '와', '과', '만', '하', '함', '할', '한', '해', '했', '방', '판', '겜':
		return true
	}
	return false
}
