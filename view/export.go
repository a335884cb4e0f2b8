package view

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"

	"github.com/klauspost/compress/zstd"

	"onair/aggregator"
	"onair/live"
)

const (
	// exportMagic begins every exported state; its last digit is the format.
	exportMagic = "onair state 1\n"
	// maxExport bounds what a state may unpack to: 50,000 broadcasts of four platforms at 2 kB.
	maxExport = 512 << 20
)

// ErrExport reports a blob that is no exported state, or a damaged one.
var ErrExport = errors.New("not an exported state")

// Image is a whole state as it travels to other nodes.
type Image struct {
	Lineage  live.Lineage
	Position uint64
	Records  []aggregator.Record // sorted by key
}

type imageHead struct {
	Lineage  live.Lineage `json:"lineage"`
	Position uint64       `json:"position"`
	Records  int          `json:"records"`
}

// imageOf takes a copy of the state.
func imageOf(s *aggregator.State, lineage live.Lineage) Image {
	i := Image{Lineage: lineage, Position: positionOf(s, lineage)}
	for key, value := range s.Records() {
		i.Records = append(i.Records, aggregator.Record{Key: key, Value: value})
	}
	return i
}

// All gives the records for aggregator.Load.
func (i Image) All() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for _, r := range i.Records {
			if !yield(r.Key, r.Value) {
				return
			}
		}
	}
}

// Export writes the image as one blob: a line that names the form, the CRC-32C of the rest, and under zstd the head
// (lineage, position, number of records) and the records, each part with its length before it.
func Export(i Image) ([]byte, error) {
	head, err := json.Marshal(imageHead{i.Lineage, i.Position, len(i.Records)})
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	plain := appendPart(nil, head)
	for _, r := range i.Records {
		plain = appendPart(appendPart(plain, []byte(r.Key)), r.Value)
	}
	if len(plain) > maxExport {
		return nil, fmt.Errorf("%w: %d bytes", ErrExport, len(plain))
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	packed := enc.EncodeAll(plain, nil)
	blob := binary.BigEndian.AppendUint32([]byte(exportMagic), crc32.Checksum(packed, castagnoli))
	return append(blob, packed...), nil
}

// Import reads what Export wrote. Errors wrap ErrExport. Whether the state suits a log is for the caller to compare.
func Import(blob []byte) (Image, error) {
	const front = len(exportMagic) + 4
	if len(blob) < front || string(blob[:len(exportMagic)]) != exportMagic {
		return Image{}, fmt.Errorf("%w: another form", ErrExport)
	}
	packed := blob[front:]
	if crc32.Checksum(packed, castagnoli) != binary.BigEndian.Uint32(blob[len(exportMagic):]) {
		return Image{}, fmt.Errorf("%w: checksum", ErrExport)
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxExport))
	if err != nil {
		return Image{}, fmt.Errorf("import: %w", err)
	}
	defer dec.Close()
	rest, err := dec.DecodeAll(packed, nil)
	if err != nil {
		return Image{}, fmt.Errorf("%w: %w", ErrExport, err)
	}
	text, rest, ok := cutPart(rest)
	var head imageHead
	if !ok || json.Unmarshal(text, &head) != nil {
		return Image{}, fmt.Errorf("%w: head", ErrExport)
	}
	i := Image{Lineage: head.Lineage, Position: head.Position}
	for len(rest) > 0 {
		var key, value []byte
		if key, rest, ok = cutPart(rest); ok {
			value, rest, ok = cutPart(rest)
		}
		if !ok {
			return Image{}, fmt.Errorf("%w: cut off", ErrExport)
		}
		i.Records = append(i.Records, aggregator.Record{Key: string(key), Value: value})
	}
	if len(i.Records) != head.Records {
		return Image{}, fmt.Errorf("%w: %d records, not %d", ErrExport, len(i.Records), head.Records)
	}
	return i, nil
}

func appendPart(b, part []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(part))), part...)
}

func cutPart(b []byte) (part, rest []byte, ok bool) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return nil, nil, false
	}
	end := size + int(n)
	return b[size:end:end], b[end:], true
}
