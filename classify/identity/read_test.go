package identity

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadName(t *testing.T) {
	for in, want := range map[string]naming{
		"우왁굳 [WOOWAKGOOD]":       {core: "우왁굳", parts: []string{"woowakgood"}},
		"징버거TV":                  {core: "징버거"},
		"징버거 방송국 채널":             {core: "징버거"},
		"TV":                     {core: "tv"},
		"아라하시 타비 공식":             {core: "아라하시타비"},
		"침착맨 다시 보기":              {core: "침착맨", fan: true, vault: true},
		"침착맨 (비공식)":              {core: "침착맨", fan: true},
		"LCK 같이보기":               {core: "lck같이보기", along: true},
		"((((감자":                 {core: "감자"},
		"🎀🎀":                     {},
		"떠도는빵집TV fluffyfox":      {core: "떠도는빵집tvfluffyfox", parts: []string{"떠도는빵집"}},
		"감자 (League of Legends)": {core: "감자"},
		"감자 [종합게임]":              {core: "감자"},
	} {
		got := readName(in, "")
		got.keys = nil
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(naming{})); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
	if n := readName("우왁굳 woowakgood7", "woowakgood7"); n.core != "우왁굳" {
		t.Errorf("own login in the name: %+v", n)
	}
}

func TestReadLink(t *testing.T) {
	for in, want := range map[string]target{
		"https://chzzk.naver.com/" + chzzkA:             {platform: "chzzk", id: chzzkA},
		"https://chzzk.naver.com/live/" + chzzkA:        {platform: "chzzk", id: chzzkA},
		"chzzk.naver.com/" + chzzkA + "/videos":         {platform: "chzzk", id: chzzkA},
		"https://m.chzzk.naver.com/" + chzzkA:           {platform: "chzzk", id: chzzkA},
		"https://www.sooplive.com/station/Gobugi":       {platform: "soop", handle: "gobugi"},
		"https://play.sooplive.co.kr/gobugi/280000001":  {platform: "soop", handle: "gobugi"},
		"http://bj.afreecatv.com/gobugi":                {platform: "soop", handle: "gobugi"},
		"https://www.twitch.tv/Otter_1?sr=a":            {platform: "twitch", handle: "otter_1"},
		"https://www.youtube.com/channel/" + tubeA:      {platform: "youtube", id: tubeA},
		"https://youtube.com/@Woowakgood/live":          {platform: "youtube", handle: "woowakgood"},
		"https://www.youtube.com/@%EC%B9%A8%EC%B0%A9":   {platform: "youtube", handle: "침착"},
		"https://www.youtube.com/c/Old":                 {platform: "youtube"},
		"https://www.youtube.com/watch?v=a":             {},
		"https://www.youtube.com/feed/subscriptions":    {},
		"https://youtu.be/aaaaaaaaaaa":                  {},
		"https://chzzk.naver.com/lives":                 {},
		"https://www.twitch.tv/directory/all":           {},
		"https://www.twitch.tv/":                        {},
		"https://twitch.tv.evil.example/otter":          {},
		"https://evil.example/https://twitch.tv/otter":  {},
		"https://user@twitch.tv:99999/%zz":              {},
		"https://www.sooplive.com/station/" + "a b":     {},
		"javascript:alert(1)//chzzk.naver.com/" + "abc": {},
	} {
		got, opaque, ok := readLink(in)
		if got != want || ok != (want.platform != "") || opaque != (ok && got.id == "" && got.handle == "") {
			t.Errorf("%s: %+v %v %v, want %+v", in, got, opaque, ok, want)
		}
	}
}

