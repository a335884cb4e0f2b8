package broker_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"onair/broker"
	"onair/broker/brokertest"
	"onair/live"
)

// outside connects a worker as one on another machine is let in: for one platform, class and region.
func outside(t *testing.T, f *brokertest.Fixture, name string) (*broker.Edge, *nats.Conn) {
	t.Helper()
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Server.AddWorker(name, public, []live.Platform{"chzzk"}, []live.Class{live.ClassPlain}, []string{live.RegionAny}); err != nil {
		t.Fatal(err)
	}
	nc, err := nats.Connect("", append(broker.EdgeOptions(name), nats.InProcessServer(f.Server), nats.Nkey(public, pair.Sign), nats.RetryOnFailedConnect(false),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return broker.NewEdge(nc, name), nc
}

// hubState is what a worker must not change: configuration and content of every stream, but for its own pages, its
// own presence and consumers' positions.
func hubState(t *testing.T, f *brokertest.Fixture) map[string]string {
	t.Helper()
	state := map[string]string{}
	for s := range jet(t, f.Conn).ListStreams(t.Context()).Info() {
		state[s.Config.Name] = fmt.Sprintf("%v %+v %d consumers", s.Created, s.Config, s.State.Consumers)
		subjects, err := stream(t, f, s.Config.Name).Info(t.Context(), allSubjects)
		if err != nil {
			t.Fatal(err)
		}
		for _, subject := range slices.Sorted(maps.Keys(subjects.State.Subjects)) {
			if !strings.HasPrefix(subject, "obs.chzzk.w1.") && subject != "presence.w1" {
				state[s.Config.Name] += fmt.Sprintf("\n%s: %d", subject, subjects.State.Subjects[subject])
			}
		}
	}
	return state
}

func TestWorkerMayDoItsWork(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	ensureConsumers(t, f)
	e, _ := outside(t, f, "w1")
	fence := mustPublish(t, e, lane("w1"), 1, 2, 0)
	late := lane("w1")
	late.Name = live.LaneLate
	mustPublish(t, e, late, 3, 3, 0)
	if seq, key, err := e.Last(t.Context(), lane("w1")); err != nil || seq != fence || key != 2 {
		t.Errorf("last %d, key %d, %v", seq, key, err)
	}
	if err := e.Announce(t.Context(), live.Presence{}); err != nil {
		t.Error(err)
	}
	for _, key := range []string{"a", "b", "c", "d"} {
		if err := f.Broker.Submit(t.Context(), job(key)); err != nil {
			t.Fatal(err)
		}
	}
	if err := mustTake(t, e).Ack(t.Context()); err != nil {
		t.Error(err)
	}
	for _, answer := range []func(*broker.Taken) error{(*broker.Taken).InProgress, func(j *broker.Taken) error { return j.Nak(time.Hour) }, (*broker.Taken).Term} {
		if err := answer(mustTake(t, e)); err != nil {
			t.Error(err)
		}
	}
	eventually(t, "the answers' effect", func() bool { return info(t, f, broker.StreamJobs).State.Msgs == 2 }) // in progress, and put off
}

func TestWorkerIsDeniedByName(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	ensureConsumers(t, f)
	e, nc := outside(t, f, "w1")
	_, _ = f.Worker("w2")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	soop := lane("w1")
	soop.Platform = "soop"
	for _, l := range []live.Lane{lane("w2"), soop} {
		_, err := e.Publish(ctx, l, entry(1), 0)
		wantErr(t, err, broker.ErrDenied) // when it is waited for until time is up, the outcome is unclear
		if want := "obs." + string(l.Platform) + "." + l.Worker; !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s named", err, want)
		}
		_, _, err = e.Last(ctx, l)
		wantErr(t, err, broker.ErrDenied)
	}
	_, err := e.Take(ctx, "soop", live.ClassPlain, live.RegionAny)
	wantErr(t, err, broker.ErrDenied)
	_, err = e.Take(ctx, "chzzk", live.ClassPlain, "kr")
	wantErr(t, err, broker.ErrDenied)
	wantErr(t, broker.NewEdge(nc, "w2").Announce(ctx, live.Presence{}), broker.ErrDenied)
	mustPublish(t, e, lane("w1"), 1, 1, 0) // and goes on with its own
}

// Nothing that a worker may publish to lets it do what it may not, by whatever reply subject or header.
func TestWorkerCannotReachBeyond(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	ensureConsumers(t, f)
	neighbour, _ := f.Worker("w2")
	e, nc := outside(t, f, "w1")
	var subscriptions atomic.Int32 // denied
	before := nc.ErrorHandler()
	nc.SetErrorHandler(func(c *nats.Conn, s *nats.Subscription, err error) {
		if strings.Contains(err.Error(), "Subscription to") {
			subscriptions.Add(1)
		}
		before(c, s, err)
	})

	mustPublish(t, neighbour, lane("w2"), 1, 5, 0)
	mustPublish(t, e, lane("w1"), 1, 5, 0)
	if err := f.Broker.Tick(t.Context(), time.Time{}, epoch); err != nil {
		t.Fatal(err)
	}
	write(t, f.Broker, people("creator.kim", "1"))
	if err := neighbour.Announce(t.Context(), live.Presence{}); err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		if err := f.Broker.Submit(t.Context(), job(fmt.Sprintf("j%d", i))); err != nil {
			t.Fatal(err)
		}
	}
	taken := mustTake(t, e)
	want := hubState(t, f)
	check := func(what string) {
		t.Helper()
		got := hubState(t, f)
		// Jobs that an injection asked for were handed out, and may be done: that is no harm.
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%s changed the hub:\n%s", what, d)
		}
	}

	targets := []string{
		"$JS.API.INFO", "$JS.API.STREAM.INFO.PAGES", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.DELETE.PAGES", "$JS.API.STREAM.PURGE.PAGES",
		"$JS.API.STREAM.MSG.DELETE.PAGES", "$JS.API.STREAM.CREATE.EVIL", "$JS.API.STREAM.UPDATE.PAGES", "$JS.API.STREAM.DELETE.KV_FACTS",
		"$JS.API.CONSUMER.CREATE.PAGES", "$JS.API.CONSUMER.DELETE.JOBS.chzzk_plain_any", "$JS.API.CONSUMER.MSG.NEXT.JOBS.soop_plain_any",
		"$JS.API.CONSUMER.PAUSE.JOBS.chzzk_plain_any", "$JS.API.DIRECT.GET.PAGES.obs.chzzk.w2.e1.live", "$JS.API.DIRECT.GET.KV_FACTS.$KV.FACTS.creator.kim",
		"$KV.FACTS.creator.evil", "$KV.FACTS.creator.kim", "$KV.DERIVED.thumb.chzzk.1", "$KV.LEASE.leader", "$O.SNAPSHOTS.M.evil",
		"obs.chzzk.w2.e1.live", "obs.soop.w1.e1.live", "tick", "job.chzzk.plain.any.evil", "presence.w2",
		"$JS.ACK.JOBS.soop_plain_any.1.1.1.1.1", "_INBOX_w2.x", "$SYS.REQ.SERVER.PING", "$SYS.ACCOUNT.HUB.CONNECT",
	}
	for _, target := range targets {
		for _, payload := range []string{"", `{"name":"EVIL","subjects":["evil"]}`} {
			if err := nc.PublishRequest(target, nc.NewInbox(), []byte(payload)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	check("publishing")

	for _, subject := range []string{">", "obs.>", "tick", "job.>", "$KV.>", "_INBOX_w2.>", "_INBOX_>", "$JS.>", "$SYS.>"} {
		if _, err := nc.SubscribeSync(subject); err != nil {
			t.Fatal(err)
		}
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "nine denials", func() bool { return subscriptions.Load() == 9 })

	// Each carrier is something that the worker may publish; its answer is sent where the worker likes.
	carriers := []struct {
		name, subject string
		body          string
		header        nats.Header
	}{
		{"page", "obs.chzzk.w1.e1.live", `{"name":"PAGES"}`, nil},
		{"stale page", "obs.chzzk.w1.e1.live", `{"name":"PAGES"}`, nats.Header{"Nats-Expected-Last-Subject-Sequence": {"1"}}},
		{"presence", "presence.w1", `{"worker":"w2"}`, nil},
		{"last page", "$JS.API.DIRECT.GET.PAGES.obs.chzzk.w1.e1.live", "", nil},
		{"last page of none", "$JS.API.DIRECT.GET.PAGES.obs.chzzk.w1.e2.live", "", nil},
		{"next job", "$JS.API.CONSUMER.MSG.NEXT.JOBS.chzzk_plain_any", `{"batch":1,"no_wait":true}`, nil},
		{"wrong next job", "$JS.API.CONSUMER.MSG.NEXT.JOBS.chzzk_plain_any", `{"batch":-1}`, nil},
		{"ack", "$JS.ACK.JOBS.chzzk_plain_any.1.1.1.1.1", "+WPI", nil},
	}
	n := 0
	for _, c := range carriers {
		for _, target := range targets {
			// The first one's answer goes astray; the second's comes back here, so that the first has been dealt with.
			if err := nc.PublishMsg(&nats.Msg{Subject: c.subject, Reply: target, Data: []byte(c.body), Header: c.header}); err != nil {
				t.Fatal(err)
			}
			n++
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		if _, err := nc.RequestMsgWithContext(ctx, &nats.Msg{Subject: c.subject, Data: []byte(c.body), Header: c.header}); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		cancel()
		check(c.name + " with a reply elsewhere")
	}
	t.Logf("%d injections did nothing", n)

	for _, h := range []nats.Header{
		{"Nats-Rollup": {"all"}}, {"Nats-Rollup": {"sub"}}, {"Nats-TTL": {"1s"}}, {"Nats-Schedule": {"@every 1s"}, "Nats-Schedule-Target": {"obs.chzzk.w2.e1.live"}},
		{"Nats-Incr": {"+1"}}, {"Nats-Batch-Id": {"x"}, "Nats-Batch-Sequence": {"1"}, "Nats-Batch-Commit": {"1"}},
	} {
		for _, subject := range []string{"obs.chzzk.w1.e1.live", "presence.w1"} {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			m, err := nc.RequestMsgWithContext(ctx, &nats.Msg{Subject: subject, Header: h, Data: []byte("x")})
			cancel()
			if err != nil {
				t.Fatalf("%s %v: %v", subject, h, err)
			}
			if h.Get("Nats-Batch-Id") == "" && !strings.Contains(string(m.Data), `"error"`) {
				t.Errorf("%s %v: %s", subject, h, m.Data)
			}
			check(fmt.Sprintf("%s with %v", subject, h))
		}
	}
	// Everything that was there before is readable, and the worker's own work goes on.
	fo := follow(t, f.Broker, 1)
	for i := range uint64(11) {
		if m := fo.next(t); m.Seq != i+1 {
			t.Fatalf("sequence %d, want %d", m.Seq, i+1)
		}
	}
	if err := taken.Ack(t.Context()); err != nil {
		t.Error(err)
	}

	// What was tried does work inside one account: the check above can see it.
	if err := f.Conn.PublishRequest("$JS.API.DIRECT.GET.PAGES.obs.chzzk.w1.e1.live", "obs.chzzk.w2.e1.live", nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a hub's injection", func() bool { return !cmp.Equal(want, hubState(t, f)) })
}
