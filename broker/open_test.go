package broker_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go/jetstream"

	"onair/broker"
	"onair/broker/brokertest"
)

func TestOpenRefusesAnotherClock(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		there, ours  map[string]string
		wantErr      error
		wantMetadata map[string]string
	}{
		{name: "real", wantMetadata: map[string]string{}},
		{
			name: "same demo", there: map[string]string{"seed": "7", "epoch": "a", "speed": "1"}, ours: map[string]string{"seed": "7", "epoch": "b", "speed": "60"},
			wantMetadata: map[string]string{"clock": "virtual", "seed": "7", "epoch": "a", "speed": "60"}, // the epoch stays
		},
		{name: "demo, opened as real", there: map[string]string{"seed": "7"}, wantErr: broker.ErrClock},
		{name: "real, opened by a demo", ours: map[string]string{"seed": "7"}, wantErr: broker.ErrClock},
		{name: "another seed", there: map[string]string{"seed": "7"}, ours: map[string]string{"seed": "8"}, wantErr: broker.ErrClock},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := brokertest.New(t, broker.Options{Virtual: c.there})
			b, err := broker.Open(t.Context(), f.Conn, broker.Options{Virtual: c.ours})
			wantErr(t, err, c.wantErr)
			i, infoErr := f.Broker.Info(t.Context())
			if infoErr != nil || i.Virtual != (c.there != nil) {
				t.Fatalf("info %+v, %v", i, infoErr)
			}
			if err != nil {
				t.Log(err)
				return
			}
			if i, err = b.Info(t.Context()); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.wantMetadata, i.Metadata); d != "" {
				t.Error(d)
			}
			if i.FirstSeq != 1 || i.LastSeq != 0 || i.Created.IsZero() {
				t.Errorf("info %+v", i)
			}
		})
	}
}

// The design's table, as the server has it.
func TestStreams(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	if _, err := broker.Open(t.Context(), f.Conn, broker.Options{}); err != nil {
		t.Fatalf("a second time: %v", err)
	}
	pages := info(t, f, "PAGES").Config
	if !(pages.Retention == jetstream.LimitsPolicy && pages.MaxAge == 48*time.Hour && pages.MaxBytes == 4<<30 && pages.Discard == jetstream.DiscardOld &&
		pages.MaxMsgSize == 256<<10 && pages.DenyDelete && pages.AllowDirect && !pages.AllowRollup && !pages.AllowMsgTTL && pages.Storage == jetstream.FileStorage &&
		!pages.AllowAtomicPublish && !pages.AllowMsgSchedules && !pages.AllowMsgCounter) {
		t.Errorf("PAGES is %+v", pages)
	}
	jobs := info(t, f, "JOBS").Config
	if !(jobs.Retention == jetstream.WorkQueuePolicy && jobs.MaxMsgsPerSubject == 1 && jobs.Discard == jetstream.DiscardNew && jobs.DiscardNewPerSubject &&
		jobs.AllowMsgTTL && jobs.Storage == jetstream.FileStorage) {
		t.Errorf("JOBS is %+v", jobs)
	}
	presence := info(t, f, "PRESENCE").Config
	if !(presence.Storage == jetstream.MemoryStorage && presence.MaxMsgsPerSubject == 1 && presence.MaxAge == time.Minute && !presence.AllowRollup) {
		t.Errorf("PRESENCE is %+v", presence)
	}
	for name, bytes := range map[string]int64{"KV_FACTS": 64 << 20, "KV_DERIVED": 256 << 20} {
		c := info(t, f, name).Config
		if !(c.MaxMsgsPerSubject == 1 && c.MaxAge == 0 && c.MaxBytes == bytes && c.SubjectDeleteMarkerTTL == time.Hour && c.Discard == jetstream.DiscardNew) {
			t.Errorf("%s is %+v", name, c)
		}
	}
	if c := info(t, f, "KV_LEASE").Config; c.MaxAge != 10*time.Second {
		t.Errorf("LEASE is %+v", c)
	}
	ensureConsumers(t, f)
	c, err := jet(t, f.Conn).Consumer(t.Context(), "JOBS", "soop_plain_kr")
	if err != nil {
		t.Fatal(err)
	}
	if cfg := c.CachedInfo().Config; cfg.AckWait != 30*time.Second || len(cfg.BackOff) != 0 || cfg.FilterSubject != "job.soop.plain.kr.*" || cfg.AckPolicy != jetstream.AckExplicitPolicy {
		t.Errorf("consumer is %+v", cfg)
	}
}
