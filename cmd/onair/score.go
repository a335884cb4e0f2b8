package main

import "math"

// score says how well a list agrees with the truth.
type score struct {
	ndcg    float64 // normalised discounted cumulative gain at k, gains being true viewers
	overlap int     // how many of the true first k the list has among its first k
}

// truth is one broadcast as it really is, in true order.
type truth struct {
	id      string // "platform:id"
	viewers int64
}

// scoreList compares the first k of a list of ids with the true order. An id that is not in the truth (over, or never
// there) gains nothing.
func scoreList(list []string, want []truth, k int) score {
	gain := make(map[string]int64, len(want))
	top := make(map[string]bool, k)
	var ideal float64
	for i, t := range want {
		gain[t.id] = t.viewers
		if i < k {
			top[t.id] = true
			ideal += float64(t.viewers) / math.Log2(float64(i)+2)
		}
	}
	var s score
	var got float64
	seen := map[string]bool{}
	for i, id := range list {
		if i == k {
			break
		}
		if seen[id] {
			continue // a doubled row gains once
		}
		seen[id] = true
		got += float64(gain[id]) / math.Log2(float64(i)+2)
		if top[id] {
			s.overlap++
		}
	}
	if ideal > 0 {
		s.ndcg = got / ideal
	}
	return s
}
