package thumbs

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	decoder "golang.org/x/image/webp"
)

// photo draws what stands for a stream's picture: soft light, grain, edges, and the lines of text that an overlay has.
// Both sides are multiples of those of both renditions, so that the mean of each block of pixels is what a perfect
// rendition would show.
func photo(w, h int, seed uint64) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 2))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	type wave struct{ x, y, phase, high float64 }
	var waves [3][6]wave
	for c := range waves {
		for i := range waves[c] {
			f := math.Pow(2, float64(i)) * 2 * math.Pi / float64(w)
			waves[c][i] = wave{f * (r.Float64() - .5) * 2, f * (r.Float64() - .5) * 2, r.Float64() * 6, 60 / float64(i+1)}
		}
	}
	for y := range h {
		for x := range w {
			var rgb [3]uint8
			grain := r.NormFloat64() * 4
			for c := range rgb {
				v := 128 + grain
				for _, q := range waves[c] {
					v += q.high * math.Sin(q.x*float64(x)+q.y*float64(y)+q.phase)
				}
				rgb[c] = uint8(max(0, min(255, v)))
			}
			img.SetRGBA(x, y, color.RGBA{rgb[0], rgb[1], rgb[2], 255})
		}
	}
	for range 40 { // furniture
		x, y, dx, dy := r.IntN(w), r.IntN(h), w/40+r.IntN(w/8), h/40+r.IntN(h/8)
		c := color.RGBA{uint8(r.Uint32()), uint8(r.Uint32()), uint8(r.Uint32()), 255}
		for i := range dy {
			for j := range dx {
				img.SetRGBA(x+j, y+i, c)
			}
		}
	}
	for line := range 6 { // overlay: strokes of letters' size
		for x := w / 20; x < w*2/3; x += w / 80 {
			for range 3 {
				u, v := x+r.IntN(w/100), h*(line+1)/8+r.IntN(h/40)
				for i := range h / 60 {
					for j := range max(1, w/480) {
						img.SetRGBA(u+j, v+i, color.RGBA{255, 255, 255, 255})
					}
				}
			}
		}
	}
	return img
}

// shrunk is the luma of img, each pixel the mean of a block.
func shrunk(img *image.RGBA, w, h int) []float64 {
	out := make([]float64, w*h)
	n := img.Rect.Dx() / w
	for y := range h {
		for x := range w {
			sum := 0.0
			for i := range n {
				for j := range n {
					sum += luma(img.RGBAAt(x*n+j, y*n+i))
				}
			}
			out[y*w+x] = sum / float64(n*n)
		}
	}
	return out
}

func luma(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	return (.299*float64(r) + .587*float64(g) + .114*float64(b)) / 257
}

// likeness compares a WebP with what it should show: peak signal to noise in dB, and the mean structural similarity of
// blocks of 8 by 8.
func likeness(tb testing.TB, data []byte, want []float64, w, h int) (psnr, ssim float64) {
	tb.Helper()
	img, err := decoder.Decode(bytes.NewReader(data))
	if err != nil || img.Bounds().Dx() != w || img.Bounds().Dy() != h {
		tb.Fatalf("%v, %v, want %dx%d", err, img, w, h)
	}
	got := make([]float64, w*h)
	square := 0.0
	for y := range h {
		for x := range w {
			i := y*w + x
			got[i] = luma(img.At(x, y))
			square += (got[i] - want[i]) * (got[i] - want[i])
		}
	}
	psnr = 10 * math.Log10(255*255/(square/float64(w*h)))
	blocks := 0
	for y := 0; y+8 <= h; y += 4 {
		for x := 0; x+8 <= w; x += 4 {
			var a, b, aa, bb, ab float64
			for i := range 8 {
				for j := range 8 {
					p, q := got[(y+i)*w+x+j], want[(y+i)*w+x+j]
					a, b, aa, bb, ab = a+p, b+q, aa+p*p, bb+q*q, ab+p*q
				}
			}
			const n, c1, c2 = 64, 6.5025, 58.5225
			a, b = a/n, b/n
			aa, bb, ab = aa/n-a*a, bb/n-b*b, ab/n-a*b
			ssim += (2*a*b + c1) * (2*ab + c2) / ((a*a + b*b + c1) * (aa + bb + c2))
			blocks++
		}
	}
	return psnr, ssim / float64(blocks)
}

