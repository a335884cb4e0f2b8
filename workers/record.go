package workers

import (
	"encoding/binary"
	"hash/crc32"
	"time"
)

// A record is an outbox value: version, run, monotonic and wall stamps, virtual time, page, checksum. bbolt checks its
// own head pages only; without a checksum a damaged page would be published as if it were one.
const (
	recordVersion = 1
	recordHead    = 1 + 8 + 3*8
	recordTail    = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// record is one accepted page.
type record struct {
	key  uint64
	run  uint64    // which run of the process stored it
	mono int64     // nanoseconds since that run began, by the monotonic clock: means nothing to another run
	wall int64     // Unix nanoseconds, for other runs
	at   time.Time // virtual time of the observation, zero outside the demo
	body []byte
}

// encode gives the stored form without the key.
func (r *record) encode() []byte {
	b := make([]byte, recordHead, recordHead+len(r.body)+recordTail)
	b[0] = recordVersion
	binary.BigEndian.PutUint64(b[1:], r.run)
	binary.BigEndian.PutUint64(b[9:], uint64(r.mono))
	binary.BigEndian.PutUint64(b[17:], uint64(r.wall))
	var at int64
	if !r.at.IsZero() {
		at = r.at.UnixNano()
	}
	binary.BigEndian.PutUint64(b[25:], uint64(at))
	b = append(b, r.body...)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// decodeRecord reads a stored record and copies what it keeps; ok is false when it is damaged or of another version.
func decodeRecord(key uint64, v []byte) (r record, ok bool) {
	if len(v) < recordHead+recordTail || v[0] != recordVersion {
		return record{}, false
	}
	sum := binary.BigEndian.Uint32(v[len(v)-recordTail:])
	v = v[:len(v)-recordTail]
	if crc32.Checksum(v, castagnoli) != sum {
		return record{}, false
	}
	r = record{
		key:  key,
		run:  binary.BigEndian.Uint64(v[1:]),
		mono: int64(binary.BigEndian.Uint64(v[9:])),
		wall: int64(binary.BigEndian.Uint64(v[17:])),
		body: append([]byte(nil), v[recordHead:]...),
	}
	if at := int64(binary.BigEndian.Uint64(v[25:])); at != 0 {
		r.at = time.Unix(0, at).UTC()
	}
	return r, true
}

func keyBytes(k uint64) []byte { return binary.BigEndian.AppendUint64(nil, k) }

func keyOf(b []byte) uint64 {
	if len(b) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}
