package view

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"onair/aggregator"
	"onair/live"
	"onair/view/viewtest"
)

// node is a running Follower with its file.
type node struct {
	*Follower
	tb   testing.TB
	stop func() error // ends Run and closes the file
}

func mustRun(tb testing.TB, path string, c FollowerConfig) *node {
	tb.Helper()
	c.Store, c.View, c.Infos = mustOpen(tb, path), &View{}, viewtest.Infos()
	if c.Facts == nil {
		c.Facts = viewtest.NewFacts()
	}
	f := NewFollower(c)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	stopped := false
	n := &node{Follower: f, tb: tb}
	n.stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return errors.Join(<-done, c.Store.Close())
	}
	tb.Cleanup(func() { n.stop() })
	return n
}

// until waits for a snapshot that pleases.
func (n *node) until(what string, ok func(s *Snapshot) bool) *Snapshot {
	n.tb.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	for {
		changed := n.View.Changed()
		s := n.View.Current()
		if s != nil && ok(s) {
			return s
		}
		select {
		case <-changed:
		case <-deadline.C:
			n.tb.Fatalf("no snapshot %s; last %+v, health %+v", what, s, n.Health())
		}
	}
}

func (n *node) at(position uint64) *Snapshot {
	n.tb.Helper()
	return n.until(fmt.Sprint("at ", position), func(s *Snapshot) bool { return s.Position == position })
}

func (n *node) image() Image {
	n.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		i, err := n.Export(ctx)
		if err == nil {
			return i
		}
		if !errors.Is(err, ErrEmpty) { // empty: it has not found its state yet
			n.tb.Fatal(err)
		}
	}
}

// kill gives the file as kill -9 would leave it.
func (n *node) kill(path string) {
	n.tb.Helper()
	err := n.Store.view(func(tx *bbolt.Tx) error { return tx.CopyFile(path, 0o600) })
	if err != nil {
		n.tb.Fatal(err)
	}
	n.stop()
}

func testLog() *viewtest.Log { return viewtest.NewLog(viewtest.Noon, false) }

// equal compares what readers see: all but N.
func equal(tb testing.TB, what string, a, b *Snapshot) {
	tb.Helper()
	x, y := *a, *b
	x.N, y.N = 0, 0
	if !reflect.DeepEqual(&x, &y) {
		tb.Errorf("%s: snapshots at %d and %d differ", what, a.Position, b.Position)
	}
}

func TestFollowerFoldsAndPublishes(t *testing.T) {
	t.Parallel()
	log := testLog()
	facts := viewtest.NewFacts()
	path := filepath.Join(t.TempDir(), "view.db")
	n := mustRun(t, path, FollowerConfig{Log: log, Facts: facts})
	if s := n.at(0); len(s.Entries) != 0 || s.Lineage.StartSeq != 1 {
		t.Errorf("%+v", s)
	}
	evening := viewtest.NewEvening(1, 400, 60)
	last := log.Append(evening.MustMessages(t, 2)...)
	s := n.at(last)
	if len(s.Entries) != 400 || s.Seq != last || s.Entries[0].Viewers < s.Entries[1].Viewers {
		t.Error(len(s.Entries), s.Seq, last)
	}
	value, _ := json.Marshal(live.Block{Kind: live.BlockChannel, Value: "chzzk:ch10000000"})
	facts.Set(live.Fact{Table: "FACTS", Key: "block.channel." + live.BlockKey("chzzk:ch10000000"), Value: value, Rev: 1})
	n.until("without the blocked channel", func(s *Snapshot) bool { return len(s.Entries) == 399 })
	facts.Set(live.Fact{Table: "FACTS", Key: "block.channel." + live.BlockKey("chzzk:ch10000000")}) // gone, no revision
	n.until("with it again", func(s *Snapshot) bool { return len(s.Entries) == 400 })
	points, err := n.Store.ChannelHistory(live.ChannelID{Platform: "twitch", ID: "ch30000007"}, time.Time{})
	if err != nil || len(points) != 2 {
		t.Error(points, err)
	}
	if err := n.stop(); err != nil {
		t.Error(err)
	}
	st := mustOpen(t, path)
	if got := mustLoad(t, st); got.Position() != last {
		t.Error("stopped without a commit at", got.Position())
	}
}

