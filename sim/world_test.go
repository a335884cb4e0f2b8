package sim

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// everything is one path per kind of answer that depends on the world alone.
func everything(s *Server, rows []TruthRow) []string {
	paths := []string{
		"/chzzk/api/service/v1/lives?size=50", "/soop/live/api/main_broad_list_api.php?pageNo=2&orderType=view_cnt",
		"/soop/openapi/broad/list?client_id=x&page_no=1", "/truth?limit=500",
		"/youtube/youtube/v3/search?part=snippet&type=video&eventType=live&maxResults=50&key=k",
	}
	for _, r := range rows {
		switch r.Platform {
		case "chzzk":
			paths = append(paths, "/chzzk/api/service/v3.1/channels/"+r.ChannelID+"/live-detail", "/img/chzzk/"+r.BroadcastID+"/image_144.jpg")
		case "soop":
			paths = append(paths, "/soop/chapi/api/"+r.ChannelID+"/station")
		case "youtube":
			paths = append(paths, "/youtube/youtube/v3/videos?part=snippet,liveStreamingDetails&key=k&id="+r.BroadcastID, "/youtube/feeds/videos.xml?channel_id="+r.ChannelID)
		}
	}
	return paths
}

func TestSameSeedAndTimeGiveSameBytes(t *testing.T) {
	clockA, clockB := &handClock{}, &handClock{}
	a := New(Options{Seed: 11, Clock: clockA, Scale: .1})
	b := New(Options{Seed: 11, Clock: clockB, Scale: .1})
	times := []time.Time{evening, evening.Add(17 * time.Second), evening.Add(5 * time.Hour), evening.Add(-40 * time.Hour), evening.Add(9 * 24 * time.Hour)}
	seen := map[string][]byte{}
	for _, at := range times {
		clockA.set(at)
		for _, path := range everything(a, a.world.Truth(at, 12)) {
			seen[at.String()+path] = get(t, a, path).body
		}
	}
	// The second is asked in another order.
	slices.Reverse(times)
	n := 0
	for _, at := range times {
		clockB.set(at)
		paths := everything(b, b.world.Truth(at, 12))
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
		for _, path := range paths {
			if got := get(t, b, path).body; !slices.Equal(got, seen[at.String()+path]) {
				t.Fatalf("%v %s differs:\n%.300s\n%.300s", at, path, got, seen[at.String()+path])
			}
			n++
		}
	}
	t.Logf("%d answers equal", n)
	other, _ := mustSim(t, 12, .1)
	if cmp.Equal(other.world.Truth(evening, 50), a.world.Truth(evening, 50)) {
		t.Error("another seed gives the same world")
	}
}

func TestRandomAccess(t *testing.T) {
	walked := newWorld(3, .02)
	rapid.Check(t, func(rt *rapid.T) {
		at := evening.Add(time.Duration(rapid.Int64Range(-30*daySeconds, 30*daySeconds).Draw(rt, "seconds")) * time.Second)
		fresh := newWorld(3, .02)
		if d := cmp.Diff(fresh.Truth(at, 0), walked.Truth(at, 0)); d != "" {
			rt.Fatal(d)
		}
	})
}

func TestTruth(t *testing.T) {
	w := mustWorld(1, 1)
	for _, at := range []time.Time{evening, evening.Add(7 * time.Hour)} {
		rows := w.Truth(at, 0)
		sorted := slices.IsSortedFunc(rows, func(a, b TruthRow) int { return b.Viewers - a.Viewers })
		if !sorted {
			t.Error("not in viewer order")
		}
		if d := cmp.Diff(rows[:30], w.Truth(at, 30)); d != "" {
			t.Error(d)
		}
		listed := map[string]bool{}
		for _, r := range rows {
			listed[r.Platform+r.BroadcastID] = true
		}
		if len(listed) != len(rows) {
			t.Errorf("%d rows, %d ids", len(rows), len(listed))
		}
		relays, abroad := 0, 0
		for _, b := range w.during(hourOf(at.Unix()))[soop] {
			if b.line.relay && b.liveAt(at.Unix()) {
				relays++
				if listed["soop"+b.id] {
					t.Errorf("relay %s is in the truth", b.id)
				}
			}
		}
		for _, b := range w.during(hourOf(at.Unix()))[twitch] {
			if b.line.label != "ko" && b.liveAt(at.Unix()) {
				abroad++
				if listed["twitch"+b.id] {
					t.Errorf("foreign %s is in the truth", b.id)
				}
			}
		}
		if relays == 0 || abroad == 0 {
			t.Errorf("%d relays, %d foreign on Twitch: the test sees nothing", relays, abroad)
		}
	}
}

