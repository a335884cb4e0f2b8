package browser

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/chromedp/chromedp"

	"onair/live"
)

// Why a Chromium is ended before its page is read: the causes of its context.
var (
	errDeadline  = fetchError(live.ErrTimeout, "the browser took too long")
	errMemory    = fetchError(live.ErrFormat, "the page took too much memory")
	errTraffic   = fetchError(live.ErrFormat, "the page loads without an end")
	errBody      = fetchError(live.ErrFormat, "answer larger than 8 MiB")
	errJumps     = fetchError(live.ErrFormat, "too many redirects")
	errElsewhere = fetchError(live.ErrBlocked, "redirected to another site")
	errCrash     = fetchError(live.ErrFormat, "the page crashed")
	errPassword  = fetchError(live.ErrNetwork, "the egress proxy refuses its password")
	errQuiet     = fetchError(live.ErrTimeout, "the page shows nothing more")
	errDownload  = fetchError(live.ErrFormat, "a download instead of a page")
	errFailed    = fetchError(errors.New("the browser failed"), "the worker's log says why") // neither the platform's fault nor the network's
)

func fetchError(class error, text string) error { return &live.FetchError{Class: class, Text: text} }

func canceled(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return errDeadline
	}
	return fetchError(live.ErrCanceled, "")
}

// reader is an error of the function that reads answers: it is handed back as it is.
type reader struct{ error }

// explain turns what ended a Read into a *live.FetchError. The text of a foreign error is logged but not passed on: it can
// hold addresses.
func (b *Browser) explain(ctx context.Context, err error) error {
	var (
		r    reader
		fe   *live.FetchError
		load *chromedp.LoadError
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &r):
		return r.error
	case ctx.Err() != nil && errors.As(context.Cause(ctx), &fe):
		return fe
	case ctx.Err() != nil:
		return canceled(ctx)
	case errors.As(err, &fe):
		return fe
	case errors.As(err, &load):
		return loadError(load.ErrorText)
	}
	b.o.Logger.Warn("browser failed", "error", err)
	return errFailed
}

// loadError names what Chromium says about a page that did not load.
func loadError(text string) error {
	switch code := strings.TrimPrefix(text, "net::ERR_"); {
	case code == "TOO_MANY_REDIRECTS":
		return errJumps
	case code == "ABORTED":
		return errDownload // or an empty answer: neither is a page
	case strings.HasSuffix(code, "TIMED_OUT"):
		return fetchError(live.ErrTimeout, "")
	case strings.HasPrefix(code, "PROXY"), strings.HasPrefix(code, "TUNNEL"), strings.HasPrefix(code, "SOCKS"):
		return fetchError(live.ErrNetwork, "the egress proxy does not answer")
	case strings.HasPrefix(code, "CERT"):
		return fetchError(live.ErrNetwork, "certificate not trusted")
	case code == "NAME_NOT_RESOLVED":
		return fetchError(live.ErrNetwork, "host name not found")
	}
	return fetchError(live.ErrNetwork, "")
}

// refusal is the error that the status of the page itself means; nil for a page.
func refusal(status int) error {
	fe := &live.FetchError{Status: status, Text: "list page"}
	switch {
	case status < 400:
		return nil
	case status == http.StatusUnauthorized:
		fe.Class = live.ErrUnauthorized
	case status == http.StatusForbidden, status == http.StatusUnavailableForLegalReasons:
		fe.Class = live.ErrBlocked
	case status == http.StatusNotFound, status == http.StatusGone:
		fe.Class = live.ErrNotFound
	case status == http.StatusProxyAuthRequired:
		return errPassword
	case status == http.StatusTooManyRequests:
		fe.Class = live.ErrRateLimited
	case status >= 500:
		fe.Class = live.ErrUnavailable
	default:
		fe.Class = live.ErrFormat
	}
	return fe
}
