package schedule

import (
	"slices"
	"time"
)

// Score is one player's evening, under the names that the comparison is printed with.
type Score struct {
	Name        string             `json:"name"`
	NDCG50      float64            `json:"ndcg50_error"`        // 1−NDCG@50, mean
	NDCG200     float64            `json:"ndcg200_error"`       // 1−NDCG@200, mean
	Top200      float64            `json:"viewer_error_top200"` // |shown−true| over true, of the true first 200
	All         float64            `json:"viewer_error_all"`    // the same of all
	Age         float64            `json:"age_top50_s"`         // mean age of the counts of the list's first 50
	Entry       float64            `json:"entry_median_s"`
	Ended       float64            `json:"ended_median_s"`
	Start       float64            `json:"start_p90_s"`
	EntryP90    float64            `json:"entry_p90_s"`
	EndedP90    float64            `json:"ended_p90_s"`
	StartMedian float64            `json:"start_median_s"`
	Offline     float64            `json:"offline_top200"` // rows of the list's first 200 that are over, mean share
	Requests    int                `json:"requests"`       // pages asked for, checks and searches too
	HTTP        int                `json:"http_requests"`  // what the platforms saw
	Kinds       map[string]int     `json:"requests_by_kind,omitempty"`
	Errors      map[string]int     `json:"errors,omitempty"`
	Ages        map[string]float64 `json:"age_top50_by_platform_s,omitempty"`
	Budget      float64            `json:"budget"` // where steering ended
	Events      map[string]int     `json:"events,omitempty"`
}

func (t *tally) result(end time.Time, s *seat) Score {
	n := float64(max(t.n, 1))
	entries, ends := slices.Clone(t.entries), slices.Clone(t.ends)
	var starts []float64
	for _, x := range t.stories {
		if !x.entering.IsZero() {
			entries = append(entries, end.Sub(x.entering).Seconds())
		}
		if !x.ending.IsZero() {
			ends = append(ends, end.Sub(x.ending).Seconds())
		}
		if x.large && !x.began.IsZero() && x.began.Before(end.Add(-startSettle)) {
			if x.shownAt.IsZero() {
				x.shownAt = end.Add(never)
			}
			starts = append(starts, max(x.shownAt.Sub(x.began).Seconds(), 0))
		}
	}
	out := Score{
		Name: s.player.Name, NDCG50: t.ndcg50 / n, NDCG200: t.ndcg200 / n, Top200: t.top200 / n, All: t.all / n, Age: t.age / n,
		Entry: quantile(entries, .5), Ended: quantile(ends, .5), Start: quantile(starts, .9),
		EntryP90: quantile(entries, .9), EndedP90: quantile(ends, .9), StartMedian: quantile(starts, .5),
		Offline: t.offline / n / top, Requests: s.pipeline.requests, HTTP: s.transport.requests, Kinds: s.pipeline.kinds,
		Budget: s.budget, Errors: map[string]int{},
		Events: map[string]int{"entries": len(entries), "ends": len(ends), "starts": len(starts)},
	}
	out.Ages = map[string]float64{}
	for p, sum := range t.agesOf {
		out.Ages[string(p)] = sum / t.agesN[p]
		out.Events[string(p)+" in top 50"] = int(t.agesN[p] / n)
	}
	for class, n := range s.pipeline.errors {
		out.Errors[string(class)] += n
	}
	return out
}

func quantile(x []float64, q float64) float64 {
	if len(x) == 0 {
		return 0
	}
	slices.Sort(x)
	return x[min(int(q*float64(len(x))), len(x)-1)]
}
