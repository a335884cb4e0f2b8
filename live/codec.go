package live

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// PageVersion is the wire version that EncodePage writes. A reader keeps pages of a newer version aside.
const PageVersion = 1

const (
	// MaxPage is the largest encoded page: the stream refuses larger messages (MaxMsgSize 256 KiB).
	MaxPage = 250 << 10
	// maxPlain bounds what a page may unpack to: a zstd bomb of 250 KiB could else take all memory.
	maxPlain = 4 << 20
)

var (
	// ErrNewer reports a page of a version that this program does not know.
	ErrNewer = errors.New("page of a newer version")
	// ErrTooLarge reports a page that the log would refuse.
	ErrTooLarge = errors.New("page too large")
)

// The codecs are stateless for EncodeAll and DecodeAll, and costly to make.
var (
	encoder = sync.OnceValue(func() *zstd.Encoder {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(2), zstd.WithEncoderLevel(zstd.SpeedFastest))
		if err != nil {
			panic(err) // the options are constants
		}
		return e
	})
	decoder = sync.OnceValue(func() *zstd.Decoder {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(maxPlain))
		if err != nil {
			panic(err)
		}
		return d
	})
)

// EncodePage validates p and gives its wire form: JSON under zstd. Errors wrap ErrInvalid or ErrTooLarge.
func EncodePage(p *Page) ([]byte, error) {
	q := *p
	q.V = PageVersion
	if err := q.Validate(); err != nil {
		return nil, err
	}
	plain, err := json.Marshal(&q)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	b := encoder().EncodeAll(plain, make([]byte, 0, len(plain)/3))
	if len(b) > MaxPage || len(plain) > maxPlain {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(b))
	}
	return b, nil
}

// DecodePage reads what EncodePage wrote, from a worker that may be of another version or hostile. Errors wrap
// ErrInvalid or ErrNewer. Unknown fields are skipped: they are how a version grows without breaking readers.
func DecodePage(b []byte) (*Page, error) {
	plain, err := decoder().DecodeAll(b, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: zstd: %w", ErrInvalid, err)
	}
	var p Page
	if err := json.Unmarshal(plain, &p); err != nil {
		var head struct {
			V int `json:"v"`
		}
		if json.Unmarshal(plain, &head) == nil && head.V > PageVersion {
			return nil, fmt.Errorf("%w: %d", ErrNewer, head.V)
		}
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if p.V > PageVersion {
		return nil, fmt.Errorf("%w: %d", ErrNewer, p.V)
	}
	if p.V < 1 {
		return nil, invalid("version %d", p.V)
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return &p, nil
}
