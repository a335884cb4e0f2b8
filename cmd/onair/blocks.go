package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"onair/live"
)

type blocksCmd struct {
	List blocksListCmd `cmd:"" help:"List what is kept out of the list."`
	Add  blocksAddCmd  `cmd:"" help:"Keep a channel, a category or a word out of the list."`
	Rm   blocksRmCmd   `cmd:"" help:"Let it in again."`
}

type blocksListCmd struct{ operatorFlags }

// Run is called by kong.
func (c *blocksListCmd) Run(ctx context.Context, o out) error {
	a, err := c.client()
	if err != nil {
		return err
	}
	list, err := a.Blocks(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(o.stdout, 0, 4, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "KIND\tVALUE\tREASON")
	for _, b := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\n", b.Kind, b.Value, b.Reason)
	}
	return nil
}

// blockArgs name a block.
type blockArgs struct {
	Kind  string `arg:"" enum:"channel,category,keyword" help:"${enum}."`
	Value string `arg:"" help:"platform:id, the name of a category, or a word in titles."`
}

type blocksAddCmd struct {
	operatorFlags
	blockArgs
	Reason string `help:"Why, for whoever reads it later."`
}

// Run is called by kong.
func (c *blocksAddCmd) Run(ctx context.Context, o out) error {
	a, err := c.client()
	if err != nil {
		return err
	}
	b, err := a.AddBlock(ctx, live.Block{Kind: live.BlockKind(c.Kind), Value: c.Value, Reason: c.Reason})
	if err != nil {
		return err
	}
	fmt.Fprintf(o.stdout, "%s %s is kept out\n", b.Kind, b.Value)
	return nil
}

type blocksRmCmd struct {
	operatorFlags
	blockArgs
}

// Run is called by kong.
func (c *blocksRmCmd) Run(ctx context.Context, o out) error {
	a, err := c.client()
	if err != nil {
		return err
	}
	if err := a.RemoveBlock(ctx, live.BlockKind(c.Kind), c.Value); err != nil {
		return err
	}
	fmt.Fprintf(o.stdout, "%s %s may be listed again\n", c.Kind, c.Value)
	return nil
}
