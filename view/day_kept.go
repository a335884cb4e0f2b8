package view

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"time"
	"unique"

	"go.etcd.io/bbolt"

	"onair/live"
)

// A past day's summary is kept in its bucket, so that the first to look back after a start need not wait for whole days
// to be read. It goes with the day, and counts as much against the file's bound: 12,000 channels take half a megabyte. What
// is written to the day drops it; a commit makes it again.

// keySummary is its key.
var keySummary = []byte("s")

// summaryForm is the version of its form: one of another is made again.
const summaryForm = 1

// keepSummaries drops the summaries of days that the transaction writes to, and makes one that is missing: at most one a
// minute of log time, because it reads a whole day, and late pages may come for hours. Nothing is made in a full file.
func (st *Store) keepSummaries(tx *bbolt.Tx, now time.Time, full bool) error {
	days := tx.Bucket(bucketDays)
	for _, changed := range st.changes.pending {
		for _, day := range [...]int64{changed, changed + 1} { // the next one counts what it took over
			if bucket := days.Bucket(timeKey(day)); bucket != nil && bucket.Get(keySummary) != nil {
				if err := bucket.Delete(keySummary); err != nil {
					return err
				}
			}
		}
	}
	if full || now.IsZero() || now.Unix()/60 == st.summarised {
		return nil
	}
	st.summarised = now.Unix() / 60
	for day := dayOf(now) - 1; !tooOld(day, now); day-- {
		bucket := days.Bucket(timeKey(day))
		if bucket == nil {
			continue
		}
		if raw := bucket.Get(keySummary); len(raw) > 4 && raw[4] == summaryForm { // past its checksum
			continue
		}
		sum := newDayReader(tx, time.Unix(dayStart(day+1), 0)).summarise(day, nil)
		return bucket.Put(keySummary, seal(keySummary, packSummary(sum)))
	}
	return nil
}

// kept gives the stored summary of a past day.
func (r *dayReader) kept(day int64) (*daySummary, bool) {
	bucket := r.days.Bucket(timeKey(day))
	if bucket == nil {
		return nil, false
	}
	b, ok := unseal(keySummary, bucket.Get(keySummary))
	if !ok {
		return nil, false
	}
	return unpackSummary(day, b)
}

// packSummary writes the form's version, then platforms, categories, leaders and channels, each a number and that many
// records of texts and numbers. Equal summaries give equal bytes.
func packSummary(s *daySummary) []byte {
	b := make([]byte, 0, 4096+48*len(s.channels))
	b = append(b, summaryForm)
	number := func(n int64) { b = binary.AppendUvarint(b, uint64(n)) }
	text := func(s string) { b = appendPart(b, []byte(s)) }
	number(int64(len(s.platforms)))
	for _, p := range slices.Sorted(maps.Keys(s.platforms)) {
		text(string(p))
		number(int64(s.platforms[p].broadcasts))
		number(int64(s.platforms[p].carried))
	}
	number(int64(len(s.categories)))
	for _, id := range slices.Sorted(maps.Keys(s.categories)) {
		c := s.categories[id]
		text(id)
		text(c.called)
		number(int64(c.broadcasts))
		number(int64(c.carried))
		number(c.watched)
	}
	number(int64(len(s.leaders)))
	for _, id := range s.leaders {
		text(string(id.Platform))
		text(id.ID)
	}
	channels := slices.Clone(s.channels)
	slices.SortStableFunc(channels, func(x, y dayChannel) int {
		a, b := x.id.Value(), y.id.Value()
		return cmp.Or(strings.Compare(string(a.Platform), string(b.Platform)), strings.Compare(a.ID, b.ID))
	})
	number(int64(len(channels)))
	for i := range channels {
		c := &channels[i]
		id := c.id.Value()
		text(string(id.Platform))
		text(id.ID)
		number(c.watched)
		number(c.air)
		number(c.longest)
		number(c.peak)
	}
	return b
}

// unpackSummary reads it; false when it is of another form.
func unpackSummary(day int64, b []byte) (*daySummary, bool) {
	if len(b) == 0 || b[0] != summaryForm {
		return nil, false
	}
	b = b[1:]
	good := true
	number := func() int64 {
		n, size := binary.Uvarint(b)
		if size <= 0 || int64(n) < 0 {
			good, b = false, nil
			return 0
		}
		b = b[size:]
		return int64(n)
	}
	part := func() (p []byte) {
		var ok bool
		if p, b, ok = cutPart(b); !ok {
			good, b = false, nil
		}
		return p
	}
	// Most texts are the names of a few platforms, in runs.
	var platform live.Platform
	named := func() live.Platform {
		if p := part(); !bytes.Equal(p, []byte(platform)) {
			platform = live.Platform(p)
		}
		return platform
	}
	s := &daySummary{day: day, until: dayStart(day + 1), platforms: map[live.Platform]*dayCount{}, categories: map[string]*dayCategory{}}
	count := func() dayCount { return dayCount{int(number()), int(number())} }
	for n := number(); n > 0 && good; n-- {
		p, c := named(), count()
		s.platforms[p] = &c
	}
	for n := number(); n > 0 && good; n-- {
		id, called, c := string(part()), string(part()), count()
		s.categories[id] = &dayCategory{c, called, number()}
	}
	for n := number(); n > 0 && good; n-- {
		s.leaders = append(s.leaders, live.BroadcastID{Platform: named(), ID: string(part())})
	}
	n := number()
	s.channels = make([]dayChannel, 0, min(n, int64(len(b)/6)))
	for ; n > 0 && good; n-- {
		id := unique.Make(live.ChannelID{Platform: named(), ID: string(part())})
		s.channels = append(s.channels, dayChannel{id, number(), number(), number(), number()})
	}
	return s, good && len(b) == 0
}
