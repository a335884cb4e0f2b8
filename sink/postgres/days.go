package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Rows by time lie in a partition for each Korean day, so that a query of a day reads that day, and an old day goes at
// once. Korea has no summer time.
const koreanOffset = 9 * time.Hour

// partitioned are the tables that have days.
var partitioned = []string{"observations", "ranking", "requests"}

// daysAhead is how many days beyond today have their partitions: an operator sees a login that lost its rights a week
// before it matters.
const daysAhead = 7

// dayOf numbers the Korean days since 1970-01-01.
func dayOf(t time.Time) int64 {
	s := t.Add(koreanOffset).Unix()
	d := s / 86400
	if s%86400 < 0 {
		d--
	}
	return d
}

// dayText is the day as a date, "2026-11-23".
func dayText(day int64) string { return time.Unix(day*86400, 0).UTC().Format(time.DateOnly) }

func partition(table string, day int64) string {
	return table + "_" + strings.ReplaceAll(dayText(day), "-", "")
}

// partitionDays lists which days have partitions of all tables, and the oldest and newest that any has.
func partitionDays(ctx context.Context, q queryer) (map[int64]bool, error) {
	rows, err := q.Query(ctx, `SELECT p.relname, c.relname FROM pg_catalog.pg_inherits i
		JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
		JOIN pg_catalog.pg_namespace n ON n.oid = p.relnamespace WHERE n.nspname = $1 AND p.relkind = 'p'`, schema)
	if err != nil {
		return nil, err
	}
	count := map[int64]int{}
	var table, name string
	_, err = pgx.ForEachRow(rows, []any{&table, &name}, func() error {
		if t, err := time.Parse("20060102", strings.TrimPrefix(name, table+"_")); err == nil {
			count[t.Unix()/86400]++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	days := map[int64]bool{}
	for day, n := range count {
		days[day] = n == len(partitioned)
	}
	return days, nil
}

type queryer interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// makeDay makes the partitions of a day. They are made apart and then attached, because CREATE ... PARTITION OF would
// wait for every reader of the table.
func makeDay(ctx context.Context, conn *pgx.Conn, day int64) error {
	return within(ctx, conn, func(ctx context.Context, tx pgx.Tx) error {
		for _, table := range partitioned {
			name := schema + "." + partition(table, day)
			var there bool
			if err := tx.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", name).Scan(&there); err != nil {
				return err
			}
			if there {
				continue
			}
			for _, sql := range []string{
				fmt.Sprintf("CREATE TABLE %s (LIKE %s.%s INCLUDING ALL)", name, schema, table),
				fmt.Sprintf("COMMENT ON TABLE %s IS 'The %s of %s (Korean day).'", name, table, dayText(day)),
				fmt.Sprintf("ALTER TABLE %s.%s ATTACH PARTITION %s FOR VALUES FROM ('%s') TO ('%s')", schema, table, name, dayText(day), dayText(day+1)),
			} {
				if _, err := tx.Exec(ctx, sql); err != nil {
					return fmt.Errorf("partition %s: %w", name, err)
				}
			}
		}
		return nil
	})
}

// dropDay drops the partitions of a day. One that somebody reads stays until the next upkeep: to wait for the lock
// would hold up all who come after.
func dropDay(ctx context.Context, conn *pgx.Conn, day int64) error {
	return within(ctx, conn, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL lock_timeout = '1s'"); err != nil {
			return err
		}
		for _, table := range partitioned {
			if _, err := tx.Exec(ctx, fmt.Sprintf("DROP TABLE IF EXISTS %s.%s", schema, partition(table, day))); err != nil {
				return fmt.Errorf("drop day %s: %w", dayText(day), err)
			}
		}
		return nil
	})
}
