package llm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// maxAnswer bounds what is read: an answer about a full batch has under 8 KiB.
	maxAnswer = 1 << 20
	// defaultTimeout is for one request: a slow model writes some 30 tokens a second.
	defaultTimeout = 60 * time.Second
	// maxRetryAfter is the longest wait that an endpoint is believed to ask for.
	maxRetryAfter = 24 * time.Hour
)

// Client asks one endpoint. Its fields are set before use; it may be used by several goroutines.
type Client struct {
	BaseURL string // up to but without "/chat/completions": "https://api.example.com/v1"
	Model   string
	Key     func() (string, error) // nil: no Authorization header. Asked for each request, so that a file can be changed
	HTTP    *http.Client           // nil is one of its own, without cookies and redirects
	Timeout time.Duration          // of one request; 0 is a minute
}

// BusyError wraps ErrBusy.
type BusyError struct{ RetryAfter time.Duration } // 0 when the endpoint did not say

func (e *BusyError) Error() string { return ErrBusy.Error() }
func (e *BusyError) Unwrap() error { return ErrBusy }

// Check reports what is wrong with the settings.
func (c *Client) Check() error {
	u, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "":
		return errors.New("the model's base URL is not an http or https address without a query")
	case u.User != nil:
		return errors.New("the model's base URL holds a password; give the key in a file")
	case u.Scheme == "http" && c.Key != nil && !loopback(u.Hostname()):
		return errors.New("the model's base URL is plain http: the key would travel in the open")
	case c.Model == "":
		return errors.New("no model is named")
	}
	return nil
}

func loopback(host string) bool {
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
}

// Ask makes one request about items. The verdicts stand in the order of the items, nil where the answer says nothing.
// The usage is what the endpoint says, also beside an error; 0 when it did not say.
func (c *Client) Ask(ctx context.Context, items []Item) ([]*Verdict, Usage, error) {
	body, err := c.encode(items)
	if err != nil {
		return nil, Usage{}, err
	}
	timeout := c.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(c.BaseURL, "/")+"/chat/completions", bytes.NewReader(body))
	if err != nil {
		return nil, Usage{}, errors.New("the model's base URL is no address")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	if c.Key != nil {
		key, err := c.Key()
		if err != nil {
			return nil, Usage{}, fmt.Errorf("%w: key: %w", ErrRefused, err)
		}
		req.Header.Set("Authorization", "Bearer "+key)
	}
	res, err := c.client().Do(req)
	if err != nil {
		return nil, Usage{}, down(err)
	}
	defer res.Body.Close()
	// What an error's body says is not passed on: some endpoints repeat the key in it.
	switch {
	case res.StatusCode == http.StatusTooManyRequests:
		return nil, Usage{}, &BusyError{retryAfter(res.Header)}
	case res.StatusCode >= 500 || res.StatusCode == http.StatusRequestTimeout:
		return nil, Usage{}, fmt.Errorf("%w: status %d", ErrDown, res.StatusCode)
	case res.StatusCode != http.StatusOK:
		return nil, Usage{}, fmt.Errorf("%w: status %d", ErrRefused, res.StatusCode)
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return nil, Usage{}, down(err)
	}
	if len(answer) > maxAnswer {
		return nil, Usage{}, fmt.Errorf("%w: longer than %d bytes", ErrAnswer, maxAnswer)
	}
	return decode(answer, len(items))
}

// down wraps an error of the way to the endpoint, without its address: a base URL may be private.
func down(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return fmt.Errorf("%w: %w", ErrDown, err)
}

func (c *Client) client() *http.Client {
	if c.HTTP != nil {
		return c.HTTP
	}
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// retryAfter reads seconds; the date form is not used by such endpoints and says nothing here.
func retryAfter(h http.Header) time.Duration {
	n, err := strconv.ParseFloat(h.Get("Retry-After"), 64)
	if err != nil || !(n > 0) {
		return 0
	}
	return min(time.Duration(min(n, maxRetryAfter.Seconds())*float64(time.Second)), maxRetryAfter)
}
