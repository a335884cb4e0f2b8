package thumbs

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"net/netip"
	"testing"

	decoder "golang.org/x/image/webp"

	encoder "github.com/gen2brain/webp"
)

// scene draws something that is neither flat nor noise; seed tells pictures apart.
func scene(w, h int, seed uint64) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 1))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.RGBA{uint8(x * 255 / w), uint8(y * 255 / h), uint8(seed * 37), 255})
		}
	}
	for range 20 {
		x, y, c := r.IntN(w), r.IntN(h), color.RGBA{uint8(r.Uint32()), uint8(r.Uint32()), uint8(r.Uint32()), 255}
		for dy := range h / 6 {
			for dx := range w / 6 {
				img.Set(x+dx, y+dy, c)
			}
		}
	}
	return img
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRender(t *testing.T) {
	var webp bytes.Buffer
	if err := encoder.Encode(&webp, scene(640, 360, 3), encoder.Options{Quality: 80}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		want [2][2]int // width, height of the small and the large one
	}{
		"JPEG":       {asJPEG(t, scene(1280, 720, 1)), [2][2]int{{192, 108}, {480, 270}}},
		"PNG":        {asPNG(t, scene(854, 480, 2)), [2][2]int{{192, 108}, {480, 270}}},
		"WebP":       {webp.Bytes(), [2][2]int{{192, 108}, {480, 270}}},
		"4:3":        {asJPEG(t, scene(480, 360, 4)), [2][2]int{{192, 108}, {480, 270}}},
		"portrait":   {asJPEG(t, scene(576, 1024, 5)), [2][2]int{{192, 108}, {480, 270}}},
		"panorama":   {asJPEG(t, scene(2000, 100, 6)), [2][2]int{{177, 100}, {177, 100}}},
		"small":      {asJPEG(t, scene(120, 90, 7)), [2][2]int{{120, 67}, {120, 67}}},
		"one column": {asJPEG(t, scene(16, 2000, 8)), [2][2]int{{16, 9}, {16, 9}}},
	} {
		t.Run(name, func(t *testing.T) {
			both, err := render(c.data)
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range both {
				img, err := decoder.Decode(bytes.NewReader(r.data))
				if err != nil {
					t.Fatal(err)
				}
				if got := [2]int{img.Bounds().Dx(), img.Bounds().Dy()}; got != c.want[i] || got != [2]int{r.width, r.height} {
					t.Errorf("%d: %v, said %dx%d, want %v", i, got, r.width, r.height, c.want[i])
				}
			}
		})
	}
	// What is left of the picture is its middle: the large rendition of a 16:9 scene has the scene's colours.
	src := scene(960, 540, 9)
	both, err := render(asPNG(t, src))
	if err != nil {
		t.Fatal(err)
	}
	img, err := decoder.Decode(bytes.NewReader(both[1].data))
	if err != nil {
		t.Fatal(err)
	}
	off := 0
	for y := 5; y < 270; y += 20 {
		for x := 5; x < 480; x += 20 {
			r1, g1, b1, _ := img.At(x, y).RGBA()
			r2, g2, b2, _ := src.At(2*x, 2*y).RGBA()
			if far(r1, r2) || far(g1, g2) || far(b1, b2) {
				off++
			}
		}
	}
	if off > 60 { // of 336; edges of the blocks blur
		t.Errorf("%d of 336 points have another colour", off)
	}
}

func far(a, b uint32) bool { return max(a, b)-min(a, b) > 24<<8 }

// bomb is a PNG that says it has w x h pixels and holds hardly any data.
func bomb(w, h uint32) []byte {
	ihdr := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)...)
	ihdr = append(ihdr, 8, 6, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	b = append(b, ihdr...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(ihdr))
}

func TestHostilePictures(t *testing.T) {
	good := asJPEG(t, scene(320, 180, 1))
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":             {nil, errKind},
		"SVG":                 {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), errKind},
		"SVG behind XML":      {[]byte(`<?xml version="1.0"?><svg/>`), errKind},
		"HTML":                {[]byte("<!doctype html><title>x</title>"), errKind},
		"GIF":                 {[]byte("GIF89a\x10\x00\x10\x00"), errKind},
		"bomb":                {bomb(60_000, 60_000), errPixels},
		"bomb that overflows": {bomb(1<<31-1, 1<<31-1), errDecode},
		"a line of a bomb":    {bomb(1<<31-1, 1), errPixels},
		"just above":          {bomb(2049, 2048), errPixels},
		"one pixel":           {asPNG(t, scene(1, 1, 1)), errTiny},
		"tracking strip":      {asPNG(t, scene(200, 3, 1)), errTiny},
		"cut off":             {good[:len(good)/3], errDecode},
		"head only":           {good[:20], errDecode},
		"PNG without data":    {bomb(100, 100), errDecode},
		"WebP of nonsense":    {append([]byte("RIFF\x20\x00\x00\x00WEBPVP8 "), make([]byte, 20)...), errDecode},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := render(c.data); !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
}

func FuzzRender(f *testing.F) {
	f.Add(asJPEG(f, scene(64, 36, 1)))
	f.Add(asPNG(f, scene(64, 36, 2)))
	f.Add(bomb(64, 64))
	f.Fuzz(func(t *testing.T, b []byte) {
		both, err := render(b)
		if err != nil {
			return
		}
		for _, r := range both {
			if c, err := decoder.DecodeConfig(bytes.NewReader(r.data)); err != nil || c.Width != r.width || c.Height != r.height {
				t.Errorf("%dx%d: %+v, %v", r.width, r.height, c, err)
			}
		}
	})
}

func TestPublic(t *testing.T) {
	for addr, want := range map[string]bool{
		"8.8.8.8": true, "142.250.1.1": true, "2404:6800::1": true, "1.1.1.1": true,
		"127.0.0.1": false, "127.9.9.9": false, "::1": false, "0.0.0.0": false, "::": false, "10.1.2.3": false, "172.16.0.1": false, "172.31.255.255": false,
		"192.168.0.1": false, "169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "fd00:ec2::254": false, "fc00::1": false, "100.64.0.1": false,
		"100.100.100.200": false, "192.0.0.192": false, "198.18.0.1": false, "203.0.113.5": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false,
		"ff02::1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false, "64:ff9b::7f00:1": false, "64:ff9b::a9fe:a9fe": false,
		"2002:7f00:1::": false, "2001:db8::1": false, "2001::1": false, "fec0::1": false, "::ffff:8.8.8.8": true,
	} {
		if got := public(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: public %v", addr, got)
		}
	}
}

func BenchmarkRender(b *testing.B) {
	data := asJPEG(b, scene(480, 270, 1))
	var bytes int
	for b.Loop() {
		both, err := render(data)
		if err != nil {
			b.Fatal(err)
		}
		bytes = len(both[0].data) + len(both[1].data)
	}
	b.ReportMetric(float64(bytes), "bytes/thumbnail")
}
