package postgres

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"onair/sink/postgres/pgtest"
	"onair/view/viewtest"
)

// gapRow is what exports_gaps says.
type gapRow struct {
	Reason   string
	From, To int64
}

func gapsOf(t *testing.T, url string) []gapRow {
	t.Helper()
	rows, err := pgtest.Connect(t, url).Query(t.Context(), "SELECT reason, from_seq, to_seq FROM onair.exports_gaps ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[gapRow])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func wantGaps(t *testing.T, url string, want ...gapRow) {
	t.Helper()
	if d := cmp.Diff(want, gapsOf(t, url)); d != "" {
		t.Errorf("gaps (-want +got):\n%s", d)
	}
}

// An outage longer than the log keeps costs what has left the log, and says so in a row, a counter and the health text.
func TestOutageLongerThanTheLogKeeps(t *testing.T) {
	t.Parallel()
	url := pgtest.Shared(t).Database(t)
	log := viewtest.NewLog(viewtest.Noon, false)
	messages := viewtest.NewEvening(4, 80, 20).MustMessages(t, 12)
	third := len(messages) / 3
	end := log.Append(messages[:third]...)
	r := begin(t, url, Options{Log: log})
	r.reaches(end)
	r.end()

	open := "SELECT count(*) FROM onair.broadcasts WHERE ended_at IS NULL"
	if n := pgtest.Value[int](t, url, open); n != 80 {
		t.Fatalf("%d broadcasts live before the outage, want 80", n)
	}
	log.Append(messages[third : 2*third]...)
	log.Expire(uint64(2*third) + 1)
	r = begin(t, url, Options{Log: log})
	eventually(t, "the gap is known", func() bool { return r.Health().Gaps == 1 })
	if n := pgtest.Value[int](t, url, open); n != 0 {
		t.Errorf("%d broadcasts are taken for live although nobody has seen them since the gap", n)
	}
	end = log.Append(messages[2*third:]...)
	r.reaches(end)
	wantGaps(t, url, gapRow{"expired", int64(third) + 1, int64(2 * third)})
	if r.Health().Text() == "" {
		t.Error("the health page says nothing of the gap")
	}
	if n := pgtest.Value[int](t, url, "SELECT count(*) FROM onair.exports_gaps WHERE to_time > from_time"); n != 1 {
		t.Error("the gap has no span of time")
	}
	if n := pgtest.Value[int](t, url, open); n != 80 {
		t.Errorf("%d broadcasts live after the outage, want 80", n)
	}
	want := counted(t, messages[:third]) + counted(t, messages[2*third:])
	if n := pgtest.Value[int](t, url, "SELECT count(*) FROM onair.observations"); n != want {
		t.Errorf("%d observations, want %d", n, want)
	}
}

// What stands before a hole in the middle of the log is copied, what is behind it too, and the hole is named exactly.
func TestHoleInTheLog(t *testing.T) {
	t.Parallel()
	for _, restart := range []bool{false, true} {
		url := pgtest.Shared(t).Database(t)
		log := viewtest.NewLog(viewtest.Noon, false)
		messages := viewtest.NewEvening(4, 80, 20).MustMessages(t, 9)
		third := uint64(len(messages) / 3)
		if !restart {
			log.Append(messages...)
			log.Lose(third+1, 2*third)
		} else {
			log.Append(messages[:third]...)
		}
		r := begin(t, url, Options{Log: log})
		if restart {
			r.reaches(third)
			r.end()
			log.Append(messages[third:]...)
			log.Lose(third+1, 2*third)
			r = begin(t, url, Options{Log: log})
		}
		r.reaches(uint64(len(messages)))
		wantGaps(t, url, gapRow{"hole", int64(third) + 1, int64(2 * third)})
		want := counted(t, messages[:third]) + counted(t, messages[2*third:])
		if n := pgtest.Value[int](t, url, "SELECT count(*) FROM onair.observations"); n != want {
			t.Errorf("restart %v: %d observations, want %d", restart, n, want)
		}
	}
}

// Another log that repeats the old one, as a cluster that adopted it: nothing twice, and it is said.
func TestAnotherLogIsToldApart(t *testing.T) {
	t.Parallel()
	url := pgtest.Shared(t).Database(t)
	messages := eventful(t, 6, 8)
	half := len(messages) / 2
	log := viewtest.NewLog(viewtest.Noon, false)
	r := begin(t, url, Options{Log: log})
	r.reaches(log.Append(messages[:half]...))
	r.end()
	before := pgtest.Value[int](t, url, "SELECT count(*) FROM onair.observations")

	second := viewtest.NewLog(viewtest.Noon.Add(time.Hour), false)
	r = begin(t, url, Options{Log: second})
	r.reaches(second.Append(messages...))
	r.end()
	wantGaps(t, url, gapRow{"stream", 1, 0})
	if got := int(r.Health().Known); got != before {
		t.Errorf("%d observations recognised, want %d", got, before)
	}
	want := reference(t, viewtest.Noon.Add(time.Hour), messages)
	compare(t, want, contents(t, url))
}

// A log restored from an older backup ends before what is copied.
func TestLogThatLostItsEnd(t *testing.T) {
	t.Parallel()
	url := pgtest.Shared(t).Database(t)
	messages := viewtest.NewEvening(4, 80, 20).MustMessages(t, 6)
	log := viewtest.NewLog(viewtest.Noon, false)
	r := begin(t, url, Options{Log: log})
	r.reaches(log.Append(messages...))
	r.end()
	shorter := viewtest.NewLog(viewtest.Noon, false)
	last := shorter.Append(messages[:10]...)
	r = begin(t, url, Options{Log: shorter})
	eventually(t, "the loss is known", func() bool { return r.Health().Gaps == 1 })
	eventually(t, "the log is read again", func() bool { return r.Health().Position == last && r.Health().Batches > 0 })
	wantGaps(t, url, gapRow{"rewound", int64(last) + 1, 0})
	if n := pgtest.Value[int](t, url, "SELECT count(*) FROM onair.observations"); n != counted(t, messages) {
		t.Errorf("%d observations, want %d", n, counted(t, messages))
	}
}

// A demo's log does not get into a real copy, nor the reverse.
func TestDemoAndRealAreKeptApart(t *testing.T) {
	t.Parallel()
	url := pgtest.Shared(t).Database(t)
	log := viewtest.NewLog(viewtest.Noon, false)
	r := begin(t, url, Options{Log: log})
	r.reaches(log.Append(viewtest.NewEvening(4, 40, 20).MustMessages(t, 1)...))
	r.end()
	demo := viewtest.NewLog(viewtest.Noon.Add(time.Minute), true)
	demo.Append(viewtest.NewEvening(4, 40, 20).MustMessages(t, 2)...)
	r = begin(t, url, Options{Log: demo})
	<-r.done
	if r.err == nil || pgtest.Value[int](t, url, "SELECT count(*) FROM onair.observations") != 40 {
		t.Errorf("ended with %v", r.err)
	}
}

// An operator who drops the schema gets a new copy of what the log still holds.
func TestDroppedSchemaIsMadeAnew(t *testing.T) {
	t.Parallel()
	url := pgtest.Shared(t).Database(t)
	messages := viewtest.NewEvening(4, 80, 20).MustMessages(t, 3)
	log := viewtest.NewLog(viewtest.Noon, false)
	r := begin(t, url, Options{Log: log})
	r.reaches(log.Append(messages[:6]...))
	pgtest.Exec(t, url, "DROP SCHEMA onair CASCADE")
	end := log.Append(messages[6:]...)
	r.reaches(end)
	if n := pgtest.Value[int](t, url, "SELECT count(*) FROM onair.observations"); n != counted(t, messages) {
		t.Errorf("%d observations, want %d", n, counted(t, messages))
	}
}
