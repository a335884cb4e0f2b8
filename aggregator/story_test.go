package aggregator

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"onair/live"
)

var noon = time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC) // in Seoul

// story feeds a state message by message. Times are seconds after noon.
type story struct {
	tb  testing.TB
	s   *State
	seq uint64
	now int
}

func newStory(tb testing.TB) *story { return &story{tb: tb, s: New(false)} }

func sec(n int) time.Time { return noon.Add(time.Duration(n) * time.Second) }

// page applies p as published by worker w1 at now, observed at the given second.
func (y *story) page(observed int, p live.Page) Effects {
	y.tb.Helper()
	return y.from("w1", live.LaneLive, observed, p)
}

func (y *story) from(worker string, lane live.LaneName, observed int, p live.Page) Effects {
	y.tb.Helper()
	y.now = max(y.now, observed)
	if p.Platform == "" {
		p.Platform = "chzzk"
	}
	p.V = live.PageVersion
	if err := p.Validate(); err != nil {
		y.tb.Fatal(err)
	}
	y.seq++
	return y.s.Apply(&live.Message{
		Seq: y.seq, Time: sec(y.now), Age: sec(y.now).Sub(sec(observed)),
		Lane: live.Lane{Platform: p.Platform, Worker: worker, Epoch: "e", Name: lane},
	}, &p)
}

// tick lets time pass to the given second, with a tick each ten seconds.
func (y *story) tick(until int) {
	for y.now < until {
		y.jump(min(y.now+10, until))
	}
}

// jump is a single tick at the given second.
func (y *story) jump(to int) {
	y.now = to
	y.seq++
	y.s.Apply(&live.Message{Seq: y.seq, Time: sec(to), Tick: true}, nil)
}

// wants compares what is live on chzzk.
func (y *story) wants(ids ...string) {
	y.tb.Helper()
	var got []string
	for b := range y.s.Broadcasts() {
		if b.Live() {
			got = append(got, b.ID.ID)
		}
	}
	if !slices.Equal(got, ids) {
		y.tb.Errorf("live %v, want %v", got, ids)
	}
}

func (y *story) get(id string) *Broadcast {
	y.tb.Helper()
	b := y.s.Broadcast(live.BroadcastID{Platform: "chzzk", ID: id})
	if b == nil {
		y.tb.Fatalf("no broadcast %s", id)
	}
	return b
}

// row is broadcast id on channel c<id>.
func row(id string, viewers live.Viewers) live.Observation {
	return live.Observation{ID: id, Channel: "c" + id, Viewers: viewers, Title: "t" + id}
}

// on is broadcast id on a channel, started so many seconds after noon (0: not said).
func on(channel, id string, started int) live.Observation {
	o := live.Observation{ID: id, Channel: channel, Viewers: 1}
	if started != 0 {
		o.StartedAt = sec(started)
	}
	return o
}

// list is a page of a list on which a channel has one broadcast.
func list(rows ...live.Observation) live.Page {
	return live.Page{Kind: live.KindList, Coverage: live.CoverList, OneLive: true, Observations: rows}
}

func rows(ids ...string) []live.Observation {
	out := make([]live.Observation, len(ids))
	for i, id := range ids {
		out[i] = row(id, 100)
	}
	return out
}

// whole is a pass of one page.
func whole(id string, ids ...string) live.Page {
	p := list(rows(ids...)...)
	p.Pass = &live.Pass{ID: id, Last: true}
	return p
}

func status(answers ...live.Answer) live.Page {
	return live.Page{Kind: live.KindStatus, Coverage: live.CoverAsked, OneLive: true, Answers: answers}
}

func refresh(answers ...live.Answer) live.Page {
	return live.Page{Kind: live.KindRefresh, Coverage: live.CoverAsked, Answers: answers}
}

func said(key string, state live.AnswerState) live.Answer { return live.Answer{Key: key, State: state} }

// dump is what is stored, and what is worked out of it.
func dump(s *State) map[string]string {
	out := map[string]string{}
	for k, v := range s.Records() {
		out[k] = string(v)
	}
	for _, f := range s.platforms {
		for _, b := range f.order {
			out["made of "+b.key] = fmt.Sprint("rise ", b.Rise, " heat ", b.Heat, " of ", b.base, " bar ", b.bar)
		}
	}
	return out
}

func many(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("%03d", i)
	}
	return ids
}
