package tray

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/image/draw"
	"golang.org/x/image/vector"
	"golang.org/x/image/webp"

	"onair/live"
)

const (
	// maxPictures are shown, the first of the menu, as PNG of some 3 KB each; at most twice as many are kept, because an
	// old one hangs until the new one is there.
	maxPictures = 64
	// maxPictureBytes and maxPictureSide: a small thumbnail has 192 pixels a side and 8 KB; a picture of megapixels would
	// take more memory than all of the tray.
	maxPictureBytes, maxPictureSide = 64 << 10, 512
	// pictureTimeout: pictures are fetched one after the other, and one that hangs must not hold up the others for long.
	pictureTimeout = 5 * time.Second
	// pictureAgain is when a picture that could not be had is asked for again.
	pictureAgain = 5 * time.Minute
	// badge is the side of the platform's glyph on a picture, badgeRoom the disc under it.
	badge, badgeRoom = 18, 11
	// maxPictureURL bounds what is kept of a row.
	maxPictureURL = 300
)

// picture is an item's icon that has to be fetched.
type picture struct {
	key, url string
	glyph    []byte // the platform's, as PNG
}

// pictured is an icon that was fetched; png is nil when it could not be. The zero pictured ends what was asked for.
type pictured struct {
	key string
	png []byte
	at  time.Time
	err error
}

// pictureURL is the address of a thumbnail that the server keeps itself; "" for any other: a menu that is drawn without
// anybody's asking must not tell third parties who is at this desktop.
func pictureURL(server, raw string) string {
	if raw == "" || len(raw) > maxPictureURL {
		return ""
	}
	base, err := url.Parse(server)
	if err != nil {
		return ""
	}
	u, err := base.Parse(raw)
	if err != nil || u.Scheme != base.Scheme || u.Host != base.Host || u.User != nil {
		return ""
	}
	return u.String()
}

// pictureKey is the name of an item's icon with a picture in it.
func pictureKey(p live.Platform, url string) string { return string(p) + "|" + url }

