package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"onair/live"
)

// answerWait bounds a worker's request where the caller's context has no end: a link that swallows everything would
// hold the outbox for ever. A slow disk's fsync is well inside.
const answerWait = 5 * time.Second

// Edge is a worker's end: it publishes pages under a fence, takes jobs, and says that it is there. It works over a
// connection of the account EDGE, which reaches nothing else. Its methods may be used from many goroutines; one lane's
// Publish and Last belong to one.
type Edge struct {
	nc      *nats.Conn
	js      jetstream.JetStream
	worker  string
	waiting *waiting
}

// NewEdge makes the worker's end of a connection made with EdgeOptions. It listens to the connection's errors and
// disconnections, passing them on to the handlers that were there.
func NewEdge(nc *nats.Conn, worker string) *Edge {
	js, err := jetstream.New(nc)
	if err != nil {
		panic(err) // only for options, and there are none
	}
	e := &Edge{nc: nc, js: js, worker: worker, waiting: &waiting{}}
	e.waiting.listen(nc)
	return e
}

// EdgeOptions are the options that every worker's connection needs; the caller adds its key and TLS.
func EdgeOptions(worker string) []nats.Option {
	return []nats.Option{
		nats.Name("onair worker " + worker),
		nats.CustomInboxPrefix(InboxPrefix(worker)),
		nats.MaxReconnects(-1),
		nats.RetryOnFailedConnect(true),
		nats.ReconnectWait(250 * time.Millisecond),
		nats.ReconnectJitter(250*time.Millisecond, time.Second), // a hub that comes back is not met by all at once
		nats.PingInterval(10 * time.Second),                     // a dead link is found in 20 s
		nats.MaxPingsOutstanding(2),
		nats.ReconnectBufSize(-1), // nothing is sent late: outbox and planner repeat what is still wanted
	}
}

// Publish writes one page into the log if the lane's last message has sequence fence (0: there is none), and returns
// its sequence, the next fence. Errors: ErrFence when it is another one; ErrUnclear when no answer came, so that the
// page may be in the log; both ask for Last. ErrDenied when this worker may not write there. Anything else is the
// log's refusal of this page.
func (e *Edge) Publish(ctx context.Context, lane live.Lane, en live.Entry, fence uint64) (seq uint64, err error) {
	if err := checkLane(lane); err != nil {
		return 0, fmt.Errorf("broker: publish: %w", err)
	}
	m := nats.NewMsg(laneSubject(lane))
	m.Data = en.Body
	m.Header.Set(HeaderAge, strconv.FormatInt(max(en.Age, 0).Milliseconds(), 10))
	m.Header.Set(HeaderKey, strconv.FormatUint(en.Key, 10))
	if !en.At.IsZero() {
		m.Header.Set(HeaderAt, en.At.UTC().Format(time.RFC3339Nano))
	}
	ack, err := e.publish(ctx, m, jetstream.WithExpectLastSequencePerSubject(fence))
	switch {
	case staleSequence(err):
		return 0, fmt.Errorf("broker: publish %s key %d: %w", m.Subject, en.Key, ErrFence)
	case err != nil:
		return 0, fmt.Errorf("broker: publish %s key %d: %w", m.Subject, en.Key, err)
	}
	return ack.Sequence, nil
}

// Last reads the lane's last message: its sequence, which is the fence, and the outbox key of its page. ErrNone when
// the lane has none (it expired, or nothing was ever sent): the fence is 0 then. Other errors as Publish's.
func (e *Edge) Last(ctx context.Context, lane live.Lane) (seq, key uint64, err error) {
	if err := checkLane(lane); err != nil {
		return 0, 0, fmt.Errorf("broker: last: %w", err)
	}
	subject := laneSubject(lane)
	m, err := e.request(ctx, &nats.Msg{Subject: subjectLastPage + subject})
	if err != nil {
		return 0, 0, fmt.Errorf("broker: last of %s: %w", subject, err)
	}
	switch status := m.Header.Get(headerStatus); status {
	case "":
	case statusNone:
		return 0, 0, fmt.Errorf("broker: last of %s: %w", subject, ErrNone)
	default:
		return 0, 0, fmt.Errorf("broker: last of %s: %w: %s %s", subject, ErrUnclear, status, m.Header.Get(headerDescription))
	}
	seq, seqErr := strconv.ParseUint(m.Header.Get(jetstream.SequenceHeader), 10, 64)
	key, keyErr := strconv.ParseUint(m.Header.Get(HeaderKey), 10, 64)
	if err := errors.Join(seqErr, keyErr); err != nil {
		return 0, 0, fmt.Errorf("broker: last of %s: %w", subject, err)
	}
	return seq, key, nil
}

// Announce says that the worker is there; it is forgotten after a minute. p.Worker is set to the worker's name.
func (e *Edge) Announce(ctx context.Context, p live.Presence) error {
	p.Worker = e.worker
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("broker: announce: %w", err)
	}
	if _, err := e.publish(ctx, &nats.Msg{Subject: subjectPresence + e.worker, Data: body, Header: nats.Header{}}); err != nil {
		return fmt.Errorf("broker: announce: %w", err)
	}
	return nil
}

// publish waits for the stream's answer; without a retry of its own, which would blur what is known.
func (e *Edge) publish(ctx context.Context, m *nats.Msg, opts ...jetstream.PublishOpt) (*jetstream.PubAck, error) {
	ctx, done := e.guard(ctx, m.Subject)
	defer done()
	ack, err := e.js.PublishMsg(ctx, m, append(opts, jetstream.WithRetryAttempts(0))...)
	if code, _ := apiError(err); code != 0 {
		return nil, err // an answer
	}
	return ack, verdict(ctx, err)
}

// request waits for one answer.
func (e *Edge) request(ctx context.Context, m *nats.Msg) (*nats.Msg, error) {
	ctx, done := e.guard(ctx, m.Subject)
	defer done()
	answer, err := e.nc.RequestMsgWithContext(ctx, m)
	return answer, verdict(ctx, err)
}

// guard ends ctx after answerWait, and as soon as it is clear that no answer will come.
func (e *Edge) guard(ctx context.Context, subject string) (context.Context, func()) {
	ctx, stop := context.WithTimeout(ctx, answerWait)
	ctx, done := e.waiting.guard(ctx, subject)
	return ctx, func() { done(); stop() }
}

// verdict says what became of a request that ended with err. A page too large for the connection never left.
func verdict(ctx context.Context, err error) error {
	switch cause := context.Cause(ctx); {
	case err == nil:
		return nil
	case errors.Is(cause, ErrDenied), errors.Is(cause, ErrUnclear):
		return cause
	case errors.Is(err, nats.ErrMaxPayload):
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnclear, err)
}
