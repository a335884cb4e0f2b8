package view

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"onair/aggregator"
)

// The bucket days holds one bucket for each Korean day since 1970 (4 bytes), with "b/" and "c/" as an hour has them, and
// "t/<platform>:<broadcast>" for what the broadcast was (history_told.go). A day is what people look back on, so it is
// read in one sweep.

const (
	// koreaOffset: Korea has no summer time.
	koreaOffset = 9 * 3600
	// stepSeconds is the length of a step, and daySteps how many a day has.
	stepSeconds = 600
	daySteps    = 24 * 3600 / stepSeconds
	stepMinutes = stepSeconds / 60
)

// dayOf numbers Korean days since 1970.
func dayOf(t time.Time) int64 { return (t.Unix() + koreaOffset) / (24 * 3600) }

// dayStart is when a Korean day begins, in seconds since 1970.
func dayStart(day int64) int64 { return day*24*3600 - koreaOffset }

// dayFill is how full pages of a day are made: its records come sorted, an hour's at a time, and grow little. bbolt's own
// half makes a month twice as large.
const dayFill = 0.8

// dayBucket finds or makes the bucket of a day.
func dayBucket(tx *bbolt.Tx, day int64) (*bbolt.Bucket, error) {
	bucket, err := tx.Bucket(bucketDays).CreateBucketIfNotExists(timeKey(day))
	if err == nil {
		bucket.FillPercent = dayFill
	}
	return bucket, err
}

// dayStep is what was seen of a broadcast in ten minutes. It knows which minutes had a count, so that averages weigh
// them right and a late page fills a hole without counting twice.
type dayStep struct {
	n      uint8  // of the day, from 0
	known  uint16 // bit i: minute i had a count
	second uint16 // of the step: the last count's
	last   int32
	peak   int32
	sum    int64 // over the known minutes, of the last count in each
}

// minutes is how many are known.
func (s *dayStep) minutes() int64 {
	n := int64(0)
	for k := s.known; k != 0; k &= k - 1 {
		n++
	}
	return n
}

// addStep adds a count at a second of the day. Of a minute that is known already only a higher peak and a later last
// count are taken.
func addStep(steps []dayStep, second int, viewers int32) []dayStep {
	n := uint8(second / stepSeconds)
	i, found := len(steps), false
	if last := len(steps) - 1; last >= 0 && steps[last].n == n {
		i, found = last, true
	} else if last >= 0 && steps[last].n > n {
		i, found = slices.BinarySearchFunc(steps, n, func(s dayStep, n uint8) int { return cmp.Compare(s.n, n) })
	}
	in := uint16(second % stepSeconds)
	bit := uint16(1) << (in / 60)
	if !found {
		return slices.Insert(steps, i, dayStep{n: n, known: bit, second: in, last: viewers, peak: viewers, sum: int64(viewers)})
	}
	s := &steps[i]
	if s.known&bit == 0 {
		s.known |= bit
		s.sum += int64(viewers)
	}
	if in >= s.second {
		s.second, s.last = in, viewers
	}
	s.peak = max(s.peak, viewers)
	return steps
}

// rollHours turns hours that have left the window of minutes into steps: those that late points go to, and the oldest
// of the others, one a commit, so that a file of many (an older version's) delays nobody.
func (st *Store) rollHours(tx *bbolt.Tx, now time.Time, late []aggregator.Point) error {
	if now.IsZero() {
		return nil
	}
	history := tx.Bucket(bucketHistory)
	first, _ := history.Cursor().First()
	if first == nil {
		return nil
	}
	hours := map[int64]bool{}
	if hour := timeOf(first); coarse(hour, now) {
		hours[hour] = true
	}
	for _, p := range late {
		hours[p.At.Unix()/3600] = true
	}
	for _, hour := range sortedKeys(hours) {
		if history.Bucket(timeKey(hour)) == nil || !coarse(hour, now) {
			continue
		}
		if err := st.rollHour(tx, hour, now); err != nil {
			return err
		}
	}
	return nil
}

func sortedKeys(set map[int64]bool) []int64 {
	var list []int64
	for n := range set {
		list = append(list, n)
	}
	slices.Sort(list)
	return list
}

