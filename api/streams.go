package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"onair/live"
	"onair/view"
)

// atLeast gives the newest rendition, waiting a little for min_seq.
func (s *Server) atLeast(r *http.Request, seq uint64) (*rendition, error) {
	rd := s.latest()
	if rd == nil {
		return nil, errNotReady
	}
	if rd.snap.Seq >= seq {
		return rd, nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.limits.MinSeqWait)
	defer cancel()
	if _, err := s.o.View.WaitSeq(ctx, seq); err != nil {
		return nil, errBehind
	}
	return s.latest(), nil
}

// commonList reports the questions that clients of ours ask.
func commonList(q view.Query) bool {
	switch q.Limit {
	case view.DefaultLimit, 500, view.MaxLimit:
	default:
		return false
	}
	return q.Sort == view.SortViewers && q.Platforms == nil && q.Categories == nil && (q.Langs == nil || slices.Equal(q.Langs, []string{"ko"})) && q.Q == "" &&
		q.MinViewers == nil && q.MaxViewers == nil && !q.New && !q.Rising && !q.Hot && !q.Adult && !q.Locked && q.Official == nil && q.Cursor == ""
}

func (s *Server) serveStreams(w http.ResponseWriter, r *http.Request) error {
	p := readParams(r, listParams...)
	seq := p.minSeq()
	if p.err != nil {
		return p.err
	}
	rd, err := s.atLeast(r, seq)
	if err != nil {
		return err
	}
	q := p.list(rd.snap)
	if p.err != nil {
		return p.err
	}
	return s.send(w, r, rd.json(listKey(q), commonList(q), func() ([]byte, error) { return rd.list(q) }))
}

const (
	// listCategories bounds the totals by category in a list; with thousands of them they would be most of its bytes.
	// /v1/categories has all.
	listCategories = 100
	// fineLimit is the largest limit whose entries all have a value of trend for every minute. Past it, entries after
	// the first fineRows have one for every coarseStep minutes: in full, trends are a third of 2,000 entries compressed,
	// for lines that are drawn some 60 pixels wide.
	fineLimit  = 500
	fineRows   = 100
	coarseStep = 5
)

// list makes schema StreamList.
func (r *rendition) list(q view.Query) ([]byte, error) {
	res, err := r.snap.Query(q)
	switch {
	case errors.Is(err, view.ErrCursor):
		return nil, badParameter("cursor", "cursor is not the next of a page with these filters and this sort")
	case errors.Is(err, view.ErrQuery):
		return nil, badParameter("q", "q has too many or too long words") // the others were checked here
	case err != nil:
		return nil, err
	}
	b := make([]byte, 0, 2048+1024*len(res.Entries))
	b = appendMark(b, r.snap.Seq, r.snap.AsOf)
	b = append(b, `,"total":`...)
	b = strconv.AppendInt(b, int64(res.Total), 10)
	b = append(b, `,"viewers":`...)
	b = strconv.AppendInt(b, res.Viewers, 10)
	b = appendPlatformCounts(b, res.Platforms)
	b = appendCategoryCounts(b, res.Categories[:min(len(res.Categories), listCategories)])
	fine := len(res.Entries)
	if q.Limit > fineLimit {
		fine = min(fine, fineRows)
	}
	b = append(b, `,"streams":[`...)
	b = r.appendEntries(b, res.Entries, fine)
	b = append(b, `],"next":`...)
	b = appendText(b, res.Next)
	return append(b, "}\n"...), nil
}

// pathID reads {id}.
func pathID(r *http.Request) (live.BroadcastID, error) {
	raw := r.PathValue("id")
	id, err := live.ParseBroadcastID(raw)
	if err != nil {
		return id, badParameter("id", "id is %.80q; it must be a platform, a colon and the platform's id, such as chzzk:11223344", raw)
	}
	return id, nil
}

func notFound(id live.BroadcastID) error {
	return &problem{kind: kindNotFound, parameter: "id", detail: "no broadcast " + id.String() + " is live or was in the last hour"}
}

func (s *Server) serveStream(w http.ResponseWriter, r *http.Request) error {
	p := readParams(r, "min_seq")
	seq := p.minSeq()
	id, err := pathID(r)
	if err = errors.Join(err, p.err); err != nil {
		return err
	}
	rd, err := s.atLeast(r, seq)
	if err != nil {
		return err
	}
	return s.send(w, r, rd.json("stream "+id.String(), false, func() ([]byte, error) {
		e, ended := rd.snap.Find(id)
		if e == nil {
			return nil, notFound(id)
		}
		b := appendMark(make([]byte, 0, 2048), rd.snap.Seq, rd.snap.AsOf)
		b = append(b, `,"ended":`...)
		b = strconv.AppendBool(b, ended)
		b = append(b, `,"stream":`...)
		b = rd.appendEntries(b, []*view.Entry{e}, 1)
		return append(b, "}\n"...), nil
	}))
}

func (s *Server) servePlatforms(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.plain(r)
	if err != nil {
		return err
	}
	return s.send(w, r, rd.json("platforms", true, func() ([]byte, error) {
		b := appendMark(nil, rd.snap.Seq, rd.snap.AsOf)
		b = append(b, `,"platforms":[`...)
		for i := range rd.snap.Platforms {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendPlatform(b, &rd.snap.Platforms[i])
		}
		b = append(b, ']')
		b = appendClock(b, s.clock(rd.snap))
		return append(b, "}\n"...), nil
	}))
}

// clock is the fixed pair of instants. On real time any instant will do; the log's creation is one that all nodes share.
func (s *Server) clock(snap *view.Snapshot) live.ClockPair {
	if c := s.o.Clock; c != (live.ClockPair{}) {
		return c
	}
	at := snap.Lineage.Created
	if at.IsZero() {
		at = time.Unix(0, 0)
	}
	return live.ClockPair{Real: at, Log: at, Speed: 1}
}

func (s *Server) serveCategories(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.plain(r)
	if err != nil {
		return err
	}
	return s.send(w, r, rd.json("categories", true, func() ([]byte, error) {
		b := appendMark(nil, rd.snap.Seq, rd.snap.AsOf)
		b = appendCategoryCounts(b, rd.snap.Categories)
		return append(b, "}\n"...), nil
	}))
}

// plain is the newest rendition for a route without parameters.
func (s *Server) plain(r *http.Request) (*rendition, error) {
	if p := readParams(r); p.err != nil {
		return nil, p.err
	}
	return s.atLeast(r, 0)
}
