// Package extension holds the built web page of extension/, for the hub to serve at "/". What goes in is dist/web as `npm run build:web`
// left it; what comes out is a file system and whether it was built. In a fresh clone only dist/web/unbuilt.html is there, a page
// that says how to build the real one, so that `go build` needs no npm. The browser extensions themselves are not in here.
package extension

import (
	"embed"
	"io/fs"
)

// "all:" because a bundler may name a file with a leading underscore, which embed otherwise leaves out.
//
//go:embed all:dist/web
var dist embed.FS

// Unbuilt is the page to serve with status 503 at "/" when Built is false.
const Unbuilt = "unbuilt.html"

// Web is the web page's files: index.html, and assets/ whose names carry a hash of their content (cache them for good; everything
// else is to be asked for again each time).
func Web() fs.FS {
	sub, err := fs.Sub(dist, "dist/web")
	if err != nil {
		panic(err) // the folder's name above is wrong
	}
	return sub
}

// Built says whether the page was built before this program was.
func Built() bool {
	_, err := fs.Stat(Web(), "index.html")
	return err == nil
}
