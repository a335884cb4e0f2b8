package api

import (
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// valueAsk: a file whose name does not change with its content is asked about each time.
var valueAsk = []string{"no-cache"}

// webPolicy: scripts and styles of this node only; data from it, and from another server that a reader names; pictures
// from the platforms' own hosts (http: for a simulator; data: for the platforms' icons).
const webPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' https: http://127.0.0.1:* http://localhost:*; " +
	"img-src 'self' https: http: data:; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// asset is one file of the web page.
type asset struct {
	*response
	cache []string
}

// assets reads the page's files once: they are part of the program, and small.
func (s *Server) assets(web fs.FS) (map[string]asset, error) {
	out := map[string]asset{}
	if web == nil {
		return out, nil
	}
	return out, fs.WalkDir(web, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(web, name)
		if err != nil {
			return err
		}
		kind := mime.TypeByExtension(path.Ext(name))
		switch path.Ext(name) { // not every machine's table has these right
		case ".js":
			kind = "text/javascript; charset=utf-8"
		case ".css":
			kind = "text/css; charset=utf-8"
		case ".html":
			kind = contentHTML
		case ".svg":
			kind = "image/svg+xml"
		case ".webmanifest":
			kind = "application/manifest+json"
		case "":
			kind = "application/octet-stream"
		}
		a := asset{s.static(kind, webPolicy, body), valueAsk}
		if strings.HasPrefix(name, "assets/") {
			a.cache = valueForever // its name has a hash of its content
		}
		out[name] = a
		return nil
	})
}

// serveFront serves the web page; the plain one where the page was not built into this program.
func (s *Server) serveFront(w http.ResponseWriter, r *http.Request) error {
	if _, ok := s.web["index.html"]; !ok {
		return s.serveHome(w, r)
	}
	return s.serveAsset(w, r, "index.html")
}

func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) error {
	return s.serveAsset(w, r, strings.TrimPrefix(r.URL.Path, "/"))
}

func (s *Server) serveAsset(w http.ResponseWriter, r *http.Request, name string) error {
	a, ok := s.web[name]
	if !ok {
		return errNoRoute
	}
	return s.sendFor(w, r, a.response, a.cache)
}
