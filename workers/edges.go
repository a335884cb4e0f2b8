package workers

import (
	"go.etcd.io/bbolt"

	"onair/live"
)

// edgeBucket holds edges: the keys of pages that were the last held one when a page behind them was sent.
func edgeBucket(p live.Platform) []byte { return []byte("edge/" + string(p)) }

// setEdge notes, before a page of live is sent, that all held ones are being passed by. It must be on disk first: after
// a crash the page behind the edge may be in the log, and be among the held ones itself.
func (x *Outbox) setEdge(p live.Platform) error {
	held := bucket{stateHeld, p}
	if x.count(held) == 0 {
		return nil
	}
	top, err := x.highest(held)
	if err != nil {
		return err
	}
	there := false
	if err := x.db.View(func(tx *bbolt.Tx) error {
		in := tx.Bucket(edgeBucket(p))
		there = in != nil && in.Get(keyBytes(top)) != nil
		return nil
	}); err != nil || there {
		return wrapOutbox(err)
	}
	return wrapOutbox(x.update(func(t *change) error {
		in, err := t.tx.CreateBucketIfNotExists(edgeBucket(p))
		if err != nil {
			return err
		}
		return in.Put(keyBytes(top), []byte{1})
	}))
}

// edgeBelow is the highest edge below key; 0 when there is none.
func (x *Outbox) edgeBelow(p live.Platform, key uint64) (edge uint64, err error) {
	err = x.db.View(func(tx *bbolt.Tx) error {
		if in := tx.Bucket(edgeBucket(p)); in != nil {
			c := in.Cursor()
			for k, _ := c.First(); k != nil && keyOf(k) < key; k, _ = c.Next() {
				edge = keyOf(k)
			}
		}
		return nil
	})
	return edge, wrapOutbox(err)
}

// dropEdges forgets the edges up to key, whose pages were released.
func (x *Outbox) dropEdges(p live.Platform, key uint64) error {
	there := false
	if err := x.db.View(func(tx *bbolt.Tx) error {
		if in := tx.Bucket(edgeBucket(p)); in != nil {
			k, _ := in.Cursor().First()
			there = k != nil && keyOf(k) <= key
		}
		return nil
	}); err != nil || !there { // looking costs no write
		return wrapOutbox(err)
	}
	return wrapOutbox(x.update(func(t *change) error {
		in := t.tx.Bucket(edgeBucket(p))
		for k, _ := in.Cursor().First(); k != nil && keyOf(k) <= key; k, _ = in.Cursor().First() {
			if err := in.Delete(k); err != nil {
				return err
			}
		}
		return nil
	}))
}
