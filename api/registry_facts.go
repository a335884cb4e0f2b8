package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"onair/live"
)

// held is a fact as it is read: its key after the first word, its revision, and what it says.
type held[T any] struct {
	key string
	rev uint64
	v   T
}

// allOf reads every fact of a kind ("creator"), in the order of their keys. One that cannot be read is left out: the view does
// the same.
func allOf[T any](ctx context.Context, g *Registry, table, kind string) ([]held[T], error) {
	facts, err := g.o.Facts.List(ctx, table)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", table, err)
	}
	var list []held[T]
	for _, f := range facts {
		key, ok := strings.CutPrefix(f.Key, kind+".")
		if !ok || f.Value == nil {
			continue
		}
		h := held[T]{key: key, rev: f.Rev}
		if json.Unmarshal(f.Value, &h.v) != nil {
			g.log.Warn("unreadable fact", "key", f.Key)
			continue
		}
		list = append(list, h)
	}
	slices.SortFunc(list, func(a, b held[T]) int { return strings.Compare(a.key, b.key) })
	return list, nil
}

// oneOf reads one fact. rev is 0 and err nil when there is none.
func oneOf[T any](ctx context.Context, g *Registry, table, key string) (v T, rev uint64, err error) {
	f, err := g.o.Facts.Get(ctx, table, key)
	switch {
	case errors.Is(err, ErrNoFact):
		return v, 0, nil
	case err != nil:
		return v, 0, fmt.Errorf("read %s: %w", key, err)
	}
	if json.Unmarshal(f.Value, &v) != nil {
		g.log.Warn("unreadable fact", "key", key)
	}
	return v, f.Rev, nil
}

// write creates the key when rev is 0, else replaces that revision.
func (g *Registry) write(ctx context.Context, key string, v any, rev uint64) (uint64, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return 0, err
	}
	f := live.Fact{Table: tableFacts, Key: key, Value: b, Rev: rev}
	if rev == 0 {
		rev, err = g.o.Facts.Create(ctx, f)
	} else {
		rev, err = g.o.Facts.Update(ctx, f)
	}
	if err != nil {
		return 0, fmt.Errorf("write %s: %w", key, err)
	}
	g.log.Info("operator", "wrote", key)
	return rev, nil
}

// remove takes a key away, under the request's If-Match.
func (g *Registry) remove(w http.ResponseWriter, r *http.Request, table, key string) error {
	g.turn.Lock()
	defer g.turn.Unlock()
	f, err := g.o.Facts.Get(r.Context(), table, key)
	if err != nil {
		return fmt.Errorf("read %s: %w", key, err)
	}
	if err := matches(r, f.Rev, false); err != nil {
		return err
	}
	if err := g.o.Facts.Remove(r.Context(), f); err != nil {
		return fmt.Errorf("remove %s: %w", key, err)
	}
	g.log.Info("operator", "removed", key)
	return sendNothing(w)
}
