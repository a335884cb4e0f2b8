package view

import (
	"bytes"

	"go.etcd.io/bbolt"
)

// maxCopied bounds the hours and days taken over from a file that may be damaged: 48 hours are what older versions kept.
const maxCopied = 48 + historyDays + 2

// copyHistory copies what can be read of the hours, days and totals, each value checked. It reports how many hours and
// days came over.
func copyHistory(to *bbolt.DB, from string) (buckets int, err error) {
	old, err := openGuarded(from, &bbolt.Options{ReadOnly: true})
	if err != nil {
		return 0, err
	}
	defer closeFile(old)
	return copyBuckets(to, old)
}

// part is an hour or a day.
type part struct{ parent, name []byte }

func copyBuckets(to, old *bbolt.DB) (buckets int, err error) {
	var parts []part
	for _, parent := range [][]byte{bucketHistory, bucketDays} {
		e := guard(func() error {
			return old.View(func(tx *bbolt.Tx) error {
				source := tx.Bucket(parent)
				if source == nil { // a file of an older version
					return nil
				}
				// The newest are worth most.
				cursor := source.Cursor()
				n := 0
				for key, value := cursor.Last(); key != nil && n < maxCopied; key, value = cursor.Prev() {
					if value == nil && len(key) == 4 {
						parts = append(parts, part{parent, bytes.Clone(key)})
						n++
					}
				}
				return nil
			})
		})
		if e != nil {
			err = e
		}
	}
	for _, p := range parts {
		// Each on its own: a broken page costs one hour or day.
		e := guard(func() error {
			return old.View(func(tx *bbolt.Tx) error {
				source := tx.Bucket(p.parent).Bucket(p.name)
				if source == nil {
					return nil
				}
				return to.Update(func(tx *bbolt.Tx) error {
					target, err := tx.Bucket(p.parent).CreateBucketIfNotExists(p.name)
					if err != nil {
						return err
					}
					return copyValues(target, source)
				})
			})
		})
		if e != nil {
			err = e
			continue
		}
		buckets++
	}
	e := guard(func() error {
		return old.View(func(tx *bbolt.Tx) error {
			source := tx.Bucket(bucketTotals)
			if source == nil {
				return nil
			}
			return to.Update(func(tx *bbolt.Tx) error { return copyValues(tx.Bucket(bucketTotals), source) })
		})
	})
	if e != nil {
		err = e
	}
	return buckets, err
}

func copyValues(target, source *bbolt.Bucket) error {
	cursor := source.Cursor()
	for key, raw := cursor.First(); key != nil; key, raw = cursor.Next() {
		if _, ok := unseal(key, raw); !ok || bytes.Equal(key, keySummary) { // what comes over may be less than was summed up
			continue
		}
		if err := target.Put(bytes.Clone(key), bytes.Clone(raw)); err != nil {
			return err
		}
	}
	return nil
}
