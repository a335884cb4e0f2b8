package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onair/api/client"
	"onair/view"
)

// reader is a client of a feed as openapi.yaml tells it to behave.
type reader struct {
	last   string // id of the last event
	table  client.Table
	listed bool // a list was fetched since the last reset
	kept   []client.Event
}

// take reads one event as it travels.
func (r *reader) take(t testing.TB, raw []byte) {
	t.Helper()
	var event, data string
	for line := range strings.Lines(string(raw)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "event":
			event = value
		case "id":
			r.last = value
		case "data":
			data = value
		}
	}
	switch event {
	case "reset":
		conforms(t, "Reset", []byte(data))
		r.listed, r.kept = false, nil
	case "changes":
		conforms(t, "Changes", []byte(data))
		var ch client.Changes
		if err := json.Unmarshal([]byte(data), &ch); err != nil {
			t.Fatal(err)
		}
		if len(ch.Upserts)+len(ch.Removed) == 0 {
			t.Fatal("an event without changes")
		}
		e := client.Event{Changes: &ch}
		if r.listed {
			r.table.Apply(e)
		} else {
			r.kept = append(r.kept, e)
		}
	default:
		t.Fatalf("event %q", raw)
	}
}

// fetch is the list request that follows a reset, answered from snap.
func (r *reader) fetch(t testing.TB, snap *view.Snapshot, most int) {
	t.Helper()
	r.table.Apply(client.Event{List: listOf(t, snap, most)})
	for _, e := range r.kept {
		r.table.Apply(e)
	}
	r.listed, r.kept = true, nil
}

func listOf(t testing.TB, snap *view.Snapshot, most int) *client.Streams {
	t.Helper()
	l := &client.Streams{Seq: snap.Seq, AsOf: snap.AsOf}
	for _, e := range snap.Entries[:min(most, len(snap.Entries))] {
		var row client.Entry
		if err := json.Unmarshal(appendRow(nil, e), &row); err != nil {
			t.Fatal(err)
		}
		l.Streams = append(l.Streams, row)
	}
	return l
}

func rowsOf(t testing.TB, snap *view.Snapshot, most int) (rows []client.Row) {
	for _, e := range listOf(t, snap, most).Streams {
		rows = append(rows, e.Row)
	}
	return rows
}

// alike compares rows of a reader with those of a list: everything but observed_at, which events do not keep current.
var alike = cmp.Options{
	cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".ObservedAt" }, cmp.Ignore()),
	cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) }),
}

// TestEventsGiveTheList lets readers connect, fetch late, be cut off and come back at any moment, in a world that
// changes; whoever has seen the last event must hold the present list, but for observed_at.
func TestEventsGiveTheList(t *testing.T) {
	const most = 12 // small, so that rows cross the bottom all the time
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rapid.Uint64().Draw(rt, "seed"), rapid.IntRange(0, 30).Draw(rt, "size"))
		f := newFeed("boot", newMetrics())
		f.most = most
		now := noon
		snap := w.snapshot()
		f.update(snap, now)
		var readers []*reader
		resumed := 0
		catchUp := func(r *reader) {
			at, known := f.position(r.last)
			event, _, reset, _ := f.since(at, known)
			if event != nil {
				r.take(t, event.plain)
			}
			if r.last != "" && !reset {
				resumed++
			}
		}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			switch rapid.IntRange(0, 7).Draw(rt, "step") {
			case 0:
				r := &reader{}
				readers = append(readers, r)
				catchUp(r)
			case 1, 2, 3:
				for range rapid.IntRange(0, 8).Draw(rt, "changes") {
					w.change()
				}
				if rapid.Bool().Draw(rt, "sweep") {
					w.look()
				}
				snap = w.snapshot()
				f.update(snap, now)
			case 4: // away for a while; who comes back later than that begins anew
				now = now.Add(time.Duration(rapid.IntRange(1, 200).Draw(rt, "seconds")) * time.Second)
			default:
				if len(readers) > 0 {
					r := readers[rapid.IntRange(0, len(readers)-1).Draw(rt, "reader")]
					if !r.listed && rapid.Bool().Draw(rt, "fetches") {
						r.fetch(t, snap, most)
					} else {
						catchUp(r)
					}
				}
			}
		}
		want := rowsOf(t, snap, most)
		for i, r := range readers {
			catchUp(r)
			if !r.listed {
				r.fetch(t, snap, most)
			}
			if at, known := f.position(r.last); !known || at != f.n {
				rt.Fatalf("reader %d is at %q, the feed at %d", i, r.last, f.n)
			}
			got := r.table.Rows()
			if diff := cmp.Diff(want, got, alike); diff != "" && len(want)+len(got) > 0 {
				rt.Fatalf("reader %d: %s", i, diff)
			}
			for j := range got {
				if at := got[j].ObservedAt; at.IsZero() || at.After(want[j].ObservedAt) {
					rt.Fatalf("reader %d: %s observed at %v, in the list at %v", i, got[j].ID, at, want[j].ObservedAt)
				}
			}
		}
	})
}

