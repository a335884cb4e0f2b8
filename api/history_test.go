package api

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onair/api/client"
	"onair/live"
)

// memory is a history in memory.
type memory []Point

func (m memory) Broadcast(id live.BroadcastID) (out []Point, err error) {
	if id.ID == "broken" {
		return nil, errors.New("disk /secret/path broken")
	}
	for _, p := range m {
		if p.ID == id {
			out = append(out, p)
		}
	}
	return out, nil
}

func (m memory) Channel(id live.ChannelID) (out []Point, err error) {
	for _, p := range m {
		if p.ID.Platform == id.Platform && p.Channel == id.ID {
			out = append(out, p)
		}
	}
	return out, nil
}

func TestHistory(t *testing.T) {
	w := newWorld(8, 0)
	a, b := w.start(), w.start()
	a.ID.Platform, b.ID.Platform = "chzzk", "soop"
	w.join(a, b)
	before, earlier := live.BroadcastID{Platform: "chzzk", ID: "before"}, live.BroadcastID{Platform: "chzzk", ID: "earlier"}
	at := func(min int) time.Time { return noon.Add(time.Duration(min) * time.Minute) }
	s := newServer(t, func(o *Options) {
		o.History = memory{
			{ID: earlier, Channel: a.Channel, At: at(-900), Viewers: 4}, {ID: before, Channel: a.Channel, At: at(-600), Viewers: 5}, {ID: before, Channel: a.Channel, At: at(-599), Viewers: 6},
			{ID: a.ID, Channel: a.Channel, At: at(0), Viewers: 10}, {ID: b.ID, Channel: b.Channel, At: at(0), Viewers: 3}, {ID: a.ID, Channel: a.Channel, At: at(1), Viewers: live.ViewersHidden}, {ID: a.ID, Channel: a.Channel, At: at(2), Viewers: 12},
			{ID: live.BroadcastID{Platform: "soop", ID: "other"}, Channel: a.Channel, At: at(0), Viewers: 99}, // another platform's channel of the same id
		}
	})
	s.view.Publish(w.snapshot())
	mine := client.Series{ID: a.ID.String(), Platform: "chzzk", Channel: a.Channel, Points: []client.Point{{At: at(0), Viewers: 10, Peak: 10, Step: 60}, {At: at(2), Viewers: 12, Peak: 12, Step: 60}}}
	theirs := client.Series{ID: b.ID.String(), Platform: "soop", Channel: b.Channel, Points: []client.Point{{At: at(0), Viewers: 3, Peak: 3, Step: 60}}}
	old := client.Series{ID: before.String(), Platform: "chzzk", Channel: a.Channel, Points: []client.Point{{At: at(-600), Viewers: 5, Peak: 5, Step: 60}, {At: at(-599), Viewers: 6, Peak: 6, Step: 60}}}
	older := client.Series{ID: earlier.String(), Platform: "chzzk", Channel: a.Channel, Points: []client.Point{{At: at(-900), Viewers: 4, Peak: 4, Step: 60}}}
	for id, want := range map[string][]client.Series{
		a.ID.String():   {mine, theirs, old, older},
		b.ID.String():   {theirs, mine, old, older},
		before.String(): {old, mine, older}, // ended long ago: known from its points alone
	} {
		got := into[client.History](t, s.get("/v1/streams/"+id+"/history"))
		if diff := cmp.Diff(client.History{ID: id, Series: want}, got); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
	}
	none := newServer(t)
	none.view.Publish(w.snapshot())
	if got := into[client.History](t, none.get("/v1/streams/"+a.ID.String()+"/history")); len(got.Series) != 2 || len(got.Series[0].Points) != 0 {
		t.Errorf("%+v", got)
	}
	problemOf(t, none.get("/v1/streams/"+before.String()+"/history"), kindNotFound)
}
