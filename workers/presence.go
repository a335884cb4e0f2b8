package workers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"onair/live"
)

// announce says every ten real seconds that the worker is there. A lost announcement is made good by the next.
func (w *Worker) announce(ctx context.Context) error {
	t := time.NewTicker(presenceEvery)
	defer t.Stop()
	for {
		c, cancel := context.WithTimeout(ctx, askTimeout)
		err := w.Say.Announce(c, w.Presence())
		cancel()
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, ErrDenied):
			return fmt.Errorf("announce worker %s: %w", w.Name, err)
		case err != nil:
			w.Logger.Debug("presence not announced", attrError, err)
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// Presence is what the worker says about itself.
func (w *Worker) Presence() live.Presence {
	p := live.Presence{
		Worker: w.Name, Version: w.Version, Classes: w.Classes, Regions: w.Regions, Egresses: w.Pool.Live(),
		Counters: w.Stats().Flat(), Missing: w.missing, SentAt: w.now().UTC(),
	}
	if w.without != "" {
		p.Missing = maps.Clone(w.missing)
		p.Missing[noBrowserKey] = w.without
	}
	for _, s := range w.ready {
		p.Platforms = append(p.Platforms, s.Info().ID)
	}
	return p
}
