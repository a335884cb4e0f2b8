package aggregator

import (
	"math"
	"time"

	"onair/live"
)

// maxBuckets bounds what a hostile page can invent: the one platform that counts has two.
const maxBuckets = 8

// quota is what the pages of one day took from one bucket.
type quota struct {
	platform live.Platform
	bucket   string
	day      int64
	units    int64
}

// Spent is what the pages of today took from p's bucket; today began at midnight in Los Angeles, by log time.
func (s *State) Spent(p live.Platform, bucket string) int {
	for _, f := range s.platforms {
		if f.ID != p {
			continue
		}
		for _, q := range f.quotas {
			if q.bucket == bucket && q.day == pacificDay(s.logTime) {
				return int(q.units)
			}
		}
	}
	return 0
}

// spend counts a page's cost in the day in which it was asked. What belongs to an earlier day than the newest
// counted can change nothing any more.
func (s *State) spend(f *platform, c live.Cost, at time.Time) {
	if c.Units <= 0 || c.Bucket == "" {
		return
	}
	var q *quota
	for _, have := range f.quotas {
		if have.bucket == c.Bucket {
			q = have
		}
	}
	key := quotaKey(f.ID, c.Bucket)
	if q == nil {
		if len(f.quotas) >= maxBuckets {
			return
		}
		q = &quota{platform: f.ID, bucket: c.Bucket}
		f.quotas = append(f.quotas, q)
		s.store(key, q)
	}
	day := pacificDay(at)
	switch {
	case day < q.day:
		return
	case day > q.day:
		q.day, q.units = day, 0
	}
	q.units = min(q.units+int64(c.Units), math.MaxInt32)
	s.touch(key)
}

const (
	hour = 3600
	day  = 24 * hour
)

// pacificDay numbers the days of Los Angeles. It computes the rule of the United States since 2007 (summer time from
// the second Sunday of March to the first of November, both at 2:00) instead of asking the machine's time zone
// files, which may be missing or of another year on one of two nodes.
func pacificDay(t time.Time) int64 {
	u := t.Unix()
	offset := int64(-8 * hour)
	year := t.UTC().Year()
	spring := sunday(year, time.March, 8) + 10*hour   // 2:00 at UTC-8
	autumn := sunday(year, time.November, 1) + 9*hour // 2:00 at UTC-7
	if u >= spring && u < autumn {
		offset = -7 * hour
	}
	u += offset
	d := u / day
	if u%day < 0 {
		d--
	}
	return d
}

// sunday is the first Sunday on or after the date, at midnight UTC.
func sunday(year int, month time.Month, date int) int64 {
	t := time.Date(year, month, date, 0, 0, 0, 0, time.UTC)
	return t.Unix() + int64((7-int(t.Weekday()))%7)*day
}
