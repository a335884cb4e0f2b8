package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"onair/live"
)

const (
	table = "DERIVED"
	// spentKey holds what was spent today, so that neither a restart nor another leader spends it again.
	spentKey = "spent.llm"
	// spentTTL outlives the day it counts.
	spentTTL = 48 * time.Hour
)

// ErrSpent: today's tokens are used up.
var ErrSpent = errors.New("the model's daily tokens are used up")

type spent struct {
	Day    string `json:"day"` // UTC, "2026-11-23"
	Tokens int64  `json:"tokens"`
}

// Facts is where labels and spending are kept. Every write compares the revision that was read.
type Facts interface {
	// Get reads one key of DERIVED. ErrNone.
	Get(ctx context.Context, key string) (live.Fact, error)
	// Put writes it: f.Rev 0 is a new key. ErrConflict, ErrFull.
	Put(ctx context.Context, f live.Fact, ttl time.Duration) error
}

// What an implementation of Facts wraps.
var (
	ErrNone     = errors.New("no such fact")
	ErrConflict = errors.New("fact was written by somebody else")
	ErrFull     = errors.New("table of facts is full")
)

// budget is the day's account. It is written before a request with the most that the request can cost, and mended when
// the answer says what it did cost: a crash in between makes the day poorer, never richer.
type budget struct {
	facts Facts
	daily int64
	now   func() time.Time
}

func (b *budget) take(ctx context.Context, tokens int64) error {
	return b.change(ctx, func(s *spent) error {
		if tokens > b.daily-s.Tokens {
			return ErrSpent
		}
		s.Tokens += tokens
		return nil
	})
}

// settle replaces what was taken by what it cost: nothing where no model worked, and what was taken where the endpoint
// does not say. It is believed within bounds: no text of that size costs less than an eighth of its price, and a lie
// must not use up the day at once.
func (b *budget) settle(ctx context.Context, taken int64, u Usage) error {
	cost := taken
	switch {
	case u.Free:
		cost = 0
	case u.Tokens > 0:
		cost = min(max(u.Tokens, taken/8), 4*taken)
	}
	if cost == taken {
		return nil
	}
	return b.change(ctx, func(s *spent) error {
		s.Tokens = max(0, s.Tokens+cost-taken)
		return nil
	})
}

// left is what may be taken today.
func (b *budget) left(ctx context.Context) (int64, error) {
	_, s, err := b.today(ctx)
	return max(0, b.daily-s.Tokens), err
}

// today reads the account.
func (b *budget) today(ctx context.Context) (live.Fact, spent, error) {
	day := b.now().UTC().Format(time.DateOnly)
	f, err := b.facts.Get(ctx, spentKey)
	if errors.Is(err, ErrNone) {
		return live.Fact{Table: table, Key: spentKey}, spent{Day: day}, nil
	}
	if err != nil {
		return live.Fact{}, spent{}, err
	}
	var s spent
	if err := json.Unmarshal(f.Value, &s); err != nil || s.Tokens < 0 {
		return live.Fact{}, spent{}, fmt.Errorf("%s: not an account", spentKey)
	}
	if s.Day != day {
		s = spent{Day: day}
	}
	return f, s, nil
}

func (b *budget) change(ctx context.Context, apply func(*spent) error) error {
	f, s, err := b.today(ctx)
	if err != nil {
		return err
	}
	if err := apply(&s); err != nil {
		return err
	}
	if f.Value, err = json.Marshal(s); err != nil {
		return err
	}
	return b.facts.Put(ctx, f, spentTTL)
}
