package api

import (
	"errors"
	"sync"

	"onair/view"
)

const (
	// maxResponses and maxRendered bound what strangers can make a node keep for one snapshot by asking for filters
	// that nobody else asks for: past either, an answer is made and thrown away.
	maxResponses = 512
	maxRendered  = 64 << 20
)

// rendition is everything that was made from one snapshot. It goes when the next one comes.
type rendition struct {
	snap    *view.Snapshot
	lineage string
	coder   *coder
	metrics *metrics

	mu        sync.Mutex
	responses map[string]*response
	rendered  int // bytes in responses

	rowMu  sync.Mutex
	rows   [][]byte // schema Entry of snap.Entries[i], nil until somebody needed it
	coarse [][]byte // the same with a coarse trend
}

// latest is the rendition of the newest snapshot, nil before the first.
func (s *Server) latest() *rendition {
	snap := s.o.View.Current()
	if snap == nil {
		return nil
	}
	if r := s.rendered.Load(); r != nil && r.snap == snap {
		return r
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rendered.Load()
	if r == nil || r.snap.N < snap.N {
		r = &rendition{
			snap: snap, lineage: lineageTag(snap.Lineage), coder: s.coder, metrics: s.metrics,
			responses: map[string]*response{}, rows: make([][]byte, len(snap.Entries)), coarse: make([][]byte, len(snap.Entries)),
		}
		s.rendered.Store(r)
	}
	return r
}

var errUnmade = errors.New("the response was not made")

// get gives the response named key, made by build at most once however many ask at the same time. A common one is kept
// whatever the bounds say: a flood of odd filters must not push out what everybody reads.
func (r *rendition) get(key string, common bool, build func(p *response) error) *response {
	r.mu.Lock()
	p, ok := r.responses[key]
	if !ok {
		p = &response{coder: r.coder, err: errUnmade}
		if common || len(r.responses) < maxResponses && r.rendered < maxRendered {
			p.grow = func(n int) {
				r.mu.Lock()
				r.rendered += n
				r.mu.Unlock()
			}
			r.responses[key] = p
		}
	}
	r.mu.Unlock()
	p.once.Do(func() { p.err = build(p) }) // if build panics, those who wait get errUnmade
	return p
}

// json is get for a JSON body.
func (r *rendition) json(key string, common bool, body func() ([]byte, error)) *response {
	return r.get(key, common, func(p *response) error {
		b, err := body()
		if err != nil {
			return err
		}
		r.metrics.bodies.Inc()
		p.fill(contentJSON, "", r.lineage, b)
		return nil
	})
}

// appendEntries writes entries with commas between them, those after the first fine with a coarse trend. A row is
// encoded once for the snapshot, in either form; lists copy it.
func (r *rendition) appendEntries(b []byte, entries []*view.Entry, fine int) []byte {
	r.rowMu.Lock()
	defer r.rowMu.Unlock()
	for i, e := range entries {
		if i > 0 {
			b = append(b, ',')
		}
		if i < fine {
			b = append(b, r.row(r.rows, e, 1)...)
		} else {
			b = append(b, r.row(r.coarse, e, coarseStep)...)
		}
	}
	return b
}

func (r *rendition) row(rows [][]byte, e *view.Entry, step int) []byte {
	i := e.Rank - 1
	if i < 0 || i >= len(rows) || r.snap.Entries[i] != e {
		r.metrics.rows.Inc()
		return appendEntry(nil, e, step) // ended: not in the list
	}
	if rows[i] == nil {
		r.metrics.rows.Inc()
		rows[i] = appendEntry(make([]byte, 0, 1024), e, step)
	}
	return rows[i]
}
