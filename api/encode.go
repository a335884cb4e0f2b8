package api

import (
	"math"
	"strconv"
	"time"

	"onair/live"
	"onair/view"
)

// appendEntry writes schema Entry with the trend of every step-th minute, the last one included.
func appendEntry(b []byte, e *view.Entry, step int) []byte {
	b = append(b, `{"id":`...)
	b = appendString(b, e.ID)
	b = append(b, `,"rank":`...)
	b = appendPositive(b, e.Rank)
	b = append(b, `,"rank_change":`...)
	if e.RankChange == nil {
		b = append(b, "null"...)
	} else {
		b = strconv.AppendInt(b, int64(*e.RankChange), 10)
	}
	b = appendShared(b, e)
	if step != 1 {
		b = append(b, `,"trend_step":`...)
		b = strconv.AppendInt(b, int64(step), 10)
	}
	b = append(b, `,"trend":[`...)
	first := 0
	if n := len(e.Trend); n > 0 {
		first = (n - 1) % step
	}
	for i := first; i < len(e.Trend); i += step {
		if i > first {
			b = append(b, ',')
		}
		b = appendViewers(b, e.Trend[i])
	}
	b = append(b, ']')
	return appendBroadcasts(b, e)
}

// appendRow writes schema Row, the compact form of the event stream: nothing in it changes because others do.
func appendRow(b []byte, e *view.Entry) []byte {
	b = append(b, `{"id":`...)
	b = appendString(b, e.ID)
	b = appendShared(b, e)
	return appendBroadcasts(b, e)
}

// appendShared writes what Entry and Row have in common, but the broadcasts.
func appendShared(b []byte, e *view.Entry) []byte {
	b = append(b, `,"creator":`...)
	b = appendRef(b, e.Creator)
	b = append(b, `,"title":`...)
	b = appendString(b, e.Title)
	b = append(b, `,"viewers":`...)
	b = appendViewers(b, e.Viewers)
	b = append(b, `,"category":`...)
	b = appendCategory(b, &e.Category)
	b = append(b, `,"lang":`...)
	if e.Lang.Code == "" {
		b = append(b, "null"...)
	} else {
		b = append(b, `{"code":`...)
		b = appendString(b, e.Lang.Code)
		b = appendReason(b, e.Lang.Reason, e.Lang.Confidence)
	}
	b = append(b, `,"started_at":`...)
	b = appendTime(b, e.StartedAt)
	b = append(b, `,"observed_at":`...)
	b = appendTime(b, e.ObservedAt)
	b = append(b, `,"adult":`...)
	b = strconv.AppendBool(b, e.Adult)
	b = append(b, `,"locked":`...)
	b = strconv.AppendBool(b, e.Locked)
	b = append(b, `,"official":`...)
	b = strconv.AppendBool(b, e.Official)
	b = append(b, `,"official_reason":`...)
	b = appendText(b, e.OfficialReason)
	b = append(b, `,"new":`...)
	b = strconv.AppendBool(b, e.New)
	b = append(b, `,"rising":`...)
	b = strconv.AppendBool(b, e.Rising)
	b = append(b, `,"hot":`...)
	b = strconv.AppendBool(b, e.Hot)
	b = append(b, `,"thumbnail":`...)
	if e.Thumbnail.URL == "" {
		return append(b, "null"...)
	}
	b = append(b, `{"url":`...)
	b = appendString(b, e.Thumbnail.URL)
	b = append(b, `,"width":`...)
	b = appendPositive(b, e.Thumbnail.Width)
	b = append(b, `,"height":`...)
	b = appendPositive(b, e.Thumbnail.Height)
	b = append(b, `,"small":`...)
	if small := &e.Thumbnail.Small; small.URL == "" {
		b = append(b, "null"...)
	} else {
		b = append(b, `{"url":`...)
		b = appendString(b, small.URL)
		b = append(b, `,"width":`...)
		b = appendPositive(b, small.Width)
		b = append(b, `,"height":`...)
		b = appendPositive(b, small.Height)
		b = append(b, '}')
	}
	return append(b, '}')
}

// appendCategory writes schema Category.
func appendCategory(b []byte, c *view.Category) []byte {
	if c.ID == "" {
		return append(b, "null"...)
	}
	b = appendPlace(b, c.ID, c.Name, c.NameKo, c.Group)
	return appendReason(b, c.Reason, c.Confidence)
}

// appendPlace opens an object with what names a category.
func appendPlace(b []byte, id, name, nameKo, group string) []byte {
	b = append(b, `{"id":`...)
	b = appendString(b, id)
	b = append(b, `,"name":`...)
	b = appendString(b, name)
	b = append(b, `,"name_ko":`...)
	b = appendString(b, nameKo)
	b = append(b, `,"group":`...)
	return appendString(b, group)
}