func TestFirstSnapshotIsTheStoredOne(t *testing.T) {
	t.Parallel()
	log := testLog()
	path := filepath.Join(t.TempDir(), "view.db")
	n := mustRun(t, path, FollowerConfig{Log: log})
	evening := viewtest.NewEvening(1, 400, 60)
	first := log.Append(evening.MustMessages(t, 1)...)
	want := n.at(first)
	n.stop()

	// Restarted, with news in the log, and fact tables that take their time.
	last := log.Append(evening.MustMessages(t, 1)...)
	facts := viewtest.NewFacts()
	open := facts.Withhold()
	n = mustRun(t, path, FollowerConfig{Log: log, Facts: facts})
	n.image() // the node has adopted the log
	if s := n.View.Current(); s != nil {
		t.Fatal("a snapshot without the facts")
	}
	open()
	if got := n.at(last); got.N < 2 { // number 1 was of the stored state
		t.Errorf("snapshot %d shows the news", got.N)
	}
	n.stop()

	// Without news the stored one stays.
	log2 := testLog()
	path2 := filepath.Join(t.TempDir(), "view.db")
	n = mustRun(t, path2, FollowerConfig{Log: log2})
	last = log2.Append(viewtest.NewEvening(1, 400, 60).MustMessages(t, 1)...)
	n.at(last)
	n.stop()
	n = mustRun(t, path2, FollowerConfig{Log: log2})
	equal(t, "after a restart", want, n.at(last))
}

func TestUnreadablePagesAreKeptAside(t *testing.T) {
	t.Parallel()
	log := testLog()
	n := mustRun(t, filepath.Join(t.TempDir(), "view.db"), FollowerConfig{Log: log})
	good := viewtest.NewEvening(1, 40, 60).Pass()
	broken := viewtest.MustMessage(t, viewtest.Noon, good[0])
	broken.Body = []byte("<html>")
	foreign := viewtest.MustMessage(t, viewtest.Noon, good[0])
	foreign.Lane.Platform = "soop"
	last := log.Append(broken, foreign, viewtest.MustMessage(t, viewtest.Noon, good[0]))
	if s := n.at(last); len(s.Entries) != 10 {
		t.Error(len(s.Entries))
	}
	n.stop()
	st := mustOpen(t, n.Store.path)
	pages, err := st.Aside(10)
	if err != nil || len(pages) != 2 || pages[0].Seq != 2 || string(pages[1].Raw) != "<html>" || pages[1].Lane != broken.Lane || pages[1].Error == "" {
		t.Errorf("%+v %v", pages, err)
	}
	if n.Health().Aside != 2 {
		t.Errorf("%+v", n.Health())
	}
}

// Nodes that began together, were killed and restarted at random, or joined late from another's state hold the same
// bytes and show the same at the same position.
func TestNodesAgree(t *testing.T) {
	t.Parallel()
	log := testLog()
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(3, 4))
	messages := viewtest.NewEvening(1, 400, 25).MustMessages(t, 6)
	steady := mustRun(t, filepath.Join(dir, "steady.db"), FollowerConfig{Log: log})
	path := filepath.Join(dir, "0.db")
	tried := mustRun(t, path, FollowerConfig{Log: log})
	var joined *node
	kills := 0
	for i := 0; i < len(messages); {
		next := min(i+1+random.IntN(6), len(messages))
		last := log.Append(messages[i:next]...)
		i = next
		switch random.IntN(3) {
		case 0:
			kills++
			path := filepath.Join(dir, fmt.Sprint(kills, ".db"))
			tried.kill(path)
			tried = mustRun(t, path, FollowerConfig{Log: log})
		case 1:
			if i > len(messages)/2 && joined == nil {
				steady.at(last)
				joined = mustRun(t, filepath.Join(dir, "late.db"), FollowerConfig{Log: log, Snapshots: latest(steady.image)})
			}
		}
	}
	last := log.Append(viewtest.Tick(viewtest.Noon.Add(10 * time.Minute)))
	a, b, c := steady.at(last), tried.at(last), joined.at(last)
	equal(t, "killed", a, b)
	equal(t, "joined late", a, c)
	for what, n := range map[string]*node{"killed": tried, "joined late": joined} {
		x, _ := Export(steady.image())
		y, _ := Export(n.image())
		if string(x) != string(y) {
			t.Error(what, "has other bytes")
		}
	}
	if kills < 3 {
		t.Error(kills, "kills")
	}
}

// latest is a store of one state, as it travels.
type latest func() Image

func (l latest) Latest(context.Context) (Image, error) {
	blob, err := Export(l())
	if err != nil {
		return Image{}, err
	}
	return Import(blob)
}

