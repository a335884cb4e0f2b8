package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"onair/live"
)

type platformsCmd struct {
	List platformsListCmd `cmd:"" default:"withargs" help:"List the platforms, and why one is off."`
	On   platformsOnCmd   `cmd:"" help:"Ask a platform again."`
	Off  platformsOffCmd  `cmd:"" help:"Ask a platform nothing more, on whichever node leads."`
}

type platformsListCmd struct{ operatorFlags }

// Run is called by kong.
func (c *platformsListCmd) Run(ctx context.Context, o out) error {
	a, err := c.client()
	if err != nil {
		return err
	}
	list, err := a.Platforms(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(o.stdout, 0, 4, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "PLATFORM\tSTATE\tWHY\tSWITCH")
	for _, p := range list {
		state := "on"
		if !p.On {
			state = "off"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.ID, state, p.Off, p.Switch)
	}
	return nil
}

type platformsOnCmd struct {
	operatorFlags
	Platform string `arg:"" help:"Its id, as \"onair platforms\" lists it."`
}

// Run is called by kong.
func (c *platformsOnCmd) Run(ctx context.Context, o out) error {
	return c.turn(ctx, o, c.Platform, true, "")
}

type platformsOffCmd struct {
	operatorFlags
	Platform string `arg:"" help:"Its id, as \"onair platforms\" lists it."`
	Reason   string `help:"Why, for whoever reads it later."`
}

// Run is called by kong.
func (c *platformsOffCmd) Run(ctx context.Context, o out) error {
	return c.turn(ctx, o, c.Platform, false, c.Reason)
}

// turn switches a platform and prints what became of it.
func (f *operatorFlags) turn(ctx context.Context, o out, platform string, on bool, reason string) error {
	a, err := f.client()
	if err != nil {
		return err
	}
	p, err := a.SwitchPlatform(ctx, live.Platform(platform), on, reason)
	switch {
	case err != nil:
		return err
	case p.On:
		fmt.Fprintf(o.stdout, "%s is on\n", p.ID)
	default:
		fmt.Fprintf(o.stdout, "%s is off: %s\n", p.ID, p.Off)
	}
	return nil
}
