package planner

import (
	"encoding/binary"
	"hash/fnv"
	"time"

	"onair/live"
)

const (
	// backoffBase and backoffMax span the wait after errors: less than a sweep at first, and never so long that a
	// platform that recovered stays out of sight for more than a few sweeps.
	backoffBase = 30 * time.Second
	backoffMax  = 15 * time.Minute
	// retryMax bounds what a platform may ask for: a wrong header must not silence it for ever.
	retryMax = time.Hour
)

// resume is when a platform may be asked again after errors: the zero time when there were none. The wait doubles with
// every failed page, but is not longer than the platform has been failing (pages of one bad moment are one failure),
// and differs between platforms and occasions by a hash, so that leaders agree.
func resume(p live.Platform, s Platform) time.Time {
	if s.Errors == 0 {
		return time.Time{}
	}
	if s.LastError.Err() == live.ErrCanceled { //nolint:errorlint // a class, not a chain
		return time.Time{} // we stopped, not they
	}
	wait := backoffMax
	if n := s.Errors - 1; n < 10 {
		wait = min(backoffBase<<n, backoffMax)
	}
	if !s.LastPageAt.IsZero() {
		wait = min(wait, max(s.LastErrorAt.Sub(s.LastPageAt), backoffBase))
	}
	at := s.LastErrorAt.Add(wait*3/4 + jitter(p, s, wait/2))
	if latest := s.LastErrorAt.Add(retryMax); s.RetryAt.After(latest) {
		return latest
	}
	return later(at, s.RetryAt)
}

// jitter is a part of below that depends on the platform and the error only.
func jitter(p live.Platform, s Platform, below time.Duration) time.Duration {
	h := fnv.New64a()
	h.Write([]byte(p))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(s.LastErrorAt.UnixNano())))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(s.Errors)))
	return time.Duration(h.Sum64() % uint64(below))
}
