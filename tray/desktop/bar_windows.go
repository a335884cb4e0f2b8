package desktop

import (
	"bytes"
	"image/png"
	"strings"

	"onair/tray"
)

func shownTitle(title string) string { return title }

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
