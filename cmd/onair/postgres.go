package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"onair/api"
	"onair/broker"
	"onair/live"
	"onair/sink/postgres"
)

// postgresSettings are the flags of the copy into a database, which serve and demo share.
type postgresSettings struct {
	Postgres     string        `help:"Copy everything into this Postgres database, postgres://user@host/name; off when empty. Leave the password to ONAIR_POSTGRES, --postgres-file or PGPASSFILE: other users of this machine can read flags." placeholder:"URL" env:"ONAIR_POSTGRES"`
	PostgresFile string        `help:"File with that URL." placeholder:"FILE" env:"ONAIR_POSTGRES_FILE"`
	PostgresKeep time.Duration `help:"How long observations, rankings and requests stay there." default:"2160h" env:"ONAIR_POSTGRES_KEEP"`

	PostgresFlush time.Duration `help:"How long rows wait for others, to be written in one transaction." default:"2s" hidden:"" env:"ONAIR_POSTGRES_FLUSH"`
}

// maxURLFile bounds the file with the URL: a longer one is the wrong one.
const maxURLFile = 64 << 10

// target is the database to copy to; on is false when there is none. Errors name the setting and never what it says.
func (s *postgresSettings) target() (t postgres.Target, on bool, err error) {
	url, setting := s.Postgres, "--postgres"
	if s.PostgresFile != "" {
		if s.Postgres != "" {
			return t, false, errors.New("--postgres and --postgres-file name the database twice")
		}
		setting = "--postgres-file " + s.PostgresFile
		info, err := os.Stat(s.PostgresFile)
		if err != nil {
			return t, false, fmt.Errorf("--postgres-file: %w", err)
		}
		if !info.Mode().IsRegular() || info.Size() > maxURLFile {
			return t, false, fmt.Errorf("%s is not a small file", setting)
		}
		text, err := os.ReadFile(s.PostgresFile)
		if err != nil {
			return t, false, fmt.Errorf("--postgres-file: %w", err)
		}
		if url = strings.TrimSpace(string(text)); url == "" {
			return t, false, fmt.Errorf("%s is empty", setting)
		}
	}
	if url == "" {
		return t, false, nil
	}
	if t, err = postgres.Parse(url); err != nil {
		return t, false, fmt.Errorf("%s: %w", setting, err)
	}
	if s.PostgresKeep < postgres.MinKeep {
		return t, false, fmt.Errorf("--postgres-keep %v is under %v", s.PostgresKeep, postgres.MinKeep)
	}
	if s.PostgresFlush < 0 {
		return t, false, fmt.Errorf("--postgres-flush %v is under 0", s.PostgresFlush)
	}
	return t, true, nil
}

// check names the setting at fault.
func (s *postgresSettings) check() error {
	_, _, err := s.target()
	return err
}

// postgresCopy is the leader's duty to copy the log into a database, and what this node knows of it.
type postgresCopy struct {
	target postgres.Target
	keep   time.Duration
	flush  time.Duration
	infos  []live.PlatformInfo
	log    *slog.Logger

	current atomic.Pointer[postgres.Exporter] // nil while another node leads
}

// Run copies while the lease is held. Nothing that happens to the database ends it before ctx: it must not take the
// lease along.
func (c *postgresCopy) Run(ctx context.Context, b *broker.Broker, epoch broker.Epoch, clock live.Clock) error {
	e := postgres.New(postgres.Options{
		Target: c.target, Log: pageLog{b, nil}, Facts: b.Facts(), Infos: c.infos, Epoch: postgres.Epoch{Created: epoch.Created, Rev: epoch.Rev},
		Clock: clock, Keep: c.keep, Flush: c.flush, Logger: c.log,
	})
	c.current.Store(e)
	defer c.current.Store(nil)
	if err := e.Run(ctx); ctx.Err() == nil {
		c.log.Error("not copying to postgres until another node leads or this one starts anew", "err", err)
		<-ctx.Done()
	}
	return ctx.Err()
}

// problems is what the health page says about the copy; nothing while it works, or another node copies.
func (c *postgresCopy) problems() []api.Problem {
	e := c.current.Load()
	if e == nil {
		return nil
	}
	if text := e.Health().Text(); text != "" {
		return []api.Problem{{Part: "postgres", Detail: text}}
	}
	return nil
}

// The copy's figures, of the node that leads.
var (
	postgresUp           = prometheus.NewDesc("onair_postgres_up", "1 while the copy into Postgres works, 0 while it does not.", nil, nil)
	postgresBehind       = prometheus.NewDesc("onair_postgres_behind_messages", "Messages of the log that are not copied yet, as last seen.", nil, nil)
	postgresObservations = prometheus.NewDesc("onair_postgres_observations_total", "Observations copied into Postgres by this leader.", nil, nil)
	postgresGaps         = prometheus.NewDesc("onair_postgres_gaps_total", "Times that messages could not be copied or another log began (exports_gaps).", nil, nil)
	postgresRestarts     = prometheus.NewDesc("onair_postgres_interruptions_total", "Times that the database or the log was lost.", nil, nil)
)

// Describe implements prometheus.Collector.
func (c *postgresCopy) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{postgresUp, postgresBehind, postgresObservations, postgresGaps, postgresRestarts} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c *postgresCopy) Collect(ch chan<- prometheus.Metric) {
	e := c.current.Load()
	if e == nil {
		return
	}
	h := e.Health()
	up := 1.0
	if h.Error != "" {
		up = 0
	}
	ch <- prometheus.MustNewConstMetric(postgresUp, prometheus.GaugeValue, up)
	ch <- prometheus.MustNewConstMetric(postgresBehind, prometheus.GaugeValue, float64(h.LastSeq-min(h.LastSeq, h.Position)))
	ch <- prometheus.MustNewConstMetric(postgresObservations, prometheus.CounterValue, float64(h.Observations))
	ch <- prometheus.MustNewConstMetric(postgresGaps, prometheus.CounterValue, float64(h.Gaps))
	ch <- prometheus.MustNewConstMetric(postgresRestarts, prometheus.CounterValue, float64(h.Restarts))
}

var _ prometheus.Collector = (*postgresCopy)(nil)
