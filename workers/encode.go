package workers

import (
	"errors"

	"onair/live"
	"onair/platform"
)

// encode finishes a page and gives its wire form. A page that does not fit into a message loses tags, then pictures,
// but never rows: rows that went missing would look like broadcasts that ended. A page that cannot be made right
// becomes one with error class format. body is nil only for a job that breaks the rules itself.
func (w *Worker) encode(s platform.Source, e *Egress, job live.Job, i int, p *live.Page) (body []byte, removed, trimmed int) {
	w.head(e, job, i, p)
	removed = p.Clean(s.Info())
	if removed > 0 && p.Coverage == live.CoverList {
		p.Coverage = live.CoverNone // what it lacks may be one of these rows
	}
	body, err := live.EncodePage(p)
	if errors.Is(err, live.ErrTooLarge) {
		trimmed = 1
		for k := range p.Observations {
			p.Observations[k].Tags = nil
		}
		if body, err = live.EncodePage(p); errors.Is(err, live.ErrTooLarge) {
			for k := range p.Observations {
				p.Observations[k].Thumbnail = ""
			}
			body, err = live.EncodePage(p)
		}
	}
	if err == nil {
		return body, removed, trimmed
	}
	text := "page breaks the rules"
	if errors.Is(err, live.ErrTooLarge) {
		text = "page too large"
	}
	w.Logger.Warn(text, attrPlatform, job.Platform, attrKind, job.Kind, attrJob, job.ID, attrError, err)
	*p = live.Page{Error: live.ClassOf(live.ErrFormat), ErrorText: text, Cursor: p.Cursor, Cost: cost(s, job.Kind)}
	w.head(e, job, i, p)
	if body, err = live.EncodePage(p); err != nil {
		w.Logger.Error("error page breaks the rules", attrJob, job.ID, attrError, err)
	}
	return body, removed, trimmed
}

// head sets what a page says about its request.
func (w *Worker) head(e *Egress, job live.Job, i int, p *live.Page) {
	p.Platform, p.Kind, p.Job = job.Platform, job.Kind, job.ID
	p.Egress, p.Region = e.Label, e.Region
	if p.Region == "" {
		p.Region = job.Region
	}
	p.Pass = nil
	if job.Kind == live.KindList {
		p.Pass = &live.Pass{ID: job.ID, Index: job.Index + i, Last: p.Error == "" && p.Next == ""}
	}
	if p.Error != "" {
		p.Coverage, p.Next = live.CoverNone, ""
		p.Observations, p.Answers, p.Found = nil, nil, nil
	}
}
