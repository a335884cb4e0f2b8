package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"onair/live"
	"onair/sink/postgres/pgtest"
	"onair/view/viewtest"
)

// Whatever is cut, killed and restarted, and wherever: the tables end as those of an undisturbed copy, and hold as many
// observations as the log.
func TestExactlyOnceThroughFaults(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			messages := eventful(t, seed, 12)
			want := reference(t, viewtest.Noon, messages)
			cluster := pgtest.Shared(t)
			url := cluster.Database(t)
			link := cluster.Link(t)
			log := viewtest.NewLog(viewtest.Noon, false)
			random := rand.New(rand.NewPCG(seed, 1))
			rev, restarts, cuts := uint64(1), 0, 0
			options := func() Options {
				return Options{Log: log, Epoch: Epoch{viewtest.Noon, rev}}
			}
			small := func(e *Exporter) { // many transactions, and states stored at some of them
				e.maxRows, e.flushEvery, e.checkpointEvery = 1+random.IntN(150), time.Millisecond, time.Duration(random.IntN(40))*time.Millisecond
			}
			r := begin(t, link.URL(database(url)), options(), small)
			end := feed(log, messages, random, func() {
				switch random.IntN(12) {
				case 0, 1:
					link.Cut()
					cuts++
				case 2:
					r.end()
					rev += uint64(random.IntN(2))
					r = begin(t, link.URL(database(url)), options(), small)
					restarts++
				case 3:
					log.Fail(fmt.Errorf("lost"))
					log.Fail(nil)
				case 4:
					r.reaches(r.Health().Position + 1)
				}
			})
			r.reaches(end)
			r.end()
			got := contents(t, url)
			compare(t, want, got)
			observations, requests := rowsOf(messages)
			if n := pgtest.Value[int](t, url, "SELECT count(*) FROM onair.observations"); n != observations {
				t.Errorf("%d observations, the log has %d", n, observations)
			}
			if n := pgtest.Value[int](t, url, "SELECT count(*) FROM onair.requests"); n != requests {
				t.Errorf("%d requests, the log has %d", n, requests)
			}
			t.Logf("%d observations, %d restarts, %d cuts, %d sessions", observations, restarts, cuts, r.Health().Restarts)
		})
	}
}

// The server is killed with kill -9 in the middle, several times.
func TestExactlyOnceThroughKilledServers(t *testing.T) {
	t.Parallel()
	messages := eventful(t, 9, 10)
	want := reference(t, viewtest.Noon, messages)
	cluster := pgtest.New(t)
	url := cluster.Database(t)
	log := viewtest.NewLog(viewtest.Noon, false)
	r := begin(t, url, Options{Log: log}, func(e *Exporter) { e.maxRows, e.flushEvery = 50, time.Millisecond })
	random := rand.New(rand.NewPCG(9, 1))
	var end uint64
	const kills = 3
	rest := messages
	some := func() { // what comes next
		n := len(messages) / (2*kills + 1)
		end = feed(log, rest[:n], random, func() {})
		rest = rest[n:]
	}
	for range kills {
		some()
		r.reaches(end - uint64(random.IntN(10))) // somewhere: the rest is on its way
		cluster.Kill()
		some() // and on it goes while there is no server
		eventually(t, "the outage is noticed", func() bool { return r.Health().Error != "" })
		if r.Health().Text() == "" {
			t.Error("the health page says nothing of the outage")
		}
		if err := cluster.Start(); err != nil {
			t.Fatal(err)
		}
	}
	end = feed(log, rest, random, func() {})
	r.reaches(end)
	if text := r.Health().Text(); text != "" {
		t.Errorf("after the outage the health page says %q", text)
	}
	r.end()
	compare(t, want, contents(t, url))
	observations, _ := rowsOf(messages)
	if n := pgtest.Value[int](t, url, "SELECT count(*) FROM onair.observations"); n != observations {
		t.Errorf("%d observations, the log has %d", n, observations)
	}
	t.Logf("%d kills, %d observations, %d messages folded again", kills, observations, r.Health().Replayed)
}

// A leader that does not know yet that it is one no longer is refused by the database.
func TestOlderLeadersAreRefused(t *testing.T) {
	t.Parallel()
	url := pgtest.Shared(t).Database(t)
	log := viewtest.NewLog(viewtest.Noon, false)
	messages := eventful(t, 3, 6)
	half := log.Append(messages[:len(messages)/2]...)
	old := begin(t, url, Options{Log: log, Epoch: Epoch{viewtest.Noon, 7}})
	old.reaches(half)

	later := begin(t, url, Options{Log: log, Epoch: Epoch{viewtest.Noon.Add(time.Hour), 2}}) // of a LEASE stream made anew
	eventually(t, "the later leader has the copy", func() bool {
		return pgtest.Value[int64](t, url, "SELECT epoch_rev FROM onair.position") == 2
	})
	end := log.Append(messages[len(messages)/2:]...)
	later.reaches(end)
	select { // it had something to write
	case <-old.done:
	case <-time.After(patience):
		t.Fatal("the older leader goes on")
	}
	wantFenced(t, old.err)
	if text := old.Health().Text(); text == "" {
		t.Error("the refused leader's health page says nothing")
	}
	// It stays so for one that starts.
	again := begin(t, url, Options{Log: log, Epoch: Epoch{viewtest.Noon, 8}})
	<-again.done
	wantFenced(t, again.err)
	later.end()
	compare(t, reference(t, viewtest.Noon, messages), contents(t, url))
}

// A database that stands still holds up reading, not memory: messages wait in the log.
func TestMemoryIsBoundedWhileTheDatabaseStandsStill(t *testing.T) {
	t.Parallel()
	url := pgtest.Shared(t).Database(t)
	messages := viewtest.NewEvening(2, 400, 20).MustMessages(t, 8)
	log := viewtest.NewLog(viewtest.Noon, false)
	first := log.Append(messages[:20]...)
	counter := &countingLog{Log: log}
	r := begin(t, url, Options{Log: counter}, func(e *Exporter) { e.maxRows = 200 })
	r.reaches(first)
	conn := pgtest.Connect(t, url)
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "LOCK TABLE onair.position"); err != nil {
		t.Fatal(err)
	}
	before := counter.n.Load()
	end := log.Append(messages[20:]...)
	// Each page has 20 rows: three batches of 200 rows are written, full and filling, and decodedAhead messages wait.
	most := before + 3*(200/20+2) + decodedAhead + 8
	eventually(t, "reading has stopped", func() bool {
		n := counter.n.Load()
		time.Sleep(50 * time.Millisecond) // does it still move?
		return n > before+decodedAhead/2 && counter.n.Load() == n
	})
	if n := counter.n.Load(); n > most {
		t.Errorf("%d messages read while the database stood still, at most %d may be", n-before, most-before)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.reaches(end)
}

// countingLog counts what is read.
type countingLog struct {
	*viewtest.Log
	n atomic.Int64
}

func (l *countingLog) Follow(ctx context.Context, from uint64, fn func(live.Message) error) error {
	return l.Log.Follow(ctx, from, func(m live.Message) error {
		l.n.Add(1)
		return fn(m)
	})
}

func wantFenced(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, ErrFenced) {
		t.Fatalf("ended with %v, want %v", err, ErrFenced)
	}
}
