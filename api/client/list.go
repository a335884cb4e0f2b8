package client

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"onair/live"
)

// Ref names a thing.
type Ref struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Lang is a language and how it is known.
type Lang struct {
	Code       string `json:"code"` // "ko"; "other" is not Korean without knowing more
	Reason     string `json:"reason"`
	Confidence int    `json:"confidence"` // percent
}

// Category is a place in the tree of what streams are about, and how it is known.
type Category struct {
	ID         string `json:"id"`
	Name       string `json:"name"` // in English
	NameKo     string `json:"name_ko"`
	Group      string `json:"group"`  // the upper level's id
	Reason     string `json:"reason"` // platform, text, llm
	Confidence int    `json:"confidence"`
}

// Thumbnail is a picture; sides are 0 when unknown.
type Thumbnail struct {
	URL    string        `json:"url"` // absolute, or a path on the server ("/thumbs/…")
	Width  int           `json:"width"`
	Height int           `json:"height"`
	Small  *live.Picture `json:"small"` // a smaller one; nil when there is none
}

// Broadcast is one live session on one platform.
type Broadcast struct {
	Platform live.Platform `json:"platform"`
	ID       string        `json:"id"`
	Channel  Ref           `json:"channel"`
	URL      string        `json:"url"` // "" when unknown
	Title    string        `json:"title"`
	Viewers  live.Viewers  `json:"viewers"`
}

// Row is an entry without what depends on other entries or on time going by.
type Row struct {
	ID         string       `json:"id"`
	Creator    Ref          `json:"creator"`
	Title      string       `json:"title"`
	Viewers    live.Viewers `json:"viewers"`
	Category   *Category    `json:"category"`
	Lang       *Lang        `json:"lang"`
	StartedAt  time.Time    `json:"started_at"`  // zero when unknown
	ObservedAt time.Time    `json:"observed_at"` // in events: as of the row's last other change
	Adult      bool         `json:"adult"`
	Locked     bool         `json:"locked"`
	Official   bool         `json:"official"`
	// OfficialReason is operator, platform, league, broadcaster or relay; "" when it is not official.
	OfficialReason string      `json:"official_reason"`
	New            bool        `json:"new"` // started less than 30 minutes ago
	Rising         bool        `json:"rising"`
	Hot            bool        `json:"hot"`
	Thumbnail      *Thumbnail  `json:"thumbnail"`
	Broadcasts     []Broadcast `json:"broadcasts"`
}

// Entry is a row of the ranking.
type Entry struct {
	Row
	Rank       int            `json:"rank"`        // 0 when ended, for adults or locked
	RankChange *int           `json:"rank_change"` // places gained in 15 minutes; nil when it was not live then
	Trend      []live.Viewers `json:"trend"`       // the last 60 minutes, oldest first
	TrendStep  int            `json:"trend_step"`  // minutes from one value of Trend to the next; 0 is 1
}

// PlatformCount is one platform's share of a list.
type PlatformCount struct {
	ID      live.Platform `json:"id"`
	Entries int           `json:"entries"`
	Viewers int64         `json:"viewers"`
}

// CategoryCount is one category's share of a list.
type CategoryCount struct {
	ID      string `json:"id"`
	Name    string `json:"name"` // in English
	NameKo  string `json:"name_ko"`
	Group   string `json:"group"` // the upper level's id
	Entries int    `json:"entries"`
	Viewers int64  `json:"viewers"`
}

// Streams is one page of the ranking; the totals are over everything that the filters let through.
type Streams struct {
	Seq        uint64          `json:"seq"`
	AsOf       time.Time       `json:"as_of"`
	Total      int             `json:"total"`
	Viewers    int64           `json:"viewers"`
	Platforms  []PlatformCount `json:"platforms"`
	Categories []CategoryCount `json:"categories"` // the 100 with most viewers
	Streams    []Entry         `json:"streams"`
	Next       string          `json:"next"` // cursor of the next page, "" on the last
}

// Query are the filters of Streams; zero fields are left out.
type Query struct {
	Platforms  []live.Platform
	Categories []string // ids, of groups too, or names
	Langs      []string
	Q          string
	MinViewers *int64
	MaxViewers *int64
	New        bool
	Official   *bool
	Rising     bool
	Hot        bool
	Include    []string // "adult", "locked"
	Sort       string   // viewers, rising, started, name
	Limit      int      // 1-2000; 0 is the server's default, 100
	Cursor     string
	MinSeq     uint64 // the answer's Seq is at least this
}

