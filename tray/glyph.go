package tray

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strconv"

	"golang.org/x/image/vector"
)

// glyphSize in pixels: menus draw 16 to 24 points, twice that on fine screens; desktops scale it down.
const glyphSize = 32

// Glyph draws a platform's icon as PNG: path is SVG path data with viewBox 0 0 24 24, colour is #rrggbb. Data that is
// not of this form gives a plain dot of the colour.
func Glyph(path, colour string) []byte {
	c := parseColour(colour)
	img := image.NewNRGBA(image.Rect(0, 0, glyphSize, glyphSize))
	z := vector.NewRasterizer(glyphSize, glyphSize)
	if !trace(z, path, glyphSize/24.0) {
		z.Reset(glyphSize, glyphSize)
		circle(z, glyphSize/2, glyphSize/2, glyphSize*0.4, false)
	}
	paint(img, z, c)
	return encodePNG(img)
}

func parseColour(s string) color.NRGBA {
	if len(s) == 7 && s[0] == '#' {
		if n, err := strconv.ParseUint(s[1:], 16, 24); err == nil {
			return color.NRGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 255}
		}
	}
	return color.NRGBA{128, 128, 128, 255}
}

// paint puts the shape over img.
func paint(img *image.NRGBA, z *vector.Rasterizer, c color.Color) {
	z.Draw(img, img.Bounds(), image.NewUniform(c), image.Point{})
}

func encodePNG(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil { // cannot happen: the buffer takes all and the sides are fixed
		return nil
	}
	return b.Bytes()
}
