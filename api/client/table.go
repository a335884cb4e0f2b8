package client

import (
	"cmp"
	"slices"
	"time"
)

// Table is the set that Events describes: give it every event, and it holds the present rows. The zero Table is empty.
// Not safe for concurrent use.
type Table struct {
	Seq  uint64
	AsOf time.Time
	rows map[string]Row
}

// Apply takes an event in.
func (t *Table) Apply(e Event) {
	switch {
	case e.List != nil:
		t.Seq, t.AsOf = e.List.Seq, e.List.AsOf
		t.rows = make(map[string]Row, len(e.List.Streams))
		for i := range e.List.Streams {
			t.rows[e.List.Streams[i].ID] = e.List.Streams[i].Row
		}
	case e.Changes != nil:
		if t.rows == nil {
			t.rows = map[string]Row{}
		}
		if e.Changes.Seq >= t.Seq { // changes from before the list was made may follow it
			t.Seq, t.AsOf = e.Changes.Seq, e.Changes.AsOf
		}
		for _, r := range e.Changes.Upserts {
			t.rows[r.ID] = r
		}
		for _, r := range e.Changes.Removed {
			delete(t.rows, r.ID)
		}
	}
}

// Len is the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Row gives the row with an id.
func (t *Table) Row(id string) (Row, bool) {
	r, ok := t.rows[id]
	return r, ok
}

// Rows gives all rows in rank order: most viewers first, hidden counts last, then by id.
func (t *Table) Rows() []Row {
	out := make([]Row, 0, len(t.rows))
	for _, r := range t.rows {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Row) int {
		return cmp.Or(cmp.Compare(b.Viewers, a.Viewers), cmp.Compare(a.ID, b.ID))
	})
	return out
}
