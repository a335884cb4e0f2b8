package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"onair/broker"
	"onair/classify/llm"
	"onair/live"
	"onair/sink/thumbs"
)

// derived is the table of what a leader works out, written in the name of one leader.
type derived struct {
	facts *broker.Facts
	epoch broker.Epoch
}

const derivedTable = "DERIVED"

// list reads the keys of one kind ("thumb").
func (d derived) list(ctx context.Context, kind string) ([]live.Fact, error) {
	all, err := d.facts.List(ctx, derivedTable)
	if err != nil {
		return nil, err
	}
	var out []live.Fact
	for _, f := range all {
		if strings.HasPrefix(f.Key, kind+".") {
			out = append(out, f)
		}
	}
	return out, nil
}

// put writes one key: f.Rev 0 is a new one.
func (d derived) put(ctx context.Context, f live.Fact, ttl time.Duration) (uint64, error) {
	if f.Rev == 0 {
		return d.facts.Create(ctx, f, ttl, d.epoch)
	}
	return d.facts.Update(ctx, f, ttl, d.epoch)
}

// labelFacts is derived as llm.Facts.
type labelFacts struct{ derived }

func (l labelFacts) Get(ctx context.Context, key string) (live.Fact, error) {
	f, err := l.facts.Get(ctx, derivedTable, key)
	if errors.Is(err, broker.ErrNone) {
		err = fmt.Errorf("%w: %w", llm.ErrNone, err)
	}
	return f, err
}

func (l labelFacts) Put(ctx context.Context, f live.Fact, ttl time.Duration) error {
	_, err := l.put(ctx, f, ttl)
	switch {
	case errors.Is(err, broker.ErrConflict):
		return fmt.Errorf("%w: %w", llm.ErrConflict, err)
	case errors.Is(err, broker.ErrFull):
		return fmt.Errorf("%w: %w", llm.ErrFull, err)
	}
	return err
}

// thumbFacts is derived as thumbs.Facts.
type thumbFacts struct{ derived }

func (t thumbFacts) List(ctx context.Context) ([]live.Fact, error) { return t.list(ctx, "thumb") }

func (t thumbFacts) Put(ctx context.Context, f live.Fact, ttl time.Duration) (uint64, error) {
	rev, err := t.put(ctx, f, ttl)
	if errors.Is(err, broker.ErrConflict) {
		err = fmt.Errorf("%w: %w", thumbs.ErrConflict, err)
	}
	return rev, err
}

func (t thumbFacts) Remove(ctx context.Context, f live.Fact) error {
	err := t.facts.Remove(ctx, f, t.epoch)
	if errors.Is(err, broker.ErrConflict) {
		err = fmt.Errorf("%w: %w", thumbs.ErrConflict, err)
	}
	return err
}
