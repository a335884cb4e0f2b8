package tray

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"math"

	"golang.org/x/image/vector"
)

// faceSize in pixels: panels draw 16 to 48; they scale down better than up.
const faceSize = 64

// The colours of the faces. The shapes differ too: colour alone says nothing to one person in twelve.
var (
	red   = color.NRGBA{0xf0, 0x35, 0x46, 0xff}
	amber = color.NRGBA{0xf5, 0xa6, 0x23, 0xff}
	grey  = color.NRGBA{0x9a, 0xa0, 0xa6, 0xff}
	dark  = color.NRGBA{0x33, 0x22, 0x00, 0xff}
	white = color.NRGBA{0xff, 0xff, 0xff, 0xff}
)

// DrawFace draws the tray's icon: a dot that sends waves when all is well, a warning triangle when the data is old, a
// crossed circle without a server, a circle with two bars while alerts are off.
func DrawFace(f Face) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, faceSize, faceSize))
	const c = faceSize / 2
	put := func(col color.Color, draw func(z *vector.Rasterizer)) {
		z := vector.NewRasterizer(faceSize, faceSize)
		draw(z)
		paint(img, z, col)
	}
	waves := func(col color.Color) {
		for _, r := range []float64{21, 29} {
			put(col, func(z *vector.Rasterizer) { wave(z, c, c, r, 4.6, 0); wave(z, c, c, r, 4.6, math.Pi) })
		}
	}
	switch f {
	case FaceStale:
		put(amber, func(z *vector.Rasterizer) {
			to(z, true, c, 3)
			to(z, false, 62, 59)
			to(z, false, 2, 59)
			z.ClosePath()
		})
		put(dark, func(z *vector.Rasterizer) { box(z, 28, 22, 36, 41); box(z, 28, 46, 36, 54) })
	case FacePaused:
		put(red, func(z *vector.Rasterizer) { circle(z, c, c, 29, false) })
		put(white, func(z *vector.Rasterizer) { box(z, 21, 18, 29, 46); box(z, 35, 18, 43, 46) })
	case FaceOffline:
		put(grey, func(z *vector.Rasterizer) { circle(z, c, c, 28, false); circle(z, c, c, 22, true) })
		put(grey, func(z *vector.Rasterizer) { bar(z, 14, 50, 50, 14, 6) })
	default:
		waves(red)
		put(red, func(z *vector.Rasterizer) { circle(z, c, c, 13, false) })
	}
	return img
}

// FacePNG is the icon for Linux and macOS.
func FacePNG(f Face) []byte { return encodePNG(DrawFace(f)) }

// circle adds a circle; inner ones run the other way round and so cut a hole.
func circle(z *vector.Rasterizer, x, y, r float64, inner bool) {
	const n = 48
	for i := range n + 1 {
		a := 2 * math.Pi * float64(i) / n
		if inner {
			a = -a
		}
		s, c := math.Sincos(a)
		to(z, i == 0, x+r*c, y+r*s)
	}
	z.ClosePath()
}

// wave adds a bow of 80 degrees around the direction a, w thick.
func wave(z *vector.Rasterizer, x, y, r, w, a float64) {
	const n, half = 16, 40 * math.Pi / 180
	for i := range n + 1 {
		s, c := math.Sincos(a - half + 2*half*float64(i)/n)
		to(z, i == 0, x+r*c, y+r*s)
	}
	for i := range n + 1 {
		s, c := math.Sincos(a + half - 2*half*float64(i)/n)
		to(z, false, x+(r-w)*c, y+(r-w)*s)
	}
	z.ClosePath()
}

func box(z *vector.Rasterizer, x0, y0, x1, y1 float64) {
	to(z, true, x0, y0)
	to(z, false, x1, y0)
	to(z, false, x1, y1)
	to(z, false, x0, y1)
	z.ClosePath()
}

// bar adds a line w thick.
func bar(z *vector.Rasterizer, x0, y0, x1, y1, w float64) {
	l := math.Hypot(x1-x0, y1-y0)
	dx, dy := (y1-y0)/l*w/2, -(x1-x0)/l*w/2
	to(z, true, x0+dx, y0+dy)
	to(z, false, x1+dx, y1+dy)
	to(z, false, x1-dx, y1-dy)
	to(z, false, x0-dx, y0-dy)
	z.ClosePath()
}

func to(z *vector.Rasterizer, move bool, x, y float64) {
	if move {
		z.MoveTo(float32(x), float32(y))
	} else {
		z.LineTo(float32(x), float32(y))
	}
}

// ICO wraps a picture of at most 255 pixels a side in the container that Windows wants: one image, 32 bits a pixel,
// rows from the bottom, and an empty mask.
func ICO(img image.Image) []byte {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	mask := (w + 31) / 32 * 4 * h
	size := 40 + w*h*4 + mask
	var b bytes.Buffer
	put := func(v ...any) {
		for _, x := range v {
			_ = binary.Write(&b, binary.LittleEndian, x) // a buffer takes all
		}
	}
	put(uint16(0), uint16(1), uint16(1))                                                           // an icon, one picture
	put(uint8(w), uint8(h), uint8(0), uint8(0), uint16(1), uint16(32), uint32(size), uint32(6+16)) // its entry
	put(uint32(40), int32(w), int32(2*h), uint16(1), uint16(32), uint32(0), uint32(w*h*4+mask), int32(0), int32(0), uint32(0), uint32(0))
	for y := h - 1; y >= 0; y-- {
		for x := range w {
			c := color.NRGBAModel.Convert(img.At(img.Bounds().Min.X+x, img.Bounds().Min.Y+y)).(color.NRGBA)
			b.Write([]byte{c.B, c.G, c.R, c.A})
		}
	}
	b.Write(make([]byte, mask))
	return b.Bytes()
}
