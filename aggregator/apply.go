package aggregator

import (
	"time"

	"onair/live"
)

const (
	// maxGap is how much of the time between two messages counts as passed for expiry: three ticks of 10 s. While
	// the hub is down nobody ticks, and what nobody could observe must not expire when it returns.
	maxGap = 30 * time.Second
	// maxAge is how far behind log time a page may be to touch the list. Workers put pages older than 2 minutes into
	// the late lane; one that does not could else bring back what ended and was forgotten.
	maxAge = 10 * time.Minute
	// maxFed is how much of the time between two pages counts as "pages kept arriving": above the slowest sweep's
	// pause, below anything that must be called silence.
	maxFed = 10 * time.Minute
	// precision is what stored times keep; the broker's nanoseconds order nothing that the sequence does not.
	precision = time.Microsecond
)

// Apply folds one message. p is nil for a tick, and for a message that was kept aside: then the position advances and
// nothing else. Messages at or before Position are ignored.
//
// Log time is the running maximum of the broker's timestamp less the observation's age, or of the stamped time where
// the log is virtual. Expiry runs on active time, which grows by at most maxGap per message, so that a pause of the
// hub does not count.
func (s *State) Apply(m *live.Message, p *live.Page) Effects {
	if m.Seq <= s.position {
		return Effects{}
	}
	s.position = m.Seq
	s.touch(headKey)
	if p == nil && !m.Tick {
		return Effects{}
	}
	minute := s.minute
	at, rankings := s.advance(m)
	if s.logTime.IsZero() { // a message without a time before any other
		return Effects{}
	}
	e := Effects{At: at, Rankings: rankings}
	if !m.Tick {
		e.Points = points(p, at)
		s.page(m, p, at)
	}
	if m.Tick || s.minute != minute {
		s.expire(m.Seq)
	}
	if s.minute/60 != minute/60 {
		s.expireChannels()
	}
	return e
}

// advance moves the clocks. It gives the time at which the message's page was observed, never after log time, and the
// ranking of a minute that ended.
func (s *State) advance(m *live.Message) (time.Time, []Ranking) {
	var rankings []Ranking
	now, at := m.At, m.At
	if !s.virtual {
		age := max(m.Age, 0) // a negative one would put log time ahead of the broker
		now = m.Time.Add(-age)
		if m.Time.After(s.broker) {
			s.broker = m.Time.UTC().Truncate(precision)
		}
		// While the broker's clock stands behind an earlier reading, order by sequence, not by the lower readings:
		// else every page would be older than what is shown until the clock catches up.
		at = s.broker.Add(-age)
	}
	now = now.UTC().Truncate(precision)
	if now.After(s.logTime) && now.Unix() > 0 {
		if s.logTime.IsZero() {
			s.minute = now.Unix() / 60
		} else {
			gap := now.Sub(s.logTime)
			s.active += min(gap, maxGap)
			rankings = s.passMinutes(now.Unix()/60, gap, m.Seq)
		}
		s.logTime = now
	}
	at = at.UTC().Truncate(precision)
	if at.After(s.logTime) || at.Unix() <= 0 {
		return s.logTime, rankings
	}
	return at, rankings
}

// points gives the page's known counts.
func points(p *live.Page, at time.Time) []Point {
	if len(p.Observations) == 0 || !p.OK() {
		return nil
	}
	out := make([]Point, 0, len(p.Observations))
	for i := range p.Observations {
		if o := &p.Observations[i]; o.Viewers.Known() {
			out = append(out, Point{live.BroadcastID{Platform: p.Platform, ID: o.ID}, o.Channel, at, o.Viewers})
		}
	}
	return out
}

// page folds a page that was observed at the given time.
func (s *State) page(m *live.Message, p *live.Page, at time.Time) {
	f := s.platform(p.Platform)
	if f == nil {
		return
	}
	s.spend(f, p.Cost, at)
	stale := !s.virtual && at.Before(s.logTime.Add(-maxAge)) // virtual minutes are short: a moment's backlog is no age
	if m.Lane.Name == live.LaneLate || stale || p.Error == live.ClassOf(live.ErrCanceled) {
		return
	}
	if p.OK() || !aside(p.Kind) {
		f.note(p, at, m.Seq)
	}
	f.place(p, at)
	s.touch(platformKey(f.ID))
	switch {
	case p.Kind == live.KindChannel:
		s.describe(f, p, at)
		return
	case !p.OK():
		s.walk(f, m, p, at)
		return
	}
	if feeds(p) {
		f.fed += min(s.active-f.fedAt, maxFed)
		f.fedAt = s.active
	}
	for i := range p.Observations {
		s.observe(f, p, &p.Observations[i], at, m.Seq)
	}
	if p.Coverage == live.CoverAsked {
		for i := range p.Answers {
			s.answer(f, p, &p.Answers[i], at, m.Seq)
		}
	}
	for _, found := range p.Found {
		s.find(f, found, at)
	}
	s.walk(f, m, p, at)
}

// aside reports kinds of request whose failure says nothing about the platform's lists: feeds and descriptions come from
// other doors, and one that is shut must not have the platform taken for out of order.
func aside(k live.Kind) bool { return k == live.KindFeed || k == live.KindChannel }

// feeds reports whether the page is of the kind that shows broadcasts in general: its arrival is what makes a
// broadcast that does not appear "unseen". Searches and checks of single channels are not; an empty list says
// nothing either.
func feeds(p *live.Page) bool {
	return p.Coverage == live.CoverList && len(p.Observations) > 0 || p.Coverage == live.CoverAsked && p.Kind == live.KindRefresh
}

// note keeps the platform's health. Pages that arrive out of order do not turn it back.
func (f *platform) note(p *live.Page, at time.Time, seq uint64) {
	newest := !at.Before(f.LastPageAt) && !at.Before(f.LastErrorAt)
	f.ChangedSeq = seq
	if p.Kind == live.KindSearch && at.After(f.LastSearchAt) {
		f.LastSearchAt = at
	}
	if !p.OK() {
		if at.After(f.LastErrorAt) {
			f.LastErrorAt = at
		}
		if newest {
			f.LastError, f.ErrorText = p.Error, p.ErrorText
			f.Errors++
			f.RetryAt = time.Time{}
			if p.RetryAfter > 0 {
				f.RetryAt = at.Add(time.Duration(min(p.RetryAfter, maxRetry.Milliseconds())) * time.Millisecond)
			}
		}
		return
	}
	if at.After(f.LastPageAt) {
		f.LastPageAt = at
	}
	if newest {
		f.LastError, f.ErrorText, f.Errors, f.RetryAt = "", "", 0, time.Time{}
		if p.Total > 0 {
			f.Total = p.Total
		}
	}
}

// maxRetry keeps a platform's nonsense from overflowing a time.
const maxRetry = 24 * time.Hour
