package main

import (
	"fmt"
	"os"
	"text/tabwriter"

	"onair/cmd/internal/config"
	"onair/live"
	"onair/platform"
)

type checkCmd struct {
	config.Common
	config.Platforms
	Data     string `help:"Also check that this folder can be written." placeholder:"DIR" env:"ONAIR_DATA"`
	Settings bool   `help:"List every platform's own settings with their defaults."`
}

// Run is called by kong.
func (c *checkCmd) Run(o out) error {
	w := tabwriter.NewWriter(o.stdout, 0, 4, 2, ' ', 0)
	defer w.Flush()
	if c.Settings {
		fmt.Fprintln(w, "SETTING\tENVIRONMENT\tDEFAULT\tMEANING")
		for _, e := range platform.Registry() {
			for _, s := range e.Settings {
				fmt.Fprintf(w, "%s.%s\t%s\t%s\t%s\n", e.Name, s.Name, config.EnvName(string(e.Name), s.Name), s.Default, s.Help)
			}
		}
		return nil
	}
	sources, err := c.Sources(live.RealClock{}, os.LookupEnv)
	if err != nil {
		return config.UsageError{Err: err}
	}
	if c.Data != "" {
		if err := config.DataDir(c.Data); err != nil {
			return config.UsageError{Err: err}
		}
	}
	for _, s := range sources {
		state := "on"
		if s.Off != "" {
			state = "off: " + s.Off
		}
		fmt.Fprintf(w, "%s\t%s\n", s.Info().ID, state)
	}
	return nil
}
