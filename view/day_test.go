package view

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"
	"unique"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"onair/aggregator"
	"onair/live"
	"onair/view/viewtest"
)

// diary is a store that a test fills minute by minute.
type diary struct {
	tb    testing.TB
	st    *Store
	facts *Facts
	rev   uint64
	b     Batch
}

func newDiary(tb testing.TB) *diary {
	tb.Helper()
	st := mustOpen(tb, filepath.Join(tb.TempDir(), "view.db"))
	st.db.NoSync = true
	return &diary{tb: tb, st: st, facts: NewFacts(), b: Batch{Lineage: testLineage}}
}

// count notes a count of a broadcast whose channel is "c" and its id.
func (d *diary) count(platform live.Platform, id, channel string, at time.Time, viewers live.Viewers) {
	p := aggregator.Point{ID: live.BroadcastID{Platform: platform, ID: id}, Channel: channel, At: at, Viewers: viewers}
	if coarse(at.Unix()/3600, d.b.LogTime) {
		d.b.Late = append(d.b.Late, p)
	} else {
		d.b.Points = append(d.b.Points, p)
	}
}

func (d *diary) tell(platform live.Platform, id, name, title string, at time.Time, hidden bool) {
	d.b.Told = append(d.b.Told, Told{ID: live.BroadcastID{Platform: platform, ID: id}, Day: dayOf(at), Name: name, Title: title, Category: "game", Hidden: hidden})
}

// commit writes what was noted, as of a log time.
func (d *diary) commit(now time.Time) {
	d.tb.Helper()
	d.b.LogTime = now
	if err := d.st.Commit(d.b); err != nil {
		d.tb.Fatal(err)
	}
	d.b.Past = Past{}
}

func (d *diary) fact(key string, v any) {
	value, err := json.Marshal(v)
	if err != nil {
		d.tb.Fatal(err)
	}
	d.rev++
	if d.facts.Apply([]live.Fact{{Table: tableFacts, Key: key, Value: value, Rev: d.rev}}); d.facts.Bad() > 0 {
		d.tb.Fatalf("%s: %s", key, value)
	}
}

// snapshot is of a state that knows nothing but the time.
func (d *diary) snapshot(now time.Time) *Snapshot {
	s := aggregator.New(false)
	s.Apply(&live.Message{Seq: 1, Time: now, Tick: true}, nil)
	return Build(s, d.facts, BuildOptions{Infos: viewtest.Infos(), Lineage: testLineage})
}

