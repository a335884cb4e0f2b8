package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// errMoved: the position is not where this session left it, because another attempt of ours was counted after all, or
// somebody wrote into the table. The next session asks anew.
var errMoved = errors.New("position was moved")

// stage is a table that a batch's rows are copied into before they are merged into theirs: temporary, so the server
// writes no log of it, and emptied by every commit.
//
// Rows that are only ever added go straight into their tables, and by the stage once the server says that one is there
// already: another log repeats what an earlier one said. Staged, they would be written twice, at half the speed.
type stage struct {
	name, of, columns string
	rows              func(*batch) *CopyText
	merge             string
	added             bool
}

const (
	broadcastColumns = "platform, id, channel, title, category, lang, tags, started_at, first_seen_at, last_seen_at, ended_at, end_reason, viewers, adult, locked, official, url"
	channelColumns   = "platform, id, name, handle, country, description, seen_at"
	// seen keeps the widest span of observations, whatever order they come in.
	seen = "first_seen_at = least(b.first_seen_at, excluded.first_seen_at), last_seen_at = greatest(b.last_seen_at, excluded.last_seen_at)"
)

// stages are in the order of merging: what pages said of unknown broadcasts must not hide what the fold says.
var stages = []stage{
	{
		"stage_broadcasts", "broadcasts", broadcastColumns, func(b *batch) *CopyText { return &b.broadcasts },
		`INSERT INTO onair.broadcasts AS b (` + broadcastColumns + `) SELECT ` + broadcastColumns + ` FROM pg_temp.stage_broadcasts
		ON CONFLICT (platform, id) DO UPDATE SET channel = excluded.channel, title = excluded.title, category = excluded.category, lang = excluded.lang,
		tags = excluded.tags, started_at = excluded.started_at, ` + seen + `, ended_at = excluded.ended_at, end_reason = excluded.end_reason,
		viewers = excluded.viewers, adult = excluded.adult, locked = excluded.locked, official = excluded.official, url = excluded.url`, false,
	},
	{
		"stage_unfolded", "broadcasts", broadcastColumns, func(b *batch) *CopyText { return &b.unfolded },
		`INSERT INTO onair.broadcasts AS b (` + broadcastColumns + `) SELECT ` + broadcastColumns + ` FROM pg_temp.stage_unfolded
		ON CONFLICT (platform, id) DO UPDATE SET ` + seen + `,
		ended_at = CASE WHEN b.end_reason = '` + endLate + `' THEN greatest(b.ended_at, excluded.ended_at) ELSE b.ended_at END`, false,
	},
	{
		"stage_channels", "channels", channelColumns, func(b *batch) *CopyText { return &b.channels },
		`INSERT INTO onair.channels AS c (` + channelColumns + `) SELECT ` + channelColumns + ` FROM pg_temp.stage_channels
		ON CONFLICT (platform, id) DO UPDATE SET name = coalesce(excluded.name, c.name), handle = coalesce(excluded.handle, c.handle),
		country = coalesce(excluded.country, c.country), description = coalesce(excluded.description, c.description), seen_at = excluded.seen_at
		WHERE c.seen_at IS NULL OR excluded.seen_at >= c.seen_at`, false,
	},
	{
		"stage_observations", "observations", observationColumns, func(b *batch) *CopyText { return &b.observations },
		`INSERT INTO onair.observations (` + observationColumns + `) SELECT ` + observationColumns + ` FROM pg_temp.stage_observations ON CONFLICT DO NOTHING`, true,
	},
	{
		"stage_ranking", "ranking", rankingColumns, func(b *batch) *CopyText { return &b.ranking },
		// Whole minutes only: another log's ranking of a minute must not be mixed with the one that is there.
		`INSERT INTO onair.ranking (` + rankingColumns + `) SELECT ` + rankingColumns + ` FROM pg_temp.stage_ranking s
		WHERE NOT EXISTS (SELECT FROM onair.ranking r WHERE r.day = s.day AND r.minute = s.minute)`, true,
	},
	{
		"stage_requests", "requests", requestColumns, func(b *batch) *CopyText { return &b.requests },
		`INSERT INTO onair.requests (` + requestColumns + `) SELECT ` + requestColumns + ` FROM pg_temp.stage_requests ON CONFLICT DO NOTHING`, true,
	},
}

const (
	observationColumns = "day, platform, broadcast, observed_at, viewers, category, seq, late"
	rankingColumns     = "day, minute, place, platform, broadcast, viewers"
	requestColumns     = "day, seq, observed_at, platform, kind, worker, egress, region, status, error, latency_ms, cost_bucket, cost_units, rows, late"
)

// writer writes batches over one connection.
type writer struct {
	e    *Exporter
	conn *pgx.Conn
	s    start
	days map[int64]bool // that have their partitions
	// known: the last batch met rows that were there already, so the next goes by the stage at once.
	known bool
}

