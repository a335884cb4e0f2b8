package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/nats-io/nats.go"

	"onair/broker"
)

// logHead is what JetStream wants to know before it takes a stream back.
type logHead struct {
	Config map[string]any  `json:"config"`
	State  json.RawMessage `json:"state"`
}

// saveLog writes the log in JetStream's own form, with its sequences, times and date of creation.
func saveLog(ctx context.Context, nc *nats.Conn, w io.Writer) (head []byte, err error) {
	chunks, err := nc.SubscribeSync(nc.NewInbox())
	if err != nil {
		return nil, err
	}
	defer chunks.Unsubscribe()
	var b backupAnswer
	err = askJSON(ctx, nc, subjectBackup+broker.StreamPages, map[string]any{"deliver_subject": chunks.Subject, "no_consumers": true, "chunk_size": copyChunk}, &b)
	if err == nil && b.Error != nil {
		err = b.Error
	}
	if err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	for {
		m, err := next(ctx, chunks)
		if err != nil {
			return nil, fmt.Errorf("log: %w", err)
		}
		if len(m.Data) == 0 {
			if status := m.Header.Get("Status"); status != "" && status != "204" {
				return nil, fmt.Errorf("log: %s %s", status, m.Header.Get("Description"))
			}
			return json.Marshal(logHead{b.Config, b.State})
		}
		if _, err := w.Write(m.Data); err != nil {
			return nil, err
		}
		if m.Reply != "" {
			if err := m.Respond(nil); err != nil { // makes room for the next chunk
				return nil, err
			}
		}
	}
}

// loadLog gives the log to a server that has none.
func loadLog(ctx context.Context, nc *nats.Conn, head []byte, r io.Reader) error {
	var h logHead
	if err := json.Unmarshal(head, &h); err != nil {
		return fmt.Errorf("%w: %s: %w", errBackup, entryLogHead, err)
	}
	h.Config["num_replicas"] = 1
	var begin restoreAnswer
	err := askJSON(ctx, nc, subjectRestore+broker.StreamPages, map[string]any{"config": h.Config, "state": h.State}, &begin)
	if err == nil && begin.Error != nil {
		err = begin.Error
	}
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	chunk := make([]byte, copyChunk)
	for {
		n, err := io.ReadFull(r, chunk)
		if n > 0 {
			var refused restored
			answer, err := ask(ctx, nc, begin.Deliver, chunk[:n])
			if err == nil && len(answer.Data) > 0 && json.Unmarshal(answer.Data, &refused) == nil && refused.Error != nil {
				err = refused.Error
			}
			if err != nil {
				return fmt.Errorf("log: %w", err)
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	var end restored
	answer, err := ask(ctx, nc, begin.Deliver, nil)
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
		return fmt.Errorf("log: %w", err)
	}
	return nil
}