func (q Query) values() url.Values {
	v := url.Values{}
	for _, p := range q.Platforms {
		v.Add("platform", string(p))
	}
	v["category"] = q.Categories
	v["lang"] = q.Langs
	text := func(name, s string) {
		if s != "" {
			v.Set(name, s)
		}
	}
	text("q", q.Q)
	text("sort", q.Sort)
	text("cursor", q.Cursor)
	number := func(name string, n *int64) {
		if n != nil {
			v.Set(name, strconv.FormatInt(*n, 10))
		}
	}
	number("min_viewers", q.MinViewers)
	number("max_viewers", q.MaxViewers)
	v["include"] = q.Include
	for name, on := range map[string]bool{"new": q.New, "rising": q.Rising, "hot": q.Hot} {
		if on {
			v.Set(name, "true")
		}
	}
	if q.Official != nil {
		v.Set("official", strconv.FormatBool(*q.Official))
	}
	if q.Limit != 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	if q.MinSeq != 0 {
		v.Set("min_seq", strconv.FormatUint(q.MinSeq, 10))
	}
	return v
}

// Streams gives one page of the ranking. A *Problem in the error names a parameter that the server refused.
func (c *Client) Streams(ctx context.Context, q Query) (*Streams, error) {
	return get[Streams](ctx, c, "/v1/streams", q.values(), q.MinSeq == 0 && q.Cursor == "")
}

// Stream is one entry.
type Stream struct {
	Seq   uint64    `json:"seq"`
	AsOf  time.Time `json:"as_of"`
	Ended bool      `json:"ended"` // nothing of the entry is live any more
	Entry Entry     `json:"stream"`
}

// Stream gives the entry that a broadcast belongs to. See NotFound.
func (c *Client) Stream(ctx context.Context, id live.BroadcastID) (*Stream, error) {
	return get[Stream](ctx, c, "/v1/streams/"+id.String(), nil, true)
}

// Point is an observation, the last of its step.
type Point struct {
	At      time.Time    `json:"at"`
	Viewers live.Viewers `json:"viewers"`
	Peak    live.Viewers `json:"peak"`         // the highest of the step
	Step    int          `json:"step_seconds"` // 60 or 600
}

// Series is the history of one broadcast.
type Series struct {
	ID       string        `json:"id"`
	Platform live.Platform `json:"platform"`
	Channel  string        `json:"channel"` // "" when no longer known
	Points   []Point       `json:"points"`  // oldest first
}

// History is that of the broadcast asked for, then of those beside it.
type History struct {
	ID     string   `json:"id"`
	Series []Series `json:"series"`
}

// History gives what was seen of a broadcast. See NotFound.
func (c *Client) History(ctx context.Context, id live.BroadcastID) (*History, error) {
	return get[History](ctx, c, "/v1/streams/"+id.String()+"/history", nil, true)
}

// Platform is a site and how well it is seen.
type Platform struct {
	live.PlatformInfo
	Broadcasts int       `json:"broadcasts"`
	Viewers    int64     `json:"viewers"`
	LastPageAt time.Time `json:"last_page_at"`    // log time; zero before the first
	Cadence    int       `json:"cadence_seconds"` // 0 when unknown
	State      string    `json:"state"`           // ok, degraded, down, off
	Reason     string    `json:"reason"`
}

// Platforms are all sites, and the log's clock.
type Platforms struct {
	Seq       uint64         `json:"seq"`
	AsOf      time.Time      `json:"as_of"`
	Platforms []Platform     `json:"platforms"`
	Clock     live.ClockPair `json:"clock"`
}

// LogTime is the log's present when it is now.
func (p *Platforms) LogTime(now time.Time) time.Time {
	return p.Clock.Log.Add(time.Duration(float64(now.Sub(p.Clock.Real)) * p.Clock.Speed))
}

// Platforms gives all platforms.
func (c *Client) Platforms(ctx context.Context) (*Platforms, error) {
	return get[Platforms](ctx, c, "/v1/platforms", nil, true)
}

// Categories are all that a listed entry is in, most viewers first.
type Categories struct {
	Seq        uint64          `json:"seq"`
	AsOf       time.Time       `json:"as_of"`
	Categories []CategoryCount `json:"categories"`
}

// Categories gives all categories.
func (c *Client) Categories(ctx context.Context) (*Categories, error) {
	return get[Categories](ctx, c, "/v1/categories", nil, true)
}
