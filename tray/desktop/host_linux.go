package desktop

import (
	"context"
	"log/slog"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	watcherName = "org.kde.StatusNotifierWatcher"
	// hostGrace: at login the panel may start after us.
	hostGrace = 15 * time.Second
)

// WatchHost says in the log when the desktop has no tray, and when it gets one, until ctx ends. missing is called once,
// when there was none for a while. systray registers the icon by itself as soon as there is one.
func WatchHost(ctx context.Context, log *slog.Logger, missing func()) {
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		log.Error("no session bus, so no tray and no notices", "err", err)
		return
	}
	defer conn.Close()
	changes := make(chan *dbus.Signal, maxSignals)
	conn.Signal(changes)
	if err := conn.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, watcherName)); err != nil {
		log.Warn("cannot watch for a tray", "err", err)
		return
	}
	var there bool
	if err := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, watcherName).Store(&there); err != nil {
		return
	}
	grace := time.NewTimer(hostGrace)
	defer grace.Stop()
	said := false
	for {
		if !there && !said {
			said = true
			log.Warn("this desktop has no tray; the icon appears when there is one")
		}
		select {
		case s, ok := <-changes:
			if !ok {
				return
			}
			if len(s.Body) == 3 {
				owner, _ := s.Body[2].(string)
				if now := owner != ""; now != there {
					there = now
					if there {
						log.Info("the desktop has a tray")
					}
				}
			}
		case <-grace.C:
			if !there {
				missing()
			}
		case <-ctx.Done():
			return
		}
	}
}
