package view

import "sync"

// dayChanges counts how often each day was written to, for those who remember what they read of it.
type dayChanges struct {
	mu      sync.Mutex
	count   map[int64]uint64
	pending []int64 // of the transaction under way; the Follower's
}

// touched notes that the transaction under way writes to a day.
func (st *Store) touched(day int64) {
	if p := &st.changes.pending; len(*p) == 0 || (*p)[len(*p)-1] != day {
		*p = append(*p, day)
	}
}

// committed counts what was noted. It comes after the commit: who reads the count first and the day then may read
// once too often, never once too little.
func (c *dayChanges) committed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count == nil {
		c.count = map[int64]uint64{}
	}
	for _, day := range c.pending {
		c.count[day]++
	}
	c.pending = c.pending[:0]
}

func (c *dayChanges) of(day int64) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count[day]
}
