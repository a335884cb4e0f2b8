package view

import (
	"cmp"
	"slices"
	"time"

	"onair/aggregator"
	"onair/live"
)

// Entry is a row of the ranking: what one creator shows now, at most one broadcast per platform. It is read-only.
type Entry struct {
	ID   string // "<platform>:<id>" of the first member in grouping order
	Rank int    // from 1 over Snapshot.Entries, whatever a query filters; 0 when ended, adult or locked
	// RankChange is how many places the entry climbed in 15 minutes of log time (negative: fell); nil when no member
	// was live then.
	RankChange *int
	Creator    Ref
	Title      string       // of the largest member
	Viewers    live.Viewers // sum over the members; hidden ones add nothing, hidden when all are
	Category   Category     // the best known of a member's, then the largest's; see weight
	Lang       Lang         // see joinLang
	StartedAt  time.Time    // the earliest that a platform declared; zero when none did
	ObservedAt time.Time    // of the largest member's count: log time
	Adult      bool         // any member is: a careful reader hides the whole row
	Locked     bool         // all members are: else one of them can be watched
	Official   bool         // a league, a broadcaster or a relay; see joinOfficial
	// OfficialReason is "operator", "platform", "league", "broadcaster" or "relay"; "" when it is not.
	OfficialReason string
	New            bool // started, or where that is unknown first seen, less than NewFor ago
	Rising, Hot    bool // the largest member is
	// Rise is the largest member's growth over 15 minutes beyond its platform's, in permille, and Heat its viewers in
	// permille of what its channel usually has; 0 when unknown.
	Rise, Heat int32
	Thumbnail  Thumbnail // of the largest member that has one
	// Trend sums the members' viewers at each of the last log-time minutes, oldest first, at most 60, the last being
	// now; hidden where no member showed a count. It begins at the first minute with a count.
	Trend      []live.Viewers
	Broadcasts []Member // most viewers first, then in grouping order
	// ChangedSeq is the log sequence that last changed a visible field of a member. Facts, and a member that leaves,
	// change an entry without raising it.
	ChangedSeq uint64
}

// Ref names something for readers.
type Ref struct{ ID, Name string }

// Thumbnail is a picture: the stored copy where there is one, else the platform's. URL is "" when there is none;
// Width and Height are 0 when unknown.
type Thumbnail struct {
	URL           string
	Width, Height int
	Small         live.Picture // of a stored copy: about 192 pixels wide; zero when there is none
}

// Member is one broadcast of an entry.
type Member struct {
	ID        live.BroadcastID
	Channel   Ref    // ID without platform
	URL       string // watch page; "" when the platform gave none on its own hosts
	Title     string
	Viewers   live.Viewers
	StartedAt time.Time // zero when the platform does not say
	Picture   string    // the platform's own thumbnail; "" when it gave none on its own hosts
}

// NewFor is how long after its start an entry is new, in log time.
const NewFor = 30 * time.Minute

// fill writes all of e but its rank. What a row can show only one of, it takes from the largest member, or from the
// largest that has it at all: a reader recognises the row by the stream that most people watch.
func (b *builder) fill(e *Entry, t team, viewers live.Viewers) {
	bySize := t
	if len(t) > 1 {
		bySize = slices.Clone(t)
		slices.SortStableFunc(bySize, func(x, y *cast) int { return cmp.Compare(y.b.Viewers, x.b.Viewers) })
	}
	largest := bySize[0].b
	e.ID = t[0].id
	e.Creator = b.facts.creator(live.ChannelID{Platform: largest.ID.Platform, ID: largest.Channel}, largest.ChannelName, b.named)
	e.Viewers = viewers
	e.ObservedAt = largest.ObservedAt
	e.Adult, e.Locked = t.adult(), t.locked()
	e.Lang = joinLang(t)
	e.OfficialReason = joinOfficial(t)
	e.Official = e.OfficialReason != ""
	e.Rising, e.Hot, e.Rise, e.Heat = largest.Rising, largest.Hot, largest.Rise, largest.Heat
	from := len(b.members)
	var since time.Time
	best := weightNone
	for _, c := range bySize {
		x := c.b
		b.members = append(b.members, b.member(c))
		if e.Title == "" {
			e.Title = x.Title
		}
		if c.opinion.weight > best {
			best, e.Category = c.opinion.weight, c.opinion.category
		}
		if e.Thumbnail.URL == "" {
			e.Thumbnail = b.thumbnail(c)
		}
		if !x.StartedAt.IsZero() && (e.StartedAt.IsZero() || x.StartedAt.Before(e.StartedAt)) {
			e.StartedAt = x.StartedAt
		}
		if s := began(x); since.IsZero() || s.Before(since) {
			since = s
		}
		e.ChangedSeq = max(e.ChangedSeq, x.ChangedSeq)
	}
	e.Broadcasts = b.members[from:len(b.members):len(b.members)]
	e.New = b.now.Sub(since) < NewFor
	e.Trend = trend(&b.minutes, t, b.minute)
}

func (b *builder) member(c *cast) Member {
	x := c.b
	m := Member{ID: x.ID, Channel: Ref{ID: x.Channel, Name: x.ChannelName}, Title: x.Title, Viewers: x.Viewers, StartedAt: x.StartedAt}
	if c.link {
		m.URL = x.URL
	}
	if c.image {
		m.Picture = x.Thumbnail
	}
	return m
}

func (b *builder) thumbnail(c *cast) Thumbnail {
	if t, ok := b.facts.thumbs[c.b.ID]; ok {
		thumb := Thumbnail{URL: t.URL, Width: t.Width, Height: t.Height}
		if t.Small != nil {
			thumb.Small = *t.Small
		}
		return thumb
	}
	if c.image {
		return Thumbnail{URL: c.b.Thumbnail}
	}
	return Thumbnail{}
}

// trend adds up the team's minutes, the last being minute. It takes its memory from slab.
func trend(slab *[]live.Viewers, t team, minute int64) []live.Viewers {
	var window [aggregator.TrendMinutes]live.Viewers
	for i := range window {
		window[i] = live.ViewersHidden
	}
	first := len(window)
	for _, c := range t {
		// Minutes[j] belongs to window[j+shift].
		shift := int64(len(window)-len(c.b.Minutes)) - (minute - c.b.MinuteAt)
		for j, v := range c.b.Minutes {
			at := int64(j) + shift
			if !v.Known() || at < 0 || at >= int64(len(window)) {
				continue
			}
			window[at] = live.Viewers(min(window[at].Count()+v.Count(), int64(live.MaxViewers)))
			first = min(first, int(at))
		}
	}
	if first == len(window) {
		return nil
	}
	from := len(*slab)
	*slab = append(*slab, window[first:]...)
	return (*slab)[from:len(*slab):len(*slab)]
}
