// Package live holds onair's words: platforms, channels, broadcasts, what a page said about them, and the
// wire form in which pages travel (codec.go).
//
// Every other package speaks in these types. Platform adapters produce a Page, workers validate and publish it,
// the aggregator folds it, the view shows what is left. The package does no I/O, keeps no state and knows no
// platform by name: what differs between platforms is data in PlatformInfo.
package live

import (
	"errors"
	"fmt"
	"strings"
)

// Platform is a site with live streams, by its short lower-case name ("chzzk"). It is a NATS subject token and
// a part of every id, so it holds only a-z, 0-9 and starts with a letter.
type Platform string

// maxPlatform bounds a platform's name: it stands in every key and subject.
const maxPlatform = 16

// ErrPlatform reports a name that cannot be a platform's.
var ErrPlatform = errors.New("not a platform name")

// ParsePlatform checks the form of a platform's name, not that onair knows it.
func ParsePlatform(s string) (Platform, error) {
	if s == "" || len(s) > maxPlatform || s[0] < 'a' || s[0] > 'z' {
		return "", fmt.Errorf("%w: %.40q", ErrPlatform, s)
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return "", fmt.Errorf("%w: %.40q", ErrPlatform, s)
		}
	}
	return Platform(s), nil
}

// PlatformInfo is what clients need to show a platform and validation needs to trust its links. It travels as
// data through /v1/platforms; no client lists platforms itself.
type PlatformInfo struct {
	ID     Platform `json:"id"`
	Name   string   `json:"name"`    // in English
	NameKo string   `json:"name_ko"` // in Korean
	Home   string   `json:"home"`    // https URL of the site
	Colour string   `json:"colour"`  // #rrggbb
	Icon   string   `json:"icon"`    // path data of an SVG with viewBox 0 0 24 24
	Links  Hosts    `json:"-"`       // where watch pages are
	Images Hosts    `json:"-"`       // where thumbnails are
}

// Category is a stream's subject as the platform itself names it; both fields are empty when it names none.
type Category struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// IsZero reports that no category was given.
func (c Category) IsZero() bool { return c.ID == "" && c.Name == "" }

// token reports whether s can stand as one NATS subject token and one key part.
func token(s string) bool {
	return s != "" && len(s) <= maxID && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}
