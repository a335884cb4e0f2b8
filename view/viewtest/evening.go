package viewtest

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"onair/live"
)

// Noon is the log time at which made-up evenings begin.
var Noon = time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)

// Evening makes the pages of a full evening: n broadcasts on four platforms, listed pass by pass, size rows a page.
type Evening struct {
	n, size int
	random  *rand.Rand
	pass    int
}

// NewEvening is the same for the same seed.
func NewEvening(seed uint64, n, size int) *Evening {
	return &Evening{n: n, size: size, random: rand.New(rand.NewPCG(seed, 1))}
}

// Platforms are those of an evening.
var Platforms = []live.Platform{"chzzk", "soop", "twitch", "youtube"}

// Infos describes them; links may lead to example.com.
func Infos() []live.PlatformInfo {
	infos := make([]live.PlatformInfo, len(Platforms))
	for i, p := range Platforms {
		infos[i] = live.PlatformInfo{ID: p, Name: string(p), Links: live.Hosts{"example.com"}, Images: live.Hosts{"example.com"}}
	}
	return infos
}

// Pass gives one pass over every list, each page of a platform after the other, with new counts.
func (e *Evening) Pass() []*live.Page {
	e.pass++
	var out []*live.Page
	each := e.n / len(Platforms)
	for k, platform := range Platforms {
		for first := 0; first < each; first += e.size {
			p := &live.Page{
				Platform: platform, Kind: live.KindList, Job: fmt.Sprintf("job%d", e.pass), Coverage: live.CoverList, OneLive: platform != "youtube",
				Pass:    &live.Pass{ID: fmt.Sprintf("pass%d", e.pass), Index: first / e.size, Last: first+e.size >= each},
				Latency: 120, Status: 200, Region: "any", Egress: "local",
			}
			if first > 0 {
				p.Cursor = fmt.Sprint(first)
			}
			for i := first; i < min(first+e.size, each); i++ {
				p.Observations = append(p.Observations, e.row(k, i))
			}
			out = append(out, p)
		}
	}
	return out
}

func (e *Evening) row(platform, i int) live.Observation {
	id := fmt.Sprint(10_000_000*(platform+1) + i)
	return live.Observation{
		ID: id, Channel: "ch" + id, ChannelName: fmt.Sprintf("방송인 %d", i), Title: fmt.Sprintf("오늘은 저녁까지 솔랭 %d판 같이 해요 !명령어", i),
		Viewers:  live.Viewers(200_000/(i+1) + e.random.IntN(50)),
		Category: live.Category{ID: fmt.Sprint("g", i%40), Name: fmt.Sprintf("게임 %d", i%40)}, Lang: "ko", Tags: []string{"한국어", "소통"},
		StartedAt: Noon.Add(-time.Duration(i%300) * time.Minute),
		Thumbnail: "https://img.example.com/live/" + id + "/480.jpg", URL: "https://www.example.com/live/" + id,
	}
}

// MustMessage encodes p as worker w1's message at the given time.
func MustMessage(tb testing.TB, at time.Time, p *live.Page) live.Message {
	tb.Helper()
	body, err := live.EncodePage(p)
	if err != nil {
		tb.Fatal(err)
	}
	return live.Message{Time: at, At: at, Lane: live.Lane{Platform: p.Platform, Worker: "w1", Epoch: "e1", Name: live.LaneLive}, Body: body}
}

// Tick is the leader's at the given time.
func Tick(at time.Time) live.Message { return live.Message{Time: at, At: at, Tick: true} }

// MustMessages gives passes passes as messages, a minute apart, with a tick before each.
func (e *Evening) MustMessages(tb testing.TB, passes int) []live.Message {
	tb.Helper()
	var out []live.Message
	for range passes {
		start := Noon.Add(time.Duration(e.pass) * time.Minute)
		out = append(out, Tick(start))
		pages := e.Pass()
		for i, p := range pages {
			out = append(out, MustMessage(tb, start.Add(time.Duration(i+1)*time.Minute/time.Duration(len(pages)+1)), p))
		}
	}
	return out
}
