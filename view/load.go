package view

import (
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"onair/aggregator"
	"onair/live"
)

// Load reads the stored state and its lineage. Errors: ErrEmpty; ErrDamaged, and then the file is of no use but for
// its history: Renew.
func (st *Store) Load() (*aggregator.State, live.Lineage, error) {
	var meta storeMeta
	sums := map[string]uint32{}
	var state *aggregator.State
	err := st.view(func(tx *bbolt.Tx) error {
		raw := tx.Bucket(bucketMeta).Get(keyMeta)
		if raw == nil {
			if key, _ := tx.Bucket(bucketState).Cursor().First(); key != nil {
				return fmt.Errorf("%w: records without a head", ErrDamaged)
			}
			return ErrEmpty
		}
		text, ok := unseal(keyMeta, raw)
		if !ok || json.Unmarshal(text, &meta) != nil {
			return fmt.Errorf("%w: head", ErrDamaged)
		}
		if meta.Format != storeFormat {
			return fmt.Errorf("%w: format %d", ErrDamaged, meta.Format)
		}
		var sum uint64
		var broken error
		var err error
		state, err = aggregator.Load(func(yield func(string, []byte) bool) {
			cursor := tx.Bucket(bucketState).Cursor()
			for key, raw := cursor.First(); key != nil; key, raw = cursor.Next() {
				value, ok := unseal(key, raw)
				if !ok {
					broken = fmt.Errorf("%w: record %.80q", ErrDamaged, key)
					return
				}
				sums[string(key)] = sumOf(raw)
				sum += uint64(sumOf(raw))
				if !yield(string(key), value) {
					return
				}
			}
		})
		switch {
		case broken != nil:
			return broken
		case err != nil:
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		case len(sums) != meta.Count || sum != meta.Sum:
			return fmt.Errorf("%w: %d records, not %d", ErrDamaged, len(sums), meta.Count)
		case positionOf(state, meta.Lineage) != meta.Position:
			return fmt.Errorf("%w: state at %d, head at %d", ErrDamaged, state.Position(), meta.Position)
		}
		return nil
	})
	if err != nil {
		return nil, live.Lineage{}, fmt.Errorf("store: load: %w", err)
	}
	st.meta, st.sums = meta, sums
	return state, meta.Lineage, nil
}
