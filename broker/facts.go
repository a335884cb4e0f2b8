package broker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"onair/live"
)

// minTTL is the shortest life that the server knows.
const minTTL = time.Second

// How nats.go and the server mark removed keys.
const (
	headerKVOperation = "KV-Operation"
	kvPurge           = "PURGE"
)

// Facts are the two tables FACTS and DERIVED. Every write compares the key's revision first. A key of DERIVED lives
// for a TTL that each write sets anew; a key of FACTS stays until it is removed.
type Facts struct{ b *Broker }

// Facts gives the fact tables.
func (b *Broker) Facts() *Facts { return &Facts{b} }

// Create writes a key that is not there: f.Rev is not looked at. ttl is 0 for FACTS, at least a second for DERIVED;
// epoch is the leader's, zero when a person decided. It returns the key's revision. Errors: ErrConflict when the key
// is there, ErrFull.
func (t *Facts) Create(ctx context.Context, f live.Fact, ttl time.Duration, epoch Epoch) (rev uint64, err error) {
	rev, err = t.put(ctx, f, 0, ttl, epoch)
	if !errors.Is(err, ErrConflict) {
		return rev, err
	}
	// The marker of a removed key refuses a first write too.
	last, lastErr := t.last(ctx, f.Table, f.Key)
	if lastErr != nil || !removed(last.Header) {
		return 0, err
	}
	return t.put(ctx, f, last.Sequence, ttl, epoch)
}

// Update writes a key whose revision is f.Rev. ttl and epoch as in Create. It returns the new revision. Errors:
// ErrConflict when the revision is another, ErrFull.
func (t *Facts) Update(ctx context.Context, f live.Fact, ttl time.Duration, epoch Epoch) (rev uint64, err error) {
	if f.Rev == 0 {
		return 0, fmt.Errorf("broker: %s %s: update without a revision", f.Table, f.Key)
	}
	return t.put(ctx, f, f.Rev, ttl, epoch)
}

// Remove takes away a key whose revision is f.Rev; f.Value is not looked at. ErrConflict when it is another.
func (t *Facts) Remove(ctx context.Context, f live.Fact, epoch Epoch) error {
	if f.Rev == 0 {
		return fmt.Errorf("broker: %s %s: removal without a revision", f.Table, f.Key)
	}
	// A purge with a TTL: a delete would leave its tombstone for ever.
	m := nats.NewMsg("")
	m.Header.Set(headerKVOperation, kvPurge)
	m.Header.Set(jetstream.MsgRollup, jetstream.MsgRollupSubject)
	_, err := t.publish(ctx, m, f, f.Rev, markerTTL, epoch)
	return err
}

// Get reads one key. ErrNone when it is not there.
func (t *Facts) Get(ctx context.Context, table, key string) (live.Fact, error) {
	if err := checkKey(table, key); err != nil {
		return live.Fact{}, err
	}
	m, err := t.last(ctx, table, key)
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound), err == nil && removed(m.Header):
		return live.Fact{}, fmt.Errorf("broker: %s %s: %w", table, key, ErrNone)
	case err != nil:
		return live.Fact{}, fmt.Errorf("broker: %s %s: %w", table, key, err)
	}
	return live.Fact{Table: table, Key: key, Value: m.Data, Rev: m.Sequence}, nil
}

