package view

import (
	"encoding/json"
	"flag"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onair/aggregator"
	"onair/live"
)

var updateSnapshots = flag.Bool("update-snapshots", false, "write the golden snapshot anew")

// noon is the log time of the stubs.
var noon = time.Date(2026, 3, 1, 12, 0, 30, 0, time.UTC)

// stubState is a state as a test wants it.
type stubState struct {
	logTime    time.Time
	list       []*aggregator.Broadcast
	platforms  []*aggregator.PlatformState
	candidates []aggregator.Candidate
	missing    []live.BroadcastID
	spent      map[string]int
	channels   map[live.ChannelID]*aggregator.Channel
}

var _ source = (*stubState)(nil)

func (s *stubState) Position() uint64                            { return 99 }
func (s *stubState) LogTime() time.Time                          { return s.logTime }
func (s *stubState) Mark() (uint64, time.Time)                   { return 98, s.logTime.Add(-time.Second) }
func (s *stubState) Broadcasts() iter.Seq[*aggregator.Broadcast] { return slices.Values(s.list) }
func (s *stubState) Platforms() []*aggregator.PlatformState      { return s.platforms }
func (s *stubState) Candidates() []aggregator.Candidate          { return s.candidates }
func (s *stubState) Missing() []live.BroadcastID                 { return s.missing }
func (s *stubState) Spent(p live.Platform, bucket string) int    { return s.spent[string(p)+"/"+bucket] }
func (s *stubState) Channel(id live.ChannelID) *aggregator.Channel {
	return s.channels[id]
}
func (s *stubState) Broadcast(id live.BroadcastID) *aggregator.Broadcast {
	for _, b := range s.list {
		if b.ID == id {
			return b
		}
	}
	return nil
}

// stubInfos are four platforms with made-up hosts.
func stubInfos() []live.PlatformInfo {
	var list []live.PlatformInfo
	for _, p := range []live.Platform{"chzzk", "soop", "twitch", "youtube"} {
		list = append(list, live.PlatformInfo{
			ID: p, Name: string(p), Home: "https://" + string(p) + ".example",
			Links: live.Hosts{string(p) + ".example"}, Images: live.Hosts{"img." + string(p) + ".example"},
		})
	}
	return list
}

// onAir is a broadcast that is live at noon: "chzzk:7" on channel "c7", an hour old.
func onAir(id string, viewers live.Viewers, change ...func(*aggregator.Broadcast)) *aggregator.Broadcast {
	bid, err := live.ParseBroadcastID(id)
	if err != nil {
		panic(err)
	}
	b := &aggregator.Broadcast{
		ID: bid, Channel: "c" + bid.ID, ChannelName: "Channel " + bid.ID, Title: "Title " + bid.ID, Viewers: viewers,
		StartedAt: noon.Add(-time.Hour), FirstSeen: noon.Add(-time.Hour), ObservedAt: noon.Add(-10 * time.Second), ConfirmedAt: noon.Add(-5 * time.Second),
		ChangedSeq: 50, MinuteAt: minuteOf(noon),
		URL: fmt.Sprintf("https://%s.example/live/%s", bid.Platform, bid.ID), Thumbnail: fmt.Sprintf("https://img.%s.example/%s.jpg", bid.Platform, bid.ID),
	}
	for range aggregator.TrendMinutes {
		b.Minutes = append(b.Minutes, viewers)
	}
	for _, f := range change {
		f(b)
	}
	return b
}

func onChannel(id string) func(*aggregator.Broadcast) {
	return func(b *aggregator.Broadcast) { b.Channel, b.ChannelName = id, "Name of "+id }
}

func startedAgo(d time.Duration) func(*aggregator.Broadcast) {
	return func(b *aggregator.Broadcast) { b.StartedAt, b.FirstSeen = noon.Add(-d), noon.Add(-d) }
}

func endedAgo(d time.Duration) func(*aggregator.Broadcast) {
	return func(b *aggregator.Broadcast) {
		b.EndedAt = noon.Add(-d)
		for i := range b.Minutes {
			if at := b.MinuteAt - int64(len(b.Minutes)-1-i); at >= minuteOf(b.EndedAt) {
				b.Minutes[i] = live.ViewersHidden
			}
		}
	}
}

