package sim

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Kinds of Fault.
const (
	TooManyRequests = "too_many_requests" // 429; with Retry-After when RetryAfter > 0
	Forbidden       = "forbidden"         // 403
	ServerError     = "server_error"      // Status, 503 unless given
	HTMLPage        = "html"              // 200 with a page for people
	Slow            = "slow"              // answers after Millis of real time
	Truncated       = "truncated"         // the first half of the body as if it were whole
	Cut             = "cut"               // the connection ends in the middle of the body
	Schema          = "schema"            // a key has another name
	QuotaExceeded   = "quota_exceeded"    // YouTube says that the day's quota is used up
	BrowsersOnly    = "browsers_only"     // 403 unless a browser's own headers come along
)

// Fault is something wrong on purpose with a platform's answers.
type Fault struct {
	Platform string `json:"platform,omitempty"` // chzzk, soop, twitch, youtube or img; empty: all
	Path     string `json:"path,omitempty"`     // only below this path, for example /soop/chapi
	Kind     string `json:"kind"`
	// Probability that a request suffers. The sequence is fixed by seed, position in the list and the count of requests that
	// the fault looked at. 0 means every request.
	Probability float64  `json:"probability,omitempty"`
	Addresses   []string `json:"addresses,omitempty"` // only requests from these source addresses
	RetryAfter  int      `json:"retry_after,omitempty"`
	Millis      int      `json:"millis,omitempty"`
	Status      int      `json:"status,omitempty"`
	Key         string   `json:"key,omitempty"` // Schema: the renamed key; empty: the platform's main one
}

// Limit refuses a source address that asks too often: 403 until BlockSeconds of the simulated time have passed.
type Limit struct {
	Platform     string `json:"platform"`
	Requests     int    `json:"requests"` // allowed in
	PerSeconds   int    `json:"per_seconds"`
	BlockSeconds int    `json:"block_seconds"`
}

// Faults is the whole setting: PUT /faults and SetFaults replace it.
type Faults struct {
	Faults []Fault `json:"faults"`
	Limits []Limit `json:"limits"`
	// Korea lists the source addresses that Chzzk takes for Korean: they get the pictures of ABROAD rows. Nobody by default.
	Korea []string `json:"korea"`
}

func (f Faults) validate() error {
	platforms := []string{"", "chzzk", "soop", "twitch", "youtube", "img"}
	kinds := []string{TooManyRequests, Forbidden, ServerError, HTMLPage, Slow, Truncated, Cut, Schema, QuotaExceeded, BrowsersOnly}
	for i, one := range f.Faults {
		switch {
		case !slices.Contains(platforms, one.Platform):
			return fmt.Errorf("faults[%d].platform: %q", i, one.Platform)
		case !slices.Contains(kinds, one.Kind):
			return fmt.Errorf("faults[%d].kind: %q", i, one.Kind)
		case one.Probability < 0 || one.Probability > 1:
			return fmt.Errorf("faults[%d].probability: %v", i, one.Probability)
		case one.Kind == ServerError && one.Status != 0 && (one.Status < 500 || one.Status > 599):
			return fmt.Errorf("faults[%d].status: %d", i, one.Status)
		case one.RetryAfter < 0 || one.Millis < 0:
			return fmt.Errorf("faults[%d]: negative time", i)
		}
	}
	for i, l := range f.Limits {
		if !slices.Contains(platforms[1:], l.Platform) || l.Requests < 1 || l.PerSeconds < 1 || l.BlockSeconds < 0 {
			return fmt.Errorf("limits[%d]: %+v", i, l)
		}
	}
	return nil
}

// faultBox holds the present setting and its counters.
type faultBox struct {
	mu    sync.Mutex
	set   Faults
	asked []uint64 // per fault: requests looked at
	doors []map[string]*door
}

// door is what a Limit knows of one source address.
type door struct {
	since, until time.Time
	asked        int
}

// SetFaults replaces the faults; counters start again.
func (s *Server) SetFaults(f Faults) error {
	if err := f.validate(); err != nil {
		return err
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.set = f
	s.faults.asked = make([]uint64, len(f.Faults))
	s.faults.doors = make([]map[string]*door, len(f.Limits))
	s.log.Info("faults", "faults", len(f.Faults), "limits", len(f.Limits))
	return nil
}

// Faults is the present setting.
func (s *Server) Faults() Faults {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	return s.faults.set
}

func (s *Server) getFaults(w http.ResponseWriter, r *http.Request) {
	f := s.Faults()
	f.Faults, f.Limits, f.Korea = orEmpty(f.Faults), orEmpty(f.Limits), orEmpty(f.Korea)
	write(w, http.StatusOK, jsonType, f)
}

// maxFaultsBody: a setting is written by hand.
const maxFaultsBody = 1 << 20

func (s *Server) putFaults(w http.ResponseWriter, r *http.Request) {
	var f Faults
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxFaultsBody))
	d.DisallowUnknownFields()
	err := d.Decode(&f)
	if err == nil {
		err = s.SetFaults(f)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.getFaults(w, r)
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func sourceAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// korean tells whether a platform takes the request for one from Korea.
func (s *Server) korean(r *http.Request) bool {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	return slices.Contains(s.faults.set.Korea, sourceAddress(r))
}

// struck lists the faults that a request suffers, and whether its address is shut out.
func (s *Server) struck(platform string, r *http.Request) (faults []Fault, shut bool) {
	from := sourceAddress(r)
	now := s.now()
	b := &s.faults
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, l := range b.set.Limits {
		if l.Platform == platform && b.knock(i, l, from, now) {
			shut = true
		}
	}
	for i, f := range b.set.Faults {
		if f.Platform != "" && f.Platform != platform || !strings.HasPrefix(r.URL.Path, f.Path) ||
			len(f.Addresses) > 0 && !slices.Contains(f.Addresses, from) {
			continue
		}
		b.asked[i]++
		if f.Probability == 0 || unit(hash(s.seed, tagFault, uint64(i), b.asked[i])) < f.Probability {
			faults = append(faults, f)
		}
	}
	return faults, shut
}

// maxDoors bounds the addresses that a limit remembers; a loopback test has a few.
const maxDoors = 10_000

// knock counts a request of an address and tells whether it is shut out.
func (b *faultBox) knock(i int, l Limit, from string, now time.Time) bool {
	if b.doors[i] == nil || len(b.doors[i]) > maxDoors {
		b.doors[i] = map[string]*door{}
	}
	d := b.doors[i][from]
	if d == nil {
		d = &door{since: now}
		b.doors[i][from] = d
	}
	if now.Before(d.until) {
		return true
	}
	if now.Sub(d.since) >= time.Duration(l.PerSeconds)*time.Second || now.Before(d.since) {
		d.since, d.asked = now, 0
	}
	d.asked++
	if d.asked > l.Requests {
		d.until = now.Add(time.Duration(l.BlockSeconds) * time.Second)
		d.asked = 0
		return true
	}
	return false
}
