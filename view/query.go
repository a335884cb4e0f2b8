package view

import (
	"fmt"
	"slices"
	"sort"

	"onair/live"
)

// Sort is the order of a query's rows. Ties go by id.
type Sort string

const (
	SortViewers Sort = "viewers" // most first, hidden last; the default
	// SortRising puts first what grew most over 15 minutes of log time beyond its platform (Entry.Rise; where that is
	// unknown, in permille of its viewers then, at least growthBase), ties by viewers; what was not live then, or hides
	// its count, is last.
	SortRising  Sort = "rising"
	SortStarted Sort = "started" // newest first, by the declared start or else the first sighting
	SortName    Sort = "name"    // creators' names by code point
)

// sorts numbers the orders that every snapshot keeps.
var sorts = [...]Sort{SortViewers, SortRising, SortStarted, SortName}

const (
	// DefaultLimit is the page size when a query names none.
	DefaultLimit = 100
	// MaxLimit bounds a page: it is all that a list on screen shows, and a larger answer costs every reader of the node.
	MaxLimit = 2000
)

// Query asks for a part of the list. Zero fields do not filter; an entry must pass all that are set.
type Query struct {
	Platforms  []live.Platform // a member is on one of them
	Categories []string        // CategoryCount.ID, a group or a name, of any member; see pick
	Langs      []string        // Lang.Code; "" is unknown
	Adult      bool            // adult entries too
	Locked     bool            // locked entries too
	// Q holds words that must all be found in titles, channel names, the creator's name or categories: without case
	// and spaces, also while the last syllable is being typed, and by initials (ㅊㅊㅁ).
	Q          string
	MinViewers *int64 // with either bound hidden counts are left out
	MaxViewers *int64
	New        bool // only new ones
	Rising     bool // only rising ones
	Hot        bool // only hot ones
	Official   *bool
	Sort       Sort   // "" is SortViewers
	Limit      int    // 1 to MaxLimit, 0 is DefaultLimit
	Cursor     string // Result.Next of the page before; of any snapshot, with the same Sort
}

// Result is one page and the totals over everything that passes the filters, whatever the page. Read-only.
type Result struct {
	Entries    []*Entry
	Next       string // cursor of the next page, "" after the last
	Total      int
	Viewers    int64           // hidden ones as 0
	Platforms  []PlatformCount // all platforms, in the order of Snapshot.Platforms
	Categories []CategoryCount // with at least one entry; most viewers first, then most entries, then id
}

// PlatformCount counts the entries with a member on the platform, and these members' viewers.
type PlatformCount struct {
	ID      live.Platform
	Entries int
	Viewers int64
}

// CategoryCount counts the entries of a category; see Category.
type CategoryCount struct {
	ID, Name, NameKo, Group string
	Entries                 int
	Viewers                 int64
}

// Query answers q from the snapshot alone. Errors wrap ErrCursor or ErrQuery.
func (s *Snapshot) Query(q Query) (*Result, error) {
	order, err := orderOf(q.Sort)
	if err != nil {
		return nil, err
	}
	limit := q.Limit
	if limit == 0 {
		limit = DefaultLimit
	}
	if limit < 1 || limit > MaxLimit {
		return nil, fmt.Errorf("%w: limit %d is not 1 to %d", ErrQuery, q.Limit, MaxLimit)
	}
	f, err := s.index.filter(q)
	if err != nil {
		return nil, err
	}
	rows := s.index.orders[order]
	if q.Adult || q.Locked {
		rows = s.index.whole(order)
	}
	start := 0
	if q.Cursor != "" {
		after, err := parseCursor(order, q.Cursor)
		if err != nil {
			return nil, err
		}
		start = sort.Search(len(rows), func(i int) bool {
			k := s.index.key(order, rows[i])
			return k.compare(&after) > 0
		})
	}
	var page []int32
	r := &Result{}
	if f.open() {
		*r = s.index.totals
		page = rows[start:min(start+limit+1, len(rows))]
	} else {
		page = s.index.scan(f, rows, start, limit+1, r)
	}
	if len(page) > limit {
		page = page[:limit]
		r.Next = cursorAfter(order, s.index.key(order, page[limit-1]))
	}
	r.Entries = make([]*Entry, len(page))
	for i, n := range page {
		r.Entries[i] = s.index.rows[n].e
	}
	return r, nil
}

func orderOf(s Sort) (int, error) {
	if s == "" {
		s = SortViewers
	}
	if i := slices.Index(sorts[:], s); i >= 0 {
		return i, nil
	}
	return 0, fmt.Errorf("%w: sort %.40q", ErrQuery, s)
}