func mustLook(tb testing.TB, days *Days, snap *Snapshot, q DayQuery) *Review {
	tb.Helper()
	r, err := days.Look(context.Background(), snap, q)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// dayRow is a review's row as tests write it.
type dayRow struct {
	ID                          string
	Peak, Watched, Air, Average int64
}

func creatorsOf(r *Review) (list []dayRow) {
	for _, c := range r.Creators {
		list = append(list, dayRow{c.ID, c.Peak, c.Watched, c.Air, c.Average()})
	}
	return list
}

func broadcastsOfReview(r *Review) (list []dayRow) {
	for _, b := range r.Broadcasts {
		list = append(list, dayRow{b.ID.String(), b.Peak, b.Watched, b.Air, b.Average()})
	}
	return list
}

// midnight begins the Korean day of viewtest.Noon, which is noon in Korea.
var midnight = viewtest.Noon.Add(-12 * time.Hour)

func TestDay(t *testing.T) {
	t.Parallel()
	d := newDiary(t)
	at := func(minute int) time.Time { return midnight.Add(time.Duration(minute) * time.Minute) }
	day := dayOf(midnight)
	// "1": 100 viewers for an hour, seen every minute, with a peak of 300.
	for m := range 60 {
		v := live.Viewers(100)
		if m == 30 {
			v = 300
		}
		d.count("soop", "1", "a", at(600+m), v)
	}
	// "2", of the same person at the same time elsewhere: every 5 minutes for half an hour: 26 minutes are known.
	for m := 0; m <= 25; m += 5 {
		d.count("chzzk", "2", "b", at(600+m), 40)
	}
	// "3": two looks an hour apart hold 20 minutes and one.
	d.count("soop", "3", "c", at(600), 1000)
	d.count("soop", "3", "c", at(660), 1000)
	// "4" is adult, "5" on a blocked channel, "6" has a blocked word.
	for _, id := range []string{"4", "5", "6"} {
		for m := range 50 {
			d.count("soop", id, "x"+id, at(600+m), 5000)
		}
	}
	for _, x := range []struct {
		p               live.Platform
		id, name, title string
		hidden          bool
	}{{"soop", "1", "하나", "첫 방송", false}, {"chzzk", "2", "하나 치지직", "", false}, {"soop", "4", "넷", "", true}, {"soop", "5", "다섯", "", false}, {"soop", "6", "여섯", "나쁜말 방송", false}} {
		d.tell(x.p, x.id, x.name, x.title, at(659), x.hidden)
	}
	for m := range 20 {
		d.b.Totals = append(d.b.Totals, Total{"soop", at(600+m).Unix() / 60, 1000 + int64(m), 5}, Total{"", at(600+m).Unix() / 60, 2000 + int64(m), 9})
	}
	d.commit(at(661))
	d.fact("creator.one", live.Creator{ID: "one", Name: "한 사람", Channels: []live.ChannelID{{Platform: "soop", ID: "a"}, {Platform: "chzzk", ID: "b"}}})
	d.fact("block.channel."+live.BlockKey("soop:x5"), live.Block{Kind: live.BlockChannel, Value: "soop:x5"})
	d.fact("block.keyword."+live.BlockKey("나쁜말"), live.Block{Kind: live.BlockKeyword, Value: "나쁜말"})

	one := dayRow{"one", 300, 59*100 + 300 + 26*40, 60, 121} // 7240 by 60
	three := dayRow{"soop:c", 1000, 21000, 21, 1000}
	check := func(when string, now time.Time) {
		t.Helper()
		r := mustLook(t, NewDays(d.st), d.snapshot(now), DayQuery{day, 1, ByWatched})
		if diff := cmp.Diff([]dayRow{three, one}, creatorsOf(r)); diff != "" {
			t.Errorf("%s: %s", when, diff)
		}
		if diff := cmp.Diff([]dayRow{{"soop:3", 1000, 21000, 21, 1000}, {"soop:1", 300, 6200, 60, 103}, {"chzzk:2", 40, 1040, 26, 40}}, broadcastsOfReview(r)); diff != "" {
			t.Errorf("%s: %s", when, diff)
		}
		c := r.Creators[1]
		if c.Name != "한 사람" || c.Broadcasts != 2 || c.Entry != "" || len(c.Channels) != 2 || c.Channels[0] != (ReviewChannel{live.ChannelID{Platform: "soop", ID: "a"}, "하나"}) {
			t.Errorf("%s: %+v", when, c)
		}
		if r.Creators[0].Name != "c" || r.Broadcasts[1].Title != "첫 방송" || r.Broadcasts[1].Creator.Name != "한 사람" || r.Broadcasts[1].Category.ID != "game" {
			t.Errorf("%s: %+v %+v", when, r.Creators[0], r.Broadcasts[1])
		}
		if b := r.Broadcasts[0]; !b.First.Equal(at(600)) || !b.Last.Equal(at(660)) || !r.Broadcasts[1].PeakAt.Equal(at(630)) {
			t.Errorf("%s: %+v", when, b)
		}
		// Sums by minute: 20 minutes of 2000 to 2019.
		if x := r.Total; x.Peak != 2019 || !x.PeakAt.Equal(at(619)) || x.Watched != 20*2000+190 || x.Air != 20 || x.Viewers[60] != 2009 || x.Viewers[61] != 2019 || x.Live[61] != 9 || x.Viewers[59] != -1 {
			t.Errorf("%s: %+v", when, x.Figures)
		}
		// The blocked ones are on air all the same; the adult one is not counted.
		if soop := r.Platforms[slices.IndexFunc(r.Platforms, func(x ReviewTotal) bool { return x.Platform == "soop" })]; soop.Broadcasts != 4 || soop.Peak != 1019 || r.Total.Broadcasts != 5 {
			t.Errorf("%s: %+v", when, soop)
		}
		if len(r.Categories) != 1 || r.Categories[0].ID != "game" || r.Categories[0].Broadcasts != 4 {
			t.Errorf("%s: %+v", when, r.Categories)
		}
	}
	check("in minutes", at(665))
	d.commit(at(12*60 + 200)) // rolled
	d.commit(at(12*60 + 201))
	check("in steps", at(12*60+201))
	r := mustLook(t, NewDays(d.st), d.snapshot(at(24*60+700)), DayQuery{day, 1, ByPeak})
	if !r.Over || !r.AsOf.Equal(at(24*60)) || len(r.Total.Viewers) != daySteps || !slices.Equal(creatorsOf(r), []dayRow{three, one}) {
		t.Errorf("%+v", r)
	}
	// Average wants half an hour.
	if r := mustLook(t, NewDays(d.st), d.snapshot(at(700)), DayQuery{day, 1, ByAverage}); !slices.Equal(creatorsOf(r), []dayRow{one}) {
		t.Errorf("%+v", creatorsOf(r))
	}
	if r := mustLook(t, NewDays(d.st), d.snapshot(at(700)), DayQuery{day, 1, ByAirtime}); !slices.Equal(creatorsOf(r), []dayRow{one, three}) {
		t.Errorf("%+v", creatorsOf(r))
	}
	for _, q := range []DayQuery{{day, 0, ByPeak}, {day, 31, ByPeak}, {day, 1, "x"}, {0, 1, ByPeak}} {
		if _, err := NewDays(d.st).Look(context.Background(), d.snapshot(at(700)), q); !errors.Is(err, ErrQuery) {
			t.Errorf("%+v: %v", q, err)
		}
	}
}

// TestDaysOverMidnight: a broadcast of two days is one broadcast of the span; a past day is remembered, until a late page
// changes it.
func TestDaysOverMidnight(t *testing.T) {
	t.Parallel()
	d := newDiary(t)
	day := dayOf(midnight)
	at := func(minute int) time.Time { return midnight.Add(time.Duration(minute) * time.Minute) }
	d.b.LogTime = at(-30)
	for m := -30; m < 30; m++ {
		d.count("soop", "1", "a", at(m), 10)
	}
	d.count("soop", "2", "b", at(29), 7)
	d.commit(at(30))
	days := NewDays(d.st)
	now := d.snapshot(at(30))
	for _, q := range []struct {
		days, last int64
		broadcasts int
		watched    int64
	}{{1, day, 2, 300}, {1, day - 1, 1, 300}, {7, day, 2, 600}} {
		r := mustLook(t, days, now, DayQuery{q.last, int(q.days), ByWatched})
		if r.Total.Broadcasts != q.broadcasts || r.Creators[0].Watched != q.watched || r.Creators[0].Broadcasts != 1 || r.First != day-1 || r.Last != day {
			t.Errorf("%+v: %d broadcasts, %+v", q, r.Total.Broadcasts, r.Creators[0])
		}
	}
	held := days.held[day-1]
	mustLook(t, days, d.snapshot(at(31)), DayQuery{day - 1, 1, ByWatched})
	if days.held[day-1] != held {
		t.Error("a past day was read again")
	}
	d.b.LogTime = at(300)
	d.count("soop", "3", "c", at(-100), 5)
	d.commit(at(300))
	if r := mustLook(t, days, d.snapshot(at(300)), DayQuery{day - 1, 1, ByWatched}); r.Total.Broadcasts != 2 || len(r.Creators) != 2 {
		t.Errorf("the late one is not told: %+v", creatorsOf(r))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	<-days.turn // somebody else is being answered
	if _, err := days.Look(ctx, now, DayQuery{day, 1, ByWatched}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	days.turn <- struct{}{}
}

// TestCreatorsAreTheFirst compares the first hundred with all of them worked out, among creators of several channels.
func TestCreatorsAreTheFirst(t *testing.T) {
	t.Parallel()
	d := newDiary(t)
	day := dayOf(midnight)
	d.b.LogTime = midnight
	n := uint32(7)
	next := func(k uint32) int { n = n*1664525 + 1013904223; return int(n >> 8 % k) }
	for c := range 400 {
		ch := fmt.Sprint("c", c)
		for b := range 1 + next(2)%2 {
			start, length := next(300)%300, 5+next(150)%150
			for m := start; m < start+length; m += 1 + next(3)%3 {
				d.count("soop", fmt.Sprint(c, "-", b), ch, midnight.Add(time.Duration(m)*time.Minute), live.Viewers(next(500)%500))
			}
		}
		if c%3 == 1 {
			id := fmt.Sprint("p", c)
			d.fact("creator."+id, live.Creator{ID: id, Name: id, Channels: []live.ChannelID{{Platform: "soop", ID: ch}, {Platform: "soop", ID: fmt.Sprint("c", c+1)}}})
		}
	}
	d.commit(midnight.Add(8 * time.Hour))
	for range 9 {
		d.commit(midnight.Add(8 * time.Hour))
	}
	snap := d.snapshot(midnight.Add(8 * time.Hour))
	for _, o := range orders {
		r := mustLook(t, NewDays(d.st), snap, DayQuery{day, 1, o.name})
		// A day's own reviewer with every promise kept.
		all := mustAll(t, d, snap, DayQuery{day, 1, o.name})
		if len(r.Creators) != MaxDayRows || !cmp.Equal(creatorsOf(r), all[:MaxDayRows]) {
			t.Errorf("%s: %s", o.name, cmp.Diff(all[:MaxDayRows], creatorsOf(r)))
		}
	}
}

// mustAll works every creator out.
func mustAll(t *testing.T, d *diary, snap *Snapshot, q DayQuery) (rows []dayRow) {
	t.Helper()
	err := d.st.read(func(tx *bbolt.Tx) error {
		reader := newDayReader(tx, AsOf(snap))
		j := &reviewer{reader: reader, snap: snap, sums: []*daySummary{reader.summarise(q.Day, snap)}, value: valueIn(q.Sort)}
		var list []judged[ReviewCreator]
		for _, p := range j.promises() {
			if c, sum, ok := j.creator(p); ok {
				list = place(list, judged[ReviewCreator]{c, j.value(&sum), sum, p.id})
			}
		}
		for _, x := range list {
			c := x.row
			rows = append(rows, dayRow{c.ID, c.Peak, c.Watched, c.Air, c.Average()})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// A past day is summed up by a commit, once, and anew after something was written to it or to the day before; who
// reads the day itself gets the same answer.
func TestPastDaysAreSummedUp(t *testing.T) {
	t.Parallel()
	d := newDiary(t)
	day := dayOf(midnight)
	at := func(minute int) time.Time { return midnight.Add(time.Duration(minute) * time.Minute) }
	for n := range 60 {
		id := fmt.Sprint(n)
		platform := viewtest.Platforms[n%len(viewtest.Platforms)]
		for m := range 40 {
			d.count(platform, id, fmt.Sprint("c", n/2), at(n*20+m), live.Viewers(100*n+m))
		}
		d.tell(platform, id, "name "+id, "title "+id, at(n*20), n%7 == 0)
		d.commit(at(n*20 + 40))
	}
	stored := func() (out []byte) {
		if err := d.st.read(func(tx *bbolt.Tx) error {
			out = slices.Clone(tx.Bucket(bucketDays).Bucket(timeKey(day)).Get(keySummary))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	drop := func() {
		if err := d.st.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketDays).Bucket(timeKey(day)).Delete(keySummary) }); err != nil {
			t.Fatal(err)
		}
	}
	now := at(dayMinutes + 4*60)
	next := func() { // commits until hours have become steps and a minute has passed for the summary
		for range 30 {
			now = now.Add(time.Minute)
			d.commit(now)
		}
	}
	if stored() != nil {
		t.Fatal("a summary of the present day is kept")
	}
	next()
	first := stored()
	if first == nil {
		t.Fatal("no summary after the day's end")
	}
	look := func() *Review {
		return mustLook(t, NewDays(d.st), d.snapshot(now), DayQuery{Day: day + 1, Days: 2, Sort: ByWatched})
	}
	same := func() {
		t.Helper()
		kept := look()
		again := stored()
		drop()
		if diff := cmp.Diff(look(), kept); diff != "" {
			t.Errorf("-read +kept:\n%s", diff)
		}
		next()
		if !slices.Equal(stored(), again) {
			t.Error("made again it is another")
		}
	}
	same()
	late := at(100)
	d.count("soop", "late", "late", late, 1_000_000)
	d.commit(now) // within the minute of the last one
	if stored() != nil {
		t.Error("the summary outlived a late count")
	}
	if r := look(); len(r.Broadcasts) == 0 || r.Broadcasts[0].Peak != 1_000_000 {
		t.Errorf("the late count is not seen: %+v", broadcastsOfReview(r))
	}
	next()
	if slices.Equal(stored(), first) {
		t.Error("the new summary does not know the late count")
	}
	same()
	d.count("soop", "eve", "eve", midnight.Add(-10*time.Minute), 5)
	d.commit(now)
	if stored() != nil {
		t.Error("the summary outlived a late count of the day before")
	}
	next()
	// What cannot be read is read from the day.
	want := look()
	if err := d.st.db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketDays).Bucket(timeKey(day)).Put(keySummary, []byte{0, 0, 0, 0, summaryForm, 9})
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, look()); diff != "" {
		t.Errorf("-kept +damaged:\n%s", diff)
	}
}

func FuzzSummary(f *testing.F) {
	f.Add(packSummary(&daySummary{
		platforms: map[live.Platform]*dayCount{"soop": {3, 1}}, categories: map[string]*dayCategory{"game": {dayCount{3, 1}, "게임", 70}},
		leaders: []live.BroadcastID{{Platform: "soop", ID: "1"}}, channels: []dayChannel{{unique.Make(live.ChannelID{Platform: "soop", ID: "c"}), 1, 2, 3, 4}},
	}))
	f.Add([]byte{summaryForm, 255, 255, 255, 255, 255, 255, 255, 255, 127})
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, ok := unpackSummary(7, b); ok {
			again, ok := unpackSummary(7, packSummary(s))
			if !ok || !slices.Equal(packSummary(again), packSummary(s)) {
				t.Errorf("%v", s)
			}
		}
	})
}
