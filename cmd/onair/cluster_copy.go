package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Subjects and shapes of JetStream's backup and restore, which nats.go leaves to the nats command line.
const (
	subjectBackup  = "$JS.API.STREAM.SNAPSHOT."
	subjectRestore = "$JS.API.STREAM.RESTORE."
	// copyChunk is under the servers' max_payload of 1 MB.
	copyChunk = 256 << 10
)

// backupAnswer begins a backup: the stream's configuration and state, passed on as they are but for the replicas.
type backupAnswer struct {
	Error  *jetstream.APIError   `json:"error"`
	Config map[string]any        `json:"config"`
	State  json.RawMessage       `json:"state"`
	parsed jetstream.StreamState `json:"-"`
}

type restoreAnswer struct {
	Error   *jetstream.APIError `json:"error"`
	Deliver string              `json:"deliver_subject"`
}

type restored struct {
	Error *jetstream.APIError    `json:"error"`
	State *jetstream.StreamState `json:"state"`
}

// copyStream backs a stream up from one server and restores it on another, with its sequences and times, without its
// consumers. It compares what arrived with what was there; nil, nil when the first has no such stream.
func copyStream(ctx context.Context, from, to *nats.Conn, name string, replicas int) (*jetstream.StreamState, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	chunks, err := from.SubscribeSync(from.NewInbox())
	if err != nil {
		return nil, err
	}
	defer chunks.Unsubscribe()
	var b backupAnswer
	err = askJSON(ctx, from, subjectBackup+name, map[string]any{"deliver_subject": chunks.Subject, "no_consumers": true, "chunk_size": copyChunk, "jsck": true}, &b)
	if err == nil && b.Error != nil {
		if b.Error.ErrorCode == jetstream.JSErrCodeStreamNotFound {
			return nil, nil
		}
		err = b.Error
	}
	if err == nil {
		err = json.Unmarshal(b.State, &b.parsed)
	}
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	b.Config["num_replicas"] = replicas
	var r restoreAnswer
	err = askJSON(ctx, to, subjectRestore+name, map[string]any{"config": b.Config, "state": b.State}, &r)
	if err == nil && r.Error != nil {
		err = r.Error
	}
	if err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	for {
		m, err := next(ctx, chunks)
		if err != nil {
			return nil, fmt.Errorf("backup: %w", err)
		}
		if len(m.Data) == 0 {
			if status := m.Header.Get("Status"); status != "" && status != "204" {
				return nil, fmt.Errorf("backup: %s %s", status, m.Header.Get("Description"))
			}
			break
		}
		var refused restored
		if answer, err := ask(ctx, to, r.Deliver, m.Data); err != nil {
			return nil, fmt.Errorf("restore: %w", err)
		} else if len(answer.Data) > 0 && json.Unmarshal(answer.Data, &refused) == nil && refused.Error != nil {
			return nil, fmt.Errorf("restore: %w", refused.Error)
		}
		if m.Reply != "" {
			if err := m.Respond(nil); err != nil { // makes room for the next chunk
				return nil, err
			}
		}
	}
	var end restored
	answer, err := ask(ctx, to, r.Deliver, nil)
	if err == nil {
		err = json.Unmarshal(answer.Data, &end)
	}
	if err == nil && end.Error != nil {
		err = end.Error
	}
	if err == nil && end.State == nil {
		err = errors.New("no state in the answer")
	}
	if err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	if g, w := end.State, b.parsed; g.Msgs != w.Msgs || g.LastSeq != w.LastSeq || w.Msgs > 0 && g.FirstSeq != w.FirstSeq {
		return nil, fmt.Errorf("restore: %d messages, %d to %d, arrived of %d, %d to %d", g.Msgs, g.FirstSeq, g.LastSeq, w.Msgs, w.FirstSeq, w.LastSeq)
	}
	return end.State, nil
}

func askJSON(ctx context.Context, nc *nats.Conn, subject string, question, answer any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return err
	}
	m, err := ask(ctx, nc, subject, body)
	if err != nil {
		return err
	}
	return json.Unmarshal(m.Data, answer)
}

func ask(ctx context.Context, nc *nats.Conn, subject string, body []byte) (*nats.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, adoptWait)
	defer cancel()
	return nc.RequestWithContext(ctx, subject, body)
}

func next(ctx context.Context, sub *nats.Subscription) (*nats.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, adoptWait)
	defer cancel()
	return sub.NextMsgWithContext(ctx)
}
