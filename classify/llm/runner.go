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
	// Batch is how many titles ride in one request: their labels must fit into one answer, and a spoilt one is asked for
	// again in halves.
	Batch = 20
	// lookEvery is how often new titles are looked for.
	lookEvery = 15 * time.Second
	// Patience lies on average between two requests about less than a batch: the instructions of a request cost as much as
	// six titles, and a title comes every half minute.
	Patience = 5 * time.Minute
	// burst is how many such requests may follow each other after a quiet time, so that a few titles get their labels soon.
	burst = 6
	// pace lies between two requests.
	pace = time.Second
	// labelTTL is how long a label is kept: as long as what YouTube says may be kept without asking again.
	labelTTL = 30 * 24 * time.Hour
	// leftOut is how often a title may be left out of an answer before it counts as one without a label.
	leftOut = 2
	// firstBackOff doubles with each failure, up to maxBackOff.
	firstBackOff = 10 * time.Second
	maxBackOff   = 30 * time.Minute
	// uselessBackOff is for a model that cannot do it, which asking costs tokens to see.
	uselessBackOff = time.Hour
	// refusedBackOff is for a wrong key, and doubles up to uselessBackOff: it stays wrong until somebody acts, who then
	// wants to see that it was right.
	refusedBackOff = time.Minute
	// channelDaily bounds the titles of one channel that are asked about a day (UTC): who puts the song that is on, or the
	// time, into the title must not use up everybody's tokens.
	channelDaily = 24
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
	budget    *budget
	tried     map[string]int // by key: 0 withheld, labelled or given up; else how often it was left out
	unwritten []live.Fact    // labels that are paid for
	failed    int            // in a row
	request   bool           // one was made, so that the next keeps its distance
	patient   time.Time      // Patience after each request about less than a batch
	size      int            // of a batch: less than Batch for an endpoint that cannot answer so much in time
	day       string         // that channels counts
	channels  map[live.ChannelID]int
}

// Run labels until ctx ends, then returns nil. Failures are waited out and told by Status.
func (r *Runner) Run(ctx context.Context) error {
	if err := r.Client.Check(); err != nil {
		return err
	}
	w := &round{Runner: r, tried: map[string]int{}, budget: &budget{r.Facts, r.Daily, r.Clock.Now}, size: Batch, channels: map[live.ChannelID]int{}}
	for {
		wait := lookEvery
		if items := w.next(); len(items) > 0 || len(w.unwritten) > 0 {
			wait = w.after(ctx, w.work(ctx, items))
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
	if today := w.Clock.Now().UTC().Format(time.DateOnly); today != w.day {
		w.day = today
		clear(w.channels)
	}
	var out []Item
	for _, it := range w.Items() {
		key := it.key()
		if n, ok := w.tried[key]; ok && n == 0 || w.channels[it.Channel] >= channelDaily {
			continue
		}
		if it.Addressed() {
			w.tried[key] = 0
			w.note(func(s *Status) { s.Withheld++ })
			continue
		}
		if out = append(out, it); len(out) == w.size {
			return out
		}
	}
	if w.patient.Sub(w.Clock.Now()) > (burst-1)*Patience {
		return nil
	}
	return out
}

// work writes what is still to be written, then has as many of items labelled as today's tokens pay for.
func (w *round) work(ctx context.Context, items []Item) error {
	if err := w.flush(ctx); err != nil || len(items) == 0 {
		return err
	}
	left, err := w.budget.left(ctx)
	if err != nil {
		return err
	}
	part := len(items) < w.size
	for w.Client.Cost(items) > left {
		if len(items) == 1 {
			return ErrSpent
		}
		items = items[:len(items)-1]
	}
	if err := w.label(ctx, items); err != nil {
		return err
	}
	if part {
		if now := w.Clock.Now(); w.patient.Before(now) {
			w.patient = now
		}
		w.patient = w.patient.Add(Patience)
	}
	return nil
}

// after says how long to wait after an outcome.
func (w *round) after(ctx context.Context, err error) time.Duration {
	if ctx.Err() != nil {
		return pace
	}
	if err == nil {
		w.failed, w.size = 0, min(w.size+1, Batch)
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
	case errors.Is(err, errSlow):
		w.size = max(1, w.size/2)
	case errors.Is(err, ErrRequest), errors.Is(err, errNonsense):
		wait = uselessBackOff
	case errors.Is(err, ErrRefused):
		wait = min(refusedBackOff<<min(w.failed-1, 16), uselessBackOff)
	case errors.As(err, &busy):
		wait = max(wait, busy.RetryAfter)
	}
	w.note(func(s *Status) { s.Problem = err.Error() })
	w.Log.Warn("titles not labelled", "err", err, "again_in", wait)
	return wait
}

// errNonsense: the model does not even label what everybody can.
var errNonsense = errors.New("the model labels known titles wrongly; is it the right model?")

// label asks about items and writes what comes back. Where the answer cannot be believed, or a title keeps the endpoint
// from answering, it asks about halves, so that the title which does it ends up alone, and gets an empty label. Errors
// are those after which to wait.
func (w *round) label(ctx context.Context, items []Item) error {
	verdicts, err := w.ask(ctx, items)
	switch {
	case err == nil:
		return w.keep(ctx, items, verdicts)
	case !spoilt(err):
		return err
	case len(items) > 1:
		half := len(items) / 2
		if err := w.label(ctx, items[:half]); err != nil {
			return err
		}
		return w.label(ctx, items[half:])
	}
	switch _, err := w.ask(ctx, nil); {
	case errors.Is(err, ErrRequest):
		return err
	case spoilt(err):
		return fmt.Errorf("%w (%w)", errNonsense, err)
	case err != nil:
		return err
	}
	w.Log.Debug("title spoils answers", "channel", items[0].Channel)
	if err := w.queue(items[0], live.Label{Model: w.Client.Model}); err != nil {
		return err
	}
	return w.flush(ctx)
}

// spoilt reports an error that a title may be the reason of.
func spoilt(err error) bool {
	return errors.Is(err, errCanary) || errors.Is(err, ErrAnswer) || errors.Is(err, ErrRequest)
}

func (w *round) ask(ctx context.Context, items []Item) ([]*Verdict, error) {
	if w.request {
		if err := live.Wait(ctx, w.Clock, pace); err != nil {
			return nil, err
		}
	}
	w.request = true
	verdicts, u, err := trusted(ctx, w.Client, w.budget, items)
	w.note(func(s *Status) { s.Requests += uint64(u.Requests) })
	return verdicts, err
}

// keep writes the verdicts about items.
func (w *round) keep(ctx context.Context, items []Item, verdicts []*Verdict) error {
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
		if err := w.queue(it, l); err != nil {
			return err
		}
	}
	return w.flush(ctx)
}

// queue has a label written by the next flush.
func (w *round) queue(it Item, l live.Label) error {
	value, err := json.Marshal(l)
	if err != nil {
		return err
	}
	w.unwritten = append(w.unwritten, live.Fact{Table: table, Key: it.key(), Value: value})
	w.tried[it.key()] = 0
	w.channels[it.Channel]++
	return nil
}

// flush writes labels. Those that it cannot write stay for the next time: they are paid for.
func (w *round) flush(ctx context.Context) error {
	for len(w.unwritten) > 0 {
		err := w.Facts.Put(ctx, w.unwritten[0], labelTTL)
		if err != nil && !errors.Is(err, ErrConflict) { // a conflict: there is a label already
			return err
		}
		w.unwritten = w.unwritten[1:]
		w.note(func(s *Status) { s.Labels++ })
	}
	return nil
}
