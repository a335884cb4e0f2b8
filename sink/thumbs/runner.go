package thumbs

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"onair/live"
)

const (
	table = "DERIVED"
	// lookEvery is how often the list is looked at, of the clock; lookAtLeast is real, for a fast virtual clock.
	lookEvery   = time.Second
	lookAtLeast = 20 * time.Millisecond
	// perPlatform workers fetch at a time, so that one slow site delays no other; perSecond is what a site is asked at
	// most, in real time.
	perPlatform = 3
	perSecond   = 4
	// drawing is how many pictures are decoded at a time: each may take 16 MiB and a core.
	drawing = 2
	// sweepEvery and sweepAge: what no fact names is deleted, but not at once, for readers hold lists of minutes ago.
	sweepEvery = 30 * time.Minute
	sweepAge   = 2 * time.Hour
)

// Runner keeps copies of what is shown. Only the leader runs one; each leader makes its own.
type Runner struct {
	Store *Store
	Facts Facts
	Infos []live.PlatformInfo // whose Images say where pictures may come from
	Shown func() []Shown      // most important first
	Clock live.Clock
	Log   *slog.Logger

	fetched, unchanged, stored, failed atomic.Uint64
	problem                            atomic.Pointer[string]

	// Tests hurry with the first and wait for the second.
	asked rate.Limit   // of each platform, a second; 0 is perSecond
	out   atomic.Int64 // looks handed out and not settled
}

// Stats counts since the Runner was made.
type Stats struct {
	Fetched, Unchanged, Stored, Failed uint64
	Problem                            string // why nothing can be stored; "" while all is well
}

// Stats may be called at any time.
func (r *Runner) Stats() Stats {
	s := Stats{Fetched: r.fetched.Load(), Unchanged: r.unchanged.Load(), Stored: r.stored.Load(), Failed: r.failed.Load()}
	if p := r.problem.Load(); p != nil {
		s.Problem = *p
	}
	return s
}

// kept is what is known about one broadcast's copy.
type kept struct {
	rev     uint64
	thumb   live.Thumb
	written time.Time // of the fact
	due     time.Time
	every   time.Duration
	since   time.Time // of the first failure in a row; zero while it goes well
	shown   time.Time
	busy    bool
}

// task is one look at one picture, and outcome what came of it.
type task struct {
	shown Shown
	kept  kept
}

type outcome struct {
	id      live.BroadcastID
	kept    kept
	changed bool
	err     error
}

// Run copies pictures until ctx ends, then returns nil. Failures are counted, told by Stats and tried again.
func (r *Runner) Run(ctx context.Context) error {
	f := newFetcher(r.Infos)
	defer f.close()
	copies := map[live.BroadcastID]*kept{}
	if facts, err := r.Facts.List(ctx); err == nil {
		r.load(copies, facts)
	} else if ctx.Err() == nil {
		r.Log.Warn("stored thumbnails not read", "err", err)
	}

	var join sync.WaitGroup
	defer join.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	tasks, outcomes := map[live.Platform]chan task{}, make(chan outcome)
	draw := make(chan struct{}, drawing)
	asked := cmp.Or(r.asked, perSecond)
	for _, info := range r.Infos {
		queue, limit := make(chan task, perPlatform), rate.NewLimiter(asked, perSecond)
		tasks[info.ID] = queue
		for range perPlatform {
			join.Go(func() { r.work(ctx, f, limit, draw, queue, outcomes) })
		}
	}
	join.Go(func() { r.sweeps(ctx) })

	for {
		began := time.Now()
		r.offer(copies, tasks)
		next, stop := r.Clock.After(lookEvery)
		for waiting := true; waiting; {
			select {
			case o := <-outcomes:
				r.settle(copies, o)
			case <-next:
				waiting = false
			case <-ctx.Done():
				stop()
				return nil
			}
		}
		stop()
		_ = live.Wait(ctx, live.RealClock{}, lookAtLeast-time.Since(began))
	}
}

