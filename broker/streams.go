package broker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	// pagesBytes bounds the log on disk: without it a fast set of workers fills the disk, after which JetStream
	// stays frozen until it is restarted.
	pagesBytes = 4 << 30
	// pagesAge is the log's horizon: what is older lives on in the view's history only.
	pagesAge = 48 * time.Hour
	// pageBytes is the largest message of the log; live.MaxPage leaves room for its headers.
	pageBytes = 256 << 10
	// factsBytes and derivedBytes bound the tables, which every hub node holds in memory.
	factsBytes   = 64 << 20
	derivedBytes = 256 << 20
	// markerTTL is how long a removed key leaves a marker: longer than a reader is away without listing anew, and
	// not for ever, or the tables fill with markers.
	markerTTL = time.Hour
	// jobsBytes bounds the queue: one message a key, so only a planner gone wild gets there.
	jobsBytes = 64 << 20
	// jobTTL frees the key of a job that nobody finished. It is above the longest job (60 pages at one request a
	// second, each answered within 10 s) and AckWait: when it fires in flight the job runs twice.
	jobTTL = 15 * time.Minute
	// ackWait is how long a silent worker keeps a job; it says InProgress more often than that.
	ackWait = 30 * time.Second
	// presenceAge is how long a silent worker counts as present.
	presenceAge = time.Minute
	// snapshotBytes bounds the store of states; three of them and one being written fit many times.
	snapshotBytes = 1 << 30
	// snapshotAge cleans up what a killed writer left behind; a state is useless once the log has moved past it.
	snapshotAge = 7 * 24 * time.Hour
	// leaseTTL is how long a dead leader blocks the next one.
	leaseTTL = 10 * time.Second
)

// ensure brings every stream to the form of the design. Several nodes may do it at once.
func (b *Broker) ensure(ctx context.Context) error {
	if err := b.ensurePages(ctx); err != nil {
		return fmt.Errorf("stream %s: %w", StreamPages, err)
	}
	n := b.options.Replicas
	if _, err := b.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name:                 StreamJobs,
		Subjects:             []string{subjectJob + "*.*.*.*"},
		Retention:            jetstream.WorkQueuePolicy,
		MaxMsgsPerSubject:    1,
		Discard:              jetstream.DiscardNew,
		DiscardNewPerSubject: true, // DiscardOld would free the slot of a running job
		AllowMsgTTL:          true,
		MaxBytes:             jobsBytes,
		Replicas:             n,
	}); err != nil {
		return fmt.Errorf("stream %s: %w", StreamJobs, err)
	}
	if err := b.ensurePresence(ctx); err != nil {
		return fmt.Errorf("stream %s: %w", StreamPresence, err)
	}
	// PurgeTTL, by which a removed key's marker goes away, needs LimitMarkerTTL: so FACTS has it too, though its
	// keys have no TTL.
	for _, c := range []jetstream.KeyValueConfig{
		{Bucket: BucketFacts, History: 1, MaxBytes: factsBytes, LimitMarkerTTL: markerTTL, Replicas: n},
		{Bucket: BucketDerived, History: 1, MaxBytes: derivedBytes, LimitMarkerTTL: markerTTL, Replicas: n},
		{Bucket: BucketLease, History: 1, TTL: b.options.Lease, Replicas: n},
	} {
		kv, err := b.js.CreateOrUpdateKeyValue(ctx, c)
		if err != nil {
			return fmt.Errorf("bucket %s: %w", c.Bucket, err)
		}
		if c.Bucket == BucketLease {
			b.lease = kv
		}
	}
	var err error
	b.shots, err = b.js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{
		Bucket: BucketSnapshots, MaxBytes: snapshotBytes, TTL: snapshotAge, Replicas: n,
	})
	if err != nil {
		return fmt.Errorf("object store %s: %w", BucketSnapshots, err)
	}
	return nil
}

// ensurePages creates the log or compares its clock with ours before touching it: a demo must not write into a real
// log, nor the reverse.
func (b *Broker) ensurePages(ctx context.Context) error {
	c := jetstream.StreamConfig{
		Name:        StreamPages,
		Subjects:    []string{subjectObs + "*.*.*.*", SubjectTick},
		MaxAge:      pagesAge,
		MaxBytes:    b.options.MaxBytes,
		Discard:     jetstream.DiscardOld,
		MaxMsgSize:  pageBytes,
		DenyDelete:  true,
		AllowDirect: true,
		Replicas:    max(b.options.Replicas, 1),
		Metadata:    b.metadata(),
		// No rollup and no message TTL: one header from a worker would empty the log.
	}
	// Looked for first: the server sets space aside even for a creation that changes nothing.
	s, err := b.js.Stream(ctx, StreamPages)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		if _, err = b.js.CreateStream(ctx, c); !errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			b.options.Replicas = c.Replicas
			return err
		}
		s, err = b.js.Stream(ctx, StreamPages) // another node was faster
	}
	if err != nil {
		return err
	}
	there := ownMetadata(s.CachedInfo().Config.Metadata)
	if err := sameClock(there, c.Metadata); err != nil {
		return err
	}
	if epoch, ok := there[MetaEpoch]; ok && c.Metadata != nil {
		c.Metadata[MetaEpoch] = epoch
	}
	if b.options.Replicas == 0 {
		// Who did not say how many must not take away what another node asked for; the other streams follow the log.
		b.options.Replicas = max(s.CachedInfo().Config.Replicas, 1)
		c.Replicas = b.options.Replicas
	}
	_, err = b.js.UpdateStream(ctx, c)
	return err
}

// ensurePresence is apart because the stream lives in memory: a restart of the server takes it away.
func (b *Broker) ensurePresence(ctx context.Context) error {
	_, err := b.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name:              StreamPresence,
		Subjects:          []string{subjectPresence + "*"},
		Storage:           jetstream.MemoryStorage,
		MaxMsgsPerSubject: 1,
		MaxAge:            presenceAge,
		MaxMsgSize:        presenceBytes,
		MaxBytes:          presenceTotal,
		Replicas:          b.options.Replicas,
	})
	return err
}

func (b *Broker) metadata() map[string]string {
	if b.options.Virtual == nil {
		return nil
	}
	m := maps.Clone(b.options.Virtual)
	m[MetaClock] = ClockVirtual
	return m
}

// ownMetadata leaves out what the server adds.
func ownMetadata(m map[string]string) map[string]string {
	own := maps.Clone(m)
	maps.DeleteFunc(own, func(k, _ string) bool { return strings.HasPrefix(k, "_nats.") })
	return own
}

func sameClock(there, ours map[string]string) error {
	switch virtual, want := there[MetaClock] == ClockVirtual, ours[MetaClock] == ClockVirtual; {
	case virtual && !want:
		return fmt.Errorf("%w: it runs on virtual time (%s=%s, %s %q) and belongs to a demo", ErrClock, MetaClock, ClockVirtual, MetaSeed, there[MetaSeed])
	case !virtual && want:
		return fmt.Errorf("%w: it runs on real time and does not belong to a demo", ErrClock)
	case virtual && there[MetaSeed] != ours[MetaSeed]:
		return fmt.Errorf("%w: it belongs to a demo with %s %q, not %q", ErrClock, MetaSeed, there[MetaSeed], ours[MetaSeed])
	}
	return nil
}
