package api

import (
	"fmt"
	"net/http"
	"net/netip"
	"testing"
	"time"
)

func TestBucket(t *testing.T) {
	k := newBuckets(10, 40)
	a, b := netip.MustParseAddr("203.0.113.1"), netip.MustParseAddr("203.0.113.2")
	spend := func(a netip.Addr, at time.Time) (n int) {
		for k.allow(a, at) {
			n++
		}
		return n
	}
	now := noon
	if n := spend(a, now); n != 40 {
		t.Errorf("burst of %d", n)
	}
	if n := spend(b, now); n != 40 {
		t.Errorf("another address: %d", n)
	}
	for i := range 60 { // across turns of the table
		now = now.Add(time.Second)
		if n := spend(a, now); n != 10 {
			t.Fatalf("second %d: %d", i, n)
		}
	}
	if n := spend(a, now.Add(-time.Hour)); n != 0 {
		t.Errorf("a clock that went back gives %d", n)
	}
	if n := spend(a, now.Add(time.Hour)); n != 40 {
		t.Errorf("after an hour: %d", n)
	}
	six := spend(netip.MustParseAddr("2001:db8:0:1::1"), now)
	same := spend(netip.MustParseAddr("2001:db8:0:1:ffff::2"), now)
	other := spend(netip.MustParseAddr("2001:db8:0:2::1"), now)
	if six != 40 || same != 0 || other != 40 {
		t.Errorf("v6: %d, same /64 %d, next /64 %d", six, same, other)
	}
	for _, free := range []string{"127.0.0.1", "::1", "127.9.9.9"} {
		for range 100 {
			if !k.allow(netip.MustParseAddr(free), now) {
				t.Fatalf("%s is limited", free)
			}
		}
	}
	for i := range 3 * maxParties {
		k.allow(netip.AddrFrom4([4]byte{1, byte(i >> 16), byte(i >> 8), byte(i)}), now)
	}
	if n := len(k.now) + len(k.old); n > 2*maxParties {
		t.Errorf("%d parties kept", n)
	}
}

func TestTooManyRequests(t *testing.T) {
	s := newServer(t, func(o *Options) { o.Limits.Burst = 3 })
	s.view.Publish(newWorld(40, 5).snapshot())
	codes := ""
	for range 5 {
		a := s.get("/v1/streams", from("203.0.113.1:99"))
		codes += fmt.Sprint(a.status, " ")
		if a.status == http.StatusTooManyRequests {
			problemOf(t, a, kindTooMany)
			if a.header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
		}
	}
	if codes != "200 200 200 429 429 " {
		t.Error(codes)
	}
	for _, target := range []string{"/livez", "/readyz"} {
		if a := s.get(target, from("203.0.113.1:99")); a.status != 200 {
			t.Errorf("%s: %d", target, a.status)
		}
	}
	if a := s.get("/v1/streams", from("203.0.113.2:99")); a.status != 200 {
		t.Errorf("a neighbour pays: %d", a.status)
	}
	if a := s.get("/v1/nothing", from("203.0.113.1:99")); a.status != 429 {
		t.Errorf("unknown routes are free: %d", a.status)
	}
}

func TestClientAddr(t *testing.T) {
	s := newServer(t, func(o *Options) {
		o.Limits.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	})
	for _, c := range []struct{ remote, forwarded, want string }{
		{"203.0.113.1:1", "", "203.0.113.1"},
		{"203.0.113.1:1", "198.51.100.7", "203.0.113.1"}, // not from a proxy of ours: anybody can write this
		{"10.0.0.1:1", "198.51.100.7", "198.51.100.7"},
		{"10.0.0.1:1", "1.2.3.4, 198.51.100.7", "198.51.100.7"}, // the left one is the reader's own claim
		{"10.0.0.1:1", "198.51.100.7, 10.2.3.4", "198.51.100.7"},
		{"10.0.0.1:1", "rubbish, 10.2.3.4", "10.2.3.4"},
		{"10.0.0.1:1", "", "10.0.0.1"},
		{"[::ffff:10.0.0.1]:1", "2001:db8::9", "2001:db8::9"},
		{"[fd00::1]:1", "::ffff:198.51.100.7", "198.51.100.7"},
		{"[2001:db8::1%eth0]:1", "", "2001:db8::1"},
		{"@", "198.51.100.7", "invalid IP"},
	} {
		r, _ := http.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := s.clientAddr(r).String(); got != c.want {
			t.Errorf("%s %q: %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}