// load takes over what an earlier leader stored.
func (r *Runner) load(copies map[live.BroadcastID]*kept, facts []live.Fact) {
	now := r.Clock.Now()
	for _, f := range facts {
		platform, id, _ := strings.Cut(strings.TrimPrefix(f.Key, "thumb."), ".")
		var t live.Thumb
		if json.Unmarshal(f.Value, &t) != nil {
			continue
		}
		copies[live.BroadcastID{Platform: live.Platform(platform), ID: id}] = &kept{rev: f.Rev, thumb: t, every: minPace, shown: now}
	}
}

// offer hands out what is due, as far as there are hands: what waits longest first, so that those at the top, which are
// due again before the last has had its turn, do not take every turn. What is no longer shown is forgotten.
func (r *Runner) offer(copies map[live.BroadcastID]*kept, tasks map[live.Platform]chan task) {
	now := r.Clock.Now()
	var due []task
	for _, s := range r.Shown() {
		k := copies[s.ID]
		if k == nil {
			k = &kept{every: minPace}
			copies[s.ID] = k
		}
		k.shown = now
		if !k.busy && !now.Before(k.due) {
			due = append(due, task{s, *k})
		}
	}
	slices.SortStableFunc(due, func(x, y task) int { return x.kept.due.Compare(y.kept.due) })
	for _, t := range due {
		select {
		case tasks[t.shown.ID.Platform] <- t: // a nil channel, of a platform that is not shown, takes nothing
			copies[t.shown.ID].busy = true
			r.out.Add(1)
		default:
		}
	}
	for id, k := range copies {
		if !k.busy && now.Sub(k.shown) > FactTTL {
			delete(copies, id)
		}
	}
}

// settle notes an outcome and says when to look again: sooner where pictures change, later where they do not or fail.
func (r *Runner) settle(copies map[live.BroadcastID]*kept, o outcome) {
	defer r.out.Add(-1)
	k, now := copies[o.id], r.Clock.Now()
	if k == nil {
		return
	}
	shown := k.shown
	*k = o.kept
	k.shown, k.busy = shown, false
	switch {
	case o.err == nil && o.changed:
		k.every, k.since = max(minPace, k.every/2), time.Time{}
	case o.err == nil:
		k.every, k.since = min(maxPace, k.every*2), time.Time{}
	default:
		k.every = min(maxPace, k.every*2)
		if k.since.IsZero() {
			k.since = now
		}
	}
	k.due = now.Add(k.every)
}

func (r *Runner) work(ctx context.Context, f *fetcher, limit *rate.Limiter, draw chan struct{}, queue <-chan task, outcomes chan<- outcome) {
	for {
		select {
		case <-ctx.Done():
			return
		case t := <-queue:
			if limit.Wait(ctx) != nil {
				return
			}
			o := r.look(ctx, f, draw, t)
			if o.err != nil && ctx.Err() == nil {
				r.failed.Add(1)
				r.Log.Debug("thumbnail not copied", "broadcast", o.id, "err", o.err)
			}
			select {
			case outcomes <- o:
			case <-ctx.Done():
				return
			}
		}
	}
}

// look fetches one picture and stores it when it is new.
func (r *Runner) look(ctx context.Context, f *fetcher, draw chan struct{}, t task) outcome {
	o := outcome{id: t.shown.ID, kept: t.kept}
	data, err := f.get(ctx, o.id.Platform, t.shown.Source)
	if err != nil {
		o.err = err
		now := r.Clock.Now()
		gone := errors.Is(err, errNone) || !o.kept.since.IsZero() && now.Sub(o.kept.since) > giveUpAfter
		if gone && o.kept.rev > 0 && ctx.Err() == nil {
			r.forget(ctx, &o)
		}
		return o
	}
	r.fetched.Add(1)
	sum := sha256.Sum256(data)
	source := hex.EncodeToString(sum[:16])
	now := r.Clock.Now()
	if source == o.kept.thumb.Source {
		// What this leader wrote lately is there; older things are looked for when their fact is renewed.
		if fresh := !o.kept.written.IsZero() && now.Sub(o.kept.written) < renewAfter; fresh || r.whole(ctx, o.kept.thumb) {
			r.unchanged.Add(1)
			if !fresh {
				o.err = r.write(ctx, &o, o.kept.thumb)
			}
			return o
		}
	}
	o.changed = true
	select {
	case draw <- struct{}{}:
	case <-ctx.Done():
		o.err = ctx.Err()
		return o
	}
	both, err := render(data)
	<-draw
	if err != nil {
		o.err = err
		return o
	}
	thumb := live.Thumb{Width: both[1].width, Height: both[1].height, Source: source, Small: &live.Picture{Width: both[0].width, Height: both[0].height}}
	if thumb.Small.URL, err = r.Store.put(ctx, both[0].data); err == nil {
		thumb.URL, err = r.Store.put(ctx, both[1].data)
	}
	r.tell(ctx, err)
	if err != nil {
		o.err = err
		return o
	}
	r.stored.Add(1)
	o.err = r.write(ctx, &o, thumb)
	return o
}

