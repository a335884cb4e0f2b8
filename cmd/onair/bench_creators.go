package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"onair/cmd/internal/config"
	"onair/live"
)

type benchCreatorsCmd struct {
	Data   string  `help:"Known people, JSON lines: name, and their channel by platform (\"youtube\": \"@handle\", \"chzzk\": id, ...)." type:"existingfile"`
	Seeds  []int64 `help:"Simulated worlds to look at; 1,2,3 when no --data is given."`
	Scale  float64 `help:"Size of the simulated platforms." default:"1"`
	Nights int     `help:"How many evenings of a simulated world are looked at." default:"3"`
	NoInfo bool    `help:"Do not read what simulated channels say of themselves: names, titles and starts alone."`
	JSON   bool    `help:"Print one JSON object."`
}

// Validate is called by kong.
func (c *benchCreatorsCmd) Validate() error {
	switch {
	case !(c.Scale > 0 && c.Scale <= 10):
		return fmt.Errorf("--scale %v is not above 0 and at most 10", c.Scale)
	case c.Nights < 1 || c.Nights > 30:
		return fmt.Errorf("--nights %d is not between 1 and 30", c.Nights)
	}
	return nil
}

// creatorsReport is what --json prints.
type creatorsReport struct {
	Data  []*creatorsScore `json:"data,omitempty"`  // the file's people, seen in several ways
	Seeds []*creatorsScore `json:"seeds,omitempty"` // simulated worlds
	Total *creatorsScore   `json:"total,omitempty"` // of the worlds
}

// Run is called by kong.
func (c *benchCreatorsCmd) Run(ctx context.Context, o out) error {
	var r creatorsReport
	if c.Data != "" {
		f, err := os.Open(c.Data)
		if err != nil {
			return err
		}
		defer f.Close()
		people, err := readPeople(f)
		if err != nil {
			return config.UsageError{Err: fmt.Errorf("%s: %w", c.Data, err)}
		}
		r.Data = scorePeople(people)
	}
	seeds := c.Seeds
	if len(seeds) == 0 && c.Data == "" {
		seeds = []int64{1, 2, 3}
	}
	for _, seed := range seeds {
		s, err := c.world(ctx, seed)
		if err != nil {
			return fmt.Errorf("seed %d: %w", seed, err)
		}
		r.Seeds = append(r.Seeds, s)
	}
	if len(r.Seeds) > 0 {
		r.Total = sumCreators(r.Seeds)
	}
	if c.JSON {
		e := json.NewEncoder(o.stdout)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	return r.print(o.stdout)
}

// maxPrinted bounds the wrong and missed pairs that are printed by name.
const maxPrinted = 12

func (r *creatorsReport) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tchannels\tpairs\tproposed\tconfident\tright\twrong\tprecision\trecall\twith evidence\trecall there\tms a round\t")
	all := slices.Concat(r.Data, r.Seeds)
	if len(r.Seeds) > 1 {
		all = append(all, r.Total)
	}
	for _, s := range all {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%.4f\t%.4f\t%d\t%.4f\t%.0f\t\n", s.Name, s.Channels, s.Pairs, s.Proposed, s.Confident, s.Right, len(s.Wrong),
			s.Precision, s.Recall, s.Evident, s.RecallEvident, s.RoundMs)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, s := range all {
		if s != r.Total || len(r.Seeds) < 2 {
			s.printPairs(w)
		}
	}
	if r.Total == nil {
		return nil
	}
	fmt.Fprintln(w, "\nevidence of confident pairs")
	for _, k := range slices.Sorted(maps.Keys(r.Total.Kinds)) {
		fmt.Fprintf(t, "%s\t%d right\t%d wrong\t\n", k, r.Total.Kinds[k].Right, r.Total.Kinds[k].Wrong)
	}
	fmt.Fprintln(t, "\t\t\t\npairs with\tthere\tfound\t")
	for _, k := range slices.Sorted(maps.Keys(r.Total.Available)) {
		fmt.Fprintf(t, "%s\t%d\t%d\t\n", k, r.Total.Available[k].Pairs, r.Total.Available[k].Found)
	}
	return t.Flush()
}

func (s *creatorsScore) printPairs(w io.Writer) {
	for _, list := range []struct {
		what  string
		pairs []namedPair
	}{{"wrong", s.Wrong}, {"missed with evidence", s.Missed}} {
		for i, p := range list.pairs {
			if i == maxPrinted {
				fmt.Fprintf(w, "%s, %s: %d more\n", s.Name, list.what, len(list.pairs)-i)
				break
			}
			fmt.Fprintf(w, "%s, %s: %s (%s) and %s (%s), score %d%s\n", s.Name, list.what, p.Names[0], p.Channels[0], p.Names[1], p.Channels[1], p.Score, p.why())
		}
	}
}

func (p *namedPair) why() (s string) {
	for _, e := range p.Evidence {
		s += fmt.Sprintf("; %s %q", e.Kind, e.Detail)
	}
	return s
}

// creatorsAt are the moments of one evening at which a simulated world is looked at, after midnight in Korea.
var creatorsAt = []time.Duration{19*time.Hour + 50*time.Minute, 22*time.Hour + 10*time.Minute}

// truePair is a pair of channels, in the order of their text.
type truePair [2]live.ChannelID

func pairOfChannels(a, b live.ChannelID) truePair {
	if b.String() < a.String() {
		return truePair{b, a}
	}
	return truePair{a, b}
}
