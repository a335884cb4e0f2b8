package view

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"onair/aggregator"
	"onair/live"
)

var (
	// ErrInUse reports that another process has the file open.
	ErrInUse = errors.New("data folder in use by another process")
	// ErrEmpty reports a store without a state.
	ErrEmpty = errors.New("nothing stored")
	// ErrDamaged reports a file whose contents cannot be trusted: Renew.
	ErrDamaged = errors.New("damaged file")
)

const (
	// storeFormat is the version of the file's layout.
	storeFormat = 1
	// lockWait bounds the wait for the file's lock: a second process must fail within a second.
	lockWait = 400 * time.Millisecond
	// defaultHistory bounds the file by giving up the oldest days of history.
	defaultHistory = 1 << 30
)

// Buckets of the file. Every value begins with a checksum (checksum.go).
var (
	bucketMeta    = []byte("meta")
	bucketState   = []byte("state")   // aggregator.Record
	bucketHistory = []byte("history") // see history.go
	bucketDays    = []byte("days")    // see history_days.go
	bucketTotals  = []byte("totals")  // see totals.go
	bucketAside   = []byte("aside")   // see aside.go
	keyMeta       = []byte("meta")
)

// StoreOptions are the store's settings; the zero value is good.
type StoreOptions struct {
	Log          *slog.Logger // nil: nothing is logged
	HistoryBytes int64        // bound of the file, 0 for 1 GiB
}

// Store is one hub node's file: the fold's state with its position and lineage, the viewer history, and pages that
// could not be read. The Follower writes; any number of readers may ask for history and aside.
type Store struct {
	path    string
	options StoreOptions
	log     *slog.Logger

	mu      sync.RWMutex // held for reading while db is used, for writing while it is replaced
	db      *bbolt.DB    // nil after Close
	meta    storeMeta    // as committed; the Follower's
	sums    map[string]uint32
	suspect atomic.Bool // a reader met damage: the next Commit reports it

	dropped atomic.Uint64 // history points given up because the file is full
	changes dayChanges    // days that were written to after they were read
	// summarised is the log-time minute of the last summary (day_kept.go); the Follower's.
	summarised int64
}

// storeMeta is written in every transaction. Count and Sum are over the state's records: a damaged inner page can hide
// whole records without breaking any.
type storeMeta struct {
	Format     int          `json:"format"`
	Lineage    live.Lineage `json:"lineage"`
	Position   uint64       `json:"position"`
	Count      int          `json:"count"`
	Sum        uint64       `json:"sum"`
	AsideKept  int          `json:"aside_kept"`
	AsideTotal uint64       `json:"aside_total"`
}

// Open opens or makes the file. A file that cannot be opened as a store is put aside and a new one begun. Errors:
// ErrInUse, naming the folder, or the system's.
func Open(path string, o StoreOptions) (*Store, error) {
	if o.HistoryBytes == 0 {
		o.HistoryBytes = defaultHistory
	}
	st := &Store{path: path, options: o, log: o.Log, sums: map[string]uint32{}}
	if st.log == nil {
		st.log = slog.New(slog.DiscardHandler)
	}
	db, err := openFile(path)
	if errors.Is(err, ErrDamaged) {
		st.log.Warn("store cannot be opened", "path", path, "err", err)
		return st, st.Renew()
	}
	if err != nil {
		return nil, err
	}
	st.db = db
	return st, nil
}

