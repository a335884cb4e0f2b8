package tray

import (
	"cmp"
	"slices"
	"time"

	"onair/api/client"
	"onair/live"
)

// Stream is what the tray keeps of an entry of the ranking; also the form in which the last list lies on disk.
type Stream struct {
	ID       string       `json:"id"`
	Creator  client.Ref   `json:"creator"`
	Title    string       `json:"title"`
	Viewers  live.Viewers `json:"viewers"`
	Category Category     `json:"category,omitzero"`
	Started  time.Time    `json:"started,omitzero"`
	Hot      bool         `json:"hot,omitempty"`
	Thumb    string       `json:"thumb,omitempty"` // of the small picture
	Casts    []Cast       `json:"casts"`
}

// Category is a subject with its name in both languages.
type Category struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	NameKo string `json:"name_ko,omitempty"`
	Group  string `json:"group,omitempty"` // the upper level's id
}

// Cast is one of an entry's live broadcasts.
type Cast struct {
	Platform live.Platform `json:"platform"`
	ID       string        `json:"id"`
	Channel  string        `json:"channel"`
	URL      string        `json:"url,omitempty"`
}

// Key is the broadcast's name among all platforms'.
func (c Cast) Key() string { return string(c.Platform) + ":" + c.ID }

// Owner is the channel's name among all platforms'.
func (c Cast) Owner() string { return string(c.Platform) + ":" + c.Channel }

// maxShown in runes: longer texts are cut anyway, and must not fill memory when a server sends nonsense.
const maxShown = 120

// streamOf keeps what is needed of a row. The server cleans its texts; another server might not, and a menu is no
// place for control or bidirectional characters.
func streamOf(r *client.Row) *Stream {
	s := &Stream{
		ID: r.ID, Creator: client.Ref{ID: r.Creator.ID, Name: live.CleanText(r.Creator.Name, maxShown)},
		Title: live.CleanText(r.Title, maxShown), Viewers: r.Viewers, Started: r.StartedAt, Hot: r.Hot,
		Casts: make([]Cast, 0, len(r.Broadcasts)),
	}
	if r.Thumbnail != nil {
		s.Thumb = thumbOf(r.Thumbnail.Small)
	}
	if r.Category != nil {
		s.Category = Category{
			ID: r.Category.ID, Group: r.Category.Group,
			Name: live.CleanText(r.Category.Name, maxShown), NameKo: live.CleanText(r.Category.NameKo, maxShown),
		}
	}
	for _, b := range r.Broadcasts {
		s.Casts = append(s.Casts, Cast{Platform: b.Platform, ID: b.ID, Channel: b.Channel.ID, URL: b.URL})
	}
	return s
}

// On reports whether the entry is live on p.
func (s *Stream) On(p live.Platform) bool {
	return slices.ContainsFunc(s.Casts, func(c Cast) bool { return c.Platform == p })
}

// Set is the live entries as last told. The zero Set is empty.
type Set struct {
	Seq   uint64
	AsOf  time.Time
	Total int // entries in all, of which the set may hold the largest

	rows  map[string]*Stream
	casts map[string]string // broadcast → entry
	now   map[string]string // ids that are gone → under which the entry goes on
	tail  map[string]*Stream
	order []*Stream // sorted; nil when it has to be made again
}

// maxRenamed bounds the ids that are remembered after they are gone: they matter as long as a menu is open.
const maxRenamed = 1000

// Replace takes a whole list in.
func (s *Set) Replace(l *client.Streams) {
	*s = Set{Seq: l.Seq, AsOf: l.AsOf, Total: l.Total, rows: make(map[string]*Stream, len(l.Streams)), casts: map[string]string{}, now: s.now, tail: s.tail}
	for i := range l.Streams {
		s.put(streamOf(&l.Streams[i].Row))
	}
}

// Change takes changes in.
func (s *Set) Change(c *client.Changes) {
	if s.rows == nil {
		s.rows, s.casts = map[string]*Stream{}, map[string]string{}
	}
	if c.Seq >= s.Seq { // changes from before the list was made may follow it
		s.Seq = c.Seq
		if !c.AsOf.IsZero() {
			s.AsOf = c.AsOf
		}
	}
	for i := range c.Upserts {
		s.put(streamOf(&c.Upserts[i]))
	}
	for _, r := range c.Removed {
		s.drop(r.ID)
		if r.Now == "" {
			continue
		}
		if s.now == nil || len(s.now) >= maxRenamed {
			s.now = map[string]string{}
		}
		s.now[r.ID] = r.Now
	}
	s.order = nil
}

// Restore puts rows of an earlier run in.
func (s *Set) Restore(rows []*Stream, asOf time.Time, total int) {
	*s = Set{AsOf: asOf, Total: total, rows: map[string]*Stream{}, casts: map[string]string{}}
	for _, r := range rows {
		s.put(r)
	}
}

// Tail replaces what is known of entries below the set: favourites that few people watch.
func (s *Set) Tail(rows []client.Row) {
	s.tail = map[string]*Stream{}
	for i := range rows {
		s.tail[rows[i].ID] = streamOf(&rows[i])
	}
	s.order = nil
}

func (s *Set) put(r *Stream) {
	s.drop(r.ID)
	s.rows[r.ID] = r
	for _, c := range r.Casts {
		s.casts[c.Key()] = r.ID
	}
	s.order = nil
}

func (s *Set) drop(id string) {
	old, ok := s.rows[id]
	if !ok {
		return
	}
	delete(s.rows, id)
	for _, c := range old.Casts {
		if s.casts[c.Key()] == id {
			delete(s.casts, c.Key())
		}
	}
}

// Len is the number of entries, those below the set included.
func (s *Set) Len() int { return len(s.Rows()) }

// Find gives the entry that id is, belongs to, or went on as; nil when it has ended.
func (s *Set) Find(id string) *Stream {
	for range 8 { // an entry goes on under another id once per platform at most; a ring of ids must end
		if r := s.rows[id]; r != nil {
			return r
		}
		if r := s.rows[s.casts[id]]; r != nil {
			return r
		}
		if r := s.tail[id]; r != nil {
			return r
		}
		next, ok := s.now[id]
		if !ok {
			return nil
		}
		id = next
	}
	return nil
}

// Rows gives all entries, most viewers first, hidden counts last, then by id. They are shared: read only.
func (s *Set) Rows() []*Stream {
	if s.order != nil {
		return s.order
	}
	s.order = make([]*Stream, 0, len(s.rows)+len(s.tail))
	for _, r := range s.rows {
		s.order = append(s.order, r)
	}
	for id, r := range s.tail {
		if s.rows[id] == nil && !slices.ContainsFunc(r.Casts, func(c Cast) bool { return s.casts[c.Key()] != "" }) {
			s.order = append(s.order, r)
		}
	}
	slices.SortFunc(s.order, func(a, b *Stream) int {
		return cmp.Or(cmp.Compare(b.Viewers, a.Viewers), cmp.Compare(a.ID, b.ID))
	})
	return s.order
}

// InSet is the number of entries in the set itself.
func (s *Set) InSet() int { return len(s.rows) }
