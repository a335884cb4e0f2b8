package planner

import (
	"time"

	"onair/live"
)

const (
	// watchEvery is the least time between two status checks of registered channels on a platform: six a minute, a tenth of
	// what a host is asked at most. A check holds as many channels as the platform takes.
	watchEvery = 10 * time.Second
	// watchAgain is how long one channel is left alone after a check: a start is then seen within five minutes while there are
	// few, and later while there are many.
	watchAgain = 5 * time.Minute
	// wholeFor is how long a complete pass over a whole site's list speaks for those that it did not list: above the slowest
	// sweep, so that one pass that broke off changes nothing.
	wholeFor = 25 * time.Minute
	watchKey = "watch"
)

// watched plans checks of registered channels that are not known to be live, where their being live could go unseen: the
// platform's list is a part of the site only, or no complete pass over it came to its end lately. Whoever waits longest is
// asked first.
func (w *warden) watched() []live.Job {
	registered := w.channels.Registered(w.id)
	if len(registered) == 0 || !w.find(live.KindList) {
		return nil
	}
	if !w.offer.Part && !w.state.LastPassAt.IsZero() && w.now.Sub(w.state.LastPassAt) < wholeFor {
		return nil // it would have been listed
	}
	if !w.find(live.KindStatus) || w.now.Sub(w.s.Sent.Job(w.id, watchKey)) < watchEvery || !w.affordable() {
		return nil
	}
	onAir := w.onAir()
	q := queue{epoch: w.s.Epoch}
	for _, c := range registered {
		at := w.s.Sent.Key(w.id, live.KindStatus, c.Channel.ID)
		if !onAir[c.Channel.ID] && w.now.Sub(at) >= watchAgain {
			q.add(c.Channel.ID, at)
		}
	}
	keys := q.first(max(w.offer.Batch, 1))
	if len(keys) == 0 {
		return nil
	}
	j := w.job(watchKey, live.KindStatus, time.Minute)
	j.Keys = keys
	return []live.Job{j}
}
