package view

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"onair/aggregator"
	"onair/live"
)

// The bucket totals holds what was on air as each minute ended: "m", hour since 1970 (4 bytes), platform has the minutes
// of an hour, "d", Korean day, platform the steps of a day. The platform "" is all together, with peaks of its own: those
// of platforms come at different minutes. It is small: some 300 kB for 30 days.

// Total is what was on air on a platform, or with Platform "" on all, as a log-time minute ended. It is of what was
// observed, before facts; adult and locked broadcasts are not in it, as they are in no count of a snapshot.
type Total struct {
	Platform live.Platform
	Minute   int64 // since 1970
	Viewers  int64 // sum of the known counts
	Live     int   // broadcasts, those with a hidden count too
}

// totals adds up the minute that a message ended. The state has that message's page already, but its minutes say what
// was shown before. Platforms with nothing on air have none: nobody saw a zero.
func totals(s *aggregator.State, minute int64) []Total {
	all := Total{Minute: minute}
	var list []Total
	for b := range s.Broadcasts() { // sorted by platform
		if b.Adult || b.Locked || !liveAt(b, minute) {
			continue
		}
		if len(list) == 0 || list[len(list)-1].Platform != b.ID.Platform {
			list = append(list, Total{Platform: b.ID.Platform, Minute: minute})
		}
		n := viewersAt(b, minute).Count()
		for _, t := range []*Total{&all, &list[len(list)-1]} {
			t.Viewers += n
			t.Live++
		}
	}
	if len(list) == 0 {
		return nil
	}
	return append(list, all)
}

// totalStep is what was on air in ten minutes.
type totalStep struct {
	n       uint8  // of the day
	known   uint16 // bit i: minute i is known
	live    int    // at the last known minute
	viewers int64  // likewise
	peak    int64
	peakAt  uint8 // minute of the step
	sum     int64 // over the known minutes
}

// putTotals adds minutes; one that is known stays as it is: a state that is folded again tells nothing new. Hours
// beyond the window of minutes and days beyond the kept ones go.
func putTotals(tx *bbolt.Tx, list []Total, now time.Time) error {
	bucket := tx.Bucket(bucketTotals)
	for _, t := range list {
		if t.Minute < 0 {
			continue
		}
		at := time.Unix(t.Minute*60, 0)
		if !coarse(t.Minute/60, now) {
			key := totalKey('m', t.Minute/60, t.Platform)
			minutes, _ := unpackMinutes(key, bucket.Get(key))
			i, found := slices.BinarySearchFunc(minutes, t, func(x, y Total) int { return cmp.Compare(x.Minute, y.Minute) })
			if !found {
				if err := bucket.Put(key, packMinutes(key, slices.Insert(minutes, i, t))); err != nil {
					return err
				}
			}
		}
		day := dayOf(at)
		if tooOld(day, now) {
			continue
		}
		key := totalKey('d', day, t.Platform)
		steps, _ := unpackTotals(key, bucket.Get(key))
		if steps, changed := addTotal(steps, int(at.Unix()-dayStart(day))/60, t); changed {
			if err := bucket.Put(key, packTotals(key, steps)); err != nil {
				return err
			}
		}
	}
	if len(list) == 0 || now.IsZero() {
		return nil
	}
	if err := dropBefore(bucket, 'm', now.Unix()/3600-minuteHours); err != nil {
		return err
	}
	return dropBefore(bucket, 'd', dayOf(now)-historyDays)
}

// addTotal adds a minute of the day.
func addTotal(steps []totalStep, minute int, t Total) ([]totalStep, bool) {
	n, in := uint8(minute/stepMinutes), uint8(minute%stepMinutes)
	bit := uint16(1) << in
	i, found := slices.BinarySearchFunc(steps, n, func(s totalStep, n uint8) int { return cmp.Compare(s.n, n) })
	if !found {
		steps = slices.Insert(steps, i, totalStep{n: n, peak: -1})
	}
	s := &steps[i]
	if s.known&bit != 0 {
		return steps, false
	}
	if bit > s.known { // no later minute is known
		s.live, s.viewers = t.Live, t.Viewers
	}
	if t.Viewers > s.peak {
		s.peak, s.peakAt = t.Viewers, in
	}
	s.known |= bit
	s.sum += t.Viewers
	return steps, true
}

// dropBefore removes the keys of a kind whose time is before n.
func dropBefore(bucket *bbolt.Bucket, kind byte, n int64) error {
	end := totalKey(kind, max(n, 0), "")
	var old [][]byte
	cursor := bucket.Cursor()
	for key, _ := cursor.Seek([]byte{kind}); key != nil && bytes.Compare(key, end) < 0; key, _ = cursor.Next() {
		old = append(old, bytes.Clone(key))
	}
	for _, key := range old {
		if err := bucket.Delete(key); err != nil {
			return err
		}
	}
	return nil
}

