package broker_test

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/broker"
	"onair/broker/brokertest"
	"onair/live"
)

func people(key, value string) live.Fact {
	return live.Fact{Table: broker.BucketFacts, Key: key, Value: []byte(value)}
}

func derived(key, value string) live.Fact {
	return live.Fact{Table: broker.BucketDerived, Key: key, Value: []byte(value)}
}

// write creates f or, when it has a revision, updates it; it returns f with its new revision.
func write(t testing.TB, b *broker.Broker, f live.Fact) live.Fact {
	t.Helper()
	ttl := time.Duration(0)
	if f.Table == broker.BucketDerived {
		ttl = time.Hour
	}
	var err error
	if f.Rev == 0 {
		f.Rev, err = b.Facts().Create(t.Context(), f, ttl, epoch)
	} else {
		f.Rev, err = b.Facts().Update(t.Context(), f, ttl, epoch)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFactsCompareAndSet(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	facts := f.Broker.Facts()
	for _, first := range []live.Fact{people("creator.kim", `{"id":"kim"}`), derived("label.chzzk.c1.abc", `{"lang":"ko"}`)} {
		ttl := time.Duration(0)
		if first.Table == broker.BucketDerived {
			ttl = time.Hour
		}
		_, err := facts.Get(t.Context(), first.Table, first.Key)
		wantErr(t, err, broker.ErrNone)
		a := write(t, f.Broker, first)
		_, err = facts.Create(t.Context(), first, ttl, epoch)
		wantErr(t, err, broker.ErrConflict)

		second := a
		second.Value = []byte(`{"second":true}`)
		b := write(t, f.Broker, second)
		_, err = facts.Update(t.Context(), second, ttl, epoch) // with a's revision
		wantErr(t, err, broker.ErrConflict)
		wantErr(t, facts.Remove(t.Context(), a, epoch), broker.ErrConflict)

		got, err := facts.Get(t.Context(), first.Table, first.Key)
		if d := cmp.Diff(b, got); err != nil || d != "" {
			t.Error(err, d)
		}
		// Each write carries its leader, and sets the TTL anew.
		m, err := stream(t, f, "KV_"+first.Table).GetLastMsgForSubject(t.Context(), "$KV."+first.Table+"."+first.Key)
		if err != nil || m.Header.Get(broker.HeaderEpoch) != epoch.String() || (m.Header.Get("Nats-TTL") == "1h0m0s") != (ttl > 0) {
			t.Errorf("%v %v", m.Header, err)
		}

		if err := facts.Remove(t.Context(), b, epoch); err != nil {
			t.Fatal(err)
		}
		_, err = facts.Get(t.Context(), first.Table, first.Key)
		wantErr(t, err, broker.ErrNone)
		if list, err := facts.List(t.Context(), first.Table); err != nil || len(list) != 0 {
			t.Errorf("list %v, %v", list, err)
		}
		// The marker goes away by itself, and does not stand in the way of a new key.
		if m, err := stream(t, f, "KV_"+first.Table).GetLastMsgForSubject(t.Context(), "$KV."+first.Table+"."+first.Key); err != nil || m.Header.Get("Nats-TTL") != "1h0m0s" {
			t.Errorf("marker %v %v", m, err)
		}
		again := write(t, f.Broker, first)
		if list, err := facts.List(t.Context(), first.Table); err != nil || len(list) != 1 || cmp.Diff(again, list[0]) != "" {
			t.Errorf("list %v, %v", list, err)
		}
	}
}

func TestFactsOneOfManyWins(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	seen := write(t, f.Broker, people("creator.kim", `{}`))
	var wg sync.WaitGroup
	won := make(chan int, 20)
	for i := range 20 {
		wg.Go(func() {
			mine := seen
			mine.Value = fmt.Appendf(nil, `{"n":%d}`, i)
			if _, err := f.Broker.Facts().Update(t.Context(), mine, 0, broker.Epoch{}); err == nil {
				won <- i
			} else if !isErr(err, broker.ErrConflict) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(won) != 1 {
		t.Fatalf("%d writes with one revision succeeded", len(won))
	}
	got, err := f.Broker.Facts().Get(t.Context(), broker.BucketFacts, "creator.kim")
	if err != nil || string(got.Value) != fmt.Sprintf(`{"n":%d}`, <-won) {
		t.Errorf("%s, %v", got.Value, err)
	}
}

func TestFactsRules(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	facts := f.Broker.Facts()
	for _, c := range []struct {
		fact live.Fact
		ttl  time.Duration
	}{
		{people("creator.kim", `{}`), time.Hour}, // what people decided stays
		{derived("thumb.chzzk.1", `{}`), 0},      // what was worked out does not
		{derived("thumb.chzzk.1", `{}`), time.Nanosecond},
		{people("creator.kim", ""), 0},
		{people("creator.*", `{}`), 0},
		{people("creator.>", `{}`), 0},
		{people("creator", `{}`), 0},
		{people("creator.a.b", `{}`), 0},
		{people("thumb.chzzk.1", `{}`), 0},
		{people("", `{}`), 0},
		{derived("creator.kim", `{}`), time.Hour},
		{live.Fact{Table: "LEASE", Key: "leader", Value: []byte("x")}, 0},
	} {
		if _, err := facts.Create(t.Context(), c.fact, c.ttl, epoch); err == nil {
			t.Errorf("%s %q with TTL %v was written", c.fact.Table, c.fact.Key, c.ttl)
		}
	}
	if _, err := facts.Update(t.Context(), people("creator.kim", `{}`), 0, epoch); err == nil {
		t.Error("an update without a revision was written")
	}
	if err := facts.Remove(t.Context(), people("creator.kim", ""), epoch); err == nil {
		t.Error("a removal without a revision was done")
	}
	if _, err := facts.List(t.Context(), "LEASE"); err == nil {
		t.Error("the lease was listed as facts")
	}
}

// table collects what Watch says.
type table struct {
	mu    sync.Mutex
	first []live.Fact
	calls int
	now   map[string]string
	ever  map[string]bool // keys that had a value
}

func (s *table) take(facts []live.Fact, initialDone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !initialDone {
		panic("not done")
	}
	if s.calls++; s.calls == 1 {
		s.first = facts
	}
	if s.now == nil {
		s.now, s.ever = map[string]string{}, map[string]bool{}
	}
	for _, f := range facts {
		if f.Value == nil {
			delete(s.now, f.Key)
		} else {
			s.now[f.Key], s.ever[f.Key] = string(f.Value), true
		}
	}
}

func (s *table) get() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.now)
}

func (s *table) had(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ever[key]
}

func watch(t testing.TB, b *broker.Broker) *table {
	t.Helper()
	s := &table{}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Facts().Watch(ctx, s.take) }()
	t.Cleanup(func() { cancel(); wantErr(t, <-done, context.Canceled) })
	return s
}

func TestWatch(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	empty := watch(t, f.Broker)
	eventually(t, "a first call for empty tables", func() bool { return empty.get() != nil })

	kim := write(t, f.Broker, people("creator.kim", "1"))
	lee := write(t, f.Broker, people("creator.lee", "1"))
	thumb := write(t, f.Broker, derived("thumb.chzzk.1", "1"))
	if err := f.Broker.Facts().Remove(t.Context(), lee, epoch); err != nil {
		t.Fatal(err)
	}
	full := watch(t, f.Broker)
	want := map[string]string{"creator.kim": "1", "thumb.chzzk.1": "1"}
	for _, s := range []*table{empty, full} {
		eventually(t, "both tables", func() bool { return cmp.Equal(want, s.get()) })
	}
	if len(full.first) != 3 { // the removed key's marker too
		t.Errorf("first call had %v, want everything at once", full.first)
	}

	kim.Value = []byte("2")
	kim = write(t, f.Broker, kim)
	if err := f.Broker.Facts().Remove(t.Context(), thumb, epoch); err != nil {
		t.Fatal(err)
	}
	want = map[string]string{"creator.kim": "2"}
	for _, s := range []*table{empty, full} {
		eventually(t, "the changes", func() bool { return cmp.Equal(want, s.get()) })
	}

	// After a restart the list is read anew, so that a removal whose marker has gone is not missed.
	if err := f.Server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a write after the restart", func() bool {
		_, err := f.Broker.Facts().Create(t.Context(), people("block.keyword.x", "1"), 0, epoch)
		return err == nil || isErr(err, broker.ErrConflict)
	})
	want["block.keyword.x"] = "1"
	for _, s := range []*table{empty, full} {
		eventually(t, "changes after the restart", func() bool { return cmp.Equal(want, s.get()) })
	}
}

