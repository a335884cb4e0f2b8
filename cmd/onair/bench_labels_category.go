package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"onair/classify"
)

// categoryReport is what --json prints for --kind category.
type categoryReport struct {
	Overall categoryScore            `json:"overall"`
	Sources map[string]categoryScore `json:"sources"`
}

// categoryScore compares groups. Shares are 0 to 1.
type categoryScore struct {
	Rows      int     `json:"rows"`
	Accuracy  float64 `json:"accuracy"`
	ByChannel float64 `json:"accuracy_by_channel"` // mean over channels, so that a big one does not decide
	MacroF1   float64 `json:"macro_f1"`            // mean over the groups that have rows
	// Coverage is the share of rows that the classifier is sure about, and PrecisionCovered how many of those are right.
	Coverage         float64 `json:"coverage"`
	PrecisionCovered float64 `json:"precision_covered"`
	// PrecisionHalf is the share of right answers among the half with the highest confidence, rows of equal confidence
	// counted at their mean.
	PrecisionHalf float64                   `json:"precision_at_half"`
	Groups        map[string]groupScore     `json:"groups"`
	Confusion     map[string]map[string]int `json:"confusion"` // label, then prediction
	channels      map[string]languageReason // rows and right ones
	confidence    map[int]languageReason    // by permille
}

type groupScore struct {
	Rows      int     `json:"rows"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

func scoreCategories(rows []labelledRow, said []classify.Suggestion) *categoryReport {
	sources := map[string][]int{}
	all := make([]int, len(rows))
	for i := range rows {
		all[i] = i
		sources[rows[i].Src] = append(sources[rows[i].Src], i)
		if strings.HasPrefix(rows[i].Src, "yt_trending") {
			sources["yt_trending*"] = append(sources["yt_trending*"], i)
		}
	}
	r := &categoryReport{Overall: scoreGroup(rows, said, all), Sources: map[string]categoryScore{}}
	delete(sources, "")
	for source, some := range sources {
		r.Sources[source] = scoreGroup(rows, said, some)
	}
	return r
}

func scoreGroup(rows []labelledRow, said []classify.Suggestion, some []int) categoryScore {
	s := categoryScore{Rows: len(some), Groups: map[string]groupScore{}, Confusion: map[string]map[string]int{}, channels: map[string]languageReason{}, confidence: map[int]languageReason{}}
	right, sure, sureRight := 0, 0, 0
	for _, i := range some {
		label, guess := rows[i].Category, string(said[i].Category.Group)
		if s.Confusion[label] == nil {
			s.Confusion[label] = map[string]int{}
		}
		s.Confusion[label][guess]++
		hit := 0
		if label == guess {
			hit = 1
		}
		right += hit
		if said[i].Sure {
			sure++
			sureRight += hit
		}
		c, p := s.channels[rows[i].Chkey], s.confidence[said[i].Confidence]
		s.channels[rows[i].Chkey] = languageReason{c.Rows + 1, c.Right + hit}
		s.confidence[said[i].Confidence] = languageReason{p.Rows + 1, p.Right + hit}
	}
	s.Accuracy, s.Coverage, s.PrecisionCovered = share(right, len(some)), share(sure, len(some)), share(sureRight, sure)
	for _, key := range slices.Sorted(maps.Keys(s.channels)) {
		s.ByChannel += share(s.channels[key].Right, s.channels[key].Rows) / float64(len(s.channels))
	}
	s.PrecisionHalf = s.half()
	s.groups()
	return s
}

// half walks from the highest confidence down to half of the rows.
func (s *categoryScore) half() float64 {
	want := float64(s.Rows) / 2
	seen, right := 0.0, 0.0
	for _, at := range slices.Backward(slices.Sorted(maps.Keys(s.confidence))) {
		c := s.confidence[at]
		part := min(float64(c.Rows), want-seen)
		seen += part
		right += part * share(c.Right, c.Rows)
	}
	if seen == 0 {
		return 0
	}
	return right / seen
}

func (s *categoryScore) groups() {
	predicted := map[string]int{}
	for _, line := range s.Confusion {
		for guess, n := range line {
			predicted[guess] += n
		}
	}
	for _, label := range slices.Sorted(maps.Keys(s.Confusion)) {
		rows := 0
		for _, n := range s.Confusion[label] {
			rows += n
		}
		hit := s.Confusion[label][label]
		g := groupScore{Rows: rows, Precision: share(hit, predicted[label]), Recall: share(hit, rows), F1: share(2*hit, predicted[label]+rows)}
		s.Groups[label] = g
		s.MacroF1 += g.F1 / float64(len(s.Confusion))
	}
}

func (r *categoryReport) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "source\trows\taccuracy\tby channel\tmacro-F1\tcoverage\tprecision there\tprecision at half\t")
	line := func(name string, s categoryScore) {
		fmt.Fprintf(t, "%s\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t\n", name, s.Rows, s.Accuracy, s.ByChannel, s.MacroF1, s.Coverage, s.PrecisionCovered, s.PrecisionHalf)
	}
	line("all", r.Overall)
	for _, key := range slices.Sorted(maps.Keys(r.Sources)) {
		line(key, r.Sources[key])
	}
	if err := t.Flush(); err != nil {
		return err
	}
	r.Overall.table(t, "all")
	for _, key := range slices.Sorted(maps.Keys(r.Sources)) {
		s := r.Sources[key]
		s.table(t, key)
	}
	return t.Flush()
}

// table prints labels down and predictions across.
func (s *categoryScore) table(t *tabwriter.Writer, name string) {
	fmt.Fprintf(t, "\n%s\t", name)
	for _, g := range classify.Groups() {
		fmt.Fprint(t, g.ID[:min(abbreviated, len(g.ID))], "\t")
	}
	fmt.Fprintln(t, "precision\trecall\tF1\t")
	for _, label := range slices.Sorted(maps.Keys(s.Confusion)) {
		fmt.Fprint(t, label, "\t")
		for _, g := range classify.Groups() {
			fmt.Fprint(t, s.Confusion[label][g.ID], "\t")
		}
		g := s.Groups[label]
		fmt.Fprintf(t, "%.3f\t%.3f\t%.3f\t\n", g.Precision, g.Recall, g.F1)
	}
}

// abbreviated is how many letters of a group's id stand above its column: the table is ten columns wide.
const abbreviated = 5
