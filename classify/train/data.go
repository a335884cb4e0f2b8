package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"onair/classify"
	"onair/live"
)

// row is a labelled title.
type row struct {
	text     classify.Text
	class    int
	channel  string
	source   string
	features []classify.Feature
}

func (r *row) site() int { return classify.Site(r.text.Platform) }

// load reads JSON lines with title, channel, tags, category, src and chkey. The platform comes from the form of
// chkey, as the program knows it; src is for the report only.
func load(path string) ([]row, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	class := map[string]int{}
	for i, g := range classify.Groups() {
		class[g.ID] = i
	}
	var rows []row
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var x struct {
			Title, Channel, Category, Src, Chkey string
			Tags                                 []string
		}
		if err := json.Unmarshal(lines.Bytes(), &x); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		c, ok := class[x.Category]
		if !ok {
			return nil, fmt.Errorf("line %d: no group %q", n, x.Category)
		}
		r := row{text: classify.Text{Platform: platform(x.Chkey), Title: x.Title, Channel: x.Channel, Tags: x.Tags}, class: c, channel: x.Chkey, source: x.Src}
		r.features = classify.Features(nil, r.text)
		rows = append(rows, r)
	}
	return rows, lines.Err()
}

func platform(chkey string) live.Platform {
	if p, _, ok := strings.Cut(chkey, ":"); ok && p != "yt" {
		return live.Platform(p)
	}
	return "youtube"
}