// fact makes one value of a table; v nil removes.
func fact(key string, rev uint64, v any) live.Fact {
	f := live.Fact{Table: "FACTS", Key: key, Rev: rev}
	if kind, _, _ := strings.Cut(key, "."); factTable[kind] != "" {
		f.Table = factTable[kind]
	}
	if v == nil {
		return f
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	f.Value = b
	return f
}

// creatorFact says that channels ("chzzk:a") belong to id.
func creatorFact(id string, rev uint64, channels ...string) live.Fact {
	c := live.Creator{ID: id, Name: "Creator " + id}
	for _, s := range channels {
		ch, err := live.ParseChannelID(s)
		if err != nil {
			panic(err)
		}
		c.Channels = append(c.Channels, ch)
	}
	return fact("creator."+id, rev, c)
}

// proposalFact is a confident proposal that joins two channels.
func proposalFact(rev uint64, score int, a, b live.ChannelID) live.Fact {
	return fact("proposal."+live.PairKey(a, b), rev, live.Proposal{Channels: [2]live.ChannelID{a, b}, Score: score, Confident: true})
}

func apartFact(rev uint64, a, b live.ChannelID) live.Fact {
	return fact("apart."+live.PairKey(a, b), rev, live.Apart{Channels: [2]live.ChannelID{a, b}})
}

// built is the snapshot of broadcasts at noon.
func built(facts []live.Fact, list ...*aggregator.Broadcast) *Snapshot {
	f := NewFacts()
	f.Apply(facts)
	return Build(&stubState{logTime: noon, list: list}, f, BuildOptions{Infos: stubInfos(), N: 1})
}

func ids(entries []*Entry) []string {
	list := []string{}
	for _, e := range entries {
		list = append(list, e.ID)
	}
	return list
}

func TestBuildGolden(t *testing.T) {
	s := &stubState{
		logTime: noon,
		list: []*aggregator.Broadcast{
			onAir("chzzk:1", 4000, onChannel("a"), func(b *aggregator.Broadcast) {
				b.Title, b.Category, b.Lang = "리그 오브 레전드 솔랭", live.Category{ID: "League_of_Legends", Name: "리그 오브 레전드"}, "ko"
				b.Minutes[len(b.Minutes)-1-rankSpan] = 1000
			}),
			onAir("youtube:v1", 5000, onChannel("UCa"), startedAgo(50*time.Minute), func(b *aggregator.Broadcast) {
				b.Title, b.ChangedSeq = "같이 보는 롤", 77
				b.Rise, b.Rising, b.Heat, b.Hot = 250, true, 3000, true
				b.Minutes = b.Minutes[55:]
			}),
			onAir("youtube:v2", 10, onChannel("UCa"), startedAgo(5*time.Minute), func(b *aggregator.Broadcast) { b.Minutes = b.Minutes[58:] }),
			onAir("soop:2", 6000, func(b *aggregator.Broadcast) { b.Official, b.Category = true, live.Category{ID: "1", Name: "Talk"} }),
			onAir("twitch:3", live.ViewersHidden, func(b *aggregator.Broadcast) { b.Category, b.Lang = live.Category{Name: "talk"}, "other" }),
			onAir("soop:4", 100, endedAgo(20*time.Minute)),
			onAir("soop:6", 8000, func(b *aggregator.Broadcast) { b.Adult = true }),
			onAir("chzzk:5", 3000, endedAgo(10*time.Minute)),
		},
		platforms: []*aggregator.PlatformState{
			{ID: "chzzk", LastPageAt: noon.Add(-20 * time.Second), PassEvery: 5 * time.Minute, LastPassAt: noon.Add(-time.Minute)},
			{ID: "soop", LastPageAt: noon.Add(-time.Hour)},
			{ID: "youtube", LastPageAt: noon.Add(-4 * time.Minute), LastError: "quota", LastErrorAt: noon.Add(-time.Minute), Errors: 1, ErrorText: "key=SECRET"},
		},
		candidates: []aggregator.Candidate{{ID: live.BroadcastID{Platform: "youtube", ID: "new"}}},
		missing:    []live.BroadcastID{{Platform: "chzzk", ID: "1"}},
		spent:      map[string]int{"youtube/search": 7},
	}
	for _, b := range s.list {
		b.Minutes = b.Minutes[max(len(b.Minutes)-rankSpan-2, 0):] // keeps the file short
	}
	f := NewFacts()
	f.Apply([]live.Fact{
		creatorFact("kim", 1, "chzzk:a", "youtube:UCa"),
		fact("thumb.youtube.v1", 2, live.Thumb{URL: "/thumbs/youtube/v1.webp", Width: 320, Height: 180}),
		fact("channel.youtube.UCa", 3, live.RegisteredChannel{Channel: live.ChannelID{Platform: "youtube", ID: "UCa"}, Name: "김"}),
	})
	snap := Build(s, f, BuildOptions{Infos: stubInfos(), Off: map[live.Platform]string{"twitch": "TWITCH_ID is not set"}, N: 1})

	got, err := json.MarshalIndent(struct {
		*Snapshot
		Known, Source, Missing, Candidates, Registered, Undescribed, Unlabelled any
		Spent                                                                   int
	}{snap, snap.Known("youtube"), snap.Source("chzzk"), snap.Missing("chzzk"), snap.Candidates("youtube"), snap.Registered("youtube"), snap.Undescribed("youtube"), snap.Unlabelled(), snap.Spent("youtube", "search")}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "snapshot.golden.json")
	if *updateSnapshots {
		if err := os.WriteFile(path, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
		t.Errorf("snapshot (-want +got):\n%s", diff)
	}
}

// drawState draws a small world in which owners, starts and counts often collide.
func drawState(t *rapid.T) (*stubState, []live.Fact) {
	platforms := []string{"chzzk", "soop", "twitch", "youtube"}
	s := &stubState{logTime: noon}
	for i := range rapid.IntRange(0, 14).Draw(t, "broadcasts") {
		id := fmt.Sprintf("%s:b%d", rapid.SampledFrom(platforms).Draw(t, "platform"), i)
		b := onAir(id, live.Viewers(rapid.SampledFrom([]int{-1, 0, 5, 5, 100, 900}).Draw(t, "viewers")),
			onChannel(rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "channel")),
			startedAgo(time.Duration(rapid.IntRange(0, 4).Draw(t, "start"))*10*time.Minute))
		if rapid.Bool().Draw(t, "undeclared") {
			b.StartedAt = time.Time{}
		}
		b.Category.Name = rapid.SampledFrom([]string{"", "Talk", "talk", "게임"}).Draw(t, "category")
		b.Adult, b.Locked = rapid.IntRange(0, 5).Draw(t, "adult") == 0, rapid.IntRange(0, 5).Draw(t, "locked") == 0
		for i := range b.Minutes {
			b.Minutes[i] = live.Viewers(rapid.SampledFrom([]int{-1, 3, 50}).Draw(t, "minute"))
		}
		if rapid.IntRange(0, 3).Draw(t, "over") == 0 {
			endedAgo(time.Duration(rapid.IntRange(0, 30).Draw(t, "ended")) * time.Minute)(b)
		}
		s.list = append(s.list, b)
	}
	var facts []live.Fact
	for i := range rapid.IntRange(0, 4).Draw(t, "creators") {
		var channels []string
		for range rapid.IntRange(0, 6).Draw(t, "channels") {
			channels = append(channels, rapid.SampledFrom(platforms).Draw(t, "on")+":"+rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "of"))
		}
		facts = append(facts, creatorFact(fmt.Sprintf("k%d", i), uint64(i+1), channels...))
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "pairs") {
		draw := func() live.ChannelID {
			return live.ChannelID{Platform: live.Platform(rapid.SampledFrom(platforms).Draw(t, "side")), ID: rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "name")}
		}
		a, b := draw(), draw()
		if a == b {
			continue
		}
		if rapid.Bool().Draw(t, "apart") {
			facts = append(facts, apartFact(uint64(100+i), a, b))
		}
		facts = append(facts, proposalFact(uint64(200+i), 900+i%2, a, b))
	}
	if rapid.Bool().Draw(t, "block") {
		facts = append(facts, fact("block.category.1", 20, live.Block{Kind: live.BlockCategory, Value: "TALK"}))
	}
	return s, facts
}

