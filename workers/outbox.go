package workers

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"onair/live"
)

const (
	// defaultMaxAge and defaultMaxBytes are the outage that an outbox survives without loss; without a bound it
	// would fill the disk of a machine that nobody watches.
	defaultMaxAge   = 6 * time.Hour
	defaultMaxBytes = 64 << 20
	// lockWait ends the wait for the file's lock: a second process must say so instead of hanging.
	lockWait = time.Second
)

// ErrInUse reports an outbox file that another process has open.
var ErrInUse = errors.New("outbox is in use by another process")

// OutboxOptions are an outbox's bounds. Zero values mean 6 hours and 64 MiB.
type OutboxOptions struct {
	MaxAge   time.Duration
	MaxBytes int64
	Log      *slog.Logger // nil: nothing is logged

	now    func() time.Time // real, with monotonic reading; time.Now unless a test says otherwise
	noSync bool             // a test that restarts a thousand times cannot wait for the disk
}

// OutboxStats is what waits in an outbox, and what was lost from it since it was opened.
type OutboxStats struct {
	Live    int    // fresh pages on their way
	Held    int    // old pages of which it is not yet known whether the log has them
	Late    int    // old pages on their way
	Bytes   int64  // all of them
	Dropped uint64 // pages thrown away because the outbox was full: the only loss there is
	Damaged uint64 // pages that the disk gave back changed
}

// Outbox keeps accepted pages on disk until the log has them. A page is accepted when Put returns without error.
//
// Keys come from one sequence that never runs back, so a lane's pages are in the order of their keys, and the key of
// the log's last message says which pages the log has. For every platform there are three buckets. live holds what
// the live lane has to publish. Pages that have become old (2 minutes, or stored by an earlier run of the process)
// leave it for late, which the late lane publishes; but while an attempt to publish on the live lane may still
// succeed unseen, moving a page there could double it, so old pages wait in held until the lane's state is proven
// (fence.go). Fresh pages pass them by, and where they did is noted first (edges.go). Pages move from the front only, so keys in late < keys in held < keys in live.
type Outbox struct {
	db     *bbolt.DB
	worker string
	epoch  string
	run    uint64
	opened time.Time
	o      OutboxOptions

	earlier uint64 // highest key given out by earlier runs

	mu      sync.Mutex
	size    map[bucket]bucketSize
	issued  uint64 // highest key given out
	dropped uint64
	damaged uint64
	signals map[live.Platform]chan struct{}
}

// bucket names one of the three bbolt buckets of a platform.
type bucket struct {
	state    string // "live", "held", "late"
	platform live.Platform
}

const (
	stateLive = "live"
	stateHeld = "held"
	stateLate = "late"
)

func (b bucket) name() []byte { return []byte(b.state + "/" + string(b.platform)) }

type bucketSize struct {
	n     int
	bytes int64
}

var (
	metaBucket = []byte("meta")
	metaEpoch  = []byte("epoch")
	metaWorker = []byte("worker")
)

// OpenOutbox opens or makes the file at path. A new file draws a new epoch, so that a worker set up anew never meets
// the fences of its former self; a file of another worker is refused. ErrInUse.
func OpenOutbox(path, worker string, o OutboxOptions) (*Outbox, error) {
	if err := live.CheckID(worker); err != nil {
		return nil, fmt.Errorf("outbox: worker's name: %w", err)
	}
	o.MaxAge = orDefault(o.MaxAge, defaultMaxAge)
	if o.MaxBytes <= 0 {
		o.MaxBytes = defaultMaxBytes
	}
	if o.now == nil {
		o.now = time.Now
	}
	x, err := openOutbox(path, worker, o)
	if !errors.Is(err, errDamaged) {
		return x, err
	}
	aside, renamed := putAside(path)
	if renamed != nil {
		return nil, errors.Join(err, renamed)
	}
	if o.Log != nil {
		o.Log.Error("outbox is damaged: put aside, what waited in it is lost", attrError, err, "aside", aside)
	}
	return openOutbox(path, worker, o)
}

// errDamaged: the file is no outbox, or not any more. What can be read of it cannot be trusted to be whole, and a page
// published twice or out of order would be worse than one that is asked for again.
var errDamaged = errors.New("damaged")

// openOutbox opens the file as it is. ErrInUse, errDamaged.
func openOutbox(path, worker string, o OutboxOptions) (x *Outbox, err error) {
	// bbolt trusts its pages: where they lie it panics, and where the file is cut off reading faults.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	var db *bbolt.DB
	defer func() {
		if r := recover(); r != nil {
			x, err = nil, fmt.Errorf("outbox %s: %w: %v", path, errDamaged, r)
			if db != nil {
				err = errors.Join(err, db.Close())
			}
		}
	}()
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockWait, NoSync: o.noSync, FreelistType: bbolt.FreelistMapType})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("%w: %s", ErrInUse, path)
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrVersionMismatch), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, io.ErrUnexpectedEOF),
		err != nil && strings.Contains(err.Error(), "file size too small"): // bbolt has no name for it
		return nil, fmt.Errorf("outbox %s: %w: %w", path, errDamaged, err)
	case err != nil:
		return nil, fmt.Errorf("outbox %s: %w", path, err)
	}
	x = &Outbox{db: db, worker: worker, o: o, opened: o.now(), size: map[bucket]bucketSize{}, signals: map[live.Platform]chan struct{}{}}
	if err := x.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("outbox %s: %w", path, err), db.Close())
	}
	return x, nil
}

