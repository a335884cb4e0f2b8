package tray

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gen2brain/webp"

	"onair/api/client"
	"onair/live"
)

// plainPicture is a picture of one colour, so large.
func plainPicture(w, h int, c color.NRGBA) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := 0; i < len(img.Pix); i += 4 {
		copy(img.Pix[i:], []byte{c.R, c.G, c.B, c.A})
	}
	return img
}

// encoded writes a picture in a form.
func encoded(tb testing.TB, form string, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	var err error
	switch form {
	case "webp":
		err = webp.Encode(&b, img, webp.Options{Quality: 75})
	case "jpeg":
		err = jpeg.Encode(&b, img, nil)
	case "png":
		err = png.Encode(&b, img)
	case "gif":
		err = gif.Encode(&b, img, nil)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// bomb is a PNG that claims to be huge, and says so with a right checksum.
func bomb(tb testing.TB) []byte {
	b := encoded(tb, "png", plainPicture(8, 8, red))
	binary.BigEndian.PutUint32(b[16:], 50_000)
	binary.BigEndian.PutUint32(b[20:], 50_000)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

// near reports whether a colour is about another: JPEG and WebP lose a little.
func near(c color.Color, want color.NRGBA) bool {
	is := color.NRGBAModel.Convert(c).(color.NRGBA)
	far := func(a, b uint8) bool { return max(a, b)-min(a, b) > 24 }
	return is.A == 255 && !far(is.R, want.R) && !far(is.G, want.G) && !far(is.B, want.B)
}

func TestPicturesOfEachForm(t *testing.T) {
	green := color.NRGBA{0, 160, 80, 255}
	glyph := Glyph("M0 0h24v24H0z", "#0545b1")
	for _, form := range []string{"webp", "jpeg", "png"} {
		img, err := decodePicture(encoded(t, form, plainPicture(192, 108, green)))
		if err != nil {
			t.Errorf("%s: %v", form, err)
			continue
		}
		icon, err := png.Decode(bytes.NewReader(drawPicture(img, glyph)))
		if err != nil {
			t.Fatal(err)
		}
		const at = glyphSize - badgeRoom
		if icon.Bounds().Dx() != glyphSize || icon.Bounds().Dy() != glyphSize || !near(icon.At(2, 2), green) || !near(icon.At(at, at), color.NRGBA{5, 0x45, 0xb1, 255}) || !near(icon.At(at, at-badgeRoom+1), white) {
			t.Errorf("%s: %v, %v, %v, %v", form, icon.Bounds(), icon.At(2, 2), icon.At(at, at), icon.At(at, at-badgeRoom+1))
		}
	}
}

func TestPictureAddresses(t *testing.T) {
	for _, c := range []struct{ server, raw, want string }{
		{"http://h:8080", "/thumbs/9f/86.webp", "http://h:8080/thumbs/9f/86.webp"}, {"https://h", "https://h/thumbs/1.webp", "https://h/thumbs/1.webp"},
		{"http://h:8080", "https://cdn.example/1.webp", ""}, {"http://h:8080", "//cdn.example/1.webp", ""}, {"https://h", "http://h/1.webp", ""}, {"http://h:8080", "http://h:9090/1", ""},
		{"http://h", "file:///etc/passwd", ""}, {"http://h", "http://u:p@h/1", ""}, {"http://h", "", ""}, {"http://h", "/" + strings.Repeat("a", 400), ""}, {"http://h", "\x00", ""},
	} {
		if got := pictureURL(c.server, c.raw); got != c.want {
			t.Errorf("%s %.40q: %q, want %q", c.server, c.raw, got, c.want)
		}
	}
}

func TestHostilePicturesAreRefused(t *testing.T) {
	good := encoded(t, "webp", plainPicture(192, 108, amber))
	release := make(chan struct{})
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(good) }))
	defer elsewhere.Close()
	answers := map[string]func(w http.ResponseWriter, r *http.Request){
		"bomb": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bomb(t)) },
		"large": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(encoded(t, "png", plainPicture(900, 600, amber)))
		},
		"truncated": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(good[:len(good)/2]) },
		"head only": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(good[:12]) },
		"empty":     func(http.ResponseWriter, *http.Request) {},
		"gif": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(encoded(t, "gif", plainPicture(192, 108, amber)))
		},
		"html": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>no picture</html>") },
		"endless": func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write(good)
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 4096)); err != nil {
					return
				}
			}
		},
		"redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) },
		"missing":  http.NotFound,
		"slow": func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write(good[:20])
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
			case <-release:
			}
		},
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answers[strings.TrimPrefix(r.URL.Path, "/")](w, r)
	}))
	defer srv.Close()
	defer close(release)
	c := pictureClient(http.DefaultTransport)
	defer http.DefaultClient.CloseIdleConnections()
	for name := range answers {
		ctx, cancel := context.WithCancel(t.Context())
		if name == "slow" {
			ctx, cancel = context.WithTimeout(t.Context(), 100*time.Millisecond)
		}
		b, err := fetchPicture(ctx, c, picture{url: srv.URL + "/" + strings.ReplaceAll(name, " ", "%20"), glyph: Glyph("", "")})
		cancel()
		if err == nil || b != nil {
			t.Errorf("%s was taken", name)
		}
		if name == "slow" && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("slow: %v", err)
		}
	}
	if c.Timeout != pictureTimeout {
		t.Error("a picture may take for ever")
	}
}

