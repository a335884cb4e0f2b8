package tray

import (
	"bytes"
	"image/png"
	"testing"
)

// ink counts pixels that are drawn.
func ink(t *testing.T, b []byte) int {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			if _, _, _, a := img.At(x, y).RGBA(); a > 0x7fff {
				n++
			}
		}
	}
	return n
}

func TestGlyphs(t *testing.T) {
	all := glyphSize * glyphSize
	for _, c := range []struct {
		path   string
		lo, hi int // percent of the square
	}{
		{"M0 0h24v24H0z", 99, 100}, {"M0,0 L24,0 24,24 0,24Z", 99, 100}, {"m0 0 24 0 0 24-24 0z", 99, 100}, {"M0 0H12V24H0Z", 49, 51},
		{"M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z", 52, 57},                                    // a circle: pi * 100 / 576
		{"M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 4a6 6 0 1 1 0 12 6 6 0 0 1 0-12z", 33, 37}, // with a hole
		{"M2 12C2 6.5 6.5 2 12 2S22 6.5 22 12 17.5 22 12 22 2 17.5 2 12z", 52, 57},
		{"M0 0Q12 0 12 12T24 24H0z", 40, 70}, {"M4 5h16a2 2 0 012 2v10a2 2 0 01-2 2H4a2 2 0 01-2-2V7a2 2 0 012-2z", 44, 50},
		// What is not path data gives a dot.
		{"", 45, 55}, {"L5 5", 45, 55}, {"M1", 45, 55}, {"M0 0 X", 45, 55}, {"M0 0A1 1 0 2 0 5 5", 45, 55}, {"M1e9 0h5z", 45, 55}, {"M0 0Lnan 5", 45, 55}, {"M--1 0", 45, 55},
	} {
		if n := ink(t, Glyph(c.path, "#00ffa3")) * 100 / all; n < c.lo || n > c.hi {
			t.Errorf("%q covers %d %%, want %d to %d", c.path, n, c.lo, c.hi)
		}
	}
	img, err := png.Decode(bytes.NewReader(Glyph("M0 0h24v24H0z", "#0545b1")))
	if err != nil {
		t.Fatal(err)
	}
	if r, g, b, a := img.At(16, 16).RGBA(); r>>8 != 0x05 || g>>8 != 0x45 || b>>8 != 0xb1 || a>>8 != 0xff {
		t.Errorf("%x %x %x %x", r, g, b, a)
	}
	for _, colour := range []string{"", "red", "#fff", "#gggggg", "#0545b1ff"} {
		if c := parseColour(colour); c.R != 128 {
			t.Errorf("%q: %v", colour, c)
		}
	}
}

func FuzzGlyph(f *testing.F) {
	f.Add("M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z")
	f.Add("m1.5-.5e1 2,3c1 2 3 4 5 6s1 2 3 4t1 1q1 1 1 1h1v1l1 1A1 1 0 0 1 2 2z")
	f.Fuzz(func(t *testing.T, path string) {
		if _, err := png.Decode(bytes.NewReader(Glyph(path, "#123456"))); err != nil {
			t.Error(err)
		}
	})
}

func TestFacesDiffer(t *testing.T) {
	seen := map[string]Face{}
	for _, f := range []Face{FaceLive, FaceStale, FaceOffline, FacePaused} {
		b := FacePNG(f)
		if n := ink(t, b); n < 400 {
			t.Errorf("%s has only %d pixels", f, n)
		}
		if other, ok := seen[string(b)]; ok {
			t.Errorf("%s looks like %s", f, other)
		}
		seen[string(b)] = f
		ico := ICO(DrawFace(f))
		if want := 6 + 16 + 40 + faceSize*faceSize*4 + faceSize*faceSize/8; len(ico) != want || ico[2] != 1 || ico[6] != faceSize {
			t.Errorf("%s: %d bytes, want %d", f, len(ico), want)
		}
	}
}
