package broker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// LastAt is the virtual time of the log's last tick, where a demo's clock goes on; zero when there is none, and for a
// log on real time.
func (b *Broker) LastAt(ctx context.Context) (time.Time, error) {
	stream, err := b.js.Stream(ctx, StreamPages)
	if err != nil {
		return time.Time{}, fmt.Errorf("broker: last tick: %w", err)
	}
	m, err := stream.GetLastMsgForSubject(ctx, SubjectTick)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("broker: last tick: %w", err)
	}
	at, err := time.Parse(time.RFC3339Nano, m.Header.Get(HeaderAt))
	if err != nil {
		return time.Time{}, nil // a tick of real time has none
	}
	return at, nil
}
