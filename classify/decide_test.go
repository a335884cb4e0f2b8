package classify

import (
	"testing"

	"onair/live"
)

func TestDecide(t *testing.T) {
	const news = "[속보] 대통령 국회 연설 생중계 여야 반응 뉴스특보"
	for _, tc := range []struct {
		name   string
		c      live.Category
		t      Text
		want   string
		reason Reason
		firm   bool
	}{
		{"named exactly", live.Category{Name: "리그 오브 레전드"}, Text{Platform: "chzzk", Title: news}, "game.league-of-legends", ReasonDeclared, true},
		{"named by number", live.Category{ID: "00040019"}, Text{Platform: "soop"}, "game.league-of-legends", ReasonDeclared, true},
		{"a group, named exactly", live.Category{Name: "Just Chatting"}, Text{Platform: "twitch", Title: news}, "talk", ReasonDeclared, true},
		{"games in general, the title names one", live.Category{ID: "20", Name: "게임"}, Text{Platform: "youtube", Title: "발로란트 랭크"}, "game.valorant", ReasonTitle, true},
		{"games in general on another site", live.Category{ID: "00040000"}, Text{Platform: "soop", Title: "발로란트 랭크"}, "game.valorant", ReasonTitle, true},
		{"games in general, nothing else", live.Category{ID: "20"}, Text{Platform: "youtube", Title: "달립니다"}, "game", ReasonDeclared, true},
		{"an uploader's choice stands against the text", live.Category{ID: "10"}, Text{Platform: "youtube", Title: news}, "music", ReasonDeclared, true},
		{"a default gives way to a sure text", live.Category{ID: "22"}, Text{Platform: "youtube", Title: news, Channel: "YTN"}, "news", ReasonTitle, true},
		{"a default stays where the text is not sure", live.Category{ID: "22"}, Text{Platform: "youtube", Title: "안녕"}, "talk", ReasonDeclared, false},
		{"text alone", live.Category{}, Text{Platform: "youtube", Title: news, Channel: "YTN"}, "news", ReasonTitle, true},
		{"nothing", live.Category{}, Text{Platform: "chzzk", Title: "안녕"}, "", ReasonUnknown, false},
	} {
		d := Decide(tc.c, tc.t)
		if d.Category.ID != tc.want || d.Reason != tc.reason || d.Firm != tc.firm || (d.Confidence > 0) != (tc.want != "") || d.Confidence > 1000 {
			t.Errorf("%s: %+v", tc.name, d)
		}
	}
}

func TestNamed(t *testing.T) {
	for name, want := range map[string]string{
		"롤": "game.league-of-legends", "LEAGUE of legends": "game.league-of-legends", "리그오브레전드": "game.league-of-legends",
		"저스트 채팅": "talk", "토크": "talk", "ASMR": "talk.asmr", "없는 게임": "", "": "", "???": "",
	} {
		c, ok := Named(name)
		if c.ID != want || ok != (want != "") {
			t.Errorf("%q: %+v, %v", name, c, ok)
		}
	}
	if Key("Casino_Games") != Key("casino games") || Key("?!") != "" {
		t.Errorf("%q, %q", Key("Casino_Games"), Key("?!"))
	}
}

// A memory that was thinned out since a title was added must not turn against the channel when it is taken out.
func TestMemoryRemoveStopsAtNothing(t *testing.T) {
	var m Memory
	m.Remove("저녁 수다")
	m.Remove("まったり雑談しながら")
	m.Remove("good evening")
	if m != (Memory{}) {
		t.Errorf("%+v", m)
	}
}
