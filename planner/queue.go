package planner

import (
	"cmp"
	"hash/fnv"
	"slices"
	"time"
)

// queue orders ids by when they were last asked about, the longest ago first. Those never asked about come in an order that
// each leader draws for itself: were it that of their names, a hub that often has a new leader would ask the same few for ever.
type queue struct {
	epoch string
	ids   []waiting
}

type waiting struct {
	id string
	at time.Time
	no uint64
}

func (q *queue) add(id string, at time.Time) {
	w := waiting{id: id, at: at}
	if at.IsZero() {
		h := fnv.New64a()
		h.Write([]byte(q.epoch))
		h.Write([]byte{0})
		h.Write([]byte(id))
		w.no = h.Sum64()
	}
	q.ids = append(q.ids, w)
}

func (a waiting) compare(b waiting) int {
	return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.no, b.no), cmp.Compare(a.id, b.id))
}

// first gives up to n ids.
func (q *queue) first(n int) []string {
	switch n = min(n, len(q.ids)); n {
	case 0:
		return nil
	case 1: // the usual case, once a second, of thousands
		return []string{slices.MinFunc(q.ids, waiting.compare).id}
	}
	slices.SortFunc(q.ids, waiting.compare)
	ids := make([]string, n)
	for i := range ids {
		ids[i] = q.ids[i].id
	}
	return ids
}