func TestWatchFindsWhatWentWhileItWasAway(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	kim := write(t, f.Broker, people("creator.kim", "1"))
	write(t, f.Broker, people("creator.lee", "1"))
	hub, nc := f.Hub()
	s := watch(t, hub)
	eventually(t, "both", func() bool { return len(s.get()) == 2 })

	// As after an hour away: the key is gone and so is its marker, so that nothing will be delivered.
	names := stream(t, f, "KV_FACTS").ConsumerNames(t.Context())
	for name := range names.Name() {
		if err := stream(t, f, "KV_FACTS").DeleteConsumer(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	purge(t, f, "KV_FACTS", purgeSubject("$KV.FACTS."+kim.Key))
	if err := nc.ForceReconnect(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the removal", func() bool { return cmp.Equal(map[string]string{"creator.lee": "1"}, s.get()) })
}

// A key of DERIVED ends by itself, and the watch says so.
func TestDerivedExpires(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	s := watch(t, f.Broker)
	eventually(t, "a first call for empty tables", func() bool { return s.get() != nil })
	if _, err := f.Broker.Facts().Create(t.Context(), derived("thumb.chzzk.1", "1"), time.Second, epoch); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the key", func() bool { return s.had("thumb.chzzk.1") })
	eventually(t, "its end", func() bool { return len(s.get()) == 0 })
	write(t, f.Broker, derived("thumb.chzzk.1", "2")) // over the server's marker
	eventually(t, "the key again", func() bool { return s.get()["thumb.chzzk.1"] == "2" })
}

func TestFullTableSaysSo(t *testing.T) {
	t.Parallel()
	f := brokertest.New(t)
	big := make([]byte, 900<<10)
	var err error
	for i := 0; i < 100 && err == nil; i++ {
		_, err = f.Broker.Facts().Create(t.Context(), people(fmt.Sprintf("creator.c%d", i), string(big)), 0, epoch)
	}
	wantErr(t, err, broker.ErrFull)
}
