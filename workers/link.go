package workers

import (
	"context"
	"errors"

	"onair/live"
)

// What a Log or Jobs answers in terms that a worker branches on. cmd maps the broker's errors to these; anything else
// is trouble that passes, tried again after a back-off.
var (
	// ErrFence: the lane's last message is not the one that the fence names. Nothing was stored.
	ErrFence = errors.New("fence refused")
	// ErrUnclear: no answer; the entry may or may not be stored, now or later.
	ErrUnclear = errors.New("outcome unknown")
	// ErrNone: the lane holds no message.
	ErrNone = errors.New("lane without messages")
	// ErrDenied: this worker is not allowed to; its text names the permission. Ends Run.
	ErrDenied = errors.New("not permitted")
	// ErrTwin: somebody else publishes under this worker's name and epoch. Ends Run.
	ErrTwin = errors.New("another worker has the same identity")
)

// Log is the way into the log of pages.
type Log interface {
	// Publish appends e to the lane if the lane's last message has the sequence fence (0: there is none). It tries
	// once: a second try inside would look like another worker's. ErrFence, ErrUnclear, ErrDenied.
	Publish(ctx context.Context, lane live.Lane, e live.Entry, fence uint64) (seq uint64, err error)
	// Last gives the sequence and the outbox key of the lane's last message. ErrNone, ErrDenied.
	Last(ctx context.Context, lane live.Lane) (seq, key uint64, err error)
}

// Jobs is where work comes from.
type Jobs interface {
	// Take waits for a job; nil when none came before the pull ended. ErrDenied.
	Take(ctx context.Context, p live.Platform, class live.Class, region string) (Taken, error)
}

// Taken is one job in flight. Without Ack or InProgress for the consumer's AckWait, another worker gets it too.
type Taken interface {
	Job() live.Job
	Ack(ctx context.Context) error
	InProgress() error
}

// Announcer tells the hub that this worker is there.
type Announcer interface {
	Announce(ctx context.Context, p live.Presence) error
}
