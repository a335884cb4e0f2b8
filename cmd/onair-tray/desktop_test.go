package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"onair/api/client"
)

// screen is an X display with a window manager, a panel and a notification service on it.
type screen struct {
	*sandbox
	panel *process
	bus   *dbus.Conn
}

// panelSettings is a panel along the top with nothing but icons on it.
const panelSettings = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
<property name="configver" type="int" value="2"/>
<property name="panels" type="array"><value type="int" value="1"/>
<property name="panel-1" type="empty">
<property name="position" type="string" value="p=6;x=0;y=0"/><property name="length" type="uint" value="100"/>
<property name="position-locked" type="bool" value="true"/><property name="size" type="uint" value="30"/>
<property name="plugin-ids" type="array"><value type="int" value="1"/></property></property></property>
<property name="plugins" type="empty"><property name="plugin-1" type="string" value="systray"/></property>
</channel>`

const noticeSettings = `[global]
origin = bottom-right
width = 420
notification_limit = 3
mouse_left_click = do_action, close_current
[urgency_normal]
timeout = 0
`

func newScreen(t *testing.T) *screen {
	t.Helper()
	s := &screen{sandbox: newSandbox(t)}
	for name, text := range map[string]string{"xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml": panelSettings, "dunst/dunstrc": noticeSettings} {
		path := s.path("config", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	x := s.start(t, nil, "Xvfb", "-displayfd", "1", "-screen", "0", "1000x760x24", "-nolisten", "tcp")
	number := regexp.MustCompile(`(?m)^\d+$`)
	until(t, "a display", func() bool { return number.MatchString(x.said()) })
	s.set("DISPLAY", ":"+number.FindString(x.said()))
	s.set("GTK_THEME", "Adwaita")
	addr := s.sandbox.bus(t, true)
	s.bus = connect(t, addr)
	s.start(t, nil, "openbox")
	s.startPanel(t)
	s.start(t, nil, "dunst", "-conf", s.path("config", "dunst", "dunstrc"))
	until(t, "a panel and a notification service", func() bool { return s.owned(watcher) && s.owned(notifier) })
	return s
}

func (s *screen) startPanel(t *testing.T) {
	s.panel = s.start(t, nil, "xfce4-panel", "--disable-wm-check", "--sm-client-disable")
}

func (s *screen) owned(name string) bool {
	var yes bool
	return s.bus.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, name).Store(&yes) == nil && yes
}

// do runs a program on the screen and gives what it says.
func (s *screen) do(t *testing.T, name string, args ...string) string {
	t.Helper()
	c := exec.Command(name, args...)
	c.Env = s.env
	out, err := c.CombinedOutput()
	if err != nil && name != "xdotool" { // xdotool fails when it finds no window
		t.Fatalf("%s %v: %v: %s", name, args, err, out)
	}
	return string(out)
}

// look takes a picture of the screen.
func (s *screen) look(t *testing.T, name string) image.Image {
	t.Helper()
	path := s.path(name + ".png")
	s.do(t, "scrot", "-o", path)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// keep puts a picture where a person can look at it, when one is wanted (ONAIR_TRAY_SHOTS).
func (s *screen) keep(t *testing.T, name string) {
	t.Helper()
	s.look(t, name)
	s.copyOut(t, name)
}

func (s *screen) copyOut(t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("ONAIR_TRAY_SHOTS")
	if dir == "" {
		return
	}
	b, err := os.ReadFile(s.path(name + ".png"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), b, 0o600)
	}
	if err != nil {
		t.Error(err)
	}
}

// icon finds the tray's icon on the panel by its colour; false when it is not drawn so.
func (s *screen) icon(t *testing.T, like func(r, g, b uint32) bool) (image.Point, bool) {
	t.Helper()
	img := s.look(t, "icon")
	n, sum := 0, image.Point{}
	for y := range 40 {
		for x := range 300 { // notices stand on the right and carry the same icon
			r, g, b, _ := img.At(x, y).RGBA()
			if like(r>>8, g>>8, b>>8) {
				n++
				sum = sum.Add(image.Pt(x, y))
			}
		}
	}
	if n < 20 {
		return image.Point{}, false
	}
	return sum.Div(n), true
}

func isRed(r, g, b uint32) bool { return r > 200 && g < 110 && b < 130 }

// windows lists what a program shows.
func (s *screen) windows(t *testing.T, class string) []string {
	return strings.Fields(s.do(t, "xdotool", "search", "--onlyvisible", "--class", class))
}

// isOpen reports whether a menu is drawn below the panel; tooltips end above.
func (s *screen) isOpen(t *testing.T) bool {
	t.Helper()
	r, g, b, _ := s.look(t, "menu").At(12, 250).RGBA()
	return r+g+b > 0x8000 // the desktop is black
}

// open clicks on the icon with the right button until a menu is there.
func (s *screen) open(t *testing.T) {
	t.Helper()
	until(t, "an open menu", func() bool {
		at, ok := s.icon(t, isRed)
		if !ok {
			return false
		}
		s.do(t, "xdotool", "mousemove", strconv.Itoa(at.X), strconv.Itoa(at.Y), "click", "3")
		return s.within(3*time.Second, func() bool { return s.isOpen(t) })
	})
}

// shut closes the menu.
func (s *screen) shut(t *testing.T) {
	t.Helper()
	until(t, "no menu", func() bool {
		s.do(t, "xdotool", "key", "Escape")
		return s.within(time.Second, func() bool { return !s.isOpen(t) })
	})
}

// within waits a while for ok, which may never come: the caller tries again.
func (s *screen) within(d time.Duration, ok func() bool) bool {
	for late := time.Now().Add(d); time.Now().Before(late); {
		if ok() {
			return true
		}
	}
	return false
}

// owner is the bus name of the tray; "" when it is not there.
func (s *screen) owner(t *testing.T) string {
	t.Helper()
	var names []string
	if err := s.bus.BusObject().Call("org.freedesktop.DBus.ListNames", 0).Store(&names); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(names, func(n string) bool { return strings.HasPrefix(n, "org.kde.StatusNotifierItem-") })
	if i < 0 {
		return ""
	}
	return names[i]
}

// trayMenu reads the menu over the bus, as the panel does.
func (s *screen) trayMenu(t *testing.T) item {
	t.Helper()
	if name := s.owner(t); name != "" {
		return (&panel{conn: s.bus, items: []string{name}}).menu(t)
	}
	return item{}
}

// press chooses an item over the bus.
func (s *screen) press(t *testing.T, id int32) {
	t.Helper()
	(&panel{conn: s.bus, items: []string{s.owner(t)}}).event(t, id, "clicked")
}

var announced = regexp.MustCompile(`onair +(http://\S+)`)

func TestDesktop(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a desktop and a hub")
	}
	onair := program(t, "onair")
	s := newScreen(t)
	demo := func(listen string) *process {
		return s.start(t, nil, onair, "demo", "--listen", listen, "--data", s.path("data", "demo"), "--scale", "0.2", "--seed", "3", "--speed", "30", "--sweep", "1m")
	}
	hub := demo("127.0.0.1:0")
	until(t, "a hub", func() bool { return announced.MatchString(hub.said()) })
	url := strings.TrimSuffix(announced.FindStringSubmatch(hub.said())[1], "/")
	rows := func() []client.Entry {
		resp, err := http.Get(url + "/v1/streams?limit=500")
		if err != nil {
			return nil
		}
		defer http.DefaultClient.CloseIdleConnections()
		defer resp.Body.Close()
		var l client.Streams
		if b, err := io.ReadAll(resp.Body); err != nil || json.Unmarshal(b, &l) != nil {
			return nil
		}
		return l.Streams
	}
	until(t, "streams", func() bool { return len(rows()) > 50 })

	s.settings(t, "language: ko\nalerts:\n  viewers: 20\n")
	s.set("ONAIR_TRAY_TEST_HURRY", "3") // people and panels have their own pace
	s.tray(t, "--server", url)
	until(t, "the icon on the panel", func() bool { _, ok := s.icon(t, isRed); return ok })

	// By keyboard: the first Down is on the first stream.
	choose := func() {
		t.Helper()
		n := len(s.opened())
		until(t, "a page", func() bool {
			s.open(t)
			s.do(t, "xdotool", "key", "Down", "Return")
			if s.within(5*time.Second, func() bool { return len(s.opened()) > n }) {
				return true
			}
			s.shut(t)
			return false
		})
	}
	s.open(t)
	m := s.trayMenu(t)
	s.keep(t, "menu-ko")
	s.shut(t)
	if m.order("인기 방송")[0] < 0 || len(m.children) < 15 {
		t.Errorf("%q", m.labels())
	}
	choose()
	first := func() string {
		m := s.trayMenu(t)
		return m.children[m.order("인기 방송")[0]+1].label
	}
	links := func(label string) (all []string) {
		for _, r := range rows() {
			if strings.HasPrefix(label, strings.ReplaceAll(r.Creator.Name, "_", "__")) {
				for _, b := range r.Broadcasts {
					all = append(all, b.URL)
				}
			}
		}
		return all
	}
	if got, label := s.opened(), first(); len(got) != 1 || !slices.Contains(links(label), got[0]) {
		t.Errorf("opened %q; %q has %q", got, label, links(label))
	}

	// A notice comes, and a click on it opens.
	until(t, "a notice", func() bool { return len(s.windows(t, "Dunst")) > 0 })
	s.keep(t, "notice")
	n := len(s.opened())
	until(t, "a page by the notice", func() bool {
		for _, w := range s.windows(t, "Dunst") {
			s.do(t, "xdotool", "mousemove", "--window", w, "60", "20", "click", "1")
		}
		return len(s.opened()) > n
	})
	for _, o := range s.opened() {
		if !strings.HasPrefix(o, "https://") {
			t.Errorf("opened %q", o)
		}
	}

	// The panel is restarted.
	s.panel.stop()
	until(t, "the panel to be gone", func() bool { return !s.owned(watcher) })
	s.startPanel(t)
	until(t, "the icon again", func() bool { _, ok := s.icon(t, isRed); return ok })
	choose()

	// The server is restarted.
	hub.stop()
	until(t, "another icon without a server", func() bool { _, red := s.icon(t, isRed); return !red })
	s.keep(t, "offline")
	demo(strings.TrimPrefix(url, "http://"))
	until(t, "the icon with the server", func() bool { _, ok := s.icon(t, isRed); return ok })

	// In English.
	s.settings(t, "language: en\nwidth: 70\nalerts:\n  live: false\n")
	until(t, "English", func() bool { return s.trayMenu(t).order("Top streams")[0] >= 0 })
	s.open(t)
	s.keep(t, "menu-en")
	s.shut(t)

	// Down into a submenu of a submenu: the first creator becomes a favourite.
	until(t, "a favourite by keyboard", func() bool {
		s.open(t)
		s.do(t, "xdotool", "key", "--delay", "300", "Up", "Up", "Up", "Right", "Right")
		s.keep(t, "submenu-en")
		s.do(t, "xdotool", "key", "Return")
		if s.within(5*time.Second, func() bool {
			b, _ := os.ReadFile(s.path("config", "onair", "tray.yaml"))
			return strings.Contains(string(b), "level: favourite")
		}) {
			return true
		}
		s.shut(t)
		return false
	})
	until(t, "favourites on top", func() bool { return s.trayMenu(t).order("★ Favourites")[0] >= 0 })
	s.open(t)
	s.keep(t, "favourites-en")
}

