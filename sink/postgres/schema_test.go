package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"onair/live"
	"onair/sink/postgres/pgtest"
	"onair/view/viewtest"
)

// copied is a database with an eventful log in it.
func copied(tb testing.TB) string {
	tb.Helper()
	url := pgtest.Shared(tb).Database(tb)
	log := viewtest.NewLog(viewtest.Noon, false)
	r := begin(tb, url, Options{Log: log})
	r.reaches(log.Append(eventful(tb, 1, 4)...))
	r.end()
	return url
}

func strs(tb testing.TB, url, query string, args ...any) []string {
	tb.Helper()
	rows, err := pgtest.Connect(tb, url).Query(tb.Context(), query, args...)
	if err != nil {
		tb.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		tb.Fatalf("%s: %v", query, err)
	}
	return list
}

func TestEverythingIsCommented(t *testing.T) {
	t.Parallel()
	url := copied(t)
	const relations = `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'onair' AND c.relkind IN ('r', 'p', 'v')`
	if n := pgtest.Value[int](t, url, "SELECT count(*) "+relations); n < 14 {
		t.Errorf("only %d tables and views", n)
	}
	if bare := strs(t, url, "SELECT c.relname "+relations+" AND coalesce(obj_description(c.oid, 'pg_class'), '') = '' ORDER BY 1"); len(bare) > 0 {
		t.Errorf("without a comment: %v", bare)
	}
	bare := strs(t, url, `SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE n.nspname = 'onair' AND c.relkind IN ('r', 'p', 'v') AND a.attnum > 0 AND NOT a.attisdropped AND coalesce(col_description(c.oid, a.attnum), '') = '' ORDER BY 1`)
	if len(bare) > 0 {
		t.Errorf("without a comment: %v", bare)
	}
}

func TestAnalystsReadAndDoNotWrite(t *testing.T) {
	t.Parallel()
	url := copied(t)
	conn := pgtest.Connect(t, url)
	if _, err := conn.Exec(t.Context(), "SET ROLE "+reader); err != nil {
		t.Fatal(err)
	}
	for _, relation := range strs(t, url, "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'onair' AND relkind IN ('r', 'p', 'v')") {
		if _, err := conn.Exec(t.Context(), "SELECT count(*) FROM onair."+relation); err != nil {
			t.Errorf("%s cannot be read: %v", relation, err)
		}
	}
	for _, write := range []string{
		"DELETE FROM onair.observations", "UPDATE onair.position SET seq = 0", "DROP VIEW onair.live_now", "CREATE TABLE onair.mine ()", "TRUNCATE onair.channels",
	} {
		if _, err := conn.Exec(t.Context(), write); pgCode(err) != codePrivilege {
			t.Errorf("%s: %v", write, err)
		}
	}
}

// A login that owns its database and may create no roles, as hosted databases give out: everything works but the role.
func TestLoginWithoutTheRightToMakeRoles(t *testing.T) {
	t.Parallel()
	cluster := pgtest.New(t) // the shared one has the role by now
	pgtest.Exec(t, cluster.URL("postgres"), "CREATE ROLE plain LOGIN")
	url := cluster.Database(t, "OWNER plain")
	url = strings.Replace(url, "postgres://postgres@", "postgres://plain@", 1)
	log := viewtest.NewLog(viewtest.Noon, false)
	r := begin(t, url, Options{Log: log})
	r.reaches(log.Append(eventful(t, 1, 2)...))
	if r.Health().Reader == "" {
		t.Error("nothing says that there is no role for analysts")
	}
	r.end()
	// An administrator makes it; the next start grants.
	pgtest.Exec(t, cluster.URL("postgres"), "CREATE ROLE onair_reader NOLOGIN")
	r = begin(t, url, Options{Log: log})
	eventually(t, "the grant", func() bool {
		return pgtest.Value[bool](t, cluster.URL(database(url)), "SELECT has_table_privilege('onair_reader', 'onair.live_now', 'SELECT')")
	})
}

