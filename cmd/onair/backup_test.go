package main

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"onair/api/client"
	"onair/broker"
	"onair/broker/embed"
	"onair/live"
	"onair/sim"
	"onair/view"
)

// smallBackup is a backup of some bytes in every entry.
func smallBackup(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := newBackupWriter(&b, &manifest{Format: backupFormat, Version: "test", Made: time.Unix(1e9, 0).UTC(), Log: true, Keys: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{entryFacts, entryView, entryLogHead, entryLog, "keys/hub.nk", "nats/nats.conf", "nats/auth/edge.conf"} {
		text := strings.Repeat(name+"\n", 300)
		if err := w.add(name, int64(len(text)), strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.finish(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func nothing(string, int64, io.Reader) error { return nil }

func TestDamagedBackupsAreRefused(t *testing.T) {
	whole := smallBackup(t)
	if m, err := readBackup(bytes.NewReader(whole), nothing); err != nil || len(m.Entries) != 7 || !m.Keys {
		t.Fatalf("%+v %v", m, err)
	}
	for n := range whole {
		_, err := readBackup(bytes.NewReader(whole[:n]), nothing)
		if !errors.Is(err, errBackup) || !strings.Contains(err.Error(), "near byte") {
			t.Fatalf("cut off after %d of %d bytes: %v", n, len(whole), err)
		}
		bad := bytes.Clone(whole)
		bad[n] ^= 0x41
		if _, err := readBackup(bytes.NewReader(bad), nothing); err == nil {
			// A flipped bit of the container that changes no content is harmless; zstd has a few.
			again := map[string]string{}
			if _, err := readBackup(bytes.NewReader(bad), func(name string, _ int64, r io.Reader) error {
				b, err := io.ReadAll(r)
				again[name] = string(b)
				return err
			}); err != nil || len(again) != 7 || again[entryView] != strings.Repeat(entryView+"\n", 300) {
				t.Fatalf("byte %d: other contents were taken for whole: %v", n, err)
			}
		} else if !errors.Is(err, errBackup) {
			t.Fatalf("byte %d: %v", n, err)
		}
	}
	if _, err := readBackup(bytes.NewReader(append(bytes.Clone(whole), "more"...)), nothing); !errors.Is(err, errBackup) {
		t.Errorf("something follows: %v", err)
	}
}

func TestHostileBackupsAreRefused(t *testing.T) {
	t.Parallel()
	pack := func(headers ...tar.Header) []byte {
		var b bytes.Buffer
		z, err := zstd.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		w := tar.NewWriter(z)
		for _, h := range headers {
			if err := w.WriteHeader(&h); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(w.Close(), z.Close()); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for _, h := range []tar.Header{
		{Name: "../view.db", Typeflag: tar.TypeReg}, {Name: "/etc/passwd", Typeflag: tar.TypeReg}, {Name: "keys/../../x", Typeflag: tar.TypeReg},
		{Name: "keys/link", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}, {Name: "nats/jetstream/x", Typeflag: tar.TypeReg},
		{Name: "keys/", Typeflag: tar.TypeDir}, {Name: "other", Typeflag: tar.TypeReg}, {Name: `keys\..\x`, Typeflag: tar.TypeReg},
	} {
		if _, err := readBackup(bytes.NewReader(pack(h)), nothing); !errors.Is(err, errBackup) || !strings.Contains(err.Error(), "does not belong") {
			t.Errorf("%s: %v", h.Name, err)
		}
	}
	twice := tar.Header{Name: entryFacts, Typeflag: tar.TypeReg}
	if _, err := readBackup(bytes.NewReader(pack(twice, twice)), nothing); !errors.Is(err, errBackup) {
		t.Error(err)
	}
}

func TestFactsThatNobodyCanReadAreRefused(t *testing.T) {
	t.Parallel()
	good := backupFact{"creator.a", json.RawMessage(`{"id":"a","name":"A","channels":[]}`)}
	for what, list := range map[string][]backupFact{
		"twice": {good, good}, "another id": {{"creator.b", good.Value}}, "no table": {{"label.chzzk.a.b", good.Value}}, "no json": {{"creator.a", json.RawMessage(`x`)}},
	} {
		if err := checkFacts(list); !errors.Is(err, errBackup) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := checkFacts([]backupFact{good}); err != nil {
		t.Error(err)
	}
}

// opened is a restored folder with a broker and a node of its own.
func opened(t *testing.T, data string, infos []live.PlatformInfo) *node {
	t.Helper()
	server, err := embed.Start(t.Context(), embed.Options{Dir: filepath.Join(data, "nats"), KeysDir: filepath.Join(data, "keys")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Shutdown)
	nc, err := server.Hub()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	b, err := openAsIs(t.Context(), nc)
	if err != nil {
		t.Fatal(err)
	}
	return startNode(t, b, infos, filepath.Join(data, "view.db"))
}

// TestRestoreOnAnEmptyFolder: with the log the restored node answers with the same bytes and ETags; without it the
// history and the facts are there, and the list is empty until pages come. Nodes agree on the past as on the list,
// however often one of them is stopped.
func TestRestoreOnAnEmptyFolder(t *testing.T) {
	t.Parallel()
	f := newFeed(t, 11)
	var infos []live.PlatformInfo
	for _, s := range f.sources {
		infos = append(infos, s.Info())
	}
	dir := t.TempDir()
	a := startNode(t, f.fixture.Broker, infos, filepath.Join(dir, "a", "view.db"))
	b := startNode(t, f.fixture.Broker, infos, filepath.Join(dir, "b", "view.db"))
	f.until(a.view, 60)
	b.stop()
	f.until(a.view, 60)
	b = startNode(t, f.fixture.Broker, infos, b.path)
	f.until(a.view, 60)
	top := a.view.Current().Entries[0].Broadcasts[0]
	creator := live.Creator{ID: "first", Name: "첫째", Channels: []live.ChannelID{{Platform: top.ID.Platform, ID: top.Channel.ID}}}
	value, err := json.Marshal(creator)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.fixture.Broker.Facts().Create(t.Context(), live.Fact{Table: broker.BucketFacts, Key: "creator.first", Value: value}, 0, broker.Epoch{}); err != nil {
		t.Fatal(err)
	}
	last := f.until(a.view, 20)
	pasts := []string{"/v1/history?span=2h", "/v1/history", "/v1/platforms/soop/history?span=2h", "/v1/streams/" + top.ID.String() + "/history", "/v1/days/today?limit=100"}
	for _, n := range []*node{a, b} {
		n.reach(last)
		for changed := n.view.Changed(); n.view.Current().Entries[0].Creator.ID != "first" && !has(n.view.Current(), "first"); changed = n.view.Changed() {
			<-changed
		}
	}
	equalNodes(t, a, b, "before the backup")
	for _, path := range pasts {
		if x, y := a.get(path, ""), b.get(path, ""); x != y {
			t.Fatalf("%s differs\n%.600s\n%.600s", path, x, y)
		}
	}
	if n := strings.Count(a.get(pasts[0], ""), `"at"`); n < 2 {
		t.Fatalf("%d minutes of totals", n)
	}
	a.stop()

	store, err := view.Open(a.path, view.StoreOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	source := &backupSource{dir, store, f.fixture.Broker, slog.New(slog.DiscardHandler)}
	file := func(name string, withLog bool) string {
		path := filepath.Join(dir, name)
		w, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(source.write(t.Context(), w, withLog, false), w.Close()); err != nil {
			t.Fatal(err)
		}
		return path
	}
	with, without := file("with", true), file("without", false)
	if left, _ := filepath.Glob(filepath.Join(dir, ".backup-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}

	same := filepath.Join(dir, "same")
	mustTry(t, "restore", with, "--data", same)
	c := opened(t, same, infos)
	c.reach(last)
	// The restored log has a new date of creation, and so another mark of lineage in its ETags.
	if x, y := b.view.Current(), c.view.Current(); x.Position != y.Position || x.Lineage.StartSeq != y.Lineage.StartSeq || len(y.Entries) == 0 {
		t.Fatalf("%d %+v, %d %+v", x.Position, x.Lineage, y.Position, y.Lineage)
	}
	paths := pasts
	for _, q := range everyAnswer {
		if q.path != "/v1/platforms" { // has the clock of its process
			paths = append(paths, q.path)
		}
	}
	for _, path := range paths {
		_, x, _ := strings.Cut(b.get(path, ""), "-")
		_, y, _ := strings.Cut(c.get(path, ""), "-")
		if x != y {
			t.Fatalf("%s differs after the restore: %s", path, cmp.Diff(strings.Split(x, ","), strings.Split(y, ",")))
		}
	}
	if old, _ := filepath.Glob(filepath.Join(same, "view.db.old-*")); len(old) > 0 {
		t.Errorf("the state was given up: %v", old)
	}
	fresh := filepath.Join(dir, "fresh")
	mustTry(t, "restore", without, "--data", fresh)
	d := opened(t, fresh, infos)
	d.reach(0)
	snap := d.view.Current()
	if len(snap.Entries) != 0 || snap.Lineage == b.view.Current().Lineage {
		t.Errorf("%d entries of %+v", len(snap.Entries), snap.Lineage)
	}
	if facts, err := d.broker.Facts().List(t.Context(), broker.BucketFacts); err != nil || len(facts) != 1 || !bytes.Equal(facts[0].Value, value) {
		t.Error(facts, err)
	}
	old := b.get(pasts[3], "")
	_, body, _ := strings.Cut(old, "\n")
	if got := d.get(pasts[3], ""); !strings.HasSuffix(got, body) {
		t.Errorf("the history is\n%.600s\nnot\n%.600s", got, body)
	}

	// A folder that holds something is left alone, and put aside when that is asked for.
	c.stop()
	if code, _, text := try(t, "restore", with, "--data", same); code != 2 || !strings.Contains(text, "--force") {
		t.Errorf("%d %s", code, text)
	}
	if code, _, text := try(t, "restore", with, "--data", fresh); code != 2 || !strings.Contains(text, "a hub runs there") {
		t.Errorf("%d %s", code, text)
	}
	bad, err := os.ReadFile(with)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(with+".bad", bad[:len(bad)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(dir, "empty")
	if code, _, text := try(t, "restore", with+".bad", "--data", empty); code != 1 || !strings.Contains(text, "near byte") {
		t.Errorf("%d %s", code, text)
	}
	if _, err := os.Stat(empty); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a damaged backup touched the folder: %v", err)
	}
}

// has reports whether an entry of the snapshot is the creator's.
func has(s *view.Snapshot, creator string) bool {
	return slices.ContainsFunc(s.Entries, func(e *view.Entry) bool { return e.Creator.ID == creator })
}

// TestBackupThroughTheWholeProgram: a running demo is backed up, killed and wiped, restored and started again.
func TestBackupThroughTheWholeProgram(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data, file := filepath.Join(dir, "data"), filepath.Join(dir, "onair.backup")
	p := startDemo(t, data)
	enough := func(l *client.Streams) bool { return l.Total > 50 }
	p.list(t, enough)
	mustTry(t, "blocks", "add", "keyword", "없는말", "--data", data)
	points := p.totals(t, 3)
	mustTry(t, "backup", file, "--data", data)
	if code, _, text := try(t, "backup", file, "--data", data); code != 2 || !strings.Contains(text, "--force") {
		t.Errorf("%d %s", code, text)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	p.kill()
	mustTry(t, "backup", file+".stopped", "--data", data, "--log", "--keys")
	if err := os.RemoveAll(data); err != nil {
		t.Fatal(err)
	}

	mustTry(t, "restore", file, "--data", data)
	p = startDemo(t, data)
	p.list(t, enough)
	if out, _ := mustTry(t, "blocks", "list", "--data", data); !strings.Contains(out, "없는말") {
		t.Errorf("blocks: %s", out)
	}
	for _, want := range points {
		if got := p.totals(t, 1); !slices.Contains(got, want) {
			t.Errorf("%+v is gone; there are %d", want, len(got))
		}
	}
	// Facts of the other backup for the running hub: it has them.
	if out, _ := mustTry(t, "restore", file+".stopped", "--facts", "--data", data); !strings.Contains(out, "1 were there") {
		t.Errorf("facts: %s", out)
	}
	p.kill()

	// With log and keys it goes on where it was.
	if err := os.RemoveAll(data); err != nil {
		t.Fatal(err)
	}
	mustTry(t, "restore", file+".stopped", "--data", data)
	if _, err := os.Stat(filepath.Join(data, "keys", "hub.nk")); err != nil {
		t.Error(err)
	}
	p = startDemo(t, data)
	p.list(t, func(l *client.Streams) bool { return l.Total > 50 })
	if old, _ := filepath.Glob(filepath.Join(data, "view.db.old-*")); len(old) > 0 {
		t.Errorf("the state was given up: %v", old)
	}
}

// totals asks until the demo knows at least n minutes since its world began. A demo begins there again when it has no log.
func (p *program) totals(t *testing.T, n int) []client.TotalPoint {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	query := url.Values{"since": {sim.Epoch().Format(time.RFC3339)}, "until": {sim.Epoch().Add(2 * time.Hour).Format(time.RFC3339)}}
	for {
		var got client.Totals
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(p.url, "/")+"/v1/history?"+query.Encode(), nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
		if err == nil {
			err = json.NewDecoder(resp.Body).Decode(&got)
			resp.Body.Close()
		}
		if err == nil && len(got.Points) >= n {
			return got.Points
		}
		if live.Wait(ctx, live.RealClock{}, 50*time.Millisecond) != nil {
			t.Fatalf("no totals in time: %v", err)
		}
	}
}
