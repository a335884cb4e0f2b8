package sim

import "sync"

// recent keeps the last few results of a pure function. Filling happens under the lock, so that many requests for the same
// new step compute it once.
type recent[K comparable, V any] struct {
	mu    sync.Mutex
	limit int
	tick  uint64
	held  map[K]*kept[V]
}

type kept[V any] struct {
	value V
	used  uint64
}

func newRecent[K comparable, V any](limit int) *recent[K, V] {
	return &recent[K, V]{limit: limit, held: make(map[K]*kept[V], limit+1)}
}

// get returns fill(key), from memory when it is there.
func (r *recent[K, V]) get(key K, fill func(K) V) V {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tick++
	if k, ok := r.held[key]; ok {
		k.used = r.tick
		return k.value
	}
	v := fill(key)
	r.held[key] = &kept[V]{value: v, used: r.tick}
	if len(r.held) > r.limit {
		r.dropOldest()
	}
	return v
}

// dropOldest looks at every entry: limits are small and overflow is rare beside the cost of filling.
func (r *recent[K, V]) dropOldest() {
	var oldest K
	used := r.tick + 1
	for k, v := range r.held {
		if v.used < used {
			oldest, used = k, v.used
		}
	}
	delete(r.held, oldest)
}