func TestServedIsTheCountOfTheLastRefresh(t *testing.T) {
	w := mustWorld(5, .2)
	moved := 0
	for _, r := range w.Truth(evening, 0) {
		p, _ := siteNamed(r.Platform)
		refresh := time.Unix(p.step(evening), 0)
		n, hidden, live := w.Served(r.Platform, r.BroadcastID, evening)
		b := w.byBroadcastID(p, r.BroadcastID)
		if !live {
			if b.liveAt(p.step(evening)) {
				t.Errorf("%+v is live at the refresh", r)
			}
			continue
		}
		if hidden != b.line.hidden {
			t.Errorf("%+v hidden %v", r, hidden)
		}
		was := slices.IndexFunc(w.Truth(refresh, 0), func(x TruthRow) bool { return x.BroadcastID == r.BroadcastID })
		if was < 0 || w.Truth(refresh, 0)[was].Viewers != n {
			t.Errorf("%+v: served %d is not the truth of %v", r, n, refresh)
		}
		if n != r.Viewers {
			moved++
		}
		if moved > 20 {
			break
		}
	}
	if moved == 0 {
		t.Error("no count moved since the refresh: nothing was tested")
	}
	for _, id := range []string{"", "x", "-1", "99999999999999999999", "+15000001", "AAAAAAAAAAA"} {
		for p := range sites {
			if _, _, live := w.Served(p.String(), id, evening); live {
				t.Errorf("%v %q is live", p, id)
			}
		}
	}
	if _, _, live := w.Served("kick", "1", evening); live {
		t.Error("unknown platform")
	}
}

func TestVideoIDs(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed, day, no := rapid.Uint64().Draw(rt, "seed"), rapid.Int64Range(0, 40_000).Draw(rt, "day"), rapid.IntRange(0, 1<<20).Draw(rt, "no")
		id := videoID(seed, videoLive, day, no)
		kind, d, n, ok := readVideoID(seed, id)
		if len(id) != 11 || !ok || kind != videoLive || d != day || n != no {
			rt.Fatalf("%s: %d %d %d %v", id, kind, d, n, ok)
		}
		if _, _, _, ok := readVideoID(seed+1, id); ok {
			rt.Fatal("an id of another seed is read")
		}
	})
}

func TestSimulcasts(t *testing.T) {
	w := mustWorld(1, 1)
	pairs, similar, four := 0, 0, 0
	for _, c := range w.creators {
		if len(c.lines) < 2 || c.restart > 0 {
			continue
		}
		four = max(four, len(c.lines))
		var live []*broadcast
		for _, l := range c.lines {
			if b := w.broadcast(l, dayOf(evening.Unix())); b != nil {
				live = append(live, b)
			}
		}
		if len(live) < 2 {
			continue
		}
		pairs++
		if gap := live[1].start - live[0].start; gap < -150 || gap > 150 {
			t.Errorf("%s starts %d s apart", c.id, gap)
		}
		if strings.Contains(live[1].segments[0].title, live[0].segments[0].title) || strings.Contains(live[0].segments[0].title, live[1].segments[0].title) {
			similar++
		}
	}
	if pairs < 100 || float64(similar) < .8*float64(pairs) {
		t.Errorf("%d simulcasts, %d with similar titles", pairs, similar)
	}
	if four < 3 {
		t.Errorf("at most %d platforms for one creator", four)
	}
}

func TestNoTwoBroadcastsOfOneChannelAtOnce(t *testing.T) {
	w := mustWorld(9, .3)
	for p := range sites {
		for _, l := range w.lines[p] {
			var end int64
			for day := dayOf(evening.Unix()) - 12; day < dayOf(evening.Unix())+12; day++ {
				b := w.broadcast(l, day)
				if b == nil {
					continue
				}
				if b.start < end {
					t.Errorf("%v %s overlaps on day %d", p, l.channelID, day)
				}
				if b.end <= b.start {
					t.Errorf("%v %s ends before it starts", p, l.channelID)
				}
				if got := w.byBroadcastID(p, b.id); got == nil || got.line != l || got.day != day {
					t.Errorf("%v %s does not lead back", p, b.id)
				}
				end = b.end
			}
		}
	}
}

func TestTitlesAndCategoriesChangeOnAir(t *testing.T) {
	w := mustWorld(4, .3)
	titles, topics, hostile := 0, 0, 0
	for _, l := range w.lines[soop] {
		b := w.broadcast(l, dayOf(evening.Unix()))
		if b == nil {
			continue
		}
		for i, s := range b.segments[1:] {
			if s.title != b.segments[i].title {
				titles++
			}
			if s.topic != b.segments[i].topic {
				topics++
			}
		}
		if l.creator.hostile {
			hostile++
		}
	}
	if titles < 100 || topics < 50 || hostile == 0 {
		t.Errorf("%d title changes, %d category changes, %d hostile", titles, topics, hostile)
	}
}

func TestManyReadersAtOnce(t *testing.T) {
	s, clock := mustSim(t, 2, .1)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 20 {
				clock.set(evening.Add(time.Duration((g*7+i)%12) * 20 * time.Second))
				for _, path := range everything(s, nil) {
					if a := get(t, s, path); a.status != 200 && a.status != 403 { // the searches run out
						t.Errorf("%s: %d", path, a.status)
					}
				}
				_ = s.SetFaults(Faults{})
			}
		})
	}
	wg.Wait()
}

func BenchmarkSOOPPage(b *testing.B) {
	s, clock := mustSim(b, 1, 1)
	for i := 0; b.Loop(); i++ {
		clock.set(evening.Add(time.Duration(i/40) * 20 * time.Second)) // 40 pages per refresh
		get(b, s, "/soop/live/api/main_broad_list_api.php?selectType=action&selectValue=all&orderType=view_cnt&pageNo="+string(rune('1'+i%9)))
	}
}

func BenchmarkChzzkPage(b *testing.B) {
	s, clock := mustSim(b, 1, 1)
	for i := 0; b.Loop(); i++ {
		clock.set(evening.Add(time.Duration(i/28) * time.Minute))
		get(b, s, "/chzzk/api/service/v1/lives?size=50")
	}
}
