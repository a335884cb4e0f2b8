package view

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"onair/aggregator"
	"onair/live"
)

const (
	// minuteHours is how many whole hours before the present one keep every minute, in log time.
	minuteHours = 2
	// historyDays is how many Korean days before the present one are kept, in steps of ten minutes.
	historyDays = 30
)

// The bucket history holds one bucket for each hour since 1970 (4 bytes), so that an hour goes at once. In it,
// "b/<platform>:<broadcast>" has the channel and the points, and "c/<platform>:<channel>/<broadcast>" is the index. What
// is older lies in the bucket days (history_days.go), what all broadcasts add up to in totals (totals.go).

// historyPoint is one count: at most one is kept for each minute.
type historyPoint struct {
	second  uint16 // of the hour
	viewers int32
}

// coarse reports whether an hour has left the window of minutes. It is asked with the log time of the message that
// brought a point: where the point goes must not depend on which messages a node commits together.
func coarse(hour int64, logTime time.Time) bool { return hour < logTime.Unix()/3600-minuteHours }

// putPast adds what a batch brings for the history, in the order that makes it the same on every node whatever its
// batches are: minutes, then the hours that have passed into steps, then late points into those. It also gives up at
// most one hour or day that is too old, or one that is too much.
func (st *Store) putPast(tx *bbolt.Tx, b *Batch) error {
	full, err := st.pruneHistory(tx, b.LogTime)
	if err != nil {
		return err
	}
	if err := st.putPoints(tx, b.Points, b.LogTime, full); err != nil {
		return err
	}
	if err := st.rollHours(tx, b.LogTime, b.Late); err != nil {
		return err
	}
	if err := st.putLate(tx, b.Late, b.LogTime, full); err != nil {
		return err
	}
	if err := st.putTold(tx, b.Told, b.LogTime, full); err != nil {
		return err
	}
	if err := putTotals(tx, b.Totals, b.LogTime); err != nil {
		return err
	}
	return st.keepSummaries(tx, b.LogTime, full)
}

// putPoints adds counts to their minutes. The last one observed in a minute is kept, whatever order they come in, so
// late pages fill holes and overwrite nothing newer.
func (st *Store) putPoints(tx *bbolt.Tx, points []aggregator.Point, now time.Time, full bool) error {
	history := tx.Bucket(bucketHistory)
	return eachRun(points, 3600, 0, func(hour int64, run []aggregator.Point) error {
		if tooOld(dayOf(run[0].At), now) || hour < 0 {
			return nil
		}
		bucket, err := history.CreateBucketIfNotExists(timeKey(hour))
		if err != nil {
			return err
		}
		key := broadcastKey(run[0].ID)
		channel, kept, ok := unpackHour(key, bucket.Get(key))
		if !ok {
			if full {
				st.dropped.Add(uint64(len(run)))
				return nil
			}
			channel, kept = run[0].Channel, nil
			if err := putIndex(bucket, run[0].ID, channel); err != nil {
				return err
			}
		}
		st.touched(dayOf(run[0].At))
		for _, p := range run {
			kept = addPoint(kept, historyPoint{uint16(p.At.Unix() % 3600), int32(p.Viewers)})
		}
		return bucket.Put(key, packHour(key, channel, kept))
	})
}

// eachRun calls fn with the points of each broadcast in each span of that many seconds, counted from an offset, in the
// order of spans, then of broadcasts; within a run points keep their order.
func eachRun(points []aggregator.Point, span, offset int64, fn func(n int64, run []aggregator.Point) error) error {
	if len(points) == 0 {
		return nil
	}
	place := func(p *aggregator.Point) int64 { return (p.At.Unix() + offset) / span }
	sorted := slices.Clone(points)
	slices.SortStableFunc(sorted, func(a, b aggregator.Point) int {
		return cmp.Or(cmp.Compare(place(&a), place(&b)),
			strings.Compare(string(a.ID.Platform), string(b.ID.Platform)), strings.Compare(a.ID.ID, b.ID.ID))
	})
	for lo, hi := 0, 0; lo < len(sorted); lo = hi {
		n := place(&sorted[lo])
		for hi = lo; hi < len(sorted) && sorted[hi].ID == sorted[lo].ID && place(&sorted[hi]) == n; hi++ {
		}
		if err := fn(n, sorted[lo:hi]); err != nil {
			return err
		}
	}
	return nil
}