// appendReason closes an object with how something is known.
func appendReason(b []byte, reason string, confidence int) []byte {
	b = append(b, `,"reason":`...)
	b = appendString(b, reason)
	b = append(b, `,"confidence":`...)
	b = strconv.AppendInt(b, int64(confidence), 10)
	return append(b, '}')
}

// appendBroadcasts writes the members and closes the row.
func appendBroadcasts(b []byte, e *view.Entry) []byte {
	b = append(b, `,"broadcasts":[`...)
	for i := range e.Broadcasts {
		m := &e.Broadcasts[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"platform":`...)
		b = appendString(b, string(m.ID.Platform))
		b = append(b, `,"id":`...)
		b = appendString(b, m.ID.ID)
		b = append(b, `,"channel":`...)
		b = appendRef(b, m.Channel)
		b = append(b, `,"url":`...)
		b = appendText(b, m.URL)
		b = append(b, `,"title":`...)
		b = appendString(b, m.Title)
		b = append(b, `,"viewers":`...)
		b = appendViewers(b, m.Viewers)
		b = append(b, '}')
	}
	return append(b, "]}"...)
}

func appendRef(b []byte, r view.Ref) []byte {
	b = append(b, `{"id":`...)
	b = appendString(b, r.ID)
	b = append(b, `,"name":`...)
	b = appendString(b, r.Name)
	return append(b, '}')
}

// appendMark opens an object with seq and as_of, which every body made from a snapshot begins with.
func appendMark(b []byte, seq uint64, asOf time.Time) []byte {
	b = append(b, `{"seq":`...)
	b = strconv.AppendUint(b, seq, 10)
	b = append(b, `,"as_of":`...)
	return appendTime(b, asOf)
}

func appendPlatformCounts(b []byte, counts []view.PlatformCount) []byte {
	b = append(b, `,"platforms":[`...)
	for i, c := range counts {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"id":`...)
		b = appendString(b, string(c.ID))
		b = appendCounts(b, c.Entries, c.Viewers)
	}
	return append(b, ']')
}

func appendCategoryCounts(b []byte, counts []view.CategoryCount) []byte {
	b = append(b, `,"categories":[`...)
	for i, c := range counts {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendPlace(b, c.ID, c.Name, c.NameKo, c.Group)
		b = appendCounts(b, c.Entries, c.Viewers)
	}
	return append(b, ']')
}

func appendCounts(b []byte, entries int, viewers int64) []byte {
	b = append(b, `,"entries":`...)
	b = strconv.AppendInt(b, int64(entries), 10)
	b = append(b, `,"viewers":`...)
	b = strconv.AppendInt(b, viewers, 10)
	return append(b, '}')
}

// appendPlatform writes schema Platform.
func appendPlatform(b []byte, p *view.PlatformStatus) []byte {
	text := func(name, value string) {
		b = append(b, `,"`...)
		b = append(b, name...)
		b = append(b, `":`...)
		b = appendString(b, value)
	}
	b = append(b, `{"id":`...)
	b = appendString(b, string(p.Info.ID))
	text("name", p.Info.Name)
	text("name_ko", p.Info.NameKo)
	text("home", p.Info.Home)
	text("colour", p.Info.Colour)
	text("icon", p.Info.Icon)
	b = append(b, `,"broadcasts":`...)
	b = strconv.AppendInt(b, int64(p.Broadcasts), 10)
	b = append(b, `,"viewers":`...)
	b = strconv.AppendInt(b, p.Viewers, 10)
	b = append(b, `,"last_page_at":`...)
	b = appendTime(b, p.LastPageAt)
	b = append(b, `,"cadence_seconds":`...)
	b = appendPositive(b, int((p.Cadence+time.Second-1)/time.Second))
	text("state", string(p.State))
	b = append(b, `,"reason":`...)
	b = appendText(b, p.Reason)
	return append(b, '}')
}

// appendClock writes schema Clock.
func appendClock(b []byte, c live.ClockPair) []byte {
	b = append(b, `,"clock":{"real":`...)
	b = appendTime(b, c.Real)
	b = append(b, `,"log":`...)
	b = appendTime(b, c.Log)
	b = append(b, `,"speed":`...)
	if math.IsNaN(c.Speed) || math.IsInf(c.Speed, 0) {
		c.Speed = 1
	}
	b = strconv.AppendFloat(b, c.Speed, 'f', -1, 64)
	return append(b, '}')
}
