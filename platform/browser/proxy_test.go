//go:build linux

package browser

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"onair/platform"
)

// proxy is an HTTP proxy that wants user:sesame. It sends every host to target, so that names that nobody can look up work.
type proxy struct {
	*httptest.Server
	target string
	let    atomic.Int64 // requests with the password
	mu     sync.Mutex
	hosts  map[string]bool
}

func newProxy(tb testing.TB, target string) *proxy {
	p := &proxy{target: strings.TrimPrefix(target, "http://"), hosts: map[string]bool{}}
	p.Server = httptest.NewServer(p)
	tb.Cleanup(p.Close)
	return p
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte("user:sesame"))
	if r.Header.Get("Proxy-Authorization") != want {
		w.Header().Set("Proxy-Authenticate", `Basic realm="egress"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	p.let.Add(1)
	p.mu.Lock()
	p.hosts[r.Host] = true
	p.mu.Unlock()
	if r.Method == http.MethodConnect {
		p.tunnel(w)
		return
	}
	out := r.Clone(r.Context())
	out.RequestURI, out.URL.Host = "", p.target
	out.Header.Del("Proxy-Authorization")
	res, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer res.Body.Close()
	for k, v := range res.Header {
		w.Header()[k] = v
	}
	w.WriteHeader(res.StatusCode)
	_, _ = io.Copy(w, res.Body)
}

func (p *proxy) tunnel(w http.ResponseWriter) {
	there, err := net.Dial("tcp", p.target)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer there.Close()
	w.WriteHeader(http.StatusOK)
	here, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer here.Close()
	go func() { _, _ = io.Copy(there, here) }()
	_, _ = io.Copy(here, there)
}

func (p *proxy) via(tb testing.TB, user *url.Userinfo) *url.URL {
	tb.Helper()
	u, err := url.Parse(p.URL)
	if err != nil {
		tb.Fatal(err)
	}
	u.User = user
	return u
}

// TestThroughAProxyWithAPassword reads a page whose name only the proxy can find, and wants no request past it; loopback
// addresses go through it too.
func TestThroughAProxyWithAPassword(t *testing.T) {
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	t.Parallel()
	s := newStranger(t, listing)
	s.mux.HandleFunc("/list", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"rows":1}`)
		if r.Header.Get("Proxy-Authorization") != "" {
			t.Error("the site was told the proxy's password")
		}
	})
	p := newProxy(t, s.URL)
	v := s.visit()
	v.Page = "http://list.example/"
	v.Stays = func(u *url.URL) bool { return u.Host == "list.example" }
	v.Wants = func(u *url.URL) bool { return u.Host == "list.example" && u.Path == "/list" }
	tab := mustTab(t, mustBrowser(t, nil), p.via(t, url.UserPassword("user", "sesame")))
	if text := fmt.Sprintf("%v %+v", tab, tab); strings.Contains(text, "sesame") {
		t.Error("a tab prints its password")
	}
	enough := errors.New("enough")
	err := tab.Read(t.Context(), v, func(a platform.Seen) error {
		if string(a.Body) != `{"rows":1}` || a.Status != 200 {
			t.Errorf("%+v", a)
		}
		return enough
	})
	if !errors.Is(err, enough) {
		t.Error(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.let.Load() < 2 || len(p.hosts) != 1 || !p.hosts["list.example"] {
		t.Errorf("%d requests for %v", p.let.Load(), p.hosts)
	}
}

// TestProxyThatRefuses wants an error of the network and no address in it: the platform is not at fault.
func TestProxyThatRefuses(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	for name, user := range map[string]*url.Userinfo{"wrong": url.UserPassword("user", "other"), "dead": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStranger(t, listing)
			p := newProxy(t, s.URL)
			via := p.via(t, user)
			if name == "dead" {
				via.Host = strings.TrimPrefix(gone.URL, "http://")
			}
			class, err := s.read(t.Context(), mustTab(t, mustBrowser(t, nil), via), nil)
			if class != "network" || strings.Contains(err.Error(), "127.0.0.1") || strings.Contains(err.Error(), "other") || !strings.Contains(err.Error(), "egress proxy") {
				t.Errorf("%v", err)
			}
			if p.let.Load() > 0 {
				t.Error("let in")
			}
		})
	}
}
