package platform

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"onair/live"
)

// The types of this file read JSON loosely: what has another type than expected, or is null, reads as absent. What
// an answer must hold is checked by the parsers, so that one odd tag cannot cost a row and a missing count can.

// decode reads a whole JSON document. Errors are *live.FetchError.
func decode(body []byte, v any) error {
	if err := notJSON(body); err != nil {
		return err
	}
	err := json.Unmarshal(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), v)
	var (
		syntax *json.SyntaxError
		typ    *json.UnmarshalTypeError
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return format("not JSON at byte %d of %d", syntax.Offset, len(body))
	case errors.As(err, &typ):
		return format("JSON %s where another type was expected", typ.Value)
	}
	return format("not JSON")
}

// word is a string, or a number as its digits.
type word string

func (w *word) UnmarshalJSON(b []byte) error {
	*w = ""
	switch c := b[0]; {
	case c == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*w = word(s)
	case c == '-' || c >= '0' && c <= '9':
		*w = word(b)
	}
	return nil
}

// number is an integer, as a JSON number or in a string. The zero value says that the key was missing.
type number struct {
	n    int64
	ok   bool // n was given
	null bool
	bad  bool // something else was given
}

func (n *number) UnmarshalJSON(b []byte) error {
	*n = number{null: string(b) == "null"}
	if n.null {
		return nil
	}
	var w word
	if err := w.UnmarshalJSON(b); err != nil {
		return err
	}
	s := strings.TrimSpace(string(w))
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		n.n, n.ok = v, true
	} else if f, err := strconv.ParseFloat(s, 64); err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		n.n, n.ok = int64(f), true
	}
	n.bad = !n.ok
	return nil
}

// viewers is the count that a row must hold: null is hidden, anything but a possible number an error. "2,509" is none:
// no contract shows separators, and whoever sends them may as well send "2.5".
func (n number) viewers() (live.Viewers, error) {
	switch {
	case n.ok:
		v, err := live.CheckViewers(n.n)
		if err != nil {
			return v, format("impossible viewer count %d", n.n)
		}
		return v, nil
	case n.null:
		return live.ViewersHidden, nil
	case n.bad:
		return live.ViewersHidden, format("unreadable viewer count")
	}
	return live.ViewersHidden, format("no viewer count")
}

// yes is true for true, "Y", "true" and numbers other than 0, also in a string.
type yes bool

func (f *yes) UnmarshalJSON(b []byte) error {
	*f = string(b) == "true"
	var w word
	if err := w.UnmarshalJSON(b); err != nil {
		return err
	}
	switch s := strings.ToLower(strings.TrimSpace(string(w))); s {
	case "", "n", "false":
	case "y", "true":
		*f = true
	default:
		n, err := strconv.ParseFloat(s, 64)
		*f = yes(err == nil && n != 0)
	}
	return nil
}

// words is a list of strings; other elements are skipped.
type words []string

func (w *words) UnmarshalJSON(b []byte) error {
	*w = nil
	var list []word
	if b[0] != '[' {
		return nil
	}
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	for _, s := range list {
		if s != "" {
			*w = append(*w, string(s))
		}
	}
	return nil
}

// maybe is a part of an answer that may be missing or of another type.
type maybe[T any] struct {
	v    T
	ok   bool // v was given
	null bool // the key was there as null
}

func (m *maybe[T]) UnmarshalJSON(b []byte) error {
	*m = maybe[T]{null: string(b) == "null"}
	if m.null {
		return nil
	}
	m.ok = json.Unmarshal(b, &m.v) == nil
	return nil
}

// here reports that the key was there with a value of the right type, or with null.
func (m maybe[T]) here() bool { return m.ok || m.null }

// kst is Korea's time, in which Chzzk and SOOP write times without a zone. It has no summer time.
var kst = time.FixedZone("KST", 9*60*60)

// parseTime reads a platform's time; without a zone it is Korea's. The zero time is returned for anything else.
func parseTime(s string) time.Time {
	s = strings.TrimSpace(s)
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return utc(t)
	}
	for _, layout := range []string{time.DateTime, "2006-01-02T15:04:05"} { // both take a fraction too
		if t, err := time.ParseInLocation(layout, s, kst); err == nil {
			return utc(t)
		}
	}
	return time.Time{}
}

// utc drops times before live streaming, which are a database's zero.
func utc(t time.Time) time.Time {
	if t.Year() < 2005 {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Second)
}

// primary is the first part of a language tag in lower case: "ko_KR" and "ko-kr" are "ko".
func primary(tag string) string {
	p, _, _ := strings.Cut(strings.ReplaceAll(tag, "_", "-"), "-")
	return strings.ToLower(p)
}

// distinct joins lists of tags, each tag once.
func distinct(lists ...words) []string {
	var all []string
	for _, l := range lists {
		for _, t := range l {
			if !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
	}
	return all
}

// digits reports whether s is a decimal number that fits in an int64.
func digits(s string) bool {
	return s != "" && len(s) <= 18 && !slices.ContainsFunc([]byte(s), func(c byte) bool { return c < '0' || c > '9' })
}
