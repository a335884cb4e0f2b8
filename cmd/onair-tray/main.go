// Command onair-tray shows the top live streams in the desktop's tray: a client of a hub's HTTP API, with alerts. It
// holds no broker and no list of its own; with --local it starts "onair serve" beside itself. It exits with 2 when a
// setting is wrong and with 1 when it ran and failed.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/sync/errgroup"

	"onair/live"
	"onair/tray"
	"onair/tray/desktop"
)

// version is set by the linker.
var version = "dev"

const (
	exitFailure = 1 // it ran, and failed
	exitUsage   = 2 // a flag, an environment variable or the file is wrong
	// garbage keeps the program small: it decodes megabytes now and then and idles for the rest of the day.
	garbage = 30
	// memory is where the collector works harder; not a bound.
	memory = 20 << 20
)

type cli struct {
	Settings string `help:"Settings file; without it tray.yaml in the person's configuration folder." env:"ONAIR_TRAY_SETTINGS" placeholder:"FILE"`
	LogLevel string `help:"Least level that is logged: ${enum}." enum:"debug,info,warn,error" default:"info" env:"ONAIR_LOG_LEVEL"`

	Run       runCmd       `cmd:"" default:"withargs" help:"Show the tray (what happens without a command)."`
	Config    configCmd    `cmd:"" help:"Open the settings file."`
	Autostart autostartCmd `cmd:"" help:"Start the tray at login, or no longer."`

	Version kong.VersionFlag `help:"Print the version."`
}

type runCmd struct {
	Server string `help:"The hub to ask, instead of the settings file's." env:"ONAIR_SERVER" placeholder:"URL"`
	Local  bool   `help:"Everything on this machine: start \"onair serve\" beside the tray, and stop it with it." env:"ONAIR_TRAY_LOCAL"`
	Onair  string `help:"The program that --local starts; without it the one beside this one, or in PATH." env:"ONAIR_TRAY_ONAIR" placeholder:"FILE"`
	Data   string `help:"Folder of what --local keeps." env:"ONAIR_TRAY_DATA" placeholder:"DIR"`
}

type configCmd struct{}

type autostartCmd struct {
	What   string `arg:"" enum:"on,off,status" help:"on, off or status."`
	Server string `help:"Start it with this --server." placeholder:"URL"`
	Local  bool   `help:"Start it with --local."`
}

// usageError is a wrong setting that shows only when it is used.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends the program at once
	os.Exit(run(ctx, live.RealClock{}, os.Args[1:], os.Stdout, os.Stderr))
}

// run is main with its surroundings as arguments. It must be called from the main goroutine and returns the exit code.
func run(ctx context.Context, clock live.Clock, args []string, stdout, stderr io.Writer) int {
	var c cli
	parser, err := kong.New(&c, kong.Name("onair-tray"), kong.Description("Top live streams of Korea in the desktop's tray."),
		kong.Vars{"version": version}, kong.Writers(stdout, stderr))
	if err != nil {
		fmt.Fprintln(stderr, "onair-tray:", err)
		return exitFailure
	}
	k, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(stderr, "onair-tray:", err)
		return exitUsage
	}
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // kong has checked it
	logger := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))
	if c.Settings == "" {
		c.Settings, err = defaultSettings()
	}
	if err == nil {
		switch k.Command() {
		case "config":
			err = c.Config.run(&tray.File{Path: c.Settings}, desktop.New(logger, nil), stdout)
		case "autostart <what>":
			err = c.Autostart.run(c.Settings, logger, stdout)
		default:
			err = c.Run.run(ctx, clock, &tray.File{Path: c.Settings}, logger, stdout)
		}
	}
	var usage usageError
	switch {
	case err == nil, errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return 0
	case errors.As(err, &usage), errors.Is(err, tray.ErrSettings):
		fmt.Fprintln(stderr, "onair-tray:", err)
		return exitUsage
	}
	fmt.Fprintln(stderr, "onair-tray:", err)
	return exitFailure
}

func defaultSettings() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "onair", "tray.yaml"), nil
}

// stateDir is where what is kept between two runs stands.
func stateDir() (string, error) {
	if d := os.Getenv("XDG_STATE_HOME"); d != "" {
		return filepath.Join(d, "onair"), nil
	}
	d, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(d, "onair"), nil
}