func TestAddresses(t *testing.T) {
	got := addresses("유튜브:youtube.com/@a, (치지직 https://chzzk.naver.com/b) 메일 a@b.example / 팬카페 cafe.example/x | http://TWITCH.tv/c.")
	if diff := cmp.Diff([]string{"youtube.com/@a", "https://chzzk.naver.com/b", "https://TWITCH.tv/c"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSound(t *testing.T) {
	for hangul, latin := range map[string]string{
		"아야츠노유니": "ayatsunoyuni", "우왁굳": "woowakgood", "주르르": "jururu", "시라유키히나": "shirayukihina", "네네코마시로": "nenekomashiro",
		"아카네리제": "akanelize", "아라하시타비": "arahashitabi", "텐코시부키": "tenkoshibuki", "유즈하리코": "yuzuhariko", "고세구": "gosegu", "릴파": "lilpa", "비챤": "viichan116",
	} {
		if a, b := sound(hangul), sound(latin); a != b || a == "" {
			t.Errorf("%s sounds %s, %s sounds %s", hangul, a, latin, b)
		}
	}
	for hangul, latin := range map[string]string{"우왁굳": "jingburger", "감자": "gamer", "고세구": "lilpa", "하나코나나": "hanako"} {
		if sound(hangul) == sound(latin) {
			t.Errorf("%s and %s sound alike", hangul, latin)
		}
	}
}

func TestReadHandle(t *testing.T) {
	for in, want := range map[string]handle{
		"@INE_":               {"ine_", "ine", ""},
		"viichan116":          {"viichan116", "viichan116", "viichan"},
		"JU_RURU":             {"ju_ruru", "jururu", "jururu"},
		"Sakihanechannel":     {"sakihanechannel", "sakihanechannel", "sakihane"},
		"official_woowakgood": {"official_woowakgood", "officialwoowakgood", "woowakgood"},
		"침착맨":                 {"침착맨", "침착맨", "침착맨"},
		"12345678":            {"12345678", "12345678", ""},
		"":                    {},
	} {
		if got := readHandle(in); got != want {
			t.Errorf("%q: %+v, want %+v", in, got, want)
		}
	}
}

func TestReadTitle(t *testing.T) {
	a := readTitle("오늘은 롤 승급전 [첫방]", "졸린감자", "")
	for _, s := range []string{"오늘은 롤 승급전 [첫방] (동시송출)", "【롤】 오늘은 롤 승급전 [첫방]", "오늘은 롤 승급전 [첫방] | 졸린감자TV", "오늘은 롤 승급전 [첫방] | 졸린감자 otter7", "오늘은 롤 승급전"} {
		if b := readTitle(s, "졸린감자", "otter7"); a.common(&b) == "" {
			t.Errorf("%q has nothing of %q", s, a.keys)
		}
	}
	if b := readTitle("오늘은 배그", "졸린감자", ""); a.common(&b) != "" || a.alike(&b) {
		t.Errorf("%q", b.keys)
	}
	if copies("안녕하세요") < one || copies("오늘은꼭골드간다승급전세판남음") > one/10 {
		t.Errorf("%d %d", copies("안녕하세요"), copies("오늘은꼭골드간다승급전세판남음"))
	}
}

func TestRealName(t *testing.T) {
	for _, name := range []string{"민지", "지우", "김민수", "박서준"} {
		if !realName(name) {
			t.Errorf("%s is a name", name)
		}
	}
	for _, name := range []string{"고세구", "주르르", "우왁굳", "릴파", "아이네", "징버거", "비챤", "민", "Kim"} {
		if realName(name) {
			t.Errorf("%s is none", name)
		}
	}
}

// Weights are integers: the logarithm is the real one rounded down, and more evidence is never a lower score.
func TestWeights(t *testing.T) {
	for _, n := range []int64{1, 2, 3, 7, 10, 255, 256, 1000, 20_000, 1_000_000, 1 << 40, math.MaxInt64} {
		if exact, got := 16*math.Log2(float64(n)), float64(lg(n)); got > exact+1e-6 || exact-got > 1.001 {
			t.Errorf("lg(%d) = %v, want about %v", n, got, exact)
		}
	}
	var scores []int
	for w := weight(-400); w <= 400; w++ {
		scores = append(scores, w.permille())
		if exact := 1000 / (1 + math.Exp2(-float64(w)/16)); math.Abs(exact-float64(w.permille())) > 3 {
			t.Errorf("%d: %d, want about %v", w, w.permille(), exact)
		}
	}
	if !slices.IsSorted(scores) || scores[400] != 500 {
		t.Errorf("%v", scores)
	}
}
