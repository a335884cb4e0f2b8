package sim

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	_ "time/tzdata" // the quota day is Pacific, also on a machine without zone files
)

// The quota of a YouTube key: two buckets a day, and a cap a minute. It depends on what was asked, so it lives outside of the
// world and starts afresh with the program.

type quotaBucket int

const (
	searchBucket quotaBucket = iota // search.list, one a call
	unitBucket                      // everything else, one a call here
)

const (
	searchesADay = 100
	unitsADay    = 10_000
	// callsAMinute is far above what the day allows; only a loop without a pause meets it.
	callsAMinute = 1800
	// maxKeys bounds the keys remembered; when more come, all start afresh.
	maxKeys = 1000
)

// QuotaUse is what a key has spent of the quota day.
type QuotaUse struct {
	Day      string `json:"day"` // Pacific date
	Searches int    `json:"searches"`
	Units    int    `json:"units"`
}

type quotas struct {
	pacific *time.Location
	mu      sync.Mutex
	keys    map[string]*quotaState
}

type quotaState struct {
	QuotaUse
	minute int64
	calls  int
}

// pacific is the zone whose midnight begins a quota day.
func pacific() *time.Location {
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		panic(err) // the zone is part of the program
	}
	return zone
}

// day is the Pacific date of a moment.
func (q *quotas) day(now time.Time) string { return now.In(q.pacific).Format(time.DateOnly) }

func (q *quotas) state(key string, now time.Time) *quotaState {
	if q.keys == nil || len(q.keys) > maxKeys {
		q.keys = map[string]*quotaState{}
	}
	k := q.keys[key]
	if day := q.day(now); k == nil || k.Day != day {
		k = &quotaState{QuotaUse: QuotaUse{Day: day}}
		q.keys[key] = k
	}
	return k
}

// spend takes one call from a bucket, or says why not.
func (q *quotas) spend(key string, b quotaBucket, now time.Time) (youtubeFailure, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	k := q.state(key, now)
	if minute := now.Unix() / 60; minute != k.minute {
		k.minute, k.calls = minute, 0
	}
	if k.calls++; k.calls > callsAMinute {
		return youtubeFailure{http.StatusForbidden, "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'.", "usageLimits", "rateLimitExceeded"}, false
	}
	if b == searchBucket && k.Searches >= searchesADay || b == unitBucket && k.Units >= unitsADay {
		return quotaExceeded(), false
	}
	if b == searchBucket {
		k.Searches++
	} else {
		k.Units++
	}
	return youtubeFailure{}, true
}

// used is what each key has spent on the present quota day.
func (q *quotas) used(now time.Time) map[string]QuotaUse {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := map[string]QuotaUse{}
	for key := range q.keys {
		out[key] = q.state(key, now).QuotaUse
	}
	return out
}

func quotaExceeded() youtubeFailure {
	return youtubeFailure{
		http.StatusForbidden,
		`The request cannot be completed because you have exceeded your <a href="/youtube/v3/getting-started#quota">quota</a>.`,
		"youtube.quota", "quotaExceeded",
	}
}

// youtubeClient checks the key and takes the call from its bucket, and answers when that will not do. An invalid request costs
// as much as a good one.
func (s *Server) youtubeClient(w http.ResponseWriter, r *http.Request, b quotaBucket) bool {
	key := r.URL.Query().Get("key")
	if key == "" {
		key = r.Header.Get("X-Goog-Api-Key")
	}
	switch key {
	case "":
		youtubeRefuse(w, youtubeFailure{http.StatusForbidden, "Method doesn't allow unregistered callers.", "global", "forbidden"})
		return false
	case wrongSecret:
		youtubeRefuse(w, youtubeFailure{http.StatusBadRequest, "API key not valid. Please pass a valid API key.", "usageLimits", "keyInvalid"})
		return false
	}
	failure, ok := s.quotas.spend(key, b, s.now())
	if !ok {
		s.log.Debug("youtube quota", "reason", failure.reason, "bucket", fmt.Sprint(b))
		youtubeRefuse(w, failure)
	}
	return ok
}