// List reads a whole table, in the order in which its keys were last written.
func (t *Facts) List(ctx context.Context, table string) ([]live.Fact, error) {
	if table != BucketFacts && table != BucketDerived {
		return nil, fmt.Errorf("broker: no table %q", table)
	}
	var facts []live.Fact
	err := t.b.readAll(ctx, streamOfKV+table, subjectKV+table+".>", func(m jetstream.Msg, meta *jetstream.MsgMetadata) {
		if f := fact(table, m, meta); f.Value != nil {
			facts = append(facts, f)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("broker: list %s: %w", table, err)
	}
	return facts, nil
}

func (t *Facts) put(ctx context.Context, f live.Fact, expect uint64, ttl time.Duration, epoch Epoch) (uint64, error) {
	switch {
	case len(f.Value) == 0:
		return 0, fmt.Errorf("broker: %s %s: empty value", f.Table, f.Key)
	case f.Table == BucketFacts && ttl != 0:
		return 0, fmt.Errorf("broker: %s %s: facts that people decided have no TTL", f.Table, f.Key)
	case f.Table == BucketDerived && ttl < minTTL:
		return 0, fmt.Errorf("broker: %s %s: TTL %v below %v", f.Table, f.Key, ttl, minTTL)
	}
	return t.publish(ctx, &nats.Msg{Header: nats.Header{}, Data: f.Value}, f, expect, ttl, epoch)
}

// publish is what jetstream.KeyValue does, with the TTL that its Update leaves out and the epoch.
func (t *Facts) publish(ctx context.Context, m *nats.Msg, f live.Fact, expect uint64, ttl time.Duration, epoch Epoch) (uint64, error) {
	if err := checkKey(f.Table, f.Key); err != nil {
		return 0, err
	}
	m.Subject = subjectKV + f.Table + "." + f.Key
	if !epoch.IsZero() {
		m.Header.Set(HeaderEpoch, epoch.String())
	}
	opts := []jetstream.PublishOpt{jetstream.WithExpectLastSequencePerSubject(expect)}
	if ttl > 0 {
		opts = append(opts, jetstream.WithMsgTTL(ttl))
	}
	ack, err := t.b.js.PublishMsg(ctx, m, opts...)
	if err == nil {
		return ack.Sequence, nil
	}
	if staleSequence(err) {
		return 0, fmt.Errorf("broker: %s %s: %w", f.Table, f.Key, ErrConflict)
	}
	if code, text := apiError(err); code == codeStoreFailed && strings.Contains(text, "maximum bytes exceeded") {
		return 0, fmt.Errorf("broker: %s %s: %w", f.Table, f.Key, ErrFull)
	}
	return 0, fmt.Errorf("broker: %s %s: %w", f.Table, f.Key, err)
}

func (t *Facts) last(ctx context.Context, table, key string) (*jetstream.RawStreamMsg, error) {
	s, err := t.b.js.Stream(ctx, streamOfKV+table)
	if err != nil {
		return nil, err
	}
	return s.GetLastMsgForSubject(ctx, subjectKV+table+"."+key)
}

// fact reads a delivered message of a table; Value is nil when the key is gone.
func fact(table string, m jetstream.Msg, meta *jetstream.MsgMetadata) live.Fact {
	f := live.Fact{Table: table, Key: strings.TrimPrefix(m.Subject(), subjectKV+table+"."), Rev: meta.Sequence.Stream}
	if !removed(m.Headers()) {
		f.Value = m.Data()
	}
	return f
}

// removed reports the marker of a key that was removed, or whose TTL ran out.
func removed(h nats.Header) bool {
	return h.Get(headerKVOperation) != "" || h.Get(jetstream.MarkerReasonHeader) != ""
}

// checkKey keeps wildcards and stray subjects out: a key is the words of its table, each one token.
func checkKey(table, key string) error {
	words := map[string]int{"channel": 3, "creator": 2, "block": 3, "apart": 2, "verdict": 3, "pause": 2}
	switch table {
	case BucketFacts:
	case BucketDerived:
		words = map[string]int{"label": 4, "thumb": 3, "proposal": 2, "spent": 2}
	default:
		return fmt.Errorf("broker: no table %q", table)
	}
	tokens := strings.Split(key, ".")
	if words[tokens[0]] != len(tokens) {
		return fmt.Errorf("broker: %s has no key like %.100q", table, key)
	}
	for _, t := range tokens {
		if err := live.CheckID(t); err != nil {
			return fmt.Errorf("broker: %s key %.100q: %w", table, key, err)
		}
	}
	return nil
}
