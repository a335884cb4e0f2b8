package view

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"onair/aggregator"
	"onair/live"
)

// maxHistoryPoints bounds one answer: 30 days of one channel that is always on air, a few times over.
const maxHistoryPoints = 20_000

// History gives the broadcast's known counts since the given log time, oldest first: one for each minute of the last
// hours, one for each ten before that.
func (st *Store) History(id live.BroadcastID, since time.Time) ([]HistoryPoint, error) {
	return st.series(since, func(*bbolt.Bucket) []live.BroadcastID { return []live.BroadcastID{id} })
}

// ChannelHistory gives the counts of all broadcasts of a channel, sorted by time.
func (st *Store) ChannelHistory(id live.ChannelID, since time.Time) ([]HistoryPoint, error) {
	return st.series(since, func(bucket *bbolt.Bucket) []live.BroadcastID { return broadcastsOf(bucket, id) })
}

// broadcastsOf lists the channel's broadcasts that an hour or a day knows.
func broadcastsOf(bucket *bbolt.Bucket, id live.ChannelID) []live.BroadcastID {
	var list []live.BroadcastID
	prefix := channelPrefix(id)
	cursor := bucket.Cursor()
	for key, _ := cursor.Seek(prefix); bytes.HasPrefix(key, prefix) && len(list) < maxHistoryPoints; key, _ = cursor.Next() {
		list = append(list, live.BroadcastID{Platform: id.Platform, ID: string(key[len(prefix):])})
	}
	return list
}

// series collects from the newest bucket on, so that what does not fit is the oldest.
func (st *Store) series(since time.Time, of func(*bbolt.Bucket) []live.BroadcastID) ([]HistoryPoint, error) {
	var out []HistoryPoint
	type hourOf struct {
		id   live.BroadcastID
		hour int64
	}
	err := st.read(func(tx *bbolt.Tx) error {
		minutes := map[hourOf]bool{} // an hour that is there in minutes is not told in steps too
		backward(tx.Bucket(bucketHistory), max(since.Unix(), 0)/3600, func(hour int64, bucket *bbolt.Bucket) bool {
			for _, id := range of(bucket) {
				key := broadcastKey(id)
				channel, points, ok := unpackHour(key, bucket.Get(key))
				if ok {
					minutes[hourOf{id, hour}] = true
				}
				for _, p := range points {
					at := time.Unix(hour*3600+int64(p.second), 0).UTC()
					out = append(out, HistoryPoint{aggregator.Point{ID: id, Channel: channel, At: at, Viewers: live.Viewers(p.viewers)}, live.Viewers(p.viewers), Minute})
				}
			}
			return len(out) < maxHistoryPoints
		})
		backward(tx.Bucket(bucketDays), max(dayOf(since), 0), func(day int64, bucket *bbolt.Bucket) bool {
			for _, id := range of(bucket) {
				key := broadcastKey(id)
				channel, steps, _ := unpackDay(key, bucket.Get(key))
				for i := range steps {
					s := &steps[i]
					unix := dayStart(day) + int64(s.n)*stepSeconds + int64(s.second)
					if !minutes[hourOf{id, unix / 3600}] {
						out = append(out, HistoryPoint{aggregator.Point{ID: id, Channel: channel, At: time.Unix(unix, 0).UTC(), Viewers: live.Viewers(s.last)}, live.Viewers(s.peak), Step})
					}
				}
			}
			return len(out) < maxHistoryPoints
		})
		return nil
	})
	out = slices.DeleteFunc(out, func(p HistoryPoint) bool { return p.At.Before(since) })
	slices.SortFunc(out, func(a, b HistoryPoint) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID.ID, b.ID.ID))
	})
	return out[max(0, len(out)-maxHistoryPoints):], err
}

// backward visits the buckets of hours or days, the newest first, down to the oldest that is asked for, while fn wants
// more.
func backward(parent *bbolt.Bucket, oldest int64, fn func(n int64, bucket *bbolt.Bucket) bool) {
	cursor := parent.Cursor()
	for key, value := cursor.Last(); key != nil && timeOf(key) >= oldest; key, value = cursor.Prev() {
		if value != nil || len(key) != 4 {
			continue
		}
		if bucket := parent.Bucket(key); bucket != nil && !fn(timeOf(key), bucket) {
			return
		}
	}
}