type noSnapshots struct{}

func (noSnapshots) Latest(context.Context) (Image, error) { return Image{}, errors.New("none") }

func TestUnusableStateGivesWay(t *testing.T) {
	t.Parallel()
	evening := viewtest.NewEvening(1, 400, 60)
	messages := evening.MustMessages(t, 4)
	n := uint64(len(messages))
	quarter := n / 4
	for _, c := range []struct {
		name  string
		after func(log *viewtest.Log) *viewtest.Log
		from  uint64 // new StartSeq, 0: the old one goes on
	}{
		{"log goes on", func(log *viewtest.Log) *viewtest.Log { return log }, 0},
		{"log begins with the next", func(log *viewtest.Log) *viewtest.Log { log.Expire(quarter + 1); return log }, 0},
		{"log has lost the next", func(log *viewtest.Log) *viewtest.Log { log.Expire(quarter + 2); return log }, quarter + 2},
		{"log was made anew", func(*viewtest.Log) *viewtest.Log {
			other := viewtest.NewLog(viewtest.Noon.Add(time.Second), false)
			other.Append(messages[:quarter]...)
			return other
		}, 1},
		{"log has a hole", func(log *viewtest.Log) *viewtest.Log { log.Lose(quarter+10, quarter+12); return log }, quarter + 13},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			log := testLog()
			path := filepath.Join(t.TempDir(), "view.db")
			node := mustRun(t, path, FollowerConfig{Log: log, Snapshots: noSnapshots{}})
			log.Append(messages[:quarter]...)
			node.at(quarter)
			node.stop()
			log.Append(messages[quarter:]...)
			log = c.after(log)
			info, _ := log.Info(t.Context())
			node = mustRun(t, path, FollowerConfig{Log: log, Snapshots: noSnapshots{}})
			s := node.at(info.LastSeq)
			if want := max(c.from, 1); s.Lineage.StartSeq != want || !s.Lineage.Created.Equal(info.Created) || len(s.Entries) != 400 {
				t.Errorf("%+v, %d entries", s.Lineage, len(s.Entries))
			}
			old, _ := filepath.Glob(path + ".old-*")
			if (len(old) > 0) != (c.from > 0) || (node.Health().Restarts > 0) != (c.from > 0) {
				t.Error(old, node.Health())
			}
			points, err := node.Store.History(live.BroadcastID{Platform: "chzzk", ID: "10000000"}, time.Time{})
			if err != nil || len(points) < 1 || points[0].At.After(viewtest.Noon.Add(time.Minute)) {
				t.Error("history is lost", points, err)
			}
			node.stop()
			if s := mustOpen(t, path); true {
				got, lineage, err := s.Load()
				if err != nil || got.Position() != info.LastSeq || lineage.StartSeq != max(c.from, 1) {
					t.Error(lineage, err)
				}
			}
		})
	}
}

func TestLateJoinerTakesTheStoredState(t *testing.T) {
	t.Parallel()
	log := testLog()
	steady := mustRun(t, filepath.Join(t.TempDir(), "a.db"), FollowerConfig{Log: log})
	messages := viewtest.NewEvening(1, 400, 60).MustMessages(t, 4)
	half := log.Append(messages[:len(messages)/2]...)
	steady.at(half)
	image := steady.image()
	last := log.Append(messages[len(messages)/2:]...)
	want := steady.at(last)
	for name, c := range map[string]struct {
		expire uint64
		image  Image
		start  uint64
	}{
		"usable":            {1, image, 1},
		"just usable":       {half + 1, image, 1},
		"too old":           {half + 2, image, half + 2},
		"of another log":    {half + 2, Image{Lineage: live.Lineage{Created: viewtest.Noon.Add(1)}, Position: half, Records: image.Records}, half + 2},
		"not a state":       {half + 2, Image{Lineage: image.Lineage, Position: last}, half + 2},
		"of another folder": {half + 2, Image{Lineage: live.Lineage{Created: image.Lineage.Created, Fold: aggregator.Version + 1}, Position: last}, half + 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			short := testLog()
			short.Append(messages...)
			short.Expire(c.expire)
			n := mustRun(t, filepath.Join(t.TempDir(), "b.db"), FollowerConfig{Log: short, Snapshots: latest(func() Image { return c.image })})
			got := n.at(last)
			if got.Lineage.StartSeq != c.start {
				t.Errorf("%+v", got.Lineage)
			}
			if c.start == 1 {
				equal(t, name, want, got)
			}
		})
	}
}

