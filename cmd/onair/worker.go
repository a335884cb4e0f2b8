package main

import (
	"context"

	"onair/cmd/internal/edge"
)

type workerCmd struct {
	edge.Command
}

// Run is called by kong.
func (c *workerCmd) Run(ctx context.Context, o out) error {
	return c.Command.Start(ctx, version, o.stderr)
}
