package desktop

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"image/color"
	"image/png"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"

	"onair/tray"
)

const (
	notifyName = "org.freedesktop.Notifications"
	notifyPath = "/org/freedesktop/Notifications"
	// maxOpen notices are remembered; of older ones a press does nothing any more.
	maxOpen = 64
	// maxSignals wait; a person presses one at a time.
	maxSignals = 16
	// notifyTimeout: a service that hangs must not hold up the menu.
	notifyTimeout = 3 * time.Second
)

// notices shows notices through the desktop's notification service.
type notices struct {
	mu   sync.Mutex
	conn *dbus.Conn
	open []shown // oldest first
	d    *Desktop
	done chan struct{}
}

// shown is a notice that may be pressed: actions by key.
type shown struct {
	id      uint32
	actions map[string]tray.Action
}

func (n *notices) start(d *Desktop) { n.d = d }

// connect opens the bus at the first need.
func (n *notices) connect() (*dbus.Conn, error) {
	if n.conn != nil && n.conn.Connected() {
		return n.conn, nil
	}
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return nil, fmt.Errorf("session bus: %w", err)
	}
	if err := conn.AddMatchSignal(dbus.WithMatchInterface(notifyName), dbus.WithMatchObjectPath(notifyPath)); err != nil {
		conn.Close()
		return nil, fmt.Errorf("notifications: %w", err)
	}
	signals := make(chan *dbus.Signal, maxSignals)
	conn.Signal(signals)
	n.conn, n.done = conn, make(chan struct{})
	go n.listen(signals, n.done)
	return conn, nil
}

func (n *notices) stop() {
	n.mu.Lock()
	conn, done := n.conn, n.done
	n.conn = nil
	n.mu.Unlock()
	if conn != nil {
		conn.Close() // ends the signals
		<-done
	}
}

func (n *notices) listen(signals <-chan *dbus.Signal, done chan<- struct{}) {
	defer close(done)
	for s := range signals {
		if len(s.Body) < 2 {
			continue
		}
		id, _ := s.Body[0].(uint32)
		switch s.Name {
		case notifyName + ".ActionInvoked":
			key, _ := s.Body[1].(string)
			n.d.press(n.find(id).actions[key])
		case notifyName + ".NotificationClosed":
			n.forget(id)
		}
	}
}

func (n *notices) find(id uint32) shown {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, o := range n.open {
		if o.id == id {
			return o
		}
	}
	return shown{}
}

func (n *notices) forget(id uint32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.open = slices.DeleteFunc(n.open, func(o shown) bool { return o.id == id })
}

func (n *notices) show(x tray.Notice, icon []byte) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	conn, err := n.connect()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), notifyTimeout)
	defer cancel()
	obj := conn.Object(notifyName, notifyPath)
	var can []string
	if err := obj.CallWithContext(ctx, notifyName+".GetCapabilities", 0).Store(&can); err != nil {
		return fmt.Errorf("notifications: %w", err)
	}
	body := x.Body
	if slices.Contains(can, "body-markup") {
		body = html.EscapeString(body) // names come from anybody
	}
	o := shown{actions: map[string]tray.Action{}}
	var keys []string
	if slices.Contains(can, "actions") {
		if x.Click != (tray.Action{}) {
			keys = append(keys, "default", strings.TrimSpace(x.Title))
			o.actions["default"] = x.Click
		}
		for i, b := range x.Buttons {
			key := "b" + strconv.Itoa(i)
			keys = append(keys, key, b.Text)
			o.actions[key] = b.Do
		}
	}
	hints := map[string]dbus.Variant{
		"desktop-entry": dbus.MakeVariant(name),
		"category":      dbus.MakeVariant("presence.online"),
		"urgency":       dbus.MakeVariant(byte(1)),
	}
	if pic, ok := picture(icon); ok {
		hints["image-data"] = dbus.MakeVariant(pic)
	}
	const replaces, expire = uint32(0), int32(-1) // the desktop's own time
	if err := obj.CallWithContext(ctx, notifyName+".Notify", 0, "onair", replaces, "", x.Title, body, keys, hints, expire).Store(&o.id); err != nil {
		return fmt.Errorf("notifications: %w", err)
	}
	n.open = append(n.open, o)
	if len(n.open) > maxOpen {
		n.open = n.open[1:]
	}
	return nil
}

// rawPicture is the notification service's form of a picture.
type rawPicture struct {
	Width, Height, Stride int32
	Alpha                 bool
	Bits, Channels        int32
	Data                  []byte
}

func picture(b []byte) (rawPicture, bool) {
	if len(b) == 0 {
		b = tray.FacePNG(tray.FaceLive)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return rawPicture{}, false
	}
	r := img.Bounds()
	p := rawPicture{Width: int32(r.Dx()), Height: int32(r.Dy()), Stride: int32(4 * r.Dx()), Alpha: true, Bits: 8, Channels: 4}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			p.Data = append(p.Data, c.R, c.G, c.B, c.A)
		}
	}
	return p, true
}
