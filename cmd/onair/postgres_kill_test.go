package main

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"onair/broker"
	"onair/broker/embed"
	"onair/live"
	"onair/sink/postgres"
	"onair/sink/postgres/pgtest"
)

// TestKilledHubCopiesOnce ends the hub with kill -9 while it copies into a database: between transactions, and in the
// middle of one, before each of the tables is written and before the position is. In the end the tables hold what the
// log holds up to their position, each observation once.
func TestKilledHubCopiesOnce(t *testing.T) {
	soak(t)
	t.Parallel()
	data, url := t.TempDir(), pgtest.Shared(t).Database(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	until := func(what string, cond func() bool) {
		t.Helper()
		for !cond() {
			if live.Wait(ctx, live.RealClock{}, 10*time.Millisecond) != nil {
				t.Fatal("not in time: " + what)
			}
		}
	}
	watch := pgtest.Connect(t, url)
	value := func(query string) (n int64) {
		t.Helper()
		if err := watch.QueryRow(ctx, query).Scan(&n); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return n
	}
	position := func() int64 { return value("SELECT seq FROM onair.position") }
	tables := func() bool { return value("SELECT count(to_regclass('onair.position'))") == 1 }
	hub := func() *program { return startDemo(t, data, "--postgres", url, "--postgres-flush", "200ms") }

	p := hub()
	until("the first transaction", func() bool { return tables() && position() > 0 })
	p.kill()
	for _, lock := range []string{
		"LOCK TABLE onair.observations IN EXCLUSIVE MODE", // no row has been copied
		"LOCK TABLE onair.requests IN EXCLUSIVE MODE",     // the observations have
		"SELECT FROM onair.position FOR UPDATE",           // all that is only added
		"LOCK TABLE onair.broadcasts IN EXCLUSIVE MODE",   // the position is held
	} {
		before := position()
		p := hub()
		until("copying goes on after a kill", func() bool { return position() > before })
		tx, err := pgtest.Connect(t, url).Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(ctx, lock); err != nil {
			t.Fatal(err)
		}
		until("the hub waits in a transaction: "+lock, func() bool {
			return value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'onair' AND wait_event_type = 'Lock'") > 0
		})
		p.kill()
		if err := tx.Rollback(ctx); err != nil {
			t.Fatal(err)
		}
	}
	before := position()
	p = hub()
	until("copying goes on after the last kill", func() bool { return position() > before })
	p.kill()
	until("the server has noticed", func() bool {
		return value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'onair'") == 0
	})

	server, err := embed.Start(ctx, embed.Options{Dir: filepath.Join(data, "nats"), KeysDir: filepath.Join(data, "keys")})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Shutdown()
	conn, err := server.Hub()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	b, err := broker.Open(ctx, conn, broker.Options{Virtual: map[string]string{"seed": "7", "scale": "0.05"}})
	if err != nil {
		t.Fatal(err)
	}
	observations, requests := sameAsLog(t, b, watch)
	t.Logf("6 kills, %d requests, %d observations in the log and in the tables", requests, observations)
}

// sameAsLog compares the tables with what the log holds up to their position: each observation and request once.
func sameAsLog(t *testing.T, b *broker.Broker, watch *pgx.Conn) (observed, requested int) {
	t.Helper()
	ctx := t.Context()
	var copied uint64
	if err := watch.QueryRow(ctx, "SELECT seq FROM onair.position").Scan(&copied); err != nil {
		t.Fatal(err)
	}
	observations, requests := map[string]int{}, map[string]int{}
	err := postgres.Read(ctx, pageLog{b, nil}, func(r postgres.Reading) error {
		if r.Seq > copied {
			return nil
		}
		requests[fmt.Sprintf("%d %s %d", r.Seq, r.Page.Platform, len(r.Page.Observations))]++
		for i := range r.Page.Observations {
			o := &r.Page.Observations[i]
			observations[fmt.Sprintf("%d %s %s %d", r.Seq, r.Page.Platform, o.ID, r.At.UnixMicro())]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	rows := func(query string) map[string]int {
		t.Helper()
		got, err := watch.Query(ctx, query)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(got, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]int{}
		for _, line := range lines {
			out[line]++
		}
		return out
	}
	inTables := rows("SELECT concat_ws(' ', seq, platform, broadcast, (extract(epoch FROM observed_at) * 1000000)::bigint) FROM onair.observations")
	if d := cmp.Diff(observations, inTables); d != "" {
		t.Errorf("observations (-log +tables): %.2000s", d)
	}
	if d := cmp.Diff(requests, rows("SELECT concat_ws(' ', seq, platform, rows) FROM onair.requests")); d != "" {
		t.Errorf("requests (-log +tables): %.2000s", d)
	}
	if len(observations) < 100 {
		t.Errorf("only %d observations: nothing was proved", len(observations))
	}
	return len(observations), len(requests)
}
