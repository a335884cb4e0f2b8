package workers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"onair/live"
	"onair/platform"
)

// outcome is what a job came to, for its log line.
type outcome struct {
	pages int
	rows  int
	class live.ErrorClass // "" when the chain ended as it should
}

// chain fetches a job's pages one after the other and puts each into the outbox. A failure is a page too, and the end
// of the chain. It returns an error only when the outbox did.
func (w *Worker) chain(ctx context.Context, s platform.Source, job live.Job) (out outcome, err error) {
	var before *Egress // of the page before
	cursor := job.Cursor
	for i := range max(job.Pages, 1) {
		if i > 0 && !w.rest(job.Platform, job.Region).IsZero() {
			out.class = live.ClassOf(live.ErrRateLimited) // another job met it and wrote the page
			return out, nil
		}
		a, err := w.ask(ctx, s, job, cursor, before)
		switch {
		case ctx.Err() != nil:
			// We stopped, not they. A page that says so would leave with the next start, as a late one: of no use.
			out.class = live.ClassOf(live.ErrCanceled)
			return out, nil
		case errors.Is(err, ErrResting): // here too
			out.class = live.ClassOf(live.ErrRateLimited)
			return out, nil
		case err != nil:
			a.err = err
		}
		p := a.page
		if a.err != nil {
			p, out.class = w.failure(s, job, a.err)
		}
		if p.Latency == 0 {
			p.Latency = a.took.Milliseconds()
		}
		p.Cursor = cursor
		if err := w.accept(s, a.egress, job, i, p, &out); err != nil {
			return out, err
		}
		if out.class != "" || p.Next == "" {
			return out, nil
		}
		cursor, before = p.Next, a.egress
	}
	return out, nil
}

// fetch makes one request. A panic of the source becomes an error; so does an answer of neither page nor error.
func (w *Worker) fetch(ctx context.Context, s platform.Source, c *http.Client, r platform.Request) (p *live.Page, err error) {
	ctx, cancel := context.WithTimeout(ctx, w.FetchTimeout)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			w.count.add(func(s *Stats) { s.Panics++ })
			w.Logger.Error("source panicked", attrPlatform, s.Info().ID, attrKind, r.Kind, attrError, fmt.Sprint(v), attrStack, string(debug.Stack()))
			p, err = nil, errors.New("source panicked")
		}
	}()
	p, err = s.Fetch(ctx, c, r)
	if err == nil && p == nil {
		err = errors.New("source gave neither page nor error")
	}
	return p, err
}

// failure makes the page of a failed request. Only the text of a FetchError goes along: others can hold URLs with keys.
func (w *Worker) failure(s platform.Source, job live.Job, err error) (*live.Page, live.ErrorClass) {
	p := &live.Page{Error: live.ClassOf(err), Cost: cost(s, job.Kind)}
	var fe *live.FetchError
	if errors.As(err, &fe) {
		p.Status, p.ErrorText, p.RetryAfter = fe.Status, fe.Text, max(fe.RetryAfter, 0).Milliseconds()
	}
	if errors.Is(err, live.ErrSetting) || errors.Is(err, live.ErrUnsupported) {
		p.Cost = live.Cost{} // nothing was sent
	}
	return p, p.Error
}

// cost is what a request of the kind takes from a daily budget, whether it succeeds or not.
func cost(s platform.Source, k live.Kind) live.Cost {
	for _, o := range s.Offers() {
		if o.Kind == k {
			return o.Cost
		}
	}
	return live.Cost{}
}

// accept fills in what only the worker knows, makes the page safe, and commits it to the outbox.
func (w *Worker) accept(s platform.Source, e *Egress, job live.Job, i int, p *live.Page, out *outcome) error {
	seen := w.virtualNow()
	body, removed, trimmed := w.encode(s, e, job, i, p)
	if p.Error != "" {
		out.class = p.Error
	}
	if body == nil {
		return nil
	}
	if _, err := w.Outbox.Put(job.Platform, body, seen); err != nil {
		return err
	}
	out.pages++
	out.rows += len(p.Observations) + len(p.Answers) + len(p.Found)
	w.count.add(func(s *Stats) {
		s.Pages++
		s.Observations += uint64(len(p.Observations))
		s.Removed += uint64(removed)
		s.Trimmed += uint64(trimmed)
		if p.Error != "" {
			s.Errors[p.Error]++
		}
	})
	return nil
}

// virtualNow is the time that an observation of a demo carries; zero elsewhere.
func (w *Worker) virtualNow() time.Time {
	if !w.Virtual {
		return time.Time{}
	}
	return w.Clock.Now()
}
