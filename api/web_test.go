package api

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"onair/view"
)

func ask(t *testing.T, h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestWebPage(t *testing.T) {
	script := strings.Repeat("let a = 1;\n", 500)
	s := New(Options{Web: fstest.MapFS{
		"index.html": {Data: []byte("<!doctype html><title>onair</title>")}, "theme.js": {Data: []byte("1")}, "icon.svg": {Data: []byte("<svg/>")},
		"assets/main-abc.js": {Data: []byte(script)}, "assets/main-abc.css": {Data: []byte("a{}")},
	}})
	for path, want := range map[string]struct{ kind, cache string }{
		"/":                    {"text/html; charset=utf-8", "no-cache"},
		"/theme.js":            {"text/javascript; charset=utf-8", "no-cache"},
		"/icon.svg":            {"image/svg+xml", "no-cache"},
		"/assets/main-abc.js":  {"text/javascript; charset=utf-8", "public, max-age=31536000, immutable"},
		"/assets/main-abc.css": {"text/css; charset=utf-8", "public, max-age=31536000, immutable"},
	} {
		w := ask(t, s.Handler(), path)
		h := w.Header()
		if w.Code != 200 || h.Get("Content-Type") != want.kind || h.Get("Cache-Control") != want.cache || !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'") {
			t.Errorf("%s: %d %v", path, w.Code, h)
		}
		if again := ask(t, s.Handler(), path, "If-None-Match", h.Get("Etag")); again.Code != http.StatusNotModified {
			t.Errorf("%s again: %d", path, again.Code)
		}
	}
	if w := ask(t, s.Handler(), "/assets/main-abc.js", "Accept-Encoding", "gzip"); w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() >= len(script) {
		t.Errorf("gzip: %v, %d bytes", w.Header(), w.Body.Len())
	}
	for _, path := range []string{"/index.html", "/assets/", "/assets/none.js", "/assets/..%2ftheme.js", "/none.js", "/assets"} {
		if w := ask(t, s.Handler(), path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// A program that was built without the page shows the plain one, which stays at its own address too.
func TestPlainPage(t *testing.T) {
	for path, code := range map[string]int{"/": 503, "/plain": 503, "/theme.js": 404} { // there is no list yet
		if w := ask(t, New(Options{View: &view.View{}}).Handler(), path); w.Code != code {
			t.Errorf("%s: %d, want %d", path, w.Code, code)
		}
	}
}

func TestStoredThumbnails(t *testing.T) {
	dir := t.TempDir()
	name := "ab/0123456789abcdef0123456789abcd.webp"
	for path, data := range map[string]string{name: "RIFF....WEBP", "secret.txt": "s", "ab/notes.txt": "n", "../outside.webp": "o"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, path), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	link := "cd/0123456789abcdef0123456789abcd.webp"
	if err := os.Mkdir(filepath.Join(dir, "cd"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../../outside.webp", filepath.Join(dir, link)); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	s := New(Options{Thumbs: root})
	w := ask(t, s.Handler(), "/thumbs/"+name)
	h := w.Header()
	if w.Code != 200 || w.Body.String() != "RIFF....WEBP" || h.Get("Content-Type") != "image/webp" || h.Get("Cache-Control") != "public, max-age=31536000, immutable" || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %v %q", w.Code, h, w.Body)
	}
	if w := ask(t, s.Handler(), "/thumbs/"+name, "If-None-Match", h.Get("Etag")); w.Code != http.StatusNotModified {
		t.Errorf("again: %d", w.Code)
	}
	for _, path := range []string{
		"/thumbs/ab/notes.txt", "/thumbs/secret.txt", "/thumbs/ab/", "/thumbs/", "/thumbs/ab/../secret.txt", "/thumbs/..%2f/x.webp", "/thumbs/ab/0123456789abcdef0123456789abcde.webp",
		"/thumbs/AB/0123456789abcdef0123456789abcd.webp", "/thumbs/ff/0123456789abcdef0123456789abcd.webp",
	} {
		if w := ask(t, s.Handler(), path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := ask(t, s.Handler(), "/thumbs/"+link); w.Code == 200 {
		t.Error("a link led out of the folder")
	}
	if w := ask(t, New(Options{}).Handler(), "/thumbs/"+name); w.Code != http.StatusNotFound {
		t.Errorf("without a folder: %d", w.Code)
	}
}