func TestFeedKeepsRemovalsForTwoMinutes(t *testing.T) {
	w := newWorld(20, 10)
	f := newFeed("boot", newMetrics())
	f.update(w.snapshot(), noon)
	start := f.n
	gone := w.list[0]
	w.list = w.list[1:]
	f.update(w.snapshot(), noon.Add(time.Second))
	event, at, reset, _ := f.since(start, true)
	if reset || at != f.n || !bytes.Contains(event.plain, []byte(`"removed":[{"id":"`+gone.ID.String()+`"}]`)) {
		t.Fatalf("%s", event.plain)
	}
	w.list = w.list[1:]
	f.update(w.snapshot(), noon.Add(keepRemoved+2*time.Second))
	if _, _, reset, _ := f.since(start, true); !reset {
		t.Error("resumed over a forgotten removal")
	}
	if _, _, reset, _ := f.since(at, true); reset {
		t.Error("reset although everything since is known")
	}
	for _, id := range []string{"", "boot", "boot-", "boot-x", "boot--1", "other-1", "boot-99999999999999999999999", "boot-99999"} {
		n, known := f.position(id)
		if _, _, reset, _ := f.since(n, known); !reset {
			t.Errorf("%q is taken for a place in this feed", id)
		}
	}
}

func TestRemovalSaysWhereAnEntryGoesOn(t *testing.T) {
	w := newWorld(21, 0)
	a, b := w.start(), w.start()
	a.ID.Platform, b.ID.Platform = "chzzk", "soop"
	a.StartedAt, b.StartedAt = noon.Add(-2*time.Hour), noon.Add(-time.Hour)
	w.join(a, b)
	f := newFeed("boot", newMetrics())
	f.update(w.snapshot(), noon)
	if len(f.order) != 1 || f.order[0].e.ID != a.ID.String() {
		t.Fatalf("not joined: %v", f.order)
	}
	start := f.n
	a.EndedAt = w.now
	w.list, w.gone = w.list[1:], append(w.gone, a)
	f.update(w.snapshot(), noon)
	event, _, _, _ := f.since(start, true)
	want := fmt.Sprintf(`"removed":[{"id":%q,"now":%q}]`, a.ID, b.ID)
	if !bytes.Contains(event.plain, []byte(want)) {
		t.Errorf("want %s in %s", want, event.plain)
	}
}

func TestFeedIsQuietWhenNothingShownChanges(t *testing.T) {
	w := newWorld(22, 50)
	f := newFeed("boot", newMetrics())
	f.update(w.snapshot(), noon)
	_, at, _, changed := f.since(0, false)
	w.seq++ // a tick, a rank that moved, a trend, another look at every row
	w.look()
	for _, b := range w.list {
		b.Minutes = slices.Clone(b.Minutes)
		b.Minutes[59]++
	}
	f.update(w.snapshot(), noon)
	select {
	case <-changed:
		t.Error("readers were woken")
	default:
	}
	if event, _, _, _ := f.since(at, true); event != nil {
		t.Errorf("%s", event.plain)
	}
	w.list[0].Title += "x"
	f.update(w.snapshot(), noon)
	event, _, _, _ := f.since(at, true)
	var ch client.Changes
	_, data, _ := bytes.Cut(event.plain, []byte("data: "))
	if err := json.Unmarshal(data, &ch); err != nil {
		t.Fatal(err)
	}
	if len(ch.Upserts) != 1 || !ch.Upserts[0].ObservedAt.Equal(w.list[0].ObservedAt) {
		t.Errorf("one title changed: %s", event.plain)
	}
}

func TestFramesAreShared(t *testing.T) {
	w := newWorld(23, 50)
	m := newMetrics()
	f := newFeed("boot", m)
	f.update(w.snapshot(), noon)
	at := f.n
	for range 20 {
		w.change()
	}
	f.update(w.snapshot(), noon)
	a, _, _, _ := f.since(at, true)
	for range 1000 {
		if b, _, _, _ := f.since(at, true); a != b {
			t.Fatal("made twice")
		}
	}
	k := newCoder(m)
	for range 1000 {
		if &a.bytes(gzipped, k)[0] != &a.bytes(gzipped, k)[0] || &a.bytes(identity, k)[0] != &a.plain[0] {
			t.Fatal("made twice")
		}
	}
	if got := value(t, m.compressions[gzipped]); got != 1 {
		t.Errorf("%d compressions", got)
	}
	one, _, _, _ := f.since(0, false)
	if two, _, _, _ := f.since(0, false); one != two {
		t.Error("reset made twice")
	}
	if got := value(t, m.frames); got != 1 {
		t.Errorf("%d frames", got)
	}
}

