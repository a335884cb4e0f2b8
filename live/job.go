package live

import (
	"encoding/json"
	"fmt"
	"time"
)

// Class says what a job needs from a worker.
type Class string

const (
	ClassPlain   Class = "plain"   // an HTTP request
	ClassBrowser Class = "browser" // a real browser
)

// RegionAny is the region of a job that may leave from anywhere; others are ISO country codes ("kr").
const RegionAny = "any"

// MaxChain is the most pages that one job may fetch: a longer chain outlives its message's TTL.
const MaxChain = 60

// Job is one request, or one chain of consecutive pages, offered to any worker that can do it.
type Job struct {
	V        int       `json:"v"`
	ID       string    `json:"id"` // unique; a token; becomes Page.Job and, for lists, the pass id
	Platform Platform  `json:"platform"`
	Class    Class     `json:"class"`
	Region   string    `json:"region"`
	Key      string    `json:"key"` // a token: what is asked ("list", "refresh3"); a waiting or running job refuses a second with its key
	Kind     Kind      `json:"kind"`
	Cursor   string    `json:"cursor,omitempty"` // where a chain starts; "" is the head
	Index    int       `json:"index,omitempty"`  // pass index of the first page
	Pages    int       `json:"pages,omitempty"`  // KindList: most pages of the chain, 1-60
	Keys     []string  `json:"keys,omitempty"`   // all but KindList, KindSearch: what to ask about
	NotAfter time.Time `json:"not_after"`        // stale after this instant of the planner's clock
}

// JobVersion is the version written in Job.V.
const JobVersion = 1

// maxKeys is the most keys that one request of any platform takes (Twitch 100).
const maxKeys = 100

// Validate reports, wrapping ErrInvalid, the first rule that the job breaks.
func (j *Job) Validate() error {
	if _, err := ParsePlatform(string(j.Platform)); err != nil {
		return invalid("job platform %.40q", j.Platform)
	}
	if j.Class != ClassPlain && j.Class != ClassBrowser {
		return invalid("job class %.40q", j.Class)
	}
	if !token(j.ID) || !token(j.Key) || !token(j.Region) {
		return invalid("job id %.80q, key %.80q, region %.40q", j.ID, j.Key, j.Region)
	}
	if j.Pages < 0 || j.Pages > MaxChain || j.Index < 0 || j.Index > maxPassIndex || len(j.Cursor) > maxCursor || len(j.Keys) > maxKeys {
		return invalid("job %s: %d pages, index %d, %d keys", j.ID, j.Pages, j.Index, len(j.Keys))
	}
	switch j.Kind {
	case KindList, KindSearch:
	case KindRefresh, KindStatus, KindFeed, KindChannel:
		if len(j.Keys) == 0 {
			return invalid("job %s asks about nothing", j.ID)
		}
	default:
		return invalid("job kind %.40q", j.Kind)
	}
	for _, k := range j.Keys {
		if !token(k) && !(j.Kind == KindChannel && isHandleKey(k)) {
			return invalid("job key %.80q", k)
		}
	}
	return nil
}

// EncodeJob gives the wire form.
func EncodeJob(j Job) ([]byte, error) {
	j.V = JobVersion
	if err := j.Validate(); err != nil {
		return nil, err
	}
	return json.Marshal(j)
}

// DecodeJob reads it. Errors wrap ErrInvalid or ErrNewer.
func DecodeJob(b []byte) (Job, error) {
	var j Job
	if err := json.Unmarshal(b, &j); err != nil {
		return Job{}, fmt.Errorf("%w: job: %w", ErrInvalid, err)
	}
	if j.V > JobVersion {
		return Job{}, fmt.Errorf("%w: job %d", ErrNewer, j.V)
	}
	return j, j.Validate()
}
