package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"onair/live"
)

const (
	// takeExpiry is how long one Take waits for a job. Above 30 s a job handed to a worker that went away meanwhile
	// would be found late.
	takeExpiry = 25 * time.Second
	// takeHeartbeat is how often the server says that it is still there; two missing ones end a Take, where else a
	// dead link would be found only at the end.
	takeHeartbeat = 5 * time.Second
)

// Statuses that JetStream sends instead of a message.
const (
	headerStatus      = "Status"
	headerDescription = "Description"

	statusHeartbeat = "100"
	statusNone      = "404"
	statusExpired   = "408"
)

// What a worker answers to a job.
const (
	ackDone     = "+ACK"
	ackProgress = "+WPI"
	ackNak      = "-NAK"
	ackTerm     = "+TERM"
)

// Taken is a job that this worker has to itself until it answers, or is silent for 30 s.
type Taken struct {
	Job   live.Job
	e     *Edge
	reply string
}

// Take waits for a job of a platform, class and region, up to 25 s or ctx's deadline; nil, nil when none came. A job
// that cannot be read is taken out of the queue and reported (live.ErrInvalid, live.ErrNewer). ErrDenied when this
// worker may not have such jobs; ErrUnclear when hub or consumer are away, which may be known at once: pause before
// the next try.
//
// The pull is asked for by hand: the client libraries look the consumer up first, which the account does not allow.
// A subscription of its own for each lets the server forget the request when nobody waits any more.
func (e *Edge) Take(ctx context.Context, p live.Platform, c live.Class, region string) (*Taken, error) {
	name := ConsumerName(p, c, region)
	m, err := e.next(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("broker: take from %s: %w", name, err)
	}
	if m == nil {
		return nil, nil
	}
	t := &Taken{e: e, reply: m.Reply}
	if t.Job, err = live.DecodeJob(m.Data); err != nil {
		return nil, errors.Join(fmt.Errorf("broker: take from %s: %w", name, err), t.Term())
	}
	return t, nil
}

// next asks for one message and waits for it; nil when there is none.
func (e *Edge) next(ctx context.Context, consumer string) (*nats.Msg, error) {
	expires := takeExpiry
	if end, ok := ctx.Deadline(); ok {
		// The server's word comes a little before the deadline, so that no job is sent to nobody.
		expires = min(expires, time.Until(end)*9/10)
	}
	if expires <= 0 {
		return nil, ctx.Err()
	}
	heartbeat := min(takeHeartbeat, expires/2)
	body, err := json.Marshal(struct {
		Batch     int           `json:"batch"`
		Expires   time.Duration `json:"expires"`
		Heartbeat time.Duration `json:"idle_heartbeat"`
	}{1, expires, heartbeat})
	if err != nil {
		return nil, err
	}
	subject := subjectNextJob + consumer
	ctx, done := e.waiting.guard(ctx, subject)
	defer done()
	sub, err := e.nc.SubscribeSync(e.nc.NewInbox())
	if err != nil {
		return nil, verdict(ctx, err)
	}
	defer sub.Unsubscribe()
	if err := e.nc.PublishRequest(subject, sub.Subject, body); err != nil {
		return nil, verdict(ctx, err)
	}
	for {
		m, err := e.nextWithin(ctx, sub, 2*heartbeat+time.Second)
		if err != nil {
			return nil, err
		}
		switch status := m.Header.Get(headerStatus); {
		case status == "" && m.Reply != "":
			return m, nil
		case status == statusHeartbeat:
		case status == statusNone, status == statusExpired:
			return nil, nil
		default: // 409: consumer deleted, too many waiting, server shutting down, …
			return nil, fmt.Errorf("%w: %s %s", ErrUnclear, status, m.Header.Get(headerDescription))
		}
	}
}

func (e *Edge) nextWithin(ctx context.Context, sub *nats.Subscription, d time.Duration) (*nats.Msg, error) {
	wait, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	m, err := sub.NextMsgWithContext(wait)
	if cause := context.Cause(ctx); err != nil && (errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded)) {
		return nil, cause // the caller's wish
	}
	return m, verdict(ctx, err)
}

// Ack says that the job is done, once its page or its error is in the outbox, and waits until the server knows.
// ErrUnclear: it may come again, and fetching a page twice does no harm.
func (t *Taken) Ack(ctx context.Context) error {
	_, err := t.e.request(ctx, &nats.Msg{Subject: t.reply, Data: []byte(ackDone)})
	if err != nil {
		return fmt.Errorf("broker: ack of job %s: %w", t.Job.ID, err)
	}
	return nil
}

// InProgress keeps the job for another 30 s.
func (t *Taken) InProgress() error { return t.answer(ackProgress) }

// Nak gives the job back, to be offered again after delay.
func (t *Taken) Nak(delay time.Duration) error {
	return t.answer(fmt.Sprintf(`%s {"delay": %d}`, ackNak, max(delay, 0).Nanoseconds()))
}

// Term takes the job out of the queue without doing it.
func (t *Taken) Term() error { return t.answer(ackTerm) }

func (t *Taken) answer(body string) error {
	if err := t.e.nc.Publish(t.reply, []byte(body)); err != nil {
		return fmt.Errorf("broker: %s for job %s: %w", body, t.Job.ID, err)
	}
	return nil
}
