// Command onair-worker is an edge worker: it takes jobs from a hub elsewhere, asks the platforms from the address of
// the machine it runs on, and publishes what they answer. It holds no server and no list.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"onair/cmd/internal/config"
	"onair/cmd/internal/edge"
)

// version is set by the linker.
var version = "dev"

type cli struct {
	edge.Command
	Version kong.VersionFlag `help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c cli
	parser, err := kong.New(&c, kong.Name("onair-worker"), kong.Description("Take jobs from an onair hub and ask the platforms."),
		kong.Configuration(config.YAML), kong.Vars{"version": version})
	if err != nil {
		fmt.Fprintln(os.Stderr, "onair-worker:", err)
		os.Exit(config.ExitFailure)
	}
	if _, err := parser.Parse(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "onair-worker:", err)
		os.Exit(config.ExitUsage)
	}
	var usage config.UsageError
	switch err := c.Start(ctx, version, os.Stderr); {
	case err == nil, errors.Is(err, context.Canceled):
	case errors.As(err, &usage):
		fmt.Fprintln(os.Stderr, "onair-worker:", err)
		os.Exit(config.ExitUsage)
	default:
		fmt.Fprintln(os.Stderr, "onair-worker:", err)
		os.Exit(config.ExitFailure)
	}
}
