//go:build cgo

package desktop

import "onair/tray"

// shownTitle is empty: on macOS the title is text beside the icon.
func shownTitle(string) string { return "" }

func faceBytes(f tray.Face) []byte { return tray.FacePNG(f) }

func iconBytes(png []byte) []byte { return png }

func label(s string) string { return s }
