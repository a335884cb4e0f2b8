package classify

import "testing"

func TestOfficial(t *testing.T) {
	for _, c := range []struct {
		channel, title string
		want           Mark
	}{
		{"LCK", "T1 vs GEN", MarkLeague},
		{"lck global", "Finals", MarkLeague},
		{"Gen.G 공식", "", MarkLeague},
		{"두산베어스 TV", "직캠", MarkLeague},
		{"YTN", "뉴스 LIVE", MarkBroadcaster},
		{"KBS News", "속보", MarkBroadcaster},
		{"KBS뉴스", "속보", MarkBroadcaster},
		{"SBS Sports", "중계", MarkBroadcaster},
		{"kbsfan99", "저챗", 0},
		{"mbcute", "저챗", 0},
		{"T1팬", "같이보기", 0},
		{"T1", "Worlds", MarkLeague},
		{"졸린수달", "24시간 방송", 0},
		{"졸린수달", "축구 입중계", 0},
		{"졸린수달", "[중계] 5인 자랭", MarkRelay},
		{"런닝수달 24시간", "런닝맨 24시간 스트리밍", MarkRelay},
		{"tvN Joy", "24/7 신서유기 재방송", MarkBroadcaster | MarkRelay},
		{"", "", 0},
	} {
		if got := Official("youtube", c.channel, c.title); got != c.want {
			t.Errorf("%q %q: %q, want %q", c.channel, c.title, got, c.want)
		}
	}
	if s := (MarkBroadcaster | MarkRelay).String(); s != "broadcaster relay" {
		t.Errorf("marks read %q", s)
	}
	official()
	if n := testing.AllocsPerRun(10, func() { Official("youtube", "졸린수달 KBS News", "24시간") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
