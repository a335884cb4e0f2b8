package broker_test

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go/jetstream"

	"onair/broker"
	"onair/broker/brokertest"
	"onair/live"
)

func purgeSubject(s string) jetstream.StreamPurgeOpt { return jetstream.WithPurgeSubject(s) }

func TestSnapshots(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	shots := f.Broker.Snapshots()
	_, _, err := shots.Latest(t.Context(), nil)
	wantErr(t, err, broker.ErrNone)

	lineage := live.Lineage{Created: time.Date(2026, 11, 23, 1, 2, 3, 4, time.UTC), StartSeq: 1, Fold: 2, Virtual: true}
	state := func(seq uint64) []byte { return bytes.Repeat([]byte{byte(seq)}, 300<<10) } // several chunks
	for seq := uint64(1); seq <= 5; seq++ {
		if err := shots.Put(t.Context(), lineage, seq*100, bytes.NewReader(state(seq))); err != nil {
			t.Fatal(err)
		}
	}
	all, err := shots.List(t.Context())
	if err != nil || len(all) != 3 {
		t.Fatalf("%d snapshots, %v", len(all), err)
	}
	for i, want := range []uint64{500, 400, 300} {
		if all[i].Seq != want || all[i].Size != 300<<10 || cmp.Diff(lineage, all[i].Lineage) != "" {
			t.Errorf("snapshot %d is %+v, want position %d", i, all[i], want)
		}
	}
	for _, c := range []struct {
		usable func(broker.Snapshot) bool
		want   uint64
	}{{nil, 5}, {func(s broker.Snapshot) bool { return s.Seq < 450 }, 4}} {
		shot, r, err := shots.Latest(t.Context(), c.usable)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || shot.Seq != c.want*100 || !bytes.Equal(got, state(c.want)) {
			t.Errorf("snapshot at %d, %d bytes, %v; want at %d", shot.Seq, len(got), err, c.want*100)
		}
		r.Close()
	}
	_, _, err = shots.Latest(t.Context(), func(broker.Snapshot) bool { return false })
	wantErr(t, err, broker.ErrNone)
}
