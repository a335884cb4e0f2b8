package planner

import (
	"time"

	"onair/live"
)

const (
	// describeEvery is the least time between two requests for descriptions on a platform: three a minute, a twentieth of what
	// a host is asked at most. A thousand Chzzk channels, one a request, are described within six hours.
	describeEvery = 20 * time.Second
	// describeCosts is that where a daily budget counts them: at most 480 of YouTube's 10,000 units.
	describeCosts = 3 * time.Minute
	// describePart is how much longer a request that could hold more waits for company.
	describePart = 5
	// describeAgain is how long a channel that was asked about and did not answer is left alone.
	describeAgain = keepSent
	describeKey   = "describe"
)

// describe plans one request about channels that are live and that nobody has described, the most watched first.
func (w *warden) describe() []live.Job {
	if !w.find(live.KindChannel) {
		return nil
	}
	every := describeEvery
	if w.offer.Cost.Units > 0 {
		every = describeCosts
	}
	since := w.now.Sub(w.s.Sent.Job(w.id, describeKey))
	if since < every || !w.affordable() {
		return nil
	}
	batch := max(w.offer.Batch, 1)
	var keys []string
	for _, id := range w.channels.Undescribed(w.id) {
		if w.now.Sub(w.s.Sent.Key(w.id, live.KindChannel, id)) < describeAgain {
			continue
		}
		if keys = append(keys, id); len(keys) == batch {
			break
		}
	}
	if len(keys) == 0 || len(keys) < batch && since < every*describePart {
		return nil
	}
	j := w.job(describeKey, live.KindChannel, time.Minute)
	j.Keys = keys
	return []live.Job{j}
}
