package postgres

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"onair/sink/postgres/pgtest"
)

// Whatever text and numbers go in, a real server reads them back as they were, less what it cannot hold.
func TestCopyTextIsReadBack(t *testing.T) {
	t.Parallel()
	url := pgtest.Shared(t).Database(t)
	conn := pgtest.Connect(t, url)
	if _, err := conn.Exec(t.Context(), "CREATE TABLE x (n bigint, a text, filled text, list text[], at timestamptz, day date, b boolean)"); err != nil {
		t.Fatal(err)
	}
	type row struct {
		N      int64
		A      string
		Filled *string
		List   []string
		At     *time.Time
		Day    string
		B      bool
	}
	text := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.SampledFrom([]rune("\\N.\t\n\r\x00\"'{},ab;\u200d가")), 0, 12, -1),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }), rapid.SampledFrom([]string{`\N`, `\.`, "NULL", "", `\x00`, "=cmd()"}))
	rapid.Check(t, func(r *rapid.T) {
		var c CopyText
		var want []row
		for i := range rapid.IntRange(1, 20).Draw(r, "rows") {
			n, a, filled, b := rapid.Int64().Draw(r, "n"), text.Draw(r, "a"), text.Draw(r, "filled"), rapid.Bool().Draw(r, "b")
			list := rapid.SliceOfN(text, 0, 4).Draw(r, "list")
			day := rapid.Int64Range(-1000, 40_000).Draw(r, "day")
			micros := rapid.Int64Range(1, 4e15).Draw(r, "at")
			c.Int(int64(i))
			c.Text(a)
			c.Filled(filled)
			c.Texts(list)
			w := row{N: int64(i), A: storable(a), List: []string{}, Day: dayText(day), B: b}
			if n%5 == 0 {
				c.Time(time.Time{})
			} else {
				at := time.UnixMicro(micros).UTC()
				w.At = &at
				c.Time(at)
			}
			c.Day(day)
			c.Bool(b)
			c.End()
			if filled != "" {
				f := storable(filled)
				w.Filled = &f
			}
			for _, s := range list {
				w.List = append(w.List, storable(s))
			}
			want = append(want, w)
		}
		if _, err := conn.Exec(t.Context(), "TRUNCATE x"); err != nil {
			r.Fatal(err)
		}
		if _, err := conn.PgConn().CopyFrom(t.Context(), bytes.NewReader(c.Bytes), "COPY x FROM STDIN"); err != nil {
			r.Fatalf("%v in %q", err, c.Bytes)
		}
		rows, err := conn.Query(t.Context(), "SELECT n, a, filled, list, at, day::text, b FROM x ORDER BY n")
		if err != nil {
			r.Fatal(err)
		}
		got, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
		if err != nil {
			r.Fatal(err)
		}
		for i := range got {
			if got[i].At != nil {
				*got[i].At = got[i].At.UTC()
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			r.Fatal(d)
		}
	})
}
