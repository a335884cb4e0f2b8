package main

import (
	"context"
	"log/slog"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"onair/api"
	"onair/broker"
	"onair/classify/llm"
	"onair/cmd/internal/config"
	"onair/live"
	"onair/sink/thumbs"
	"onair/view"
)

// duties is what the leader does beside planning: it copies things out and works out facts. None of it is needed for
// the list, so none of it ends the lease: whatever fails is waited out, and told in health.
type duties struct {
	settings *hubSettings
	infos    []live.PlatformInfo
	log      *slog.Logger
	pictures *thumbs.Store // nil: no copies of thumbnails
	database *postgresCopy // nil: no database

	labels atomic.Pointer[llm.Runner]    // nil while another node leads, or there is no model
	copies atomic.Pointer[thumbs.Runner] // likewise
	people atomic.Pointer[creators]
}

// newDuties opens what the settings name. Errors name the setting.
func newDuties(ctx context.Context, s *hubSettings, data string, infos []live.PlatformInfo, log *slog.Logger) (*duties, error) {
	d := &duties{settings: s, infos: infos, log: log}
	target, on, err := s.target()
	if err != nil {
		return nil, config.UsageError{Err: err}
	}
	if on {
		d.database = &postgresCopy{target: target, keep: s.PostgresKeep, flush: s.PostgresFlush, infos: infos, log: log}
	}
	if d.pictures, err = s.thumbSettings.open(ctx, data); err != nil {
		return nil, config.UsageError{Err: err}
	}
	return d, nil
}

func (d *duties) close() {
	if d.pictures != nil {
		if err := d.pictures.Close(); err != nil {
			d.log.Warn("thumbnail store not closed", "err", err)
		}
	}
}

// run does them in the name of one leader until ctx ends.
func (d *duties) run(ctx context.Context, b *broker.Broker, epoch broker.Epoch, v *view.View, clock live.Clock) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.label(ctx, b, epoch, v, clock) })
	g.Go(func() error { return d.copyThumbs(ctx, b, epoch, v) })
	g.Go(func() error {
		c := newCreators(v, b.Facts(), epoch, clock, d.log)
		d.people.Store(c)
		defer d.people.Store(nil)
		return c.Run(ctx)
	})
	if d.database != nil {
		g.Go(func() error { return d.database.Run(ctx, b, epoch, clock) })
	}
	return g.Wait()
}

// problems is what the health page says about them.
func (d *duties) problems() []api.Problem {
	var list []api.Problem
	if r := d.labels.Load(); r != nil {
		if text := r.Status().Problem; text != "" {
			list = append(list, api.Problem{Part: "labels", Detail: text})
		}
	}
	if r := d.copies.Load(); r != nil {
		if text := r.Stats().Problem; text != "" {
			list = append(list, api.Problem{Part: "thumbnails", Detail: text})
		}
	}
	if p := d.people.Load().problem(); p != nil {
		list = append(list, *p)
	}
	if d.database != nil {
		list = append(list, d.database.problems()...)
	}
	return list
}

// collectors are their figures.
func (d *duties) collectors() []prometheus.Collector {
	list := []prometheus.Collector{dutyFigures{d}}
	if d.database != nil {
		list = append(list, d.database)
	}
	return list
}

// dutyFigures are the counts of labels and thumbnails, of the node that leads.
type dutyFigures struct{ *duties }

var (
	labelRequests = prometheus.NewDesc("onair_label_requests_total", "Requests to the language model by this leader.", nil, nil)
	labelsWritten = prometheus.NewDesc("onair_labels_total", "Titles that it labelled.", nil, nil)
	labelsKept    = prometheus.NewDesc("onair_labels_withheld_total", "Titles that were not sent because they speak to the model.", nil, nil)
	thumbsFetched = prometheus.NewDesc("onair_thumbs_fetched_total", "Thumbnails fetched by this leader.", nil, nil)
	thumbsSame    = prometheus.NewDesc("onair_thumbs_unchanged_total", "Fetched thumbnails that had not changed.", nil, nil)
	thumbsStored  = prometheus.NewDesc("onair_thumbs_stored_total", "Thumbnails made and stored.", nil, nil)
	thumbsFailed  = prometheus.NewDesc("onair_thumbs_failed_total", "Thumbnails that could not be fetched, decoded or stored.", nil, nil)
)

// Describe implements prometheus.Collector.
func (f dutyFigures) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{labelRequests, labelsWritten, labelsKept, thumbsFetched, thumbsSame, thumbsStored, thumbsFailed} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (f dutyFigures) Collect(ch chan<- prometheus.Metric) {
	count := func(d *prometheus.Desc, n uint64) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n))
	}
	if r := f.labels.Load(); r != nil {
		s := r.Status()
		count(labelRequests, s.Requests)
		count(labelsWritten, s.Labels)
		count(labelsKept, s.Withheld)
	}
	if r := f.copies.Load(); r != nil {
		s := r.Stats()
		count(thumbsFetched, s.Fetched)
		count(thumbsSame, s.Unchanged)
		count(thumbsStored, s.Stored)
		count(thumbsFailed, s.Failed)
	}
}
