package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"onair/live"
)

const (
	// presenceBytes is far above what a worker has to say; more would let one fill the server's memory.
	presenceBytes = 16 << 10
	// presenceTotal bounds the stream in the server's memory: a thousand workers at their largest.
	presenceTotal = 16 << 20
)

// Presences reads what each worker said about itself in the last minute. A worker is known by the subject that it may
// publish to, whatever it writes. After a restart of an embedded server the stream, which lives in memory, is made
// again here, and workers reappear as they announce themselves.
func (b *Broker) Presences(ctx context.Context) ([]live.Presence, error) {
	var all []live.Presence
	err := b.readAll(ctx, StreamPresence, subjectPresence+"*", func(m jetstream.Msg, _ *jetstream.MsgMetadata) {
		worker := strings.TrimPrefix(m.Subject(), subjectPresence)
		var p live.Presence
		if err := json.Unmarshal(m.Data(), &p); err != nil {
			b.log.Warn("presence that cannot be read", "worker", worker, "err", err)
			return
		}
		p.Worker = worker
		all = append(all, p)
	})
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		all, err = nil, b.ensurePresence(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("broker: presences: %w", err)
	}
	return all, nil
}
