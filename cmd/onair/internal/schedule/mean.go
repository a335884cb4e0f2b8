package schedule

// Gain is how many times smaller each error of the second score is. Requests is the second over the first.
type Gain struct {
	NDCG50   float64 `json:"ndcg50_error"`
	NDCG200  float64 `json:"ndcg200_error"`
	Top200   float64 `json:"viewer_error_top200"`
	All      float64 `json:"viewer_error_all"`
	Age      float64 `json:"age_top50_s"`
	Entry    float64 `json:"entry_median_s"`
	Ended    float64 `json:"ended_median_s"`
	Start    float64 `json:"start_p90_s"`
	Requests float64 `json:"requests"`
}

// Over compares two scores.
func Over(a, b Score) Gain {
	by := func(x, y float64) float64 {
		if y == 0 {
			return 0
		}
		return x / y
	}
	return Gain{
		by(a.NDCG50, b.NDCG50), by(a.NDCG200, b.NDCG200), by(a.Top200, b.Top200), by(a.All, b.All), by(a.Age, b.Age),
		by(a.Entry, b.Entry), by(a.Ended, b.Ended), by(a.Start, b.Start), by(float64(b.Requests), float64(a.Requests)),
	}
}

// Mean takes the mean of each player's scores over evenings. Requests are those of one evening.
func Mean(evenings [][]Score) []Score {
	n := float64(len(evenings))
	var out []Score
	for i := range evenings[0] {
		m := Score{Name: evenings[0][i].Name, Kinds: map[string]int{}, Errors: map[string]int{}, Events: map[string]int{}, Ages: map[string]float64{}}
		for _, e := range evenings {
			s := e[i]
			for _, f := range []struct {
				sum *float64
				v   float64
			}{
				{&m.NDCG50, s.NDCG50}, {&m.NDCG200, s.NDCG200}, {&m.Top200, s.Top200}, {&m.All, s.All}, {&m.Age, s.Age},
				{&m.Entry, s.Entry}, {&m.Ended, s.Ended}, {&m.Start, s.Start}, {&m.EntryP90, s.EntryP90}, {&m.EndedP90, s.EndedP90},
				{&m.StartMedian, s.StartMedian}, {&m.Offline, s.Offline}, {&m.Budget, s.Budget},
			} {
				*f.sum += f.v / n
			}
			for p, age := range s.Ages {
				m.Ages[p] += age / n
			}
			m.Requests += s.Requests
			m.HTTP += s.HTTP
			for _, x := range []struct{ to, from map[string]int }{{m.Kinds, s.Kinds}, {m.Errors, s.Errors}, {m.Events, s.Events}} {
				for k, v := range x.from {
					x.to[k] += v
				}
			}
		}
		m.Requests /= len(evenings)
		m.HTTP /= len(evenings)
		out = append(out, m)
	}
	return out
}
