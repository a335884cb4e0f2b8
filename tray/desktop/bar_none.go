//go:build darwin && !cgo

package desktop

import (
	"context"
	"errors"

	"onair/tray"
)

// Possible reports whether this program can show a tray at all.
const Possible = false

// Bar is the icon with its menu; on macOS it needs cgo.
type Bar struct{}

var _ tray.Bar = (*Bar)(nil)

// Main reports that there is no tray in this build.
func Main(context.Context, string, func(context.Context, *Bar) error) error {
	return errors.New("built without cgo: no tray on macOS")
}

// Touches is what was done to the menu.
func (*Bar) Touches() <-chan tray.Touch { return nil }

// SetFace implements tray.Bar.
func (*Bar) SetFace(tray.Face) {}

// SetTooltip implements tray.Bar.
func (*Bar) SetTooltip(string) {}

// Apply implements tray.Bar.
func (*Bar) Apply([]tray.Patch, func(string) []byte) {}
