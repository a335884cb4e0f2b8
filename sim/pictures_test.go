package sim

import (
	"bytes"
	"context"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func fine(b shown) bool { return b.picture == pictureFine && b.line.creator.restart == 0 }

func TestPicturesChangeUnderOneAddress(t *testing.T) {
	s, c := mustSim(t, 1, .3)
	c.set(time.Date(2026, 10, 3, 21, 7, 2, 0, kst()))
	paths := map[string][2]int{}
	first := func(p site) shown {
		for _, b := range s.world.list(p, p.step(c.Now())) {
			if fine(b) && b.end > c.Now().Unix()+300 {
				return b
			}
		}
		t.Fatalf("%v: none", p)
		return shown{}
	}
	paths["/img/chzzk/"+first(chzzk).id+"/image_360.jpg"] = [2]int{640, 360}
	paths["/img/soop/"+first(soop).id+"?348"] = [2]int{480, 270}
	paths["/img/twitch/live_user_"+first(twitch).line.login+"-440x248.jpg"] = [2]int{440, 248}
	paths["/img/youtube/"+first(youtube).id+"/mqdefault_live.jpg"] = [2]int{320, 180}
	still := "/img/youtube/" + first(youtube).id + "/default.jpg"
	paths[still] = [2]int{120, 90}
	for path, size := range paths {
		c.set(time.Date(2026, 10, 3, 21, 7, 2, 0, kst()))
		a := get(t, s, path)
		img, err := jpeg.Decode(bytes.NewReader(a.body))
		if err != nil || a.header.Get("Content-Type") != "image/jpeg" {
			t.Fatalf("%s: %d %v", path, a.status, err)
		}
		if got := img.Bounds().Size(); got.X != size[0] || got.Y != size[1] {
			t.Errorf("%s: %v, want %v", path, got, size)
		}
		c.add(20 * time.Second)
		if !bytes.Equal(get(t, s, path).body, a.body) {
			t.Errorf("%s changed within the half-minute", path)
		}
		c.add(10 * time.Second)
		if bytes.Equal(get(t, s, path).body, a.body) != (path == still) {
			t.Errorf("%s after the half-minute: changed is %v", path, path != still)
		}
	}
	for _, path := range []string{
		"/img/chzzk/" + first(chzzk).id + "/image_{type}.jpg", "/img/chzzk/" + first(chzzk).id + "/image_481.jpg", "/img/soop/1",
		"/img/twitch/live_user_nobody-440x248.jpg", "/img/youtube/AAAAAAAAAAA/default.jpg", "/img/kick/1",
		"/img/twitch/live_user_" + first(twitch).line.login + "-9999x9999.jpg",
	} {
		if a := get(t, s, path); a.status != 404 {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	over := first(twitch)
	c.set(time.Unix(over.end+60, 0))
	a := get(t, s, "/img/twitch/live_user_"+over.line.login+"-440x248.jpg")
	if a.status != 302 || a.header.Get("Location") != "/img/twitch/404_preview-440x248.jpg" {
		t.Errorf("offline on Twitch: %d %s", a.status, a.header.Get("Location"))
	}
}

func TestBrokenPictures(t *testing.T) {
	s, c := mustSim(t, 1, 1)
	path := func(f pictureFault) string {
		row := find(t, s, c, soop, func(b shown) bool { return b.picture == f })
		return "/img/soop/" + row.id
	}
	if a := get(t, s, path(pictureMissing)); a.status != 404 {
		t.Errorf("missing: %d", a.status)
	}
	if a := get(t, s, path(pictureElsewhere)); a.status != 302 {
		t.Errorf("elsewhere: %d", a.status)
	}
	if a := get(t, s, path(pictureHuge)); len(a.body) != 5<<20 {
		t.Errorf("huge: %d bytes", len(a.body))
	} else if _, err := jpeg.Decode(bytes.NewReader(a.body)); err != nil {
		t.Errorf("huge: %v", err)
	}
	if a := get(t, s, path(pictureNone)); a.header.Get("Content-Type") != "image/jpeg" || !bytes.HasPrefix(a.body, []byte("<!DOCTYPE")) {
		t.Errorf("not an image: %.40s", a.body)
	}
	// The slow one ends with its reader.
	ctx, cancel := context.WithCancel(t.Context())
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, path(pictureSlow), nil)
	w := httptest.NewRecorder()
	cancel()
	s.Handler().ServeHTTP(w, r)
	if b, _ := io.ReadAll(w.Body); len(b) != 0 {
		t.Errorf("slow: %d bytes", len(b))
	}
}
