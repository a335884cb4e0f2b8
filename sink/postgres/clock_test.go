package postgres

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"onair/live"
	"onair/sink/postgres/pgtest"
	"onair/view/viewtest"
)

// The broker's clock goes back by an hour, and is set right after some minutes: nothing is lost, nothing is there twice,
// and what was observed meanwhile has the time at which the clock stood, as far as a second.
func TestClockThatGoesBack(t *testing.T) {
	t.Parallel()
	messages := viewtest.NewEvening(4, 80, 20).MustMessages(t, 18)
	third := len(messages) / 3
	random := rand.New(rand.NewPCG(4, 4))
	for i := range messages {
		m := &messages[i]
		m.Age = time.Duration(random.IntN(3)) * 10 * time.Millisecond // so that many have the same
		if i >= third && i < 2*third {
			m.Time = m.Time.Add(-time.Hour)
		}
	}
	url := pgtest.Shared(t).Database(t)
	log := viewtest.NewLog(viewtest.Noon, false)
	small := func(e *Exporter) { e.maxRows, e.checkpointEvery = 150, time.Millisecond }
	r := begin(t, url, Options{Log: log}, small)
	end := feed(log, messages, random, func() {
		if random.IntN(6) == 0 { // begun anew in all of the three
			r.end()
			r = begin(t, url, Options{Log: log}, small)
		}
	})
	r.reaches(end)
	if h := r.Health(); h.Known != 0 || h.Gaps != 0 || h.Text() != "" {
		t.Errorf("health %+v", h)
	}

	type row struct {
		Seq       int64
		Broadcast string
		At        time.Time
	}
	rows, err := pgtest.Connect(t, url).Query(t.Context(), "SELECT seq, platform || ':' || broadcast, observed_at FROM onair.observations")
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]time.Time{}
	for _, x := range list {
		key := fmt.Sprint(x.Seq, " ", x.Broadcast)
		if !got[key].IsZero() {
			t.Errorf("%s is there twice", key)
		}
		got[key] = x.At.UTC()
	}
	var top time.Time // the clock's highest reading
	stood, wanted := 0, 0
	for i := range messages {
		m := &messages[i]
		behind := m.Time.Before(top)
		if !behind {
			top = m.Time
		}
		if m.Tick {
			continue
		}
		p, err := live.DecodePage(m.Body)
		if err != nil {
			t.Fatal(err)
		}
		want := top.Add(-m.Age)
		for _, o := range p.Observations {
			wanted++
			at, ok := got[fmt.Sprintf("%d %s:%s", i+1, p.Platform, o.ID)]
			switch off := at.Sub(want).Abs(); {
			case !ok:
				t.Errorf("message %d: %s was lost", i+1, o.ID)
			case behind && off >= time.Second || !behind && off != 0:
				t.Errorf("message %d: observed at %v, want %v", i+1, at, want)
			case behind:
				stood++
			}
		}
	}
	if len(got) != wanted || stood < wanted/4 {
		t.Errorf("%d observations, want %d; %d while the clock stood", len(got), wanted, stood)
	}

	// What is read without a database has the same times.
	read := map[string]time.Time{}
	err = Read(t.Context(), log, func(r Reading) error {
		for _, o := range r.Page.Observations {
			read[fmt.Sprintf("%d %s:%s", r.Seq, r.Page.Platform, o.ID)] = r.At.UTC()
		}
		return nil
	})
	if d := cmp.Diff(got, read); err != nil || d != "" {
		t.Errorf("%v, (-tables +read) %.1000s", err, d)
	}
	if n := pgtest.Value[int](t, url, "SELECT count(*) FROM onair.broadcasts WHERE ended_at IS NULL"); n != 80 {
		t.Errorf("%d broadcasts are live, want 80", n)
	}
	if n := pgtest.Value[int](t, url, "SELECT count(*) FROM (SELECT minute FROM onair.ranking GROUP BY minute HAVING max(place) <> count(*)) q"); n != 0 {
		t.Errorf("%d rankings are not whole", n)
	}
}
