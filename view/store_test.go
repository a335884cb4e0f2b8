package view

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/aggregator"
	"onair/live"
	"onair/view/viewtest"
)

var testLineage = live.Lineage{Created: viewtest.Noon, StartSeq: 1, Fold: aggregator.Version}

func mustOpen(tb testing.TB, path string) *Store {
	tb.Helper()
	st, err := Open(path, StoreOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { st.Close() })
	return st
}

func mustCommit(tb testing.TB, st *Store, s *aggregator.State, b Batch) {
	tb.Helper()
	b.Lineage, b.Position, b.LogTime = testLineage, s.Position(), s.LogTime()
	b.Records = s.Dirty()
	if b.Whole {
		b.Records = imageOf(s, testLineage).Records
	}
	if err := st.Commit(b); err != nil {
		tb.Fatal(err)
	}
	s.Clean()
}

func mustLoad(tb testing.TB, st *Store) *aggregator.State {
	tb.Helper()
	s, lineage, err := st.Load()
	if err != nil {
		tb.Fatal(err)
	}
	if lineage != testLineage {
		tb.Fatalf("lineage %+v", lineage)
	}
	return s
}

// folded applies messages to s and gives what they bring for the history.
func folded(tb testing.TB, s *aggregator.State, first uint64, messages []live.Message) (past Past) {
	tb.Helper()
	for i, m := range messages {
		m.Seq = first + uint64(i)
		p, err := Decode(&m)
		if err != nil {
			tb.Fatal(err)
		}
		past.take(s, s.Apply(&m, p))
	}
	return past
}

// counts are the last counts of a series.
func counts(list []HistoryPoint) (out []aggregator.Point) {
	for _, p := range list {
		out = append(out, p.Point)
	}
	return out
}

func records(s *aggregator.State) []aggregator.Record { return imageOf(s, live.Lineage{}).Records }

// same compares states; cmp takes seconds for as many bytes.
func same(tb testing.TB, what string, want []aggregator.Record, got *aggregator.State) {
	tb.Helper()
	g := records(got)
	for i := range min(len(want), len(g)) {
		if want[i].Key != g[i].Key || string(want[i].Value) != string(g[i].Value) {
			tb.Fatalf("%s: %s is\n%s, want %s\n%s", what, g[i].Key, g[i].Value, want[i].Key, want[i].Value)
		}
	}
	if len(want) != len(g) {
		tb.Fatalf("%s: %d records, want %d", what, len(g), len(want))
	}
}

func TestStoreKeepsTheState(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "view.db")
	st := mustOpen(t, path)
	if _, _, err := st.Load(); !errors.Is(err, ErrEmpty) {
		t.Fatal(err)
	}
	evening := viewtest.NewEvening(1, 400, 40)
	s := aggregator.New(false)
	first := uint64(1)
	for pass := range 4 {
		messages := evening.MustMessages(t, 1)
		past := folded(t, s, first, messages)
		first += uint64(len(messages))
		mustCommit(t, st, s, Batch{Past: past, Whole: pass == 2})
		if pass == 1 { // and across a restart
			if err := st.Close(); err != nil {
				t.Fatal(err)
			}
			st = mustOpen(t, path)
			s = mustLoad(t, st)
		}
		same(t, fmt.Sprint("pass ", pass), records(s), mustLoad(t, st))
	}
}

// A crash in the middle of a batch leaves the one before.
func TestTransactionIsWhole(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "view.db")
	st := mustOpen(t, path)
	s := aggregator.New(false)
	messages := viewtest.NewEvening(1, 400, 40).MustMessages(t, 2)
	half := len(messages) / 2
	mustCommit(t, st, s, Batch{Past: folded(t, s, 1, messages[:half])})
	want := records(s)
	past := folded(t, s, uint64(half+1), messages[half:])
	err := st.Commit(Batch{
		Lineage: testLineage, Position: s.Position(), LogTime: s.LogTime(), Past: past,
		Records: append(s.Dirty(), aggregator.Record{Key: "", Value: []byte("x")}), // bbolt refuses an empty key, after all others
	})
	if err == nil {
		t.Fatal("committed")
	}
	same(t, "after the crash", want, mustLoad(t, st))
	mustCommit(t, st, s, Batch{Past: past})
	same(t, "again", records(s), mustLoad(t, st))
}

func TestStoreInUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustOpen(t, filepath.Join(dir, "view.db"))
	if _, err := Open(filepath.Join(dir, "view.db"), StoreOptions{}); !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), dir) {
		t.Error(err)
	}
}