// Whatever order broadcasts and facts come in, the snapshot is the same in every unexported corner too.
func TestBuildIgnoresOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, facts := drawState(t)
		f := NewFacts()
		f.Apply(facts)
		want := Build(s, f, BuildOptions{Infos: stubInfos()})

		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		r.Shuffle(len(s.list), func(i, j int) { s.list[i], s.list[j] = s.list[j], s.list[i] })
		r.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		g := NewFacts()
		for _, x := range facts {
			g.Apply([]live.Fact{x})
		}
		got := Build(s, g, BuildOptions{Infos: stubInfos()})
		if !reflect.DeepEqual(want, got) {
			t.Fatalf("snapshots differ: %s", cmp.Diff(want.Entries, got.Entries))
		}
	})
}

// The fold goes on with its state after Build: nothing of it may shine through.
func TestBuildKeepsNothingOfTheState(t *testing.T) {
	b := onAir("chzzk:1", 10)
	gone := onAir("chzzk:2", 10, endedAgo(time.Minute))
	snap, again := built(nil, b, gone), built(nil, b, gone)
	for _, x := range []*aggregator.Broadcast{b, gone} {
		x.Title, x.Viewers = "changed", 99
		for i := range x.Minutes {
			x.Minutes[i] = 99
		}
	}
	if !reflect.DeepEqual(snap, again) {
		t.Fatal("copies differ")
	}
	e, _ := snap.Find(b.ID)
	if o, _ := snap.Find(gone.ID); e.Trend[0] != 10 || e.Title == "changed" || o.Trend[0] != 10 || o.Title == "changed" {
		t.Errorf("state shines through: %+v", e)
	}
}