// pruneHistory deletes the oldest day when it is out of the window; when the file is full, the oldest day, else the
// oldest hour when there is another. full says that nothing new fits.
func (st *Store) pruneHistory(tx *bbolt.Tx, now time.Time) (full bool, err error) {
	stats := tx.DB().Stats()
	free := int64(stats.FreePageN+stats.PendingPageN) * int64(tx.DB().Info().PageSize)
	full = tx.Size()-free > st.options.HistoryBytes
	if now.IsZero() {
		return full, nil
	}
	days := tx.Bucket(bucketDays)
	if first, _ := days.Cursor().First(); first != nil {
		if day := timeOf(first); full || tooOld(day, now) {
			st.touched(day)
			return full, days.DeleteBucket(bytes.Clone(first))
		}
	}
	history := tx.Bucket(bucketHistory)
	cursor := history.Cursor()
	first, _ := cursor.First()
	second, _ := cursor.Next()
	if full && second != nil {
		return full, history.DeleteBucket(bytes.Clone(first))
	}
	return full, nil
}

// tooOld reports days that are not kept any more.
func tooOld(day int64, now time.Time) bool { return day < dayOf(now)-historyDays }

// addPoint keeps points sorted, one for each minute.
func addPoint(points []historyPoint, p historyPoint) []historyPoint {
	i, found := slices.BinarySearchFunc(points, p.second/60, func(have historyPoint, minute uint16) int { return cmp.Compare(have.second/60, minute) })
	if !found {
		return slices.Insert(points, i, p)
	}
	if p.second >= points[i].second {
		points[i] = p
	}
	return points
}

// HistoryDropped counts the points that found no room.
func (st *Store) HistoryDropped() uint64 { return st.dropped.Load() }

// read is view for readers beside the Follower, which is told of damage that they meet.
func (st *Store) read(fn func(tx *bbolt.Tx) error) error {
	err := st.view(fn)
	if errors.Is(err, ErrDamaged) {
		st.suspect.Store(true)
	}
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// timeKey names an hour or a day.
func timeKey(n int64) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

// timeOf reads it; a key of another form is before all.
func timeOf(key []byte) int64 {
	if len(key) != 4 {
		return 0
	}
	return int64(binary.BigEndian.Uint32(key))
}

func broadcastKey(id live.BroadcastID) []byte { return []byte("b/" + id.String()) }

// channelPrefix begins the index of a channel's broadcasts.
func channelPrefix(id live.ChannelID) []byte { return []byte("c/" + id.String() + "/") }

func putIndex(bucket *bbolt.Bucket, id live.BroadcastID, channel string) error {
	key := append(channelPrefix(live.ChannelID{Platform: id.Platform, ID: channel}), id.ID...)
	return bucket.Put(key, seal(key, nil))
}

// packHour writes the channel's length and name, then second and count of each point.
func packHour(key []byte, channel string, points []historyPoint) []byte {
	b := make([]byte, 0, 1+len(channel)+6*len(points))
	b = append(b, byte(len(channel))) // at most 64 bytes
	b = append(b, channel...)
	for _, p := range points {
		b = binary.BigEndian.AppendUint16(b, p.second)
		b = binary.BigEndian.AppendUint32(b, uint32(p.viewers))
	}
	return seal(key, b)
}

// unpackHour reads it; false when there is none, or it is damaged: the hour begins anew then.
func unpackHour(key, raw []byte) (channel string, points []historyPoint, ok bool) {
	channel, b, ok := unpackChannel(key, raw)
	if !ok {
		return "", nil, false
	}
	points = make([]historyPoint, 0, len(b)/6+1)
	for ; len(b) >= 6; b = b[6:] {
		points = append(points, historyPoint{binary.BigEndian.Uint16(b), int32(binary.BigEndian.Uint32(b[2:]))})
	}
	return channel, points, true
}

// unpackChannel reads what every record of a broadcast begins with.
func unpackChannel(key, raw []byte) (channel string, rest []byte, ok bool) {
	b, ok := unseal(key, raw)
	if !ok || len(b) < 1 || len(b) < 1+int(b[0]) {
		return "", nil, false
	}
	end := 1 + int(b[0])
	return string(b[1:end]), b[end:], true
}
