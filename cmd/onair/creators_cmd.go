package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/goccy/go-yaml"

	"onair/api/client"
	"onair/cmd/internal/config"
	"onair/live"
)

type creatorsCmd struct {
	List      creatorsListCmd      `cmd:"" help:"List creators, and which channels are kept apart."`
	Add       creatorsAddCmd       `cmd:"" help:"Say whose channels they are; a creator that is there gets them too."`
	Rm        creatorsRmCmd        `cmd:"" help:"Forget creators."`
	Pin       creatorsPinCmd       `cmd:"" help:"Make what a proposal says certain."`
	Apart     creatorsApartCmd     `cmd:"" help:"Undo a merge: two channels are not one person's. With --forget, let evidence decide again."`
	Proposals creatorsProposalsCmd `cmd:"" help:"List channels that may be one person's, with the evidence."`
	Import    creatorsImportCmd    `cmd:"" help:"Read creators from a YAML file."`
}

type creatorsListCmd struct{ operatorFlags }

// Run is called by kong.
func (c *creatorsListCmd) Run(ctx context.Context, o out) error {
	a, err := c.client()
	if err != nil {
		return err
	}
	list, err := a.Creators(ctx)
	if err != nil {
		return err
	}
	apart, err := a.Aparts(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(o.stdout, 0, 4, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "CREATOR\tNAME\tCHANNELS")
	for _, cr := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\n", cr.ID, cr.Name, joined(cr.Channels))
	}
	for _, p := range apart {
		fmt.Fprintf(w, "(apart %s)\t%s\t%s\n", p.Key, p.Reason, joined(p.Channels[:]))
	}
	return nil
}

func joined(list []live.ChannelID) string {
	words := make([]string, len(list))
	for i, ch := range list {
		words[i] = ch.String()
	}
	return strings.Join(words, " ")
}

type creatorsAddCmd struct {
	operatorFlags
	ID       string   `arg:"" help:"Short name of your own: letters, digits, - and _."`
	Name     string   `arg:"" help:"As readers see it."`
	Channels []string `arg:"" help:"Channels: platform:id."`
}

// Run is called by kong.
func (c *creatorsAddCmd) Run(ctx context.Context, o out) error {
	a, err := c.client()
	if err != nil {
		return err
	}
	var channels []live.ChannelID
	for _, text := range c.Channels {
		ch, err := channelArg(text)
		if err != nil {
			return err
		}
		channels = append(channels, ch)
	}
	return putCreator(ctx, a, o, live.Creator{ID: c.ID, Name: c.Name, Channels: channels}, true)
}

// putCreator writes a creator over what is there; with more, the channels that it has stay.
func putCreator(ctx context.Context, a *client.Admin, o out, c live.Creator, more bool) error {
	had, err := a.Creator(ctx, c.ID)
	rev := uint64(0)
	switch {
	case err == nil:
		rev = had.Rev
		if more {
			c.Channels = union(had.Channels, c.Channels)
		}
	case !client.NotFound(err):
		return err
	}
	got, err := a.PutCreator(ctx, c, rev)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.stdout, "%s\t%s\t%s\n", got.ID, got.Name, joined(got.Channels))
	return nil
}

func union(had, more []live.ChannelID) []live.ChannelID {
	seen := map[live.ChannelID]bool{}
	var all []live.ChannelID
	for _, ch := range append(append([]live.ChannelID(nil), had...), more...) {
		if !seen[ch] {
			all = append(all, ch)
		}
		seen[ch] = true
	}
	return all
}

type creatorsRmCmd struct {
	operatorFlags
	IDs []string `arg:"" name:"id" help:"Creators."`
}

// Run is called by kong.
func (c *creatorsRmCmd) Run(ctx context.Context, o out) error {
	a, err := c.client()
	if err != nil {
		return err
	}
	for _, id := range c.IDs {
		if err := a.RemoveCreator(ctx, id); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		fmt.Fprintf(o.stdout, "%s is forgotten\n", id)
	}
	return nil
}

type creatorsPinCmd struct {
	operatorFlags
	Proposal string `arg:"" help:"Key of the proposal."`
}

// Run is called by kong.
func (c *creatorsPinCmd) Run(ctx context.Context, o out) error {
	a, err := c.client()
	if err != nil {
		return err
	}
	got, err := a.Accept(ctx, c.Proposal)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.stdout, "%s\t%s\t%s\n", got.ID, got.Name, joined(got.Channels))
	return nil
}

