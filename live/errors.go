package live

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

// What a fetch can end in. Sources wrap one of these; the planner and the egress pool branch on them.
var (
	ErrBlocked      = errors.New("refused by the platform")      // 403, a block page
	ErrUnauthorized = errors.New("credentials refused")          // 401, invalid client or key
	ErrRateLimited  = errors.New("too many requests")            // 429, per-minute limits
	ErrQuota        = errors.New("daily quota used up")          // YouTube's quotaExceeded
	ErrNotFound     = errors.New("not found")                    // 404 where something was expected
	ErrUnavailable  = errors.New("platform out of order")        // 5xx
	ErrFormat       = errors.New("answer not in the known form") // not JSON, other keys, truncated
	ErrTimeout      = errors.New("timed out")
	ErrNetwork      = errors.New("no connection")
	ErrCursor       = errors.New("cursor refused")              // start again at the head
	ErrSetting      = errors.New("a setting is missing")        // no key for this platform
	ErrCanceled     = errors.New("canceled")                    // we stopped, not they
	ErrUnsupported  = errors.New("kind of request not offered") // Source.Fetch for a Kind that it has not
)

// ErrorClass is the name under which an error of the list above travels in a page. "" is success.
type ErrorClass string

var classes = []struct {
	class ErrorClass
	err   error
}{
	{"blocked", ErrBlocked},
	{"unauthorized", ErrUnauthorized},
	{"rate_limited", ErrRateLimited},
	{"quota", ErrQuota},
	{"not_found", ErrNotFound},
	{"unavailable", ErrUnavailable},
	{"format", ErrFormat},
	{"timeout", ErrTimeout},
	{"network", ErrNetwork},
	{"cursor", ErrCursor},
	{"setting", ErrSetting},
	{"canceled", ErrCanceled},
	{"unsupported", ErrUnsupported},
}

// ClassOther is an error that fits no other class.
const ClassOther ErrorClass = "other"

// ClassOf names err for a page: "" for nil, ClassOther for what fits nothing. Context and net errors that no
// source wrapped are recognised too.
func ClassOf(err error) ErrorClass {
	if err == nil {
		return ""
	}
	for _, c := range classes {
		if errors.Is(err, c.err) {
			return c.class
		}
	}
	var ne net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &ne) && ne.Timeout():
		return "timeout"
	case errors.As(err, &ne):
		return "network"
	}
	return ClassOther
}

// Known reports whether c is a class that this version writes.
func (c ErrorClass) Known() bool {
	if c == ClassOther {
		return true
	}
	return c.Err() != nil
}

// Err is the sentinel for c, nil for "" and for unknown classes.
func (c ErrorClass) Err() error {
	for _, k := range classes {
		if k.class == c {
			return k.err
		}
	}
	return nil
}

// FetchError is a failed request: one of the sentinels above as Class, with what the response said.
type FetchError struct {
	Class      error         // a sentinel of this package
	Status     int           // HTTP status, 0 when none came
	RetryAfter time.Duration // what the platform asked for, 0 when nothing
	Text       string        // for people: no URL, no secret
}

func (e *FetchError) Error() string {
	switch {
	case e.Status != 0 && e.Text != "":
		return fmt.Sprintf("%v (HTTP %d): %s", e.Class, e.Status, e.Text)
	case e.Status != 0:
		return fmt.Sprintf("%v (HTTP %d)", e.Class, e.Status)
	case e.Text != "":
		return fmt.Sprintf("%v: %s", e.Class, e.Text)
	}
	return e.Class.Error()
}

// Unwrap gives the sentinel.
func (e *FetchError) Unwrap() error { return e.Class }
