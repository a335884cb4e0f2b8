package aggregator

import (
	"testing"
	"time"
	_ "time/tzdata"

	"onair/live"
)

func TestPacificDay(t *testing.T) {
	la, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	epoch := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	for at := time.Date(2007, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2060; at = at.Add(30*time.Minute - time.Second) {
		y, m, d := at.In(la).Date()
		want := int64(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(epoch) / (24 * time.Hour))
		if got := pacificDay(at); got != want {
			t.Fatalf("%v (%v): day %d, want %d", at, at.In(la), got, want)
		}
	}
}

func TestSpent(t *testing.T) {
	// Noon of the story is 19:00 of the day before in Los Angeles: midnight is at 5 h = 18,000 s.
	y := newStory(t)
	const midnight = 5 * 3600
	cost := func(at int, lane live.LaneName, bucket string, units int, class live.ErrorClass) {
		y.from("w1", lane, at, live.Page{Kind: live.KindSearch, Coverage: live.CoverNone, Cost: live.Cost{Bucket: bucket, Units: units}, Error: class})
	}
	wants := func(bucket string, n int) {
		t.Helper()
		if got := y.s.Spent("chzzk", bucket); got != n {
			t.Errorf("%s: %d, want %d", bucket, got, n)
		}
	}
	cost(0, live.LaneLive, "units", 1, "")
	cost(1, live.LaneLive, "search", 1, "quota")
	cost(2, live.LaneLive, "units", 5, "canceled")
	wants("units", 6)
	wants("search", 1)
	wants("other", 0)
	y.tick(midnight - 1)
	cost(10, live.LaneLate, "units", 2, "")
	wants("units", 8)
	y.tick(midnight)
	wants("units", 0)
	cost(11, live.LaneLate, "units", 2, "") // yesterday's
	wants("units", 0)
	cost(midnight+5, live.LaneLive, "units", 3, "")
	cost(12, live.LaneLate, "units", 2, "")
	wants("units", 3)
	again := reload(t, y.s)
	if got := again.Spent("chzzk", "units"); got != 3 {
		t.Error(got)
	}
}