// BenchmarkBesideVips makes both renditions of the same pictures beside vipsthumbnail (libvips-tools) at the same
// quality, and prints bytes and milliseconds a picture (both sizes; vipsthumbnail is started once for all of them, once
// a size) and how like the pictures before JPEG they are: PSNR in dB and SSIM of the luma, against the mean of each block
// of pixels.
func BenchmarkBesideVips(b *testing.B) {
	tool, err := exec.LookPath("vipsthumbnail")
	if err != nil {
		b.Skip("no vipsthumbnail on this machine (Debian: libvips-tools)")
	}
	for _, side := range [][2]int{{960, 540}, {1920, 1080}} {
		b.Run(fmt.Sprintf("%dx%d", side[0], side[1]), func(b *testing.B) { besideVips(b, tool, side[0], side[1]) })
	}
}

func besideVips(b *testing.B, tool string, w, h int) {
	const pictures = 12
	dir := b.TempDir()
	var sources [pictures][]byte
	var want [pictures][2][]float64
	var files []string
	for i := range sources {
		img := photo(w, h, uint64(i))
		var buf bytes.Buffer
		if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: 88}); err != nil {
			b.Fatal(err)
		}
		sources[i] = buf.Bytes()
		for k, width := range sizes {
			want[i][k] = shrunk(img, width, width*9/16)
		}
		name := filepath.Join(dir, strconv.Itoa(i)+".jpg")
		if err := os.WriteFile(name, sources[i], 0o600); err != nil {
			b.Fatal(err)
		}
		files = append(files, name)
	}
	// score is of one maker and one size.
	type score struct {
		bytes      int
		psnr, ssim float64
	}
	var ours, vips [2]score
	var oursTook, vipsTook time.Duration
	rounds := 0
	for b.Loop() {
		rounds++
		ours, vips = [2]score{}, [2]score{}
		began := time.Now()
		var made [pictures][2]rendition
		for i := range sources {
			var err error
			if made[i], err = render(sources[i]); err != nil {
				b.Fatal(err)
			}
		}
		oursTook += time.Since(began)
		for k, width := range sizes {
			height := width * 9 / 16
			began := time.Now()
			args := append([]string{
				"--size", fmt.Sprintf("%dx%d", width, height), "--smartcrop", "centre", "-o", fmt.Sprintf("%%s-%d.webp[Q=%d,strip]", width, quality),
			}, files...)
			if out, err := exec.CommandContext(b.Context(), tool, args...).CombinedOutput(); err != nil {
				b.Fatalf("%v: %s", err, out)
			}
			vipsTook += time.Since(began)
			for i := range sources {
				data, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%d-%d.webp", i, width)))
				if err != nil {
					b.Fatal(err)
				}
				for _, x := range []struct {
					s    *score
					data []byte
				}{{&ours[k], made[i][k].data}, {&vips[k], data}} {
					psnr, ssim := likeness(b, x.data, want[i][k], width, height)
					x.s.bytes += len(x.data)
					x.s.psnr += psnr / pictures
					x.s.ssim += ssim / pictures
				}
			}
		}
	}
	each := func(d time.Duration) float64 { return d.Seconds() * 1000 / float64(rounds*pictures) }
	for k, width := range sizes {
		for name, s := range map[string]score{"ours": ours[k], "vips": vips[k]} {
			b.ReportMetric(float64(s.bytes)/pictures, fmt.Sprintf("B-%d-%s", width, name))
			b.ReportMetric(s.psnr, fmt.Sprintf("dB-%d-%s", width, name))
			b.ReportMetric(s.ssim, fmt.Sprintf("ssim-%d-%s", width, name))
		}
		b.ReportMetric(float64(ours[k].bytes)/float64(vips[k].bytes), fmt.Sprintf("bytes-ratio-%d", width))
	}
	b.ReportMetric(each(oursTook), "ms-ours")
	b.ReportMetric(each(vipsTook), "ms-vips")
	b.ReportMetric(oursTook.Seconds()/vipsTook.Seconds(), "ms-ratio")
	b.ReportMetric(0, "ns/op")
}
