// Command onair is everything in one program: a hub with its broker, a worker, the simulated platforms, a demo of it
// all, and a terminal view. Results go to standard output, logs to standard error. It exits with 2 when a setting is
// wrong and with 1 when it ran and failed.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"onair/cmd/internal/config"
)

// version is set by the linker.
var version = "dev"

type cli struct {
	Serve     serveCmd     `cmd:"" help:"Run a hub on the real platforms: broker, fold, view and HTTP, with a worker inside."`
	Demo      demoCmd      `cmd:"" help:"Run a hub on simulated platforms: no key, no network."`
	Worker    workerCmd    `cmd:"" help:"Run a worker that takes jobs from a hub elsewhere."`
	Egress    egressCmd    `cmd:"" help:"Try the addresses that requests leave from."`
	Sim       simCmd       `cmd:"" help:"Run only the simulated platforms."`
	Top       topCmd       `cmd:"" help:"Show the list in the terminal."`
	Channels  channelsCmd  `cmd:"" help:"Watch channels that no list shows."`
	Creators  creatorsCmd  `cmd:"" help:"Say whose channels they are."`
	Blocks    blocksCmd    `cmd:"" help:"Keep things out of the list."`
	Platforms platformsCmd `cmd:"" help:"Switch platforms on and off while the hub runs."`
	Verdict   verdictCmd   `cmd:"" help:"Say of channels what the rules get wrong."`
	Export    exportCmd    `cmd:"" help:"Write what the log holds into a file."`
	Backup    backupCmd    `cmd:"" help:"Write what a hub knows into one file."`
	Restore   restoreCmd   `cmd:"" help:"Bring back what a backup holds."`
	Check     checkCmd     `cmd:"" help:"Check the settings and say what is on and what is missing."`
	Cluster   clusterCmd   `cmd:"" help:"Move a hub's log into a cluster."`
	Fleet     fleetCmd     `cmd:"" help:"Run a whole cluster on this machine against simulated platforms: servers, hubs, workers."`
	Bench     benchCmd     `cmd:"" help:"Measure onair."`

	Version kong.VersionFlag `help:"Print the version."`
}

// out is what a command writes to.
type out struct {
	stdout, stderr io.Writer
}

func main() {
	// The second signal ends the program at once: the first handler is gone by then.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], out{os.Stdout, os.Stderr}))
}

// run is main with its surroundings as arguments. It returns the exit code.
func run(ctx context.Context, args []string, o out) int {
	code := -1
	var c cli
	parser, err := kong.New(&c,
		kong.Name("onair"),
		kong.Description("What is live in Korea right now, on every platform, in one ranked list."),
		kong.Configuration(config.YAML),
		kong.Vars{"version": version},
		kong.Writers(o.stdout, o.stderr),
		kong.Exit(func(n int) { code = n; panic(exited{}) }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(o),
		kong.UsageOnError(),
	)
	if err != nil {
		fmt.Fprintln(o.stderr, "onair:", err)
		return config.ExitFailure
	}
	k, err := parse(parser, args)
	if code >= 0 { // --help, --version
		return code
	}
	if err != nil {
		fmt.Fprintln(o.stderr, "onair:", err)
		return config.ExitUsage
	}
	err = k.Run()
	var usage config.UsageError
	switch {
	case err == nil, errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprintln(o.stderr, "onair:", err)
		return config.ExitUsage
	}
	fmt.Fprintln(o.stderr, "onair:", err)
	return config.ExitFailure
}

// exited unwinds kong when it wants the process to end after printing help.
type exited struct{}

func parse(p *kong.Kong, args []string) (k *kong.Context, err error) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(exited); !ok {
				panic(r)
			}
		}
	}()
	return p.Parse(args)
}
