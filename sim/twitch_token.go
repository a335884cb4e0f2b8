package sim

import (
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Twitch's app tokens and request budget.

// tokenLife: after it a token is refused, although it was promised for longer, as tokens are at times. A client that goes by
// the promise alone stops working.
const (
	tokenLife    = 4 * time.Hour
	tokenPromise = 4_999_199 // seconds
)

// A token carries its time, its owner and a seal, so that a restarted simulator knows the tokens of before.
func (s *Server) newToken(client string, issued time.Time) string {
	raw := binary.BigEndian.AppendUint64(nil, uint64(issued.Unix()))
	raw = binary.BigEndian.AppendUint64(raw, s.seal(client, issued.Unix()))
	return hex.EncodeToString(append(raw, client...))
}

func (s *Server) seal(client string, at int64) uint64 {
	h := hash(s.seed, tagWire, uint64(at))
	for _, c := range []byte(client) {
		h = mix(h ^ uint64(c))
	}
	return h
}

// readToken tells whose token it is; ok is false when it was never issued or is too old.
func (s *Server) readToken(token string, now time.Time) (client string, age time.Duration, ok bool) {
	raw, err := hex.DecodeString(token)
	if err != nil || len(raw) < 16 {
		return "", 0, false
	}
	at, client := int64(binary.BigEndian.Uint64(raw)), string(raw[16:])
	age = now.Sub(time.Unix(at, 0))
	return client, age, s.seal(client, at) == binary.BigEndian.Uint64(raw[8:]) && age > -time.Second && age < tokenLife
}

type twitchTokenError struct {
	Status  int    `json:"status"`
	Message string `json:"message"`
}

func (s *Server) twitchToken(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	client, secret := r.FormValue("client_id"), r.FormValue("client_secret")
	switch {
	case client == "" || client == wrongSecret:
		write(w, http.StatusBadRequest, jsonType, twitchTokenError{400, "invalid client"})
	case secret == "" || secret == wrongSecret:
		write(w, http.StatusForbidden, jsonType, twitchTokenError{403, "invalid client secret"})
	case r.FormValue("grant_type") != "client_credentials":
		write(w, http.StatusBadRequest, jsonType, twitchTokenError{400, "missing grant type"})
	default:
		write(w, http.StatusOK, jsonType, struct {
			AccessToken string `json:"access_token"`
			ExpiresIn   int    `json:"expires_in"`
			TokenType   string `json:"token_type"`
		}{s.newToken(client, s.now()), tokenPromise, "bearer"})
	}
}

func (s *Server) twitchValidate(w http.ResponseWriter, r *http.Request) {
	token := r.Header.Get("Authorization")
	token = strings.TrimPrefix(strings.TrimPrefix(token, "OAuth "), "Bearer ")
	client, age, ok := s.readToken(token, s.now())
	if !ok {
		write(w, http.StatusUnauthorized, jsonType, twitchTokenError{401, "invalid access token"})
		return
	}
	write(w, http.StatusOK, jsonType, struct {
		ClientID  string   `json:"client_id"`
		Scopes    []string `json:"scopes"`
		ExpiresIn int      `json:"expires_in"`
	}{client, []string{}, tokenPromise - int(age.Seconds())})
}

// twitchClient checks token and budget of a Helix call, and answers when they will not do.
func (s *Server) twitchClient(w http.ResponseWriter, r *http.Request) bool {
	client := r.Header.Get("Client-Id")
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	now := s.now()
	if client == "" || !bearer {
		twitchRefuse(w, http.StatusUnauthorized, "OAuth token is missing")
		return false
	}
	owner, _, ok := s.readToken(token, now)
	if !ok {
		twitchRefuse(w, http.StatusUnauthorized, "Invalid OAuth token")
		return false
	}
	if owner != client {
		twitchRefuse(w, http.StatusUnauthorized, "Client ID and OAuth token do not match")
		return false
	}
	left, reset, ok := s.rates.spend(client, now)
	w.Header().Set("Ratelimit-Limit", strconv.Itoa(ratePoints))
	w.Header().Set("Ratelimit-Remaining", strconv.FormatInt(left, 10))
	w.Header().Set("Ratelimit-Reset", strconv.FormatInt(reset.Unix(), 10))
	if !ok {
		twitchRefuse(w, http.StatusTooManyRequests, "Too Many Requests")
	}
	return ok
}

const (
	ratePoints = 800 // a minute, for each application
	// maxClients bounds the applications remembered; when more come, all start with a full bucket.
	maxClients = 1000
)

// rates are the token buckets of Helix, in simulated time.
type rates struct {
	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	points float64
	at     time.Time
}

// spend takes a point. reset is when the bucket is full again.
func (b *rates) spend(client string, now time.Time) (left int64, reset time.Time, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.buckets == nil || len(b.buckets) > maxClients {
		b.buckets = map[string]*bucket{}
	}
	have := b.buckets[client]
	if have == nil {
		have = &bucket{ratePoints, now}
		b.buckets[client] = have
	}
	if since := now.Sub(have.at).Minutes(); since > 0 {
		have.points = min(ratePoints, have.points+since*ratePoints)
		have.at = now
	}
	if have.points >= 1 {
		have.points--
		ok = true
	}
	full := time.Duration((ratePoints - have.points) / ratePoints * float64(time.Minute))
	return int64(have.points), now.Add(full + time.Second), ok
}
