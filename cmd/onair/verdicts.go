package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"onair/api/client"
	"onair/cmd/internal/config"
	"onair/live"
)

type verdictCmd struct {
	List verdictListCmd `cmd:"" help:"List what people said of channels against the rules."`
	Set  verdictSetCmd  `cmd:"" help:"Say that a channel is Korean or not, official or not."`
	Rm   verdictRmCmd   `cmd:"" help:"Leave a channel to the rules."`
}

type verdictListCmd struct{ operatorFlags }

// Run is called by kong.
func (c *verdictListCmd) Run(ctx context.Context, o out) error {
	a, err := c.client()
	if err != nil {
		return err
	}
	list, err := a.Verdicts(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(o.stdout, 0, 4, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "CHANNEL\tKOREAN\tOFFICIAL\tREASON")
	for _, v := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", v.Channel, said(v.Korean), said(v.Official), v.Reason)
	}
	return nil
}

func said(b *bool) string {
	switch {
	case b == nil:
		return "-"
	case *b:
		return "yes"
	}
	return "no"
}

type verdictSetCmd struct {
	operatorFlags
	Channel  string `arg:"" help:"Channel: platform:id."`
	Korean   *bool  `help:"It is for Korean viewers; --no-korean: it is not." negatable:""`
	Official *bool  `help:"It is a league's, a broadcaster's or a relay; --no-official: it is not." negatable:""`
	Reason   string `help:"Why, for whoever reads it later."`
}

// Run is called by kong. What is not said stays as it was.
func (c *verdictSetCmd) Run(ctx context.Context, o out) error {
	ch, err := channelArg(c.Channel)
	if err != nil {
		return err
	}
	if c.Korean == nil && c.Official == nil {
		return config.UsageError{Err: fmt.Errorf("say --korean, --no-korean, --official or --no-official")}
	}
	a, err := c.client()
	if err != nil {
		return err
	}
	list, err := a.Verdicts(ctx)
	if err != nil {
		return err
	}
	v := client.Verdict{Verdict: live.Verdict{Channel: ch}}
	for _, had := range list {
		if had.Channel == ch {
			v = had
		}
	}
	if c.Korean != nil {
		v.Korean = c.Korean
	}
	if c.Official != nil {
		v.Official = c.Official
	}
	if c.Reason != "" {
		v.Reason = c.Reason
	}
	got, err := a.PutVerdict(ctx, v.Verdict, v.Rev)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.stdout, "%s\tkorean %s\tofficial %s\n", got.Channel, said(got.Korean), said(got.Official))
	return nil
}

type verdictRmCmd struct {
	operatorFlags
	Channel string `arg:"" help:"Channel: platform:id."`
}

// Run is called by kong.
func (c *verdictRmCmd) Run(ctx context.Context, o out) error {
	ch, err := channelArg(c.Channel)
	if err != nil {
		return err
	}
	a, err := c.client()
	if err != nil {
		return err
	}
	if err := a.RemoveVerdict(ctx, ch); err != nil {
		return err
	}
	fmt.Fprintf(o.stdout, "%s is left to the rules\n", ch)
	return nil
}
