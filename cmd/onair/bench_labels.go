package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"onair/classify"
	"onair/live"
)

type benchLabelsCmd struct {
	Kind string `help:"What is judged: lang or category." enum:"lang,category" required:""`
	Data string `help:"Labelled titles, JSON lines: title, channel, chkey and lang or category; also tags, src, tricky, and the facts platform, declared, country, description." type:"existingfile" required:""`
	JSON bool   `help:"Print one JSON object."`
}

// labelledRow is one line of the data. Only input reaches the classifier.
type labelledRow struct {
	labelInput
	Lang     string `json:"lang"`
	Category string `json:"category"`
	Src      string `json:"src"`
	Tricky   string `json:"tricky"`
}

// labelInput holds the columns that may be looked at. Platform, Declared, Country and Description are empty in data
// that has no such column; the platform then is what chkey's form says.
type labelInput struct {
	Title       string   `json:"title"`
	Channel     string   `json:"channel"`
	Chkey       string   `json:"chkey"`
	Tags        []string `json:"tags"`
	Description string   `json:"description"`
	Platform    string   `json:"platform"`
	Declared    string   `json:"declared"`
	Country     string   `json:"country"`
}

// Run is called by kong.
func (c *benchLabelsCmd) Run(_ context.Context, o out) error {
	f, err := os.Open(c.Data)
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := readLabelled(f, c.Kind)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	inputs := make([]labelInput, len(rows))
	for i := range rows {
		inputs[i] = rows[i].labelInput
	}
	if c.Kind == "lang" {
		return c.print(o.stdout, scoreLanguages(rows, predictLanguages(inputs)))
	}
	return c.print(o.stdout, scoreCategories(rows, predictCategories(inputs)))
}

func (c *benchLabelsCmd) print(w io.Writer, report interface{ print(io.Writer) error }) error {
	if c.JSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(report)
	}
	return report.print(w)
}

// maxLabelledLine bounds the memory that one line takes: a file without line ends is no JSON lines.
const maxLabelledLine = 16 << 20

// byteOrderMark begins the files of some editors.
const byteOrderMark = "\ufeff"

// readLabelled reads JSON lines that have a title and the label that kind names. An error names the line.
func readLabelled(r io.Reader, kind string) ([]labelledRow, error) {
	var rows []labelledRow
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLabelledLine)
	n := 0
	for lines.Scan() {
		n++
		text := lines.Text()
		if n == 1 {
			text = strings.TrimPrefix(text, byteOrderMark)
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		row, err := readLabelledRow(text, kind)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		rows = append(rows, row)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", n+1, err)
	}
	if len(rows) == 0 {
		return nil, errors.New("no rows")
	}
	return rows, nil
}

func readLabelledRow(text, kind string) (row labelledRow, err error) {
	if err := json.Unmarshal([]byte(text), &row); err != nil {
		return row, err
	}
	var there struct{ Title *string }
	if err := json.Unmarshal([]byte(text), &there); err != nil {
		return row, err
	}
	if there.Title == nil {
		return row, errors.New("no title")
	}
	if kind == "lang" {
		if row.Lang == "" {
			return row, errors.New(`no lang: "ko", or anything else for other languages`)
		}
		return row, nil
	}
	var known []string
	for _, g := range classify.Groups() {
		known = append(known, g.ID)
	}
	if !slices.Contains(known, row.Category) {
		return row, fmt.Errorf("category %q is none of %s", row.Category, strings.Join(known, ", "))
	}
	return row, nil
}

func (r *labelInput) platform() live.Platform {
	if r.Platform != "" {
		return live.Platform(r.Platform)
	}
	switch p, _, _ := strings.Cut(r.Chkey, ":"); {
	case p == "chzzk", p == "soop", p == "twitch":
		return live.Platform(p)
	case p == "yt", p == "youtube", strings.HasPrefix(r.Chkey, "UC") && len(r.Chkey) == 24:
		return "youtube"
	}
	return ""
}

// predictLanguages judges every row. A channel's memory is made of the other rows with its chkey, by their titles
// alone, as a running hub would have heard them.
func predictLanguages(rows []labelInput) []classify.Verdict {
	memory := map[string]*classify.Memory{}
	for i := range rows {
		m := memory[rows[i].Chkey]
		if m == nil {
			m = &classify.Memory{}
			memory[rows[i].Chkey] = m
		}
		m.Add(rows[i].Title)
	}
	out := make([]classify.Verdict, len(rows))
	for i := range rows {
		r := &rows[i]
		in := classify.LangInput{Platform: r.platform(), Title: r.Title, Channel: r.Channel, Declared: r.Declared, Country: r.Country}
		if r.Chkey != "" {
			in.Memory = *memory[r.Chkey]
			in.Memory.Remove(r.Title)
		}
		out[i] = classify.Language(in)
	}
	return out
}

func predictCategories(rows []labelInput) []classify.Suggestion {
	out := make([]classify.Suggestion, len(rows))
	for i := range rows {
		r := &rows[i]
		out[i] = classify.Guess(classify.Text{Platform: r.platform(), Title: r.Title, Channel: r.Channel, Description: r.Description, Tags: r.Tags})
	}
	return out
}

// share is a/b; 0 of nothing.
func share(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
