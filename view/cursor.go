package view

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"onair/live"
)

var (
	// ErrCursor reports a cursor that this version did not give out for the sort asked for.
	ErrCursor = errors.New("cursor does not belong to this list")
	// ErrQuery reports a limit, sort or q out of bounds.
	ErrQuery = errors.New("query out of bounds")
)

const (
	// cursorVersion changes with the meaning of a cursor's fields.
	cursorVersion = 1
	// maxCursor is above the longest cursor: a creator's name of 100 runes, an id and two numbers, in base64.
	maxCursor = 1024
)

// sortKey is where a row stands in an order: names ascending, then a and b descending, then ids ascending. Each sort
// leaves what it does not use zero.
type sortKey struct {
	name string
	a, b int64
	id   string
}

func (k *sortKey) compare(o *sortKey) int {
	switch {
	case k.name != o.name:
		return strings.Compare(k.name, o.name)
	case k.a != o.a:
		return cmp.Compare(o.a, k.a)
	case k.b != o.b:
		return cmp.Compare(o.b, k.b)
	}
	return strings.Compare(k.id, o.id)
}

// cursorAfter names the place right after k. It names no row, so it outlives the snapshot: rows that kept their
// place are neither repeated nor skipped by the next page.
func cursorAfter(sort int, k sortKey) string {
	return base64.RawURLEncoding.EncodeToString(packCursor(sort, k))
}

func packCursor(sort int, k sortKey) []byte {
	b := []byte{cursorVersion, byte(sort)}
	b = binary.AppendVarint(b, k.a)
	b = binary.AppendVarint(b, k.b)
	b = binary.AppendUvarint(b, uint64(len(k.name)))
	b = append(b, k.name...)
	return append(b, k.id...)
}

// parseCursor reads what cursorAfter wrote for the same sort. Errors wrap ErrCursor.
func parseCursor(sort int, s string) (sortKey, error) {
	if len(s) > maxCursor {
		return sortKey{}, fmt.Errorf("%w: %d characters", ErrCursor, len(s))
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) < 2 || b[0] != cursorVersion || int(b[1]) != sort {
		return sortKey{}, fmt.Errorf("%w: %.40q", ErrCursor, s)
	}
	var k sortKey
	r := bytes.NewReader(b[2:])
	var errs [3]error
	var name uint64
	k.a, errs[0] = binary.ReadVarint(r)
	k.b, errs[1] = binary.ReadVarint(r)
	name, errs[2] = binary.ReadUvarint(r)
	if errors.Join(errs[:]...) != nil || name > uint64(r.Len()) {
		return sortKey{}, fmt.Errorf("%w: %.40q", ErrCursor, s)
	}
	rest := string(b[len(b)-r.Len():])
	k.name, k.id = rest[:name], rest[name:]
	// Packing again refuses numbers written in more bytes than they need.
	if _, err := live.ParseBroadcastID(k.id); err != nil || !bytes.Equal(packCursor(sort, k), b) {
		return sortKey{}, fmt.Errorf("%w: %.40q", ErrCursor, s)
	}
	return k, nil
}