func TestStoreWithoutFolder(t *testing.T) {
	t.Parallel()
	if _, err := Open(filepath.Join(t.TempDir(), "none", "view.db"), StoreOptions{}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// Hits of 64 bytes anywhere in the file: what is loaded is what was stored, or the damage is noticed; nothing panics,
// and a renewed store works.
func TestDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "view.db")
	st := mustOpen(t, path)
	s := aggregator.New(false)
	evening := viewtest.NewEvening(1, 200, 40)
	first := uint64(1)
	committed := map[uint64][]aggregator.Record{} // bbolt falls back to the transaction before when its newest head is hit
	for range 3 {
		messages := evening.MustMessages(t, 1)
		past := folded(t, s, first, messages)
		first += uint64(len(messages))
		mustCommit(t, st, s, Batch{Past: past, Aside: []AsidePage{{Seq: first, Error: "x"}}})
		committed[s.Position()] = records(s)
	}
	want := records(s)
	id := live.BroadcastID{Platform: "chzzk", ID: "10000000"}
	history, err := st.History(id, time.Time{})
	if err != nil || len(history) != 3 {
		t.Fatal(history, err)
	}
	st.Close()
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	outcome := map[string]int{}
	for i := range 40 {
		bad := slices.Clone(good)
		at := random.IntN(len(bad) - 64)
		if i%6 == 0 {
			bad = bad[:at] // torn off
		} else {
			if i%6 == 1 {
				at = random.IntN(4 * os.Getpagesize()) // the head of the file, where bbolt is most vulnerable
			}
			for j := range 64 {
				bad[at+j] = byte(random.Uint32())
			}
		}
		name := filepath.Join(dir, fmt.Sprintf("%d.db", i))
		if err := os.WriteFile(name, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		st, err := Open(name, StoreOptions{})
		if err != nil {
			t.Fatalf("hit %d at %d: %v", i, at, err)
		}
		got, _, err := st.Load()
		switch {
		case err == nil:
			outcome["harmless"]++
			same(t, fmt.Sprintf("hit %d at %d", i, at), committed[got.Position()], got)
		case errors.Is(err, ErrEmpty):
			outcome["renewed"]++
		case errors.Is(err, ErrDamaged):
			outcome["noticed"]++
			if err := st.Renew(); err != nil {
				t.Fatalf("hit %d at %d: %v", i, at, err)
			}
		default:
			t.Fatalf("hit %d at %d: %v", i, at, err)
		}
		points, err := st.History(id, time.Time{})
		for _, p := range points {
			if !slices.Contains(history, p) {
				t.Fatalf("hit %d at %d: wrong history: %v", i, at, p)
			}
		}
		if err == nil && len(points) == len(history) {
			outcome["history kept"]++
		}
		if _, err := st.Aside(9); err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
		// Go on writing, as the Follower does.
		b := Batch{Lineage: testLineage, Position: s.Position(), LogTime: s.LogTime(), Records: want, Whole: true, Past: Past{Points: counts(history)}}
		err = st.Commit(b)
		if errors.Is(err, ErrDamaged) {
			outcome["noticed on writing"]++
			if err = st.Renew(); err == nil {
				err = st.Commit(b)
			}
		}
		if err != nil {
			t.Fatalf("hit %d at %d: %v", i, at, err)
		}
		// A damaged list of free pages can make it overwrite its own pages: the next start must notice.
		if got, _, err := st.Load(); err == nil {
			same(t, fmt.Sprintf("hit %d at %d, written", i, at), want, got)
		} else if errors.Is(err, ErrDamaged) {
			outcome["noticed after writing"]++
		} else {
			t.Fatalf("hit %d at %d: %v", i, at, err)
		}
		st.Close()
		for _, f := range []string{name, name + ".old-1", name + ".old-2"} {
			os.Remove(f)
		}
	}
	t.Log(outcome)
	if outcome["noticed"] == 0 || outcome["renewed"] == 0 || outcome["history kept"] < 20 {
		t.Error("the hits were too soft", outcome)
	}
}

func TestMissingRecordsAreNoticed(t *testing.T) {
	t.Parallel()
	st := mustOpen(t, filepath.Join(t.TempDir(), "view.db"))
	s := aggregator.New(false)
	mustCommit(t, st, s, Batch{Past: folded(t, s, 1, viewtest.NewEvening(1, 40, 40).MustMessages(t, 1))})
	st.meta.Count++ // as if a branch of the tree had been lost
	mustCommit(t, st, s, Batch{})
	if _, _, err := st.Load(); !errors.Is(err, ErrDamaged) {
		t.Error(err)
	}
}

func TestRenewKeepsHistoryAndTwoOldFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "view.db")
	st := mustOpen(t, path)
	s := aggregator.New(false)
	mustCommit(t, st, s, Batch{Past: folded(t, s, 1, viewtest.NewEvening(1, 400, 40).MustMessages(t, 3))})
	id := live.BroadcastID{Platform: "soop", ID: "20000000"}
	want, err := st.History(id, time.Time{})
	if err != nil || len(want) != 3 {
		t.Fatal(want, err)
	}
	for range 4 {
		if err := st.Renew(); err != nil {
			t.Fatal(err)
		}
	}
	got, err := st.History(id, time.Time{})
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
	if _, _, err := st.Load(); !errors.Is(err, ErrEmpty) {
		t.Error(err)
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(names) != 3 || names[1] != path+".old-3" || names[2] != path+".old-4" {
		t.Error(names)
	}
}
