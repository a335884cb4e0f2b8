package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"onair/broker"
	"onair/cmd/onair/internal/fleet"
	"onair/live"
)

// TestClusterAdoptsAHubsLog moves a hub with the broker inside to a cluster, as deploy/cluster/README.md says: the log
// with its sequences, the facts, the state; the worker goes on with the outbox that it has.
func TestClusterAdoptsAHubsLog(t *testing.T) {
	if !longFaults() {
		t.Skip("takes half a minute; make faults runs it")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	one := newFaultRun(t, 0, 1, 1)
	watching, stopWatch := context.WithCancel(ctx)
	go one.watch(watching)
	one.flows(time.Now(), "w1")
	one.listed(0, 100)
	if _, err := one.b.Facts().Create(ctx, live.Fact{
		Table: "FACTS", Key: "block.channel." + live.BlockKey("nobody"), Value: []byte(`{"kind":"channel","value":"chzzk:nobody"}`),
	}, 0, broker.Epoch{}); err != nil {
		t.Fatal(err)
	}
	one.drain()
	stopWatch()
	before, _, err := fleet.List(ctx, one.f.HubURL(0))
	if err != nil {
		t.Fatal(err)
	}
	was, err := one.b.Info(ctx)
	if err != nil {
		t.Fatal(err)
	}
	one.nc.Close()
	if err := one.f.Process("hub1").Stop(); err != nil {
		t.Fatal(err)
	}

	three := &faultRun{t: t, o: one.o}
	three.o.Dir, three.o.Nodes, three.o.Through, three.o.Hold = t.TempDir(), 3, nil, true
	for _, name := range []string{"hub1", "w1"} {
		if err := os.MkdirAll(filepath.Join(three.o.Dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(one.o.Dir, name, "data"), filepath.Join(three.o.Dir, name, "data")); err != nil {
			t.Fatal(err)
		}
	}
	three.f, err = fleet.Start(ctx, three.o)
	t.Cleanup(three.stop)
	if err != nil {
		t.Fatal(err)
	}
	var urls []string
	for _, a := range three.f.Addrs() {
		urls = append(urls, "nats://"+a)
	}
	adopt := []string{"cluster", "adopt", "--data", filepath.Join(three.o.Dir, "hub1", "data"), "--nats", strings.Join(urls, ","), "--nats-key", three.f.HubKey()}
	code, stdout, stderr := try(t, adopt...)
	for end := time.Now().Add(patience); code != 0 && time.Now().Before(end); code, stdout, stderr = try(t, adopt...) {
		t.Log(stderr)
		time.Sleep(200 * time.Millisecond) // the cluster has not elected yet
	}
	t.Logf("%s%s", stdout, stderr)
	if code != 0 {
		t.Fatalf("exit code %d", code)
	}
	if code, _, stderr := try(t, adopt...); code == 0 || !strings.Contains(stderr, "only an empty cluster") {
		t.Errorf("a second time: %d, %s", code, stderr)
	}

	if err := three.f.StartHub(ctx, 0); err != nil {
		t.Fatal(err)
	}
	three.listed(0, 1)
	after, _, err := fleet.List(ctx, three.f.HubURL(0))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := rows(t, before), rows(t, after); a != b {
		t.Errorf("the list changed\n%.400s\n%.400s", a, b)
	}
	if log := three.f.Log("hub1"); !strings.Contains(log, "state from a stored snapshot") {
		t.Error("the hub began anew")
	}
	if three.nc, err = three.f.Connect(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(three.nc.Close)
	if three.js, err = jetstream.New(three.nc); err != nil {
		t.Fatal(err)
	}
	if three.b, err = broker.Open(ctx, three.nc, broker.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := three.f.StartWorker(0); err != nil {
		t.Fatal(err)
	}
	three.whole()
	watching, stopWatch = context.WithCancel(ctx)
	defer stopWatch()
	go three.watch(watching)
	began := time.Now()
	three.flows(began, "w1")
	three.listed(was.LastSeq, 100)
	three.drain()
	jobs := map[string]int{}
	accepted(one.f.Log("w1"), jobs) // its log stayed where it was
	accepted(three.f.Log("w1"), jobs)
	h := readHistory(t, three.js, jobs)
	t.Logf("%d pages, %d of the first log's %d messages and more; lost %d, duplicated %d, reordered %d", h.messages, h.messages+h.ticks, was.LastSeq, h.lost, h.duplicated, h.reordered)
	if h.lost+h.duplicated+h.reordered > 0 || uint64(h.messages+h.ticks) <= was.LastSeq {
		t.Errorf("history: %s", strings.Join(h.notes, "\n"))
	}
	kv, err := three.js.KeyValue(ctx, broker.BucketFacts)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kv.Get(ctx, "block.channel."+live.BlockKey("nobody")); err != nil {
		t.Errorf("fact: %v", err)
	}
}

// listed waits until the hub's list has rows and its last change lies behind seq.
func (r *faultRun) listed(seq uint64, rows int) {
	r.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		body, _, err := fleet.List(r.t.Context(), r.f.HubURL(0))
		var list struct {
			Seq   uint64 `json:"seq"`
			Total int    `json:"total"`
		}
		if err == nil && json.Unmarshal(body, &list) == nil && list.Total >= rows && list.Seq > seq {
			return
		}
		if time.Now().After(end) {
			r.t.Fatalf("no list: %v %.200s", err, body)
		}
	}
}

// rows are what a list says, without pictures: those come from the simulator's address, which has changed.
func rows(t testing.TB, body []byte) string {
	t.Helper()
	var list struct {
		Streams []struct {
			ID        string `json:"id"`
			Title     string `json:"title"`
			Viewers   *int64 `json:"viewers"`
			StartedAt string `json:"started_at"`
			Trend     []*int `json:"trend"`
		} `json:"streams"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(list.Streams)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