// pictureServer serves thumbnails and counts what it was asked for.
type pictureServer struct {
	*httptest.Server
	mu    sync.Mutex
	asked map[string]int
}

func newPictureServer(t *testing.T) *pictureServer {
	s := &pictureServer{asked: map[string]int{}}
	body := encoded(t, "webp", plainPicture(192, 108, amber))
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked[r.URL.Path]++
		s.mu.Unlock()
		if strings.HasPrefix(r.URL.Path, "/gone/") {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(body)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *pictureServer) times(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[path]
}

// withPicture is a row with a small thumbnail.
func withPicture(id string, viewers int, small string) client.Row {
	r := row(id, viewers)
	r.Thumbnail = &client.Thumbnail{URL: "https://elsewhere.example/x.jpg", Small: &live.Picture{URL: small}}
	return r
}

func TestAppHangsPictures(t *testing.T) {
	srv := newPictureServer(t)
	r := newRig(t, t.TempDir())
	r.o.Server = srv.URL
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Pictures(ctx) }()
	defer func() {
		cancel()
		<-done
	}()
	icon := func(key string) string { it, _ := r.menu.Get(key); return it.Icon }
	until := func(what string, ok func() bool) {
		t.Helper()
		deadline := time.Now().Add(30 * time.Second)
		for !ok() {
			if time.Now().After(deadline) {
				t.Fatalf("never: %s", what)
			}
			r.step(redrawEvery)
			time.Sleep(time.Millisecond) // the fetching goroutine's turn
		}
	}
	r.Take(r.told("chzzk", "soop"))
	rows := []client.Row{withPicture("chzzk:1", 900, "/thumbs/1.webp"), withPicture("soop:2", 800, "/gone/2.webp"), withPicture("soop:3", 700, "https://cdn.example/3.webp"), row("soop:4", 600)}
	r.Take(News{List: listOf(rows...)})
	r.step(redrawEvery)
	if icon("top.0") != "chzzk" {
		t.Errorf("the menu waited: %q", icon("top.0"))
	}
	first := "chzzk|" + srv.URL + "/thumbs/1.webp"
	until("the picture", func() bool { return icon("top.0") == first })
	until("the answer that there is none", func() bool { return srv.times("/gone/2.webp") == 1 && !r.asked })
	if bytes.Equal(r.icon(first), r.icon("chzzk")) || r.icon("chzzk|unknown") == nil {
		t.Error("no icon, or the platform's")
	}
	if icon("top.1") != "soop" || icon("top.2") != "soop" || icon("top.3") != "soop" {
		t.Errorf("%q %q %q", icon("top.1"), icon("top.2"), icon("top.3"))
	}
	// A new picture takes the place of the old one when it is there, not before; one that failed is asked for again later.
	rows[0] = withPicture("chzzk:1", 900, "/gone/1.webp")
	r.Take(News{List: listOf(rows...)})
	until("another try", func() bool { return srv.times("/gone/1.webp") == 1 && !r.asked })
	if icon("top.0") != first {
		t.Errorf("the old picture is gone: %q", icon("top.0"))
	}
	if n := srv.times("/gone/2.webp"); n != 1 {
		t.Errorf("asked %d times", n)
	}
	r.step(pictureAgain + time.Second)
	until("a try after a while", func() bool { return srv.times("/gone/2.webp") == 2 && !r.asked })
	if n := srv.times("/thumbs/1.webp"); n != 1 {
		t.Errorf("fetched %d times", n)
	}
	// Switched off, nothing is shown and nothing asked for.
	r.Do(Action{Verb: TogglePicture})
	if icon("top.0") != "chzzk" || len(r.missing) != 0 || r.settings.Thumbnails {
		t.Errorf("%q, %d missing", icon("top.0"), len(r.missing))
	}
	r.Do(Action{Verb: TogglePicture})

	// Many pictures, all new each time: those kept are bounded, and the new ones come.
	for round := range 3 {
		rows = nil
		for i := range 200 {
			rows = append(rows, withPicture([]string{"chzzk:", "soop:"}[i%2]+strconv.Itoa(i), 10_000-i, fmt.Sprintf("/thumbs/%d-%d.webp", round, i)))
		}
		r.Take(News{List: listOf(rows...)})
		until("this round's", func() bool { return strings.HasSuffix(icon("top.9"), fmt.Sprintf("/%d-9.webp", round)) && !r.asked })
		if len(r.pictures) > 2*maxPictures || len(r.wanted) > maxPictures {
			t.Errorf("%d kept, %d wanted", len(r.pictures), len(r.wanted))
		}
	}
}

func FuzzPicture(f *testing.F) {
	for _, form := range []string{"webp", "jpeg", "png"} {
		f.Add(encoded(f, form, plainPicture(24, 16, amber)))
	}
	f.Add(bomb(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		if img, err := decodePicture(b); err == nil && drawPicture(img, nil) == nil {
			t.Error("no icon")
		}
	})
}
