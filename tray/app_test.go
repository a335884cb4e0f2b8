package tray

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"onair/api/client"
	"onair/live"
)

// handClock stands still until it is moved.
type handClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) After(time.Duration) (<-chan time.Time, func()) {
	return make(chan time.Time), func() {}
}

// fakeDesktop remembers what it was asked for.
type fakeDesktop struct {
	notices []Notice
	opened  []string
	files   []string
	start   bool
	err     error

	patches int
	face    Face
	tooltip string
}

func (d *fakeDesktop) Notify(n Notice, _ []byte) error {
	d.notices = append(d.notices, n)
	return d.err
}
func (d *fakeDesktop) OpenURL(u string) error                 { d.opened = append(d.opened, u); return d.err }
func (d *fakeDesktop) OpenFile(p string) error                { d.files = append(d.files, p); return d.err }
func (d *fakeDesktop) Autostart() (bool, bool)                { return d.start, true }
func (d *fakeDesktop) SetAutostart(on bool) error             { d.start = on; return d.err }
func (d *fakeDesktop) Apply(p []Patch, _ func(string) []byte) { d.patches += len(p) }
func (d *fakeDesktop) SetFace(f Face)                         { d.face = f }
func (d *fakeDesktop) SetTooltip(s string)                    { d.tooltip = s }

// fakeSource sends nothing by itself.
type fakeSource struct {
	tail    bool
	servers chan string
}

func (s *fakeSource) WantTail(on bool) { s.tail = on }
func (s *fakeSource) Run(ctx context.Context, server string, _ chan<- News) error {
	if s.servers != nil {
		s.servers <- server
	}
	<-ctx.Done()
	return ctx.Err()
}

type rig struct {
	*App
	d     *fakeDesktop
	s     *fakeSource
	clock *handClock
	dir   string
}

