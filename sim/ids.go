package sim

import (
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"time"
)

// Broadcast ids say which line and which day, so that any id can be answered without having been asked for before: there is no
// table of broadcasts to grow.

func kst() *time.Location { return time.FixedZone("KST", 9*60*60) }

// kstShift is Korea's offset from UTC in seconds; it has no summer time.
const kstShift = 9 * 60 * 60

const daySeconds = 24 * 60 * 60

// dayOf is the number of the Korean day that a moment (unix seconds) falls on.
func dayOf(unix int64) int64 { return floorDiv(unix+kstShift, daySeconds) }

// midnight is the first second of a Korean day.
func midnight(day int64) int64 { return day*daySeconds - kstShift }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// firstDay keeps ids of the simulated years at the length that the platforms' ids have now.
const firstDay = 20_000 // 2024-10-04

// numberBase is where a site's broadcast numbers begin.
func (s site) numberBase() int64 {
	return [sites]int64{chzzk: 15_000_000, soop: 280_000_000, twitch: 40_000_000_000}[s]
}

// broadcastID names the broadcast of a line on a day.
func (w *World) broadcastID(l *line, day int64) string {
	if l.site == youtube {
		return videoID(w.seed, videoLive, day, l.no)
	}
	return strconv.FormatInt(w.broadcastNumber(l, day), 10)
}

func (w *World) broadcastNumber(l *line, day int64) int64 {
	return l.site.numberBase() + (day-firstDay)*int64(len(w.lines[l.site])) + int64(l.no)
}

// byBroadcastID finds the broadcast that an id names, whether it is over, on air or still to come.
func (w *World) byBroadcastID(s site, id string) *broadcast {
	if s == youtube {
		kind, day, no, ok := readVideoID(w.seed, id)
		if !ok || kind != videoLive || no >= len(w.lines[youtube]) {
			return nil
		}
		return w.broadcast(w.lines[youtube][no], day)
	}
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n < s.numberBase() || strconv.FormatInt(n, 10) != id {
		return nil
	}
	n -= s.numberBase()
	lines := int64(len(w.lines[s]))
	return w.broadcast(w.lines[s][n%lines], firstDay+n/lines)
}

// Kinds of YouTube videos.
const (
	videoLive   = 1
	videoUpload = 2
	videoShort  = 3
)

// videoMark is 21 bits of every packed video id: an invented id, or one of another seed, does not carry it and is unknown.
const videoMark = 0x152a5b

// videoID scrambles (kind, day, line) into 11 characters, and back: 21 bits of mark, 4 of kind, 18 of day, 21 of line.
func videoID(seed uint64, kind int, day int64, no int) string {
	packed := uint64(videoMark)<<43 | uint64(kind)&0xf<<39 | uint64(day)&0x3ffff<<21 | uint64(no)&0x1fffff
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], mix(packed^mix(seed)))
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func readVideoID(seed uint64, id string) (kind int, day int64, no int, ok bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(id)
	if err != nil || len(b) != 8 {
		return 0, 0, 0, false
	}
	packed := unmix(binary.BigEndian.Uint64(b)) ^ mix(seed)
	kind = int(packed >> 39 & 0xf)
	return kind, int64(packed >> 21 & 0x3ffff), int(packed & 0x1fffff), packed>>43 == videoMark
}

// base64ID is 22 characters of two words, as in a YouTube channel id.
func base64ID(a, b uint64) string {
	var raw [17]byte
	binary.BigEndian.PutUint64(raw[:], a)
	binary.BigEndian.PutUint64(raw[8:], b)
	return base64.RawURLEncoding.EncodeToString(raw[:])
}
