package classify

import (
	"bytes"
	"encoding/binary"
	"hash/fnv"
	"slices"
	"testing"

	"onair/live"
)

func TestBuiltinModel(t *testing.T) {
	if len(modelBytes) != Sites*modelSize {
		t.Fatalf("model.bin has %d bytes, not %d", len(modelBytes), Sites*modelSize)
	}
	for site := range Sites {
		part := modelBytes[site*modelSize : (site+1)*modelSize]
		m, err := DecodeModel(part)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(m.Encode(), part) {
			t.Errorf("site %d: encoding the model again gives other bytes", site)
		}
		if !slices.IsSorted(m.Ladder[:]) {
			t.Errorf("site %d: a surer answer has a lower confidence: %v", site, m.Ladder)
		}
	}
	if len(modelBytes) > 1_500_000 {
		t.Errorf("the model has %d bytes", len(modelBytes))
	}
	if _, err := DecodeModel(modelBytes[:100]); err == nil {
		t.Error("a cut model was read")
	}
}

// guesses are titles with no doubt about them. All are invented.
var guesses = []struct {
	text Text
	want string
	sure bool
}{
	{Text{Platform: "youtube", Title: "[속보] 대통령 긴급 기자회견 생중계", Channel: "수달 뉴스", Tags: []string{"뉴스", "정치", "속보"}}, "news", true},
	{Text{Platform: "youtube", Title: "국회 대정부질문 여야 충돌, 민주당 집단 퇴장", Channel: "YTN", Tags: []string{"YTN", "뉴스", "국회"}}, "news", true},
	{Text{Platform: "youtube", Title: "[MV] HARIN(하린) _ Night Bus (Feat. JUN)", Channel: "1theK (원더케이)", Tags: []string{"K-POP", "아이돌", "뮤직비디오"}}, "music", false},
	{Text{Platform: "youtube", Title: "[26/27 UCL 8강] 레알 vs 맨시티 H/L", Channel: "SPOTV", Tags: []string{"SPOTV", "챔피언스리그", "축구"}}, "sports", true},
	{Text{Platform: "youtube", Title: "고양이가 목욕을 처음 해봤어요", Channel: "냥이네 세마리", Tags: []string{"고양이", "cat", "반려묘"}}, "other", false},
	{Text{Platform: "youtube", Title: "신형 전기차 시승기, 주행거리는?", Channel: "수달 모터", Tags: []string{"자동차", "시승기", "전기차"}}, "other", false},
	{Text{Platform: "youtube", Title: "배그 솔쿼드 치킨 도전", Channel: "겜하는수달", Tags: []string{"배틀그라운드", "게임", "PUBG"}}, "game.pubg-battlegrounds", false},
	{Text{Platform: "chzzk", Title: "롤 솔랭 다이아 승급전 미드", Channel: "졸린두부"}, "game.league-of-legends", false},
	{Text{Platform: "youtube", Title: "[나는 수달이다] 선공개! 유재석도 놀란 게스트", Channel: "MBCentertainment", Tags: []string{"예능", "MBC"}}, "entertainment", false},
}

func TestGuess(t *testing.T) {
	for _, c := range guesses {
		got := Guess(c.text)
		if got.Category.ID != c.want || c.sure && !got.Sure {
			t.Errorf("%q by %q: %+v, want %s (sure: %v)", c.text.Title, c.text.Channel, got, c.want, c.sure)
		}
	}
}

func TestGuessAbstains(t *testing.T) {
	for _, title := range []string{"", "ㅎㅇ", "🔥🔥🔥", "안녕하세요", "0"} {
		for _, p := range []live.Platform{"youtube", "chzzk"} {
			if got := Guess(Text{Platform: p, Title: title}); got.Sure {
				t.Errorf("%s %q: sure of %+v", p, title, got)
			}
		}
	}
}

// Names of games stand for themselves only where they are words.
func TestNamedGame(t *testing.T) {
	for _, c := range []struct{ title, want string }{
		{"롤 하자", "game.league-of-legends"}, {"롤은 질병", "game.league-of-legends"}, {"컨트롤 연습", ""}, {"롤링스톤즈", ""},
		{"마크 야생", "game.minecraft"}, {"벤치마크 점수", ""}, {"GTA5 봉누도", "game.grand-theft-auto-v"}, {"오늘은리그오브레전드", ""},
		{"리그 오브 레전드 칼바람", "game.league-of-legends"}, {"TFT 순방", "game.teamfight-tactics"}, {"SHIFTFT", ""},
		{"스타크래프트 2 래더", "game.starcraft-ii"}, {"스타크래프트 빨무", "game.starcraft-remastered"},
	} {
		got, _ := NamedGame(Text{Title: c.title})
		if got.ID != c.want {
			t.Errorf("%q names %q, want %q", c.title, got.ID, c.want)
		}
	}
}

// The features of a text are part of the model: another order or hash makes weights meaningless.
func TestFeaturesStay(t *testing.T) {
	h := fnv.New64a()
	for _, c := range guesses {
		for _, f := range Features(nil, c.text) {
			var b [3]byte
			b[0] = byte(f.Block)
			binary.LittleEndian.PutUint16(b[1:], f.Hash)
			h.Write(b[:])
		}
	}
	const want = 0x6219c5a63d44d617
	if got := h.Sum64(); got != want {
		t.Errorf("features hash to %#x, not %#x: train the model again, then change this number", got, uint64(want))
	}
}

func TestIsqrt(t *testing.T) {
	for _, x := range []uint64{0, 1, 2, 3, 4, 15, 16, 17, 1<<32 - 1, 1 << 32, 1<<40 + 1} {
		if r := isqrt(x); r*r > x || (r+1)*(r+1) <= x {
			t.Errorf("isqrt(%d) = %d", x, r)
		}
	}
}

func FuzzGuess(f *testing.F) {
	for _, c := range guesses {
		f.Add(string(c.text.Platform), c.text.Title, c.text.Channel, "tag", "description")
	}
	f.Fuzz(func(t *testing.T, platform, title, channel, tag, description string) {
		text := Text{Platform: live.Platform(platform), Title: title, Channel: channel, Tags: []string{tag, tag}, Description: description}
		a := Guess(text)
		if b := Guess(text); a != b {
			t.Fatalf("%+v, then %+v", a, b)
		}
		if a.Category.ID == "" || a.Confidence < 0 || a.Confidence > 1000 {
			t.Fatalf("%+v", a)
		}
		Official(text.Platform, channel, title)
	})
}

func BenchmarkGuess(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Guess(guesses[0].text)
	}
}
