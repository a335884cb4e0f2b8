package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onair/live"
)

// upkeepEvery is the pause between looks at what is to be made and removed.
const upkeepEvery = time.Hour

// StorageTerms are the platforms whose terms bound how long their words may be kept unless they say them again, in
// days. YouTube's developer policies (III.E.4) give data that no user authorised 30 days.
func StorageTerms() map[live.Platform]int {
	return map[live.Platform]int{"youtube": 30}
}

// upkeep makes the days ahead, drops days that are no longer kept, removes what a platform's terms do not let stay, and
// writes the platforms' names. That comes first, and turns an older leader away. What is locked by a reader waits for the
// next turn.
func (w *writer) upkeep(ctx context.Context) error {
	now := w.e.Clock.Now()
	today := dayOf(now)
	if err := w.fenced(ctx, w.writePlatforms); err != nil {
		return fmt.Errorf("platforms: %w", err)
	}
	for day := today; day <= today+daysAhead; day++ {
		if err := w.ensureDay(ctx, day); err != nil {
			return err
		}
	}
	oldest := dayOf(now.Add(-w.e.Keep))
	for day := range w.days {
		if day >= oldest {
			continue
		}
		switch err := dropDay(ctx, w.conn, day); {
		case pgCode(err) == codeLock:
			w.e.log.Info("an old day is being read and stays for now", "day", dayText(day))
		case err != nil:
			return err
		default:
			delete(w.days, day)
		}
	}
	return w.forget(ctx, now)
}

// fenced runs fn in a transaction that an older leader is refused in.
func (w *writer) fenced(ctx context.Context, fn func(context.Context, pgx.Tx) error) error {
	return within(ctx, w.conn, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := lockMark(ctx, tx, w.e.Epoch); err != nil {
			return err
		}
		return fn(ctx, tx)
	})
}

func (w *writer) writePlatforms(ctx context.Context, tx pgx.Tx) error {
	for _, i := range w.e.Infos {
		var days *int
		if n, ok := w.e.Terms[i.ID]; ok {
			days = &n
		}
		if _, err := tx.Exec(ctx, `INSERT INTO onair.platforms AS p (id, name, name_ko, home, colour, keep_days) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_ko = excluded.name_ko, home = excluded.home, colour = excluded.colour, keep_days = excluded.keep_days`,
			string(i.ID), i.Name, i.NameKo, i.Home, i.Colour, days); err != nil {
			return err
		}
	}
	return nil
}

// terms removes one table's rows of a platform ($1) from before an instant ($2). Counts and rankings cannot be said
// again and go. A broadcast goes when it was not seen since; a channel too, but one that an operator named stays as
// the operator's bare word.
var terms = []struct{ what, sql string }{
	{"observations", `DELETE FROM onair.observations WHERE platform = $1 AND observed_at < $2 AND day <= $3::date`},
	{"ranking", `DELETE FROM onair.ranking WHERE platform = $1 AND minute < $2 AND day <= $3::date`},
	{"broadcasts", `DELETE FROM onair.broadcasts WHERE platform = $1 AND last_seen_at < $2 AND $3::date IS NOT NULL`},
	{"channels", `DELETE FROM onair.channels WHERE platform = $1 AND seen_at < $2 AND creator IS NULL AND $3::date IS NOT NULL`},
	{"channels", `UPDATE onair.channels SET name = NULL, handle = NULL, country = NULL, description = NULL, seen_at = NULL
		WHERE platform = $1 AND seen_at < $2 AND creator IS NOT NULL AND $3::date IS NOT NULL`},
}

// forget removes what the storage terms do not let stay, an upkeep early, so that nothing is ever too old.
func (w *writer) forget(ctx context.Context, now time.Time) error {
	for platform, days := range w.e.Terms {
		before := now.Add(upkeepEvery - time.Duration(days)*24*time.Hour).UTC()
		for _, t := range terms {
			var n int64
			err := w.fenced(ctx, func(ctx context.Context, tx pgx.Tx) error {
				tag, err := tx.Exec(ctx, t.sql, string(platform), before, dayText(dayOf(before)))
				n = tag.RowsAffected()
				return err
			})
			if err != nil {
				return fmt.Errorf("storage terms of %s: %s: %w", platform, t.what, err)
			}
			if n > 0 {
				w.e.note(func(h *Health) { h.Removed += uint64(n) })
				w.e.log.Info("removed under storage terms", "platform", platform, "table", t.what, "rows", n, "before", before)
			}
		}
	}
	return nil
}
