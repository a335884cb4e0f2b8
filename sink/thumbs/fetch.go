package thumbs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"onair/live"
)

const (
	// maxBytes is above every platform's picture of the sizes that are asked for (under 200 KiB).
	maxBytes = 2 << 20
	// fetchTimeout is for one picture, to its last byte: a stuck one must not hold a place for others.
	fetchTimeout = 10 * time.Second
)

// What fetching can end in.
var (
	errHost    = errors.New("address is not on the platform's picture hosts")
	errPrivate = errors.New("host leads into a private network")
	errNone    = errors.New("no picture") // 404, or a redirect: how Twitch says that a channel is offline
	errBig     = fmt.Errorf("picture has over %d bytes", maxBytes)
)

// fetcher gets pictures and nothing else: only from a platform's hosts, only from public addresses, without redirects,
// cookies, proxies or compression.
type fetcher struct {
	hosts  map[live.Platform]live.Hosts
	client *http.Client
}

// trusted marks requests to an origin that an operator wrote out whole ("http://127.0.0.1:4001"): it may be private.
type trusted struct{}

func newFetcher(infos []live.PlatformInfo) *fetcher {
	f := &fetcher{hosts: map[live.Platform]live.Hosts{}}
	for _, i := range infos {
		f.hosts[i.ID] = i.Images
	}
	open := &net.Dialer{Timeout: 5 * time.Second}
	guarded := &net.Dialer{Timeout: 5 * time.Second, Control: publicOnly}
	f.client = &http.Client{
		Timeout:       fetchTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				if ctx.Value(trusted{}) != nil {
					return open.DialContext(ctx, network, addr)
				}
				return guarded.DialContext(ctx, network, addr)
			},
			DisableCompression: true, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second,
			TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: fetchTimeout, MaxResponseHeaderBytes: 64 << 10,
		},
	}
	return f
}

func (f *fetcher) close() { f.client.CloseIdleConnections() }

// get reads the picture at raw.
func (f *fetcher) get(ctx context.Context, p live.Platform, raw string) ([]byte, error) {
	hosts := f.hosts[p]
	if !hosts.Allow(raw) {
		return nil, errHost
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errHost
	}
	for _, h := range hosts {
		if strings.Contains(h, "://") && strings.EqualFold(u.Scheme+"://"+u.Host, h) {
			ctx = context.WithValue(ctx, trusted{}, true)
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, raw, nil)
	if err != nil {
		return nil, errHost
	}
	req.Header.Set("Accept", "image/webp,image/jpeg,image/png")
	req.Header.Set("User-Agent", "onair")
	res, err := f.client.Do(req)
	if err != nil {
		return nil, plain(err)
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusGone || res.StatusCode/100 == 3:
		return nil, errNone
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("status %d", res.StatusCode)
	case res.ContentLength > maxBytes:
		return nil, errBig
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, maxBytes+1))
	switch {
	case err != nil:
		return nil, plain(err)
	case len(b) > maxBytes:
		return nil, errBig
	case len(b) == 0:
		return nil, errNone
	}
	return b, nil
}

// plain leaves out the address: signed ones must not reach a log.
func plain(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// publicOnly refuses to connect to addresses that are not on the public internet. It sees the address that the name
// was resolved to, so a name that changes its mind between a check and the connection gains nothing.
func publicOnly(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !public(at.Addr()) {
		return errPrivate
	}
	return nil
}

// reserved are ranges that netip does not know as special: shared and benchmark networks, documentation, and the ways
// of writing an IPv4 address as IPv6.
var reserved = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fec0::/10", "5f00::/16",
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
