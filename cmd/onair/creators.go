package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"onair/api"
	"onair/broker"
	"onair/classify/identity"
	"onair/live"
	"onair/view"
)

const (
	// creatorsEvery is how often the leader looks for channels of one person, by its clock; creatorsAtLeast is real, so
	// that a fast virtual clock does not take the whole machine.
	creatorsEvery   = time.Minute
	creatorsAtLeast = 10 * time.Second
	// proposalTTL is how long a proposal outlives its evidence: people take holidays, and a pair that is forgotten is
	// two cards until both are on air together again.
	proposalTTL = 30 * 24 * time.Hour
	// proposalRefresh is how often one whose evidence is still seen is written again, which sets its TTL anew.
	proposalRefresh = 24 * time.Hour
	// maxProposalWrites bounds a round: each write is an fsync at the broker, and everybody's snapshots are built anew.
	maxProposalWrites = 200
	// maxProposals bounds the table's share that doubtful ones take.
	maxProposals = 10_000
	// keptScore is the least score that is stored for people to look at.
	keptScore = 500
	// scoreMoves is how far a score moves before it is written again, in permille: evidence flickers by the minute.
	scoreMoves = 50

	proposalPrefix = "proposal."
)

// proposalFacts is what the duty needs of the broker's facts.
type proposalFacts interface {
	Create(ctx context.Context, f live.Fact, ttl time.Duration, epoch broker.Epoch) (rev uint64, err error)
	Update(ctx context.Context, f live.Fact, ttl time.Duration, epoch broker.Epoch) (rev uint64, err error)
	Get(ctx context.Context, table, key string) (live.Fact, error)
	List(ctx context.Context, table string) ([]live.Fact, error)
}

var _ proposalFacts = (*broker.Facts)(nil)

// creators is a duty of the leader: it finds channels of one person and writes proposals about them. It decides nothing
// else: what people said, in creator.* and apart.*, stands against it where facts are joined.
type creators struct {
	look  func(*creatorMemory) (at time.Time, ok bool) // reads what is live; at is log time
	facts proposalFacts
	epoch broker.Epoch
	clock live.Clock
	log   *slog.Logger

	memory *creatorMemory
	known  map[string]*heldProposal // by fact key
	full   atomic.Bool
}

// heldProposal is a proposal as the table holds it.
type heldProposal struct {
	live.Proposal
	rev uint64 // 0: not stored
}

// newCreators is the duty of one leader.
func newCreators(v *view.View, facts proposalFacts, epoch broker.Epoch, clock live.Clock, log *slog.Logger) *creators {
	return &creators{look: lookAt(v), facts: facts, epoch: epoch, clock: clock, log: log, memory: newCreatorMemory()}
}

// Run looks and writes until ctx ends. What could not be written is tried again in the next round.
func (c *creators) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		began := time.Now()
		if err := c.round(ctx); err != nil && ctx.Err() == nil {
			c.log.Warn("proposals of creators not written", "err", err)
		}
		if live.Wait(ctx, c.clock, creatorsEvery) != nil {
			break
		}
		_ = live.Wait(ctx, live.RealClock{}, creatorsAtLeast-time.Since(began))
	}
	return nil
}

// problem is what health tells; nil when there is none.
func (c *creators) problem() *api.Problem {
	if c == nil || !c.full.Load() {
		return nil
	}
	return &api.Problem{Part: "creators", Detail: "the table of derived facts is full: no proposals are written"}
}

// round looks once and writes what has changed.
func (c *creators) round(ctx context.Context) error {
	if c.known == nil {
		known, err := c.read(ctx)
		if err != nil {
			return err
		}
		c.known = known
	}
	at, ok := c.look(c.memory)
	if !ok {
		return nil
	}
	c.expire(at)
	before := make([]live.Proposal, 0, len(c.known))
	for _, h := range c.known {
		before = append(before, h.Proposal)
	}
	began := time.Now()
	found := identity.Find(c.memory.channels(), before, at)
	c.log.Debug("creators looked for", "channels", len(c.memory.of), "proposals", len(found), "took", time.Since(began))
	return c.write(ctx, c.changes(found))
}

// read gives the proposals that are stored. One that cannot be read is as if it were not there.
func (c *creators) read(ctx context.Context) (map[string]*heldProposal, error) {
	facts, err := c.facts.List(ctx, broker.BucketDerived)
	if err != nil {
		return nil, err
	}
	known := map[string]*heldProposal{}
	for _, f := range facts {
		if h := holdProposal(f); h != nil {
			known[f.Key] = h
		}
	}
	return known, nil
}

// holdProposal reads a fact; nil when it is no proposal, or not one of that key.
func holdProposal(f live.Fact) *heldProposal {
	h := &heldProposal{rev: f.Rev}
	if !strings.HasPrefix(f.Key, proposalPrefix) || json.Unmarshal(f.Value, &h.Proposal) != nil || proposalKey(h.Proposal) != f.Key {
		return nil
	}
	return h
}

func proposalKey(p live.Proposal) string {
	return proposalPrefix + live.PairKey(p.Channels[0], p.Channels[1])
}

// expire forgets what the broker has let go.
func (c *creators) expire(at time.Time) {
	for key, h := range c.known {
		if at.Sub(h.At) > proposalTTL {
			delete(c.known, key)
		}
	}
}

// lookAt reads the newest snapshot of v into a memory.
func lookAt(v *view.View) func(*creatorMemory) (time.Time, bool) {
	return func(m *creatorMemory) (time.Time, bool) {
		s := v.Current()
		if s == nil {
			return time.Time{}, false
		}
		for _, e := range s.Entries {
			for _, b := range e.Broadcasts {
				id := live.ChannelID{Platform: b.ID.Platform, ID: b.Channel.ID}
				m.see(id, b.Channel.Name, b.ID, identity.Broadcast{
					Title: b.Title, URL: b.URL, StartedAt: b.StartedAt, FirstSeen: s.LogTime, SeenAt: s.LogTime,
				})
				if info, _, ok := s.ChannelInfo(id); ok {
					m.describe(id, info)
				}
			}
		}
		return s.LogTime, true
	}
}

// errLater says that a round had more to write than it may.
var errLater = errors.New("more proposals than a round may write")
