package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"onair/live"
)

const (
	// batch is how many titles ride in one request: their labels must fit into one answer, and a spoilt one is asked for
	// again in halves.
	batch = 20
	// lookEvery is how often new titles are looked for.
	lookEvery = 15 * time.Second
	// pace lies between two requests.
	pace = time.Second
	// labelTTL is how long a label is kept: as long as what YouTube says may be kept without asking again.
	labelTTL = 30 * 24 * time.Hour
	// leftOut is how often a title may be left out of an answer before it counts as one without a label.
	leftOut = 2
	// firstBackOff doubles with each failure, up to maxBackOff.
	firstBackOff = 10 * time.Second
	maxBackOff   = 30 * time.Minute
	// refusedBackOff: a wrong key or a model that cannot do it stays so until somebody acts.
	refusedBackOff = time.Hour
	// maxTried bounds the titles that are remembered as being on their way.
	maxTried = 50_000
)

// Runner labels what nobody else can. Only the leader runs one; each leader makes its own.
type Runner struct {
	Client *Client
	Items  func() []Item // what has no label now, most viewers first
	Facts  Facts
	Daily  int64 // tokens a day (UTC)
	Clock  live.Clock
	Log    *slog.Logger

	mu     sync.Mutex
	status Status
}

// Status is how labelling goes.
type Status struct {
	Requests, Labels, Withheld uint64 // Withheld: titles not sent because they speak to the model
	Problem                    string // "" while all is well; for people, without addresses and keys
}

// Status may be asked at any time.
func (r *Runner) Status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status
}

func (r *Runner) note(change func(*Status)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.status)
}

// round is what one Run remembers.
type round struct {
	*Runner
	budget  *budget
	tried   map[string]int // by key: 0 withheld, labelled or given up; else how often it was left out
	failed  int            // in a row
	request bool           // one was made, so that the next keeps its distance
}

// Run labels until ctx ends, then returns nil. Failures are waited out and told by Status.
func (r *Runner) Run(ctx context.Context) error {
	if err := r.Client.Check(); err != nil {
		return err
	}
	w := &round{Runner: r, tried: map[string]int{}, budget: &budget{r.Facts, r.Daily, r.Clock.Now}}
	for {
		wait := lookEvery
		if items := w.next(); len(items) > 0 {
			wait = w.after(ctx, w.label(ctx, items))
		}
		if live.Wait(ctx, r.Clock, wait) != nil {
			return nil
		}
	}
}

// next picks what to ask about now.
func (w *round) next() []Item {
	if len(w.tried) > maxTried {
		clear(w.tried) // what has a label is not listed again; the rest is tried once more
	}
	var out []Item
	for _, it := range w.Items() {
		key := it.key()
		if n, ok := w.tried[key]; ok && n == 0 {
			continue
		}
		if it.Addressed() {
			w.tried[key] = 0
			w.note(func(s *Status) { s.Withheld++ })
			continue
		}
		if out = append(out, it); len(out) == batch {
			break
		}
	}
	return out
}

// after says how long to wait after an outcome.
func (w *round) after(ctx context.Context, err error) time.Duration {
	if err == nil || ctx.Err() != nil {
		w.failed = 0
		w.note(func(s *Status) { s.Problem = "" })
		return pace
	}
	wait := min(firstBackOff<<min(w.failed, 16), maxBackOff)
	w.failed++
	var busy *BusyError
	switch {
	case errors.Is(err, ErrSpent):
		now := w.Clock.Now().UTC()
		wait = now.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now)
	case errors.Is(err, ErrRefused), errors.Is(err, errNonsense):
		wait = refusedBackOff
	case errors.As(err, &busy):
		wait = max(wait, busy.RetryAfter)
	}
	w.note(func(s *Status) { s.Problem = err.Error() })
	w.Log.Warn("titles not labelled", "err", err, "again_in", wait)
	return wait
}

// errNonsense: the model does not even label what everybody can.
var errNonsense = errors.New("the model labels known titles wrongly; is it the right model?")

// label asks about items and writes what comes back. Where the answer cannot be believed it asks about halves, so that
// a title which spoils answers ends up alone, and gets an empty label. Errors are those after which to wait.
func (w *round) label(ctx context.Context, items []Item) error {
	verdicts, err := w.ask(ctx, items)
	switch {
	case err == nil:
		return w.write(ctx, items, verdicts)
	case !errors.Is(err, errCanary) && !errors.Is(err, ErrAnswer):
		return err
	case len(items) > 1:
		half := len(items) / 2
		if err := w.label(ctx, items[:half]); err != nil {
			return err
		}
		return w.label(ctx, items[half:])
	}
	if _, err := w.ask(ctx, nil); errors.Is(err, errCanary) || errors.Is(err, ErrAnswer) {
		return fmt.Errorf("%w (%w)", errNonsense, err)
	} else if err != nil {
		return err
	}
	w.Log.Debug("title spoils answers", "channel", items[0].Channel)
	return w.put(ctx, items[0], live.Label{Model: w.Client.Model})
}

func (w *round) ask(ctx context.Context, items []Item) ([]*Verdict, error) {
	if w.request {
		if err := live.Wait(ctx, w.Clock, pace); err != nil {
			return nil, err
		}
	}
	w.request = true
	w.note(func(s *Status) { s.Requests++ })
	return trusted(ctx, w.Client, w.budget, items)
}

func (w *round) write(ctx context.Context, items []Item, verdicts []*Verdict) error {
	for i, it := range items {
		l := live.Label{Model: w.Client.Model}
		if v := verdicts[i]; v != nil {
			if it.NeedLang {
				l.Lang = v.Lang
			}
			if it.NeedCategory {
				l.Category = v.Category
			}
		} else if w.tried[it.key()]++; w.tried[it.key()] < leftOut {
			continue
		}
		if err := w.put(ctx, it, l); err != nil {
			return err
		}
	}
	return nil
}

func (w *round) put(ctx context.Context, it Item, l live.Label) error {
	value, err := json.Marshal(l)
	if err != nil {
		return err
	}
	err = w.Facts.Put(ctx, live.Fact{Table: table, Key: it.key(), Value: value}, labelTTL)
	if err != nil && !errors.Is(err, ErrConflict) { // a conflict: there is a label already
		return err
	}
	w.tried[it.key()] = 0
	w.note(func(s *Status) { s.Labels++ })
	return nil
}
