package api

import (
	"strconv"
	"time"

	"onair/view"
)

// appendDay writes schema Day.
func appendDay(b []byte, r *view.Review, limit int) []byte {
	b = append(b, `{"day":`...)
	b = appendString(b, view.DayText(r.Day))
	b = append(b, `,"days":`...)
	b = strconv.AppendInt(b, int64(r.Days), 10)
	b = append(b, `,"since":`...)
	b = appendTime(b, r.Since)
	b = append(b, `,"until":`...)
	b = appendTime(b, r.Until)
	b = append(b, `,"as_of":`...)
	b = appendTime(b, r.AsOf)
	b = append(b, `,"over":`...)
	b = strconv.AppendBool(b, r.Over)
	first, last := "", ""
	if r.Kept {
		first, last = view.DayText(r.First), view.DayText(r.Last)
	}
	b = append(b, `,"first_day":`...)
	b = appendText(b, first)
	b = append(b, `,"last_day":`...)
	b = appendText(b, last)
	b = append(b, `,"step_seconds":`...)
	b = strconv.AppendInt(b, int64(r.Step/time.Second), 10)
	b = append(b, `,"total":{`...)
	b = appendDayTotal(b, &r.Total)
	b = append(b, `,"platforms":[`...)
	for i := range r.Platforms {
		b = appendComma(b, i)
		b = append(b, `{"id":`...)
		b = appendString(b, string(r.Platforms[i].Platform))
		b = append(b, ',')
		b = appendDayTotal(b, &r.Platforms[i])
	}
	b = append(b, `],"creators":[`...)
	for i := range r.Creators[:min(limit, len(r.Creators))] {
		b = appendComma(b, i)
		b = appendDayCreator(b, &r.Creators[i], i+1)
	}
	b = append(b, `],"broadcasts":[`...)
	for i := range r.Broadcasts[:min(limit, len(r.Broadcasts))] {
		b = appendComma(b, i)
		b = appendDayBroadcast(b, &r.Broadcasts[i], i+1)
	}
	b = append(b, `],"categories":[`...)
	for i := range r.Categories {
		c := &r.Categories[i]
		b = appendComma(b, i)
		b = appendPlace(b, c.ID, c.Name, c.NameKo, c.Group)
		b = append(b, `,"hours_watched":`...)
		b = strconv.AppendInt(b, (c.Watched+30)/60, 10)
		b = append(b, `,"broadcasts":`...)
		b = strconv.AppendInt(b, int64(c.Broadcasts), 10)
		b = append(b, '}')
	}
	return append(b, "]}\n"...)
}

func appendComma(b []byte, i int) []byte {
	if i > 0 {
		return append(b, ',')
	}
	return b
}

// appendDayTotal writes the fields of schema DayTotal and closes the object.
func appendDayTotal(b []byte, t *view.ReviewTotal) []byte {
	b = appendPeak(b, &t.Figures)
	b = append(b, `,"average":`...)
	if t.Air == 0 {
		b = append(b, "null"...)
	} else {
		b = strconv.AppendInt(b, t.Average(), 10)
	}
	b = append(b, `,"hours_watched":`...)
	b = strconv.AppendInt(b, t.HoursWatched(), 10)
	b = append(b, `,"broadcasts":`...)
	b = strconv.AppendInt(b, int64(t.Broadcasts), 10)
	b = append(b, `,"viewers":[`...)
	for i, v := range t.Viewers {
		b = appendComma(b, i)
		b = appendKnown(b, v)
	}
	b = append(b, `],"live":[`...)
	for i, n := range t.Live {
		b = appendComma(b, i)
		b = appendKnown(b, int64(n))
	}
	return append(b, "]}"...)
}

// appendKnown writes n, or null below zero.
func appendKnown(b []byte, n int64) []byte {
	if n < 0 {
		return append(b, "null"...)
	}
	return strconv.AppendInt(b, n, 10)
}

// appendPeak writes the field peak, without a comma before it.
func appendPeak(b []byte, f *view.Figures) []byte {
	b = append(b, `"peak":`...)
	if f.Peak < 0 {
		return append(b, "null"...)
	}
	b = append(b, `{"viewers":`...)
	b = strconv.AppendInt(b, f.Peak, 10)
	b = append(b, `,"at":`...)
	b = appendTime(b, f.PeakAt)
	return append(b, '}')
}

// appendFigures writes what creators and broadcasts share.
func appendFigures(b []byte, f *view.Figures) []byte {
	b = appendPeak(b, f)
	for _, x := range [...]struct {
		name  string
		value int64
	}{{"average", f.Average()}, {"hours_watched", f.HoursWatched()}, {"airtime_minutes", f.Air}} {
		b = append(b, `,"`...)
		b = append(b, x.name...)
		b = append(b, `":`...)
		b = strconv.AppendInt(b, x.value, 10)
	}
	return b
}

func appendDayCreator(b []byte, c *view.ReviewCreator, place int) []byte {
	b = append(b, `{"place":`...)
	b = strconv.AppendInt(b, int64(place), 10)
	b = append(b, `,"id":`...)
	b = appendString(b, c.ID)
	b = append(b, `,"name":`...)
	b = appendString(b, c.Name)
	b = append(b, `,"channels":[`...)
	for i, ch := range c.Channels {
		b = appendComma(b, i)
		b = append(b, `{"platform":`...)
		b = appendString(b, string(ch.Platform))
		b = append(b, `,"id":`...)
		b = appendString(b, ch.ID)
		b = append(b, `,"name":`...)
		b = appendString(b, ch.Name)
		b = append(b, '}')
	}
	b = append(b, `],`...)
	b = appendFigures(b, &c.Figures)
	b = append(b, `,"broadcasts":`...)
	b = strconv.AppendInt(b, int64(c.Broadcasts), 10)
	b = append(b, `,"entry":`...)
	b = appendText(b, c.Entry)
	return append(b, '}')
}

func appendDayBroadcast(b []byte, x *view.ReviewBroadcast, place int) []byte {
	b = append(b, `{"place":`...)
	b = strconv.AppendInt(b, int64(place), 10)
	b = append(b, `,"id":`...)
	b = appendString(b, x.ID.String())
	b = append(b, `,"platform":`...)
	b = appendString(b, string(x.ID.Platform))
	b = append(b, `,"channel":`...)
	b = appendRef(b, x.Channel)
	b = append(b, `,"creator":`...)
	b = appendRef(b, x.Creator)
	b = append(b, `,"title":`...)
	b = appendString(b, x.Title)
	b = append(b, `,"category":`...)
	if c := &x.Category; c.ID == "" {
		b = append(b, "null"...)
	} else {
		b = appendPlace(b, c.ID, c.Name, c.NameKo, c.Group)
		b = append(b, '}')
	}
	b = append(b, ',')
	b = appendFigures(b, &x.Figures)
	b = append(b, `,"first_at":`...)
	b = appendTime(b, x.First)
	b = append(b, `,"last_at":`...)
	b = appendTime(b, x.Last)
	b = append(b, `,"live":`...)
	b = strconv.AppendBool(b, x.Live)
	return append(b, '}')
}
