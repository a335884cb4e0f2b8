package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

// panel is a StatusNotifierWatcher with what it was told, and a notification service.
type panel struct {
	conn *dbus.Conn

	mu      sync.Mutex
	items   []string // who registered
	updates int      // signals of the menu
	notices []noticed
}

type noticed struct {
	id      uint32
	title   string
	body    string
	actions []string
}

func connect(tb testing.TB, addr string) *dbus.Conn {
	tb.Helper()
	conn, err := dbus.Connect(addr)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { conn.Close() })
	return conn
}

// RegisterStatusNotifierItem is called by trays.
func (p *panel) RegisterStatusNotifierItem(sender dbus.Sender, path string) *dbus.Error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.items = append(p.items, string(sender))
	return nil
}

// GetCapabilities is of the notification service.
func (p *panel) GetCapabilities() ([]string, *dbus.Error) {
	return []string{"actions", "body", "body-markup"}, nil
}

// Notify is of the notification service.
func (p *panel) Notify(app string, replaces uint32, icon, title, body string, actions []string, hints map[string]dbus.Variant, expire int32) (uint32, *dbus.Error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var pic struct {
		W, H, Stride int32
		Alpha        bool
		Bits, Chans  int32
		Data         []byte
	}
	if err := dbus.Store([]any{hints["image-data"].Value()}, &pic); err != nil || app != "onair" || pic.W == 0 || len(pic.Data) != int(pic.W*pic.H*4) {
		return 0, dbus.MakeFailedError(fmt.Errorf("app %q, picture %d: %w", app, len(pic.Data), err))
	}
	n := noticed{uint32(len(p.notices) + 1), title, body, actions}
	p.notices = append(p.notices, n)
	return n.id, nil
}

func (p *panel) shown() []noticed {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.notices)
}

func (p *panel) registered() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.items)
}

func (p *panel) heard() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.updates
}

const (
	watcher  = "org.kde.StatusNotifierWatcher"
	notifier = "org.freedesktop.Notifications"
	dbusmenu = "com.canonical.dbusmenu"
	menuAt   = dbus.ObjectPath("/StatusNotifierItem/menu")
)

// newPanel comes to the bus as a panel does.
func newPanel(tb testing.TB, addr string) *panel {
	tb.Helper()
	p := &panel{conn: connect(tb, addr)}
	fail := func(err error) {
		if err != nil {
			tb.Fatal(err)
		}
	}
	fail(p.conn.Export(p, "/StatusNotifierWatcher", watcher))
	_, err := prop.Export(p.conn, "/StatusNotifierWatcher", prop.Map{watcher: {"IsStatusNotifierHostRegistered": {Value: true}}})
	fail(err)
	fail(p.conn.Export(p, "/org/freedesktop/Notifications", notifier))
	fail(p.conn.AddMatchSignal(dbus.WithMatchInterface(dbusmenu)))
	signals := make(chan *dbus.Signal, 1000)
	p.conn.Signal(signals)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for s := range signals {
			if strings.HasPrefix(s.Name, dbusmenu+".") {
				p.mu.Lock()
				p.updates++
				p.mu.Unlock()
			}
		}
	}()
	tb.Cleanup(func() { p.conn.Close(); <-done })
	for _, n := range []string{watcher, notifier} {
		if r, err := p.conn.RequestName(n, dbus.NameFlagDoNotQueue); err != nil || r != dbus.RequestNameReplyPrimaryOwner {
			tb.Fatal(n, r, err)
		}
	}
	return p
}

// item is a line of the menu as a panel sees it.
type item struct {
	id       int32
	label    string
	enabled  bool
	icon     bool
	checked  bool
	children []item
}

type layout struct {
	ID    int32
	Props map[string]dbus.Variant
	Kids  []dbus.Variant
}

// menu reads the whole menu, without what is hidden and separators, submenu by submenu as KDE's panel does.
func (p *panel) menu(tb testing.TB) item {
	tb.Helper()
	items := p.registered()
	return p.below(tb, items[len(items)-1], 0)
}

