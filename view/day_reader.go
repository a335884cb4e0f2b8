package view

import (
	"bytes"
	"time"

	"go.etcd.io/bbolt"

	"onair/live"
)

// dayReader reads Korean days out of one transaction: steps, and the hours that are not steps yet.
type dayReader struct {
	days, hours, totals *bbolt.Bucket
	until               int64 // seconds since 1970: what is later is not told
	held                map[int64]*oneDay
}

func newDayReader(tx *bbolt.Tx, until time.Time) *dayReader {
	return &dayReader{tx.Bucket(bucketDays), tx.Bucket(bucketHistory), tx.Bucket(bucketTotals), until.Unix(), map[int64]*oneDay{}}
}

// oneDay is the buckets of a day.
type oneDay struct {
	day   int64
	start int64         // seconds since 1970
	steps *bbolt.Bucket // nil when there are none
	walk  *bbolt.Cursor // of told
	hours []hourBucket  // the oldest first
}

type hourBucket struct {
	base   int // second of the day
	bucket *bbolt.Bucket
}

func (r *dayReader) day(day int64) *oneDay {
	if d := r.held[day]; d != nil {
		return d
	}
	d := &oneDay{day: day, start: dayStart(day), steps: r.days.Bucket(timeKey(day))}
	for hour := d.start / 3600; hour < d.start/3600+24; hour++ {
		if b := r.hours.Bucket(timeKey(hour)); b != nil {
			d.hours = append(d.hours, hourBucket{int(hour*3600 - d.start), b})
		}
	}
	r.held[day] = d
	return d
}

// addHour adds an hour's points to a broadcast's steps.
func (r *dayReader) addHour(d *oneDay, h hourBucket, steps []dayStep, points []historyPoint) []dayStep {
	for _, p := range points {
		if second := h.base + int(p.second); d.start+int64(second) < r.until {
			steps = addStep(steps, second, p.viewers)
		}
	}
	return steps
}

// broadcast gives the steps of one broadcast; none when the day does not know it.
func (r *dayReader) broadcast(d *oneDay, id live.BroadcastID) (channel string, steps []dayStep) {
	key := broadcastKey(id)
	if d.steps != nil {
		channel, steps, _ = unpackDay(key, d.steps.Get(key))
	}
	for _, h := range d.hours {
		if c, points, ok := unpackHour(key, h.bucket.Get(key)); ok {
			channel = c
			steps = r.addHour(d, h, steps, points)
		}
	}
	return channel, steps
}

// broadcastsOf lists the channel's broadcasts of the day.
func (r *dayReader) broadcastsOf(d *oneDay, ch live.ChannelID) []live.BroadcastID {
	var list []live.BroadcastID
	seen := map[string]bool{}
	add := func(bucket *bbolt.Bucket) {
		for _, id := range broadcastsOf(bucket, ch) {
			if !seen[id.ID] {
				seen[id.ID] = true
				list = append(list, id)
			}
		}
	}
	if d.steps != nil {
		add(d.steps)
	}
	for _, h := range d.hours {
		add(h.bucket)
	}
	return list
}

// told gives what the broadcast said of itself by the end of the day.
func (d *oneDay) told(id live.BroadcastID) (Told, bool) {
	if d.steps == nil {
		return Told{}, false
	}
	key := toldKey(id)
	if d.walk == nil {
		d.walk = d.steps.Cursor()
		d.walk.Seek(prefixTold)
	}
	// Who reads a whole day asks in the order of the keys: the next one is nearly always the one.
	at, raw := d.walk.Next()
	if !bytes.Equal(at, key) {
		if at, raw = d.walk.Seek(key); !bytes.Equal(at, key) {
			return Told{}, false
		}
	}
	return readTold(key, raw)
}

// each visits every broadcast of the day once. key is its broadcastKey, good until fn returns, and so are the steps.
func (r *dayReader) each(d *oneDay, fn func(key []byte, channel string, steps []dayStep)) {
	type begun struct {
		channel string
		steps   []dayStep
	}
	open := map[string]*begun{} // what the hours know
	for _, h := range d.hours {
		cursor := h.bucket.Cursor()
		for key, raw := cursor.Seek(prefixBroadcast); bytes.HasPrefix(key, prefixBroadcast); key, raw = cursor.Next() {
			channel, points, ok := unpackHour(key, raw)
			if !ok {
				continue
			}
			b := open[string(key)]
			if b == nil {
				b = &begun{channel: channel}
				open[string(key)] = b
			}
			b.steps = r.addHour(d, h, b.steps, points)
		}
	}
	if d.steps != nil {
		var steps []dayStep
		cursor := d.steps.Cursor()
		for key, raw := cursor.Seek(prefixBroadcast); bytes.HasPrefix(key, prefixBroadcast); key, raw = cursor.Next() {
			channel, packed, ok := unpackChannel(key, raw)
			if !ok {
				continue
			}
			if steps, ok = unpackSteps(steps[:0], packed); !ok || len(steps) == 0 {
				continue
			}
			if b := open[string(key)]; b != nil {
				for _, s := range b.steps {
					steps = mergeStep(steps, s)
				}
				delete(open, string(key))
			}
			fn(key, channel, steps)
		}
	}
	for key, b := range open {
		if len(b.steps) > 0 {
			fn([]byte(key), b.channel, b.steps)
		}
	}
}

// mergeStep adds a step that an hour has to those of the day. They overlap only where a state was folded again: then the
// day's is kept.
func mergeStep(steps []dayStep, s dayStep) []dayStep {
	for i := len(steps) - 1; i >= 0; i-- {
		if steps[i].n == s.n {
			return steps
		}
		if steps[i].n < s.n {
			return append(steps[:i+1], append([]dayStep{s}, steps[i+1:]...)...)
		}
	}
	return append([]dayStep{s}, steps...)
}
