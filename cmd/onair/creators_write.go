package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"onair/broker"
	"onair/classify/identity"
	"onair/live"
)

// changes picks what is worth writing, in the order in which it matters: pairs that fall apart, new confident ones, then
// by score.
func (c *creators) changes(found []live.Proposal) []live.Proposal {
	urgency := func(p *live.Proposal) int {
		old := c.known[proposalKey(*p)]
		switch was := old != nil && old.Confident; {
		case was && !p.Confident:
			return 0
		case !was && p.Confident:
			return 1
		}
		return 2
	}
	room := maxProposals - len(c.known)
	var list []live.Proposal
	for _, p := range found {
		old := c.known[proposalKey(p)]
		switch {
		case old == nil && !p.Confident && p.Score < keptScore:
			continue
		case old == nil && !p.Confident:
			if room--; room < 0 {
				continue
			}
		case old != nil && !worthWriting(&old.Proposal, &p):
			continue
		}
		list = append(list, p)
	}
	slices.SortStableFunc(list, func(a, b live.Proposal) int {
		return cmp.Or(cmp.Compare(urgency(&a), urgency(&b)), cmp.Compare(b.Score, a.Score))
	})
	return list
}

// worthWriting reports whether p says something new, or old's life must be made longer.
func worthWriting(old, p *live.Proposal) bool {
	moved := p.Score - old.Score
	return old.Confident != p.Confident || moved >= scoreMoves || -moved >= scoreMoves || !slices.Equal(kindsOf(old), kindsOf(p)) || p.At.Sub(old.At) >= proposalRefresh
}

// kindsOf are the kinds of a proposal's evidence, with the days: what else changes, changes by the minute.
func kindsOf(p *live.Proposal) []string {
	var kinds []string
	for _, e := range p.Evidence {
		kind := e.Kind
		if kind == identity.KindDays || kind == identity.KindAgainst || kind == identity.KindParted {
			kind += " " + e.Detail
		}
		kinds = append(kinds, kind)
	}
	slices.SortFunc(kinds, strings.Compare)
	return kinds
}

// write stores proposals until the round's bound, a full table or ctx's end.
func (c *creators) write(ctx context.Context, list []live.Proposal) error {
	var errs []error
	for i, p := range list {
		if i == maxProposalWrites {
			errs = append(errs, fmt.Errorf("%w: %d are left", errLater, len(list)-i))
			break
		}
		err := c.put(ctx, p)
		switch {
		case err == nil:
			c.full.Store(false)
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, broker.ErrFull):
			c.full.Store(true)
			return err
		case errors.Is(err, broker.ErrConflict):
			err = c.reread(ctx, p)
		}
		if err != nil {
			errs = append(errs, err)
			if len(errs) == maxWriteErrors {
				break
			}
		}
	}
	return errors.Join(errs...)
}

// maxWriteErrors ends a round whose broker does not answer.
const maxWriteErrors = 3

// put stores one proposal against the revision that was read.
func (c *creators) put(ctx context.Context, p live.Proposal) error {
	value, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("proposal %v: %w", p.Channels, err)
	}
	f := live.Fact{Table: broker.BucketDerived, Key: proposalKey(p), Value: value}
	store := c.facts.Create
	if old := c.known[f.Key]; old != nil && old.rev != 0 {
		f.Rev, store = old.rev, c.facts.Update
	}
	rev, err := store(ctx, f, proposalTTL, c.epoch)
	if err != nil {
		return err
	}
	c.known[f.Key] = &heldProposal{p, rev}
	return nil
}

// reread takes what somebody else wrote under a proposal's key, a leader before this one or the end of its TTL; the next
// round judges from there.
func (c *creators) reread(ctx context.Context, p live.Proposal) error {
	key := proposalKey(p)
	delete(c.known, key)
	f, err := c.facts.Get(ctx, broker.BucketDerived, key)
	switch {
	case errors.Is(err, broker.ErrNone):
		return nil
	case err != nil:
		return err
	}
	h := holdProposal(f)
	if h == nil { // nobody can read it: the next round overwrites it
		h = &heldProposal{Proposal: live.Proposal{Channels: p.Channels, At: p.At}, rev: f.Rev}
	}
	c.known[key] = h
	return nil
}
