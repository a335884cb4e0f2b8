package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"text/tabwriter"
	"time"

	"onair/cmd/internal/config"
	"onair/live"
	"onair/platform"
	"onair/workers"
)

type egressCmd struct {
	Test egressTestCmd `cmd:"" help:"Ask every platform for one small thing through every egress, and show who is let in."`
}

type egressTestCmd struct {
	config.Common
	config.Platforms
	config.Egresses
	JSON    bool          `help:"Print JSON, one object for each egress and platform." name:"json"`
	Timeout time.Duration `help:"How long one request may take." default:"15s"`
}

// Help is shown by kong below the flags.
func (egressTestCmd) Help() string {
	return config.EgressHelp + "\n\nIt spends no quota, so YouTube's API itself is not asked: its refusals concern the key, not the address. " +
		"It exits with 1 when no platform could be reached through any egress."
}

// Validate is called by kong.
func (c *egressTestCmd) Validate() error {
	if c.Timeout <= 0 || c.Timeout > time.Minute {
		return fmt.Errorf("--timeout %v is not above 0 and at most a minute", c.Timeout)
	}
	return nil
}

var errNoneReachable = errors.New("no platform could be reached through any egress")

// Run is called by kong.
func (c *egressTestCmd) Run(ctx context.Context, o out) error {
	sources, err := c.Sources(live.RealClock{}, os.LookupEnv)
	if err != nil {
		return config.UsageError{Err: err}
	}
	addresses, err := c.Addresses()
	if err != nil {
		return config.UsageError{Err: err}
	}
	pool, err := workers.NewPool(workers.PoolOptions{Addresses: addresses, Logger: c.Logger(o.stderr)})
	if err != nil {
		return config.UsageError{Err: err}
	}
	defer pool.Close()
	var on []platform.Source
	for _, s := range sources {
		if s.Off == "" {
			on = append(on, s.Source)
		} else {
			fmt.Fprintf(o.stderr, "%s is left out: %s\n", s.Info().ID, s.Off)
		}
	}
	probed := pool.Probe(ctx, on, c.Timeout)
	show := printProbed
	if c.JSON {
		show = printProbedJSON
	}
	if err := show(o.stdout, probed); err != nil {
		return err
	}
	for _, p := range probed {
		if p.Reachable {
			return nil
		}
	}
	return errNoneReachable
}

func printProbed(out io.Writer, probed []workers.Probed) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "EGRESS\tREGION\tPLATFORM\tREACHABLE\tLATENCY\tSTATUS\tCOOLDOWN")
	for _, p := range probed {
		reachable, latency, region, rest := "no", "-", "-", "-"
		if p.Reachable {
			reachable, latency = "yes", p.Latency.Round(time.Millisecond).String()
		}
		if p.Region != "" {
			region = p.Region
		}
		if p.Rest > 0 {
			rest = p.Rest.Round(time.Second).String()
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.Egress, region, p.Platform, reachable, latency, verdict(p), rest)
	}
	return w.Flush()
}

// verdict is the status column: "200 ok", "403 blocked", "connection refused".
func verdict(p workers.Probed) string {
	text := "ok"
	switch {
	case p.Blocked:
		text = "blocked"
	case p.Class == live.ClassOf(live.ErrNotFound):
		text = "ok, nothing there" // it let us in, which is what was asked
	case p.Text != "":
		text = p.Text
	case p.Class != "":
		text = string(p.Class)
	}
	if p.Status == 0 {
		return text
	}
	return strconv.Itoa(p.Status) + " " + text
}

func printProbedJSON(out io.Writer, probed []workers.Probed) error {
	type row struct {
		Egress     string          `json:"egress"`
		Region     string          `json:"region,omitempty"`
		Platform   live.Platform   `json:"platform"`
		Reachable  bool            `json:"reachable"`
		Blocked    bool            `json:"blocked"`
		LatencyMS  int64           `json:"latency_ms"`
		Status     int             `json:"status,omitempty"`
		Error      live.ErrorClass `json:"error,omitempty"`
		Detail     string          `json:"detail,omitempty"`
		CooldownMS int64           `json:"cooldown_ms"`
	}
	rows := []row{}
	for _, p := range probed {
		rows = append(rows, row{
			p.Egress, p.Region, p.Platform, p.Reachable, p.Blocked, p.Latency.Milliseconds(), p.Status, p.Class, p.Text, p.Rest.Milliseconds(),
		})
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(rows)
}
