package workers

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"onair/live"
	"onair/platform"
)

// origin answers with the cookie it got and remembers every header.
type origin struct {
	mu   sync.Mutex
	seen []string
}

func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	o.seen = append(o.seen, fmt.Sprint(host, r.Header))
	c, err := r.Cookie("sid")
	if err != nil {
		c = &http.Cookie{Name: "sid", Value: strconv.Itoa(len(o.seen))}
		http.SetCookie(w, c)
	}
	fmt.Fprint(w, host, " ", c.Value)
}

// get asks url through e, as a source does; the answer's body, or status, or the error.
func get(t *testing.T, e *Egress, url string) string {
	t.Helper()
	resp, err := e.Client.Get(url)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return resp.Status
	}
	b, _ := io.ReadAll(resp.Body)
	return string(b)
}

func mustPick(t *testing.T, p *EgressPool, label string) *Egress {
	t.Helper()
	for range 100 {
		e, err := p.Pick(t.Context(), Want{Platform: "chzzk"})
		if err != nil {
			t.Fatal(err)
		}
		if e.Label == label {
			return e
		}
	}
	t.Fatalf("no egress %s", label)
	return nil
}

func TestProxies(t *testing.T) {
	plain := &origin{}
	server := httptest.NewServer(plain)
	defer server.Close()
	secured := &origin{}
	secure := httptest.NewTLSServer(secured)
	defer secure.Close()
	trust := secure.Client().Transport.(*http.Transport).TLSClientConfig
	own := &tls.Config{Certificates: secure.TLS.Certificates}

	for _, c := range []struct {
		scheme string
		creds  string // of the egress
		want   bool   // the proxy wants a password
		url    string
		got    string // first answer; "" for the origin's
		heard  string
	}{
		{"http", "", false, server.URL, "", "GET"},
		{"http", "", false, secure.URL, "", "CONNECT"},
		{"http", "right", true, server.URL, "", "GET"},
		{"http", "right", true, secure.URL, "", "CONNECT"},
		{"http", "wrong", true, server.URL, "407", ""},
		{"http", "wrong", true, secure.URL, "407", ""},
		{"http", "", true, secure.URL, "407", ""},
		{"https", "right", true, server.URL, "", "GET"},
		{"https", "right", true, secure.URL, "", "CONNECT"},
		{"https", "wrong", true, secure.URL, "407", ""},
		{"socks5", "", false, server.URL, "", "SOCKS"},
		{"socks5", "right", true, server.URL, "", "SOCKS"},
		{"socks5", "right", true, secure.URL, "", "SOCKS"},
		{"socks5", "wrong", true, secure.URL, "407", ""},
		{"socks5", "", true, server.URL, "407", ""},
	} {
		name := fmt.Sprintf("%s %q wanted=%v %s", c.scheme, c.creds, c.want, c.url)
		px := &proxy{}
		if c.want {
			px.user, px.password = proxyUser, proxyPassword
		}
		var cert *tls.Config
		if c.scheme == "https" {
			cert = own
		}
		a := Address{Label: "px", Proxy: c.scheme + "://" + px.start(t, cert)}
		switch c.creds {
		case "right":
			a.Credentials = proxyUser + ":" + proxyPassword
		case "wrong":
			a.Credentials = proxyUser + ":" + proxyPassword + "!"
		}
		p := mustPool(t, PoolOptions{Addresses: []Address{a}, Pace: 1})
		p.exits[0].transport.TLSClientConfig = trust.Clone()
		e := mustPick(t, p, "px")
		first, second := get(t, e, c.url), get(t, e, c.url)
		if c.got != "" {
			if !strings.HasPrefix(first, c.got) {
				t.Errorf("%s: %q, want %q", name, first, c.got)
			}
		} else if !strings.HasPrefix(first, "127.0.0.1 ") || first != second {
			t.Errorf("%s: %q then %q, want one cookie for both", name, first, second)
		}
		if !strings.HasPrefix(px.log(), c.heard) || c.heard == "" && px.log() != "" {
			t.Errorf("%s: the proxy heard %q", name, px.log())
		}
		p.Close()
	}
	for _, s := range append(plain.seen, secured.seen...) {
		if strings.Contains(s, "Proxy") || strings.Contains(s, "Basic") {
			t.Errorf("the origin got the proxy's credentials: %s", s)
		}
	}
	if len(plain.seen) != 10 || len(secured.seen) != 8 {
		t.Errorf("%d and %d requests arrived", len(plain.seen), len(secured.seen))
	}
}

