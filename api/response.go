package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"onair/live"
)

// minCompressed is the smallest body worth compressing: below it the saving is less than a packet.
const minCompressed = 1024

// response is one body in every coding. It is filled once; after that it is only read.
type response struct {
	once        sync.Once
	err         error
	contentType []string
	policy      []string // Content-Security-Policy, nil for the common one
	coder       *coder
	grow        func(int) // told the size of each form as it is made
	forms       [codings]form
}

// form is a body in one coding. Its tag is known before it is made, so that a 304 costs no compression.
type form struct {
	once   sync.Once
	etag   []string
	coding []string
	body   []byte
	length []string
}

// fill sets content and tags. It is called once, before anything reads.
func (p *response) fill(contentType, policy, lineage string, body []byte) {
	sum := sha256.Sum256(body)
	tag := lineage + "-" + hex.EncodeToString(sum[:12])
	p.contentType = []string{contentType}
	if policy != "" {
		p.policy = []string{policy}
	}
	for c := range codings {
		f := &p.forms[c]
		f.etag = []string{`"` + tag + "-" + c.suffix() + `"`}
		if c != identity {
			f.coding = []string{c.name()}
		}
	}
	p.forms[identity].body = body
	p.forms[identity].length = []string{strconv.Itoa(len(body))}
	p.forms[identity].once.Do(func() {})
	if p.grow != nil {
		p.grow(len(body))
	}
}

// form chooses the form for c, without making it.
func (p *response) form(c coding) (coding, *form) {
	if len(p.forms[identity].body) < minCompressed {
		c = identity
	}
	return c, &p.forms[c]
}

// bytes makes the form's body if nobody has yet.
func (p *response) bytes(c coding) []byte {
	f := &p.forms[c]
	f.once.Do(func() {
		f.body = p.coder.compress(c, p.forms[identity].body)
		f.length = []string{strconv.Itoa(len(f.body))}
		if p.grow != nil {
			p.grow(len(f.body))
		}
	})
	return f.body
}

// send writes p, or 304 when the client holds it.
func (s *Server) send(w http.ResponseWriter, r *http.Request, p *response) error {
	return s.sendFor(w, r, p, valueFresh)
}

// sendFor is send with another word on how long it may be kept.
func (s *Server) sendFor(w http.ResponseWriter, r *http.Request, p *response, cache []string) error {
	if p.err != nil {
		return p.err
	}
	c, f := p.form(negotiate(r.Header["Accept-Encoding"], zstded, gzipped))
	h := w.Header()
	h["Etag"] = f.etag
	h["Cache-Control"] = cache
	h["Vary"] = valueVary
	if p.policy != nil {
		h["Content-Security-Policy"] = p.policy
	}
	if noneMatch(r.Header["If-None-Match"], f.etag[0]) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	body := p.bytes(c)
	h["Content-Type"] = p.contentType
	h["Content-Length"] = f.length
	if f.coding != nil {
		h["Content-Encoding"] = f.coding
	}
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader went away: nothing to do
	}
	return nil
}

// static is a response that does not depend on any snapshot.
func (s *Server) static(contentType, policy string, body []byte) *response {
	p := &response{coder: s.coder}
	p.once.Do(func() { p.fill(contentType, policy, "static", body) })
	return p
}

// lineageTag is the part of an ETag that tells logs apart: equal bytes are promised for equal lineage only.
func lineageTag(l live.Lineage) string {
	l.Created = l.Created.UTC()
	b, _ := json.Marshal(l) // times, numbers, a bool
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:4])
}

// coder compresses. The same input gives the same output on every node: levels are fixed and nothing is stamped.
type coder struct {
	metrics *metrics
	gzip    sync.Pool
	flate   sync.Pool // for event streams
	zstd    *zstd.Encoder
}

const (
	gzipLevel = 6
	// zstdWindow keeps decoders small; browsers refuse more than 8 MiB.
	zstdWindow = 1 << 20
)

func newCoder(m *metrics) *coder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithWindowSize(zstdWindow))
	if err != nil {
		panic(err) // the options are constants
	}
	return &coder{metrics: m, zstd: e}
}

func (k *coder) compress(c coding, body []byte) []byte {
	k.metrics.compressions[c].Inc()
	if c == zstded {
		return k.zstd.EncodeAll(body, make([]byte, 0, len(body)/5))
	}
	z, ok := k.gzip.Get().(*gzip.Writer)
	if !ok {
		z, _ = gzip.NewWriterLevel(nil, gzipLevel) // the level is a constant
	}
	b := bytes.NewBuffer(make([]byte, 0, len(body)/5))
	z.Reset(b)
	_, _ = z.Write(body) // a bytes.Buffer takes everything
	_ = z.Close()
	k.gzip.Put(z)
	return b.Bytes()
}
