package postgres

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/live"
	"onair/sink/postgres/pgtest"
	"onair/view/viewtest"
)

func TestDays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-11-23T14:59:59.999999Z": "2026-11-23", "2026-11-23T15:00:00Z": "2026-11-24", "1970-01-01T00:00:00Z": "1970-01-01",
		"1969-12-31T14:59:59Z": "1969-12-31", "2028-02-29T12:00:00+09:00": "2028-02-29",
	} {
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := dayText(dayOf(at)); got != want {
			t.Errorf("%s is of %s, want %s", text, got, want)
		}
	}
}

// at runs an exporter with an empty log at a moment until its upkeep is done.
func upkeepAt(t *testing.T, url string, now time.Time, o Options) *run {
	t.Helper()
	log := viewtest.NewLog(viewtest.Noon, false)
	o.Log, o.Clock = log, fixed{noon(), now}
	last := log.Append(viewtest.Tick(viewtest.Noon))
	r := begin(t, url, o)
	r.reaches(last)
	eventually(t, "a batch, after the upkeep", func() bool {
		if r.Health().Batches > 0 {
			return true
		}
		log.Append(viewtest.Tick(viewtest.Noon))
		return false
	})
	r.end()
	return r
}

func TestOldDaysAreDroppedAndNewOnesAreMadeAhead(t *testing.T) {
	t.Parallel()
	url := copied(t)
	now := viewtest.Noon.Add(10 * 24 * time.Hour)
	days := func() []string {
		return strs(t, url, "SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'onair.observations'::regclass AND c.relkind = 'r' ORDER BY 1")
	}
	if n := pgtest.Value[int](t, url, "SELECT count(*) FROM onair.observations"); n == 0 {
		t.Fatal("nothing to drop")
	}
	// Somebody reads an old day: it stays for now, and holds up nobody.
	conn := pgtest.Connect(t, url)
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "SELECT count(*) FROM onair.observations"); err != nil {
		t.Fatal(err)
	}
	before := len(days())
	upkeepAt(t, url, now, Options{Keep: 5 * 24 * time.Hour})
	if n := len(days()); n < before {
		t.Errorf("%d of %d days while they were read", n, before)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	upkeepAt(t, url, now, Options{Keep: 5 * 24 * time.Hour})
	want := []string{}
	for day := dayOf(now) - 5; day <= dayOf(now)+daysAhead; day++ {
		want = append(want, partition("observations", day))
	}
	if got := days(); len(got) == 0 || got[0] < want[0] || got[len(got)-1] != want[len(want)-1] {
		t.Errorf("days %v, want none before %s, and up to %s", got, want[0], want[len(want)-1])
	}
	if n := pgtest.Value[int](t, url, "SELECT count(*) FROM onair.observations"); n != 0 {
		t.Errorf("%d observations of old days", n)
	}
}

// YouTube's terms: after 30 days what it said is gone, unless it said it again; what others said stays.
func TestStorageTerms(t *testing.T) {
	t.Parallel()
	url := copied(t)
	const count = `SELECT (SELECT count(*) FROM onair.observations WHERE platform = $1) || ' ' || (SELECT count(*) FROM onair.ranking WHERE platform = $1) || ' ' ||
		(SELECT count(*) FROM onair.broadcasts WHERE platform = $1) || ' ' || (SELECT count(*) FROM onair.channels WHERE platform = $1)`
	chzzk, youtube := pgtest.Value[string](t, url, count, "chzzk"), pgtest.Value[string](t, url, count, "youtube")
	pgtest.Exec(t, url,
		`INSERT INTO onair.creators VALUES ('kim', '김')`,
		`UPDATE onair.channels SET creator = 'kim' WHERE platform = 'youtube' AND id = 'ch40000003'`,
		// Said again lately: it stays, with its old counts gone.
		`UPDATE onair.broadcasts SET last_seen_at = last_seen_at + interval '20 days' WHERE platform = 'youtube' AND id = '40000005'`,
		`UPDATE onair.channels SET seen_at = seen_at + interval '20 days' WHERE platform = 'youtube' AND id = 'ch40000005'`,
	)
	upkeepAt(t, url, viewtest.Noon.Add(29*24*time.Hour), Options{})
	if got := pgtest.Value[string](t, url, count, "youtube"); got != youtube {
		t.Errorf("after 29 days %s, want %s", got, youtube)
	}
	r := upkeepAt(t, url, viewtest.Noon.Add(30*24*time.Hour+3*time.Hour), Options{}) // an hour before the last row is that old
	if got := pgtest.Value[string](t, url, count, "youtube"); got != "0 0 1 2" {
		t.Errorf("after 30 days %s, want 0 0 1 2", got)
	}
	if r.Health().Removed == 0 {
		t.Error("no figure tells of it")
	}
	want := []string{"ch40000003 - kim", "ch40000005 방송인 5 -"}
	if d := cmp.Diff(want, strs(t, url, "SELECT id || ' ' || coalesce(name, '-') || ' ' || coalesce(creator, '-') FROM onair.channels WHERE platform = 'youtube' ORDER BY 1")); d != "" {
		t.Errorf("channels (-want +got):\n%s", d)
	}
	if got := pgtest.Value[string](t, url, count, "chzzk"); got != chzzk {
		t.Errorf("chzzk has %s, want %s", got, chzzk)
	}
	if got := strs(t, url, "SELECT id FROM onair.platforms WHERE keep_days = 30"); !cmp.Equal(got, []string{"youtube"}) {
		t.Errorf("keep_days of %v", got)
	}
}

// fixed is a clock that shows one moment.
type fixed struct {
	live.Clock
	now time.Time
}

func (f fixed) Now() time.Time { return f.now }