// The views' figures, computed by hand: 100 viewers from 23:30 to 0:30 (Korean time), a count every ten minutes.
func TestFiguresOfADay(t *testing.T) {
	t.Parallel()
	url := copied(t)
	pgtest.Exec(t, url,
		"TRUNCATE onair.observations, onair.broadcasts, onair.channels",
		"CREATE TABLE onair.observations_early PARTITION OF onair.observations FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
		`INSERT INTO onair.channels (platform, id, name) VALUES ('chzzk', 'c', '방송인')`,
		`INSERT INTO onair.broadcasts (platform, id, channel, tags, first_seen_at, last_seen_at, ended_at, adult, locked, official) VALUES
			('chzzk', 'night', 'c', '{}', '2026-01-10 23:30+09', '2026-01-11 00:30+09', '2026-01-11 00:40+09', false, false, false),
			('chzzk', 'hides', 'c', '{}', '2026-01-11 10:00+09', '2026-01-11 10:10+09', '2026-01-11 10:20+09', false, false, false),
			('chzzk', 'gappy', 'c', '{}', '2026-01-12 10:00+09', '2026-01-12 14:00+09', '2026-01-12 14:00+09', false, false, false)`,
		`INSERT INTO onair.observations (day, platform, broadcast, observed_at, viewers, seq, late)
			SELECT (t AT TIME ZONE 'Asia/Seoul')::date, 'chzzk', 'night', t, CASE WHEN t = '2026-01-11 00:25+09' THEN 400 ELSE 100 END, 1, false
			FROM generate_series('2026-01-10 23:35+09'::timestamptz, '2026-01-11 00:25+09', '10 minutes') t
			UNION ALL SELECT '2026-01-10', 'chzzk', 'night', '2026-01-10 23:30+09', 100, 1, false
			UNION ALL SELECT '2026-01-11', 'chzzk', 'hides', '2026-01-11 10:00+09', 600, 1, false
			UNION ALL SELECT '2026-01-11', 'chzzk', 'hides', '2026-01-11 10:10+09', NULL, 1, false
			UNION ALL SELECT '2026-01-12', 'chzzk', 'gappy', '2026-01-12 10:00+09', 60, 1, false
			UNION ALL SELECT '2026-01-12', 'chzzk', 'gappy', '2026-01-12 14:00+09', 60, 1, false`,
	)
	got := strs(t, url, `SELECT format('%s %s peak %s average %s watched %s airtime %s counted %s in %s', day, name, peak, round(average::numeric, 2), round(hours_watched::numeric, 4),
		round(airtime_hours::numeric, 4), round(counted_hours::numeric, 4), broadcasts) FROM onair.channel_day WHERE day < '2026-02-01' ORDER BY day`)
	want := []string{
		// From 23:30 to midnight.
		"2026-01-10 방송인 peak 100 average 100.00 watched 50.0000 airtime 0.5000 counted 0.5000 in 1",
		// 25 minutes of 100 from midnight, 15 of 400 to the end at 0:40, 10 of 600, and 10 hidden.
		"2026-01-11 방송인 peak 600 average 290.00 watched 241.6667 airtime 1.0000 counted 0.8333 in 2",
		// A count holds for 20 minutes, not for the four hours in which nobody looked.
		"2026-01-12 방송인 peak 60 average 60.00 watched 20.0000 airtime 0.3333 counted 0.3333 in 1",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got := strs(t, url, "SELECT broadcast FROM onair.top_day WHERE day = '2026-01-11' ORDER BY place"); !cmp.Equal(got, []string{"night", "hides"}) {
		t.Errorf("top of the day %v", got) // 141.67 and 100 hours
	}
}

// A day's question reads that day's partition alone, through every view.
func TestADayReadsItsPartitionOnly(t *testing.T) {
	t.Parallel()
	url := copied(t)
	day := pgtest.Value[string](t, url, "SELECT max(day)::text FROM onair.observations")
	for _, of := range []string{"broadcast_day", "channel_day", "top_day"} {
		plan := strings.Join(strs(t, url, fmt.Sprintf("EXPLAIN SELECT * FROM onair.%s WHERE day = '%s'", of, day)), "\n")
		if n := strings.Count(plan, " on observations_"); n != 1 {
			t.Errorf("%s reads %d partitions:\n%s", of, n, plan)
		}
	}
}

func TestLiveNow(t *testing.T) {
	t.Parallel()
	url := copied(t)
	rows := pgtest.Value[int](t, url, "SELECT count(*) FROM onair.live_now")
	if rows < 50 {
		t.Fatalf("%d rows", rows)
	}
	if n := pgtest.Value[int](t, url, "SELECT max(place) FROM onair.live_now"); n != rows {
		t.Errorf("last place %d of %d", n, rows)
	}
	// It is the last minute's ranking, as far as that reaches and nothing has happened since.
	if n := pgtest.Value[int](t, url, `SELECT count(*) FROM onair.live_now JOIN onair.ranking r USING (platform, broadcast) WHERE minute = (SELECT max(minute) FROM onair.ranking)`); n < rows*8/10 {
		t.Errorf("only %d of %d are in the last ranking", n, rows)
	}
}

func TestCreatorsAreWhatTheFactsSay(t *testing.T) {
	t.Parallel()
	url := pgtest.Shared(t).Database(t)
	fact := func(id, name, channels string) live.Fact {
		return live.Fact{Table: "FACTS", Key: "creator." + id, Value: fmt.Appendf(nil, `{"id":%q,"name":%s,"channels":[%s]}`, id, name, channels), Rev: 1}
	}
	facts := viewtest.NewFacts(fact("kim", `"김 \u0000 '; DROP"`, `{"platform":"chzzk","id":"ch10000001"},{"platform":"twitch","id":"unseen"},{"platform":"bad platform","id":"x\ty"}`))
	log := viewtest.NewLog(viewtest.Noon, false)
	r := begin(t, url, Options{Log: log, Facts: facts})
	messages := viewtest.NewEvening(1, 40, 20).MustMessages(t, 4)
	r.reaches(log.Append(messages[:5]...))
	named := func() []string {
		return strs(t, url, "SELECT c.platform || ':' || c.id || ' ' || k.id || ' ' || k.name FROM onair.channels c JOIN onair.creators k ON k.id = c.creator ORDER BY 1")
	}
	eventually(t, "the creator", func() bool {
		r.reaches(log.Append(viewtest.Tick(viewtest.Noon)))
		return len(named()) == 2
	})
	if d := cmp.Diff([]string{"chzzk:ch10000001 kim 김  '; DROP", "twitch:unseen kim 김  '; DROP"}, named()); d != "" {
		t.Error(d)
	}
	facts.Set(fact("kim", `"김"`, `{"platform":"twitch","id":"unseen"}`), fact("lee", `"이"`, `{"platform":"chzzk","id":"ch10000002"}`))
	eventually(t, "the change", func() bool {
		r.reaches(log.Append(viewtest.Tick(viewtest.Noon)))
		return cmp.Equal(named(), []string{"chzzk:ch10000002 lee 이", "twitch:unseen kim 김"})
	})
	facts.Set(live.Fact{Table: "FACTS", Key: "creator.lee"}, live.Fact{Table: "FACTS", Key: "creator.kim"})
	eventually(t, "the removal", func() bool {
		r.reaches(log.Append(viewtest.Tick(viewtest.Noon)))
		return len(named()) == 0 && pgtest.Value[int](t, url, "SELECT count(*) FROM onair.creators") == 0
	})
	if n := pgtest.Value[int](t, url, "SELECT count(*) FROM onair.channels WHERE name LIKE '방송인%'"); n != 40 {
		t.Errorf("%d channels with names, want 40", n)
	}
}

func TestTheSchemaOfANewerProgramIsLeftAlone(t *testing.T) {
	t.Parallel()
	url := copied(t)
	pgtest.Exec(t, url, "INSERT INTO onair.schema_version (version_id, is_applied) VALUES (9000, true)")
	log := viewtest.NewLog(viewtest.Noon, false)
	log.Append(eventful(t, 1, 5)...)
	r := begin(t, url, Options{Log: log})
	eventually(t, "the refusal", func() bool { return strings.Contains(r.Health().Text(), "newer onair") })
}

func TestPasswordsAreNotShown(t *testing.T) {
	t.Parallel()
	const password = "sw0rd/f sh%"
	url := "postgres://someone:sw0rd%2Ff%20sh%25@127.0.0.1:1/db?connect_timeout=1"
	target := mustParse(t, url)
	var out strings.Builder
	log := slog.New(slog.NewJSONHandler(&out, nil))
	log.Info("x", "target", target, "in", []any{target})
	fmt.Fprintf(&out, "%v %+v %#v %s %q %d %x\n", target, target, target, target, target, target, target)
	fmt.Fprintf(&out, "%v %+v\n", Options{Target: target}, Options{Target: target})
	e := New(Options{Target: target, Log: viewtest.NewLog(viewtest.Noon, false), Logger: log})
	err := e.session(t.Context())
	if err == nil {
		t.Fatal("connected to port 1")
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- e.Run(ctx) }()
	eventually(t, "a failure", func() bool { return e.Health().Restarts > 0 })
	cancel()
	<-done
	fmt.Fprintln(&out, err, e.Health(), e.Health().Text(), target.scrub(fmt.Errorf("server says %s and %s", password, "sw0rd%2Ff%20sh%25")))
	for _, bad := range []string{
		"postgres://u:sw0rd@h:port/db", "postgres://u:sw0rd@[::1/db", "host=h password=sw0rd port=x", "postgres://u:sw0rd/x@h?sslmode=nonsense", "sw0rd", "  ", "mysql://u:sw0rd@h/d",
	} {
		if _, err := Parse(bad); err == nil && strings.TrimSpace(bad) == "" {
			t.Errorf("%q was taken", bad)
		} else if err != nil {
			fmt.Fprintln(&out, err)
		}
	}
	if strings.Contains(out.String(), "sw0rd") {
		t.Errorf("the password shows in:\n%s", out.String())
	}
	if !strings.Contains(out.String(), "someone@127.0.0.1:1/db") {
		t.Errorf("nothing says which database:\n%s", out.String())
	}
}
