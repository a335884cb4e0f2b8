package sim

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Pictures are drawn when asked for: their bytes depend on seed, broadcast and half-minute, so a fixed address shows something
// new every 30 s. A few broadcasts have a picture that is wrong on purpose.

type pictureFault int

const (
	pictureFine pictureFault = iota
	pictureMissing
	pictureElsewhere
	pictureSlow
	pictureHuge
	pictureNone
)

// pictureTime is how long a picture stays the same.
const pictureTime = 30

// drawPictureFault makes about one broadcast in sixty wrong in one of five ways.
func drawPictureFault(d *dice) pictureFault {
	if n := d.below(300); n < int(pictureNone) {
		return pictureFault(n + 1)
	}
	return pictureFine
}

const (
	// slowPicture is longer than a patient client waits for one picture.
	slowPicture = 15 * time.Second
	hugePicture = 5 << 20
)

func (s *Server) picture(w http.ResponseWriter, r *http.Request) {
	p, ok := siteNamed(r.PathValue("site"))
	name := r.PathValue("name")
	if !ok {
		http.NotFound(w, r)
		return
	}
	if rest, is := strings.CutPrefix(name, "channel/"); is {
		s.drawPicture(w, 300, 300, hash(s.seed, tagPicture, uint64(p), nameHash(rest)))
		return
	}
	if strings.HasPrefix(name, "boxart/") || strings.HasPrefix(name, "404_preview") {
		s.drawPicture(w, 285, 380, hash(s.seed, tagPicture, nameHash(name)))
		return
	}
	now := s.now()
	step := p.step(now)
	b, width, height, sized := s.pictured(p, name, step)
	if !sized || b == nil {
		http.NotFound(w, r)
		return
	}
	if !b.liveAt(step) && p != youtube { // YouTube goes on showing the still
		if p == twitch {
			http.Redirect(w, r, "/img/twitch/404_preview-"+fmt.Sprintf("%dx%d.jpg", width, height), http.StatusFound)
			return
		}
		http.NotFound(w, r)
		return
	}
	moment := uint64(floorDiv(now.Unix(), pictureTime))
	if p == youtube && !strings.Contains(name, "_live") {
		moment = 0
	}
	s.show(w, r, b, width, height, hash(s.seed, tagPicture, b.key, moment))
}

// show answers with the picture, or with what is wrong with it.
func (s *Server) show(w http.ResponseWriter, r *http.Request, b *broadcast, width, height int, look uint64) {
	switch b.picture {
	case pictureMissing:
		http.NotFound(w, r)
		return
	case pictureElsewhere:
		http.Redirect(w, r, "/img/twitch/404_preview-440x248.jpg", http.StatusFound)
		return
	case pictureNone:
		w.Header().Set("Content-Type", "image/jpeg") // it lies
		_, _ = io.WriteString(w, "<!DOCTYPE html><title>not an image</title>")
		return
	case pictureSlow:
		wait := time.NewTimer(slowPicture)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-r.Context().Done():
			return
		}
	}
	body := drawing(width, height, look)
	if b.picture == pictureHuge {
		body = append(body, make([]byte, hugePicture-len(body))...) // decoders stop at the end mark
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}

func (s *Server) drawPicture(w http.ResponseWriter, width, height int, look uint64) {
	w.Header().Set("Content-Type", "image/jpeg")
	_, _ = w.Write(drawing(width, height, look))
}

func nameHash(name string) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range []byte(name) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return mix(h)
}

// pictured reads an address below /img/<site>/: which broadcast, how large. A size that is not offered is not found.
func (s *Server) pictured(p site, name string, step int64) (b *broadcast, width, height int, ok bool) {
	id, file, _ := strings.Cut(name, "/")
	switch p {
	case chzzk: // <liveId>/image_480.jpg: the height
		size, is := strings.CutPrefix(strings.TrimSuffix(file, ".jpg"), "image_")
		height, ok = map[string]int{"1080": 1080, "720": 720, "480": 480, "360": 360, "270": 270, "144": 144}[size]
		return s.world.byBroadcastID(p, id), height * 16 / 9, height, ok && is
	case soop: // <broad_no>
		return s.world.byBroadcastID(p, id), 480, 270, true
	case twitch: // live_user_<login>-440x248.jpg
		login, size, _ := strings.Cut(strings.TrimPrefix(strings.TrimSuffix(name, ".jpg"), "live_user_"), "-")
		_, err := fmt.Sscanf(size, "%dx%d", &width, &height)
		l := s.world.byLogin[login]
		if l == nil || err != nil || width < 1 || height < 1 || width > 1920 || height > 1080 {
			return nil, 0, 0, false
		}
		return s.world.lastOf([]*line{l}, step), width, height, true
	}
	file = strings.TrimSuffix(strings.TrimSuffix(file, ".jpg"), "_live")
	size, ok := map[string][2]int{"default": {120, 90}, "mqdefault": {320, 180}, "hqdefault": {480, 360}, "sddefault": {640, 480}, "maxresdefault": {1280, 720}}[file]
	if kind, day, no, is := readVideoID(s.world.seed, id); is && kind != videoLive && no < len(s.world.lines[youtube]) {
		return &broadcast{line: s.world.lines[youtube][no], key: uint64(day)}, size[0], size[1], ok
	}
	return s.world.byBroadcastID(youtube, id), size[0], size[1], ok
}

// drawing is a gradient with shapes, by the look.
func drawing(width, height int, look uint64) []byte {
	d := &dice{state: look}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	from, to := d.next(), d.next()
	blend := func(shift uint, f, of int) uint8 {
		a, b := int(from>>shift&0xff), int(to>>shift&0xff)
		return uint8(a + (b-a)*f/of)
	}
	for y := range height {
		row := color.RGBA{blend(0, y, height), blend(8, y, height), blend(16, y, height), 255}
		draw.Draw(img, image.Rect(0, y, width, y+1), image.NewUniform(row), image.Point{}, draw.Src)
	}
	for range 3 + d.below(5) {
		c := d.next()
		x, y := d.below(width), d.below(height)
		shape := image.Rect(x, y, x+width/10+d.below(width/4+1), y+height/10+d.below(height/4+1))
		draw.Draw(img, shape, image.NewUniform(color.RGBA{uint8(c), uint8(c >> 8), uint8(c >> 16), 255}), image.Point{}, draw.Src)
	}
	var out bytes.Buffer
	_ = jpeg.Encode(&out, img, &jpeg.Options{Quality: 70}) // into memory, of a legal size: cannot go wrong
	return out.Bytes()
}