func TestFeedBoundsWhatItRemembers(t *testing.T) {
	w := newWorld(24, 2000)
	f := newFeed("boot", newMetrics())
	one := *w.snapshot()
	w.list = nil
	two := *w.snapshot()
	for n := range uint64(2*maxRemoved/2000 + 10) {
		next := one
		if n%2 == 1 {
			next = two
		}
		next.N = n + 1
		f.update(&next, noon)
	}
	start := uint64(1)
	if len(f.oldest) > maxRemoved+2000 || len(f.removed) > maxRemoved+2000 {
		t.Errorf("%d and %d removals kept", len(f.oldest), len(f.removed))
	}
	if _, _, reset, _ := f.since(start, true); !reset {
		t.Error("resumed over a forgotten removal")
	}
	for n := f.floor; n <= f.n; n++ {
		f.since(n, true)
	}
	if len(f.frames) > maxFrames {
		t.Errorf("%d frames kept", len(f.frames))
	}
}

// TestShownAlikeIsSameBytes changes one field after the other: shownAlike must say what the encoded rows say, but for
// observed_at.
func TestShownAlikeIsSameBytes(t *testing.T) {
	places := 3
	changes := map[string]func(e *view.Entry){
		"nothing": func(*view.Entry) {}, "rank": func(e *view.Entry) { e.Rank++ }, "rank change": func(e *view.Entry) { e.RankChange = &places },
		"trend": func(e *view.Entry) { e.Trend = nil }, "new": func(e *view.Entry) { e.New = !e.New }, "changed seq": func(e *view.Entry) { e.ChangedSeq++ },
		"id of member": func(e *view.Entry) { e.Broadcasts[0].ID.ID += "x" }, "channel": func(e *view.Entry) { e.Broadcasts[0].Channel.Name += "x" },
		"url": func(e *view.Entry) { e.Broadcasts[0].URL += "x" }, "member's title": func(e *view.Entry) { e.Broadcasts[0].Title += "x" },
		"member's viewers": func(e *view.Entry) { e.Broadcasts[0].Viewers++ }, "members": func(e *view.Entry) { e.Broadcasts = append(e.Broadcasts, e.Broadcasts[0]) },
		"title": func(e *view.Entry) { e.Title += "x" }, "viewers": func(e *view.Entry) { e.Viewers++ }, "creator": func(e *view.Entry) { e.Creator.Name += "x" },
		"category": func(e *view.Entry) { e.Category.ID = "music" }, "category's reason": func(e *view.Entry) { e.Category.Reason = "llm" },
		"lang": func(e *view.Entry) { e.Lang = view.Lang{Code: "ja"} }, "how sure": func(e *view.Entry) { e.Lang.Confidence-- },
		"official reason": func(e *view.Entry) { e.OfficialReason += "x" }, "rising": func(e *view.Entry) { e.Rising = !e.Rising }, "hot": func(e *view.Entry) { e.Hot = !e.Hot },
		"rise and heat": func(e *view.Entry) { e.Rise, e.Heat = 7, 7 },
		"started":       func(e *view.Entry) { e.StartedAt = e.StartedAt.Add(time.Second) }, "observed": func(e *view.Entry) { e.ObservedAt = e.ObservedAt.Add(time.Second) },
		"adult": func(e *view.Entry) { e.Adult = !e.Adult }, "locked": func(e *view.Entry) { e.Locked = !e.Locked }, "official": func(e *view.Entry) { e.Official = !e.Official },
		"thumbnail": func(e *view.Entry) { e.Thumbnail = view.Thumbnail{URL: "https://x.example/y", Width: 4, Height: 3} },
	}
	for name, change := range changes {
		world := newWorld(25, 5)
		for _, b := range world.list {
			b.Category.Name, b.Adult, b.Locked = "롤", false, false
		}
		a := world.snapshot().Entries[0]
		b := *a
		b.Broadcasts = slices.Clone(a.Broadcasts)
		change(&b)
		got := shownAlike(a, &b)
		b.ObservedAt = a.ObservedAt
		if want := bytes.Equal(appendRow(nil, a), appendRow(nil, &b)); got != want {
			t.Errorf("%s: shownAlike says %v, the bytes %v", name, got, want)
		}
	}
}
