package api

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"onair/live"
	"onair/view"
)

const (
	// feedRows is how many entries the event stream carries: what a list on screen can want. All of them would make
	// every reader pay for the tail that nobody scrolls to.
	feedRows = 2000
	// keepRemoved is how long a reader may be away and still go on where it was.
	keepRemoved = 2 * time.Minute
	// maxRemoved bounds the ids kept for that, should a platform's whole list come and go.
	maxRemoved = 20_000
	// maxFrames bounds the frames kept for readers that are at different places; more are made and thrown away.
	maxFrames = 256
)

// feed is the one set that all event streams carry, and what changed in it lately.
//
// A reader holds only the n of the last event it was sent, and asks what came since. All who ask from the same n get
// the same bytes, made and compressed once; one that fell behind gets several snapshots folded into one event. So there
// is no queue per reader, and nothing to overflow.
//
// That a row was looked at again and nothing else moved is no change: every sweep would send every row. So the
// observed_at of a row is here that of its last other change.
type feed struct {
	boot    string
	most    int // rows in the set
	metrics *metrics

	mu      sync.Mutex
	n       uint64 // of the last snapshot that changed the set; 0 before the first
	floor   uint64 // from an n below it removals are no longer known
	seq     uint64
	asOf    time.Time
	rows    map[string]*feedRow
	order   []*feedRow // rank order
	removed map[string]removal
	oldest  []removal         // in order of removal, some of them overtaken
	frames  map[uint64]*frame // to n, by where the reader is
	reset   *frame            // at n; nil until somebody needs it
	changed chan struct{}     // closed when n grows
	closed  chan struct{}     // closed when the feed stops
	running bool
}

// feedRow is one row of the set with the n of its last change.
type feedRow struct {
	e    *view.Entry
	json []byte // schema Row, as of n
	n    uint64
	seen uint64
}

// removal is an id that left the set, and the id under which its entry goes on.
type removal struct {
	id, now string
	n       uint64
	at      time.Time
}

func newFeed(boot string, m *metrics) *feed {
	return &feed{
		boot: boot, most: feedRows, metrics: m, rows: map[string]*feedRow{}, removed: map[string]removal{}, frames: map[uint64]*frame{},
		changed: make(chan struct{}), closed: make(chan struct{}),
	}
}

