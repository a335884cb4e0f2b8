package identity

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onair/live"
)

// drawWorld draws people with channels, and which person each channel is of. Names, titles and links are drawn from few
// words, so that they collide.
func drawWorld(t *rapid.T) ([]Channel, map[live.ChannelID]int) {
	owner := map[live.ChannelID]int{}
	var list []Channel
	people := rapid.IntRange(2, 12).Draw(t, "people")
	for i := range people {
		list = append(list, drawPerson(t, i, len(list), owner)...)
	}
	return list, owner
}

func drawPerson(t *rapid.T, person, from int, owner map[live.ChannelID]int) []Channel {
	name := rapid.SampledFrom([]string{"감자", "졸린감자", "졸린만두", "매운만두", "매운감자", "아야츠노 유니", "우왁굳", "민지", "Tiger", "릴파", "LCK"}).Draw(t, "name")
	if person%3 == 0 {
		name += string(rune('가'+17*person)) + "뷁쀍" // nobody else's
	}
	title := rapid.SampledFrom([]string{"안녕하세요", "롤 솔랭 다이아까지", "T1 vs GEN 결승전 마지막 세트", "저챗"}).Draw(t, "title")
	start := rapid.IntRange(0, 5000).Draw(t, "start")
	var own []Channel
	for k, p := range []live.Platform{"chzzk", "soop", "youtube"} {
		if k > 0 && !rapid.Bool().Draw(t, "has") {
			continue
		}
		c := Channel{ID: live.ChannelID{Platform: p, ID: fmt.Sprintf("id%d", from+k)}, Name: name + rapid.SampledFrom([]string{"", "", "TV", " 공식", " 다시보기", " 클립"}).Draw(t, "dress")}
		if rapid.Bool().Draw(t, "on air") {
			on(title, start+rapid.IntRange(0, 200).Draw(t, "late"))(&c)
		}
		owner[c.ID] = person
		own = append(own, c)
	}
	return own
}

// The order in which channels, their links and the known proposals come changes nothing.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list, _ := drawWorld(t)
		known := Find(list, nil, evening)
		want := Find(list, known, evening.Add(time.Hour))
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		random.Shuffle(len(known), func(i, j int) { known[i], known[j] = known[j], known[i] })
		if diff := cmp.Diff(want, Find(list, known, evening.Add(time.Hour))); diff != "" {
			t.Fatal(diff)
		}
	})
}

// Whoever joins the crowd, nobody is joined with a stranger because of it: a pair that was apart stays so unless the
// newcomer is one of it.
func TestNewcomersJoinNobodyElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list, owner := drawWorld(t)
		before := Find(list, nil, evening)
		more := drawPerson(t, 100, 10_000, owner)
		for _, p := range Find(append(list, more...), nil, evening) {
			old := proposalOf(before, p.Channels[0], p.Channels[1])
			same := owner[p.Channels[0]] == owner[p.Channels[1]]
			if p.Confident && !same && owner[p.Channels[0]] != 100 && owner[p.Channels[1]] != 100 && (old == nil || !old.Confident) {
				t.Fatalf("newcomers %+v joined %+v, before %+v", more, p, old)
			}
		}
	})
}

// What is joined holds one channel of each platform, whatever is known already.
func TestOneOfEachPlatform(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list, _ := drawWorld(t)
		known := Find(list, nil, evening)
		for i := range known { // as if all had been confident once
			known[i].Confident = rapid.Bool().Draw(t, "was confident")
		}
		group := map[live.ChannelID]map[live.ChannelID]bool{}
		of := func(c live.ChannelID) map[live.ChannelID]bool {
			if group[c] == nil {
				group[c] = map[live.ChannelID]bool{c: true}
			}
			return group[c]
		}
		for _, p := range Find(list, known, evening) {
			if p.Channels[0].Platform == p.Channels[1].Platform || p.Channels[1].String() < p.Channels[0].String() {
				t.Fatalf("%+v", p)
			}
			if !p.Confident {
				continue
			}
			a, b := of(p.Channels[0]), of(p.Channels[1])
			for c := range b {
				a[c] = true
				group[c] = a
			}
		}
		for _, g := range group {
			seen := map[live.Platform]bool{}
			for c := range g {
				if seen[c.Platform] {
					t.Fatalf("two of %s in %v", c.Platform, g)
				}
				seen[c.Platform] = true
			}
		}
	})
}

