package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"onair/api/client"
	"onair/cmd/internal/config"
	"onair/live"
)

type channelsCmd struct {
	Add    channelsAddCmd    `cmd:"" help:"Watch channels: @handle, an address, or platform:id."`
	Import channelsImportCmd `cmd:"" help:"Watch the channels of a file: one a line, or CSV with a name after it."`
	List   channelsListCmd   `cmd:"" help:"List what is watched, how, and when it was last live."`
	Rm     channelsRmCmd     `cmd:"" help:"Watch channels no longer: platform:id."`
}

const (
	// lookupWait bounds how long a command waits for one outcome: the hub gives a question 45 s, and others may stand before it.
	lookupWait = 90 * time.Second
	// importAtOnce is how many lines of a file are being looked up at a time.
	importAtOnce = 200
	// maxLine bounds a line of a file that is imported; a longer one is no list of channels.
	maxLine = 64 << 10
)

type channelsAddCmd struct {
	operatorFlags
	Channels []string `arg:"" help:"Channels, as people write them."`
}

// Run is called by kong.
func (c *channelsAddCmd) Run(ctx context.Context, o out) error {
	a, err := c.client()
	if err != nil {
		return err
	}
	bad := 0
	for _, text := range c.Channels {
		r, err := a.AddChannel(ctx, text, "")
		if err == nil {
			r, err = settled(ctx, a, r, lookupWait)
		}
		if err != nil && !refusal(err) {
			return err // nothing else will be heard either
		}
		if !report(o, text, r, err) {
			bad++
		}
	}
	return failures(bad, len(c.Channels))
}

// refusal reports an error that is about one channel and not about the hub.
func refusal(err error) bool {
	var p *client.Problem
	return errors.As(err, &p) && p.Status >= 400 && p.Status < 500 && p.Status != 401
}

func failures(bad, all int) error {
	if bad == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d channels are not watched", bad, all)
}

// report says what became of one channel; false when it is not watched now.
func report(o out, text string, r *client.Resolution, err error) bool {
	switch {
	case err != nil:
		fmt.Fprintf(o.stderr, "%s: %s\n", text, reason(err))
		return false
	case r.State == "registered" || r.State == "there":
		note := map[string]string{"registered": "watched", "there": "was watched already"}[r.State]
		if r.Detail != "" {
			note += " (" + r.Detail + ")"
		}
		fmt.Fprintf(o.stdout, "%s\t%s\t%s\n", r.Channel, r.Name, note)
		return true
	case r.State == "not_found":
		fmt.Fprintf(o.stderr, "%s: not found: %s\n", text, r.Detail)
	case r.State == "resolving":
		fmt.Fprintf(o.stderr, "%s: still being looked up; \"onair channels list\" shows it once it is known\n", text)
	default:
		fmt.Fprintf(o.stderr, "%s: %s\n", text, r.Detail)
	}
	return false
}

// reason is what an operator is told of an error.
func reason(err error) string {
	var p *client.Problem
	if errors.As(err, &p) && p.Detail != "" {
		return p.Detail
	}
	return err.Error()
}

type channelsImportCmd struct {
	operatorFlags
	File string `arg:"" help:"File; - is standard input." type:"path"`
}

// Run is called by kong. Bad lines are named and passed over.
func (c *channelsImportCmd) Run(ctx context.Context, o out) error {
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
	lines, bad, err := readChannels(in)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	for _, b := range bad {
		fmt.Fprintf(o.stderr, "line %d: %s\n", b.no, b.why)
	}
	failed := len(bad)
	for from := 0; from < len(lines); from += importAtOnce {
		part := lines[from:min(from+importAtOnce, len(lines))]
		asked := make([]*client.Resolution, len(part))
		errs := make([]error, len(part))
		for i, l := range part {
			if asked[i], errs[i] = a.AddChannel(ctx, l.text, l.name); errs[i] != nil && !refusal(errs[i]) {
				return fmt.Errorf("line %d: %w", l.no, errs[i])
			}
		}
		for i, l := range part {
			if errs[i] == nil {
				asked[i], errs[i] = settled(ctx, a, asked[i], lookupWait)
			}
			if errs[i] != nil && !refusal(errs[i]) {
				return fmt.Errorf("line %d: %w", l.no, errs[i])
			}
			if !report(o, fmt.Sprintf("line %d: %s", l.no, l.text), asked[i], errs[i]) {
				failed++
			}
		}
	}
	return failures(failed, len(lines)+len(bad))
}

