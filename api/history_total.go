package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"onair/live"
	"onair/view"
)

// Past is where what was on air is kept.
type Past interface {
	// Totals gives a platform's sums, "" for all together, in steps of view.Minute or view.Step.
	Totals(p live.Platform, since, until time.Time, length time.Duration) ([]view.TotalPoint, error)
	// Look tells what days were.
	Look(ctx context.Context, snap *view.Snapshot, q view.DayQuery) (*view.Review, error)
}

// reach is how far back a question goes.
type reach struct {
	name   string
	length time.Duration
}

var reaches = []reach{{"2h", 2 * time.Hour}, {"24h", 24 * time.Hour}, {"7d", 7 * 24 * time.Hour}, {"30d", 30 * 24 * time.Hour}}

// maxSpan bounds what one answer holds: all that is kept.
const maxSpan = 31 * 24 * time.Hour

// span gives the parameter, or usual.
func (p *params) span(usual reach) reach {
	s, ok := p.one("span")
	if !ok {
		return usual
	}
	i := slices.IndexFunc(reaches, func(x reach) bool { return x.name == s })
	if i < 0 {
		p.fail("span", "span is %.40q; it must be 2h, 24h, 7d or 30d", s)
		return usual
	}
	return reaches[i]
}

// instant gives a time, and whether the parameter is there.
func (p *params) instant(name string) (time.Time, bool) {
	s, ok := p.one(name)
	if !ok {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Unix() < 0 || t.Year() > 9999 {
		p.fail(name, "%s is %.40q; it must be a time such as 2026-11-23T12:00:00Z", name, s)
	}
	return t.UTC(), true
}

// between gives the bounds that the parameters name, to the step in which the answer comes.
func (p *params) between(now time.Time) (since, until time.Time, step time.Duration) {
	_, spanned := p.values["span"]
	length := p.span(reaches[1]).length
	until, ended := p.instant("until")
	since, begun := p.instant("since")
	if spanned && (begun || ended) {
		p.fail("span", "span goes without since and until")
	}
	if !ended {
		until = now
	}
	if !begun {
		since = until.Add(-length)
	}
	switch {
	case !since.Before(until):
		p.fail("since", "since is %s, not before %s", since.Format(time.RFC3339), until.Format(time.RFC3339))
	case until.Sub(since) > maxSpan:
		p.fail("since", "since is more than 31 days before until")
	}
	step = view.TotalStep(since, now)
	if !ended {
		until = until.Truncate(view.Minute)
	}
	return since.Truncate(step), until, step
}

func (s *Server) serveTotals(w http.ResponseWriter, r *http.Request) error {
	return s.totals(w, r, "")
}

func (s *Server) servePlatformTotals(w http.ResponseWriter, r *http.Request) error {
	return s.totals(w, r, live.Platform(r.PathValue("id")))
}

// totals answers for a platform, "" for all together. New sums come once a minute, so most answers are 304s.
func (s *Server) totals(w http.ResponseWriter, r *http.Request, platform live.Platform) error {
	p := readParams(r, "span", "since", "until")
	if p.err != nil {
		return p.err
	}
	rd, err := s.atLeast(r, 0)
	if err != nil {
		return err
	}
	if platform != "" && !slices.ContainsFunc(rd.snap.Platforms, func(x view.PlatformStatus) bool { return x.Info.ID == platform }) {
		return &problem{kind: kindNotFound, parameter: "id", detail: "there is no such platform; /v1/platforms lists them"}
	}
	since, until, step := p.between(rd.snap.LogTime)
	if p.err != nil {
		return p.err
	}
	b := append([]byte(nil), `{"platform":`...)
	b = appendText(b, string(platform))
	b = append(b, `,"since":`...)
	b = appendTime(b, since)
	b = append(b, `,"until":`...)
	b = appendTime(b, until)
	b = append(b, `,"step_seconds":`...)
	b = strconv.AppendInt(b, int64(step/time.Second), 10)
	b = append(b, `,"points":[`...)
	return s.send(w, r, rd.json("totals "+string(b), false, func() ([]byte, error) {
		var points []view.TotalPoint
		if s.o.Past != nil {
			if points, err = s.o.Past.Totals(platform, since, until, step); err != nil {
				return nil, err
			}
		}
		for i, x := range points {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, `{"at":`...)
			b = appendTime(b, x.At)
			b = append(b, `,"viewers":`...)
			b = strconv.AppendInt(b, x.Viewers, 10)
			b = append(b, `,"peak":`...)
			b = strconv.AppendInt(b, x.Peak, 10)
			b = append(b, `,"live":`...)
			b = strconv.AppendInt(b, int64(x.Live), 10)
			b = append(b, '}')
		}
		return append(b, "]}\n"...), nil
	}))
}
