package browser

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// notFetched is what a list does without; thousands of pictures and video previews would be most of the traffic.
var notFetched = []network.ResourceType{network.ResourceTypeImage, network.ResourceTypeMedia, network.ResourceTypeFont, network.ResourceTypePing}

// paused decides about each request before it leaves.
func (w *watch) paused(ev *fetch.EventRequestPaused) {
	if ev.ResourceType == network.ResourceTypeDocument && ev.FrameID == w.main {
		if u, err := url.Parse(ev.Request.URL); err != nil || !w.v.Stays(u) {
			w.c.fail(errElsewhere) // and the request never leaves
			return
		}
	}
	if slices.Contains(notFetched, ev.ResourceType) || !w.allowed(ev.Request.URL) {
		w.work.Go(func() {
			_, _ = chromedp.Call(w.c.ctx, fetch.FailRequest, fetch.FailRequestParams{RequestID: ev.RequestID, ErrorReason: network.ErrorReasonBlockedByClient})
		})
		return
	}
	w.work.Go(func() {
		_, _ = chromedp.Call(w.c.ctx, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: ev.RequestID})
	})
}

// allowed keeps a page from the machine that reads it and from its neighbours: files, and addresses that are not the
// world's, except the ones that the visit is about (a simulator's).
func (w *watch) allowed(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "data", "blob", "about":
		return true
	case "http", "https":
	default:
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	ip, err := netip.ParseAddr(host)
	local := host == "localhost" || strings.HasSuffix(host, ".localhost")
	if err == nil {
		ip = ip.Unmap()
		local = !ip.IsGlobalUnicast() || ip.IsPrivate()
	}
	return !local || w.v.Stays(u) || w.v.Wants(u)
}

// challenged answers the egress proxy's question for a password, once for each request; a site's own is not answered.
func (w *watch) challenged(ev *fetch.EventAuthRequired) {
	answer := &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseCancelAuth}
	if ev.AuthChallenge != nil && ev.AuthChallenge.Source == fetch.AuthChallengeSourceProxy {
		if w.user == "" || w.asked[ev.RequestID] {
			w.c.fail(errPassword)
			return
		}
		w.asked[ev.RequestID] = true
		answer = &fetch.AuthChallengeResponse{
			Response: fetch.AuthChallengeResponseResponseProvideCredentials, Username: w.user, Password: w.password,
		}
	}
	w.work.Go(func() {
		_, _ = chromedp.Call(w.c.ctx, fetch.ContinueWithAuth, fetch.ContinueWithAuthParams{RequestID: ev.RequestID, AuthChallengeResponse: answer})
	})
}

// dismiss closes an alert, which stops the page until somebody does.
func (w *watch) dismiss() {
	_, _ = chromedp.Call(w.c.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: false})
}
