package identity

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"onair/live"
)

// evening is when the hand-made channels are on air.
var evening = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// ch makes a channel: "platform:id", then its name, and what is done to it.
func ch(id, name string, with ...func(*Channel)) Channel {
	p, rest, _ := strings.Cut(id, ":")
	c := Channel{ID: live.ChannelID{Platform: live.Platform(p), ID: rest}, Name: name}
	for _, w := range with {
		w(&c)
	}
	return c
}

func handleOf(h string) func(*Channel) { return func(c *Channel) { c.Handle = h } }
func about(text string) func(*Channel) { return func(c *Channel) { c.Description = text } }
func links(l ...string) func(*Channel) { return func(c *Channel) { c.Links = l } }
func country(k string) func(*Channel)  { return func(c *Channel) { c.Country = k } }
func on(title string, after int) func(*Channel) {
	return func(c *Channel) {
		start := evening.Add(time.Duration(after) * time.Second)
		c.Broadcasts = append(c.Broadcasts, Broadcast{Title: title, StartedAt: start, FirstSeen: start, SeenAt: evening.Add(3 * time.Hour)})
	}
}

const (
	chzzkA = "0123456789abcdef0123456789abcdef"
	chzzkB = "fedcba9876543210fedcba9876543210"
	tubeA  = "UCaaaaaaaaaaaaaaaaaaaaaa"
	tubeB  = "UCbbbbbbbbbbbbbbbbbbbbbb"
)

// crowdAround are other people, so that names and titles are judged among some.
func crowdAround() []Channel {
	var list []Channel
	for i, name := range []string{"졸린수달", "배고픈수달TV", "매운감자", "구운감자", "왕만두", "찐만두", "새벽고양이", "게으른고양이", "달빛라디오", "심야라디오", "풍뎅이방송", "Sleepy Otter", "Lazy Otter", "Sleepy Fox", "Neon Fox"} {
		p := []string{"chzzk", "soop", "youtube"}[i%3]
		list = append(list, ch(fmt.Sprintf("%s:crowd%d", p, i), name, on([]string{"저챗", "롤 솔랭", "안녕하세요", "배그 스쿼드", "노래 신청곡 받아요"}[i%5], 60*i)))
	}
	return list
}

type pairCase struct {
	name string
	list []Channel // the first two are the pair
	same bool
}