type creatorsApartCmd struct {
	operatorFlags
	A      string `arg:"" help:"Channel: platform:id."`
	B      string `arg:"" help:"The other one."`
	Reason string `help:"Why, for whoever reads it later."`
	Forget bool   `help:"Do not keep them apart any more."`
}

// Run is called by kong.
func (c *creatorsApartCmd) Run(ctx context.Context, o out) error {
	a, err := c.client()
	if err != nil {
		return err
	}
	x, err := channelArg(c.A)
	if err != nil {
		return err
	}
	y, err := channelArg(c.B)
	if err != nil {
		return err
	}
	if c.Forget {
		if err := a.RemoveApart(ctx, live.PairKey(x, y)); err != nil {
			return err
		}
		fmt.Fprintf(o.stdout, "evidence decides about %s and %s again\n", x, y)
		return nil
	}
	if _, err := a.AddApart(ctx, x, y, c.Reason); err != nil {
		return err
	}
	fmt.Fprintf(o.stdout, "%s and %s are apart\n", x, y)
	return nil
}

type creatorsProposalsCmd struct{ operatorFlags }

// Run is called by kong.
func (c *creatorsProposalsCmd) Run(ctx context.Context, o out) error {
	a, err := c.client()
	if err != nil {
		return err
	}
	list, err := a.Proposals(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(o.stdout, 0, 4, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "PROPOSAL\tSCORE\tMERGED\tCHANNELS\tNAMES\tEVIDENCE")
	for _, p := range list {
		merged := "no"
		if p.Confident {
			merged = "yes"
		}
		var evidence []string
		for _, e := range p.Evidence {
			evidence = append(evidence, strings.TrimSpace(e.Kind+" "+e.Detail))
		}
		fmt.Fprintf(w, "%s\t%.1f%%\t%s\t%s\t%s\t%s\n", p.Key, float64(p.Score)/10, merged, joined(p.Channels[:]), strings.Join(p.Names[:], " / "), strings.Join(evidence, "; "))
	}
	return nil
}

type creatorsImportCmd struct {
	operatorFlags
	File string `arg:"" help:"YAML file: a list of {id, name, channels: [platform:id]}; - is standard input." type:"path"`
}

// creatorEntry is one creator of an operator's file.
type creatorEntry struct {
	ID       string   `yaml:"id"`
	Name     string   `yaml:"name"`
	Channels []string `yaml:"channels"`
}

// maxCreators bounds a file: larger ones are not written by people.
const maxCreators = 8 << 20

// Run is called by kong. A creator of the file takes the place of the one that is there; those that are not in it stay.
func (c *creatorsImportCmd) Run(ctx context.Context, o out) error {
	a, err := c.client()
	if err != nil {
		return err
	}
	in := io.Reader(os.Stdin)
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return config.UsageError{Err: err}
		}
		defer f.Close()
		in = f
	}
	list, err := readCreators(in)
	if err != nil {
		return config.UsageError{Err: fmt.Errorf("%s: %w", c.File, err)}
	}
	bad := 0
	for i, cr := range list {
		if err := putCreator(ctx, a, o, cr, false); err != nil {
			if !refusal(err) {
				return err
			}
			bad++
			fmt.Fprintf(o.stderr, "entry %d, %s: %s\n", i+1, cr.ID, reason(err))
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d creators are not written", bad, len(list))
	}
	return nil
}

// readCreators reads an operator's file and names the entry at fault.
func readCreators(in io.Reader) ([]live.Creator, error) {
	b, err := io.ReadAll(io.LimitReader(in, maxCreators+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxCreators {
		return nil, fmt.Errorf("larger than %d bytes", maxCreators)
	}
	var entries []creatorEntry
	if err := yaml.UnmarshalWithOptions(b, &entries, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s", yaml.FormatError(err, false, true))
	}
	var list []live.Creator
	seen := map[string]int{}
	for i, e := range entries {
		c := live.Creator{ID: e.ID, Name: e.Name}
		if live.CheckID(e.ID) != nil {
			return nil, fmt.Errorf("entry %d: id %.80q: letters, digits, - and _, at most 64", i+1, e.ID)
		}
		if at, twice := seen[e.ID]; twice {
			return nil, fmt.Errorf("entry %d: id %s is entry %d already", i+1, e.ID, at)
		}
		seen[e.ID] = i + 1
		for _, text := range e.Channels {
			ch, err := live.ParseChannelID(text)
			if err != nil {
				return nil, fmt.Errorf("entry %d, %s: %.80q is not platform:id", i+1, e.ID, text)
			}
			c.Channels = append(c.Channels, ch)
		}
		list = append(list, c)
	}
	return list, nil
}