// openFile opens path for writing, with its buckets. Errors: ErrInUse, ErrDamaged or the system's.
func openFile(path string) (*bbolt.DB, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > 0 {
		// What breaks opening, the list of free pages first of all, breaks it here, where the file's lock is shared: a
		// panic leaves it locked, and its history could not be read any more.
		if db, err := openGuarded(path, &bbolt.Options{ReadOnly: true, PreLoadFreelist: true}); err != nil {
			return nil, err
		} else if err := guard(db.Close); err != nil {
			return nil, err
		}
	}
	db, err := openGuarded(path, &bbolt.Options{})
	if err != nil {
		return nil, err
	}
	err = guard(func() error {
		return db.Update(func(tx *bbolt.Tx) error {
			for _, name := range [][]byte{bucketMeta, bucketState, bucketHistory, bucketDays, bucketTotals, bucketAside} {
				if _, err := tx.CreateBucketIfNotExists(name); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		closeFile(db)
		return nil, fmt.Errorf("store %s: %w", path, err)
	}
	return db, nil
}

func openGuarded(path string, o *bbolt.Options) (*bbolt.DB, error) {
	o.Timeout, o.FreelistType = lockWait, bbolt.FreelistMapType
	var db *bbolt.DB
	err := guard(func() (err error) {
		db, err = bbolt.Open(path, 0o600, o)
		return err
	})
	var inPath *fs.PathError
	var errno syscall.Errno
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, berrors.ErrTimeout):
		return nil, fmt.Errorf("%w: %s", ErrInUse, filepath.Dir(path))
	case errors.Is(err, ErrDamaged), errors.As(err, &inPath), errors.As(err, &errno):
		return nil, fmt.Errorf("store: %w", err)
	}
	return nil, fmt.Errorf("store %s: %w: %w", path, ErrDamaged, err)
}

// Close releases the file.
func (st *Store) Close() error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.db == nil {
		return nil
	}
	db := st.db
	st.db = nil
	return closeFile(db)
}

// Batch is what one transaction writes.
type Batch struct {
	Lineage  live.Lineage
	Position uint64
	LogTime  time.Time           // decides what history is too old
	Records  []aggregator.Record // State.Dirty, or everything
	Whole    bool                // Records are the whole state: nothing of the stored one stays
	Past                         // for the history
	Aside    []AsidePage
}

// Commit writes the batch in one transaction: after a crash all of it is there, or nothing. Errors: ErrDamaged, or
// the system's (the disk is full); after either the batch can be committed again.
func (st *Store) Commit(b Batch) error {
	if st.suspect.Load() {
		return fmt.Errorf("store: %w", ErrDamaged)
	}
	meta := st.meta
	meta.Format, meta.Lineage, meta.Position = storeFormat, b.Lineage, b.Position
	changed := make(map[string]uint32, len(b.Records)) // 0: removed
	err := st.use(func(db *bbolt.DB) error {
		return db.Update(func(tx *bbolt.Tx) error {
			if b.Whole {
				if err := tx.DeleteBucket(bucketState); err != nil {
					return err
				}
				if _, err := tx.CreateBucket(bucketState); err != nil {
					return err
				}
				meta.Count, meta.Sum = 0, 0
			}
			if err := st.putRecords(tx, b, &meta, changed); err != nil {
				return err
			}
			if err := st.putPast(tx, &b); err != nil {
				return err
			}
			if err := putAside(tx, b.Aside, &meta); err != nil {
				return err
			}
			return putMeta(tx, meta)
		})
	})
	if err != nil {
		return fmt.Errorf("store: commit at %d: %w", b.Position, err)
	}
	if b.Whole {
		clear(st.sums)
	}
	st.meta = meta
	st.changes.committed()
	for key, sum := range changed {
		if sum == 0 {
			delete(st.sums, key)
		} else {
			st.sums[key] = sum
		}
	}
	return nil
}

func (st *Store) putRecords(tx *bbolt.Tx, b Batch, meta *storeMeta, changed map[string]uint32) error {
	bucket := tx.Bucket(bucketState)
	for _, r := range b.Records {
		key := []byte(r.Key)
		if !b.Whole {
			if old := st.sums[r.Key]; old != 0 {
				meta.Count--
				meta.Sum -= uint64(old)
			}
		}
		if r.Value == nil {
			changed[r.Key] = 0
			if err := bucket.Delete(key); err != nil {
				return err
			}
			continue
		}
		value := seal(key, r.Value)
		sum := sumOf(value)
		changed[r.Key] = sum
		meta.Count++
		meta.Sum += uint64(sum)
		if err := bucket.Put(key, value); err != nil {
			return err
		}
	}
	return nil
}

func putMeta(tx *bbolt.Tx, meta storeMeta) error {
	text, err := json.Marshal(meta)
	if err != nil {
		return err
	}
	return tx.Bucket(bucketMeta).Put(keyMeta, seal(keyMeta, text))
}

// use runs fn on the open file; a panic of bbolt's over a damaged page becomes ErrDamaged.
func (st *Store) use(fn func(db *bbolt.DB) error) error {
	st.mu.RLock()
	defer st.mu.RUnlock()
	if st.db == nil {
		return fmt.Errorf("%s: %w", st.path, fs.ErrClosed)
	}
	return guard(func() error { return fn(st.db) })
}

func (st *Store) view(fn func(tx *bbolt.Tx) error) error {
	return st.use(func(db *bbolt.DB) error { return db.View(fn) })
}
