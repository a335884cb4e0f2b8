package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"onair/broker"
	"onair/broker/brokertest"
	"onair/classify/identity"
	"onair/live"
)

// tableOfProposals is the broker's facts in memory, with compare-and-set.
type tableOfProposals struct {
	mu     sync.Mutex
	rev    uint64
	facts  map[string]live.Fact
	ttls   map[string]time.Duration
	epochs map[string]broker.Epoch
	writes int
	err    error // of every write
}

func newTableOfProposals() *tableOfProposals {
	return &tableOfProposals{facts: map[string]live.Fact{}, ttls: map[string]time.Duration{}, epochs: map[string]broker.Epoch{}}
}

func (t *tableOfProposals) write(f live.Fact, fits bool, ttl time.Duration, epoch broker.Epoch) (uint64, error) {
	t.writes++
	switch {
	case t.err != nil:
		return 0, t.err
	case !fits:
		return 0, fmt.Errorf("%s: %w", f.Key, broker.ErrConflict)
	}
	t.rev++
	f.Rev = t.rev
	t.facts[f.Key], t.ttls[f.Key], t.epochs[f.Key] = f, ttl, epoch
	return t.rev, nil
}

func (t *tableOfProposals) Create(_ context.Context, f live.Fact, ttl time.Duration, epoch broker.Epoch) (uint64, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, there := t.facts[f.Key]
	return t.write(f, !there, ttl, epoch)
}

func (t *tableOfProposals) Update(_ context.Context, f live.Fact, ttl time.Duration, epoch broker.Epoch) (uint64, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	old, there := t.facts[f.Key]
	return t.write(f, there && old.Rev == f.Rev, ttl, epoch)
}

func (t *tableOfProposals) Get(_ context.Context, _, key string) (live.Fact, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f, ok := t.facts[key]
	if !ok {
		return live.Fact{}, broker.ErrNone
	}
	return f, nil
}

func (t *tableOfProposals) List(_ context.Context, table string) ([]live.Fact, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if table != broker.BucketDerived {
		return nil, errors.New("not its table")
	}
	var all []live.Fact
	for _, f := range t.facts {
		all = append(all, f)
	}
	return all, nil
}