// putAside renames a damaged file, so that somebody can look at it.
func putAside(path string) (aside string, err error) {
	for n := 1; ; n++ {
		aside = fmt.Sprintf("%s.bad-%d", path, n)
		if _, err := os.Lstat(aside); errors.Is(err, os.ErrNotExist) {
			return aside, os.Rename(path, aside)
		}
	}
}

// load reads or writes the identity and counts what an earlier run left.
func (x *Outbox) load() error {
	var random [16]byte
	rand.Read(random[:]) // never fails
	x.run = binary.BigEndian.Uint64(random[:8])
	return x.db.Update(func(tx *bbolt.Tx) error {
		meta, err := tx.CreateBucketIfNotExists(metaBucket)
		if err != nil {
			return err
		}
		if meta.Get(metaEpoch) == nil {
			if err := errors.Join(meta.Put(metaEpoch, []byte(hex.EncodeToString(random[8:]))), meta.Put(metaWorker, []byte(x.worker))); err != nil {
				return err
			}
		}
		if w := string(meta.Get(metaWorker)); w != x.worker {
			return fmt.Errorf("belongs to worker %q, not to %q", w, x.worker)
		}
		x.epoch, x.issued, x.earlier = string(meta.Get(metaEpoch)), meta.Sequence(), meta.Sequence()
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			id, ok := parseBucket(name)
			if !ok {
				return nil
			}
			s := bucketSize{}
			err := b.ForEach(func(_, v []byte) error {
				s.n++
				s.bytes += int64(len(v))
				return nil
			})
			x.size[id] = s
			return err
		})
	})
}

func parseBucket(name []byte) (bucket, bool) {
	for _, s := range []string{stateLive, stateHeld, stateLate} {
		if len(name) > len(s) && string(name[:len(s)]) == s && name[len(s)] == '/' {
			return bucket{s, live.Platform(name[len(s)+1:])}, true
		}
	}
	return bucket{}, false
}

// Close closes the file. Nothing accepted is lost.
func (x *Outbox) Close() error {
	if err := x.db.Close(); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}

// Epoch is the token drawn when the file was made; a part of the worker's lanes.
func (x *Outbox) Epoch() string { return x.epoch }

// Put accepts a page: body is its wire form, at the virtual time of its observation or zero. It is on disk when Put
// returns nil. A full outbox makes room by dropping its oldest pages.
func (x *Outbox) Put(p live.Platform, body []byte, at time.Time) (key uint64, err error) {
	now := x.o.now()
	r := record{run: x.run, mono: int64(now.Sub(x.opened)), wall: now.UnixNano(), at: at, body: body}
	var dropped, damaged uint64
	err = x.update(func(t *change) error {
		dropped, damaged = 0, 0
		meta := t.tx.Bucket(metaBucket)
		var err error
		if key, err = meta.NextSequence(); err != nil {
			return err
		}
		x.issue(key) // before the commit: the drain may read the page before this goroutine runs again
		if err := t.put(bucket{stateLive, p}, key, r.encode()); err != nil {
			return err
		}
		dropped, damaged, err = x.makeRoom(t, key)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("outbox: %w", err)
	}
	x.mu.Lock()
	x.dropped += dropped
	x.damaged += damaged
	x.mu.Unlock()
	x.signal(p)
	return key, nil
}

// Stats is what waits now.
func (x *Outbox) Stats() OutboxStats {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := OutboxStats{Dropped: x.dropped, Damaged: x.damaged}
	for b, n := range x.size {
		s.Bytes += n.bytes
		switch b.state {
		case stateLive:
			s.Live += n.n
		case stateHeld:
			s.Held += n.n
		case stateLate:
			s.Late += n.n
		}
	}
	return s
}

func (x *Outbox) issue(key uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.issued = max(x.issued, key)
}

// lastKey is the highest key ever given out.
func (x *Outbox) lastKey() uint64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.issued
}

// count is how many pages a bucket holds.
func (x *Outbox) count(b bucket) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.size[b].n
}

// platforms lists those that have a bucket.
func (x *Outbox) platforms() []live.Platform {
	x.mu.Lock()
	defer x.mu.Unlock()
	var out []live.Platform
	for b := range x.size {
		out = append(out, b.platform)
	}
	return out
}

// changed is signalled when a page of p was accepted. Capacity 1: a reader that is busy looks again anyway.
func (x *Outbox) changed(p live.Platform) chan struct{} {
	x.mu.Lock()
	defer x.mu.Unlock()
	c := x.signals[p]
	if c == nil {
		c = make(chan struct{}, 1)
		x.signals[p] = c
	}
	return c
}

func (x *Outbox) signal(p live.Platform) {
	select {
	case x.changed(p) <- struct{}{}:
	default:
	}
}

// age is how old r is now, never negative. own says that this run stored it and the monotonic clock measured.
func (x *Outbox) age(r *record) (age time.Duration, own bool) {
	now := x.o.now()
	if own = r.run == x.run; own {
		age = now.Sub(x.opened) - time.Duration(r.mono)
	} else {
		age = now.Round(0).Sub(time.Unix(0, r.wall))
	}
	return max(age, 0), own
}