// Pictures fetches what the menu wants until ctx ends. Run does this; so does whoever calls Tick alone.
func (a *App) Pictures(ctx context.Context) error {
	tr := http.DefaultTransport.(*http.Transport).Clone()
	defer tr.CloseIdleConnections()
	c := pictureClient(tr)
	send := func(p pictured) error {
		select {
		case a.got <- p:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for {
		select {
		case list := <-a.want:
			for _, p := range list {
				got := pictured{key: p.key}
				got.png, got.err = fetchPicture(ctx, c, p)
				if err := send(got); err != nil {
					return err
				}
				if errors.As(got.err, new(*url.Error)) {
					break // it does not answer; by now the menu may want others
				}
			}
			if err := send(pictured{}); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// pictureClient follows no redirect: the server keeps the picture itself or has none.
func pictureClient(tr http.RoundTripper) *http.Client {
	return &http.Client{Transport: tr, Timeout: pictureTimeout, CheckRedirect: func(*http.Request, []*http.Request) error {
		return errors.New("a picture elsewhere")
	}}
}

func fetchPicture(ctx context.Context, c *http.Client, p picture) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url, nil)
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	resp, err := c.Do(req)
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("picture: status %d", resp.StatusCode)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxPictureBytes+1))
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	img, err := decodePicture(b)
	if err != nil {
		return nil, err
	}
	return drawPicture(img, p.glyph), nil
}

// decodePicture reads a WebP, JPEG or PNG of a thumbnail's size; what it claims to be is checked before it is unpacked.
func decodePicture(b []byte) (image.Image, error) {
	if len(b) > maxPictureBytes {
		return nil, fmt.Errorf("picture: more than %d bytes", maxPictureBytes)
	}
	config, decode := webp.DecodeConfig, webp.Decode
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG")):
		config, decode = png.DecodeConfig, png.Decode
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		config, decode = jpeg.DecodeConfig, jpeg.Decode
	case len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WEBP":
		return nil, errors.New("picture: neither WebP, JPEG nor PNG")
	}
	is, err := config(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	if is.Width < 1 || is.Height < 1 || is.Width > maxPictureSide || is.Height > maxPictureSide {
		return nil, fmt.Errorf("picture: %d×%d pixels", is.Width, is.Height)
	}
	img, err := decode(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	if got := img.Bounds(); got.Dx() > maxPictureSide || got.Dy() > maxPictureSide || got.Empty() {
		return nil, fmt.Errorf("picture: %v pixels", got)
	}
	return img, nil
}

// drawPicture makes an icon: the middle of the picture, square because panels stretch icons into a square, with the
// platform's glyph in the corner.
func drawPicture(img image.Image, glyph []byte) []byte {
	from := img.Bounds()
	side := min(from.Dx(), from.Dy())
	from.Min = from.Min.Add(image.Pt((from.Dx()-side)/2, (from.Dy()-side)/2))
	from.Max = from.Min.Add(image.Pt(side, side))
	out := image.NewNRGBA(image.Rect(0, 0, glyphSize, glyphSize))
	draw.BiLinear.Scale(out, out.Bounds(), img, from, draw.Src, nil)
	mark, err := png.Decode(bytes.NewReader(glyph))
	if err != nil {
		return encodePNG(out)
	}
	const at = glyphSize - badgeRoom
	z := vector.NewRasterizer(glyphSize, glyphSize)
	circle(z, at, at, badgeRoom, false)
	paint(out, z, color.White)
	box := image.Rect(at-badge/2, at-badge/2, at-badge/2+badge, at-badge/2+badge)
	draw.BiLinear.Scale(out, box, mark, mark.Bounds(), draw.Over, nil)
	return encodePNG(out)
}

// picture gives the icon of an item: a stream's picture when it is there, else the one that hung there before, else the
// platform's glyph. What is missing is asked for.
func (a *App) picture(r *Stream, p live.Platform, was map[string]string) string {
	u := pictureURL(a.Server(), r.Thumb)
	if u == "" || !a.settings.Thumbnails || a.glyphs[string(p)] == nil {
		return string(p)
	}
	key := pictureKey(p, u)
	if !a.wanted[key] && len(a.wanted) < maxPictures {
		a.wanted[key] = true
		if _, known := a.pictures[key]; !known {
			a.missing = append(a.missing, picture{key, u, a.glyphs[string(p)]})
		}
	}
	id := string(p) + "|" + r.ID
	if a.pictures[key].png == nil {
		key = was[id]
	}
	if a.pictures[key].png == nil {
		return string(p)
	}
	a.hung[id] = key
	return key
}

// fetch asks for what the menu just drawn lacks, and forgets pictures that it does not show when there are too many.
func (a *App) fetch() {
	if len(a.pictures)+len(a.missing) > maxPictures {
		hung := map[string]bool{}
		for _, key := range a.hung {
			hung[key] = true
		}
		maps.DeleteFunc(a.pictures, func(key string, _ pictured) bool { return !a.wanted[key] && !hung[key] })
	}
	if len(a.missing) > 0 && !a.asked {
		a.asked = true
		a.want <- a.missing // holds one, and none is there
	}
}

// collect takes in what was fetched.
func (a *App) collect(now time.Time) {
	for {
		select {
		case got := <-a.got:
			if got.key == "" {
				a.asked, a.dirty = false, true
				continue
			}
			if got.err != nil {
				a.o.Log.Debug("no picture", "err", got.err)
			}
			got.at = now
			a.pictures[got.key], a.dirty = got, true
		default:
			maps.DeleteFunc(a.pictures, func(_ string, p pictured) bool { return p.png == nil && now.Sub(p.at).Abs() > pictureAgain })
			return
		}
	}
}

// icon gives the bytes of an icon by its key.
func (a *App) icon(key string) []byte {
	if platform, _, ok := strings.Cut(key, "|"); ok {
		if p := a.pictures[key].png; p != nil {
			return p
		}
		key = platform
	}
	return a.glyphs[key]
}

// thumbOf is the picture of a row that the tray may show.
func thumbOf(small *live.Picture) string {
	if small == nil || len(small.URL) > maxPictureURL {
		return ""
	}
	return small.URL
}
