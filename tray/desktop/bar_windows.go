package desktop

import (
	"bytes"
	"context"
	"image/png"
	"strings"

	"onair/tray"
)

func early(string, func()) error { return nil }

func late(title string) string { return title }

func faceBytes(f tray.Face) []byte { return tray.ICO(tray.DrawFace(f)) }

// iconBytes turns a picture into what Windows loads.
func iconBytes(b []byte) []byte {
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return b
	}
	return tray.ICO(img)
}

// label writes a text so that no letter of it becomes a shortcut, and nothing a second column.
func label(s string) string { return strings.NewReplacer("&", "&&", "\t", " ").Replace(s) }

// watchMenu has nothing to add: Windows says that the menu opens, not that it closes.
func watchMenu(context.Context, chan<- tray.Touch) {}