// TestFaces looks at each of the icon's states on the panel, in the sizes that panels draw. With ONAIR_TRAY_SHOTS it
// keeps them side by side, enlarged.
func TestFaces(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a desktop")
	}
	s := newScreen(t)
	hub := newFakeHub()
	hub.change(row("chzzk:1", "하나", 30_000))
	url, stop := serve(t, "127.0.0.1:0", hub)
	s.settings(t, "language: en\n")
	s.tray(t, "--server", url)
	sizes := []int{16, 24, 44} // Xfce knows no 22; 44 is 22 on a fine screen
	shots := map[string][]image.Image{}
	look := func(face string, like func(r, g, b uint32) bool) {
		for _, px := range sizes {
			s.do(t, "xfconf-query", "-c", "xfce4-panel", "-p", "/panels/panel-1/size", "-s", strconv.Itoa(px+8))
			s.do(t, "xfconf-query", "-c", "xfce4-panel", "-p", "/plugins/plugin-1/icon-size", "-n", "-t", "int", "-s", strconv.Itoa(px))
			var img image.Image
			until(t, face, func() bool {
				img = s.look(t, "face")
				box := colourBox(img, like)
				return box.Dx() > px*3/4 && box.Dx() <= px+1
			})
			box := colourBox(img, like)
			at := image.Pt((box.Min.X+box.Max.X)/2, (box.Min.Y+box.Max.Y)/2)
			cut := image.NewNRGBA(image.Rect(0, 0, px+4, px+4))
			draw.Draw(cut, cut.Bounds(), img, at.Sub(image.Pt(px/2+2, px/2+2)), draw.Src)
			shots[face] = append(shots[face], cut)
		}
	}
	look("live", isRed)
	press := func(label string) {
		var it item
		until(t, label, func() bool { var ok bool; it, ok = s.trayMenu(t).find(label); return ok && it.enabled })
		s.press(t, it.id)
	}
	press("Off for 1 hour")
	until(t, "the pause", func() bool { _, ok := s.trayMenu(t).find("Alerts off"); return ok })
	look("paused", isRed)
	press("On again")
	hub.delay(time.Hour)
	until(t, "old data", func() bool { _, ok := s.trayMenu(t).find("Late"); return ok })
	look("stale", func(r, g, b uint32) bool { return r > 180 && g > 120 && g < 200 && b < 110 })
	stop()
	until(t, "no server", func() bool { _, ok := s.trayMenu(t).find("Offline"); return ok })
	look("offline", func(r, g, b uint32) bool { return r > 120 && r < 190 && b > r+4 && b < r+25 })

	names := []string{"live", "stale", "offline", "paused"}
	for i, a := range names {
		for _, b := range names[:i] {
			for n, px := range sizes {
				// Grey values only: a person who sees no colours has to tell them apart too.
				if d := apart(shots[a][n], shots[b][n]); d < px*px/8 {
					t.Errorf("%s and %s differ in %d of %d pixels", a, b, d, px*px)
				}
			}
		}
	}
	const zoom = 6
	sheet := image.NewNRGBA(image.Rect(0, 0, 4*50*zoom, 3*50*zoom))
	for x := range names {
		for y := range sizes {
			img := shots[names[x]][y]
			for i := range img.Bounds().Dx() * zoom {
				for j := range img.Bounds().Dy() * zoom {
					sheet.Set(x*50*zoom+i, y*50*zoom+j, img.At(i/zoom, j/zoom))
				}
			}
		}
	}
	f, err := os.Create(s.path("faces.png"))
	if err == nil {
		err = errors.Join(png.Encode(f, sheet), f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	s.copyOut(t, "faces")
}

// colourBox is around all of the left of the panel that is like a colour.
func colourBox(img image.Image, like func(r, g, b uint32) bool) image.Rectangle {
	var box image.Rectangle
	for y := range 54 {
		for x := range 80 {
			if r, g, b, _ := img.At(x, y).RGBA(); like(r>>8, g>>8, b>>8) {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return box
}

// apart counts pixels that are clearly brighter in one than in the other.
func apart(a, b image.Image) int {
	n := 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p, q := color.GrayModel.Convert(a.At(x, y)).(color.Gray).Y, color.GrayModel.Convert(b.At(x, y)).(color.Gray).Y
			if max(p, q)-min(p, q) > 40 {
				n++
			}
		}
	}
	return n
}