func (c *runCmd) run(ctx context.Context, clock live.Clock, file *tray.File, logger *slog.Logger, stdout io.Writer) error {
	if c.Server != "" {
		if c.Local {
			return usageError{errors.New("--server and --local exclude each other")}
		}
		if err := tray.CheckServer(c.Server); err != nil {
			return usageError{fmt.Errorf("--server: %w", err)}
		}
	}
	if !desktop.Possible {
		return errors.New("built without cgo: no tray on macOS")
	}
	dir, err := desktop.RuntimeDir()
	if err != nil {
		return err
	}
	place, err := desktop.Acquire(dir)
	if errors.Is(err, desktop.ErrRunning) {
		fmt.Fprintln(stdout, tray.WordsFor(desktop.Language()).Already)
		return desktop.Raise(dir)
	}
	if err != nil {
		return err
	}
	defer place.Close()

	debug.SetGCPercent(garbage)
	debug.SetMemoryLimit(memory)
	log.SetFlags(0)
	log.SetOutput(libraryLog{logger})

	var hub *local
	if c.Local {
		if hub, err = newLocal(c.Onair, c.Data, logger); err != nil {
			return err
		}
		c.Server = hub.url()
	}
	state, err := stateDir()
	if err != nil {
		return err
	}
	hands := desktop.New(logger, loginArgs(file.Path, c.Server, c.Local))
	defer hands.Close()
	return desktop.Main(ctx, "onair", func(ctx context.Context, b *desktop.Bar) error {
		app, err := tray.NewApp(tray.Options{
			Bar: b, Desktop: hands, Source: &tray.Feed{UserAgent: "onair-tray/" + version, Clock: clock},
			Touches: b.Touches(), Presses: hands.Presses(), File: file, Memory: filepath.Join(state, "tray.json"),
			Server: c.Server, Lang: desktop.Language(), Zone: time.Local, Clock: clock, Log: logger,
		})
		if err != nil {
			return err
		}
		words := app.Words()
		say := func(text string) {
			if err := hands.Notify(tray.Notice{Title: "onair", Body: text}, nil); err != nil {
				logger.Warn("notice not shown", "err", err)
			}
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		g, ctx := errgroup.WithContext(ctx)
		g.Go(func() error { place.Serve(ctx, func() { say(words.Already) }); return nil })
		g.Go(func() error { desktop.WatchHost(ctx, logger, func() { say(words.NoHost) }); return nil })
		if hub != nil {
			g.Go(func() error { return hub.run(ctx) })
		}
		g.Go(func() error {
			defer cancel()
			return app.Run(ctx)
		})
		return g.Wait()
	})
}

// loginArgs are the arguments with which the tray starts at login: as it was started now.
func loginArgs(settings, server string, isLocal bool) []string {
	var args []string
	if d, err := defaultSettings(); err != nil || settings != d {
		args = append(args, "--settings", settings)
	}
	switch {
	case isLocal:
		args = append(args, "--local")
	case server != "":
		args = append(args, "--server", server)
	}
	return args
}

// run opens the file: in the person's editor when there is a terminal, else as the desktop does it.
func (c *configCmd) run(file *tray.File, d *desktop.Desktop, stdout io.Writer) error {
	defer d.Close()
	if err := file.Create(); err != nil {
		return err
	}
	fmt.Fprintln(stdout, file.Path)
	if _, err := file.Load(); err != nil {
		fmt.Fprintln(stdout, err)
	}
	editor := os.Getenv("VISUAL")
	if editor == "" {
		editor = os.Getenv("EDITOR")
	}
	if i, err := os.Stdin.Stat(); err != nil || i.Mode()&os.ModeCharDevice == 0 || editor == "" {
		return d.OpenFile(file.Path)
	}
	e := exec.Command(editor, file.Path)
	e.Stdin, e.Stdout, e.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := e.Run(); err != nil {
		return fmt.Errorf("%s: %w", editor, err)
	}
	_, err := file.Load()
	return err
}

func (c *autostartCmd) run(settings string, logger *slog.Logger, stdout io.Writer) error {
	if c.Server != "" {
		if err := tray.CheckServer(c.Server); err != nil {
			return usageError{fmt.Errorf("--server: %w", err)}
		}
	}
	d := desktop.New(logger, loginArgs(settings, c.Server, c.Local))
	defer d.Close()
	if c.What != "status" {
		if err := d.SetAutostart(c.What == "on"); err != nil {
			return err
		}
	}
	state := "off"
	if on, _ := d.Autostart(); on {
		state = "on"
	}
	fmt.Fprintln(stdout, "autostart is", state)
	return nil
}

// libraryLog takes what systray prints. That nobody takes the icon is said once, by desktop.WatchHost.
type libraryLog struct{ log *slog.Logger }

func (l libraryLog) Write(b []byte) (int, error) {
	l.log.Debug("systray", "says", live.CleanText(string(b), 300))
	return len(b), nil
}
