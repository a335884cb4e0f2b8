package thumbs

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"net/http"
	"slices"

	encoder "github.com/gen2brain/webp"
	"golang.org/x/image/draw"
	decoder "golang.org/x/image/webp"
)

const (
	// maxPixels is above what any platform sends as a thumbnail; the memory of decoding is four bytes each.
	maxPixels = 4 << 20
	// minSide: a smaller picture is a tracking pixel or a placeholder.
	minSide = 16
	// quality keeps faces and text clear at about 5 kB for 480 pixels.
	quality = 75
)

// sizes are the widths of the two renditions, the small one first: what a row shows on a dense screen, and the large preview. A smaller
// source is not blown up.
var sizes = [2]int{192, 480}

var (
	errKind   = errors.New("not a JPEG, PNG or WebP picture")
	errPixels = fmt.Errorf("picture has over %d pixels", maxPixels)
	errTiny   = errors.New("picture is too small")
	errDecode = errors.New("picture is damaged")
)

// rendition is one encoded picture.
type rendition struct {
	data          []byte
	width, height int
}

// render makes both sizes, the small one first. The kind is judged by the first bytes, never by what the server says;
// how many pixels there are is read before any of them is decoded.
func render(b []byte) (out [2]rendition, err error) {
	config, decode := codec(b)
	if config == nil {
		return out, errKind
	}
	c, err := config()
	switch {
	case err != nil:
		return out, errDecode
	case c.Width > maxPixels || c.Height > maxPixels || c.Width*c.Height > maxPixels:
		return out, errPixels
	case c.Width < minSide || c.Height < minSide:
		return out, errTiny
	}
	src, err := decode()
	if err != nil {
		return out, errDecode
	}
	crop := wide(src.Bounds())
	form := crop
	for i, width := range slices.Backward(sizes[:]) { // the small one is made of the large one, at a tenth of the work
		width = min(width, form.Dx())
		dst := image.NewRGBA(image.Rect(0, 0, width, max(1, width*form.Dy()/form.Dx())))
		draw.CatmullRom.Scale(dst, dst.Bounds(), src, crop, draw.Src, nil)
		var buf bytes.Buffer
		if err := encoder.Encode(&buf, dst, encoder.Options{Quality: quality, Method: encoder.DefaultMethod}); err != nil {
			return out, fmt.Errorf("encoding a picture: %w", err)
		}
		out[i] = rendition{buf.Bytes(), dst.Bounds().Dx(), dst.Bounds().Dy()}
		src, crop = dst, dst.Bounds()
	}
	return out, nil
}

// codec finds the decoder of b's kind; nil for all others, SVG among them.
func codec(b []byte) (config func() (image.Config, error), decode func() (image.Image, error)) {
	r := func() *bytes.Reader { return bytes.NewReader(b) }
	switch http.DetectContentType(b) {
	case "image/jpeg":
		return func() (image.Config, error) { return jpeg.DecodeConfig(r()) }, func() (image.Image, error) { return jpeg.Decode(r()) }
	case "image/png":
		return func() (image.Config, error) { return png.DecodeConfig(r()) }, func() (image.Image, error) { return png.Decode(r()) }
	case "image/webp":
		return func() (image.Config, error) { return decoder.DecodeConfig(r()) }, func() (image.Image, error) { return decoder.Decode(r()) }
	}
	return nil, nil
}

// wide is the middle of b in 16:9: cards have that form, and a portrait's or a barred picture's edges say least.
func wide(b image.Rectangle) image.Rectangle {
	if h := b.Dx() * 9 / 16; h < b.Dy() && h > 0 {
		top := b.Min.Y + (b.Dy()-h)/2
		return image.Rect(b.Min.X, top, b.Max.X, top+h)
	}
	if w := b.Dy() * 16 / 9; w < b.Dx() && w > 0 {
		left := b.Min.X + (b.Dx()-w)/2
		return image.Rect(left, b.Min.Y, left+w, b.Max.Y)
	}
	return b
}
