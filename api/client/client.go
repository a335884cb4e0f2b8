// Package client reads onair's HTTP API: the ranked list, one entry, histories, platforms, categories, and changes as
// they happen.
//
// A base URL goes in, Go values come out; `onair top` and the tray use it. Asking again for what has not changed costs
// a 304. Events keeps a list current over connections that break and servers that restart. A Client sends nothing but GET;
// an Admin, which speaks to the admin listener with its token, also writes: what operators say, and facts of a backup. The
// package draws nothing and stores nothing on disk.
package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// maxBody bounds what a broken or hostile server can make us hold; 2,000 entries take 2-3 MB.
	maxBody = 32 << 20
	// maxProblem bounds an error's body.
	maxProblem = 64 << 10
	// maxHeld is how many answers are kept for conditional requests; a client asks few different questions.
	maxHeld = 16
	// requestTimeout covers min_seq's two seconds and a slow line.
	requestTimeout = 20 * time.Second
)

// ErrAddress reports a base that is not an http or https URL.
var ErrAddress = errors.New("not the address of a server")

// Options of a client; all have defaults.
type Options struct {
	HTTP      *http.Client  // nil: one of its own, without cookies
	UserAgent string        // "onair-client"
	Silence   time.Duration // how long an event stream may be silent before it is given up (45 s; the server breathes each 15 s)
	RetryMin  time.Duration // the first wait after a failure (500 ms), doubled with each further one
	RetryMax  time.Duration // up to this (30 s)
	Spread    time.Duration // a reset while running waits up to this before it fetches (3 s), since all readers got it at once
}

// Client asks one server. It is safe for concurrent use. What it returns may be shared with other callers: read only.
type Client struct {
	base *url.URL
	o    Options

	mu   sync.Mutex
	held map[string]held // by URL
}

// held is an answer with its ETag.
type held struct {
	etag  string
	value any
	used  time.Time
}

// New returns a client for the server at base ("http://127.0.0.1:8080"). Errors wrap ErrAddress.
func New(base string, o Options) (*Client, error) {
	u, err := url.Parse(strings.TrimRight(base, "/"))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%w: %.200q", ErrAddress, base)
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{}
	}
	if o.UserAgent == "" {
		o.UserAgent = "onair-client"
	}
	def := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	def(&o.Silence, 45*time.Second)
	def(&o.RetryMin, 500*time.Millisecond)
	def(&o.RetryMax, 30*time.Second)
	def(&o.Spread, 3*time.Second)
	return &Client{base: u, o: o, held: map[string]held{}}, nil
}

// Problem is an error that the server answered with (RFC 9457).
type Problem struct {
	Type       string        `json:"type"`
	Title      string        `json:"title"`
	Status     int           `json:"status"`
	Detail     string        `json:"detail"`
	Parameter  string        `json:"parameter"`
	RetryAfter time.Duration `json:"-"` // what the server asked for, 0 when nothing
}

func (p *Problem) Error() string {
	if p.Detail == "" {
		return fmt.Sprintf("HTTP %d: %s", p.Status, p.Title)
	}
	return fmt.Sprintf("HTTP %d: %s", p.Status, p.Detail)
}

// NotFound reports whether err says that the thing asked for is not there.
func NotFound(err error) bool {
	var p *Problem
	return errors.As(err, &p) && p.Status == http.StatusNotFound
}

func (c *Client) request(ctx context.Context, path string, query url.Values) (*http.Request, error) {
	u := *c.base
	u.Path += path
	u.RawQuery = query.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", c.o.UserAgent)
	return r, nil
}

// get asks for a JSON body of type T. keep says that the same question will be asked again.
func get[T any](ctx context.Context, c *Client, path string, query url.Values, keep bool) (*T, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	r, err := c.request(ctx, path, query)
	if err != nil {
		return nil, err
	}
	key := r.URL.String()
	c.mu.Lock()
	have, ok := c.held[key]
	c.mu.Unlock()
	if ok {
		r.Header.Set("If-None-Match", have.etag)
	}
	resp, err := c.o.HTTP.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotModified && ok {
		c.hold(key, have)
		return have.value.(*T), nil // the key fixes the type
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %w", path, readProblem(resp))
	}
	v := new(T)
	d := json.NewDecoder(io.LimitReader(resp.Body, maxBody))
	if err := d.Decode(v); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<10)) // so that the connection is used again
	if etag := resp.Header.Get("ETag"); keep && etag != "" {
		c.hold(key, held{etag: etag, value: v})
	}
	return v, nil
}

// hold keeps an answer, and lets go of the one that was used least recently.
func (c *Client) hold(key string, h held) {
	h.used = time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held[key] = h
	if len(c.held) <= maxHeld {
		return
	}
	oldest := key
	for k, v := range c.held {
		if v.used.Before(c.held[oldest].used) {
			oldest = k
		}
	}
	delete(c.held, oldest)
}

func readProblem(resp *http.Response) *Problem {
	p := &Problem{}
	b, _ := io.ReadAll(io.LimitReader(resp.Body, maxProblem))
	if json.Unmarshal(b, p) != nil || p.Title == "" {
		p.Title = http.StatusText(resp.StatusCode) // a proxy's page
	}
	p.Status = resp.StatusCode
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 && s < 3600 {
		p.RetryAfter = time.Duration(s) * time.Second
	}
	return p
}
