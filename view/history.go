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
	// historyHours is how long viewer counts are kept, in log time.
	historyHours = 48
	// maxHistoryPoints bounds one answer: 48 h of one channel's minutes, a few times over.
	maxHistoryPoints = 20_000
)

// The bucket history holds one bucket for each hour since 1970 (4 bytes), so that an hour goes at once. In it,
// "b/<platform>:<broadcast>" has the channel and the points, and "c/<platform>:<channel>/<broadcast>" is the index.

// historyPoint is one count: at most one is kept for each minute.
type historyPoint struct {
	second  uint16 // of the hour
	viewers int32
}

// putPoints adds counts. The last one observed in a minute is kept, whatever order they come in, so late pages fill
// holes and overwrite nothing newer. It also gives up at most one hour that is too old, or one that is too much.
func (st *Store) putPoints(tx *bbolt.Tx, points []aggregator.Point, now time.Time) error {
	history := tx.Bucket(bucketHistory)
	full, err := st.pruneHistory(tx, history, now)
	if err != nil {
		return err
	}
	if len(points) == 0 {
		return nil
	}
	oldest := now.Unix()/3600 - historyHours
	sorted := slices.Clone(points)
	slices.SortStableFunc(sorted, func(a, b aggregator.Point) int {
		return cmp.Or(cmp.Compare(a.At.Unix()/3600, b.At.Unix()/3600),
			strings.Compare(string(a.ID.Platform), string(b.ID.Platform)), strings.Compare(a.ID.ID, b.ID.ID))
	})
	for lo, hi := 0, 0; lo < len(sorted); lo = hi {
		first := sorted[lo]
		hour := first.At.Unix() / 3600
		for hi = lo; hi < len(sorted) && sorted[hi].ID == first.ID && sorted[hi].At.Unix()/3600 == hour; hi++ {
		}
		if hour < oldest || hour < 0 {
			continue
		}
		bucket, err := history.CreateBucketIfNotExists(hourKey(hour))
		if err != nil {
			return err
		}
		key := broadcastKey(first.ID)
		channel, kept, ok := unpackHour(key, bucket.Get(key))
		if !ok {
			if full {
				st.dropped.Add(uint64(hi - lo))
				continue
			}
			channel, kept = first.Channel, nil
			index := []byte("c/" + string(first.ID.Platform) + ":" + channel + "/" + first.ID.ID)
			if err := bucket.Put(index, seal(index, nil)); err != nil {
				return err
			}
		}
		for _, p := range sorted[lo:hi] {
			kept = addPoint(kept, historyPoint{uint16(p.At.Unix() % 3600), int32(p.Viewers)})
		}
		if err := bucket.Put(key, packHour(key, channel, kept)); err != nil {
			return err
		}
	}
	return nil
}

// pruneHistory deletes the oldest hour when it is out of the window, or when the file is full and has another.
// full says that nothing new fits.
func (st *Store) pruneHistory(tx *bbolt.Tx, history *bbolt.Bucket, now time.Time) (full bool, err error) {
	stats := tx.DB().Stats()
	free := int64(stats.FreePageN+stats.PendingPageN) * int64(tx.DB().Info().PageSize)
	full = tx.Size()-free > st.options.HistoryBytes
	cursor := history.Cursor()
	first, _ := cursor.First()
	if first == nil {
		return full, nil
	}
	second, _ := cursor.Next()
	if now.IsZero() || int64(binary.BigEndian.Uint32(first)) >= now.Unix()/3600-historyHours && (!full || second == nil) {
		return full, nil
	}
	return full, history.DeleteBucket(bytes.Clone(first))
}

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

// History gives the broadcast's known counts since the given log time, oldest first, at most one for each minute.
func (st *Store) History(id live.BroadcastID, since time.Time) ([]aggregator.Point, error) {
	var out []aggregator.Point
	err := st.hours(since, func(hour int64, bucket *bbolt.Bucket) {
		out = appendHour(out, bucket, id, hour, since)
	})
	return out, err
}

// ChannelHistory gives the counts of all broadcasts of a channel, sorted by time.
func (st *Store) ChannelHistory(id live.ChannelID, since time.Time) ([]aggregator.Point, error) {
	var out []aggregator.Point
	prefix := []byte("c/" + id.String() + "/")
	err := st.hours(since, func(hour int64, bucket *bbolt.Bucket) {
		cursor := bucket.Cursor()
		for key, _ := cursor.Seek(prefix); bytes.HasPrefix(key, prefix) && len(out) < maxHistoryPoints; key, _ = cursor.Next() {
			out = appendHour(out, bucket, live.BroadcastID{Platform: id.Platform, ID: string(key[len(prefix):])}, hour, since)
		}
	})
	slices.SortFunc(out, func(a, b aggregator.Point) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID.ID, b.ID.ID))
	})
	return out, err
}

// HistoryDropped counts the points that found no room.
func (st *Store) HistoryDropped() uint64 { return st.dropped.Load() }

// hours visits the buckets from since on.
func (st *Store) hours(since time.Time, fn func(hour int64, bucket *bbolt.Bucket)) error {
	return st.read(func(tx *bbolt.Tx) error {
		history := tx.Bucket(bucketHistory)
		cursor := history.Cursor()
		for key, _ := cursor.Seek(hourKey(max(since.Unix()/3600, 0))); len(key) == 4; key, _ = cursor.Next() {
			if bucket := history.Bucket(key); bucket != nil {
				fn(int64(binary.BigEndian.Uint32(key)), bucket)
			}
		}
		return nil
	})
}

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

func appendHour(out []aggregator.Point, bucket *bbolt.Bucket, id live.BroadcastID, hour int64, since time.Time) []aggregator.Point {
	key := broadcastKey(id)
	channel, points, _ := unpackHour(key, bucket.Get(key))
	for _, p := range points {
		at := time.Unix(hour*3600+int64(p.second), 0).UTC()
		if !at.Before(since) && len(out) < maxHistoryPoints {
			out = append(out, aggregator.Point{ID: id, Channel: channel, At: at, Viewers: live.Viewers(p.viewers)})
		}
	}
	return out
}

func hourKey(hour int64) []byte { return binary.BigEndian.AppendUint32(nil, uint32(hour)) }

func broadcastKey(id live.BroadcastID) []byte { return []byte("b/" + id.String()) }

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
	b, ok := unseal(key, raw)
	if !ok || len(b) < 1 || len(b) < 1+int(b[0]) {
		return "", nil, false
	}
	end := 1 + int(b[0])
	channel, b = string(b[1:end]), b[end:]
	points = make([]historyPoint, 0, len(b)/6+1)
	for ; len(b) >= 6; b = b[6:] {
		points = append(points, historyPoint{binary.BigEndian.Uint16(b), int32(binary.BigEndian.Uint32(b[2:]))})
	}
	return channel, points, true
}
