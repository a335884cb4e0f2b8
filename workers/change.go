package workers

import "go.etcd.io/bbolt"

// change is one write transaction with what it does to the sizes, which count only once it has committed.
type change struct {
	tx   *bbolt.Tx
	size map[bucket]bucketSize // differences
}

func (x *Outbox) update(f func(*change) error) error {
	var c *change
	return x.commit(func(tx *bbolt.Tx) error {
		c = &change{tx: tx, size: map[bucket]bucketSize{}}
		return f(c)
	}, func() {
		for b, d := range c.size {
			s := x.size[b]
			x.size[b] = bucketSize{s.n + d.n, s.bytes + d.bytes}
		}
	})
}

// commit runs f in a transaction, and then under the lock.
func (x *Outbox) commit(f func(*bbolt.Tx) error, then func()) error {
	if err := x.db.Update(f); err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	then()
	return nil
}

func (t *change) put(b bucket, key uint64, v []byte) error {
	in, err := t.tx.CreateBucketIfNotExists(b.name())
	if err != nil {
		return err
	}
	d := t.size[b]
	t.size[b] = bucketSize{d.n + 1, d.bytes + int64(len(v))}
	return in.Put(keyBytes(key), v)
}

func (t *change) delete(b bucket, key uint64) error {
	in := t.tx.Bucket(b.name())
	if in == nil {
		return nil
	}
	k := keyBytes(key)
	v := in.Get(k)
	if v == nil {
		return nil
	}
	d := t.size[b]
	t.size[b] = bucketSize{d.n - 1, d.bytes - int64(len(v))}
	return in.Delete(k)
}

// stored is a record as it lies in a bucket.
type stored struct {
	key uint64
	raw []byte // valid within the transaction
}

// head gives up to n records from the front while they satisfy keep.
func (t *change) head(b bucket, n int, keep func(stored) bool) []stored {
	in := t.tx.Bucket(b.name())
	if in == nil {
		return nil
	}
	var out []stored
	c := in.Cursor()
	for k, v := c.First(); k != nil && len(out) < n; k, v = c.Next() {
		s := stored{keyOf(k), v}
		if !keep(s) {
			break
		}
		out = append(out, s)
	}
	return out
}

func anything(stored) bool { return true }

// move takes records from one bucket to another, in one transaction with whatever else t does.
func (t *change) move(from, to bucket, list []stored) error {
	for _, s := range list {
		v := append([]byte(nil), s.raw...) // Put may move the page that raw points into
		if err := t.delete(from, s.key); err != nil {
			return err
		}
		if err := t.put(to, s.key, v); err != nil {
			return err
		}
	}
	return nil
}
