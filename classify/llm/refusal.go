package llm

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// maxRetryAfter is the longest wait that an endpoint is believed to ask for.
const maxRetryAfter = 24 * time.Hour

// BusyError wraps ErrBusy.
type BusyError struct{ RetryAfter time.Duration } // 0 when the endpoint did not say

func (e *BusyError) Error() string { return ErrBusy.Error() }
func (e *BusyError) Unwrap() error { return ErrBusy }

// refusal is the error of a status that is not 200. The words of its body are not in it.
func refusal(res *http.Response) error {
	switch code := res.StatusCode; {
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable && retryAfter(res.Header) > 0:
		return &BusyError{retryAfter(res.Header)}
	case code >= 500, code == http.StatusRequestTimeout:
		return fmt.Errorf("%w: status %d", ErrDown, code)
	case code == http.StatusBadRequest, code == http.StatusUnprocessableEntity, code == http.StatusRequestEntityTooLarge:
		return fmt.Errorf("%w: status %d", ErrRequest, code)
	default:
		return fmt.Errorf("%w: status %d", ErrRefused, code)
	}
}

// errSlow: there was no answer in time.
var errSlow = fmt.Errorf("%w: no answer in time", ErrDown)

// down is an error of the way to the endpoint in words of its own: those of the standard library hold the address, which
// may be private, and what the endpoint wrote in place of an answer, which may be the key.
func down(ctx context.Context, err error) error {
	var (
		dns   *net.DNSError
		cert  *tls.CertificateVerificationError
		op    *net.OpError
		errno syscall.Errno
	)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return errSlow
	case errors.As(err, &dns):
		return fmt.Errorf("%w: its name is not found", ErrDown)
	case errors.As(err, &cert):
		return fmt.Errorf("%w: its certificate is not trusted", ErrDown)
	case errors.As(err, &op) && op.Op == "dial" && errors.As(err, &errno):
		return fmt.Errorf("%w: no connection: %w", ErrDown, errno)
	case errors.As(err, &op) && op.Op == "dial":
		return fmt.Errorf("%w: no connection", ErrDown)
	}
	return fmt.Errorf("%w: the connection broke", ErrDown)
}

// neverSent reports that there was no connection that a request could travel on.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// retryAfter reads seconds, or a date against the response's own.
func retryAfter(h http.Header) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		until, err := http.ParseTime(text)
		if err != nil {
			return 0
		}
		now, err := http.ParseTime(h.Get("Date"))
		if err != nil {
			now = time.Now()
		}
		n = until.Sub(now).Seconds()
	}
	if !(n > 0) {
		return 0
	}
	return time.Duration(min(n, maxRetryAfter.Seconds()) * float64(time.Second))
}
