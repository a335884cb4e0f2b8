package browser

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"onair/platform"
)

const (
	// maxTraffic bounds what one visit loads, decompressed. A list page with its scripts has some 10 MB.
	maxTraffic = 64 << 20
	// maxRequests ends pages that ask without an end for small things.
	maxRequests = 5000
	// maxJumps ends pages that lead from one to the next; a moved site needs one or two.
	maxJumps = 8
)

// watch sees everything that happens to a page. Its events come on the goroutine that reads from the browser, so that
// nothing there may wait for the browser.
type watch struct {
	c              *chromium
	v              platform.Visit
	user, password string
	main           cdp.FrameID
	work           sync.WaitGroup // commands that events led to
	signal         chan struct{}  // capacity 1, never waited for: an answer is ready

	mu       sync.Mutex
	closed   bool
	pending  map[network.RequestID]*call
	ready    []*call
	traffic  int64
	requests int
	jumps    int
	document int // status of the last page that was to be shown
	asked    map[fetch.RequestID]bool
}

// call is one request of the page whose answer is wanted.
type call struct {
	id     network.RequestID
	url    *url.URL
	began  cdp.MonotonicTime
	took   time.Duration
	status int
	header http.Header
	size   int64
	cut    bool // refused, and kept from the page
}

func newWatch(c *chromium, v platform.Visit, user, password string) *watch {
	w := &watch{
		c: c, v: v, user: user, password: password, signal: make(chan struct{}, 1),
		pending: map[network.RequestID]*call{}, asked: map[fetch.RequestID]bool{},
	}
	if t := chromedp.FromContext(c.ctx).Target; t != nil {
		w.main = cdp.FrameID(t.TargetID) // Chromium names a page's target and its main frame alike
	}
	return w
}

// next gives an answer that is ready.
func (w *watch) next() (*call, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.ready) == 0 {
		return nil, false
	}
	a := w.ready[0]
	w.ready = w.ready[1:]
	return a, true
}

// waiting reports that the page has asked for something wanted that is not there yet.
func (w *watch) waiting() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.pending) > 0 || len(w.ready) > 0
}

func (w *watch) documentStatus() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.document
}

// close lets no event lead to another command, and waits for those under way. The browser's context must have ended.
func (w *watch) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.work.Wait()
}

func (w *watch) event(ev any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return
	}
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		w.sent(ev)
	case *network.EventResponseReceived:
		w.received(ev)
	case *network.EventDataReceived:
		w.data(ev)
	case *network.EventLoadingFinished:
		w.finished(ev.RequestID, ev.Timestamp)
	case *network.EventLoadingFailed:
		w.failed(ev)
	case *page.EventFrameNavigated:
		w.navigated(ev.Frame)
	case *page.EventJavascriptDialogOpening:
		w.work.Go(w.dismiss)
	case *fetch.EventRequestPaused:
		w.paused(ev)
	case *fetch.EventAuthRequired:
		w.challenged(ev)
	case *inspector.EventTargetCrashed:
		w.c.fail(errCrash)
	}
}

func (w *watch) sent(ev *network.EventRequestWillBeSent) {
	if w.requests++; w.requests > maxRequests {
		w.c.fail(errTraffic)
	}
	if w.pending[ev.RequestID] != nil || ev.Type == network.ResourceTypePreflight || ev.Request.Method != http.MethodGet {
		return // a redirect of a request that is known already keeps the address it had
	}
	u, err := url.Parse(ev.Request.URL)
	if err != nil || !w.v.Wants(u) {
		return
	}
	w.pending[ev.RequestID] = &call{id: ev.RequestID, url: u, began: ev.Timestamp}
}

func (w *watch) received(ev *network.EventResponseReceived) {
	if ev.Type == network.ResourceTypeDocument && ev.FrameID == w.main {
		if w.document = int(ev.Response.Status); w.document >= 400 {
			w.c.fail(refusal(w.document))
		}
	}
	a := w.pending[ev.RequestID]
	if a == nil || ev.Type == network.ResourceTypePreflight {
		return
	}
	if u, err := url.Parse(ev.Response.URL); err != nil || !w.v.Wants(u) && !w.v.Stays(u) {
		w.c.fail(errElsewhere)
	}
	a.status, a.header = int(ev.Response.Status), http.Header{}
	for k, v := range ev.Response.Headers {
		a.header.Set(k, fmt.Sprint(v))
	}
}

func (w *watch) data(ev *network.EventDataReceived) {
	if w.traffic += ev.DataLength; w.traffic > maxTraffic {
		w.c.fail(errTraffic)
	}
	if a := w.pending[ev.RequestID]; a != nil {
		if a.size += ev.DataLength; a.size > maxBody {
			w.c.fail(errBody)
		}
	}
}

func (w *watch) finished(id network.RequestID, at cdp.MonotonicTime) {
	a := w.pending[id]
	if a == nil {
		return
	}
	delete(w.pending, id)
	a.took = max(0, time.Duration((at-a.began)*cdp.MonotonicTime(time.Second)))
	w.ready = append(w.ready, a)
	select {
	case w.signal <- struct{}{}:
	default:
	}
}

// failed ends a wanted request without an answer. A refusal that the page may not see, for want of a CORS header, is one
// all the same.
func (w *watch) failed(ev *network.EventLoadingFailed) {
	a := w.pending[ev.RequestID]
	switch {
	case a == nil:
	case a.status >= 400:
		a.cut = true
		w.finished(ev.RequestID, ev.Timestamp)
	case ev.Canceled: // by the page
		delete(w.pending, ev.RequestID)
	default:
		delete(w.pending, ev.RequestID)
		w.c.fail(loadError(ev.ErrorText))
	}
}

func (w *watch) navigated(f *cdp.Frame) {
	if f.ParentID != "" {
		return
	}
	if w.jumps++; w.jumps > maxJumps {
		w.c.fail(errJumps)
	}
	u, err := url.Parse(f.URL)
	if err != nil || (u.Scheme == "http" || u.Scheme == "https") && !w.v.Stays(u) {
		w.c.fail(errElsewhere)
	}
}
