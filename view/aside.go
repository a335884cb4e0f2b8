package view

import (
	"encoding/binary"
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"

	"onair/live"
)

const (
	// maxAside is how many unreadable pages are kept: enough to see what is wrong, not enough to fill the disk (64 MB).
	maxAside = 1000
	// maxAsideRaw is how much of one is kept.
	maxAsideRaw = 64 << 10
)

// AsidePage is a message of the log that could not be read: broken, or of a newer version.
type AsidePage struct {
	Seq   uint64    `json:"seq"`
	Time  time.Time `json:"time"` // the broker's
	Lane  live.Lane `json:"lane"`
	Error string    `json:"error"`
	Raw   []byte    `json:"raw"` // at most 64 kB
}

// putAside keeps the pages and drops the oldest beyond the bound.
func putAside(tx *bbolt.Tx, pages []AsidePage, meta *storeMeta) error {
	bucket := tx.Bucket(bucketAside)
	for _, p := range pages {
		p.Raw = p.Raw[:min(len(p.Raw), maxAsideRaw)]
		text, err := json.Marshal(p)
		if err != nil {
			return err
		}
		key := binary.BigEndian.AppendUint64(nil, p.Seq)
		meta.AsideTotal++
		if bucket.Get(key) == nil { // a new log counts from 1 again
			meta.AsideKept++
		}
		if err := bucket.Put(key, seal(key, text)); err != nil {
			return err
		}
	}
	for meta.AsideKept > maxAside {
		key, _ := bucket.Cursor().First()
		if key == nil {
			meta.AsideKept = 0
			return nil
		}
		if err := bucket.Delete(key); err != nil {
			return err
		}
		meta.AsideKept--
	}
	return nil
}

// Aside gives the kept pages, newest first, at most limit.
func (st *Store) Aside(limit int) ([]AsidePage, error) {
	var out []AsidePage
	err := st.read(func(tx *bbolt.Tx) error {
		cursor := tx.Bucket(bucketAside).Cursor()
		for key, raw := cursor.Last(); key != nil && len(out) < limit; key, raw = cursor.Prev() {
			var p AsidePage
			if text, ok := unseal(key, raw); ok && json.Unmarshal(text, &p) == nil {
				out = append(out, p)
			}
		}
		return nil
	})
	return out, err
}
