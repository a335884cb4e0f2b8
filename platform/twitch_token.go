package platform

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"onair/live"
)

// appToken is the token of an app, shared by all requests of a Source. One caller fetches while the others wait for
// it or for their context.
type appToken struct {
	turn  chan struct{} // capacity 1: whoever put a value in may read and write the rest
	value Secret
	until time.Time
}

const (
	// tokenMargin is kept from a token's life, so that it does not end between here and Twitch.
	tokenMargin = time.Minute
	// tokenLife is for a token that came without expires_in.
	tokenLife = time.Hour
)

func newAppToken() appToken { return appToken{turn: make(chan struct{}, 1)} }

// helix asks for streams or users. A token that Twitch refuses is renewed once.
func (s *twitch) helix(ctx context.Context, c *http.Client, path string, params url.Values) (answer, error) {
	var refused Secret
	for try := 0; ; try++ {
		token, a, err := s.appToken(ctx, c, refused)
		if err != nil {
			return a, err
		}
		a, err = s.ask(ctx, c, query{
			endpoint: "helix", path: path, params: params, secret: true,
			header: http.Header{"Authorization": {"Bearer " + string(token)}, "Client-Id": {string(s.creds.id)}},
		})
		if err != nil || a.status != http.StatusUnauthorized || try > 0 {
			return a, err
		}
		refused = token
	}
}

// appToken gives a token that is not expired and is not the refused one.
func (s *twitch) appToken(ctx context.Context, c *http.Client, refused Secret) (Secret, answer, error) {
	t := &s.token
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return "", answer{}, transportError(ctx, ctx.Err())
	}
	if t.value != "" && t.value != refused && s.clock.Now().Before(t.until) {
		return t.value, answer{}, nil
	}
	t.value = ""
	a, err := s.ask(ctx, c, query{
		endpoint: "id", path: "/oauth2/token", secret: true,
		form: url.Values{"client_id": {string(s.creds.id)}, "client_secret": {string(s.creds.secret)}, "grant_type": {"client_credentials"}},
	})
	if err != nil {
		return "", a, err
	}
	if err := s.tokenError(a); err != nil {
		return "", a, err
	}
	value, life, err := parseTwitchToken(a.body)
	if err != nil {
		return "", a, err
	}
	t.value, t.until = value, s.clock.Now().Add(life)
	return value, a, nil
}

// tokenError is statusError, knowing that the token endpoint refuses credentials with 400 (client id) and 403
// (secret). A 403 without its JSON is a block page.
func (s *twitch) tokenError(a answer) error {
	var p struct {
		Status number `json:"status"`
	}
	if (a.status == http.StatusBadRequest || a.status == http.StatusForbidden) && decode(a.body, &p) == nil && p.Status.n == int64(a.status) {
		return &live.FetchError{Class: live.ErrUnauthorized, Text: "token refused"}
	}
	return s.statusError(a)
}

// parseTwitchToken reads a token and how long to use it.
func parseTwitchToken(body []byte) (Secret, time.Duration, error) {
	var p struct {
		Token word   `json:"access_token"`
		Life  number `json:"expires_in"`
	}
	if err := decode(body, &p); err != nil {
		return "", 0, err
	}
	for _, c := range []byte(p.Token) {
		if c <= ' ' || c > '~' { // it becomes a header
			return "", 0, format("access_token of another form")
		}
	}
	if p.Token == "" {
		return "", 0, format("no access_token")
	}
	life := tokenLife
	if p.Life.ok {
		// Half of a short life is kept, else a token of a minute would never be used.
		life = time.Duration(min(max(p.Life.n, 0), int64(365*24*3600))) * time.Second
		life -= min(tokenMargin, life/2)
	}
	return Secret(p.Token), life, nil
}
