package workers

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"runtime/debug"
	"slices"
	"time"

	"onair/live"
	"onair/platform"
)

// Browser opens tabs of a real browser; platform/browser has it. The proxy is the egress's, nil for the machine's own
// address. Errors wrap live.ErrSetting: such a proxy is not for a browser.
type Browser interface {
	Tab(proxy *url.URL) (platform.Tab, error)
}

// BrowserPool is a Pool that knows how a browser leaves through its egresses. A worker whose pool is none takes no browser
// jobs.
type BrowserPool interface {
	Pool
	// Through gives an egress for a whole visit, and its proxy with credentials; nil is the machine's own address. Errors
	// wrap live.ErrSetting: no egress for p in region can carry a browser.
	Through(p live.Platform, region string) (*Egress, *url.URL, error)
	// Turn waits until e may send its next request to p.
	Turn(ctx context.Context, e *Egress, p live.Platform) error
}

// noBrowserKey is where a presence says why there is no browser, beside the platforms that lack something.
const noBrowserKey = "browser"

// checkBrowser takes class browser away from a worker that cannot do it, and gives the reason.
func checkBrowser(c *Config) (reason string) {
	_, pool := c.Pool.(BrowserPool)
	switch {
	case !slices.Contains(c.Classes, live.ClassBrowser):
		reason = "not a class of this worker"
	case c.Browser == nil && c.NoBrowser != "":
		reason = c.NoBrowser
	case c.Browser == nil:
		reason = "there is none"
	case !pool:
		reason = "not through these egresses"
	default:
		return ""
	}
	c.Classes = slices.DeleteFunc(slices.Clone(c.Classes), func(k live.Class) bool { return k == live.ClassBrowser })
	return reason
}

// takers is how many jobs of a class are done at once for s. Chromiums wait for each other anyway.
func (w *Worker) takers(s platform.Source, class live.Class) int {
	if class != live.ClassBrowser {
		return w.Takers
	}
	if _, ok := s.(platform.BrowserSource); ok {
		return 1
	}
	return 0
}

// restOf is rest as it concerns a class: an egress that was refused plain requests is what browsers are for.
func (w *Worker) restOf(class live.Class, p live.Platform, region string) time.Time {
	if class == live.ClassBrowser {
		return w.pauses.end(p)
	}
	return w.rest(p, region)
}

// errEnough ends a visit that has given as many pages as the job wants.
var errEnough = errors.New("as many pages as asked for")

// browse is chain for class browser: the pages are those that the site's own list page asks for, and leave through one
// egress, because they come from one browser.
func (w *Worker) browse(ctx context.Context, s platform.Source, job live.Job) (out outcome, err error) {
	e, visit, err := w.visit(s, job)
	next, i := "", 0
	var stored error
	if err == nil {
		err = visit(ctx, func(p *live.Page) error {
			next = p.Next
			if stored = w.accept(s, e, job, i, p, &out); stored != nil {
				return stored
			}
			if i++; i >= max(job.Pages, 1) {
				return errEnough
			}
			return w.Pool.(BrowserPool).Turn(ctx, e, job.Platform) // the page asks for more when this returns
		})
	}
	switch {
	case stored != nil:
		return out, stored
	case ctx.Err() != nil:
		out.class = live.ClassOf(live.ErrCanceled)
		return out, nil
	case err == nil, errors.Is(err, errEnough):
		return out, nil
	}
	if refused(err) {
		w.stayAway(job.Platform, err)
	}
	p, class := w.failure(s, job, err)
	p.Cursor, out.class = next, class
	return out, w.accept(s, e, job, i, p, &out)
}

// visit chooses an egress and gives what reads the list through it.
func (w *Worker) visit(s platform.Source, job live.Job) (*Egress, func(context.Context, func(*live.Page) error) error, error) {
	pool, ok := w.Pool.(BrowserPool)
	source, can := s.(platform.BrowserSource)
	if !ok || !can || w.Browser == nil {
		return &Egress{}, nil, &live.FetchError{Class: live.ErrUnsupported, Text: "no browser for it"}
	}
	e, proxy, err := pool.Through(job.Platform, job.Region)
	if err != nil {
		return &Egress{}, nil, err
	}
	tab, err := w.Browser.Tab(proxy)
	if err != nil {
		return e, nil, err
	}
	return e, func(ctx context.Context, each func(*live.Page) error) (err error) {
		defer func() {
			if v := recover(); v != nil {
				w.count.add(func(s *Stats) { s.Panics++ })
				w.Logger.Error("source panicked", attrPlatform, s.Info().ID, attrKind, job.Kind, attrError, fmt.Sprint(v), attrStack, string(debug.Stack()))
				err = errors.New("source panicked")
			}
		}()
		if err := pool.Turn(ctx, e, job.Platform); err != nil {
			return err
		}
		return source.Browse(ctx, tab, platform.Request{Kind: job.Kind, Cursor: job.Cursor, Keys: job.Keys}, each)
	}, nil
}
