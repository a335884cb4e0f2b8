package platform

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"onair/live"
)

const (
	// maxBody bounds an answer after decompression. The largest recorded one has 70 kB; without a bound one hostile
	// or broken answer takes a worker's memory.
	maxBody = 8 << 20
	// maxRedirects ends loops; a moved host needs one or two.
	maxRedirects = 5
	// maxRetryAfter keeps a nonsense date from parking an egress for years. A day is YouTube's longest honest wait.
	maxRetryAfter = 24 * time.Hour
	// clientTimeout holds for callers who bring no client of their own.
	clientTimeout = 30 * time.Second
)

// query is one HTTP request to an endpoint.
type query struct {
	endpoint string // name of the base URL
	path     string // appended to it, from the first slash; segments that vary are live ids
	params   url.Values
	form     url.Values // not nil: POST
	header   http.Header
	// secret says that the request carries credentials, so that no redirect may take it to another origin: net/http
	// would repeat our headers there.
	secret bool
}

// answer is a whole response of any status.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// ask sends q and reads the answer. Errors are *live.FetchError: no status, no body, or a refused redirect.
func (s *site) ask(ctx context.Context, c *http.Client, q query) (answer, error) {
	u := *s.bases[q.endpoint]
	u.Path += q.path
	u.RawQuery = q.params.Encode()
	method, body := http.MethodGet, io.Reader(nil)
	if q.form != nil {
		method, body = http.MethodPost, strings.NewReader(q.form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return answer{}, &live.FetchError{Class: live.ErrUnsupported, Text: "request cannot be built"}
	}
	for k, v := range q.header {
		req.Header[k] = v
	}
	if q.form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("User-Agent", s.agent)
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json, text/plain, */*")
	}
	resp, err := s.client(c, q.secret).Do(req)
	if err != nil {
		return answer{}, transportError(ctx, err)
	}
	defer resp.Body.Close()
	return readAnswer(ctx, resp)
}

// client is c with a redirect policy that stays on the platform. c itself is not changed.
func (s *site) client(c *http.Client, secret bool) *http.Client {
	own := http.Client{Timeout: clientTimeout}
	if c != nil {
		own = *c
	}
	own.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		first := via[0]
		switch {
		case len(via) > maxRedirects:
			return errRedirects
		case req.Method != first.Method:
			// A POST that is repeated as a GET loses its form, and SOOP would answer "not live" to that.
			return errRedirectedPost
		case sameOrigin(req.URL, first.URL), !secret && req.URL.Scheme == "https" && live.Hosts(s.domains).Allow("https://"+req.URL.Host):
			return nil
		}
		return errRedirectedAway
	}
	return &own
}

func sameOrigin(a, b *url.URL) bool { return a.Scheme == b.Scheme && strings.EqualFold(a.Host, b.Host) }

var (
	errRedirects      = errors.New("too many redirects")
	errRedirectedAway = errors.New("redirected to another site")
	errRedirectedPost = errors.New("form redirected: the endpoint has moved")
)

// readAnswer reads a response to its end, or to maxBody.
func readAnswer(ctx context.Context, resp *http.Response) (answer, error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err == nil && len(body) > maxBody {
		return answer{}, &live.FetchError{Class: live.ErrFormat, Status: resp.StatusCode, Text: "answer larger than 8 MiB"}
	}
	a := answer{status: resp.StatusCode, header: resp.Header, body: body}
	if err != nil {
		if resp.StatusCode/100 != 2 { // the status says more than the missing rest of its explanation
			return a, nil
		}
		var fe *live.FetchError
		if errors.As(transportError(ctx, err), &fe) {
			fe.Status = resp.StatusCode
		}
		return answer{}, fe
	}
	return a, nil
}

// transportError gives what went wrong below HTTP a class and a short text. The text of err is not used: it holds
// the URL, and an egress proxy's address.
func transportError(ctx context.Context, err error) error {
	fe := func(class error, text string) error { return &live.FetchError{Class: class, Text: text} }
	var (
		timeout net.Error
		dns     *net.DNSError
		cert    *tls.CertificateVerificationError
	)
	switch {
	case errors.Is(err, errRedirectedAway):
		return fe(live.ErrBlocked, errRedirectedAway.Error()) // a login, consent or block page
	case errors.Is(err, errRedirectedPost):
		return fe(live.ErrFormat, errRedirectedPost.Error())
	case errors.Is(err, errRedirects):
		return fe(live.ErrFormat, errRedirects.Error())
	case errors.Is(ctx.Err(), context.Canceled):
		return fe(live.ErrCanceled, "")
	case errors.Is(err, context.DeadlineExceeded), ctx.Err() != nil, errors.As(err, &timeout) && timeout.Timeout():
		return fe(live.ErrTimeout, "")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fe(live.ErrFormat, "answer cut off")
	case errors.As(err, &dns):
		return fe(live.ErrNetwork, "host name not found")
	case errors.Is(err, syscall.ECONNREFUSED):
		return fe(live.ErrNetwork, "connection refused")
	case errors.Is(err, syscall.ECONNRESET):
		return fe(live.ErrNetwork, "connection reset")
	case errors.As(err, &cert):
		return fe(live.ErrNetwork, "certificate not trusted")
	}
	return fe(live.ErrNetwork, "")
}

// statusError is nil for a 2xx status, else the *live.FetchError that every platform agrees on.
func (s *site) statusError(a answer) error {
	if a.status/100 == 2 {
		return nil
	}
	fe := &live.FetchError{Status: a.status, RetryAfter: retryAfter(a.header, s.clock.Now())}
	switch {
	case a.status == http.StatusUnauthorized:
		fe.Class = live.ErrUnauthorized
	case a.status == http.StatusForbidden, a.status == http.StatusUnavailableForLegalReasons:
		fe.Class = live.ErrBlocked
	case a.status == http.StatusNotFound, a.status == http.StatusGone:
		fe.Class = live.ErrNotFound
	case a.status == http.StatusRequestTimeout:
		fe.Class = live.ErrTimeout
	case a.status == http.StatusProxyAuthRequired:
		fe.Class, fe.Text = live.ErrNetwork, "the egress proxy wants a password"
	case a.status == http.StatusTooManyRequests:
		fe.Class = live.ErrRateLimited
	case a.status >= 500:
		fe.Class = live.ErrUnavailable
	default:
		fe.Class = live.ErrFormat // 3xx that leads nowhere, 400 and the rest: not the endpoint that we know
	}
	return fe
}

// retryAfter reads Retry-After (seconds, or a date against now) or Twitch's Ratelimit-Reset (seconds since 1970).
// It is 0 when neither says anything.
func retryAfter(h http.Header, now time.Time) time.Duration {
	d := time.Duration(0)
	if v := strings.TrimSpace(h.Get("Retry-After")); v != "" {
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			d = time.Duration(min(max(n, 0), int64(maxRetryAfter/time.Second))) * time.Second
		} else if t, err := http.ParseTime(v); err == nil {
			d = t.Sub(now)
		}
	} else {
		d = ratelimitReset(h, now)
	}
	return min(max(d, 0), maxRetryAfter)
}

func ratelimitReset(h http.Header, now time.Time) time.Duration {
	n, err := strconv.ParseInt(strings.TrimSpace(h.Get("Ratelimit-Reset")), 10, 64)
	if err != nil || n <= 0 || n > 1<<40 {
		return 0
	}
	return min(max(time.Unix(n, 0).Sub(now), 0), maxRetryAfter)
}

// notJSON tells a page for people, sent with status 200, from other answers that are not what was asked for. A site
// that shows a page for people where its own scripts expect data is refusing us: live.ErrBlocked, so that the
// egress rests; anything else is live.ErrFormat.
func notJSON(body []byte) error {
	b := bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case len(b) == 0:
		return format("empty answer")
	case b[0] == '<':
		return &live.FetchError{Class: live.ErrBlocked, Text: "a web page instead of data"}
	}
	return nil
}

func format(f string, a ...any) error {
	return &live.FetchError{Class: live.ErrFormat, Text: fmt.Sprintf(f, a...)}
}

// failed wraps err with what was being done, and adds the HTTP status that it came with.
func (s *site) failed(r Request, status int, err error) error {
	var fe *live.FetchError
	if errors.As(err, &fe) && fe.Status == 0 {
		fe.Status = status
	}
	return fmt.Errorf("%s %s: %w", s.info.ID, r.Kind, err)
}

// textOf is the text of a *live.FetchError without its class.
func textOf(err error) string {
	var fe *live.FetchError
	if errors.As(err, &fe) {
		return fe.Text
	}
	return ""
}
