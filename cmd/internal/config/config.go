// Package config is the settings that onair's programs share: flags, ONAIR_* environment and one YAML file, which
// end in structs filled by kong. Secrets come from files or the environment, never from a flag: a flag can be read
// by every process of the machine.
package config

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

// Exit codes of every onair program.
const (
	ExitFailure = 1 // it ran, and failed
	ExitUsage   = 2 // a flag, an environment variable or the file is wrong
)

// Common are the settings of every command.
type Common struct {
	Config    kong.ConfigFlag `help:"YAML file with settings, named like the flags (\"log-level: debug\")." placeholder:"FILE" env:"ONAIR_CONFIG"`
	LogLevel  string          `help:"Least level that is logged: ${enum}." enum:"debug,info,warn,error" default:"${log_level=info}" env:"ONAIR_LOG_LEVEL"`
	LogFormat string          `help:"Form of the log on standard error: ${enum}." enum:"text,json" default:"text" env:"ONAIR_LOG_FORMAT"`
}

// Logger makes the program's logger, which writes to w.
func (c Common) Logger(w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // kong has checked it
	o := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// file is a YAML document whose keys are flag names; it lets kong look flags up and refuses keys that no flag has.
type file struct {
	name   string
	values map[string]any
}

// YAML is a kong.ConfigurationLoader.
func YAML(r io.Reader) (kong.Resolver, error) {
	f := file{name: "the settings file", values: map[string]any{}}
	if n, ok := r.(interface{ Name() string }); ok {
		f.name = n.Name()
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	if err := yaml.Unmarshal(b, &f.values); err != nil {
		return nil, fmt.Errorf("%s: %s", f.name, yaml.FormatError(err, false, true))
	}
	return f, nil
}

// Validate implements kong.Resolver.
func (f file) Validate(app *kong.Application) error {
	known := map[string]bool{}
	var walk func(n *kong.Node)
	walk = func(n *kong.Node) {
		for _, fl := range n.Flags {
			known[fl.Name] = true
		}
		for _, c := range n.Children {
			walk(c)
		}
	}
	walk(app.Node)
	var unknown []string
	for k := range f.values {
		if !known[strings.ReplaceAll(k, "_", "-")] {
			unknown = append(unknown, k)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return fmt.Errorf("%s: no such setting: %s", f.name, strings.Join(unknown, ", "))
	}
	return nil
}

// Resolve implements kong.Resolver.
func (f file) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	// kong asks resolvers last and takes their word; the environment goes before the file.
	for _, env := range flag.Envs {
		if _, ok := os.LookupEnv(env); ok {
			return nil, nil
		}
	}
	for k, v := range f.values {
		if strings.ReplaceAll(k, "_", "-") != flag.Name {
			continue
		}
		// kong splits strings; a list or a map in the file becomes what one would type.
		switch v := v.(type) {
		case []any:
			parts := make([]string, len(v))
			for i, e := range v {
				parts[i] = fmt.Sprint(e)
			}
			return strings.Join(parts, ","), nil
		case map[string]any:
			if flag.Target.Kind() != reflect.Map {
				return nil, fmt.Errorf("%s: %s takes one value, not a table", f.name, k)
			}
			keys := make([]string, 0, len(v))
			for key, e := range v {
				keys = append(keys, fmt.Sprintf("%s=%v", key, e))
			}
			slices.Sort(keys)
			return strings.Join(keys, ";"), nil
		case nil:
			return nil, nil
		default:
			return fmt.Sprint(v), nil
		}
	}
	return nil, nil
}

// DataDir makes the folder and reports, naming the setting, when it cannot be written.
func DataDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("--data %s: %w", dir, err)
	}
	probe, err := os.CreateTemp(dir, ".probe")
	if err != nil {
		return fmt.Errorf("--data %s cannot be written: %w", dir, err)
	}
	name := probe.Name()
	err = probe.Close()
	if rm := os.Remove(name); err == nil {
		err = rm
	}
	if err != nil {
		return fmt.Errorf("--data %s: %w", dir, err)
	}
	return nil
}

// Default is where a program keeps its data unless told otherwise: ONAIR's folder below the user's data folder.
func Default(name string) string {
	if d := os.Getenv("XDG_DATA_HOME"); d != "" {
		return filepath.Join(d, "onair", name)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return filepath.Join("data", name)
	}
	return filepath.Join(home, ".local", "share", "onair", name)
}

// UsageError is a wrong setting that shows only when it is used.
type UsageError struct{ Err error }

func (e UsageError) Error() string { return e.Err.Error() }
func (e UsageError) Unwrap() error { return e.Err }
