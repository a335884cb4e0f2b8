package api

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// emptyBlock is the stored block without content that ends each frame, from its byte boundary on: 0 bytes, twice.
var emptyBlock = []byte{0, 0, 0xff, 0xff}

// TestFramesJoinToOneStream: whatever frames a reader gets in whatever order, its decoder gives each of them whole
// before the next one is there.
func TestFramesJoinToOneStream(t *testing.T) {
	k := newCoder(newMetrics())
	rapid.Check(t, func(rt *rapid.T) {
		frames := make([]*frame, rapid.IntRange(1, 6).Draw(rt, "frames"))
		for i := range frames {
			text := rapid.SliceOfN(rapid.Byte(), 1, 200).Draw(rt, "text")
			frames[i] = &frame{plain: bytes.Repeat(text, rapid.IntRange(1, 3000).Draw(rt, "times"))}
		}
		sent := bytes.NewBuffer(bytes.Clone(gzipHeader))
		z, err := gzip.NewReader(sent)
		if err != nil {
			rt.Fatal(err)
		}
		for range 12 {
			f := rapid.SampledFrom(frames).Draw(rt, "next")
			sent.Write(f.bytes(gzipped, k))
			got := make([]byte, len(f.plain))
			for n := 0; n < len(got); {
				m, err := z.Read(got[n:])
				if n += m; err != nil {
					rt.Fatalf("%d of %d bytes: %v", n, len(got), err)
				}
			}
			// A text that fills the decoder's window to its last byte is handed on before what ends its block, in a byte at
			// most, and the empty block behind it are read.
			if left := sent.Bytes(); !bytes.Equal(got, f.plain) || len(left) > 0 && (len(left) > 1+len(emptyBlock) || !bytes.HasSuffix(left, emptyBlock)) {
				rt.Fatalf("another text, or %d bytes left: % x", sent.Len(), sent.Bytes()[:min(sent.Len(), 8)])
			}
		}
	})
}

// TestEventStreamCodings has readers with and without gzip side by side: the same events, each there before anything
// follows it.
func TestEventStreamCodings(t *testing.T) {
	w := newWorld(35, 300)
	s := newServer(t, func(o *Options) { o.Limits.Heartbeat = 20 * time.Millisecond })
	s.view.Publish(w.snapshot())
	base := s.listen()
	until(t, "the feed", s.feed.ready)
	plain, packed, own := dial(t, base, header("Accept-Encoding", "identity")), dial(t, base, header("Accept-Encoding", "zstd, gzip")), dial(t, base)
	for _, c := range []struct {
		p    *tap
		want string
	}{{plain, ""}, {packed, "gzip"}, {own, ""}} {
		if h := c.p.resp.Header; h.Get("Content-Encoding") != c.want || h.Get("Vary") != "Accept-Encoding" {
			t.Errorf("want %q: %v", c.want, h)
		}
	}
	if !own.resp.Uncompressed {
		t.Error("Go's client was not sent gzip")
	}
	z, err := gzip.NewReader(packed.r)
	if err != nil {
		t.Fatal(err)
	}
	packed.r = bufio.NewReader(z)
	beats := 0
	event := func(p *tap) string {
		t.Helper()
		for {
			got := p.must(t)
			if got == ":\n" {
				beats++
			} else if !strings.HasPrefix(got, "retry: ") {
				return got
			}
		}
	}
	for range 5 {
		want := event(plain)
		for _, p := range []*tap{packed, own} {
			if diff := cmp.Diff(want, event(p)); diff != "" {
				t.Fatal(diff)
			}
		}
		until(t, "a heartbeat", func() bool { beats++; return packed.must(t) == ":\n" })
		for range 40 {
			w.change()
		}
		s.view.Publish(w.snapshot())
	}
	if a := s.get("/v1/events", method(http.MethodHead), header("Accept-Encoding", "gzip")); a.header.Get("Content-Encoding") != "gzip" {
		t.Errorf("HEAD: %v", a.header)
	}
}
