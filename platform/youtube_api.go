package platform

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	"google.golang.org/api/youtube/v3"

	"onair/live"
)

// call makes one request with Google's client library and gives the answer as it came. The library writes the
// request and reads errors; its structs are not used for answers, because they read a missing viewer count as 0 and
// refuse numbers that are not in strings.
func (s *tube) call(ctx context.Context, c *http.Client, do func(*youtube.Service) error) (answer, error) {
	client := s.client(c, true)
	keyed := &keyedTransport{key: s.creds.key, base: client.Transport}
	client.Transport = keyed
	svc, err := youtube.NewService(ctx, option.WithHTTPClient(client), option.WithEndpoint(s.bases["api"].String()+"/"),
		option.WithLogger(slog.New(slog.DiscardHandler))) // else the environment could make it log headers
	if err != nil {
		return answer{}, &live.FetchError{Class: live.ErrUnsupported, Text: "service cannot be built"}
	}
	svc.UserAgent = s.agent
	err = do(svc)
	var (
		fe *live.FetchError
		ge *googleapi.Error
		ue *url.Error
	)
	switch {
	case errors.As(err, &fe):
		return keyed.last, fe
	case errors.As(err, &ge):
		return keyed.last, s.googleError(keyed.last, ge)
	case errors.As(err, &ue), err != nil && ctx.Err() != nil, keyed.last.status == 0:
		return answer{}, transportError(ctx, err)
	}
	return keyed.last, s.statusError(keyed.last) // an err that is left is the library's about a body that it cannot read
}

// keyedTransport adds the key as a header, so that it is in no URL, and keeps the last answer. The library's own
// option for the key does nothing beside one for the client.
type keyedTransport struct {
	key  Secret
	base http.RoundTripper
	last answer
}

func (t *keyedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	t.last = answer{}
	req = req.Clone(req.Context())
	req.Header.Set("X-Goog-Api-Key", string(t.key))
	base := t.base
	if base == nil {
		base = http.DefaultTransport
	}
	resp, err := base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if t.last, err = readAnswer(req.Context(), resp); err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(t.last.body))
	return resp, nil
}

// googleError gives an error answer of the API its class. Only reasons known here are repeated: an unknown one is
// text from outside.
func (s *tube) googleError(a answer, ge *googleapi.Error) error {
	fe := &live.FetchError{Status: a.status, RetryAfter: retryAfter(a.header, s.clock.Now())}
	for _, item := range ge.Errors {
		switch item.Reason {
		case "quotaExceeded", "dailyLimitExceeded":
			fe.Class = live.ErrQuota
		case "rateLimitExceeded", "userRateLimitExceeded":
			fe.Class = live.ErrRateLimited
		case "keyInvalid", "keyExpired", "accessNotConfigured":
			fe.Class = live.ErrUnauthorized
		case "invalidPageToken":
			fe.Class = live.ErrCursor
		default:
			continue
		}
		fe.Text = item.Reason
		return fe
	}
	if a.status == http.StatusBadRequest && strings.Contains(ge.Message, "API key") {
		fe.Class, fe.Text = live.ErrUnauthorized, "API key"
		return fe
	}
	return s.statusError(a)
}
