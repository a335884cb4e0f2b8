package api

import (
	"errors"
	"io/fs"
	"net/http"
	"strings"
)

// valueForever: the name of a stored picture stands for one content.
var valueForever = []string{"public, max-age=31536000, immutable"}

// serveThumb serves a picture of the folder store. Its name is made of hex digits, so no name leads out of the folder;
// os.Root holds that against links in it too.
func (s *Server) serveThumb(w http.ResponseWriter, r *http.Request) error {
	dir, name := r.PathValue("dir"), r.PathValue("name")
	base, ok := strings.CutSuffix(name, ".webp")
	if s.o.Thumbs == nil || !ok || len(dir) != 2 || len(base) != 30 || strings.Trim(dir+base, "0123456789abcdef") != "" {
		return errNoThumb
	}
	f, err := s.o.Thumbs.Open(dir + "/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		return errNoThumb
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return errNoThumb
	}
	h := w.Header()
	h["Content-Type"] = []string{"image/webp"}
	h["Cache-Control"] = valueForever
	h["Etag"] = []string{`"` + dir + base + `"`}
	http.ServeContent(w, r, "", info.ModTime(), f)
	return nil
}
