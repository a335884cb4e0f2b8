package tray

import (
	"cmp"
	"slices"
	"time"
)

// Why is what an alert is about.
type Why string

const (
	WhyLive     Why = "live"     // a favourite went live
	WhyHot      Why = "hot"      // far more viewers than usual
	WhyOver     Why = "over"     // got over the number in the rules
	WhyCategory Why = "category" // began in a category of the rules, or changed to it
)

// Alert is one thing worth saying.
type Alert struct {
	At     time.Time `json:"at"`
	Why    Why       `json:"why"`
	Over   int64     `json:"over,omitempty"` // WhyOver: the number
	Stream *Stream   `json:"stream"`
}

const (
	// maxGap: after a longer time without a list (sleep, no network) everything would seem new; what began meanwhile is
	// seen in the menu.
	maxGap = 10 * time.Minute
	// freshFor: what began longer ago is not news, it only came into sight (a hub that starts again, a growing stream).
	freshFor = 15 * time.Minute
	// perCreator keeps a stream that breaks off and begins again from being announced each time.
	perCreator = 10 * time.Minute
	// forget: a broadcast that was away so long and comes back counts as seen for the first time; bounds the memory.
	forget = 2 * time.Hour
)

// Watch notices what is worth an alert between one list and the next. The zero Watch is ready; the first list that it
// sees, and the first after a gap, only tell it what is. It is pure: times are given.
type Watch struct {
	casts   map[string]*seen // by broadcast
	creator map[string]time.Time
	last    time.Time // of the last list
}

type seen struct {
	at       time.Time
	viewers  int64
	category string
	hot      bool
	said     bool // over the number, once for each broadcast
}

// Reset makes the next list tell what is, not what is new.
func (w *Watch) Reset() { w.last = time.Time{} }

// Observe looks at a list. now is this machine's time, log the log's; speed is how fast the log's time goes.
func (w *Watch) Observe(now, log time.Time, speed float64, rows []*Stream, s *Settings) []Alert {
	now = now.Round(0) // the monotonic clock stands still while the machine sleeps
	if w.casts == nil {
		w.casts, w.creator = map[string]*seen{}, map[string]time.Time{}
	}
	quiet := w.last.IsZero() || now.Sub(w.last) > maxGap || now.Before(w.last.Add(-maxGap))
	w.last = now
	fresh := time.Duration(float64(freshFor) * max(1, speed))
	var out []Alert
	for _, r := range rows {
		why := w.look(now, r, s, func() bool { return r.Started.IsZero() || log.Sub(r.Started) <= fresh })
		if quiet || why == "" {
			continue
		}
		if at, ok := w.creator[r.Creator.ID]; ok && now.Sub(at) < perCreator {
			continue
		}
		w.creator[r.Creator.ID] = now
		a := Alert{At: now, Why: why, Stream: r}
		if why == WhyOver {
			a.Over = s.Alerts.Viewers
		}
		out = append(out, a)
	}
	w.prune(now)
	slices.SortStableFunc(out, func(a, b Alert) int { return cmp.Compare(rankOf(a.Why), rankOf(b.Why)) })
	return out
}

func rankOf(w Why) int { return slices.Index([]Why{WhyLive, WhyHot, WhyOver, WhyCategory}, w) }

// look takes one entry in and says what is new about it.
func (w *Watch) look(now time.Time, r *Stream, s *Settings, fresh func() bool) Why {
	var old *seen
	for _, c := range r.Casts {
		if o := w.casts[c.Key()]; o != nil && (old == nil || o.at.After(old.at)) {
			old = o
		}
	}
	is := seen{at: now, viewers: r.Viewers.Count(), category: r.Category.ID, hot: r.Hot}
	if old != nil {
		is.said = old.said
	}
	a := &s.Alerts
	var why Why
	if lv := s.levelOf(r); lv == Favourite || lv == Normal {
		begun := old == nil && fresh()
		wanted := r.Category.ID != "" && (slices.Contains(a.Categories, r.Category.ID) || slices.Contains(a.Categories, r.Category.Group))
		over := a.Viewers > 0 && is.viewers >= a.Viewers
		switch {
		case lv == Favourite && a.Live && begun:
			why = WhyLive
		case a.Hot && is.hot && (begun || old != nil && !old.hot):
			why = WhyHot
		case over && !is.said && (begun || old != nil && old.viewers < a.Viewers):
			why = WhyOver
		case wanted && (begun || old != nil && old.category != is.category):
			why = WhyCategory
		}
		is.said = is.said || over
	}
	for _, c := range r.Casts {
		if o := w.casts[c.Key()]; o != nil {
			*o = is
		} else {
			o := is
			w.casts[c.Key()] = &o
		}
	}
	return why
}

func (w *Watch) prune(now time.Time) {
	for k, o := range w.casts {
		if now.Sub(o.at) > forget {
			delete(w.casts, k)
		}
	}
	for k, at := range w.creator {
		if now.Sub(at) > perCreator {
			delete(w.creator, k)
		}
	}
}

// morning is the hour at which "until tomorrow" ends.
const morning = 6

// tomorrow is the morning after now, where now is; a night that is nearly over does not count.
func tomorrow(now time.Time) time.Time {
	at := time.Date(now.Year(), now.Month(), now.Day(), morning, 0, 0, 0, now.Location())
	if at.Sub(now) < time.Hour {
		at = time.Date(now.Year(), now.Month(), now.Day()+1, morning, 0, 0, 0, now.Location())
	}
	return at
}
