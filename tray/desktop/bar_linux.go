package desktop

import (
	"context"
	"fmt"

	"fyne.io/systray"
	"github.com/godbus/dbus/v5"

	"onair/tray"
)

// maxTouches wait for the loop; a panel sends a handful when a menu opens.
const maxTouches = 64

// Bar is the icon with its menu. The icon is systray's, which keeps its state in variables of its package: one Bar a
// process. The menu is panelMenu's, in the place of systray's own.
type Bar struct {
	menu    *panelMenu
	touches chan tray.Touch
}

var _ tray.Bar = (*Bar)(nil)

// Possible reports whether this program can show a tray at all.
const Possible = true

// Main shows the tray and calls run with it, until run returns; it returns run's error. It must be called from the main
// goroutine, once in a process.
func Main(ctx context.Context, title string, run func(ctx context.Context, b *Bar) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	conn, err := dbus.SessionBus() // the connection that systray uses
	if err != nil {
		return fmt.Errorf("session bus: %w", err)
	}
	context.AfterFunc(conn.Context(), cancel) // the session is over
	// systray reads these once, when it comes to the bus: a panel that sees the item before it has a picture shows a hole,
	// and the title is its id for good.
	systray.SetTitle(title)
	systray.SetIcon(tray.FacePNG(tray.FaceOffline))
	start, end := systray.RunWithExternalLoop(nil, nil)
	start()
	defer end()
	b := &Bar{touches: make(chan tray.Touch, maxTouches)}
	if b.menu, err = showMenu(conn, func(t tray.Touch) { send(ctx, b.touches, t) }); err != nil {
		return err
	}
	return run(ctx, b)
}

// Touches is what was done to the menu.
func (b *Bar) Touches() <-chan tray.Touch { return b.touches }

// SetFace implements tray.Bar.
func (b *Bar) SetFace(f tray.Face) { systray.SetIcon(tray.FacePNG(f)) }

// SetTooltip implements tray.Bar.
func (b *Bar) SetTooltip(text string) { systray.SetTooltip(text) }

// Apply implements tray.Bar.
func (b *Bar) Apply(patches []tray.Patch, glyph func(string) []byte) { b.menu.apply(patches, glyph) }
