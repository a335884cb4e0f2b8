//go:build cgo

package desktop

import (
	"context"

	"onair/tray"
)

func early(string, func()) error { return nil }

// late is empty: on macOS the title is text beside the icon.
func late(string) string { return "" }

func faceBytes(f tray.Face) []byte { return tray.FacePNG(f) }

func iconBytes(png []byte) []byte { return png }

func label(s string) string { return s }

// watchMenu has nothing to add: macOS says that the menu opens, not that it closes.
func watchMenu(context.Context, chan<- tray.Touch) {}
