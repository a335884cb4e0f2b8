package planner

import (
	"slices"
	"time"

	"onair/live"
)

const (
	// browseAfter refusals in a row are a wall, not a bad moment.
	browseAfter = 3
	// browseEvery keeps the second way in rare: a browser costs the site and us some thirty times what the list costs.
	browseEvery = 5 * time.Minute
	// browsePages is what a browser reads at a page a second before it is killed (60 s), with room for a slow start.
	browsePages = 30
	// browseStale is how long such a job may wait for a worker, and browseDone when it is over for sure, so that what comes
	// after that is the probe's.
	browseStale = 2 * time.Minute
	browseDone  = 4 * time.Minute
	// probeEvery is how often one plain request asks whether the wall is still there; a block that is knocked on more often
	// lasts longer. probeWait is how long its answer is waited for.
	probeEvery = 10 * time.Minute
	probeWait  = time.Minute
)

// Keys of the jobs below.
const (
	browseKey = "browse"
	probeKey  = "probe"
)

// detour plans for a platform that refuses plain requests: its list through a browser, rarely, and a probe now and then. ok
// says that this is all that is to be asked of it now; otherwise the policy goes on as always. A policy calls it before its
// own back-off, which is about plain requests.
//
// Whether the wall is there is known from the log only as the platform's last errors, and a browser's good pages end a row
// of errors as well. So it is taken to stand from the first browser job on, until a plain probe has succeeded: pages that
// come while no browser is at work, after the probe was sent, are the probe's. A new leader knows no jobs and finds the wall
// by itself.
func detour(now time.Time, id live.Platform, offers []Offer, state Platform, s Situation) (jobs []live.Job, ok bool) {
	if state.Off || !browsable(id, offers, s.Presence) {
		return nil, false
	}
	browsed, probed := s.Sent.Job(id, browseKey), s.Sent.Job(id, probeKey)
	if !walled(state, browsed, probed) {
		return nil, false
	}
	if latest := state.LastErrorAt.Add(retryMax); now.Before(state.RetryAt) && now.Before(latest) {
		return nil, true // they said when to come back; that holds for every way in
	}
	answered := state.LastErrorAt.After(probed) || state.LastPageAt.After(probed)
	switch {
	case probed.After(browsed) && !answered && now.Sub(probed) < probeWait:
	case !browsed.IsZero() && now.Sub(browsed) >= browseDone && now.Sub(probed) >= probeEvery:
		jobs = append(jobs, live.Job{
			Platform: id, Key: probeKey, Kind: live.KindList, Class: live.ClassPlain, Pages: 1, NotAfter: now.Add(probeWait),
		})
	case now.Sub(browsed) >= browseEvery:
		jobs = append(jobs, live.Job{
			Platform: id, Key: browseKey, Kind: live.KindList, Class: live.ClassBrowser, Pages: browsePages, NotAfter: now.Add(browseStale),
		})
	}
	return jobs, true
}

// walled reports whether plain requests are to be taken for refused. The times are those of the last browser job and of the
// last probe.
func walled(s Platform, browsed, probed time.Time) bool {
	switch {
	case s.Errors >= browseAfter && s.LastError.Err() == live.ErrBlocked: //nolint:errorlint // a class, not a chain
		return true
	case browsed.IsZero():
		return false
	case probed.After(browsed):
		return !s.LastPageAt.After(probed)
	}
	return true
}

// browsable reports whether p's list can be had from a browser and a worker that is there has one. Unknown workers are none:
// without a browser the job would only wait.
func browsable(p live.Platform, offers []Offer, workers []live.Presence) bool {
	return slices.ContainsFunc(offers, func(o Offer) bool { return o.Kind == live.KindList && o.Browser }) &&
		slices.ContainsFunc(workers, func(w live.Presence) bool {
			return slices.Contains(w.Platforms, p) && slices.Contains(w.Classes, live.ClassBrowser)
		})
}
