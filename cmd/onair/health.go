package main

import (
	"fmt"
	"time"

	"onair/api"
	"onair/view"
)

// problems is what /readyz tells: of the log, which has been still for so long, of the follower, and of each platform that does not answer. A node whose data is not
// fresh from any platform is not ready: readers are better served by another.
func problems(f view.Health, s *view.Snapshot, still time.Duration) []api.Problem {
	var list []api.Problem
	if still > stillFor {
		list = append(list, api.Problem{Part: "log", Detail: fmt.Sprintf("nothing came for %v", still.Round(time.Second)), Unready: true})
	}
	if f.CommitError != "" {
		list = append(list, api.Problem{Part: "store", Detail: f.CommitError})
	}
	if f.Aside > 0 {
		list = append(list, api.Problem{Part: "log", Detail: fmt.Sprintf("%d pages could not be read and are kept aside", f.Aside)})
	}
	if s == nil {
		return list // the API says so itself
	}
	on, fresh := 0, 0
	for _, p := range s.Platforms {
		if p.State == view.StatusOff {
			continue
		}
		on++
		if p.State != view.StatusDown && !p.LastPageAt.IsZero() {
			fresh++
		}
		if p.State != view.StatusOK {
			list = append(list, api.Problem{Part: string(p.Info.ID), Detail: p.Reason})
		}
	}
	switch {
	case on == 0:
		list = append(list, api.Problem{Part: "data", Detail: "every platform is off", Unready: true})
	case fresh == 0:
		list = append(list, api.Problem{Part: "data", Detail: "no platform has answered lately", Unready: true})
	}
	return list
}
