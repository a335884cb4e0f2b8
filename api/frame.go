package api

import (
	"bytes"
	"sync"

	"github.com/klauspost/compress/flate"
)

// frame is one piece of the event stream, in the form of each coding; all readers at the same place get the same one.
//
// Its gzip form is not a gzip file but raw deflate blocks that refer to nothing before them and end on a byte, so they
// go into any reader's stream after whatever went before. The header is written once a connection; the trailer, whose
// checksum would be each reader's own, never: an event stream has no end to check. (One gzip member a frame would
// also be shareable, but readers that look for the next member before they hand on this one see every event late.)
type frame struct {
	plain  []byte
	once   sync.Once
	packed []byte
}

// gzipHeader opens a gzip stream: deflate, no name, no time, unknown system.
var gzipHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}

// bytes gives the frame in coding c, compressing it if nobody has yet.
func (f *frame) bytes(c coding, k *coder) []byte {
	if c != gzipped {
		return f.plain
	}
	f.once.Do(func() { f.packed = k.blocks(f.plain) })
	return f.packed
}

// blocks compresses b to deflate blocks that stand on their own, the last of them empty: at it a decoder hands on all
// that it has.
func (k *coder) blocks(b []byte) []byte {
	k.metrics.compressions[gzipped].Inc()
	z, ok := k.flate.Get().(*flate.Writer)
	if !ok {
		z, _ = flate.NewWriter(nil, gzipLevel) // the level is a constant
	}
	out := bytes.NewBuffer(make([]byte, 0, len(b)/5+32))
	z.Reset(out)
	_, _ = z.Write(b) // a bytes.Buffer takes everything
	_ = z.Flush()
	k.flate.Put(z)
	return out.Bytes()
}
