package workers

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"onair/live"
)

// modelDir is a directory of a rapid test, which has no TempDir of its own.
func modelDir(t interface {
	Fatal(...any)
	Cleanup(func())
}, name string,
) string {
	dir, err := os.MkdirTemp("", "outbox"+name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func TestOutboxIdentity(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.db")
	x := mustOpen(t, path, OutboxOptions{})
	epoch := x.Epoch()
	if err := live.CheckID(epoch); err != nil || len(epoch) != 16 {
		t.Errorf("epoch %q: %v", epoch, err)
	}
	first := mustPut(t, x, "chzzk", "a")
	if _, err := OpenOutbox(path, "w1", OutboxOptions{}); !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), path) {
		t.Errorf("second opening: %v", err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenOutbox(path, "w2", OutboxOptions{}); err == nil || !strings.Contains(err.Error(), `"w1"`) {
		t.Errorf("opening by another worker: %v", err)
	}
	if _, err := OpenOutbox(path, "w 1", OutboxOptions{}); !errors.Is(err, live.ErrID) {
		t.Errorf("opening with a bad name: %v", err)
	}
	x = mustOpen(t, path, OutboxOptions{})
	if x.Epoch() != epoch {
		t.Error("the epoch changed with a restart")
	}
	if s := x.Stats(); s.Live != 1 || s.Bytes == 0 {
		t.Errorf("after a restart: %+v", s)
	}
	if err := x.done(bucket{stateLive, "chzzk"}, first); err != nil {
		t.Fatal(err)
	}
	if next := mustPut(t, x, "soop", "b"); next <= first {
		t.Errorf("key %d after %d", next, first)
	}
	if other := mustOpen(t, filepath.Join(t.TempDir(), "new.db"), OutboxOptions{}); other.Epoch() == epoch {
		t.Error("a new file has an old epoch")
	}
}

func TestOutboxBounds(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	x := mustOpen(t, filepath.Join(t.TempDir(), "o.db"), OutboxOptions{MaxBytes: 10_000, MaxAge: time.Hour, now: func() time.Time { return now }})
	body := strings.Repeat("x", 1000)
	for i := range 30 {
		mustPut(t, x, []live.Platform{"chzzk", "soop"}[i%2], body)
	}
	s := x.Stats()
	if s.Bytes > 10_000 || s.Bytes < 8_000 || s.Live+int(s.Dropped) != 30 {
		t.Errorf("full: %+v", s)
	}
	if err := x.retire("chzzk", false); err != nil {
		t.Fatal(err)
	}
	// What goes is the oldest, wherever it lies.
	now = now.Add(3 * time.Minute)
	if err := x.retire("chzzk", false); err != nil {
		t.Fatal(err)
	}
	held := x.Stats().Held
	mustPut(t, x, "soop", body)
	mustPut(t, x, "soop", body)
	if got := x.Stats().Held; got != held-1 {
		t.Errorf("%d pages held, want %d", got, held-1)
	}
	now = now.Add(58 * time.Minute)
	if err := x.expire(); err != nil {
		t.Fatal(err)
	}
	if s := x.Stats(); s.Live != 2 || s.Held+s.Late != 0 || s.Live+int(s.Dropped) != 32 {
		t.Errorf("an hour later: %+v", s)
	}
	// A page that alone breaks the bound is still taken.
	mustPut(t, x, "soop", strings.Repeat("y", 20_000))
	if s := x.Stats(); s.Live != 1 {
		t.Errorf("a large page: %+v", s)
	}
}

func TestDamagedRecordIsCountedAndSkipped(t *testing.T) {
	x := mustOpen(t, filepath.Join(t.TempDir(), "o.db"), OutboxOptions{})
	for _, b := range []string{"a", "b", "c"} {
		mustPut(t, x, "chzzk", b)
	}
	err := x.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte("live/chzzk"))
		v := slices.Clone(b.Get(keyBytes(2)))
		v[recordHead] ^= 4
		return b.Put(keyBytes(2), v)
	})
	if err != nil {
		t.Fatal(err)
	}
	log := newFakeLog()
	mustDrain(t, testFlow(log, x, "chzzk"))
	if got := log.bodies(laneOf(x, "chzzk", live.LaneLive)); !slices.Equal(got, []string{"a", "c"}) {
		t.Errorf("log holds %q", got)
	}
	if s := x.Stats(); s.Damaged != 1 || s.Dropped != 0 || s.Live != 0 || s.Bytes != 0 {
		t.Errorf("%+v", s)
	}
}

func FuzzDecodeRecord(f *testing.F) {
	r := record{run: 7, mono: 5, wall: 9, at: time.Unix(3, 0), body: []byte("page")}
	f.Add(r.encode())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, ok := decodeRecord(1, b)
		if !ok {
			return
		}
		if again, ok := decodeRecord(1, r.encode()); !ok || again.run != r.run || !again.at.Equal(r.at) || string(again.body) != string(r.body) {
			t.Errorf("%+v became %+v", r, again)
		}
	})
}

// TestDamagedOutboxIsPutAside: a worker whose file is damaged goes on with a new one, of another epoch, and says so.
func TestDamagedOutboxIsPutAside(t *testing.T) {
	for name, damage := range map[string]func(b []byte) []byte{
		"no outbox at all":    func([]byte) []byte { return []byte("hello") },
		"head overwritten":    func(b []byte) []byte { return append(make([]byte, 12<<10), b[12<<10:]...) },
		"cut off":             func(b []byte) []byte { return b[:5000] },
		"cut behind the head": func(b []byte) []byte { return b[:8192] },
		"pages overwritten": func(b []byte) []byte {
			for i := 8192; i < len(b); i++ {
				b[i] ^= 0x5a
			}
			return b
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "outbox.db")
			x := mustOpen(t, path, OutboxOptions{})
			if _, err := x.Put("chzzk", []byte("page"), time.Time{}); err != nil {
				t.Fatal(err)
			}
			epoch := x.Epoch()
			if err := x.Close(); err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			b = damage(b)
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			var log strings.Builder
			y, err := OpenOutbox(path, "w1", OutboxOptions{Log: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			defer y.Close()
			if y.Epoch() == epoch {
				t.Error("a new file has the old epoch: its fences would be another's")
			}
			if !strings.Contains(log.String(), "outbox.db.bad-1") {
				t.Errorf("log does not name the file put aside: %s", log.String())
			}
			if kept, err := os.ReadFile(path + ".bad-1"); err != nil || len(kept) == 0 {
				t.Errorf("damaged file is gone: %v", err)
			}
			if _, err := y.Put("chzzk", []byte("page"), time.Time{}); err != nil {
				t.Errorf("the new one takes nothing: %v", err)
			}
		})
	}
}
