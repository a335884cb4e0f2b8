package main

import (
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"

	"onair/classify"
)

// verdict is what a model that has not seen the row's channel says of it.
type verdict struct {
	*row
	guess  int
	margin int64
}

// crossValidate judges every row with a model learnt without its channel.
func crossValidate(rows []row, by [classify.Sites]settings, folds int) []verdict {
	part := make([]int, len(rows))
	for i := range rows {
		h := fnv.New64a()
		fmt.Fprintf(h, "%d %s", by[0].seed, rows[i].channel)
		part[i] = int(h.Sum64() >> 33 % uint64(folds))
	}
	out := make([]verdict, len(rows))
	var wait sync.WaitGroup
	for fold := range folds {
		wait.Go(func() {
			var train []row
			for i := range rows {
				if part[i] != fold {
					train = append(train, rows[i])
				}
			}
			models := learnAll(train, by)
			for i := range rows {
				if part[i] == fold {
					out[i] = judge(models[rows[i].site()], &rows[i])
				}
			}
		})
	}
	wait.Wait()
	return out
}

// learnAll learns each site's model. All rows teach all of them, the other site's less.
func learnAll(rows []row, by [classify.Sites]settings) (models [classify.Sites]*classify.Model) {
	for site, s := range by {
		models[site] = learn(rows, s).quantise()
	}
	return models
}

func judge(m *classify.Model, r *row) verdict {
	z := m.Logits(r.features)
	best := 0
	for c := range z {
		if z[c] > z[best] {
			best = c
		}
	}
	margin := int64(1 << 62)
	for c := range z {
		if c != best {
			margin = min(margin, z[best]-z[c])
		}
	}
	return verdict{r, best, margin}
}

// ladder is the share of right answers by distance, made monotone: a wider distance never gives a lower confidence.
func ladder(judged []verdict) (out [classify.Sites][classify.LadderSteps]int16) {
	for site := range out {
		var right, all [classify.LadderSteps]int
		for _, v := range judged {
			if v.site() != site || site == 1 && v.source == "yt_kr_channels_2023" {
				continue
			}
			step := min(int(v.margin/classify.LadderStep), classify.LadderSteps-1)
			all[step]++
			if v.guess == v.class {
				right[step]++
			}
		}
		// Pool neighbours that are out of order, and shrink small pools towards a coin.
		type pool struct{ from, right, all int }
		var pools []pool
		rate := func(p pool) float64 { return float64(p.right+1) / float64(p.all+2) }
		for i := range all {
			pools = append(pools, pool{i, right[i], all[i]})
			for n := len(pools); n > 1 && rate(pools[n-2]) >= rate(pools[n-1]); n = len(pools) {
				last := pools[n-1]
				pools = pools[:n-1]
				pools[n-2].right += last.right
				pools[n-2].all += last.all
			}
		}
		for i := range all {
			for _, p := range slices.Backward(pools) {
				if p.from <= i {
					out[site][i] = int16(1000 * rate(p))
					break
				}
			}
		}
	}
	return out
}

// report prints accuracy, macro-F1, the precision of the surest half and what the program would show, by source.
func report(w io.Writer, judged []verdict) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "source\trows\taccuracy\tby channel\tmacro-F1\tprec@50%\tcover@.90\tsure\tprec sure\t")
	steps := ladder(judged)
	for _, source := range []string{"", "yt_trending", "yt_trending_2020", "yt_trending_2018", "yt_kr_channels_2023", "chzzk_vod"} {
		var some []verdict
		for _, v := range judged {
			if strings.HasPrefix(v.source, source) {
				some = append(some, v)
			}
		}
		if len(some) == 0 {
			continue
		}
		right := 0
		perChannel := map[string][2]int{}
		for _, v := range some {
			c := perChannel[v.channel]
			c[1]++
			if v.guess == v.class {
				right++
				c[0]++
			}
			perChannel[v.channel] = c
		}
		mean := 0.0
		for _, c := range perChannel {
			mean += float64(c[0]) / float64(c[1])
		}
		slices.SortStableFunc(some, func(a, b verdict) int { return int(min(1, max(-1, b.margin-a.margin))) })
		half, covered, good, sure, sureRight := 0.0, 0, 0, 0, 0
		for i, v := range some {
			shown := steps[v.site()][min(int(v.margin/classify.LadderStep), classify.LadderSteps-1)] >= classify.SureFrom
			if shown {
				sure++
			}
			if v.guess == v.class {
				good++
				if shown {
					sureRight++
				}
			}
			if i+1 == (len(some)+1)/2 {
				half = float64(good) / float64(i+1)
			}
			if float64(good) >= .9*float64(i+1) {
				covered = i + 1
			}
		}
		fmt.Fprintf(t, "%s\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t\n", source, len(some), float64(right)/float64(len(some)), mean/float64(len(perChannel)), macroF1(some), half, float64(covered)/float64(len(some)), float64(sure)/float64(len(some)), float64(sureRight)/float64(max(1, sure)))
	}
	t.Flush()
}

// confusion prints which group was taken for which on one source.
func confusion(w io.Writer, judged []verdict, source string) {
	var table [classify.Classes][classify.Classes]int
	for _, v := range judged {
		if strings.HasPrefix(v.source, source) {
			table[v.class][v.guess]++
		}
	}
	t := tabwriter.NewWriter(w, 0, 0, 1, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, source, "\t")
	for _, g := range classify.Groups() {
		fmt.Fprint(t, g.ID[:min(5, len(g.ID))], "\t")
	}
	fmt.Fprintln(t)
	for c, g := range classify.Groups() {
		fmt.Fprint(t, g.ID, "\t")
		for _, n := range table[c] {
			fmt.Fprint(t, n, "\t")
		}
		fmt.Fprintln(t)
	}
	t.Flush()
}

// macroF1 is the mean over the groups that have rows.
func macroF1(some []verdict) float64 {
	var hit, said, is [classify.Classes]int
	for _, v := range some {
		said[v.guess]++
		is[v.class]++
		if v.guess == v.class {
			hit[v.class]++
		}
	}
	sum, n := 0.0, 0
	for c := range is {
		if is[c] > 0 {
			n++
			sum += 2 * float64(hit[c]) / float64(said[c]+is[c])
		}
	}
	return sum / float64(n)
}