func (p *panel) below(tb testing.TB, owner string, id int32) item {
	tb.Helper()
	var rev uint32
	var l layout
	if err := p.conn.Object(owner, menuAt).Call(dbusmenu+".GetLayout", 0, id, int32(1), []string{}).Store(&rev, &l); err != nil {
		tb.Fatal(err)
	}
	return p.read(tb, owner, l)
}

func (p *panel) read(tb testing.TB, owner string, l layout) item {
	tb.Helper()
	it := item{id: l.ID, enabled: true}
	it.label, _ = l.Props["label"].Value().(string)
	if e, ok := l.Props["enabled"].Value().(bool); ok {
		it.enabled = e
	}
	icon, _ := l.Props["icon-data"].Value().([]byte)
	it.icon = len(icon) > 0
	state, _ := l.Props["toggle-state"].Value().(int32)
	it.checked = state == 1
	for _, k := range l.Kids {
		var kid layout
		if err := dbus.Store([]any{k.Value()}, &kid); err != nil {
			tb.Fatal(err)
		}
		if v, ok := kid.Props["visible"].Value().(bool); ok && !v || kid.Props["type"].Value() == "separator" {
			continue
		}
		if kid.Props["children-display"].Value() == "submenu" {
			it.children = append(it.children, p.below(tb, owner, kid.ID))
			continue
		}
		it.children = append(it.children, p.read(tb, owner, kid))
	}
	return it
}

func (it item) labels() []string {
	var out []string
	for _, c := range it.children {
		out = append(out, c.label)
	}
	return out
}

// find gives the first item whose label begins so, at any depth.
func (it item) find(start string) (item, bool) {
	for _, c := range it.children {
		if strings.HasPrefix(c.label, start) {
			return c, true
		}
		if f, ok := c.find(start); ok {
			return f, true
		}
	}
	return item{}, false
}

// order is the positions of labels that begin so; -1 for one that is not there.
func (it item) order(starts ...string) []int {
	var out []int
	for _, s := range starts {
		out = append(out, slices.IndexFunc(it.children, func(c item) bool { return strings.HasPrefix(c.label, s) }))
	}
	return out
}

func (p *panel) event(tb testing.TB, id int32, kind string) {
	tb.Helper()
	items := p.registered()
	if err := p.conn.Object(items[len(items)-1], menuAt).Call(dbusmenu+".Event", 0, id, kind, dbus.MakeVariant(int32(0)), uint32(0)).Err; err != nil {
		tb.Fatal(err)
	}
}

func (p *panel) click(tb testing.TB, start string) {
	tb.Helper()
	var it item
	until(tb, "an item "+start, func() bool {
		var ok bool
		it, ok = p.menu(tb).find(start)
		return ok
	})
	p.event(tb, it.id, "clicked")
}

