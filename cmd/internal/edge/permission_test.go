package edge

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"onair/broker"
	"onair/live"
)

// connect makes an enrolled worker's connection without what ends it.
func connect(t *testing.T, who Enrolment, onError nats.ErrHandler) *nats.Conn {
	t.Helper()
	pair, err := nkeys.FromSeed([]byte(who.Seed))
	if err != nil {
		t.Fatal(err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	secure, err := tlsOptions(who)
	if err != nil {
		t.Fatal(err)
	}
	options := append(append(broker.EdgeOptions(who.Name), secure...), nats.Nkey(public, pair.Sign), nats.RetryOnFailedConnect(false), nats.ErrorHandler(onError))
	nc, err := nats.Connect(who.Nats, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

func job(key string, p live.Platform, region string) live.Job {
	return live.Job{ID: "id-" + key, Platform: p, Class: live.ClassPlain, Region: region, Key: key, Kind: live.KindList, NotAfter: time.Now().Add(time.Hour)}
}

// Over TLS and with the block that was written for it, a worker may do each thing that it needs, and none of the same
// things in a neighbour's place: another worker's, another platform's, another region's, another class'.
func TestPermissionsOfAnEnrolledWorker(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	_, name := h.enrol(t, "w2"), "w1"
	who := h.enrol(t, name)
	denials := make(chan string, 100)
	nc := connect(t, who, func(_ *nats.Conn, _ *nats.Subscription, err error) { denials <- err.Error() })
	e := broker.NewEdge(nc, name)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	for _, l := range []live.LaneName{live.LaneLive, live.LaneLate} {
		lane := live.Lane{Platform: "chzzk", Worker: name, Epoch: "e1", Name: l}
		seq, err := e.Publish(ctx, lane, live.Entry{Key: 1, Body: []byte("x")}, 0)
		if err != nil {
			t.Fatal(err)
		}
		if last, key, err := e.Last(ctx, lane); err != nil || last != seq || key != 1 {
			t.Errorf("last of %s: %d, %d, %v", l, last, key, err)
		}
	}
	if err := e.Announce(ctx, live.Presence{}); err != nil {
		t.Error(err)
	}
	for _, k := range []string{"a", "b", "c", "d"} {
		if err := h.broker.Submit(ctx, job(k, "chzzk", live.RegionAny)); err != nil {
			t.Fatal(err)
		}
	}
	for _, answer := range []func(*broker.Taken) error{
		func(j *broker.Taken) error { return j.Ack(ctx) }, (*broker.Taken).InProgress, func(j *broker.Taken) error { return j.Nak(time.Hour) }, (*broker.Taken).Term,
	} {
		taken, err := e.Take(ctx, "chzzk", live.ClassPlain, live.RegionAny)
		if err != nil || taken == nil {
			t.Fatalf("%v, %v", taken, err)
		}
		if err := answer(taken); err != nil {
			t.Error(err)
		}
	}
	twin := newClaim(nc, name, func(err error) { t.Error(err) })
	if err := errors.Join(twin.ask(ctx), twin.hold()); err != nil {
		t.Error(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	select {
	case d := <-denials:
		t.Fatalf("denied what it needs: %s", d)
	default:
	}

	for _, neighbour := range []string{
		"obs.chzzk.w2.e1.live", "obs.soop.w1.e1.live", "obs.chzzk.w10.e1.live", "obs.chzzk.w1.e1", "tick",
		"$JS.API.DIRECT.GET.PAGES.obs.chzzk.w2.e1.live", "$JS.API.DIRECT.GET.PAGES.obs.soop.w1.e1.live", "$JS.API.DIRECT.GET.PAGES",
		"presence.w2", "presence.w10", "_INBOX_w2.twin", "_INBOX_w10.twin",
		"$JS.API.CONSUMER.MSG.NEXT.JOBS.soop_plain_any", "$JS.API.CONSUMER.MSG.NEXT.JOBS.chzzk_plain_kr", "$JS.API.CONSUMER.MSG.NEXT.JOBS.chzzk_browser_any",
		"$JS.ACK.JOBS.soop_plain_any.1.1.1.1.1", "$JS.ACK.JOBS.chzzk_plain_kr.1.1.1.1.1", "$JS.ACK.JOBS.chzzk_browser_any.1.1.1.1.1",
		"job.chzzk.plain.any.x", "$KV.FACTS.creator.x", "$KV.LEASE.leader", "$JS.API.STREAM.DELETE.PAGES", "$JS.API.STREAM.INFO.PAGES",
		"$JS.API.CONSUMER.INFO.JOBS.chzzk_plain_any", "$JS.API.CONSUMER.DELETE.JOBS.chzzk_plain_any", "$SYS.REQ.SERVER.PING",
	} {
		if err := nc.Publish(neighbour, []byte("+ACK")); err != nil {
			t.Fatal(err)
		}
		wantDenial(t, denials, `Publish to "`+neighbour+`"`)
	}
	for _, neighbour := range []string{"_INBOX_w2.>", "_INBOX_w10.>", "_INBOX.>", "obs.chzzk.w1.>", "presence.w1", "job.>", ">"} {
		if _, err := nc.SubscribeSync(neighbour); err != nil {
			t.Fatal(err)
		}
		wantDenial(t, denials, `Subscription to "`+neighbour+`"`)
	}
	if info, err := h.broker.Info(ctx); err != nil || info.LastSeq != 2 {
		t.Errorf("%+v, %v", info, err)
	}
}

func wantDenial(t *testing.T, denials <-chan string, want string) {
	t.Helper()
	select {
	case d := <-denials:
		if !strings.Contains(d, want) {
			t.Errorf("%s; want %s", d, want)
		}
	case <-time.After(patience):
		t.Error(fmt.Errorf("not denied: %s", want))
	}
}
