package workers

import (
	"fmt"

	"go.etcd.io/bbolt"

	"onair/live"
)

// moveBatch bounds a transaction that moves pages: the whole outbox at once would hold 64 MiB of dirty pages in memory.
const moveBatch = 256

// makeRoom drops the oldest pages, whatever their bucket, until the outbox is within its bounds; never the one just
// put in. A page too old or damaged goes even when there is room.
func (x *Outbox) makeRoom(t *change, newest uint64) (dropped, damaged uint64, err error) {
	for {
		b, s, ok := x.oldest(t)
		if !ok || s.key == newest {
			return dropped, damaged, nil
		}
		r, sound := decodeRecord(s.key, s.raw)
		switch age, _ := x.age(&r); {
		case !sound:
			damaged++
		case x.bytes(t) > x.o.MaxBytes, age > x.o.MaxAge:
			dropped++
		default:
			return dropped, damaged, nil
		}
		if err := t.delete(b, s.key); err != nil {
			return dropped, damaged, err
		}
	}
}

// oldest finds the record with the lowest key of all buckets.
func (x *Outbox) oldest(t *change) (b bucket, s stored, ok bool) {
	for _, name := range x.buckets(t) {
		if l := t.head(name, 1, anything); len(l) > 0 && (!ok || l[0].key < s.key) {
			b, s, ok = name, l[0], true
		}
	}
	return b, s, ok
}

func (x *Outbox) buckets(t *change) []bucket {
	var out []bucket
	_ = t.tx.ForEach(func(name []byte, _ *bbolt.Bucket) error {
		if b, ok := parseBucket(name); ok {
			out = append(out, b)
		}
		return nil
	})
	return out
}

func (x *Outbox) bytes(t *change) int64 {
	var n int64
	x.mu.Lock()
	for _, s := range x.size {
		n += s.bytes
	}
	x.mu.Unlock()
	for _, s := range t.size {
		n += s.bytes
	}
	return n
}

// read gives up to n sound records from the front of a bucket, at most about limit bytes of them, and throws out
// damaged ones that it meets.
func (x *Outbox) read(b bucket, n int, limit int64) ([]record, error) {
	if x.count(b) == 0 {
		return nil, nil
	}
	var out []record
	var bad []uint64
	err := x.db.View(func(tx *bbolt.Tx) error {
		t := change{tx: tx}
		var size int64
		t.head(b, n, func(s stored) bool {
			if size > limit {
				return false
			}
			size += int64(len(s.raw))
			if r, ok := decodeRecord(s.key, s.raw); ok {
				out = append(out, r)
			} else {
				bad = append(bad, s.key)
			}
			return true
		})
		return nil
	})
	if err != nil || len(bad) == 0 {
		return out, wrapOutbox(err)
	}
	err = x.update(func(t *change) error {
		for _, k := range bad {
			if err := t.delete(b, k); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		x.mu.Lock()
		x.damaged += uint64(len(bad))
		x.mu.Unlock()
	}
	return out, wrapOutbox(err)
}

// done deletes what the log has: every page of the bucket up to key.
func (x *Outbox) done(b bucket, key uint64) error {
	for x.count(b) > 0 {
		n := 0
		err := x.update(func(t *change) error {
			list := t.head(b, moveBatch, func(s stored) bool { return s.key <= key })
			n = len(list)
			for _, s := range list {
				if err := t.delete(b, s.key); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return wrapOutbox(err)
		}
		if n < moveBatch {
			return nil
		}
	}
	return nil
}

// retire takes what has become old out of live: to late when the lane is proven and nothing is held, else to held. A
// damaged page goes along and is thrown out when it is read.
func (x *Outbox) retire(p live.Platform, proven bool) error {
	to := bucket{stateHeld, p}
	if proven && x.count(to) == 0 {
		to = bucket{stateLate, p}
	}
	return x.shift(bucket{stateLive, p}, to, func(s stored) bool {
		r, ok := decodeRecord(s.key, s.raw)
		return !ok || !x.fresh(&r)
	})
}

// everything is a key above all others.
const everything = ^uint64(0)

// release takes what was held, up to key, to late: the log does not have it and cannot get it any more.
func (x *Outbox) release(p live.Platform, key uint64) error {
	if err := x.shift(bucket{stateHeld, p}, bucket{stateLate, p}, func(s stored) bool { return s.key <= key }); err != nil {
		return err
	}
	return x.dropEdges(p, key)
}

// shift moves the front of a bucket while it satisfies keep. Every page moves in one transaction; a crash in between
// leaves a shorter front, which keeps the order.
func (x *Outbox) shift(from, to bucket, keep func(stored) bool) error {
	for x.count(from) > 0 {
		n := 0
		first := false
		if err := x.db.View(func(tx *bbolt.Tx) error {
			t := change{tx: tx}
			first = len(t.head(from, 1, keep)) > 0
			return nil
		}); err != nil || !first { // looking costs no write
			return wrapOutbox(err)
		}
		if err := x.update(func(t *change) error {
			list := t.head(from, moveBatch, keep)
			n = len(list)
			return t.move(from, to, list)
		}); err != nil {
			return wrapOutbox(err)
		}
		if n < moveBatch {
			return nil
		}
	}
	return nil
}

// expire drops what has outlived the outbox's age while nothing new came in.
func (x *Outbox) expire() error {
	var dropped, damaged uint64
	err := x.update(func(t *change) (err error) {
		dropped, damaged, err = x.makeRoom(t, 0)
		return err
	})
	x.mu.Lock()
	x.dropped += dropped
	x.damaged += damaged
	x.mu.Unlock()
	return wrapOutbox(err)
}

// fresh says that r may still go to the live lane.
func (x *Outbox) fresh(r *record) bool {
	age, own := x.age(r)
	return own && age <= lateAfter
}

// highest is the largest key of a bucket, 0 when it is empty.
func (x *Outbox) highest(b bucket) (key uint64, err error) {
	err = x.db.View(func(tx *bbolt.Tx) error {
		if in := tx.Bucket(b.name()); in != nil {
			k, _ := in.Cursor().Last()
			key = keyOf(k)
		}
		return nil
	})
	return key, wrapOutbox(err)
}

func wrapOutbox(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("outbox: %w", err)
}
