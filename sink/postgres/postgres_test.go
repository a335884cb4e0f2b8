package postgres

import (
	"testing"

	"onair/sink/postgres/pgtest"
	"onair/view/viewtest"
)

func TestCopiesTheLog(t *testing.T) {
	t.Parallel()
	url := pgtest.Shared(t).Database(t)
	log := viewtest.NewLog(viewtest.Noon, false)
	messages := viewtest.NewEvening(1, 200, 25).MustMessages(t, 4)
	end := log.Append(messages...)
	r := begin(t, url, Options{Log: log})
	r.reaches(end)
	if got, want := pgtest.Value[int](t, url, "SELECT count(*) FROM onair.observations"), counted(t, messages); got != want {
		t.Errorf("%d observations, want %d", got, want)
	}
	t.Logf("%+v", r.Health())
}
