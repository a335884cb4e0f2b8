package view

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"onair/aggregator"
	"onair/live"
)

// crowd is a full evening: n live broadcasts with Korean titles, half as many that ended within the hour, and a
// creator with two channels for every tenth.
func crowd(n int) (*stubState, *Facts) {
	r := rand.New(rand.NewPCG(1, 2))
	platforms := []string{"chzzk", "soop", "twitch", "youtube"}
	words := []string{"리그", "오브", "레전드", "솔랭", "저녁", "방송", "Just", "chatting", "침착맨", "노래", "T1", "결승", "같이", "봐요", "소통"}
	s := &stubState{logTime: noon}
	for i := range n + n/2 {
		title := ""
		for range 8 {
			title += words[r.IntN(len(words))] + " "
		}
		b := onAir(fmt.Sprintf("%s:%d", platforms[i%4], i), live.Viewers(1_000_000/(i+1)+r.IntN(30)), func(b *aggregator.Broadcast) {
			b.Title, b.ChannelName = title[:len(title)-1], fmt.Sprintf("채널%d", i)
			b.Category.Name = fmt.Sprintf("게임 %d", r.IntN(1+r.IntN(400)))
			b.StartedAt = noon.Add(-time.Duration(r.IntN(400)) * time.Minute)
			b.Lang = "ko"
		})
		if i >= n {
			endedAgo(time.Duration(r.IntN(60)) * time.Minute)(b)
		}
		s.list = append(s.list, b)
	}
	f := NewFacts()
	for i := 0; i+10 < n; i += 10 {
		x, y := s.list[i], s.list[i+1]
		f.Apply([]live.Fact{creatorFact(fmt.Sprintf("k%d", i), 1, string(x.ID.Platform)+":"+x.Channel, string(y.ID.Platform)+":"+y.Channel)})
	}
	return s, f
}

func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{4000, 20_000} {
		for _, memo := range []string{"warm", "cold"} {
			b.Run(fmt.Sprint(n, "/", memo), func(b *testing.B) {
				s, f := crowd(n)
				o := BuildOptions{Infos: stubInfos()}
				if memo == "warm" { // as the follower builds
					o.Memo = &Memo{}
					Build(s, f, o)
				}
				b.ReportAllocs()
				for b.Loop() {
					Build(s, f, o)
				}
			})
		}
	}
}

func BenchmarkQuery(b *testing.B) {
	s, f := crowd(4000)
	snap := Build(s, f, BuildOptions{Infos: stubInfos()})
	least := int64(50)
	for _, bm := range []struct {
		name string
		q    Query
	}{
		{"top100", Query{}},
		{"top2000", Query{Limit: MaxLimit}},
		{"platform", Query{Platforms: []live.Platform{"soop"}}},
		{"category", Query{Categories: []string{"게임 3"}}},
		{"many", Query{Langs: []string{"ko"}, MinViewers: &least, Sort: SortRising}},
		{"word", Query{Q: "침착ㅁ"}},
		{"oneSyllable", Query{Q: "치"}},
		{"twoWords", Query{Q: "t1 결승"}},
		{"initials", Query{Q: "ㄹㄱㅇㅂ"}},
		{"oneInitial", Query{Q: "ㅎ"}},
		{"nothing", Query{Q: "없는방송"}},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := snap.Query(bm.q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
