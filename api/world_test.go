package api

import (
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"onair/aggregator"
	"onair/live"
	"onair/view"
)

// noon is where the worlds of the tests begin.
var noon = time.Date(2026, 3, 1, 12, 0, 30, 0, time.UTC)

var testPlatforms = []live.Platform{"chzzk", "soop", "twitch", "youtube"}

// world is a state of the fold as a test wants it, and the snapshots made from it.
type world struct {
	rng    *rand.Rand
	now    time.Time
	seq    uint64
	next   int
	list   []*aggregator.Broadcast
	gone   []*aggregator.Broadcast
	facts  *view.Facts
	rev    uint64
	made   uint64
	sealed live.Lineage
}

// newWorld has n broadcasts. Worlds with equal seeds that live through the same are equal.
func newWorld(seed uint64, n int) *world {
	w := &world{rng: rand.New(rand.NewPCG(seed, 7)), now: noon, facts: view.NewFacts(), sealed: live.Lineage{Created: noon.Add(-time.Hour), StartSeq: 1, Fold: aggregator.Version}}
	for range n {
		w.start()
	}
	return w
}

func (w *world) start() *aggregator.Broadcast {
	w.next++
	p := testPlatforms[w.rng.IntN(len(testPlatforms))]
	id := fmt.Sprintf("b%d", w.next)
	b := &aggregator.Broadcast{
		ID: live.BroadcastID{Platform: p, ID: id}, Channel: "c" + id, ChannelName: "채널 " + id, Title: "방송 " + id,
		Viewers: live.Viewers(w.rng.IntN(3000)), Lang: "ko", StartedAt: w.now.Add(-time.Hour), FirstSeen: w.now.Add(-time.Hour),
		ObservedAt: w.now, ConfirmedAt: w.now, MinuteAt: w.now.Unix() / 60,
		URL: fmt.Sprintf("https://%s.example/live/%s", p, id), Thumbnail: fmt.Sprintf("https://img.%s.example/%s.jpg", p, id),
	}
	switch w.rng.IntN(8) {
	case 0:
		b.Viewers = live.ViewersHidden
	case 1:
		b.StartedAt, b.Thumbnail, b.URL = time.Time{}, "", ""
	case 2:
		b.Adult, b.Locked = true, true
	case 3:
		b.Lang = ""
	}
	b.Rising, b.Hot, b.Official = w.rng.IntN(4) == 0, w.rng.IntN(4) == 0, w.rng.IntN(9) == 0
	if k := w.rng.IntN(6); k > 0 {
		b.Category = live.Category{ID: fmt.Sprintf("cat%d", k), Name: fmt.Sprintf("종목 %d", k)}
	}
	for range 60 {
		b.Minutes = append(b.Minutes, live.Viewers(w.rng.IntN(3000)-1))
	}
	w.list = append(w.list, b)
	return b
}

// change lets one thing happen.
func (w *world) change() {
	w.seq++
	w.now = w.now.Add(time.Second)
	if len(w.list) == 0 {
		w.start()
		return
	}
	i := w.rng.IntN(len(w.list))
	c := *w.list[i] // snapshots keep nothing of the state, but be sure
	b := &c
	w.list[i] = b
	switch w.rng.IntN(10) {
	case 0:
		w.start()
	case 1:
		b.EndedAt = w.now
		w.list = slices.Delete(w.list, i, i+1)
		w.gone = append(w.gone, b)
	case 2:
		b.Title = fmt.Sprintf("제목 %d", w.seq)
	case 3:
		w.join(b, w.list[w.rng.IntN(len(w.list))])
	case 4:
		b.Viewers = live.ViewersHidden
	default:
		b.Viewers = live.Viewers(w.rng.IntN(3000))
		b.ObservedAt = w.now
	}
}

// look observes every broadcast again, and sees nothing new.
func (w *world) look() {
	w.seq++
	w.now = w.now.Add(time.Second)
	for i, b := range w.list {
		c := *b
		c.ObservedAt = w.now
		w.list[i] = &c
	}
}

// join says that two broadcasts' channels are one creator's.
func (w *world) join(a, b *aggregator.Broadcast) {
	id := fmt.Sprintf("cr%d", w.rng.IntN(20))
	w.fact("creator."+id, live.Creator{ID: id, Name: "크리에이터 " + id, Channels: []live.ChannelID{{Platform: a.ID.Platform, ID: a.Channel}, {Platform: b.ID.Platform, ID: b.Channel}}})
}

func (w *world) fact(key string, v any) {
	value, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	w.rev++
	w.facts.Apply([]live.Fact{{Table: "FACTS", Key: key, Value: value, Rev: w.rev}})
}

// snapshot builds the present.
func (w *world) snapshot() *view.Snapshot {
	w.made++
	return view.Build(w, w.facts, view.BuildOptions{Infos: testInfos(), Off: map[live.Platform]string{"twitch": "ONAIR_TWITCH_CLIENT_ID is not set"}, Lineage: w.sealed, N: w.made})
}

func testInfos() []live.PlatformInfo {
	var list []live.PlatformInfo
	for _, p := range testPlatforms {
		list = append(list, live.PlatformInfo{
			ID: p, Name: strings.ToUpper(string(p)), NameKo: "한글 " + string(p), Home: "https://" + string(p) + ".example", Colour: "#00aa55", Icon: "M4 4h16v16H4z",
			Links: live.Hosts{string(p) + ".example"}, Images: live.Hosts{"img." + string(p) + ".example"},
		})
	}
	return list
}

// What Build asks of a state.

func (w *world) Position() uint64                   { return w.seq }
func (w *world) LogTime() time.Time                 { return w.now }
func (w *world) Mark() (uint64, time.Time)          { return w.seq, w.now }
func (w *world) Candidates() []aggregator.Candidate { return nil }
func (w *world) Missing() []live.BroadcastID        { return nil }
func (w *world) Spent(live.Platform, string) int    { return 0 }
func (w *world) Channel(live.ChannelID) *aggregator.Channel {
	return nil
}
func (w *world) Platforms() (out []*aggregator.PlatformState) {
	for _, p := range testPlatforms[:2] {
		out = append(out, &aggregator.PlatformState{ID: p, LastPageAt: w.now.Add(-2 * time.Second), LastPassAt: w.now, PassEvery: 5 * time.Minute})
	}
	return out
}

func (w *world) Broadcasts() iter.Seq[*aggregator.Broadcast] {
	all := slices.Concat(w.list, w.gone)
	slices.SortFunc(all, func(a, b *aggregator.Broadcast) int { return strings.Compare(a.ID.String(), b.ID.String()) })
	return slices.Values(all)
}

func (w *world) Broadcast(id live.BroadcastID) *aggregator.Broadcast {
	for b := range w.Broadcasts() {
		if b.ID == id {
			return b
		}
	}
	return nil
}

// until waits for what another goroutine does.
func until(t testing.TB, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