// pairCases are what people do and what traps look like. One that is not the same person may be proposed, never joined.
func pairCases() []pairCase {
	z, t := "chzzk:"+chzzkA, "youtube:"+tubeA
	toZ, toT := "https://chzzk.naver.com/"+chzzkA, "https://www.youtube.com/channel/"+tubeA
	two := func(a, b Channel, more ...Channel) []Channel { return append([]Channel{a, b}, more...) }
	return []pairCase{
		// Names.
		{"rare name", two(ch(z, "아야츠노 유니"), ch(t, "아야츠노 유니")), true},
		{"spaces", two(ch(z, "아야츠노 유니"), ch(t, "아야츠노유니")), true},
		{"brackets", two(ch(z, "아야츠노 유니"), ch(t, "【아야츠노 유니】")), true},
		{"emoji", two(ch(z, "🎮우왁굳🎮"), ch(t, "우왁굳")), true},
		{"NFD", two(ch(z, "우왁굳"), ch(t, "\u110b\u116e\u110b\u116a\u11a8\u1100\u116e\u11ae")), true},
		{"TV", two(ch(z, "징버거"), ch(t, "징버거TV")), true},
		{"official in English", two(ch(z, "징버거"), ch(t, "징버거 Official")), true},
		{"official in Korean", two(ch(z, "시라유키 히나 공식"), ch(t, "시라유키 히나")), true},
		{"channel", two(ch(z, "징버거채널"), ch(t, "징버거 ch.")), true},
		{"broadcasting", two(ch("soop:gobugi", "침착왕방송국"), ch(t, "침착왕")), true},
		{"romanised in brackets", two(ch(z, "텐코 시부키"), ch(t, "텐코 시부키 [TENKO SHIBUKI]")), true},
		{"styled letters", two(ch(z, "Ayatsunoyuni"), ch(t, "𝓐𝔂𝓪𝓽𝓼𝓾𝓷𝓸𝔂𝓾𝓷𝓲")), true},
		{"full width", two(ch(z, "Ayatsunoyuni"), ch(t, "ＡＹＡＴＳＵＮＯＹＵＮＩ")), true},
		{"Latin only on one", two(ch(z, "아라하시 타비"), ch(t, "ARAHASHI TABI", handleOf("arahashitabi"))), true},
		{"short but spelled by its handle", two(ch("soop:lilpa0309", "릴파"), ch(t, "릴파", handleOf("lilpa"))), true},
		{"four digits behind", two(ch("soop:viichan6", "비챤"), ch(t, "비챤", handleOf("viichan116"))), true},
		{"name with its own login", two(ch("soop:jingburger1", "징버거 jingburger1"), ch(t, "징버거")), true},

		{"common word", two(ch(z, "감자"), ch(t, "감자")), false},
		{"common word, dressed", two(ch(z, "고양이TV"), ch(t, "고양이")), false},
		{"given name", two(ch(z, "민지"), ch(t, "민지")), false},
		{"given name with its handle", two(ch("soop:minji12", "민지"), ch(t, "민지", handleOf("minji99"))), false},
		{"real name", two(ch(z, "김민수"), ch("soop:kms", "김민수")), false},
		{"one syllable", two(ch(z, "솔"), ch(t, "솔")), false},
		{"short Latin", two(ch(z, "Neo"), ch(t, "NEO")), false},
		{"English word", two(ch(z, "Tiger"), ch(t, "tiger")), false},
		{"made of common parts", two(ch(z, "졸린감자"), ch(t, "졸린감자")), false},
		{"nothing but dress", two(ch(z, "방송국 채널"), ch(t, "공식 채널 TV")), false},
		{"no letters", two(ch(z, "★☆★"), ch(t, "★☆★")), false},
		{"empty", two(ch(z, ""), ch(t, "")), false},
		{"half a name", two(ch(z, "사키하네"), ch(t, "사키하네 후야")), false},
		{"the second", two(ch(z, "침착왕"), ch(t, "침착왕2")), false},
		{"a game's name", two(ch(z, "배틀그라운드"), ch(t, "배틀그라운드")), false},
		{"a game before the name", two(ch(z, "메이플스토리 Tiger"), ch(t, "메이플스토리 Lion")), false},
		{"a game behind the name", two(ch(z, "침착왕 (MapleStory)"), ch(t, "매운두부 [MapleStory]")), false},
		{"what they do behind the name", two(ch(z, "침착왕 Extraordinary Speedruns"), ch(t, "매운두부 Extraordinary Speedruns")), false},
		{"two of one name on a platform", two(ch(z, "우왁굳"), ch(t, "우왁굳"), ch("youtube:"+tubeB, "우왁굳")), false},
		{"namesakes who declare two countries", two(ch(z, "루비아나", country("KR")), ch(t, "루비아나", country("JP")), ch("chzzk:"+chzzkB, "루비아")), false},

		// Channels about somebody.
		{"archive", two(ch(z, "우왁굳"), ch(t, "우왁굳 다시보기")), false},
		{"archive in two words", two(ch(z, "우왁굳"), ch(t, "우왁굳 다시 보기")), false},
		{"fan clips", two(ch(z, "우왁굳"), ch(t, "우왁굳 팬영상")), false},
		{"clips", two(ch(z, "우왁굳"), ch(t, "우왁굳 클립")), false},
		{"clips in English", two(ch(z, "우왁굳"), ch(t, "우왁굳 CLIPS")), false},
		{"fan club", two(ch(z, "우왁굳"), ch(t, "우왁굳 팬")), false},
		{"editor who links the original", two(ch(z, "우왁굳"), ch(t, "우왁굳 편집자", links(toZ))), false},
		{"unofficial", two(ch(z, "우왁굳"), ch(t, "우왁굳 (비공식)", links(toZ))), false},
		{"two fans of one", two(ch(z, "우왁굳 클립"), ch(t, "우왁굳 하이라이트")), false},
		{"clips under the same title", two(ch(z, "우왁굳", on("왁굳의 마크 대모험 3일차", 0)), ch(t, "우왁굳 클립", on("왁굳의 마크 대모험 3일차", 60))), false},
		{"archive that both name", two(ch(z, "우왁굳", links(toT)), ch(t, "우왁굳 다시보기", links(toZ))), true},
		{"archive that goes on air with its handle", two(ch("soop:woowakgood7", "우왁굳", on("왁굳의 마크 대모험 3일차", 0)), ch(t, "우왁굳 다시보기", handleOf("woowakgood7"), on("왁굳의 마크 대모험 3일차", 20))), true},
		{"official at the seam of two words", two(ch(z, "아라하시 타비"), ch(t, "아라하시 타비 공식")), true},

		// Links.
		{"links both ways", two(ch(z, "침착왕", links(toT)), ch(t, "Quiet King", links(toZ))), true},
		{"links both ways in descriptions", two(ch(z, "침착왕", about("유튜브: youtube.com/channel/"+tubeA+" 놀러오세요")), ch(t, "Quiet King", about("생방송 chzzk.naver.com/live/"+chzzkA))), true},
		{"links both ways by handle", two(ch(z, "침착왕", links("https://www.youtube.com/@QuietKing")), ch(t, "Quiet King", handleOf("quietking"), links(toZ))), true},
		{"percent-encoded handle", two(ch(z, "왕침착", links("https://www.youtube.com/@%EC%B9%A8%EC%B0%A9%EC%99%95")), ch(t, "Quiet King", handleOf("침착왕"), links(toZ))), true},
		{"one link and a common name", two(ch(z, "졸린감자", links(toT)), ch(t, "졸린감자")), true},
		{"Twitch login out of the page's address", two(
			ch("twitch:1234", "왕감자", func(c *Channel) {
				c.Broadcasts = []Broadcast{{Title: "hi", URL: "https://www.twitch.tv/wanggamja", SeenAt: evening}}
			}, links(toT)), ch(t, "매운두부", links("https://twitch.tv/WangGamja"))), true},
		{"SOOP by its old host", two(ch("soop:gobugi", "거북왕", links(toT)), ch(t, "Turtle", links("https://bj.afreecatv.com/gobugi"))), true},
		{"one link alone", two(ch(z, "침착왕"), ch(t, "매운두부", links(toZ))), false},
		{"friend", two(ch(z, "침착왕"), ch(t, "매운두부", about("같이 방송하는 친구 "+toZ))), false},
		{"friends of each other among five", two(
			ch(z, "침착왕", links(toT, "https://www.youtube.com/@a1", "https://www.youtube.com/@b1", "https://www.youtube.com/@c1", "https://www.youtube.com/@d1")),
			ch(t, "매운두부", links(toZ, "https://chzzk.naver.com/"+strings.Repeat("1", 32), "https://chzzk.naver.com/"+strings.Repeat("2", 32), "https://chzzk.naver.com/"+strings.Repeat("3", 32), "https://chzzk.naver.com/"+strings.Repeat("4", 32)))), false},
		{"one that names five", two(ch(z, "침착왕"), ch(t, "매운두부", links(toZ, "https://chzzk.naver.com/"+strings.Repeat("1", 32), "https://chzzk.naver.com/"+strings.Repeat("2", 32)))), false},
		{"agency that all name", two(ch(z, "침착왕", links(toT)), ch(t, "버추얼 소속사"), ch("chzzk:"+chzzkB, "매운두부", links(toT)), ch("chzzk:c3", "왕만두두", links(toT))), false},
		{"agency that names one of those who name it", two(ch(z, "침착왕", links(toT)), ch(t, "버추얼 소속사", links(toZ)), ch("chzzk:"+chzzkB, "매운두부", links(toT)), ch("chzzk:c3", "왕만두두", links(toT)), ch("chzzk:c4", "풍뎅이왕", links(toT))), false},
		{"platform's own page", two(ch(z, "침착왕", links("https://www.youtube.com/feed/live")), ch(t, "매운두부", links("https://chzzk.naver.com/lives"))), false},
		{"a video of theirs", two(ch(z, "침착왕", links("https://www.youtube.com/watch?v=aaaaaaaaaaa")), ch(t, "매운두부")), false},
		{"a host that only looks like it", two(ch(z, "침착왕", links("https://youtube.com.example/channel/"+tubeA)), ch(t, "매운두부", links("https://evil.example/chzzk.naver.com/"+chzzkA))), false},
		{"same name, whose owner names another", two(ch(z, "우왁굳", links("https://www.youtube.com/@woowakgood")), ch(t, "우왁굳", handleOf("wakgood_copy"), links(toZ))), false},
		{"impostor who links the original, which has its own", two(ch(z, "우왁굳", links("https://www.youtube.com/channel/"+tubeB)), ch(t, "우왁굳", links(toZ)), ch("youtube:"+tubeB, "우왁굳", links(toZ))), false},
		{"names a friend beside, owner of the name", two(ch(z, "우왁굳", links("https://www.youtube.com/channel/"+tubeB)), ch(t, "우왁굳"), ch("youtube:"+tubeB, "매운두부")), true},

		// Handles.
		{"long handle under two names", two(ch("twitch:9", "Quiet King", handleOf("chimchakwangnim")), ch(t, "침착맨 원본", handleOf("chimchakwangnim"))), true},
		{"common handle", two(ch("twitch:9", "매운두부", handleOf("sunshine")), ch(t, "침착왕", handleOf("sunshine"))), false},
		{"same handle, two different names", two(ch("twitch:9", "매운두부", handleOf("potatoking")), ch(t, "침착왕", handleOf("potatoking1"))), false},

		// Titles and starts.
		{"common name on air together", two(ch(z, "졸린감자", on("오늘은 꼭 골드 간다 승급전 3판 남음", 0)), ch(t, "졸린감자", on("오늘은 꼭 골드 간다 승급전 3판 남음", 40))), true},
		{"dressed title", two(ch(z, "졸린감자", on("꼭 골드 간다 승급전 세판 남음", 0)), ch(t, "졸린감자", on("【롤】 꼭 골드 간다 승급전 세판 남음 | 졸린감자", 40))), true},
		{"same title and start, two names", two(ch(z, "침착왕", on("2026 결승전 T1 대 젠지 마지막 세트", 0)), ch(t, "매운두부", on("2026 결승전 T1 대 젠지 마지막 세트", 30))), false},
		{"greeting", two(ch(z, "졸린감자", on("안녕하세요", 0)), ch(t, "졸린감자", on("안녕하세요", 900))), false},
		{"common name, different broadcasts", two(ch(z, "졸린감자", on("마크 하드코어 100일", 0)), ch(t, "졸린감자", on("저녁 먹으면서 사연 읽기", 7200))), false},
		{"rare name, different broadcasts at once", two(ch(z, "루비아나", on("마크 하드코어 100일", 0)), ch(t, "루비아나", on("새벽 낚시 갯바위 돌돔", 7200))), false},
		{"rare name beside a rerun", two(ch(z, "아야츠노 유니", on("마크 하드코어 100일", 0)), ch(t, "아야츠노 유니", on("유니 명장면 24시간 라이브", -72000))), true},

		// Leagues, broadcasters and those who watch along.
		{"league on two platforms", two(ch(z, "LCK"), ch(t, "LCK", on("2026 LCK", 0))), true},
		{"broadcaster on two platforms", two(ch("soop:ytn24", "YTN"), ch(t, "YTN")), true},
		{"who watches along", two(ch(z, "LCK", on("T1 vs GEN 결승", 0)), ch(t, "LCK 같이보기", on("T1 vs GEN 결승", 10))), false},
		{"who comments along", two(ch(z, "LCK", on("T1 vs GEN 결승", 0)), ch(t, "매운두부", on("T1 vs GEN 결승 입중계", 10))), false},
		{"two who watch along", two(ch(z, "LCK 같이보기"), ch("soop:along", "LCK 같이보기")), false},
		{"second league", two(ch(z, "LCK"), ch(t, "LCK CL")), false},
	}
}

func TestPairs(t *testing.T) {
	cases := pairCases()
	if len(cases) < 60 {
		t.Fatalf("%d pairs", len(cases))
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			list := append(crowdAround(), c.list...)
			found := Find(list, nil, evening)
			p := proposalOf(found, c.list[0].ID, c.list[1].ID)
			if got := p != nil && p.Confident; got != c.same {
				t.Errorf("joined: %v, want %v: %+v", got, c.same, p)
			}
			for i := range found { // nobody of the crowd is drawn in
				q := &found[i]
				if q.Confident && q != p && !(strings.Contains(c.name, "which has its own")) {
					t.Errorf("joined besides: %+v", q)
				}
			}
		})
	}
}

func proposalOf(list []live.Proposal, a, b live.ChannelID) *live.Proposal {
	key := live.PairKey(a, b)
	for i := range list {
		if live.PairKey(list[i].Channels[0], list[i].Channels[1]) == key {
			return &list[i]
		}
	}
	return nil
}
