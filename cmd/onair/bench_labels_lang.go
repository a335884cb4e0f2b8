package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"onair/classify"
)

// languageReport is what --json prints for --kind lang. Shares are 0 to 1.
type languageReport struct {
	Rows    int                       `json:"rows"`
	Overall languageScore             `json:"overall"`
	Tricky  map[string]languageScore  `json:"tricky,omitempty"`
	Sources map[string]languageScore  `json:"sources,omitempty"`
	Reasons map[string]languageReason `json:"reasons"`
}

// languageScore is a confusion table of two by two: ko is what is looked for.
type languageScore struct {
	TruePositive  int     `json:"true_positive"`
	FalsePositive int     `json:"false_positive"`
	FalseNegative int     `json:"false_negative"`
	TrueNegative  int     `json:"true_negative"`
	Accuracy      float64 `json:"accuracy"`
	Precision     float64 `json:"precision"`
	Recall        float64 `json:"recall"`
	F1            float64 `json:"f1"`
}

// languageReason is how often a reason decided and was right.
type languageReason struct {
	Rows  int `json:"rows"`
	Right int `json:"right"`
}

func scoreLanguages(rows []labelledRow, verdicts []classify.Verdict) *languageReport {
	r := &languageReport{Rows: len(rows), Tricky: map[string]languageScore{}, Sources: map[string]languageScore{}, Reasons: map[string]languageReason{}}
	for i := range rows {
		row, said := &rows[i], verdicts[i].Korean()
		is := row.Lang == "ko"
		r.Overall.count(is, said)
		for _, part := range []struct {
			into map[string]languageScore
			key  string
		}{{r.Tricky, row.Tricky}, {r.Sources, row.Src}} {
			if part.key != "" {
				s := part.into[part.key]
				s.count(is, said)
				part.into[part.key] = s
				if part.key == row.Tricky {
					s = r.Tricky["all"]
					s.count(is, said)
					r.Tricky["all"] = s
				}
			}
		}
		reason := r.Reasons[string(verdicts[i].Reason)]
		reason.Rows++
		if is == said {
			reason.Right++
		}
		r.Reasons[string(verdicts[i].Reason)] = reason
	}
	r.Overall.finish()
	for _, part := range []map[string]languageScore{r.Tricky, r.Sources} {
		for key, s := range part {
			s.finish()
			part[key] = s
		}
	}
	return r
}

func (s *languageScore) count(is, said bool) {
	switch {
	case is && said:
		s.TruePositive++
	case said:
		s.FalsePositive++
	case is:
		s.FalseNegative++
	default:
		s.TrueNegative++
	}
}

func (s *languageScore) finish() {
	s.Accuracy = share(s.TruePositive+s.TrueNegative, s.TruePositive+s.TrueNegative+s.FalsePositive+s.FalseNegative)
	s.Precision = share(s.TruePositive, s.TruePositive+s.FalsePositive)
	s.Recall = share(s.TruePositive, s.TruePositive+s.FalseNegative)
	s.F1 = share(2*s.TruePositive, 2*s.TruePositive+s.FalsePositive+s.FalseNegative)
}

func (r *languageReport) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "rows\tko as ko\tother as ko\tko as other\tother as other\taccuracy\tprecision\trecall\tF1\t")
	line := func(name string, s languageScore) {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%.4f\t%.4f\t%.4f\t%.4f\t\n", name, s.TruePositive, s.FalsePositive, s.FalseNegative, s.TrueNegative, s.Accuracy, s.Precision, s.Recall, s.F1)
	}
	line("all", r.Overall)
	for _, key := range slices.Sorted(maps.Keys(r.Tricky)) {
		line("tricky: "+key, r.Tricky[key])
	}
	for _, key := range slices.Sorted(maps.Keys(r.Sources)) {
		line(key, r.Sources[key])
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(t, "\ndecided by\trows\tright\t")
	for _, key := range slices.Sorted(maps.Keys(r.Reasons)) {
		fmt.Fprintf(t, "%s\t%d\t%d\t\n", key, r.Reasons[key].Rows, r.Reasons[key].Right)
	}
	return t.Flush()
}