func newRig(tb testing.TB, dir string) *rig {
	tb.Helper()
	r := &rig{d: &fakeDesktop{}, s: &fakeSource{}, clock: &handClock{now: at}, dir: dir}
	a, err := NewApp(Options{
		Bar: r.d, Desktop: r.d, Source: r.s, File: &File{Path: filepath.Join(dir, "tray.yaml")}, Memory: filepath.Join(dir, "tray.json"),
		Lang: "en", Zone: time.UTC, Clock: r.clock, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		tb.Fatal(err)
	}
	r.App = a
	return r
}

func (r *rig) step(d time.Duration) {
	r.clock.mu.Lock()
	r.clock.now = r.clock.now.Add(d)
	r.clock.mu.Unlock()
	r.Tick()
}

func (r *rig) text(key string) string { it, _ := r.menu.Get(key); return it.Text }

func (r *rig) told(ids ...live.Platform) News {
	return News{Platforms: &client.Platforms{Platforms: platformsOf(ids...), Clock: live.ClockPair{Real: at, Log: at, Speed: 1}}}
}

func TestAppShowsAndOpens(t *testing.T) {
	r := newRig(t, t.TempDir())
	r.Tick()
	if r.d.face != FaceOffline || r.text("state") != "Connecting…" {
		t.Errorf("%s %q", r.d.face, r.text("state"))
	}
	r.Take(r.told("aa"))
	r.Take(News{List: listOf(row("aa:1", 10), row("aa:2", 5))})
	r.step(redrawEvery)
	if r.d.face != FaceLive || !strings.HasPrefix(r.text("top.0"), "name aa:1") || !strings.Contains(r.d.tooltip, "name aa:1") {
		t.Errorf("%s %q %q", r.d.face, r.text("top.0"), r.d.tooltip)
	}
	r.Touched(Touch{Key: "top.1"})
	r.Touched(Touch{Key: "nothing"})
	r.Touched(Touch{Key: "top.5"}) // hidden
	r.Do(Action{Verb: OpenLink, Arg: "https://elsewhere.net/"})
	if !slices.Equal(r.d.opened, []string{"https://play.aa.com/2"}) {
		t.Errorf("%v", r.d.opened)
	}
	r.Touched(Touch{Key: "web"})
	r.Touched(Touch{Key: "file"})
	if r.d.opened[1] != DefaultServer || len(r.d.files) != 1 || r.d.files[0] != r.o.File.Path {
		t.Errorf("%v %v", r.d.opened, r.d.files)
	}
	if r.Touched(Touch{Key: "quit"}) {
		t.Error("quit does not quit")
	}
	// Nothing new is nothing said to the desktop.
	r.step(redrawEvery)
	n := r.d.patches
	r.step(redrawEvery)
	if r.d.patches != n {
		t.Errorf("%d patches for nothing", r.d.patches-n)
	}
}

func TestAppOpenMenu(t *testing.T) {
	r := newRig(t, t.TempDir())
	r.Take(r.told("aa"))
	r.Take(News{List: listOf(row("aa:1", 10), row("aa:2", 5))})
	r.Tick()
	r.Touched(Touch{Opened: true})
	r.Take(News{Changes: &client.Changes{Seq: 2, AsOf: at, Upserts: []client.Row{row("aa:2", 50)}}})
	r.step(redrawEvery)
	if !strings.HasPrefix(r.text("top.0"), "name aa:1") || r.text("top.1") != "name aa:2 — title aa:2 · 50" {
		t.Errorf("%q %q", r.text("top.0"), r.text("top.1"))
	}
	r.step(openFor - redrawEvery)
	if !strings.HasPrefix(r.text("top.0"), "name aa:1") {
		t.Error("moved while open")
	}
	r.Touched(Touch{Closed: true})
	r.step(redrawEvery)
	if !strings.HasPrefix(r.text("top.0"), "name aa:2") {
		t.Error("not drawn after closing")
	}
	r.Touched(Touch{Opened: true})
	r.Take(News{Changes: &client.Changes{Seq: 3, AsOf: at, Upserts: []client.Row{row("aa:1", 500)}}})
	r.step(openFor + redrawEvery) // a panel that never says that it closed
	r.step(redrawEvery)
	if !strings.HasPrefix(r.text("top.0"), "name aa:1") {
		t.Error("a menu that nobody touched for long still counts as open")
	}
}

func TestAppAlertsAndPause(t *testing.T) {
	r := newRig(t, t.TempDir())
	r.Take(r.told("aa"))
	r.Take(News{List: listOf(row("aa:1", 10))})
	r.Tick()
	r.Touched(Touch{Key: "who.0.favourite"})
	if !strings.HasPrefix(r.text("fav.0"), "name aa:1") {
		t.Errorf("%q", r.text("fav.0"))
	}
	b, err := os.ReadFile(r.o.File.Path)
	if err != nil || !strings.Contains(string(b), "c-aa:1") || !strings.Contains(string(b), "aa:ch1") || !strings.Contains(string(b), "The menu writes here too") {
		t.Errorf("%v\n%s", err, b)
	}
	next := func(id string) {
		x := aliased(id)
		x.StartedAt = r.clock.Now()
		r.Take(News{Changes: &client.Changes{Seq: 2, AsOf: at, Upserts: []client.Row{x}}})
		r.step(time.Second)
	}
	next("aa:2")
	if len(r.d.notices) != 1 || r.d.notices[0].Title != "name aa:2 is live" {
		t.Fatalf("%+v", r.d.notices)
	}
	r.Do(r.d.notices[0].Buttons[1].Do) // off for an hour
	if r.d.face != FacePaused || r.text("paused") != "Alerts off (until 21:00)" {
		t.Errorf("%s %q", r.d.face, r.text("paused"))
	}
	for range 11 { // stay in touch, so that this is no gap
		r.Take(News{List: listOf(row("aa:1", 10))})
		r.step(time.Minute)
	}
	next("aa:3")
	r.step(redrawEvery)
	r.save()
	if len(r.d.notices) != 1 || !strings.Contains(r.text("recent.0"), "name aa:3 is live") {
		t.Errorf("%+v %q", r.d.notices, r.text("recent.0"))
	}
	again := newRig(t, r.dir) // what was set holds after a restart
	again.Tick()
	if again.paused.IsZero() || len(again.recent) != 2 || again.text("fav.0") == "" || again.text("state") != "Offline · list from just now" {
		t.Errorf("%v %d %q %q", again.paused, len(again.recent), again.text("fav.0"), again.text("state"))
	}
	again.clock.now = at.Add(12 * time.Minute)
	again.Take(News{Err: errors.New("x")})
	again.step(brokenFor)
	if again.d.face != FaceOffline || again.text("state") != "Offline · list from 12 min ago" {
		t.Errorf("%s %q", again.d.face, again.text("state"))
	}
	again.clock.now = at.Add(time.Hour + time.Second)
	again.Tick()
	if !again.paused.IsZero() {
		t.Error("the pause does not end")
	}
	r.Do(Action{Verb: Resume})
	r.Do(Action{Verb: PauseTomorrow})
	if r.text("paused") != "Alerts off (until 06:00)" {
		t.Error(r.text("paused"))
	}
}

func TestAppSettings(t *testing.T) {
	r := newRig(t, t.TempDir())
	r.Take(r.told("aa", "bb"))
	r.Take(News{List: listOf(inCategory(row("aa:1", 10), "talk", "talk"))})
	r.Tick()
	for _, key := range []string{"language.ko", "alert.hot", "alert.live", "over.2", "subject.0", "prefer.1", "autostart"} {
		r.Touched(Touch{Key: key})
	}
	got, err := (&File{Path: r.o.File.Path}).Load()
	if err != nil || got.Language != "ko" || !got.Alerts.Hot || got.Alerts.Live || got.Alerts.Viewers != 5000 || !slices.Equal(got.Alerts.Categories, []string{"talk"}) || !slices.Equal(got.Prefer, []live.Platform{"bb"}) || !r.d.start {
		t.Errorf("%+v %v %v", got, err, r.d.start)
	}
	if r.text("quit") != "끝내기" {
		t.Error(r.text("quit"))
	}
	for _, key := range []string{"over.2", "alert.hot", "prefer.1", "language.ko", "subject.0"} {
		if it := must(t, r.menu, key); !it.Checked {
			t.Errorf("%s is not ticked", key)
		}
	}
	// Somebody edits the file: wrongly, then rightly.
	if err := os.WriteFile(r.o.File.Path, []byte("language: en\nwidth: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.step(redrawEvery)
	if it := must(t, r.menu, "trouble"); it.Hidden || !strings.Contains(it.Text, "line 2") || r.text("quit") != "끝내기" {
		t.Errorf("%+v", it)
	}
	r.Touched(Touch{Key: "alert.hot"}) // is not written over the edit
	if b, _ := os.ReadFile(r.o.File.Path); string(b) != "language: en\nwidth: 1\n" {
		t.Errorf("%s", b)
	}
	if err := os.WriteFile(r.o.File.Path, []byte("language: en\nserver: http://elsewhere:1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.step(redrawEvery)
	if r.text("quit") != "Quit" || !must(t, r.menu, "trouble").Hidden || r.set.Len() != 0 || <-r.refeed != "http://elsewhere:1" {
		t.Errorf("%q %d", r.text("quit"), r.set.Len())
	}
}

func TestAppRunsAndReconnects(t *testing.T) {
	r := newRig(t, t.TempDir())
	r.s.servers = make(chan string)
	touches := make(chan Touch)
	r.o.Touches = touches
	done := make(chan error, 1)
	go func() { done <- r.Run(t.Context()) }()
	if s := <-r.s.servers; s != DefaultServer {
		t.Error(s)
	}
	touches <- Touch{Closed: true}
	r.clock.mu.Lock()
	r.clock.now = at.Add(time.Hour) // asleep
	r.clock.mu.Unlock()
	touches <- Touch{Closed: true}
	if s := <-r.s.servers; s != DefaultServer {
		t.Error(s)
	}
	touches <- Touch{Key: "quit"}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(r.o.Memory); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	other := newRig(t, t.TempDir())
	go func() { done <- other.Run(ctx) }()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := os.WriteFile(r.o.File.Path, []byte("x: ["), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := NewApp(r.o); !errors.Is(err, ErrSettings) || !strings.Contains(err.Error(), r.o.File.Path) {
		t.Error(err)
	}
}

func TestFavouritesBelowTheSet(t *testing.T) {
	r := newRig(t, t.TempDir())
	r.Take(r.told("aa"))
	rows := make([]client.Row, setSize)
	for i := range rows {
		rows[i] = row("aa:"+string(rune('a'+i%26))+grouped(int64(i)), 5000-i)
	}
	r.Take(News{List: listOf(rows...)})
	r.Tick()
	if r.s.tail {
		t.Error("the tail is wanted without favourites")
	}
	r.settings.setLevel(&Stream{Creator: ref("c-aa:9", "small")}, Favourite)
	r.Draw()
	if !r.s.tail {
		t.Error("the tail is not wanted")
	}
	r.Take(News{TailKnown: true, Tail: []client.Row{row("aa:9", 1), row("aa:8", 2)}})
	r.Draw()
	if !strings.HasPrefix(r.text("fav.0"), "name aa:9") || r.set.Len() != setSize+1 {
		t.Errorf("%q %d", r.text("fav.0"), r.set.Len())
	}
}
