package broker

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/nats-io/nats.go/jetstream"

	"onair/live"
)

// errDone ends reading when everything that was there has been read.
var errDone = errors.New("done")

// Watch calls fn with everything in both tables, in one batch, and then with every change; a removed key comes with a
// nil Value. initialDone is true once both tables have been listed, without which a snapshot would lack facts; as the
// first batch holds both lists, it is true in every call. Watch returns when ctx ends, and outlives restarts of the
// server: after one it lists anew and passes on everything, with removals of what has gone meanwhile. fn is called by
// one goroutine.
func (t *Facts) Watch(ctx context.Context, fn func(facts []live.Fact, initialDone bool)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	tables := []string{BucketFacts, BucketDerived}
	type batch struct {
		table string
		facts []live.Fact
	}
	batches := make(chan batch) // unbuffered: a slow fn slows the readers, and the server holds the rest
	var wg sync.WaitGroup
	for _, table := range tables {
		w := &watcher{table: table, known: map[string]bool{}, send: func(f []live.Fact) error {
			select {
			case batches <- batch{table, f}:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}}
		wg.Go(func() { cancel(t.b.read(ctx, w.session)) })
	}
	defer wg.Wait()
	defer cancel(nil)

	var first []live.Fact
	listed := map[string]bool{}
	for {
		select {
		case b := <-batches:
			if len(listed) < len(tables) {
				listed[b.table] = true
				first = append(first, b.facts...)
				if len(listed) < len(tables) {
					continue
				}
				b.facts, first = first, nil
			}
			fn(b.facts, true)
		case <-ctx.Done():
			if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
				return fmt.Errorf("broker: watch facts: %w", err)
			}
			return ctx.Err()
		}
	}
}

// watcher reads one table.
type watcher struct {
	table   string
	known   map[string]bool // keys that the reader has been told of
	listing map[string]bool // keys of the list being read; nil once it is complete
	pending uint64          // of the list
	facts   []live.Fact     // not sent yet
	send    func([]live.Fact) error
}

// session lists the table anew: what was removed while nobody read may have lost its marker since.
func (w *watcher) session(context.Context) (session, error) {
	w.facts, w.listing = nil, map[string]bool{}
	return session{
		stream: streamOfKV + w.table,
		config: jetstream.ConsumerConfig{DeliverPolicy: jetstream.DeliverLastPerSubjectPolicy, FilterSubject: subjectKV + w.table + ".>"},
		opened: func(pending uint64) error {
			w.pending = pending
			if pending == 0 {
				return w.listed()
			}
			return nil
		},
		each: w.each,
	}, nil
}

func (w *watcher) each(m jetstream.Msg, meta *jetstream.MsgMetadata) error {
	f := fact(w.table, m, meta)
	w.facts = append(w.facts, f)
	if w.listing != nil {
		if f.Value != nil {
			w.listing[f.Key] = true
		}
		w.pending--
		if w.pending > 0 && meta.NumPending > 0 {
			return nil
		}
		return w.listed()
	}
	w.known[f.Key] = f.Value != nil
	if meta.NumPending > 0 && len(w.facts) < pullBatch {
		return nil // more is on its way: one batch
	}
	return w.flush()
}

// listed completes a list: keys that were known and are not in it are gone.
func (w *watcher) listed() error {
	for key, there := range w.known {
		if there && !w.listing[key] {
			w.facts = append(w.facts, live.Fact{Table: w.table, Key: key})
		}
	}
	w.known, w.listing = w.listing, nil
	return w.flush()
}

func (w *watcher) flush() error {
	facts := w.facts
	w.facts = nil
	return w.send(facts)
}

// readAll reads the last message on every one of a stream's subjects and comes to an end.
func (b *Broker) readAll(ctx context.Context, stream, subjects string, each func(jetstream.Msg, *jetstream.MsgMetadata)) error {
	ctx, cancel := context.WithTimeout(ctx, apiWait)
	defer cancel()
	var left uint64
	_, err := b.readOnce(ctx, session{
		stream: stream,
		config: jetstream.ConsumerConfig{DeliverPolicy: jetstream.DeliverLastPerSubjectPolicy, FilterSubject: subjects},
		opened: func(pending uint64) error {
			if left = pending; left == 0 {
				return errDone
			}
			return nil
		},
		each: func(m jetstream.Msg, meta *jetstream.MsgMetadata) error {
			each(m, meta)
			if left--; left == 0 || meta.NumPending == 0 {
				return errDone
			}
			return nil
		},
	})
	if errors.Is(err, errDone) {
		return nil
	}
	return err
}
