package workers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"onair/live"
	"onair/platform"
)

// take asks for jobs of one platform, class and region and does them one after the other, until ctx ends (nil) or the
// broker says that this worker may not (ErrDenied).
func (w *Worker) take(ctx context.Context, s platform.Source, class live.Class, region string) error {
	p := s.Info().ID
	for fails := 0; ; {
		if w.waitRest(ctx, class, p, region) != nil {
			return nil
		}
		t, err := w.Jobs.Take(ctx, p, class, region)
		if err == nil && t != nil {
			err = w.do(ctx, s, t)
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, ErrDenied):
			return fmt.Errorf("take jobs of %s (%s, %s): %w", p, class, region, err)
		case err == nil:
			fails = 0
			continue
		}
		if fails == 0 {
			w.Logger.Warn("no job done", attrPlatform, p, attrError, err)
		}
		back := time.Duration(rand.Int64N(int64(min(retryMax, retryBase<<min(fails, 10)))) + 1)
		fails++
		if live.Wait(ctx, live.RealClock{}, back) != nil {
			return nil
		}
	}
}

// do sees one job through: fetch, outbox, ack. It returns ErrDenied, or an outbox's error; then the job is left
// without ack, and comes again when the broker's patience ends.
func (w *Worker) do(ctx context.Context, s platform.Source, t Taken) error {
	job := t.Job()
	began := w.now()
	stop := w.keepAlive(t)
	defer stop()
	if until := w.restOf(job.Class, job.Platform, job.Region); !until.IsZero() && until.Before(job.NotAfter) {
		_ = w.waitRest(ctx, job.Class, job.Platform, job.Region) // it began while Take waited
	}
	if job.Platform != s.Info().ID || !job.NotAfter.IsZero() && w.Clock.Now().After(job.NotAfter) || !w.restOf(job.Class, job.Platform, job.Region).IsZero() {
		w.count.add(func(s *Stats) { s.Stale++ })
		w.Logger.Info("job is stale", jobAttrs(job)...)
		return w.ack(ctx, t)
	}
	fetch := w.chain
	if job.Class == live.ClassBrowser {
		fetch = w.browse
	}
	out, err := fetch(ctx, s, job)
	if err != nil {
		return err
	}
	w.count.add(func(s *Stats) { s.Jobs++ })
	w.Logger.Info("job done", append(jobAttrs(job), attrPages, out.pages, attrRows, out.rows, attrClass, string(out.class), attrTook, w.now().Sub(began))...)
	return w.ack(ctx, t)
}

func jobAttrs(j live.Job) []any {
	return []any{slog.String(attrJob, j.ID), slog.String(attrPlatform, string(j.Platform)), slog.String(attrKind, string(j.Kind)), slog.String(attrKey, j.Key)}
}

// ack frees the job's slot, also when the worker is about to stop: a job that was half done and comes again would give
// a second pass under the same id. A lost ack costs no more than that the job runs once more.
func (w *Worker) ack(ctx context.Context, t Taken) error {
	patience := askTimeout
	if ctx.Err() != nil {
		patience = farewell
	}
	c, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	err := t.Ack(c)
	if errors.Is(err, ErrDenied) {
		return fmt.Errorf("ack job %s: %w", t.Job().ID, err)
	}
	if err != nil {
		w.Logger.Debug("job not acked", attrJob, t.Job().ID, attrError, err)
	}
	return nil
}

// keepAlive tells the broker every third of its patience that the job is being done, until stop is called.
func (w *Worker) keepAlive(t Taken) (stop func()) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(w.AckWait / 3)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if err := t.InProgress(); err != nil {
					w.Logger.Debug("no sign of life sent", attrJob, t.Job().ID, attrError, err)
				}
			case <-end:
				return
			}
		}
	}()
	return func() { close(end); <-ended }
}
