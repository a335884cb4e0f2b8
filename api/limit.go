package api

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// clientAddr is the address that a request is counted against: the connection's, or, when that is a trusted proxy's,
// the last one in X-Forwarded-For that no trusted proxy has. It is invalid for a connection that has none (a unix
// socket).
func (s *Server) clientAddr(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := ap.Addr().Unmap().WithZone("")
	if !s.trusted(addr) {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header["X-Forwarded-For"], ","), ",")
	for _, h := range slices.Backward(hops) {
		hop, err := netip.ParseAddr(strings.TrimSpace(h))
		if err != nil {
			break // whoever wrote this is not to be believed further
		}
		addr = hop.Unmap().WithZone("")
		if !s.trusted(addr) {
			break
		}
	}
	return addr
}

func (s *Server) trusted(a netip.Addr) bool {
	return slices.ContainsFunc(s.limits.Proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// party is what one reader can be expected to hold: an IPv4 address, or the /64 that an IPv6 customer gets.
func party(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits) // in range for both
	return p
}

// local reports addresses that no limit applies to: this machine's own programs.
func local(a netip.Addr) bool { return !a.IsValid() || a.IsLoopback() }

// maxParties bounds the memory of the limiter. When so many are seen within one turn of the table, the least recent
// are forgotten, which forgives them: the table must not become the weak point.
const maxParties = 50_000

// buckets limit requests: each party has a bucket of burst tokens that fills at rate a second.
type buckets struct {
	rate  float64
	burst float64
	turn  time.Duration // after which an untouched bucket is full again

	mu       sync.Mutex
	now, old map[netip.Prefix]bucket // touched in this turn and in the one before
	turned   time.Time
}

type bucket struct {
	tokens float64
	at     time.Time
}

func newBuckets(rate float64, burst int) *buckets {
	full := time.Duration(float64(burst) / rate * float64(time.Second))
	return &buckets{rate: rate, burst: float64(burst), turn: full, now: map[netip.Prefix]bucket{}, old: map[netip.Prefix]bucket{}}
}

// allow takes a token of a's, and reports whether there was one.
func (k *buckets) allow(a netip.Addr, now time.Time) bool {
	if local(a) {
		return true
	}
	p := party(a)
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.now) >= maxParties || now.Sub(k.turned) > k.turn {
		k.now, k.old, k.turned = k.old, k.now, now
		clear(k.now)
	}
	b, ok := k.now[p]
	if !ok {
		if b, ok = k.old[p]; !ok {
			b = bucket{tokens: k.burst, at: now}
		}
	}
	b.tokens = min(k.burst, b.tokens+k.rate*max(0, now.Sub(b.at).Seconds()))
	b.at = now
	ok = b.tokens >= 1
	if ok {
		b.tokens--
	}
	k.now[p] = b
	return ok
}

// slots limit open event streams, in all and for each party. Readers on this machine count only in all.
type slots struct {
	most, each int

	mu    sync.Mutex
	open  int
	party map[netip.Prefix]int
}

func newSlots(most, each int) *slots {
	return &slots{most: most, each: each, party: map[netip.Prefix]int{}}
}

// take occupies a slot until release is called, or reports false.
func (k *slots) take(a netip.Addr) (release func(), ok bool) {
	counted := !local(a)
	p := netip.Prefix{}
	if counted {
		p = party(a)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.open >= k.most || counted && k.party[p] >= k.each {
		return nil, false
	}
	k.open++
	if counted {
		k.party[p]++
	}
	return func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.open--
		if !counted {
			return
		}
		if k.party[p]--; k.party[p] == 0 {
			delete(k.party, p)
		}
	}, true
}