// write copies the batch in one transaction. Errors: ErrFenced, errMoved, the server's.
func (w *writer) write(ctx context.Context, b *batch) error {
	for day := range b.days {
		if err := w.ensureDay(ctx, day); err != nil {
			return err
		}
	}
	var inserted int64
	var logTime *time.Time
	if !b.logTime.IsZero() {
		logTime = &b.logTime
	}
	err := within(ctx, w.conn, func(ctx context.Context, tx pgx.Tx) error {
		// The rows travel before the position is locked: a link that dies on the way then holds up nobody.
		staged, err := w.add(ctx, tx, b)
		if err != nil {
			return err
		}
		if err := fill(ctx, tx, b, staged); err != nil {
			return err
		}
		m, err := lockMark(ctx, tx, w.e.Epoch)
		if err != nil {
			return err
		}
		if m.epoch.compare(w.e.Epoch) != 0 || m.stream != w.s.info.Created.UnixNano() || m.seq != b.from {
			return fmt.Errorf("%w: to %d, not %d", errMoved, m.seq, b.from)
		}
		inserted = int64(b.observations.Rows)
		for _, s := range staged {
			tag, err := tx.Exec(ctx, s.merge)
			if err != nil {
				return fmt.Errorf("merge %s: %w", s.name, err)
			}
			if s.of == "observations" {
				inserted = tag.RowsAffected()
			}
		}
		if b.creatorsNew {
			if err := writeCreators(ctx, tx, b.creators); err != nil {
				return fmt.Errorf("creators: %w", err)
			}
		}
		if w.s.open {
			if _, err := tx.Exec(ctx, "UPDATE onair.exports_gaps SET to_time = $1 WHERE to_time IS NULL", logTime); err != nil {
				return fmt.Errorf("gaps: %w", err)
			}
		}
		if b.checkpoint != nil {
			if _, err := tx.Exec(ctx, `INSERT INTO onair.checkpoint (seq, image) VALUES ($1, $2)
				ON CONFLICT (only_row) DO UPDATE SET seq = excluded.seq, image = excluded.image`, int64(b.to), b.checkpoint); err != nil {
				return fmt.Errorf("checkpoint: %w", err)
			}
		}
		_, err = tx.Exec(ctx, "UPDATE onair.position SET seq = $1, log_time = $2, exported_at = now()", int64(b.to), logTime)
		return err
	})
	if err != nil {
		return fmt.Errorf("copy to %d: %w", b.to, err)
	}
	w.s.open = false
	w.known = inserted < int64(b.observations.Rows)
	w.e.note(func(h *Health) {
		h.Error = ""
		h.Batches++
		h.Position, h.LogTime = b.to, b.logTime
		h.LastSeq = max(h.LastSeq, b.to)
		h.Observations += uint64(inserted)
		h.Known += uint64(int64(b.observations.Rows) - inserted)
	})
	return nil
}

// add copies rows straight into their tables and gives the stages that the others must go by.
func (w *writer) add(ctx context.Context, tx pgx.Tx, b *batch) (staged []stage, err error) {
	for _, s := range stages {
		if s.rows(b).Rows == 0 {
			continue
		}
		if !s.added || w.known {
			staged = append(staged, s)
			continue
		}
		err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error { // a savepoint
			return copyRows(ctx, tx, schema+"."+s.of, s.columns, s.rows(b))
		})
		if pgCode(err) == codeUnique {
			staged = append(staged, s)
		} else if err != nil {
			return nil, err
		}
	}
	return staged, nil
}

func copyRows(ctx context.Context, tx pgx.Tx, table, columns string, rows *CopyText) error {
	_, err := tx.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(rows.Bytes), fmt.Sprintf("COPY %s (%s) FROM STDIN", table, columns))
	if err != nil {
		return fmt.Errorf("%s: %w", table, err)
	}
	return nil
}

// fill copies rows into the stages, which are made anew where a pooler gave another connection.
func fill(ctx context.Context, tx pgx.Tx, b *batch, staged []stage) error {
	var create pgx.Batch
	for _, s := range staged {
		create.Queue(fmt.Sprintf("CREATE TEMPORARY TABLE IF NOT EXISTS %s ON COMMIT DELETE ROWS AS SELECT %s FROM onair.%s WITH NO DATA", s.name, s.columns, s.of))
	}
	if err := tx.SendBatch(ctx, &create).Close(); err != nil {
		return fmt.Errorf("stages: %w", err)
	}
	for _, s := range staged {
		if err := copyRows(ctx, tx, "pg_temp."+s.name, s.columns, s.rows(b)); err != nil {
			return err
		}
	}
	return nil
}

// ensureDay makes the day's partitions unless they are known to be there.
func (w *writer) ensureDay(ctx context.Context, day int64) error {
	if w.days[day] {
		return nil
	}
	if err := makeDay(ctx, w.conn, day); err != nil {
		return fmt.Errorf("day %s: %w", dayText(day), err)
	}
	w.days[day] = true
	return nil
}
