package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/api"
	"onair/broker"
	"onair/cmd/internal/edge"
	"onair/live"
	"onair/planner"
	"onair/sim"
)

// watchTower is a hub on the simulator, with an admin listener.
type watchTower struct {
	t     *testing.T
	feed  *feed
	node  *node
	flags []string // of an operator's commands
}

const towerToken = "0123456789abcdef0123"

func newWatchTower(t *testing.T, seed int64) *watchTower {
	t.Helper()
	f := newFeed(t, seed)
	var infos []live.PlatformInfo
	for _, s := range f.sources {
		infos = append(infos, s.Info())
	}
	n := startNode(t, f.fixture.Broker, infos, filepath.Join(t.TempDir(), "n", "view.db"))
	log := slog.New(slog.DiscardHandler)
	g := registry(f.fixture.Broker, f.sources, n.view, nil, f.clock, log)
	admin, err := api.New(api.Options{View: n.view}).Admin(api.AdminOptions{Token: towerToken, Registry: g})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(admin)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte(towerToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	conn, err := f.fixture.Server.Worker("local")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	run := func(name string, part func() error) {
		wg.Go(func() {
			if err := part(); err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	run("registry", func() error { return g.Run(ctx) })
	run("worker", func() error {
		return edge.Run(ctx, edge.Options{Name: "local", Data: f.data, Conn: conn, Sources: f.sources, Clock: f.clock, Virtual: true, Pace: 100 * time.Millisecond, Log: log})
	})
	run("planner", func() error {
		r := planner.Runner{
			Policy: planner.Registry{Policy: planner.Adaptive{Every: 2 * time.Minute}},
			View: func() planner.Snapshot {
				if s := n.view.Current(); s != nil {
					return situation{s}
				}
				return nil
			},
			Offers: offers(f.sources), Jobs: work{f.fixture.Broker}, Ticks: ticker{f.fixture.Broker, broker.Epoch{Rev: 1}, true}, Clock: f.clock, Epoch: "tower",
		}
		return r.Run(ctx)
	})
	t.Cleanup(func() {
		cancel()
		wg.Wait()
		conn.Close()
		web.Close()
	})
	return &watchTower{t: t, feed: f, node: n, flags: []string{"--admin", web.URL, "--admin-token-file", token}}
}

// command runs onair as an operator would.
func (w *watchTower) command(args ...string) (code int, stdout, stderr string) {
	w.t.Helper()
	var o, e bytes.Buffer
	code = run(w.t.Context(), append(slices.Clone(args), w.flags...), out{&o, &e})
	if strings.Contains(o.String()+e.String(), towerToken) {
		w.t.Fatal("the token is printed")
	}
	return code, o.String(), e.String()
}

func (w *watchTower) ok(args ...string) string {
	w.t.Helper()
	code, stdout, stderr := w.command(args...)
	if code != 0 {
		w.t.Fatalf("%v: exit %d\n%s%s", args, code, stdout, stderr)
	}
	return stdout
}

// eventually waits for what the view shows.
func (w *watchTower) eventually(what string, ok func() bool) {
	w.t.Helper()
	deadline := time.After(patience)
	for {
		changed := w.node.view.Changed()
		if w.node.view.Current() != nil && ok() {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			w.t.Fatalf("never: %s", what)
		}
	}
}

// shown counts the entries that hold a broadcast.
func (w *watchTower) shown(id string) (n int) {
	for _, e := range w.node.view.Current().Entries {
		for _, m := range e.Broadcasts {
			if m.ID.String() == id {
				n++
			}
		}
	}
	return n
}

// lasting is an unsearched channel that is live for hours from the beginning, and the world that has it.
func lasting(t *testing.T) (seed int64, ch sim.ChannelTruth) {
	t.Helper()
	for seed = 1; seed < 60; seed++ {
		w := sim.New(sim.Options{Seed: seed, Scale: .02}).World()
		for _, c := range w.Channels() {
			if a := w.OnAir(c.Platform, c.ChannelID, sim.Epoch()); c.Unsearched && len(a) > 0 && slices.Equal(a, w.OnAir(c.Platform, c.ChannelID, sim.Epoch().Add(6*time.Hour))) {
				return seed, c
			}
		}
	}
	t.Fatal("no world has one")
	return 0, ch
}

// TestOperator registers a channel that no search returns, and its broadcast is in the list; one that a search returns too, and it
// is there once; and takes them back. It goes through the command line, the admin listener, the broker, a worker and the fold.
func TestOperator(t *testing.T) {
	t.Parallel()
	seed, hidden := lasting(t)
	w := newWatchTower(t, seed)
	world := w.feed.world
	w.eventually("a list", func() bool { return len(w.node.view.Current().Entries) > 20 })

	out := w.ok("channels", "add", "@"+hidden.Handle)
	if !strings.Contains(out, "youtube:"+hidden.ChannelID) || !strings.Contains(out, "watched") {
		t.Errorf("add: %s", out)
	}
	w.eventually("the broadcast of a channel that no search returns", func() bool {
		return slices.ContainsFunc(world.OnAir("youtube", hidden.ChannelID, w.feed.clock.Now()), func(id string) bool { return w.shown("youtube:"+id) == 1 })
	})

	var both, soop string
	for _, row := range world.Truth(w.feed.clock.Now(), 0) {
		switch {
		case row.Platform == "youtube" && both == "":
			both = row.ChannelID
		case row.Platform == "soop" && soop == "":
			soop = row.ChannelID
		}
	}
	file := filepath.Join(t.TempDir(), "channels.csv")
	text := "channel,name\n# ours\n\nhttps://www.youtube.com/channel/" + both + ",\"Somebody, else\"\nhttps://example.com/x\nsoop:" + soop + "  # SOOP\n@nobody-of-that-name\nsoop:" + soop + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := w.command("channels", "import", file)
	if code != 1 || !strings.Contains(stdout, "youtube:"+both) || !strings.Contains(stdout, "soop:"+soop) {
		t.Errorf("import: exit %d\n%s%s", code, stdout, stderr)
	}
	for _, part := range []string{"line 5: ", "line 7: ", "not found", "line 8: ", "3 of 5"} {
		if !strings.Contains(stderr, part) {
			t.Errorf("import does not say %q:\n%s", part, stderr)
		}
	}
	w.eventually("one entry for a channel that a search returned too", func() bool {
		ids := world.OnAir("youtube", both, w.feed.clock.Now())
		return slices.ContainsFunc(ids, func(id string) bool { return w.shown("youtube:"+id) == 1 })
	})
	for _, id := range world.OnAir("youtube", both, w.feed.clock.Now()) {
		if n := w.shown("youtube:" + id); n > 1 {
			t.Errorf("%s is there %d times", id, n)
		}
	}
	list := w.ok("channels", "list")
	for _, part := range []string{"youtube:" + hidden.ChannelID, "@", "its feed", "soop:" + soop, "yes"} {
		if part != "@" && !strings.Contains(list, part) {
			t.Errorf("the list lacks %q:\n%s", part, list)
		}
	}
	w.ok("channels", "rm", "youtube:"+hidden.ChannelID)
	w.eventually("nothing planned about a channel that was removed", func() bool {
		return !slices.ContainsFunc(w.node.view.Current().Registered("youtube"), func(c live.RegisteredChannel) bool { return c.Channel.ID == hidden.ChannelID })
	})
	if code, _, stderr := w.command("channels", "rm", "youtube:"+hidden.ChannelID); code != 1 || stderr == "" {
		t.Errorf("removed twice: exit %d %s", code, stderr)
	}

	// The rest of what an operator says goes the same way into the same tables.
	w.ok("creators", "add", "somebody", "아무개", "youtube:"+both)
	w.ok("creators", "add", "somebody", "아무개", "soop:"+soop)
	if out := w.ok("creators", "list"); !strings.Contains(out, "youtube:"+both+" soop:"+soop) {
		t.Errorf("creators: %s", out)
	}
	yaml := filepath.Join(t.TempDir(), "creators.yaml")
	if err := os.WriteFile(yaml, []byte("- id: somebody\n  name: 다른 이름\n  channels: [\"soop:"+soop+"\"]\n- id: thief\n  name: x\n  channels: [\"soop:"+soop+"\"]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := w.command("creators", "import", yaml); code != 1 || !strings.Contains(stderr, "entry 2, thief") {
		t.Errorf("creators import: exit %d %s", code, stderr)
	}
	w.ok("creators", "rm", "somebody")
	w.ok("blocks", "add", "channel", "soop:"+soop, "--reason", "test")
	w.eventually("a blocked channel is gone", func() bool {
		return !slices.ContainsFunc(world.OnAir("soop", soop, w.feed.clock.Now()), func(id string) bool { return w.shown("soop:"+id) > 0 })
	})
	if out := w.ok("blocks", "list"); !strings.Contains(out, "soop:"+soop) {
		t.Errorf("blocks: %s", out)
	}
	w.ok("blocks", "rm", "channel", "soop:"+soop)
}

// TestOperatorOnPeople takes verdicts and what keeps channels apart the same way.
func TestOperatorOnPeople(t *testing.T) {
	t.Parallel()
	w := newWatchTower(t, 1)
	const soop, both = "somebody", "UCaaaaaaaaaaaaaaaaaaaaaa"
	w.ok("verdict", "set", "soop:"+soop, "--no-korean", "--official")
	w.ok("verdict", "set", "soop:"+soop, "--korean")
	if out := w.ok("verdict", "list"); !strings.Contains(out, "soop:"+soop) || strings.Contains(out, "no") {
		t.Errorf("verdicts: %s", out)
	}
	w.ok("verdict", "rm", "soop:"+soop)
	w.ok("creators", "apart", "soop:"+soop, "youtube:"+both, "--reason", "two people")
	if out := w.ok("creators", "list"); !strings.Contains(out, "two people") {
		t.Errorf("apart: %s", out)
	}
	w.ok("creators", "apart", "soop:"+soop, "youtube:"+both, "--forget")
	w.ok("creators", "proposals")
}

// TestOperatorIsToldWhatIsWrong wants usage errors told apart from a hub that is not there, and nothing secret printed.
func TestOperatorIsToldWhatIsWrong(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte(towerToken), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ONAIR_ADMIN_TOKEN", "")
	data := t.TempDir()
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"channels", "list", "--data", data}, 2, "admin-token"},
		{[]string{"channels", "list", "--admin-token-file", filepath.Join(data, "none")}, 2, "--admin-token-file"},
		{[]string{"channels", "list", "--admin", "ftp://x", "--admin-token-file", token}, 2, "--admin"},
		{[]string{"channels", "list", "--admin", "127.0.0.1:1", "--admin-token-file", token}, 1, "refused"},
		{[]string{"channels", "rm", "침착맨", "--admin", "127.0.0.1:1", "--admin-token-file", token}, 2, "platform:id"},
		{[]string{"channels", "import", filepath.Join(data, "none.csv"), "--admin-token-file", token}, 2, "none.csv"},
		{[]string{"verdict", "set", "soop:a", "--admin-token-file", token}, 2, "--korean"},
		{[]string{"blocks", "add", "person", "x"}, 2, "channel"},
	} {
		var o, e bytes.Buffer
		if code := run(t.Context(), c.args, out{&o, &e}); code != c.code || !strings.Contains(e.String(), c.says) || strings.Contains(e.String(), towerToken) {
			t.Errorf("%v: exit %d, want %d\n%s", c.args, code, c.code, e.String())
		}
	}
	if err := os.MkdirAll(filepath.Join(data, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, adminTokenName), []byte(towerToken), 0o600); err != nil {
		t.Fatal(err)
	}
	var o, e bytes.Buffer
	if code := run(t.Context(), []string{"channels", "list", "--data", data, "--admin", "127.0.0.1:1"}, out{&o, &e}); code != 1 || !strings.Contains(e.String(), "refused") {
		t.Errorf("with a token in the data folder: exit %d %s", code, e.String())
	}
}

func TestReadChannels(t *testing.T) {
	lines, bad, err := readChannels(strings.NewReader("\ufeffchannel, name\n\n# all\n@a\n  @b , 이름  # why\n\"https://x/?a,b\",c\n@a\na,b,c\n\"open\n,x\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]channelLine{{4, "@a", ""}, {5, "@b", "이름"}, {6, "https://x/?a,b", "c"}}, lines, cmp.AllowUnexported(channelLine{})); diff != "" {
		t.Error(diff)
	}
	var numbers []int
	for _, b := range bad {
		numbers = append(numbers, b.no)
	}
	if !slices.Equal(numbers, []int{7, 8, 9, 10}) {
		t.Errorf("bad lines %v", bad)
	}
	if _, _, err := readChannels(strings.NewReader(strings.Repeat("a", maxLine+1))); err == nil {
		t.Error("a line without an end is read")
	}
}

func TestReadCreators(t *testing.T) {
	list, err := readCreators(strings.NewReader("- id: a\n  name: 가\n  channels: [\"soop:x\", \"youtube:UCx\"]\n"))
	if err != nil || len(list) != 1 || list[0].Name != "가" || len(list[0].Channels) != 2 {
		t.Errorf("%+v, %v", list, err)
	}
	for text, says := range map[string]string{
		"- id: a\n  nmae: x\n":             "nmae",
		"- id: a b\n":                      "entry 1",
		"- id: a\n- id: a\n":               "entry 2",
		"- id: a\n  channels: [x]\n":       "platform:id",
		"a: b\n":                           "",
		strings.Repeat(" ", maxCreators+1): "larger",
	} {
		if _, err := readCreators(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}
