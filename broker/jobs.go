package broker

import (
	"context"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"onair/live"
)

// refusedPerSubject is how the server says that a subject's slot is taken; 10077 alone is any failure of the store.
const refusedPerSubject = "maximum messages per subject exceeded"

// EnsureConsumers creates the durable consumers that workers pull jobs from, one for every platform, class and
// region. The leader calls it before it plans; calling it again changes nothing.
func (b *Broker) EnsureConsumers(ctx context.Context, platforms []live.Platform, classes []live.Class, regions []string) error {
	for _, p := range platforms {
		for _, c := range classes {
			for _, r := range regions {
				name := ConsumerName(p, c, r)
				_, err := b.js.CreateOrUpdateConsumer(ctx, StreamJobs, jetstream.ConsumerConfig{
					Durable:       name,
					FilterSubject: subjectJob + string(p) + "." + string(c) + "." + r + ".*",
					AckPolicy:     jetstream.AckExplicitPolicy,
					AckWait:       ackWait, // no BackOff: it would override this
				})
				if err != nil {
					return fmt.Errorf("broker: consumer %s: %w", name, err)
				}
			}
		}
	}
	return nil
}

// Submit offers a job to the workers. ErrPending: one with its platform, class, region and key waits or runs.
func (b *Broker) Submit(ctx context.Context, j live.Job) error {
	body, err := live.EncodeJob(j)
	if err != nil {
		return fmt.Errorf("broker: submit: %w", err)
	}
	_, err = b.js.Publish(ctx, jobSubject(j), body, jetstream.WithMsgTTL(jobTTL), jetstream.WithExpectStream(StreamJobs))
	if code, text := apiError(err); code == codeStoreFailed && strings.Contains(text, refusedPerSubject) {
		return fmt.Errorf("broker: submit %s %s: %w", j.Platform, j.Key, ErrPending)
	}
	if err != nil {
		return fmt.Errorf("broker: submit %s %s: %w", j.Platform, j.Key, err)
	}
	return nil
}

// DropJobs forgets every job that waits or is in flight. It is for a log whose only worker lives and dies with the hub:
// what that one had taken when it was killed would else block its successors until AckWait has passed.
func (b *Broker) DropJobs(ctx context.Context) error {
	stream, err := b.js.Stream(ctx, StreamJobs)
	if err == nil {
		err = stream.Purge(ctx)
	}
	if err != nil {
		return fmt.Errorf("broker: drop jobs: %w", err)
	}
	return nil
}