// tell remembers why the store takes nothing, and says so once.
func (r *Runner) tell(ctx context.Context, err error) {
	switch {
	case ctx.Err() != nil:
	case err == nil:
		r.problem.Store(nil)
	default:
		text := err.Error()
		if r.problem.Swap(&text) == nil {
			r.Log.Warn("thumbnails cannot be stored", "err", err)
		}
	}
}

// whole reports whether both renditions are where their links lead: another node's folder, or a bucket that somebody
// emptied, has them no more.
func (r *Runner) whole(ctx context.Context, t live.Thumb) bool {
	return t.Small != nil && r.Store.has(ctx, t.URL) && r.Store.has(ctx, t.Small.URL)
}

func (r *Runner) write(ctx context.Context, o *outcome, t live.Thumb) error {
	value, err := json.Marshal(t)
	if err != nil {
		return err
	}
	rev, err := r.Facts.Put(ctx, live.Fact{Table: table, Key: thumbKey(o.id), Value: value, Rev: o.kept.rev}, FactTTL)
	if errors.Is(err, ErrConflict) {
		// It expired, or an earlier leader wrote last: the next look finds out which.
		o.kept.rev, o.kept.thumb = 0, live.Thumb{}
		if facts, listed := r.Facts.List(ctx); listed == nil {
			for _, f := range facts {
				if f.Key == thumbKey(o.id) {
					o.kept.rev = f.Rev
				}
			}
		}
	}
	if err != nil {
		return fmt.Errorf("noting a picture: %w", err)
	}
	o.kept.rev, o.kept.thumb, o.kept.written = rev, t, r.Clock.Now()
	return nil
}

// forget takes the copy away, so that the platform's own address is shown.
func (r *Runner) forget(ctx context.Context, o *outcome) {
	err := r.Facts.Remove(ctx, live.Fact{Table: table, Key: thumbKey(o.id), Rev: o.kept.rev})
	if err == nil || errors.Is(err, ErrConflict) {
		o.kept.rev, o.kept.thumb, o.kept.written = 0, live.Thumb{}, time.Time{}
	}
}

func thumbKey(id live.BroadcastID) string { return "thumb." + string(id.Platform) + "." + id.ID }

// sweeps deletes what no fact names. Ages of stored pictures are the store's, so this runs on real time.
func (r *Runner) sweeps(ctx context.Context) {
	for live.Wait(ctx, live.RealClock{}, sweepEvery) == nil {
		left, gone, err := r.Sweep(ctx, time.Now().Add(-sweepAge))
		if err != nil {
			if ctx.Err() == nil {
				r.Log.Warn("old thumbnails not deleted", "err", err)
			}
			continue
		}
		r.Log.Info("thumbnails swept", "left", left, "deleted", gone)
	}
}

// Sweep deletes the pictures that were stored before an instant and that no fact names.
func (r *Runner) Sweep(ctx context.Context, before time.Time) (left, gone int, err error) {
	facts, err := r.Facts.List(ctx)
	if err != nil {
		return 0, 0, err
	}
	keep := map[string]bool{}
	for _, f := range facts {
		var t live.Thumb
		if err := json.Unmarshal(f.Value, &t); err != nil {
			return 0, 0, fmt.Errorf("fact %s: %w", f.Key, err) // what it names is not known
		}
		if key, ok := r.Store.own(t.URL); ok {
			keep[key] = true
		}
		if t.Small != nil {
			if key, ok := r.Store.own(t.Small.URL); ok {
				keep[key] = true
			}
		}
	}
	return r.Store.sweep(ctx, keep, before)
}