// Hostile sets are judged in bounded time and memory, and join nobody.
func TestHostileSets(t *testing.T) {
	platforms := []live.Platform{"chzzk", "soop", "twitch", "youtube"}
	made := func(many int, f func(i int, c *Channel)) []Channel {
		var list []Channel
		for i := range many {
			c := Channel{ID: live.ChannelID{Platform: platforms[i%4], ID: fmt.Sprintf("x%d", i)}}
			f(i, &c)
			list = append(list, c)
		}
		return list
	}
	everything := strings.Repeat("https://www.youtube.com/@x chzzk.naver.com/"+chzzkA+" ", 40)
	for name, list := range map[string][]Channel{
		"one name":           made(10_000, func(_ int, c *Channel) { c.Name = "우왁굳" }),
		"one handle":         made(1_000, func(_ int, c *Channel) { c.Handle = "woowakgood" }),
		"one title":          made(1_000, func(_ int, c *Channel) { on("왁굳의 마크 대모험 3일차", 0)(c) }),
		"one link":           made(1_000, func(_ int, c *Channel) { c.Links = []string{"https://www.youtube.com/channel/x3"} }),
		"nothing but links":  made(10_000, func(_ int, c *Channel) { c.Description = everything }),
		"brackets":           made(1_000, func(i int, c *Channel) { c.Name = strings.Repeat("([{", i%40) + "이름" }),
		"a name's beginning": made(1_000, func(i int, c *Channel) { c.Name = strings.Repeat("우왁굳", i%30) }),
		"no text":            made(1_000, func(_ int, c *Channel) { c.Name, c.Handle = "\u200b\u202e\ufeff", "@@@" }),
		"broken text": made(1_000, func(_ int, c *Channel) {
			c.Name, c.Handle, c.Description = "\xff\xfe", "\xff", "\xff//youtube.com/@\xff"
		}),
		"many broadcasts": made(1_000, func(i int, c *Channel) {
			for k := range 20 {
				on(fmt.Sprint("제목 ", i, k), k*60)(c)
			}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			found := Find(list, nil, evening)
			if len(found) > maxOfChannel*3*len(list) {
				t.Errorf("%d proposals", len(found))
			}
			for _, p := range found {
				if p.Confident {
					t.Fatalf("joined: %+v", p)
				}
			}
		})
	}
}

// A crowd that takes a name cannot part those who had it, nor be joined with them.
func TestFloodDoesNotPart(t *testing.T) {
	pair := []Channel{ch("chzzk:"+chzzkA, "우왁굳"), ch("youtube:"+tubeA, "우왁굳")}
	known := Find(pair, nil, evening)
	if len(known) != 1 || !known[0].Confident {
		t.Fatalf("%+v", known)
	}
	flood := pair
	for i := range 200 {
		flood = append(flood, ch(fmt.Sprintf("youtube:flood%d", i), "우왁굳"))
	}
	found := Find(flood, known, evening)
	for _, p := range found {
		if p.Confident != (p.Channels == known[0].Channels) {
			t.Errorf("%+v", p)
		}
	}
}

func TestDoubledChannelCountsOnce(t *testing.T) {
	a, b := ch("chzzk:"+chzzkA, "우왁굳"), ch("youtube:"+tubeA, "우왁굳")
	if diff := cmp.Diff(Find([]Channel{a, b}, nil, evening), Find([]Channel{b, a, b, a}, nil, evening)); diff != "" {
		t.Error(diff)
	}
}