func totalKey(kind byte, n int64, p live.Platform) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{kind}, uint32(n)), p...)
}

// packMinutes writes minute, viewers and broadcasts of each.
func packMinutes(key []byte, list []Total) []byte {
	var b []byte
	for _, t := range list {
		b = append(b, byte(t.Minute%60))
		b = binary.AppendUvarint(b, uint64(t.Viewers))
		b = binary.AppendUvarint(b, uint64(t.Live))
	}
	return seal(key, b)
}

func unpackMinutes(key, raw []byte) ([]Total, bool) {
	b, ok := unseal(key, raw)
	if !ok || len(key) < 5 {
		return nil, false
	}
	hour := int64(binary.BigEndian.Uint32(key[1:]))
	r := varints{b: b}
	var list []Total
	for r.more() {
		list = append(list, Total{Platform: live.Platform(key[5:]), Minute: hour*60 + int64(r.byte()), Viewers: r.number(), Live: int(r.number())})
	}
	return list, !r.broken
}

func packTotals(key []byte, steps []totalStep) []byte {
	var b []byte
	for i := range steps {
		s := &steps[i]
		b = append(b, s.n, byte(s.known), byte(s.known>>8), s.peakAt)
		for _, n := range []int64{int64(s.live), s.viewers, s.peak, s.sum} {
			b = binary.AppendUvarint(b, uint64(n))
		}
	}
	return seal(key, b)
}

func unpackTotals(key, raw []byte) ([]totalStep, bool) {
	b, ok := unseal(key, raw)
	if !ok {
		return nil, false
	}
	r := varints{b: b}
	var steps []totalStep
	for r.more() {
		s := totalStep{n: r.byte()}
		s.known = uint16(r.byte())
		s.known |= uint16(r.byte()) << 8
		s.peakAt = r.byte()
		s.live = int(r.number())
		s.viewers, s.peak, s.sum = r.number(), r.number(), r.number()
		steps = append(steps, s)
	}
	return steps, !r.broken
}

// varints reads bytes and numbers; what is cut off reads as zero and breaks it.
type varints struct {
	b      []byte
	broken bool
}

func (r *varints) more() bool { return len(r.b) > 0 && !r.broken }

func (r *varints) byte() byte {
	if len(r.b) == 0 {
		r.broken = true
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *varints) number() int64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || int64(n) < 0 {
		r.broken, r.b = true, nil
		return 0
	}
	r.b = r.b[size:]
	return int64(n)
}

// TotalPoint is what was on air in one step.
type TotalPoint struct {
	At      time.Time // where the step begins
	Viewers int64     // as its last known minute ended
	Live    int       // likewise
	Peak    int64     // the largest of a minute
}

const (
	// Minute and Step are how long the points of a series may stand for.
	Minute = time.Minute
	Step   = stepSeconds * time.Second
)

// TotalStep is the length of the steps in which Totals answers a question that begins at since: minutes while they are
// kept, else ten.
func TotalStep(since, now time.Time) time.Duration {
	if since.Before(now.Add(-minuteHours * time.Hour)) {
		return Step
	}
	return Minute
}

// Totals gives a platform's totals, "" for all together, from since until before until, in steps of Minute or Step,
// oldest first. Steps of which nothing is known are left out.
func (st *Store) Totals(p live.Platform, since, until time.Time, length time.Duration) ([]TotalPoint, error) {
	var out []TotalPoint
	err := st.read(func(tx *bbolt.Tx) error {
		bucket := tx.Bucket(bucketTotals)
		if length == Minute {
			for hour := max(since.Unix(), 0) / 3600; hour <= until.Unix()/3600; hour++ {
				key := totalKey('m', hour, p)
				minutes, _ := unpackMinutes(key, bucket.Get(key))
				for _, t := range minutes {
					at := time.Unix(t.Minute*60, 0).UTC()
					if !at.Before(since) && at.Before(until) {
						out = append(out, TotalPoint{at, t.Viewers, t.Live, t.Viewers})
					}
				}
			}
			return nil
		}
		for day := max(dayOf(since), 0); day <= dayOf(until); day++ {
			for _, s := range dayTotals(bucket, day, p) {
				at := time.Unix(dayStart(day)+int64(s.n)*stepSeconds, 0).UTC()
				if !at.Before(since.Truncate(Step)) && at.Before(until) {
					out = append(out, TotalPoint{at, s.viewers, s.live, s.peak})
				}
			}
		}
		return nil
	})
	return out, err
}

func dayTotals(bucket *bbolt.Bucket, day int64, p live.Platform) []totalStep {
	key := totalKey('d', day, p)
	steps, _ := unpackTotals(key, bucket.Get(key))
	return steps
}
