// Package desktop is the tray's hands: the icon and menu on the panel (systray), notices, opening links, starting at
// login, one instance per person, the person's language.
//
// Patches, notices and links from package tray go in; touches and pressed buttons come out. cmd/onair-tray joins the
// two. What differs between systems stands in files named after them; Linux is tried on a private bus and on a whole
// desktop by the tests, Windows and macOS are only compiled. Nothing here decides what is shown.
package desktop

import (
	"context"
	"log/slog"
	"os"

	"onair/tray"
)

// name is the program's on every desktop: in file names, on the bus, in the registry.
const name = "onair-tray"

// maxPresses wait for the loop; more than a person presses.
const maxPresses = 16

// Desktop implements tray.Desktop.
type Desktop struct {
	Args []string // with which the program is to start at login
	Log  *slog.Logger

	presses chan tray.Action
	notices notices
}

var _ tray.Desktop = (*Desktop)(nil)

// New makes a Desktop. Close it.
func New(log *slog.Logger, args []string) *Desktop {
	d := &Desktop{Args: args, Log: log, presses: make(chan tray.Action, maxPresses)}
	d.notices.start(d)
	return d
}

// Close lets go of the desktop.
func (d *Desktop) Close() { d.notices.stop() }

// Presses are the actions of buttons pressed on notices.
func (d *Desktop) Presses() <-chan tray.Action { return d.presses }

func (d *Desktop) press(a tray.Action) {
	if a == (tray.Action{}) {
		return
	}
	select {
	case d.presses <- a:
	default: // nobody listens any more
	}
}

// Notify implements tray.Desktop.
func (d *Desktop) Notify(n tray.Notice, icon []byte) error { return d.notices.show(n, icon) }

// OpenURL implements tray.Desktop. The caller has checked the address.
func (d *Desktop) OpenURL(url string) error { return openURL(url) }

// OpenFile implements tray.Desktop.
func (d *Desktop) OpenFile(path string) error { return openFile(path) }

// Autostart implements tray.Desktop.
func (d *Desktop) Autostart() (on, possible bool) { return autostart() }

// SetAutostart implements tray.Desktop.
func (d *Desktop) SetAutostart(on bool) error {
	if !on {
		return removeAutostart()
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	return writeAutostart(append([]string{exe}, d.Args...))
}

// send passes a touch on unless ctx has ended.
func send(ctx context.Context, to chan<- tray.Touch, t tray.Touch) {
	select {
	case to <- t:
	case <-ctx.Done():
	}
}
