package main

import (
	"context"
	"sync"
	"testing"
	"time"

	"onair/cmd/onair/internal/fleet"
	"onair/live"
	"onair/sink/postgres/pgtest"
)

// TestKilledHubHandsItsCopyOver ends one of two hubs with kill -9 in the middle of a transaction, after all that is only
// added was written and before the position is. The other one takes the lease and goes on with the copy; the killed one
// comes back, and copies again once the other is stopped. The tables hold what the log holds, each observation once.
func TestKilledHubHandsItsCopyOver(t *testing.T) {
	soak(t)
	t.Parallel()
	url := pgtest.Shared(t).Database(t)
	r := newFaultRun(t, 1, 2, 1, func(o *fleet.Options) {
		o.Env = append(o.Env, "ONAIR_POSTGRES="+url, "ONAIR_POSTGRES_FLUSH=200ms")
		// Shorter than in earnest, and long beside the pauses of a busy machine.
		o.Lease, o.Scale = 4*time.Second, 0.1
	})
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
	observed := func() int64 { return value("SELECT count(*) FROM onair.observations") }
	reign := func() int64 { return value("SELECT epoch_rev FROM onair.position") }
	goesOn := func(what string) {
		t.Helper()
		at, rows := position(), observed()
		until(what, func() bool { return position() > at && observed() > rows })
	}

	asking, enough := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { r.ask(asking, 1, 100*time.Millisecond) }) // pages all the time, whoever leads
	defer wg.Wait()
	defer enough()

	until("the first rows", func() bool {
		return value("SELECT count(to_regclass('onair.position'))") == 1 && observed() > 0
	})
	tx, err := pgtest.Connect(t, url).Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(ctx, "SELECT FROM onair.position FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	until("the leader waits in a transaction", func() bool {
		return value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'onair' AND wait_event_type = 'Lock'") > 0
	})
	killed := r.leader()
	before := reign()
	r.f.Process(fleet.HubName(killed)).Kill()
	if err := tx.Rollback(ctx); err != nil {
		t.Fatal(err)
	}

	until("the other hub has the copy", func() bool { return reign() > before })
	if now := r.leader(); now == killed {
		t.Errorf("hub %d leads, and is dead", now+1)
	}
	goesOn("the other hub copies")
	if err := r.f.StartHub(ctx, killed); err != nil {
		t.Fatal(err)
	}
	goesOn("copying goes on beside the one that came back")
	before = reign()
	if err := r.f.Process(fleet.HubName(1 - killed)).Stop(); err != nil {
		t.Fatal(err)
	}
	until("the one that came back has the copy", func() bool { return reign() > before })
	goesOn("the one that came back copies")
	enough()
	wg.Wait()
	if err := r.f.Process(fleet.HubName(killed)).Stop(); err != nil {
		t.Fatal(err)
	}
	observations, requests := sameAsLog(t, r.b, watch)
	t.Logf("%d requests, %d observations in the log and in the tables", requests, observations)
}
