package llm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	// maxAnswer bounds what is read: an answer about a full batch has under 8 KiB, a model that thinks aloud writes more.
	maxAnswer = 1 << 20
	// maxComplaint bounds what is read of an error.
	maxComplaint = 8 << 10
	// defaultTimeout is for one Ask: a slow model writes some 30 tokens a second.
	defaultTimeout = 60 * time.Second
)

// Client asks one endpoint. Its fields are set before use; it may be used by several goroutines.
type Client struct {
	BaseURL string // "https://api.example.com/v1"; without a path "/v1" is tried first, then none
	Model   string
	Key     func() (string, error) // nil: no Authorization header. Asked for each request, so that a file can be changed
	HTTP    *http.Client           // nil is one of its own, without cookies and redirects
	Timeout time.Duration          // of one Ask; 0 is a minute

	mu     sync.Mutex
	spoken dialect // what the endpoint took last
}

// Check reports what is wrong with the settings.
func (c *Client) Check() error {
	u, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return errors.New("the model's base URL is not an http or https address without a query")
	case u.User != nil:
		return errors.New("the model's base URL holds a password; give the key in a file")
	case u.Scheme == "http" && c.Key != nil && !loopback(u.Hostname()):
		return errors.New("the model's base URL is plain http: the key would travel in the open")
	case strings.TrimSpace(c.Model) == "":
		return errors.New("no model is named")
	}
	return nil
}

func loopback(host string) bool {
	at, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && at.Unmap().IsLoopback()
}

// address is where d's endpoint takes questions. People paste the base URL with and without its "/v1", and sometimes the
// whole address.
func (c *Client) address(d dialect) string {
	base := strings.TrimRight(c.BaseURL, "/")
	base = strings.TrimRight(strings.TrimSuffix(base, chatPath), "/")
	if c.pathless() && !d.bare {
		base += "/v1"
	}
	return base + chatPath
}

const chatPath = "/chat/completions"

// pathless reports a base URL that is a host alone.
func (c *Client) pathless() bool {
	u, err := url.Parse(c.BaseURL)
	return err == nil && strings.Trim(u.Path, "/") == ""
}

// Ask has the endpoint label items. The verdicts stand in the order of the items, nil where the answer says nothing. An
// endpoint that does not know a part of the request is asked again without it, a few times at most (dialect.go). The
// usage counts beside an error too.
func (c *Client) Ask(ctx context.Context, items []Item) ([]*Verdict, Usage, error) {
	timeout := c.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	d := c.dialect()
	sum, untold := Usage{Free: true}, false
	for {
		verdicts, r, err := c.once(ctx, d, items)
		sum.Requests++
		if !r.free {
			sum.Free = false
			untold = untold || r.tokens <= 0
			sum.Tokens += max(r.tokens, 0)
		}
		if untold {
			sum.Tokens = 0
		}
		if r.api {
			c.learn(d)
		}
		next, ok := d.without(r, c.pathless())
		if err == nil || !ok {
			return verdicts, sum, err
		}
		d = next
	}
}

// reply is what is to be known of one response beside its verdicts.
type reply struct {
	status    int    // 0: none came
	complaint string // of an error, in lower case. Never passed on: it may hold the key
	api       bool   // it was an answer of the API, whatever the model wrote
	cut       bool   // the model had no room to end its answer
	tokens    int64
	free      bool
}

// once makes one request in one dialect.
func (c *Client) once(ctx context.Context, d dialect, items []Item) ([]*Verdict, reply, error) {
	free := reply{free: true}
	body, err := c.encode(d, items)
	if err != nil {
		return nil, free, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address(d), bytes.NewReader(body))
	if err != nil {
		return nil, free, errors.New("the model's base URL is no address")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	if c.Key != nil {
		key, err := c.Key()
		if err != nil { // its text names a file of the operator's
			return nil, free, ErrKey
		}
		req.Header.Set("Authorization", "Bearer "+key)
	}
	res, err := c.client().Do(req)
	if err != nil {
		return nil, reply{free: neverSent(err)}, down(ctx, err)
	}
	defer res.Body.Close()
	r := reply{status: res.StatusCode}
	if res.StatusCode != http.StatusOK {
		r.free = res.StatusCode < 500
		if b, err := io.ReadAll(io.LimitReader(res.Body, maxComplaint)); err == nil {
			r.complaint = strings.ToLower(string(b))
		}
		return nil, r, refusal(res)
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return nil, r, down(ctx, err)
	}
	if len(answer) > maxAnswer {
		return nil, r, fmt.Errorf("%w: longer than %d bytes", ErrAnswer, maxAnswer)
	}
	verdicts, err := r.decode(answer, firstNumber(items), len(items))
	return verdicts, r, err
}

func (c *Client) client() *http.Client {
	if c.HTTP != nil {
		return c.HTTP
	}
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}