// channelLine is one channel of a file.
type channelLine struct {
	no         int
	text, name string
}

// badLine is a line that says nothing that could be asked.
type badLine struct {
	no  int
	why string
}

// readChannels reads one channel a line: a channel as people write it, or CSV with a name in the second field. Empty lines, what
// follows a # at the beginning or after a space, and a first line of column names are passed over.
func readChannels(in io.Reader) (lines []channelLine, bad []badLine, err error) {
	s := bufio.NewScanner(in)
	s.Buffer(nil, maxLine)
	seen := map[string]int{}
	for no := 1; s.Scan(); no++ {
		text := strings.TrimPrefix(s.Text(), "\ufeff")
		if i := strings.Index(text, " #"); i >= 0 {
			text = text[:i]
		}
		if text = strings.TrimSpace(text); text == "" || text[0] == '#' {
			continue
		}
		r := csv.NewReader(strings.NewReader(text))
		r.TrimLeadingSpace, r.FieldsPerRecord = true, -1
		fields, err := r.Read()
		if err != nil || len(fields) > 2 || strings.TrimSpace(fields[0]) == "" {
			bad = append(bad, badLine{no, "not a channel, nor a channel and a name with a comma between"})
			continue
		}
		l := channelLine{no: no, text: strings.TrimSpace(fields[0])}
		if len(fields) == 2 {
			l.name = live.CleanText(fields[1], live.MaxName)
		}
		if len(lines) == 0 && len(bad) == 0 && len(fields) == 2 && strings.EqualFold(l.text, "channel") && strings.EqualFold(l.name, "name") {
			continue
		}
		if at, twice := seen[l.text]; twice {
			bad = append(bad, badLine{no, fmt.Sprintf("%s is in line %d already", l.text, at)})
			continue
		}
		seen[l.text] = no
		lines = append(lines, l)
	}
	return lines, bad, s.Err()
}

type channelsListCmd struct {
	operatorFlags
	Platform string `help:"Only of this platform." placeholder:"NAME"`
}

// Run is called by kong.
func (c *channelsListCmd) Run(ctx context.Context, o out) error {
	a, err := c.client()
	if err != nil {
		return err
	}
	list, err := a.Channels(ctx, live.Platform(c.Platform))
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(o.stdout, 0, 4, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "CHANNEL\tNAME\tHANDLE\tLIVE\tLAST LIVE\tWATCHED BY")
	now := time.Now()
	for _, ch := range list {
		state := "no"
		if ch.Live {
			state = "yes"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", ch.Channel, ch.Name, ch.Handle, state, since(ch.LastLive, now), ch.Watched)
	}
	return nil
}

type channelsRmCmd struct {
	operatorFlags
	Channels []string `arg:"" help:"Channels: platform:id."`
}

// Run is called by kong.
func (c *channelsRmCmd) Run(ctx context.Context, o out) error {
	a, err := c.client()
	if err != nil {
		return err
	}
	for _, text := range c.Channels {
		ch, err := channelArg(text)
		if err != nil {
			return err
		}
		if err := a.RemoveChannel(ctx, ch); err != nil {
			return fmt.Errorf("%s: %w", ch, err)
		}
		fmt.Fprintf(o.stdout, "%s is not watched any more\n", ch)
	}
	return nil
}