func TestFind(t *testing.T) {
	facts := []live.Fact{creatorFact("kim", 1, "chzzk:a", "youtube:b", "soop:c")}
	id := func(s string) live.BroadcastID {
		b, _ := live.ParseBroadcastID(s)
		return b
	}
	snap := built(facts,
		onAir("chzzk:1", 10, onChannel("a"), startedAgo(2*time.Hour), endedAgo(20*time.Minute)), // was the first member
		onAir("youtube:2", 20, onChannel("b"), startedAgo(100*time.Minute)),
		onAir("soop:3", 30, onChannel("c"), startedAgo(40*time.Minute)),
		onAir("soop:0", 5, onChannel("c"), startedAgo(5*time.Hour), endedAgo(3*time.Hour)), // before the others began
		onAir("soop:7", 5, onChannel("c"), startedAgo(95*time.Minute), endedAgo(50*time.Minute)),
		onAir("soop:8", 5, onChannel("c"), startedAgo(48*time.Minute), endedAgo(45*time.Minute)), // soop:7 was over
		onAir("twitch:9", 1, endedAgo(time.Minute)),
	)
	for _, tc := range []struct {
		id, entry string
		ended     bool
	}{
		{"youtube:2", "youtube:2", false},
		{"soop:3", "youtube:2", false},
		{"chzzk:1", "youtube:2", false}, // goes on under the next member's id
		{"soop:7", "youtube:2", false},
		{"soop:8", "youtube:2", false},
		{"soop:0", "soop:0", true}, // did not overlap with what is live
		{"twitch:9", "twitch:9", true},
		{"twitch:8", "", false},
	} {
		e, ended := snap.Find(id(tc.id))
		got := ""
		if e != nil {
			got = e.ID
		}
		if got != tc.entry || ended != tc.ended {
			t.Errorf("Find(%s) = %q, %v; want %q, %v", tc.id, got, ended, tc.entry, tc.ended)
		}
	}
	if e, _ := snap.Find(id("twitch:9")); e.Rank != 0 || e.RankChange != nil || e.New || e.Viewers != 1 {
		t.Errorf("an ended broadcast's entry: %+v", e)
	}
}