// run follows v until ctx ends, then ends every stream.
func (f *feed) run(ctx context.Context, v View) {
	defer close(f.closed)
	for {
		changed := v.Changed() // before Current, so that none is missed
		if snap := v.Current(); snap != nil {
			f.update(snap, time.Now())
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// update moves the set to snap. A snapshot that changes nothing in it leaves the feed as it was.
func (f *feed) update(snap *view.Snapshot, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n != 0 && snap.N <= f.n {
		return
	}
	f.forget(now)
	first, dirty := f.n == 0, f.n == 0
	top := snap.Entries[:min(len(snap.Entries), f.most)]
	order := make([]*feedRow, 0, len(top))
	for _, e := range top {
		row := f.rows[e.ID]
		switch {
		case row == nil:
			row = &feedRow{}
			f.rows[e.ID] = row
			delete(f.removed, e.ID)
			fallthrough
		case row.e != e && !shownAlike(row.e, e):
			row.json = appendRow(nil, e) // the old bytes may be on their way to somebody
			row.n = snap.N
			dirty = true
		}
		row.e = e
		row.seen = snap.N
		order = append(order, row)
	}
	for _, row := range f.order {
		if row.seen == snap.N {
			continue
		}
		r := removal{id: row.e.ID, n: snap.N, at: now}
		if id, err := live.ParseBroadcastID(r.id); err == nil {
			if e, _ := snap.Find(id); e != nil && e.Rank > 0 && e.ID != r.id {
				r.now = e.ID
			}
		}
		delete(f.rows, r.id)
		f.removed[r.id] = r
		f.oldest = append(f.oldest, r)
		dirty = true
	}
	f.order = order
	if !dirty {
		return
	}
	f.n, f.seq, f.asOf = snap.N, snap.Seq, snap.AsOf
	if first {
		f.floor = snap.N
		f.running = true
	}
	clear(f.frames)
	f.reset = nil
	close(f.changed)
	f.changed = make(chan struct{})
}

// forget drops removals that are too old or too many; readers that were away since before then start anew.
func (f *feed) forget(now time.Time) {
	i := 0
	for ; i < len(f.oldest) && (now.Sub(f.oldest[i].at) > keepRemoved || len(f.oldest)-i > maxRemoved); i++ {
		r := f.oldest[i]
		if f.removed[r.id].n == r.n {
			delete(f.removed, r.id)
		}
		f.floor = max(f.floor, r.n)
	}
	f.oldest = slices.Delete(f.oldest, 0, i)
}

// shownAlike reports whether a and b have the same schema Row but for observed_at.
func shownAlike(a, b *view.Entry) bool {
	return a.Title == b.Title && a.Viewers == b.Viewers && a.Creator == b.Creator && a.Category == b.Category && a.Lang == b.Lang &&
		a.StartedAt.Equal(b.StartedAt) && a.Adult == b.Adult && a.Locked == b.Locked &&
		a.Official == b.Official && a.OfficialReason == b.OfficialReason && a.New == b.New && a.Rising == b.Rising && a.Hot == b.Hot &&
		a.Thumbnail == b.Thumbnail && slices.EqualFunc(a.Broadcasts, b.Broadcasts, sameBroadcast)
}

func sameBroadcast(a, b view.Member) bool {
	return a.ID == b.ID && a.Channel == b.Channel && a.URL == b.URL && a.Title == b.Title && a.Viewers == b.Viewers
}

// since gives the event that takes a reader from n to the present, nil when it is there already, and the channel that
// is closed when there is more. reset says that the event is a reset, because n is unknown or too long ago.
func (f *feed) since(n uint64, known bool) (event *frame, at uint64, reset bool, changed <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !known || n > f.n || n < f.floor {
		if f.reset == nil {
			f.reset = &frame{plain: f.resetEvent()}
		}
		return f.reset, f.n, true, f.changed
	}
	if n == f.n {
		return nil, n, false, f.changed
	}
	event, ok := f.frames[n]
	if !ok {
		event = &frame{plain: f.changesEvent(n)}
		f.metrics.frames.Inc()
		if len(f.frames) < maxFrames {
			f.frames[n] = event
		}
	}
	return event, f.n, false, f.changed
}

// ready reports whether there is a set yet.
func (f *feed) ready() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.running
}

func (f *feed) head(event string) []byte {
	b := make([]byte, 0, 512)
	b = append(b, "event: "...)
	b = append(b, event...)
	b = append(b, "\nid: "...)
	b = append(b, f.boot...)
	b = append(b, '-')
	b = strconv.AppendUint(b, f.n, 10)
	return append(b, "\ndata: "...)
}

func (f *feed) resetEvent() []byte {
	b := append(f.head("reset"), `{"seq":`...)
	b = strconv.AppendUint(b, f.seq, 10)
	return append(b, "}\n\n"...)
}

// changesEvent writes schema Changes: rows in rank order, ids sorted.
func (f *feed) changesEvent(n uint64) []byte {
	b := appendMark(f.head("changes"), f.seq, f.asOf)
	b = append(b, `,"upserts":[`...)
	comma := false
	for _, row := range f.order {
		if row.n <= n {
			continue
		}
		if comma {
			b = append(b, ',')
		}
		comma = true
		b = append(b, row.json...)
	}
	b = append(b, `],"removed":[`...)
	var gone []removal
	for _, r := range f.removed {
		if r.n > n {
			gone = append(gone, r)
		}
	}
	slices.SortFunc(gone, func(a, b removal) int { return cmp.Compare(a.id, b.id) })
	for i, r := range gone {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"id":`...)
		b = appendString(b, r.id)
		if r.now != "" {
			b = append(b, `,"now":`...)
			b = appendString(b, r.now)
		}
		b = append(b, '}')
	}
	return append(b, "]}\n\n"...)
}

// position reads an event id of ours. known is false for another process's, and for what is none.
func (f *feed) position(id string) (n uint64, known bool) {
	number, ok := strings.CutPrefix(id, f.boot+"-")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(number, 10, 64)
	return n, err == nil
}
