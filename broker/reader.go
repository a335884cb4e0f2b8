package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// pullExpiry is short so that a pull that the server forgot is noticed soon: stalls were seen after fail-overs.
	pullExpiry = 5 * time.Second
	// pullHeartbeats is how often the server says within a pull that the consumer lives; two missing ones end it.
	pullHeartbeats = 5
	// pullBatch bounds what waits in memory between the network and the reader: 256 pages of at most 256 KiB.
	pullBatch = 256
	// consumerIdle is when the server drops a consumer that nobody pulls from; a reader busier than that makes a new one.
	consumerIdle = time.Minute
	// apiWait bounds one request to the server where the caller's context has no end.
	apiWait = 5 * time.Second
	// retryMin and retryMax bound the pause before a new consumer is made, while the server is away.
	retryMin = 20 * time.Millisecond
	retryMax = 2 * time.Second
)

// errLost says that a consumer is of no more use and a new one must be made.
var errLost = errors.New("consumer lost")

func lost(err error) error { return fmt.Errorf("%w: %w", errLost, err) }

// session is one consumer's life: what it reads, and what is done with it. An error of each or idle ends reading
// unless it wraps errLost, which makes a new consumer.
type session struct {
	stream string
	config jetstream.ConsumerConfig
	opened func(pending uint64) error // the consumer is there, with so many messages to come; may be nil
	each   func(jetstream.Msg, *jetstream.MsgMetadata) error
	idle   func(context.Context) error // a whole pull brought nothing; may be nil
}

// read runs one session after the other until ctx ends or something other than a lost consumer comes up.
func (b *Broker) read(ctx context.Context, next func(context.Context) (session, error)) error {
	for wait := retryMin; ; wait = min(2*wait, retryMax) {
		n, err := b.readUntilReconnect(ctx, next)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !errors.Is(err, errLost) || b.nc.IsClosed() {
			return err
		}
		if n > 0 {
			wait = retryMin
		}
		level := slog.LevelDebug
		if wait == retryMax {
			level = slog.LevelWarn // it has been going on for some seconds
		}
		b.log.Log(ctx, level, "new consumer", "err", err)
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
	}
}

// readUntilReconnect runs one session and ends it when the connection comes back: a consumer in the memory of a
// restarted server is gone, and a request that was on its way when the connection broke has no answer to wait for.
func (b *Broker) readUntilReconnect(ctx context.Context, next func(context.Context) (session, error)) (n int, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	status := b.nc.StatusChanged(nats.CONNECTED)
	var wg sync.WaitGroup
	wg.Go(func() {
		select {
		case <-status:
			cancel(lost(nats.ErrDisconnected))
		case <-ctx.Done():
		}
	})
	defer b.nc.RemoveStatusListener(status)
	defer wg.Wait()
	defer cancel(nil)

	s, err := next(ctx)
	if err == nil {
		n, err = b.readOnce(ctx, s)
	}
	if errors.Is(err, context.Canceled) {
		err = context.Cause(ctx)
	}
	return n, err
}

// readOnce makes an unnamed consumer in memory, needing no acks, and pulls from it. n counts what was delivered.
func (b *Broker) readOnce(ctx context.Context, s session) (n int, err error) {
	c := s.config
	c.AckPolicy, c.MemoryStorage, c.Replicas, c.InactiveThreshold = jetstream.AckNonePolicy, true, 1, consumerIdle
	consumer, err := b.createConsumer(ctx, s.stream, c)
	if err != nil {
		return 0, lost(err)
	}
	info := consumer.CachedInfo()
	defer b.dropConsumer(ctx, s.stream, info.Name)
	if s.opened != nil {
		if err := s.opened(info.NumPending); err != nil {
			return 0, err
		}
	}
	for {
		got, err := b.pull(ctx, consumer, s)
		n += got
		switch {
		case err != nil:
			return n, err
		case ctx.Err() != nil:
			return n, ctx.Err()
		case got == 0 && s.idle != nil:
			if err := s.idle(ctx); err != nil {
				return n, err
			}
		}
	}
}

// pull asks once for a batch and passes it on as it arrives.
func (b *Broker) pull(ctx context.Context, c jetstream.Consumer, s session) (n int, err error) {
	pullCtx, cancel := context.WithTimeout(ctx, b.options.pull)
	defer cancel()
	// The consumer lives in one server's memory. Without heartbeats its death would show only after two whole pulls.
	batch, err := c.Fetch(pullBatch, jetstream.FetchContext(pullCtx), jetstream.FetchHeartbeat(b.options.pull/pullHeartbeats))
	if err != nil {
		return 0, lost(err)
	}
	for m := range batch.Messages() {
		if err != nil || ctx.Err() != nil {
			continue // let the batch come to its end
		}
		var meta *jetstream.MsgMetadata
		if meta, err = m.Metadata(); err != nil {
			err = lost(err)
		} else if err = s.each(m, meta); err == nil {
			n++
		}
		if err != nil {
			cancel()
		}
	}
	if err != nil || ctx.Err() != nil {
		return n, err
	}
	if err := batch.Error(); err != nil {
		return n, lost(err)
	}
	return n, nil
}

func (b *Broker) createConsumer(ctx context.Context, stream string, c jetstream.ConsumerConfig) (jetstream.Consumer, error) {
	ctx, cancel := context.WithTimeout(ctx, apiWait)
	defer cancel()
	return b.js.CreateConsumer(ctx, stream, c)
}

// dropConsumer spares the server a minute of keeping it. It fails often, and never matters.
func (b *Broker) dropConsumer(ctx context.Context, stream, name string) {
	if !b.nc.IsConnected() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = b.js.DeleteConsumer(ctx, stream, name)
}
