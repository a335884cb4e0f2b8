package workers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"onair/live"
	"onair/platform"
)

// Address is an egress as configured: a local address, or a proxy, or, without either, the machine's own choice.
type Address struct {
	Label       string     // a token; it stands in pages, logs and tables
	Local       netip.Addr // IPv4 or IPv6 of this machine; host names are still looked up from its default address
	Proxy       string     // http://, https:// or socks5://, host and port, nothing else; it looks host names up
	Credentials platform.Secret
	Region      string          // ISO country code in lower case; "" when not known
	Platforms   []live.Platform // nil: all
}

const (
	// maxAddresses bounds a pool: every address has its connections and cookies.
	maxAddresses = 256
	// maxSOCKS is the protocol's own bound on a user name and on a password.
	maxSOCKS = 255
)

// Check names what is wrong. Its errors repeat no part of Proxy or Credentials.
func (a Address) Check() error {
	switch {
	case live.CheckID(a.Label) != nil:
		return fmt.Errorf("label %.40q is not a token", a.Label)
	case a.Region == live.RegionAny:
		return errors.New("region any: leave it out when it is not known")
	case a.Region != "" && (live.CheckID(a.Region) != nil || a.Region != strings.ToLower(a.Region)):
		return fmt.Errorf("region %.40q is not a country code in lower case", a.Region)
	case a.Local.IsValid() && a.Proxy != "":
		return errors.New("both a local address and a proxy")
	case a.Local.IsValid() && (a.Local.IsUnspecified() || a.Local.IsMulticast()):
		return fmt.Errorf("local %s is no address to send from", a.Local)
	case a.Credentials != "" && a.Proxy == "":
		return errors.New("credentials without a proxy")
	case a.Platforms != nil && len(a.Platforms) == 0:
		return errors.New("an empty list of platforms")
	}
	for _, p := range a.Platforms {
		if _, err := live.ParsePlatform(string(p)); err != nil {
			return fmt.Errorf("platform %.40q is not a name", p)
		}
	}
	if a.Proxy == "" {
		return nil
	}
	_, err := a.proxy()
	return err
}

// proxy is the proxy's URL with the credentials, which only this package's transport sees.
func (a Address) proxy() (*url.URL, error) {
	u, err := url.Parse(a.Proxy)
	switch {
	case err != nil, u.Host == "", u.Opaque != "":
		return nil, errors.New("proxy is not a URL like http://host:port")
	case !slices.Contains([]string{"http", "https", "socks5"}, u.Scheme):
		return nil, errors.New("proxy is none of http://, https://, socks5://")
	case u.User != nil:
		return nil, errors.New("proxy with a user or password in its URL: those belong in a file of their own")
	case u.Path != "" && u.Path != "/", u.RawQuery != "", u.Fragment != "":
		return nil, errors.New("proxy with more than host and port")
	case u.Hostname() == "" || u.Port() == "":
		return nil, errors.New("proxy without host or port")
	}
	u.Path = ""
	if a.Credentials == "" {
		return u, nil
	}
	user, password, ok := strings.Cut(string(a.Credentials), ":")
	switch {
	case !ok || user == "":
		return nil, errors.New("credentials are not user:password")
	case len(user) > maxSOCKS || len(password) > maxSOCKS:
		return nil, fmt.Errorf("credentials longer than %d bytes", maxSOCKS)
	case strings.ContainsFunc(user+password, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return nil, errors.New("credentials with a control character")
	}
	u.User = url.UserPassword(user, password)
	return u, nil
}

func (a Address) serves(p live.Platform) bool {
	return a.Platforms == nil || slices.Contains(a.Platforms, p)
}

// transport dials from the address. The password is in the proxy's URL only: net/http sends it to the proxy, and to
// nobody behind it.
func (a Address) transport() (*http.Transport, error) {
	t := newTransport()
	if a.Local.IsValid() {
		d := &net.Dialer{Timeout: dialTimeout, KeepAlive: dialTimeout, LocalAddr: &net.TCPAddr{IP: a.Local.AsSlice(), Zone: a.Local.Zone()}}
		t.DialContext = d.DialContext
	}
	if a.Proxy != "" {
		u, err := a.proxy()
		if err != nil {
			return nil, err
		}
		t.Proxy = http.ProxyURL(u)
		t.OnProxyConnectResponse = refusedByProxy
	}
	return t, nil
}

// dialTimeout ends a dial to an address that swallows packets, before the fetch's own time is over.
const dialTimeout = 10 * time.Second

// newTransport dials without a proxy from the environment and without a wait that has no end.
func newTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = nil
	t.TLSHandshakeTimeout = 10 * time.Second
	t.ResponseHeaderTimeout = 15 * time.Second
	t.MaxIdleConnsPerHost = 2 // one paced host needs no more
	t.MaxResponseHeaderBytes = 64 << 10
	return t
}

var (
	errProxyPassword = errors.New("the proxy wants other credentials")
	errProxyRefused  = errors.New("the proxy refuses to connect")
)

// refusedByProxy puts our words in the place of the proxy's, which would become the text of an error.
func refusedByProxy(_ context.Context, _ *url.URL, _ *http.Request, r *http.Response) error {
	switch {
	case r.StatusCode == http.StatusProxyAuthRequired:
		return errProxyPassword
	case r.StatusCode != http.StatusOK:
		return errProxyRefused
	}
	return nil
}

// discreet is a transport whose errors name the egress by its label and hold no address, URL or password.
type discreet struct {
	label string
	base  http.RoundTripper
}

// RoundTrip turns a proxy's refusal of the password into the answer 407, whichever way it was said, so that sources
// tell it from a platform that is down.
func (q discreet) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := q.base.RoundTrip(r)
	switch {
	case err == nil && resp.StatusCode == http.StatusProxyAuthRequired:
		resp.Body.Close()
		return wantsPassword(r), nil
	case err == nil:
		return resp, nil
	case errors.Is(err, errProxyPassword), saysSOCKSPassword(err):
		return wantsPassword(r), nil
	}
	return nil, &transportError{label: q.label, cause: err}
}

// wantsPassword is the answer 407 without a word of the proxy's.
func wantsPassword(r *http.Request) *http.Response {
	const status = http.StatusProxyAuthRequired
	return &http.Response{
		Status: fmt.Sprint(status, " ", http.StatusText(status)), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Body: http.NoBody, Request: r,
	}
}

// saysSOCKSPassword looks for the words of net/http's SOCKS client, which has no error values. Should they change, the
// failure is still one, only less well named.
func saysSOCKSPassword(err error) bool {
	text := err.Error()
	return strings.Contains(text, "socks connect") &&
		(strings.Contains(text, "username/password authentication failed") || strings.Contains(text, "no acceptable authentication methods"))
}

// transportError keeps its cause for errors.Is and errors.As, and prints none of it.
type transportError struct {
	label string
	cause error
}

func (e *transportError) Error() string {
	text := "no answer"
	if errors.Is(e.cause, errProxyRefused) {
		text = errProxyRefused.Error()
	}
	return "egress " + e.label + ": " + text
}

func (e *transportError) Unwrap() error { return e.cause }