func TestFollowerOutlivesTheLog(t *testing.T) {
	t.Parallel()
	log := testLog()
	n := mustRun(t, filepath.Join(t.TempDir(), "view.db"), FollowerConfig{Log: log})
	messages := viewtest.NewEvening(1, 400, 60).MustMessages(t, 2)
	half := log.Append(messages[:len(messages)/2]...)
	n.at(half)
	log.Fail(errors.New("gone"))
	deadline := time.Now().Add(time.Minute)
	for log.Refused() == 0 && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	last := log.Append(messages[len(messages)/2:]...)
	log.Fail(nil)
	n.at(last)
	if h := n.Health(); h.Restarts != 0 || h.Reconnects == 0 || h.Messages != last {
		t.Errorf("%+v", h)
	}
}

// A file that breaks while the node runs is replaced; what is in memory is not lost.
func TestFollowerReplacesABrokenFile(t *testing.T) {
	t.Parallel()
	log := testLog()
	path := filepath.Join(t.TempDir(), "view.db")
	n := mustRun(t, path, FollowerConfig{Log: log})
	messages := viewtest.NewEvening(1, 400, 60).MustMessages(t, 2)
	half := log.Append(messages[:len(messages)/2]...)
	n.at(half)
	n.Store.suspect.Store(true)
	last := log.Append(messages[len(messages)/2:]...)
	want := n.at(last)
	if err := n.stop(); err != nil {
		t.Error(err)
	}
	n = mustRun(t, path, FollowerConfig{Log: log})
	equal(t, "after the replacement", want, n.at(last))
	if old, _ := filepath.Glob(path + ".old-*"); len(old) != 1 {
		t.Error(old)
	}
}

// A file that refuses writes does not stop the list; what was not written is written later.
func TestFollowerGoesOnWithoutTheDisk(t *testing.T) {
	t.Parallel()
	log := testLog()
	path := filepath.Join(t.TempDir(), "view.db")
	n := mustRun(t, path, FollowerConfig{Log: log})
	messages := viewtest.NewEvening(1, 400, 60).MustMessages(t, 2)
	half := log.Append(messages[:len(messages)/2]...)
	n.at(half)
	n.Store.mu.Lock()
	n.Store.db.MaxSize = 1 // as a full disk
	n.Store.mu.Unlock()
	last := log.Append(messages[len(messages)/2:]...)
	n.at(last)
	n.until("with the error in health", func(*Snapshot) bool { return n.Health().CommitError != "" })
	n.Store.mu.Lock()
	n.Store.db.MaxSize = 0
	n.Store.mu.Unlock()
	if err := n.stop(); err != nil {
		t.Error(err)
	}
	st := mustOpen(t, path)
	if got := mustLoad(t, st); got.Position() != last {
		t.Error(got.Position(), last)
	}
}

func TestFreshNodeShowsNothingBeforeItHasCaughtUp(t *testing.T) {
	t.Parallel()
	log := testLog()
	last := log.Append(viewtest.NewEvening(1, 1000, 25).MustMessages(t, 12)...)
	n := mustRun(t, filepath.Join(t.TempDir(), "view.db"), FollowerConfig{Log: log})
	if s := n.until("at all", func(*Snapshot) bool { return true }); s.Position != last {
		t.Errorf("position %d of %d", s.Position, last)
	}
}

func TestSnapshotsKeepTheirDistance(t *testing.T) {
	t.Parallel()
	path, messages := filepath.Join(t.TempDir(), "view.db"), viewtest.NewEvening(1, 400, 25).MustMessages(t, 30)
	for i := range messages { // the decoder's own channels are made with its first page, and must not be the bubble's
		if _, err := Decode(&messages[i]); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		log := testLog()
		n := mustRun(t, path, FollowerConfig{Log: log})
		begin, first := time.Now(), n.at(0).N
		var last uint64
		for _, m := range messages {
			last = log.Append(m)
			time.Sleep(2 * time.Millisecond) // the feed's own pace
		}
		made := n.at(last).N - first
		took := time.Since(begin)
		if want := uint64(took / buildEvery); made < want || made > want+1 {
			t.Errorf("%d snapshots in %v, want one each %v", made, took, buildEvery)
		}
		if took < 3*buildEvery {
			t.Errorf("%d messages in %v prove nothing", len(messages), took)
		}
	})
}
