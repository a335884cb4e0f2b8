package browser

import (
	"context"
	_ "embed"
	"errors"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"onair/platform"
)

const (
	// nudgeEvery is how often a page is asked for more while it is slow: some react only once they have drawn their rows.
	nudgeEvery = 500 * time.Millisecond
	// nudgeTime ends a nudge of a page whose scripts never come to rest.
	nudgeTime = 2 * time.Second
	// maxBody bounds an answer as platform does; Chromium keeps no more of one, nor of all together than maxKept.
	maxBody = 8 << 20
	maxKept = 32 << 20
)

// moreScript makes the page ask for its next rows.
//
//go:embed more.js
var moreScript string

// visit reads one page in a started Chromium.
func (t *tab) visit(c *chromium, v platform.Visit, each func(platform.Seen) error) error {
	w := newWatch(c, v, t.user, t.password)
	err := t.b.explain(c.run, t.follow(c, w, each))
	c.fail(nil) // so that commands that wait for the browser end
	w.close()
	return err
}

// follow goes to the page and hands on its answers as they come. Its error is for explain.
func (t *tab) follow(c *chromium, w *watch, each func(platform.Seen) error) error {
	if err := w.open(t.b.o.Quiet); err != nil {
		return err
	}
	nudge := time.NewTicker(nudgeEvery)
	defer nudge.Stop()
	quiet := time.NewTimer(t.b.o.Quiet)
	defer quiet.Stop()
	started := false
	for {
		select {
		case <-c.ctx.Done():
			return c.ctx.Err()
		case <-quiet.C:
			return errQuiet
		case <-w.signal:
		case <-nudge.C:
			if started && !w.waiting() {
				w.more()
			}
			continue
		}
		for {
			a, ok := w.next()
			if !ok {
				break
			}
			seen, err := w.read(a)
			if err != nil {
				return err
			}
			if err := each(seen); err != nil {
				return reader{err}
			}
			started = true
			quiet.Reset(t.b.o.Quiet) // the reader may have taken its time
			if !w.waiting() {
				w.more()
			}
		}
	}
}

// open sets the bounds and goes to the page.
func (w *watch) open(patience time.Duration) error {
	ctx := w.c.ctx
	yes := true
	if err := chromedp.Listen(ctx, w.event); err != nil {
		return err
	}
	total, each := int64(maxKept), int64(maxBody)
	_, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorDeny})
	if err == nil {
		_, err = chromedp.Call(ctx, network.Enable, network.EnableParams{MaxTotalBufferSize: &total, MaxResourceBufferSize: &each})
	}
	if err == nil {
		_, err = chromedp.Call(ctx, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true})
	}
	if err == nil {
		_, err = chromedp.Call(ctx, fetch.Enable, fetch.EnableParams{HandleAuthRequests: &yes})
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	res, err := chromedp.Call(ctx, page.Navigate, page.NavigateParams{URL: w.v.Page})
	switch {
	case err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) && w.c.ctx.Err() == nil:
		return errQuiet
	case err != nil:
		return err
	case res.ErrorText != "":
		if status := w.documentStatus(); status != 0 {
			if err := refusal(status); err != nil {
				return err
			}
		}
		return &chromedp.LoadError{ErrorText: res.ErrorText}
	}
	return nil
}

// more asks the page for its next rows. A page that does not react is found out by its silence.
func (w *watch) more() {
	ctx, cancel := context.WithTimeout(w.c.ctx, nudgeTime)
	defer cancel()
	silent := true
	_, _ = chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: moreScript, Silent: &silent})
}

// read fetches the body of a finished answer from the browser.
func (w *watch) read(a *call) (platform.Seen, error) {
	seen := platform.Seen{URL: a.url, Status: a.status, Header: a.header, Took: a.took}
	if a.cut { // the page itself was not given the body
		return seen, nil
	}
	res, err := chromedp.Call(w.c.ctx, network.GetResponseBody, network.GetResponseBodyParams{RequestID: a.id})
	var refused *cdp.Error
	switch {
	case errors.As(err, &refused):
		return seen, errBody // no longer kept
	case err != nil:
		return seen, err
	case len(res.Body) > maxBody:
		return seen, errBody
	}
	seen.Body = res.Body
	return seen, nil
}