func TestLocalAddresses(t *testing.T) {
	o := &origin{}
	server := httptest.NewServer(o)
	defer server.Close()
	var list []Address
	for i := 2; i <= 9; i++ {
		list = append(list, Address{Label: "ip" + strconv.Itoa(i), Local: netip.AddrFrom4([4]byte{127, 0, 0, byte(i)})})
	}
	p := mustPool(t, PoolOptions{Addresses: list, Pace: 1})
	cookies := map[string]bool{}
	for _, a := range list {
		e := mustPick(t, p, a.Label)
		first, second := get(t, e, server.URL), get(t, e, server.URL)
		if !strings.HasPrefix(first, a.Local.String()+" ") || first != second {
			t.Errorf("%s: %q, %q", a.Label, first, second)
		}
		_, cookie, _ := strings.Cut(first, " ")
		cookies[cookie] = true
	}
	if len(cookies) != 8 {
		t.Errorf("eight egresses have %d cookies", len(cookies))
	}
}

func TestLocalAddressV6(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 on loopback:", err)
	}
	o := &origin{}
	server := &httptest.Server{Listener: l, Config: &http.Server{Handler: o}}
	server.Start()
	defer server.Close()
	p := mustPool(t, PoolOptions{Addresses: []Address{{Label: "six", Local: netip.IPv6Loopback()}, {Label: "four", Local: netip.MustParseAddr("127.0.0.2")}}, Pace: 1})
	if got := get(t, mustPick(t, p, "six"), server.URL); !strings.HasPrefix(got, "::1 ") {
		t.Error(got)
	}
	if got := get(t, mustPick(t, p, "four"), server.URL); !strings.Contains(got, "egress four: no answer") {
		t.Errorf("IPv4 reached IPv6: %s", got)
	}
}

// TestSourcesClassifyThroughProxies makes sure that what an egress hides is still told apart.
func TestSourcesClassifyThroughProxies(t *testing.T) {
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	refusing := &proxy{refuse: http.StatusForbidden}
	wants := &proxy{user: proxyUser, password: proxyPassword}
	closed := httptest.NewServer(nil)
	closed.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts by the kernel's grace, says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	p := mustPool(t, PoolOptions{Pace: 1, Addresses: []Address{
		{Label: "refusing", Proxy: "http://" + refusing.start(t, nil)},
		{Label: "wants", Proxy: "socks5://" + wants.start(t, nil), Credentials: "u:p"},
		{Label: "closed", Proxy: "http://" + closed.Listener.Addr().String()},
		{Label: "silent", Proxy: "http://" + silent.Addr().String()},
		{Label: "open", Proxy: "http://" + (&proxy{}).start(t, nil)},
	}})
	for _, x := range p.exits {
		x.transport.TLSClientConfig = secure.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	}
	s, err := platform.New("chzzk", platform.Config{Endpoints: map[string]string{"api": secure.URL}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"refusing": "network |", "wants": "network |the egress proxy wants a password", "closed": "network |connection refused",
		"silent": "timeout |", "open": "not_found |",
	}
	for _, r := range p.Probe(t.Context(), []platform.Source{s}, 300*time.Millisecond) {
		if got := fmt.Sprintf("%s |%s", r.Class, r.Text); got != want[r.Egress] {
			t.Errorf("%s: %q, want %q", r.Egress, got, want[r.Egress])
		}
		if r.Reachable != (r.Egress == "open") || r.Blocked {
			t.Errorf("%+v", r)
		}
	}
	e := mustPick(t, p, "refusing")
	_, err = e.Client.Get(secure.URL)
	var te *transportError
	if !errors.As(err, &te) || !strings.Contains(err.Error(), "egress refusing: the proxy refuses to connect") {
		t.Errorf("%v", err)
	}
	if live.ClassOf(&transportError{cause: &net.OpError{Op: "dial", Err: errors.New("x")}}) != "network" {
		t.Error("the class is lost")
	}
}
