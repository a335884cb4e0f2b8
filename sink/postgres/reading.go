package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"onair/aggregator"
	"onair/live"
	"onair/view"
)

// Reading is one page of the log with the time at which it was observed, as the tables have it.
type Reading struct {
	Seq         uint64
	First, Last uint64 // of the log, as it was when reading began
	At          time.Time
	Late        bool
	Page        *live.Page // a broadcast stands in it once
}

// standing is how much of a time tells messages apart while the broker's clock is behind: more of them than a day has.
const standing = time.Second / time.Microsecond

// dated is the time that the tables give the rows of a message which the fold dates at. It is that one, unless the broker's
// clock is behind an earlier reading of its own: then the fold's time stands, and one page's rows would take another's for
// themselves. Within that second they follow the log's order.
func dated(m *live.Message, at time.Time, virtual bool) time.Time {
	if virtual || !at.Add(max(m.Age, 0)).After(m.Time.Truncate(time.Microsecond)) {
		return at
	}
	return at.Truncate(time.Second).Add(time.Duration(m.Seq%uint64(standing)) * time.Microsecond)
}

// errEnough ends reading at the log's end.
var errEnough = errors.New("end of the log")

// Read gives every page that the log holds now, in order, and returns. Pages that cannot be read are passed over. A log
// that loses its beginning meanwhile is read on from where it then begins. Errors: those of the log, fn's, ctx's.
func Read(ctx context.Context, log view.Log, fn func(Reading) error) error {
	info, err := log.Info(ctx)
	if err != nil {
		return fmt.Errorf("log info: %w", err)
	}
	first := max(info.FirstSeq, 1)
	state := aggregator.New(info.Virtual)
	for next := first; next <= info.LastSeq; {
		err := log.Follow(ctx, next, func(m live.Message) error {
			if m.Seq > info.LastSeq {
				return errEnough
			}
			next = m.Seq + 1
			page, err := view.Decode(&m)
			if err != nil {
				page = nil
			}
			at := state.Apply(&m, page).At
			if page != nil {
				page.Observations = once(page.Observations)
				if err := fn(Reading{m.Seq, first, info.LastSeq, dated(&m, at, info.Virtual), m.Lane.Name == live.LaneLate, page}); err != nil {
					return err
				}
			}
			if m.Seq == info.LastSeq {
				return errEnough
			}
			return nil
		})
		gap := (*view.GapError)(nil)
		switch {
		case errors.Is(err, errEnough):
			return nil
		case errors.As(err, &gap) && gap.Next > next:
			next = gap.Next
		case err != nil:
			return err
		}
	}
	return nil
}

// once leaves out all but the last row of a broadcast that stands in an answer more than once, as the fold does: it was
// observed once.
func once(rows []live.Observation) []live.Observation {
	last := make(map[string]int, len(rows))
	for i := range rows {
		last[rows[i].ID] = i
	}
	if len(last) == len(rows) {
		return rows
	}
	kept := make([]live.Observation, 0, len(last))
	for i := range rows {
		if last[rows[i].ID] == i {
			kept = append(kept, rows[i])
		}
	}
	return kept
}