// property reads one of the icon's properties.
func (p *panel) property(tb testing.TB, name string) dbus.Variant {
	tb.Helper()
	items := p.registered()
	v, err := p.conn.Object(items[len(items)-1], "/StatusNotifierItem").GetProperty("org.kde.StatusNotifierItem." + name)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

func TestTrayOnTheBus(t *testing.T) {
	s := newSandbox(t)
	addr := s.bus(t, false)
	hub := newFakeHub()
	hub.change(row("chzzk:1", "하나_둘", 30_000), row("soop:2", "둘", 20_000), row("chzzk:3", "셋", 10_000))
	url, stopHub := serve(t, "127.0.0.1:0", hub)
	s.settings(t, "language: ko\n")
	tray := s.tray(t, "--server", url)

	// No panel: the tray lives, says so once, and registers when one comes.
	until(t, "a word about the missing tray", func() bool { return strings.Contains(tray.said(), "no tray") })
	p := newPanel(t, addr)
	until(t, "an icon", func() bool { return len(p.registered()) > 0 })
	if n := strings.Count(tray.said(), "no tray"); n != 1 {
		t.Errorf("said %d times", n)
	}
	var m item
	until(t, "the whole list", func() bool { // items change one after the other
		m = p.menu(t)
		return !slices.Contains(m.order("하나__둘 — 제목 1 · 3만", "둘", "셋", "한chzzk · 7개", "한soop", "끝내기"), -1)
	})
	if o := m.order("하나__둘", "둘", "셋"); o[0] < 0 || o[1] != o[0]+1 || o[2] != o[1]+1 {
		t.Errorf("%v: %q", o, m.labels())
	}
	for _, want := range []string{"방송 3개", "인기 방송", "한chzzk", "한soop", "더 보기", "알림", "중요도", "설정", "끝내기"} {
		if m.order(want)[0] < 0 {
			t.Errorf("no %s in %q", want, m.labels())
		}
	}
	if it, _ := m.find("하나__둘"); !it.icon {
		t.Error("the item has no icon")
	}
	if p.property(t, "Id").Value() != "onair" || p.property(t, "Menu").Value() != menuAt || p.property(t, "ItemIsMenu").Value() != true {
		t.Error("not the icon that it should be")
	}
	until(t, "the live icon and tooltip", func() bool {
		return strings.Contains(fmt.Sprint(p.property(t, "ToolTip").Value()), "1위 하나_둘") && strings.Contains(fmt.Sprint(p.property(t, "ToolTip").Value()), "1만명")
	})
	// The picture is read only after it was set: godbus's prop package answers from the memory that Set writes to.
	liveIcon := fmt.Sprint(p.property(t, "IconPixmap").Value())

	// A click opens.
	p.click(t, "둘")
	until(t, "a page", func() bool { return slices.Equal(s.opened(), []string{"https://soop.com/live/2"}) })

	// A menu that is open keeps its places; closed, it changes. The panel hears of both.
	p.event(t, 0, "opened")
	before := p.heard()
	hub.change(row("chzzk:3", "셋", 90_000), row("soop:4", "넷", 95_000))
	until(t, "a new count in the open menu", func() bool { _, ok := p.menu(t).find("셋 — 제목 3 · 9만"); return ok })
	m = p.menu(t)
	if o := m.order("하나__둘", "둘", "셋", "넷"); o[1] != o[0]+1 || o[2] != o[1]+1 || o[3] >= 0 {
		t.Errorf("the open menu moved: %q", m.labels())
	}
	if p.heard() == before {
		t.Error("the panel was not told")
	}
	p.event(t, 0, "closed")
	until(t, "the new order", func() bool {
		o := p.menu(t).order("넷", "셋", "하나__둘", "둘")
		return o[0] >= 0 && o[1] == o[0]+1 && o[2] == o[1]+1 && o[3] == o[2]+1
	})
	// Xfce only says that the menu is about to be shown.
	items := p.registered()
	if err := p.conn.Object(items[len(items)-1], menuAt).Call(dbusmenu+".AboutToShow", 0, int32(0)).Err; err != nil {
		t.Fatal(err)
	}
	hub.change(row("soop:2", "둘", 99_000))
	until(t, "a new count", func() bool { _, ok := p.menu(t).find("둘 — 제목 2 · 9.9만"); return ok })
	if o := p.menu(t).order("넷", "둘"); o[1] != o[0]+3 {
		t.Errorf("the open menu moved: %q", p.menu(t).labels())
	}
	p.event(t, 0, "closed")

	// A tick in the menu lands in the file.
	p.click(t, "급상승 방송")
	until(t, "the settings", func() bool {
		b, _ := os.ReadFile(s.path("config", "onair", "tray.yaml"))
		return strings.Contains(string(b), "hot: true") && strings.Contains(string(b), "language: ko")
	})
	until(t, "a tick", func() bool { it, _ := p.menu(t).find("급상승 방송"); return it.checked })

	// The panel goes and comes back.
	for _, n := range []string{watcher, notifier} {
		if _, err := p.conn.ReleaseName(n); err != nil {
			t.Fatal(err)
		}
	}
	p = newPanel(t, addr)
	until(t, "the icon again", func() bool { return len(p.registered()) > 0 })
	if n := strings.Count(tray.said(), "no tray"); n != 1 {
		t.Errorf("said %d times", n)
	}

	// The server goes and comes back.
	stopHub()
	until(t, "the state without a server", func() bool {
		_, ok := p.menu(t).find("연결 끊김 · ")
		return ok && strings.Contains(fmt.Sprint(p.property(t, "ToolTip").Value()), "연결 끊김")
	})
	if fmt.Sprint(p.property(t, "IconPixmap").Value()) == liveIcon {
		t.Error("the icon looks live without a server")
	}
	if _, ok := p.menu(t).find("넷 — 제목 4"); !ok {
		t.Error("the last list is gone")
	}
	hub.change(row("chzzk:5", "다섯", 200_000))
	serve(t, strings.TrimPrefix(url, "http://"), hub)
	until(t, "the list again", func() bool {
		_, ok := p.menu(t).find("다섯")
		return ok && strings.Contains(fmt.Sprint(p.property(t, "ToolTip").Value()), "1위 다섯")
	})
	if fmt.Sprint(p.property(t, "IconPixmap").Value()) != liveIcon {
		t.Error("the icon does not look live again")
	}

	// It ends in order.
	p.click(t, "끝내기")
	until(t, "the end", func() bool { return !tray.running() })
	if tray.err != nil {
		t.Error(tray.err)
	}
	if _, err := os.Stat(s.path("state", "onair", "tray.json")); err != nil {
		t.Error(err)
	}

	// Without a server from the start, it shows what it kept.
	_ = s.tray(t, "--server", "http://127.0.0.1:1")
	until(t, "an icon", func() bool { return len(p.registered()) > 1 })
	until(t, "a menu without a list", func() bool { _, ok := p.menu(t).find("서버에 연결할 수 없음"); return ok })
}

func TestNotices(t *testing.T) {
	s := newSandbox(t)
	addr := s.bus(t, false)
	p := newPanel(t, addr)
	hub := newFakeHub()
	hub.change(row("chzzk:1", "하나", 10), row("chzzk:2", "둘", 5))
	url, _ := serve(t, "127.0.0.1:0", hub)
	s.settings(t, "language: en\nserver: "+url+"\ncreators:\n  - is: [\"c-chzzk:1\", \"chzzk:ch7\"]\n    level: favourite\n")
	tray := s.tray(t)
	until(t, "the list", func() bool {
		if len(p.registered()) == 0 {
			return false
		}
		_, ok := p.menu(t).find("★ Favourites")
		return ok
	})
	if n := p.shown(); len(n) != 0 {
		t.Errorf("at start: %+v", n)
	}
	hostile := row("chzzk:7", "<b>evil</b> & \"co\"", 8)
	hostile.Title = "<a href='file:///etc/passwd'>look</a>"
	hub.change(hostile)
	until(t, "a notice", func() bool { return len(p.shown()) == 1 })
	n := p.shown()[0]
	if n.title != `<b>evil</b> & "co" is live` || strings.Contains(n.body, "<") || !strings.Contains(n.body, "&lt;a href=") {
		t.Errorf("%+v", n)
	}
	if !slices.Equal(n.actions[2:], []string{"b0", "Open", "b1", "Off for 1 hour", "b2", "Mute this creator"}) || n.actions[0] != "default" {
		t.Errorf("%q", n.actions)
	}
	press := func(id uint32, key string) {
		if err := p.conn.Emit("/org/freedesktop/Notifications", notifier+".ActionInvoked", id, key); err != nil {
			t.Fatal(err)
		}
	}
	press(99, "default") // somebody else's
	press(n.id, "default")
	until(t, "a page", func() bool { return slices.Equal(s.opened(), []string{"https://chzzk.com/live/7"}) })
	press(n.id, "b1")
	until(t, "the pause", func() bool { _, ok := p.menu(t).find("Alerts off (until "); return ok })

	// A second start says so, there and here, and ends.
	second := s.tray(t)
	until(t, "the second to end", func() bool { return !second.running() })
	if second.err != nil || !strings.Contains(second.said(), "running already") {
		t.Errorf("%v %q", second.err, second.said())
	}
	until(t, "a word of the first", func() bool { return len(p.shown()) == 2 })
	if n := p.shown()[1]; !strings.Contains(n.body, "running already") {
		t.Errorf("%+v", n)
	}

	// One that was killed leaves its place.
	if err := tray.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-tray.done
	_ = s.tray(t)
	until(t, "the next one's icon", func() bool { return len(p.registered()) == 2 })
	until(t, "the pause that it remembers", func() bool {
		if _, ok := p.menu(t).find("Alerts off (until "); !ok {
			return false
		}
		return true
	})
}
