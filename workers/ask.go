package workers

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"onair/live"
	"onair/platform"
)

// asked is one request and what came of it.
type asked struct {
	egress *Egress
	page   *live.Page
	err    error // Source.Fetch's
	took   time.Duration
	counts bool // the platform counts the request by account, not by address
}

// ask makes one request of a job. The pages of a chain take turns through the pool's egresses, so that a pass of sixty
// pages does not leave one address in a minute, and so that a pass is over sooner: fewer rows change pages while it
// walks. They stay one pass to the fold: its cursors are positions in a list and belong to nobody, its pages come in
// order, and like keeps them in one region, whose list it is.
//
// A page that failed because of the address (403, 429, a block page, nobody reached) is asked for once more through
// another egress of that region, if one is at hand; the first answer is then counted, not published, because a pass
// has one page for each index. Never so where an account is counted: a refusal there concerns every address, and
// rotation must not get around a quota.
//
// The error is Pool.Pick's.
func (w *Worker) ask(ctx context.Context, s platform.Source, job live.Job, cursor string, like *Egress) (asked, error) {
	want := Want{Platform: job.Platform, Region: job.Region, Like: like}
	e, err := w.Pool.Pick(ctx, want)
	if err != nil {
		return asked{egress: &Egress{}}, err
	}
	r := platform.Request{Kind: job.Kind, Cursor: cursor, Keys: job.Keys}
	first := w.try(ctx, s, e, r)
	if first.counts || !refused(first.err) && live.ClassOf(first.err) != live.ClassOf(live.ErrNetwork) || ctx.Err() != nil {
		return first, nil
	}
	want.Like, want.Not = e, e
	if e, err = w.Pool.Pick(ctx, want); err != nil {
		return first, nil // nobody else is there; a job that is being stopped is seen by its chain
	}
	w.count.add(func(s *Stats) { s.Rerouted++ })
	w.Logger.Debug("asked again through another egress", append(jobAttrs(job), attrEgress, e.Label, attrClass, string(live.ClassOf(first.err)))...)
	return w.try(ctx, s, e, r), nil
}

// try makes one request through e and tells whom it may concern how it went.
func (w *Worker) try(ctx context.Context, s platform.Source, e *Egress, r platform.Request) (a asked) {
	p := s.Info().ID
	spy := &accountSpy{base: e.Client.Transport}
	c := *e.Client
	c.Transport = spy
	began := w.now()
	a = asked{egress: e}
	a.page, a.err = w.fetch(ctx, s, &c, r)
	a.took = w.now().Sub(began)
	a.counts = spy.seen.Load() || cost(s, r.Kind) != (live.Cost{})
	switch {
	case ctx.Err() != nil: // we stopped, not they
	case a.counts && refused(a.err):
		w.stayAway(p, a.err)
	default:
		w.Pool.Done(e, p, a.err)
	}
	return a
}

// stayAway pauses the platform for all egresses, if it asked for that.
func (w *Worker) stayAway(p live.Platform, err error) {
	var fe *live.FetchError
	if errors.As(err, &fe) && fe.RetryAfter > 0 {
		until := w.pauses.add(p, fe.RetryAfter)
		w.Logger.Warn("platform asks to stay away", attrPlatform, p, attrUntil, until)
	}
}

// accountSpy sees whether a request names an account, as the official APIs want it.
type accountSpy struct {
	base http.RoundTripper
	seen atomic.Bool
}

func (s *accountSpy) RoundTrip(r *http.Request) (*http.Response, error) {
	if namesAccount(r) {
		s.seen.Store(true)
	}
	return s.base.RoundTrip(r)
}

// maxForm bounds what is read of a form; those that name an account are short.
const maxForm = 4 << 10

func namesAccount(r *http.Request) bool {
	for _, h := range []string{"Authorization", "Client-Id", "X-Goog-Api-Key"} {
		if r.Header.Get(h) != "" {
			return true
		}
	}
	if r.URL.Query().Has("client_id") {
		return true
	}
	if r.GetBody == nil {
		return false
	}
	body, err := r.GetBody()
	if err != nil {
		return false
	}
	defer body.Close()
	b, _ := io.ReadAll(io.LimitReader(body, maxForm))
	form, err := url.ParseQuery(string(b))
	return err == nil && form.Has("client_id")
}
