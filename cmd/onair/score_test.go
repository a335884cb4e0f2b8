package main

import (
	"math"
	"testing"
)

func TestScoreList(t *testing.T) {
	want := []truth{{"a:1", 1000}, {"a:2", 500}, {"a:3", 100}, {"a:4", 10}}
	for _, c := range []struct {
		name    string
		list    []string
		ndcg    float64
		overlap int
	}{
		{"perfect", []string{"a:1", "a:2", "a:3"}, 1, 3},
		{"empty", nil, 0, 0},
		{"swapped", []string{"a:2", "a:1", "a:3"}, (500 + 1000/math.Log2(3) + 50) / (1000 + 500/math.Log2(3) + 50), 3},
		{"one is over", []string{"a:9", "a:1", "a:2"}, (1000/math.Log2(3) + 250) / (1000 + 500/math.Log2(3) + 50), 2},
		{"doubled row", []string{"a:1", "a:1", "a:1"}, 1000 / (1000 + 500/math.Log2(3) + 50), 1},
	} {
		got := scoreList(c.list, want, 3)
		if math.Abs(got.ndcg-c.ndcg) > 1e-12 || got.overlap != c.overlap {
			t.Errorf("%s: %+v, want NDCG %v, overlap %d", c.name, got, c.ndcg, c.overlap)
		}
	}
}