// rollHour adds an hour's points to their day and drops it. A Korean hour is a whole hour: it lies in one day.
func (st *Store) rollHour(tx *bbolt.Tx, hour int64, now time.Time) error {
	history := tx.Bucket(bucketHistory)
	name := timeKey(hour)
	day := dayOf(time.Unix(hour*3600, 0))
	if tooOld(day, now) {
		return history.DeleteBucket(name)
	}
	target, err := dayBucket(tx, day)
	if err != nil {
		return err
	}
	st.touched(day)
	base := int(hour*3600 - dayStart(day))
	cursor := history.Bucket(name).Cursor()
	for key, raw := cursor.First(); key != nil; key, raw = cursor.Next() {
		switch {
		case bytes.HasPrefix(key, prefixChannel):
			if _, ok := unseal(key, raw); !ok || target.Get(key) != nil {
				continue
			}
			if err := target.Put(bytes.Clone(key), bytes.Clone(raw)); err != nil {
				return err
			}
		case bytes.HasPrefix(key, prefixBroadcast):
			channel, points, ok := unpackHour(key, raw)
			if !ok {
				continue
			}
			_, steps, _ := unpackDay(key, target.Get(key))
			for _, p := range points {
				steps = addStep(steps, base+int(p.second), p.viewers)
			}
			if err := target.Put(bytes.Clone(key), packDay(key, channel, steps)); err != nil {
				return err
			}
		}
	}
	return history.DeleteBucket(name)
}

// putLate adds counts of hours that had left the window of minutes when they came.
func (st *Store) putLate(tx *bbolt.Tx, late []aggregator.Point, now time.Time, full bool) error {
	return eachRun(late, 24*3600, koreaOffset, func(day int64, run []aggregator.Point) error {
		if tooOld(day, now) || day < 0 {
			return nil
		}
		bucket, err := dayBucket(tx, day)
		if err != nil {
			return err
		}
		key := broadcastKey(run[0].ID)
		channel, steps, ok := unpackDay(key, bucket.Get(key))
		if !ok {
			if full {
				st.dropped.Add(uint64(len(run)))
				return nil
			}
			channel, steps = run[0].Channel, nil
			if err := putIndex(bucket, run[0].ID, channel); err != nil {
				return err
			}
		}
		for _, p := range run {
			steps = addStep(steps, int(p.At.Unix()-dayStart(day)), int32(p.Viewers))
		}
		st.touched(day)
		return bucket.Put(key, packDay(key, channel, steps))
	})
}

var (
	prefixBroadcast = []byte("b/")
	prefixChannel   = []byte("c/")
	prefixTold      = []byte("t/")
)

// packDay writes the channel and the steps: number, minutes and second in 4 bytes, then the last count, how much
// higher the peak is, and how far the sum is from the last count in every known minute: about ten bytes a step.
func packDay(key []byte, channel string, steps []dayStep) []byte {
	b := make([]byte, 0, 1+len(channel)+12*len(steps))
	b = append(b, byte(len(channel)))
	b = append(b, channel...)
	for i := range steps {
		s := &steps[i]
		b = append(b, s.n, byte(s.second), byte(s.second>>8)|byte(s.known)<<2, byte(s.known>>6))
		b = binary.AppendUvarint(b, uint64(uint32(s.last)))
		b = binary.AppendUvarint(b, uint64(uint32(s.peak-s.last)))
		b = binary.AppendVarint(b, s.sum-s.minutes()*int64(s.last))
	}
	return seal(key, b)
}

// unpackDay reads it; false when there is none, or it is damaged: the day begins anew then.
func unpackDay(key, raw []byte) (channel string, steps []dayStep, ok bool) {
	channel, b, ok := unpackChannel(key, raw)
	if !ok {
		return "", nil, false
	}
	steps, ok = unpackSteps(make([]dayStep, 0, len(b)/8+1), b)
	return channel, steps, ok
}

func unpackSteps(steps []dayStep, b []byte) ([]dayStep, bool) {
	for len(b) > 0 {
		if len(b) < 4 {
			return steps, false
		}
		s := dayStep{n: b[0], second: uint16(b[1]) | uint16(b[2]&3)<<8, known: uint16(b[2])>>2 | uint16(b[3])<<6}
		b = b[4:]
		last, n := binary.Uvarint(b)
		over, m := binary.Uvarint(b[max(n, 0):])
		if n <= 0 || m <= 0 {
			return steps, false
		}
		sum, k := binary.Varint(b[n+m:])
		if k <= 0 || s.n >= daySteps {
			return steps, false
		}
		b = b[n+m+k:]
		s.last = int32(last)
		s.peak = s.last + int32(over)
		s.sum = sum + s.minutes()*int64(last)
		steps = append(steps, s)
	}
	return steps, true
}