// proposals reads what is stored.
func (t *tableOfProposals) proposals(tb testing.TB) []live.Proposal {
	tb.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []live.Proposal
	for _, f := range t.facts {
		var p live.Proposal
		if err := json.Unmarshal(f.Value, &p); err != nil {
			tb.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// stage is what a duty under test sees.
type stage struct {
	at       time.Time
	channels []identity.Channel
	dark     bool // no snapshot yet
}

func (s *stage) look(m *creatorMemory) (time.Time, bool) {
	for _, c := range s.channels {
		for _, b := range c.Broadcasts {
			b.SeenAt = s.at
			m.see(c.ID, c.Name, live.BroadcastID{Platform: c.ID.Platform, ID: "b" + c.ID.ID}, b)
		}
		m.describe(c.ID, live.ChannelInfo{ID: c.ID.ID, Name: c.Name, Handle: c.Handle, Links: c.Links})
	}
	return s.at, !s.dark
}

var creatorsNoon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func onAir(platform, id, name string, links ...string) identity.Channel {
	return identity.Channel{
		ID: live.ChannelID{Platform: live.Platform(platform), ID: id}, Name: name, Links: links,
		Broadcasts: []identity.Broadcast{{Title: "저챗", StartedAt: creatorsNoon, FirstSeen: creatorsNoon}},
	}
}

func duty(s *stage, t proposalFacts, epoch broker.Epoch) *creators {
	return &creators{look: s.look, facts: t, epoch: epoch, clock: live.RealClock{}, log: slog.New(slog.DiscardHandler), memory: newCreatorMemory()}
}

var reign = broker.Epoch{Created: creatorsNoon, Rev: 7}

func TestCreatorsRound(t *testing.T) {
	s := &stage{at: creatorsNoon, dark: true}
	table := newTableOfProposals()
	c := duty(s, table, reign)
	round := func() {
		t.Helper()
		if err := c.round(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	round()
	s.dark = false
	s.channels = []identity.Channel{onAir("chzzk", "a", "우왁굳"), onAir("youtube", "b", "우왁굳"), onAir("soop", "c", "징버거"), onAir("soop", "d", "감자"), onAir("chzzk", "e", "고양이")}
	round()
	got := table.proposals(t)
	if len(got) != 1 || !got[0].Confident || got[0].Channels[0].String() != "chzzk:a" || got[0].Channels[1].String() != "youtube:b" || !got[0].At.Equal(creatorsNoon) {
		t.Fatalf("%+v", got)
	}
	key := proposalKey(got[0])
	if table.ttls[key] != proposalTTL || table.epochs[key] != reign || !strings.HasPrefix(key, "proposal.") {
		t.Errorf("%s: TTL %v, epoch %v", key, table.ttls[key], table.epochs[key])
	}

	// Nothing new writes nothing, until the TTL wants it.
	for range 5 {
		s.at = s.at.Add(time.Minute)
		round()
	}
	if table.writes != 1 {
		t.Errorf("%d writes of one proposal", table.writes)
	}
	s.at = creatorsNoon.Add(proposalRefresh)
	round()
	if got := table.proposals(t); table.writes != 2 || !got[0].At.Equal(s.at) {
		t.Errorf("%d writes, at %v", table.writes, got[0].At)
	}

	// The next leader goes on from what is stored.
	next := duty(s, table, broker.Epoch{Created: creatorsNoon, Rev: 9})
	if err := next.round(t.Context()); err != nil || table.writes != 2 {
		t.Errorf("a new leader: %v, %d writes", err, table.writes)
	}
	// It is withdrawn when each names another channel as its own.
	s.channels[0].Links = []string{"https://www.youtube.com/channel/other"}
	s.channels = append(s.channels, onAir("youtube", "other", "우왁굳", "https://chzzk.naver.com/a"))
	if err := next.round(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, p := range table.proposals(t) {
		if p.Confident && p.Channels[1].ID == "b" {
			t.Errorf("not withdrawn: %+v", p)
		}
	}
	// The old leader's revision is stale: its write is refused, and it reads.
	s.at = s.at.Add(2 * proposalRefresh)
	if err := c.round(t.Context()); err != nil {
		t.Errorf("a stale leader: %v", err)
	}
	if h := c.known[key]; h == nil || h.Confident || h.rev != table.facts[key].Rev {
		t.Errorf("a stale leader knows %+v", h)
	}
}

func TestCreatorsFullTable(t *testing.T) {
	s := &stage{at: creatorsNoon, channels: []identity.Channel{onAir("chzzk", "a", "우왁굳"), onAir("youtube", "b", "우왁굳"), onAir("chzzk", "c", "징버거"), onAir("youtube", "d", "징버거")}}
	table := newTableOfProposals()
	table.err = fmt.Errorf("derived: %w", broker.ErrFull)
	c := duty(s, table, reign)
	if err := c.round(t.Context()); !errors.Is(err, broker.ErrFull) {
		t.Errorf("%v", err)
	}
	if p := c.problem(); table.writes != 1 || p == nil || p.Part != "creators" {
		t.Errorf("%d writes, problem %+v", table.writes, p)
	}
	table.err = nil
	if err := c.round(t.Context()); err != nil || c.problem() != nil || len(table.facts) != 2 {
		t.Errorf("%v, problem %+v, %d stored", err, c.problem(), len(table.facts))
	}
	if (*creators)(nil).problem() != nil {
		t.Error("who does not lead has a problem")
	}
}

func TestCreatorsWritesAreBounded(t *testing.T) {
	s := &stage{at: creatorsNoon}
	const pairs = maxProposalWrites + 20
	for i := range pairs {
		name := fmt.Sprintf("%c%c%c%c", '가'+37*i, '뷁'+i, '쀍'-3*i, '나'+29*i)
		s.channels = append(s.channels, onAir("chzzk", fmt.Sprint("a", i), name), onAir("youtube", fmt.Sprint("b", i), name))
	}
	table := newTableOfProposals()
	c := duty(s, table, reign)
	if err := c.round(t.Context()); !errors.Is(err, errLater) || table.writes != maxProposalWrites {
		t.Errorf("%v, %d writes", err, table.writes)
	}
	if err := c.round(t.Context()); err != nil || len(table.facts) != pairs {
		t.Errorf("%v, %d stored", err, len(table.facts))
	}
}

// Values that nobody can read are overwritten, not believed.
func TestCreatorsUnreadableProposals(t *testing.T) {
	s := &stage{at: creatorsNoon, channels: []identity.Channel{onAir("chzzk", "a", "우왁굳"), onAir("youtube", "b", "우왁굳")}}
	table := newTableOfProposals()
	key := "proposal." + live.PairKey(s.channels[0].ID, s.channels[1].ID)
	table.facts[key] = live.Fact{Table: broker.BucketDerived, Key: key, Value: []byte("{"), Rev: 3}
	table.facts["proposal.0"] = live.Fact{Table: broker.BucketDerived, Key: "proposal.0", Value: []byte(`{"channels":[{"platform":"chzzk","id":"a"},{"platform":"youtube","id":"b"}],"confident":true}`), Rev: 4}
	table.facts["thumb.chzzk.1"] = live.Fact{Table: broker.BucketDerived, Key: "thumb.chzzk.1", Value: []byte(`{}`), Rev: 5}
	table.rev = 10
	c := duty(s, table, reign)
	for range 2 { // refused, then read
		if err := c.round(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var p live.Proposal
	if err := json.Unmarshal(table.facts[key].Value, &p); err != nil || !p.Confident {
		t.Errorf("%v %+v", err, p)
	}
	if len(table.facts) != 3 {
		t.Errorf("%d keys", len(table.facts))
	}
}

func TestCreatorsRunEndsAndPaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &stage{at: creatorsNoon}
		looks := 0
		c := duty(s, newTableOfProposals(), reign)
		c.look = func(m *creatorMemory) (time.Time, bool) {
			looks++
			return s.look(m)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- c.Run(ctx) }()
		time.Sleep(10*creatorsEvery + time.Second)
		cancel()
		if err := <-done; err != nil || looks != 11 {
			t.Errorf("%v, %d looks", err, looks)
		}
	})
}

func TestCreatorMemory(t *testing.T) {
	m := newCreatorMemory()
	id := live.ChannelID{Platform: "chzzk", ID: "a"}
	for i := range maxSessions + 2 {
		at := creatorsNoon.Add(time.Duration(i) * time.Hour)
		for k := range 3 { // seen three times
			m.see(id, "우왁굳", live.BroadcastID{Platform: "chzzk", ID: fmt.Sprint(i)}, identity.Broadcast{Title: fmt.Sprint(i, k), FirstSeen: at.Add(time.Duration(k) * time.Minute), SeenAt: at.Add(time.Duration(k) * time.Minute)})
		}
	}
	got := m.channels()[0].Broadcasts
	if len(got) != maxSessions || got[0].Title != "2 2" || !got[0].FirstSeen.Equal(creatorsNoon.Add(2*time.Hour)) {
		t.Errorf("%+v", got)
	}
	for i := range maxRemembered + 5 {
		m.see(live.ChannelID{Platform: "soop", ID: fmt.Sprint(i)}, "x", live.BroadcastID{}, identity.Broadcast{SeenAt: creatorsNoon.Add(-time.Duration(i) * time.Second)})
	}
	if list := m.channels(); len(list) != maxRemembered || m.of[id] == nil || m.of[live.ChannelID{Platform: "soop", ID: fmt.Sprint(maxRemembered + 4)}] != nil {
		t.Errorf("%d remembered", len(list))
	}
	m.describe(live.ChannelID{Platform: "soop", ID: "nobody"}, live.ChannelInfo{Name: "x"})
	if m.described(live.ChannelID{Platform: "soop", ID: "nobody"}) || m.described(id) {
		t.Error("described without being so")
	}
}

// TestCreatorsOnBroker: the real table takes proposals, with their TTL and compare-and-set.
func TestCreatorsOnBroker(t *testing.T) {
	f := brokertest.New(t)
	s := &stage{at: creatorsNoon, channels: []identity.Channel{onAir("chzzk", "a", "우왁굳"), onAir("youtube", "b", "우왁굳")}}
	c := duty(s, f.Broker.Facts(), reign)
	for _, at := range []time.Time{creatorsNoon, creatorsNoon.Add(proposalRefresh)} {
		s.at = at
		if err := c.round(t.Context()); err != nil {
			t.Fatal(err)
		}
		fact, err := f.Broker.Facts().Get(t.Context(), broker.BucketDerived, "proposal."+live.PairKey(s.channels[0].ID, s.channels[1].ID))
		if err != nil {
			t.Fatal(err)
		}
		var p live.Proposal
		if err := json.Unmarshal(fact.Value, &p); err != nil || !p.Confident || !p.At.Equal(at) {
			t.Errorf("%v %+v", err, p)
		}
	}
	next := duty(s, f.Broker.Facts(), broker.Epoch{Created: creatorsNoon, Rev: 9})
	if err := next.round(t.Context()); err != nil || len(next.known) != 1 {
		t.Errorf("%v, a new leader knows %d", err, len(next.known))
	}
}
