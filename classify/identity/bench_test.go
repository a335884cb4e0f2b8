package identity

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"onair/live"
)

// many is a set of channels as a leader remembers it: some of them live, some of one person, names made of common parts.
func many(n, onAir int) []Channel {
	random := rand.New(rand.NewPCG(1, 2))
	first := []string{"졸린", "배고픈", "코딩하는", "우주", "새벽", "달빛", "매운", "게으른", "용감한", "수줍은", "반짝", "네온", "얼음", "구운", "왕", "꼬마", "대", "참"}
	second := []string{"수달", "고라니", "두부", "감자", "만두", "너구리", "펭귄", "고양이", "거북", "다람쥐", "문어", "해파리", "고래", "부엉이", "참새", "여우", "오리"}
	platforms := []live.Platform{"chzzk", "soop", "twitch", "youtube"}
	at := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	var list []Channel
	for i := 0; len(list) < n; i++ {
		name := first[random.IntN(len(first))] + second[random.IntN(len(second))]
		for range random.IntN(4) {
			name += string(rune(0xac00 + random.IntN(11000)))
		}
		title := fmt.Sprintf("%s %s %s", second[random.IntN(len(second))], first[random.IntN(len(first))], second[random.IntN(len(second))])
		start := at.Add(-time.Duration(random.IntN(6*3600)) * time.Second)
		copies := 1
		if random.IntN(10) == 0 {
			copies = 2
		}
		for k := range copies {
			c := Channel{ID: live.ChannelID{Platform: platforms[(i+k)%4], ID: fmt.Sprintf("c%d", len(list))}, Name: name, Handle: fmt.Sprintf("user%d", i)}
			c.Description = name + " 채널입니다. 문의는 메일로. https://discord.example/x1 https://www.youtube.com/@user" + fmt.Sprint(i+k)
			if len(list) < onAir {
				c.Broadcasts = []Broadcast{{Title: title, StartedAt: start, FirstSeen: start, SeenAt: at}}
			}
			list = append(list, c)
		}
	}
	return list
}

func BenchmarkFind(b *testing.B) {
	for _, size := range []struct{ known, live int }{{5_000, 4_000}, {20_000, 4_000}} {
		channels := many(size.known, size.live)
		b.Run(fmt.Sprintf("%d known, %d live", size.known, size.live), func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				Find(channels, nil, time.Time{})
			}
		})
	}
}
