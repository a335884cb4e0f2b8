package aggregator

import (
	"slices"
	"time"
)

// A channel's baseline is what a stream of it usually draws: the median of the mean viewers of its last streams. A
// median, so that the one evening on which it was on television does not count; whole streams, so that the record is
// written once a stream. What a stream draws is summed up in the broadcast, whose record every observation writes
// anyway.
const (
	// maxStreams is how many streams the baseline remembers, and minStreams how many it needs: a channel that is seen
	// for the first time, or the second, is never hot.
	maxStreams = 8
	minStreams = 3
	// warmUp is how long a stream's counts are unstable after its start: they neither count nor make it hot.
	warmUp = 15 * time.Minute
	// minAir is how long a stream must have been counted, after its warm-up, to say anything about the channel.
	minAir = 15 * time.Minute
	// maxAir is how much of a stream counts as one: what runs for days (news, radio) is a stream each day, so that it
	// has a baseline too.
	maxAir = 24 * time.Hour
	// heldFor is how long a count stands for the time after it.
	heldFor = 10 * time.Minute

	// minHot keeps marks off small streams, where two viewers more are twice as many.
	minHot = 100
	// hotTimes the baseline is hot, if it is also hotSpread times the streams' usual distance from the baseline above
	// it: some channels draw 200 today and 3,000 tomorrow.
	hotTimes  = 2
	hotSpread = 3
	// maxHeat bounds what is shown; nobody tells 100 times from 1,000 times.
	maxHeat = 100_000
)

// air sums up the count that b had until now, in viewer-milliseconds. It is called before the newer one is taken over.
func (s *State) air(f *platform, b *broadcast, now time.Time) {
	from := b.ObservedAt
	if warm := b.began().Add(warmUp); warm.After(from) {
		from = warm
	}
	ms := min(now.Sub(from), heldFor).Milliseconds()
	if ms <= 0 || !b.Viewers.Known() {
		return
	}
	b.airSum += int64(b.Viewers) * ms
	b.airTime += ms
	if b.airTime >= maxAir.Milliseconds() {
		s.settle(f, b)
	}
}

// began is the start of the stream as far as anybody knows.
func (b *broadcast) began() time.Time {
	if !b.StartedAt.IsZero() && b.StartedAt.Before(b.FirstSeen) {
		return b.StartedAt
	}
	return b.FirstSeen
}

// settle adds the stream to its channel's baseline: when it was over for so long that no end can be taken back, or
// after a day of it.
func (s *State) settle(f *platform, b *broadcast) {
	if b.airTime >= minAir.Milliseconds() {
		c := s.channel(f, b.Channel)
		if len(c.streams) >= maxStreams {
			c.streams = append(c.streams[:0], c.streams[1:]...)
		}
		c.streams = append(c.streams, int32(b.airSum/b.airTime))
		for _, o := range s.onAir[c.ID] {
			s.compare(f, o)
		}
	}
	b.airSum, b.airTime = 0, 0
}

// baseline gives what a stream of the channel usually draws, and from how many viewers on one is hot; 0, 0 before
// there are enough streams.
func (c *channel) baseline() (base, bar int32) {
	if len(c.streams) < minStreams {
		return 0, 0
	}
	sorted := slices.Clone(c.streams)
	slices.Sort(sorted)
	base = max(sorted[len(sorted)/2], 1)
	var off int64
	for _, n := range sorted {
		off += max(int64(n-base), int64(base-n))
	}
	spread := int32(off / int64(len(sorted)))
	return base, max(minHot, hotTimes*base, base+hotSpread*spread) // below 200 million
}

// compare takes the baseline of b's channel over. It runs whenever either changes, so that a loaded state, which has
// only the channel's record, comes to the same.
func (s *State) compare(f *platform, b *broadcast) {
	b.base, b.bar = 0, 0
	if c := f.channels[b.Channel]; c != nil {
		b.base, b.bar = c.baseline()
	}
	b.warm()
}

// warm sets Heat from what b has.
func (b *broadcast) warm() {
	b.Heat = 0
	if b.base > 0 && b.Live() {
		b.Heat = int32(min(b.Viewers.Count()*1000/int64(b.base), maxHeat))
	}
}

// hot says which way b's count speaks: for the mark, against it, or neither.
func (b *broadcast) hot() (enter, leave bool) {
	v := b.Viewers.Count()
	return b.bar > 0 && v >= int64(b.bar) && b.ObservedAt.Sub(b.began()) >= warmUp, b.bar == 0 || v*4 < int64(b.bar)*3
}
