package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/term"

	"onair/cmd/internal/config"
	"onair/live"
	"onair/platform"
	"onair/sink/postgres"
	"onair/view"
)

// exportCmd writes what the log says into a file, for those without a database.
type exportCmd struct {
	config.Common
	Data     string          `help:"The hub's data folder, whether the hub runs or not." placeholder:"DIR" env:"ONAIR_DATA"`
	Nats     []string        `help:"Read the log from a nats-server elsewhere instead: its addresses." placeholder:"URL" env:"ONAIR_NATS"`
	NatsKey  string          `help:"With --nats: file with the hub's nkey seed." placeholder:"FILE" env:"ONAIR_NATS_KEY_FILE"`
	NatsCA   string          `name:"nats-ca" help:"With --nats: file with the certificate authority of the servers' TLS." placeholder:"FILE" env:"ONAIR_NATS_CA_FILE"`
	Format   string          `help:"Form of the file: ${enum}. csv is safe to open in a spreadsheet; copy is what Postgres' COPY reads (docs/sql.md)." enum:"csv,jsonl,copy" default:"csv"`
	Since    string          `help:"Only observations from this time on: RFC 3339, a Korean day (2026-11-23), or an age (6h)." placeholder:"TIME"`
	Until    string          `help:"Only observations before this time." placeholder:"TIME"`
	Platform []live.Platform `help:"Only these platforms." placeholder:"NAME"`
	Output   string          `short:"o" help:"The file; - is standard output." default:"-" placeholder:"FILE"`
}

// Validate is called by kong.
func (c *exportCmd) Validate() error {
	if len(c.Nats) == 0 && (c.NatsKey != "" || c.NatsCA != "") {
		return errors.New("--nats-key and --nats-ca are for a broker elsewhere; --nats names it")
	}
	if len(c.Nats) > 0 && c.NatsKey == "" {
		return errors.New("--nats wants the hub's key in --nats-key")
	}
	for _, p := range c.Platform {
		if !slices.Contains(platform.Names(), p) {
			return fmt.Errorf("--platform %.40q is none of %v", p, platform.Names())
		}
	}
	since, until, err := c.span(time.Now())
	if err == nil && !since.IsZero() && !until.IsZero() && !since.Before(until) {
		err = fmt.Errorf("--since %s is not before --until %s", c.Since, c.Until)
	}
	return err
}

// span reads --since and --until; the zero time is no bound.
func (c *exportCmd) span(now time.Time) (since, until time.Time, err error) {
	if since, err = instant(c.Since, now); err != nil {
		return since, until, fmt.Errorf("--since %w", err)
	}
	if until, err = instant(c.Until, now); err != nil {
		return since, until, fmt.Errorf("--until %w", err)
	}
	return since, until, nil
}

// korea is the zone of a bare day. It has no summer time, and needs no zone file.
var korea = time.FixedZone("KST", 9*3600)

func instant(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, s, korea); err == nil {
		return t, nil
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	return time.Time{}, fmt.Errorf("%.40q is neither a time (2026-11-23T18:00:00+09:00), a Korean day (2026-11-23) nor an age (6h)", s)
}

// Run is called by kong.
func (c *exportCmd) Run(ctx context.Context, o out) error {
	if c.Data == "" {
		c.Data = config.Default("hub")
	}
	source, err := c.open(ctx, c.Logger(o.stderr))
	if err != nil {
		return err
	}
	defer source.close()
	w, finish, err := c.create(o)
	if err != nil {
		return err
	}
	bar := &progress{w: o.stderr, began: time.Now()}
	if file, ok := o.stderr.(*os.File); ok {
		bar.on = c.Output != "-" && term.IsTerminal(int(file.Fd()))
	}
	n, err := c.write(ctx, source.log, w, bar)
	bar.end(n)
	return errors.Join(err, finish(err == nil))
}

// write writes what the settings pick of the log and counts the observations.
func (c *exportCmd) write(ctx context.Context, log view.Log, w io.Writer, bar *progress) (n int, err error) {
	since, until, err := c.span(time.Now())
	if err != nil {
		return 0, config.UsageError{Err: err}
	}
	form := formOf(c.Format)
	if _, err := w.Write(form.head()); err != nil {
		return 0, err
	}
	err = postgres.Read(ctx, log, func(r postgres.Reading) error {
		bar.show(r.Seq, r.First, r.Last, n)
		if len(c.Platform) > 0 && !slices.Contains(c.Platform, r.Page.Platform) {
			return nil
		}
		if r.At.Before(since) || !until.IsZero() && !r.At.Before(until) {
			return nil
		}
		n += len(r.Page.Observations)
		_, err := w.Write(form.rows(r))
		return err
	})
	return n, err
}

// create opens the file under another name; finish gives it its own when all is written, so that a broken export is
// never taken for a whole one.
func (c *exportCmd) create(o out) (w io.Writer, finish func(whole bool) error, err error) {
	if c.Output == "-" {
		b := bufio.NewWriterSize(o.stdout, 1<<16)
		return b, func(bool) error { return b.Flush() }, nil
	}
	file, err := os.CreateTemp(filepath.Dir(c.Output), "."+filepath.Base(c.Output)+".*.part")
	if err != nil {
		return nil, nil, config.UsageError{Err: fmt.Errorf("-o %s: %w", c.Output, err)}
	}
	b := bufio.NewWriterSize(file, 1<<20)
	return b, func(whole bool) error {
		err := errors.Join(b.Flush(), file.Chmod(0o644), file.Close())
		if err == nil && whole {
			err = os.Rename(file.Name(), c.Output)
		}
		if err != nil || !whole {
			_ = os.Remove(file.Name())
		}
		return err
	}, nil
}

// progress is a line on a terminal.
type progress struct {
	w     io.Writer
	on    bool
	began time.Time
	shown time.Time
}

const (
	// barEvery is how often the line is drawn anew: more often only costs.
	barEvery = 100 * time.Millisecond
	// barWidth is the bar's own length in characters.
	barWidth = 30
)

func (p *progress) show(seq, first, last uint64, rows int) {
	if !p.on || time.Since(p.shown) < barEvery {
		return
	}
	p.shown = time.Now()
	done := 1.0
	if last > first {
		done = float64(seq-first) / float64(last-first)
	}
	fmt.Fprintf(p.w, "\r[%-*s] %3.0f%%  %s observations\x1b[K", barWidth, bar(done), 100*done, thousands(int64(rows)))
}

func bar(done float64) string {
	b := make([]byte, int(done*barWidth))
	for i := range b {
		b[i] = '#'
	}
	return string(b)
}

func (p *progress) end(rows int) {
	if p.on {
		fmt.Fprintf(p.w, "\r%s observations in %v\x1b[K\n", thousands(int64(rows)), time.Since(p.began).Round(100*time.Millisecond))
	}
}
