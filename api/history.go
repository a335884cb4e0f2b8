package api

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"onair/live"
	"onair/view"
)

// Point is a known viewer count, the last of its step.
type Point struct {
	ID      live.BroadcastID
	Channel string
	At      time.Time // log time
	Viewers live.Viewers
	Peak    live.Viewers  // the highest of the step
	Step    time.Duration // a minute, or ten
}

// History is where past viewer counts are kept. What nobody knows has no points.
type History interface {
	// Broadcast gives what was seen of a broadcast, oldest first.
	Broadcast(id live.BroadcastID) ([]Point, error)
	// Channel gives what was seen of all broadcasts of a channel, oldest first.
	Channel(id live.ChannelID) ([]Point, error)
}

// serveHistory answers from the store, at most once for a snapshot and broadcast: new points come with new snapshots.
func (s *Server) serveHistory(w http.ResponseWriter, r *http.Request) error {
	p := readParams(r, "span")
	span := p.span(reaches[len(reaches)-1])
	id, err := pathID(r)
	if err = errors.Join(err, p.err); err != nil {
		return err
	}
	rd, err := s.atLeast(r, 0)
	if err != nil {
		return err
	}
	return s.send(w, r, rd.json("history "+id.String()+" "+span.name, false, func() ([]byte, error) {
		list, err := s.seriesOf(rd.snap, id, rd.snap.LogTime.Add(-span.length))
		if err != nil {
			return nil, err
		}
		b := appendString(append([]byte(nil), `{"id":`...), id.String())
		b = append(b, `,"series":[`...)
		for i := range list {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendSeries(b, &list[i])
		}
		return append(b, "]}\n"...), nil
	}))
}

// series is the history of one broadcast.
type series struct {
	id      live.BroadcastID
	channel string
	points  []Point
}

// seriesOf gives the broadcast asked for, those beside it in its entry, then what else their channels showed since a
// time, the latest first.
func (s *Server) seriesOf(snap *view.Snapshot, id live.BroadcastID, since time.Time) ([]series, error) {
	list := []series{{id: id}}
	e, _ := snap.Find(id)
	if e != nil {
		for _, m := range e.Broadcasts {
			if m.ID == id {
				list[0].channel = m.Channel.ID
			} else {
				list = append(list, series{id: m.ID, channel: m.Channel.ID})
			}
		}
	}
	if s.o.History == nil {
		if e == nil {
			return nil, notFound(id)
		}
		return list, nil
	}
	if list[0].channel == "" { // not in the list, or joined to an entry that went on without it
		points, err := s.o.History.Broadcast(id)
		if err != nil {
			return nil, err
		}
		if len(points) > 0 {
			list[0].channel = points[0].Channel
		} else if e == nil {
			return nil, notFound(id)
		}
	}
	shown := len(list)
	for _, x := range list[:shown] {
		if x.channel == "" {
			continue
		}
		points, err := s.o.History.Channel(live.ChannelID{Platform: x.id.Platform, ID: x.channel})
		if err != nil {
			return nil, err
		}
		for _, p := range points {
			if p.At.Before(since) {
				continue
			}
			i := slices.IndexFunc(list, func(x series) bool { return x.id == p.ID })
			if i < 0 {
				i = len(list)
				list = append(list, series{id: p.ID, channel: p.Channel})
			}
			list[i].points = append(list[i].points, p)
		}
	}
	slices.SortFunc(list[shown:], func(a, b series) int {
		return cmp.Or(b.points[0].At.Compare(a.points[0].At), cmp.Compare(a.id.String(), b.id.String()))
	})
	return list, nil
}

// appendSeries writes schema HistorySeries. Hidden counts are no points: a shown number was observed.
func appendSeries(b []byte, x *series) []byte {
	b = append(b, `{"id":`...)
	b = appendString(b, x.id.String())
	b = append(b, `,"platform":`...)
	b = appendString(b, string(x.id.Platform))
	b = append(b, `,"channel":`...)
	b = appendText(b, x.channel)
	b = append(b, `,"points":[`...)
	comma := false
	for _, p := range x.points {
		if !p.Viewers.Known() {
			continue
		}
		if comma {
			b = append(b, ',')
		}
		comma = true
		b = append(b, `{"at":`...)
		b = appendTime(b, p.At)
		b = append(b, `,"viewers":`...)
		b = appendViewers(b, p.Viewers)
		b = append(b, `,"peak":`...)
		b = appendViewers(b, max(p.Peak, p.Viewers))
		b = append(b, `,"step_seconds":`...)
		b = strconv.AppendInt(b, int64(max(p.Step, view.Minute)/time.Second), 10)
		b = append(b, '}')
	}
	return append(b, "]}"...)
}
