package desktop

import (
	"context"
	"fmt"
	"strings"

	"fyne.io/systray"
	"github.com/godbus/dbus/v5"

	"onair/tray"
)

// early sets what systray reads once, when it comes to the bus: a panel that sees the item before it has a picture
// shows a hole, and the title is its id for good. ended is called when the bus goes away: the session is over.
func early(title string, ended func()) error {
	own, err := dbus.SessionBus()
	if err != nil {
		return fmt.Errorf("session bus: %w", err)
	}
	context.AfterFunc(own.Context(), ended)
	systray.SetTitle(title)
	systray.SetIcon(faceBytes(tray.FaceOffline))
	return nil
}

func late(title string) string { return title }

func faceBytes(f tray.Face) []byte { return tray.FacePNG(f) }

func iconBytes(png []byte) []byte { return png }

// label writes a text so that no letter of it becomes a shortcut: in dbusmenu an underscore marks one.
func label(s string) string { return strings.ReplaceAll(s, "_", "__") }

// maxHeard messages wait; a panel sends a handful when a menu opens.
const maxHeard = 64

// watchMenu reports openings and closings of the menu until ctx ends. systray reports only one kind of opening, which
// Xfce's panel does not send, and no closing. So we listen to what panels say to systray's own connection, as a
// monitor of the bus that sees nothing else. Where the bus forbids that, what systray reports has to do.
func watchMenu(ctx context.Context, to chan<- tray.Touch) {
	own, err := dbus.SessionBus() // the connection that systray uses
	if err != nil || len(own.Names()) == 0 {
		return
	}
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return
	}
	defer conn.Close()
	rule := "type='method_call',interface='com.canonical.dbusmenu',destination='" + own.Names()[0] + "'"
	if conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.Monitoring.BecomeMonitor", 0, []string{rule}, uint32(0)).Err != nil {
		return
	}
	heard := make(chan *dbus.Message, maxHeard)
	conn.Eavesdrop(heard)
	for {
		select {
		case m, ok := <-heard:
			if !ok {
				return
			}
			if t, ok := touchOf(m); ok {
				send(ctx, to, t)
			}
		case <-conn.Context().Done():
			return
		case <-ctx.Done():
			return
		}
	}
}

// touchOf reads what a panel says to the menu. The menu itself has id 0; whatever happens below it keeps it open. Clicks
// come through systray.
func touchOf(m *dbus.Message) (tray.Touch, bool) {
	member, _ := m.Headers[dbus.FieldMember].Value().(string)
	event := func(id any, kind any) (tray.Touch, bool) {
		switch n, _ := id.(int32); {
		case kind == "closed" && n == 0:
			return tray.Touch{Closed: true}, true
		case kind == "opened", kind == "closed", kind == "hovered":
			return tray.Touch{Opened: true}, true
		}
		return tray.Touch{}, false
	}
	switch {
	case member == "AboutToShow", member == "AboutToShowGroup":
		return tray.Touch{Opened: true}, true
	case member == "Event" && len(m.Body) >= 2:
		return event(m.Body[0], m.Body[1])
	case member == "EventGroup" && len(m.Body) >= 1:
		list, _ := m.Body[0].([][]any)
		for i := len(list) - 1; i >= 0; i-- {
			if len(list[i]) >= 2 {
				if t, ok := event(list[i][0], list[i][1]); ok {
					return t, true
				}
			}
		}
	}
	return tray.Touch{}, false
}
