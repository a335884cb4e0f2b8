package client

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"onair/live"
)

// Peak is the most at one moment.
type Peak struct {
	Viewers int64     `json:"viewers"`
	At      time.Time `json:"at"`
}

// Day is what one or more Korean days were.
type Day struct {
	Day        string         `json:"day"` // the last of the days, "2026-11-23"
	Days       int            `json:"days"`
	Since      time.Time      `json:"since"`
	Until      time.Time      `json:"until"`
	AsOf       time.Time      `json:"as_of"`
	Over       bool           `json:"over"`
	FirstDay   string         `json:"first_day"` // "" when nothing is kept
	LastDay    string         `json:"last_day"`
	Step       int            `json:"step_seconds"`
	Total      DayTotal       `json:"total"`
	Platforms  []DayTotal     `json:"platforms"`
	Creators   []DayCreator   `json:"creators"`
	Broadcasts []DayBroadcast `json:"broadcasts"`
	Categories []DayCategory  `json:"categories"`
}

// DayTotal is what a platform drew, or all together.
type DayTotal struct {
	ID           live.Platform `json:"id"`   // "" for all
	Peak         *Peak         `json:"peak"` // nil when nothing is known
	Average      *int64        `json:"average"`
	HoursWatched int64         `json:"hours_watched"`
	Broadcasts   int           `json:"broadcasts"`
	Viewers      []*int64      `json:"viewers"` // by step; nil where nothing is known
	Live         []*int        `json:"live"`
}

// DayFigures are what creators and broadcasts have.
type DayFigures struct {
	Place          int   `json:"place"`
	Peak           Peak  `json:"peak"`
	Average        int64 `json:"average"`
	HoursWatched   int64 `json:"hours_watched"`
	AirtimeMinutes int64 `json:"airtime_minutes"`
}

// DayCreator is who broadcast.
type DayCreator struct {
	Ref
	DayFigures
	Channels []struct {
		Platform live.Platform `json:"platform"`
		Ref
	} `json:"channels"`
	Broadcasts int    `json:"broadcasts"`
	Entry      string `json:"entry"` // "" when nothing is on air now
}

// DayBroadcast is one broadcast.
type DayBroadcast struct {
	DayFigures
	ID       string        `json:"id"`
	Platform live.Platform `json:"platform"`
	Channel  Ref           `json:"channel"`
	Creator  Ref           `json:"creator"`
	Title    string        `json:"title"`
	Category *DayPlace     `json:"category"`
	FirstAt  time.Time     `json:"first_at"`
	LastAt   time.Time     `json:"last_at"`
	Live     bool          `json:"live"`
}

// DayPlace is a category.
type DayPlace struct {
	Ref
	NameKo string `json:"name_ko"`
	Group  string `json:"group"`
}

// DayCategory is what was shown.
type DayCategory struct {
	DayPlace
	HoursWatched int64 `json:"hours_watched"`
	Broadcasts   int   `json:"broadcasts"`
}

// DayQuery narrows what Day tells; the zero value is one day, 20 rows, by hours watched.
type DayQuery struct {
	Span  string // "1d", "7d", "30d"
	Sort  string // "watched", "peak", "average", "airtime"
	Limit int
}

// Day tells what a day was: "today", "yesterday", "2026-11-22". See NotFound.
func (c *Client) Day(ctx context.Context, day string, q DayQuery) (*Day, error) {
	v := url.Values{}
	if q.Span != "" {
		v.Set("span", q.Span)
	}
	if q.Sort != "" {
		v.Set("sort", q.Sort)
	}
	if q.Limit != 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	return get[Day](ctx, c, "/v1/days/"+day, v, true)
}

// TotalPoint is what was on air as a step ended.
type TotalPoint struct {
	At      time.Time `json:"at"` // where the step begins
	Viewers int64     `json:"viewers"`
	Peak    int64     `json:"peak"`
	Live    int       `json:"live"`
}

// Totals is what was on air over time.
type Totals struct {
	Platform live.Platform `json:"platform"` // "" for all
	Since    time.Time     `json:"since"`
	Until    time.Time     `json:"until"`
	Step     int           `json:"step_seconds"`
	Points   []TotalPoint  `json:"points"`
}

// Totals tells what was on air on a platform, "" for all together, over "2h", "24h", "7d" or "30d". See NotFound.
func (c *Client) Totals(ctx context.Context, p live.Platform, span string) (*Totals, error) {
	path := "/v1/history"
	if p != "" {
		path = "/v1/platforms/" + string(p) + "/history"
	}
	return get[Totals](ctx, c, path, url.Values{"span": {span}}, true)
}
