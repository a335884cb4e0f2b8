package broker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/nats-io/nats.go"
)

// waiting ends requests whose answer will not come: because the server forbade the subject, which it says apart, or
// because the connection broke. A request alone would time out, seconds later and without a reason.
type waiting struct {
	mu  sync.Mutex
	all map[*waiter]struct{}
}

type waiter struct {
	subject string
	cancel  context.CancelCauseFunc
}

// listen takes the connection's handlers over and passes everything on to those that were there.
func (w *waiting) listen(nc *nats.Conn) {
	onError, onDisconnect := nc.ErrorHandler(), nc.DisconnectErrHandler()
	nc.SetErrorHandler(func(nc *nats.Conn, s *nats.Subscription, err error) {
		if errors.Is(err, nats.ErrPermissionViolation) {
			w.deny(err)
		}
		if onError != nil {
			onError(nc, s, err)
		}
	})
	nc.SetDisconnectErrHandler(func(nc *nats.Conn, err error) {
		w.end(fmt.Errorf("%w: %w", ErrUnclear, nats.ErrDisconnected), func(string) bool { return true })
		if onDisconnect != nil {
			onDisconnect(nc, err)
		}
	})
}

// deny ends those who wait for the subject that the server's text quotes. A forbidden subscription is an inbox,
// without which nobody gets an answer.
func (w *waiting) deny(err error) {
	text := err.Error()
	w.end(fmt.Errorf("%w: %w", ErrDenied, err), func(subject string) bool {
		return strings.Contains(text, fmt.Sprintf("%q", subject)) || strings.Contains(text, "Subscription to")
	})
}

func (w *waiting) end(cause error, which func(subject string) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for one := range w.all {
		if which(one.subject) {
			one.cancel(cause)
		}
	}
}

// guard ends the returned context, with ErrDenied or ErrUnclear as its cause, when no answer can come to a request
// on subject.
func (w *waiting) guard(ctx context.Context, subject string) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	one := &waiter{subject, cancel}
	w.mu.Lock()
	if w.all == nil {
		w.all = map[*waiter]struct{}{}
	}
	w.all[one] = struct{}{}
	w.mu.Unlock()
	return ctx, func() {
		w.mu.Lock()
		delete(w.all, one)
		w.mu.Unlock()
		cancel(nil)
	}
}
