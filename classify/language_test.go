package classify

import (
	"strings"
	"testing"

	"onair/live"
)

// tricky are titles that a rule on Hangul alone gets wrong, or could. All are invented. Each block is one kind.
var tricky = []struct {
	kind string
	in   LangInput
	want string // "ko", another code, Other, or "" for unknown; "!" is anything but Korean
}{
	// Korean in Latin spelling.
	{"romanised", LangInput{Title: "annyeonghaseyo oneul bangsong", Channel: "sleepyotter"}, "ko"},
	{"romanised", LangInput{Title: "oneul bangsong sijakhamnida", Channel: "moonfox"}, "ko"},
	{"romanised", LangInput{Title: "yeoreobun gachi nolja", Channel: "dumpling99"}, "ko"},
	{"romanised", LangInput{Title: "jamkkan sotong bangsong", Channel: "plum_live"}, "ko"},
	{"romanised", LangInput{Title: "neomu baegopa jinjja", Channel: "ramen_owl"}, "ko"},
	{"romanised", LangInput{Title: "gamsahamnida 1000 follower", Channel: "tinyduck"}, "ko"},
	{"romanised", LangInput{Title: "saebyeok noraebang", Channel: "echo_kr"}, "ko"},
	{"romanised", LangInput{Title: "Chukhahaeyo chingudeul", Channel: "box_alley"}, "ko"},
	{"romanised", LangInput{Title: "jebal deureowa juseyo", Channel: "rainbow"}, "ko"},
	{"romanised", LangInput{Title: "japdam hamkke haja", Channel: "latenight"}, "ko"},
	{"romanised", LangInput{Title: "oneuldo neomu joayo haha, daebak", Channel: "foggy"}, "ko"},
	{"romanised", LangInput{Title: "saranghae oppa! please notice me", Channel: "Mariana fan"}, Other},
	{"romanised", LangInput{Title: "My oppa daebak reaction to this MV", Channel: "kdramaqueen"}, Other},
	{"romanised", LangInput{Title: "Hanabi taikai konbanwa", Channel: "sakura_ch"}, Other},
	{"romanised", LangInput{Title: "Mukbang 10,000 calories", Channel: "BigEater"}, Other},
	// Korean typed on a Latin layout.
	{"keyboard", LangInput{Title: "dkssudgktpdy", Channel: "otter77"}, "ko"},           // 안녕하세요
	{"keyboard", LangInput{Title: "qhrhtlvdj", Channel: "otter77"}, "ko"},              // 보고싶어
	{"keyboard", LangInput{Title: "qhrhtlvdjTdjdy", Channel: "otter77"}, "ko"},         // 보고싶었어요
	{"keyboard", LangInput{Title: "dhsmfeh qkdthd", Channel: "fox"}, "ko"},             // 오늘도 방송
	{"keyboard", LangInput{Title: "whfflsep qkdthd zuTdj", Channel: "fox"}, "ko"},      // 졸린데 방송 켰어
	{"keyboard", LangInput{Title: "shfo qnffjwnftpdy", Channel: "mint"}, "ko"},         // 노래 불러주세요
	{"keyboard", LangInput{Title: "rkxdl shfdkdy", Channel: "mint"}, "ko"},             // 같이 놀아요
	{"keyboard", LangInput{Title: "wjsur ajrdjTdj?", Channel: "choco"}, "ko"},          // 저녁 먹었어?
	{"keyboard", LangInput{Title: "dlfdjskTdjdy", Channel: "choco"}, "ko"},             // 일어났어요
	{"keyboard", LangInput{Title: "rpdlagkqslek", Channel: "tofu"}, "ko"},              // 게임합니다
	{"keyboard", LangInput{Title: "tkfkdgodyl", Channel: "tofu", Country: "KR"}, "ko"}, // 사랑해여ㅣ
	{"keyboard", LangInput{Title: "rhakdnjdy", Channel: "tofu"}, "ko"},                 // 고마워요
	{"keyboard", LangInput{Title: "thekingdom", Channel: "castle"}, Other},
	{"keyboard", LangInput{Title: "World Tour Highlights", Channel: "band"}, Other},
	{"keyboard", LangInput{Title: "speedrunning", Channel: "runner"}, Other},
	{"keyboard", LangInput{Title: "asdfghjkl", Channel: "cat on keyboard"}, Other},
	{"keyboard", LangInput{Title: "rhythm gym dryly", Channel: "wordplay"}, Other},
	{"keyboard", LangInput{Title: "Fortnite", Channel: "epicplayer"}, Other},
	{"keyboard", LangInput{Title: "qwerty keyboard test", Channel: "clicky"}, Other},
	// Latin title, Korean name.
	{"name", LangInput{Title: "Ranked until Diamond", Channel: "졸린수달"}, "ko"},
	{"name", LangInput{Title: "GTA RP DAY 14", Channel: "새벽두부 TV"}, "ko"},
	{"name", LangInput{Title: "!!!", Channel: "고요한등대"}, "ko"},
	{"name", LangInput{Title: "0", Channel: "매운호떡"}, "ko"},
	{"name", LangInput{Title: "LIVE", Channel: "Neon 고라니"}, "ko"},
	{"name", LangInput{Title: "TRAILER 2 'MOON HARBOR'", Channel: "MOONHARBOR (문하버)"}, "ko"},
	{"name", LangInput{Title: "cover: Fly Me to the Moon", Channel: "골목 피아노"}, "ko"},
	{"name", LangInput{Title: "おはよう", Channel: "수달 일본생활"}, "ko"},
	{"name", LangInput{Title: "今日は何をしようかな", Channel: "미소 みそちゃん"}, "ja"},
	{"name", LangInput{Title: "Weekend vlog", Channel: "김치ちゃんねるコリア"}, "ja"},
	// Latin title and name: facts about the channel decide.
	{"facts", LangInput{Title: "MOONHARBOR 'TIDE' M/V", Channel: "Harbor Ent", Country: "KR"}, "ko"},
	{"facts", LangInput{Title: "MOONHARBOR 'TIDE' Performance Video", Channel: "Harbor Ent", Memory: Memory{Korean: 2, Plain: 5}}, "ko"},
	{"facts", LangInput{Title: "MOONHARBOR 'TIDE' Performance Video", Channel: "Harbor Ent", Memory: Memory{Plain: 7}}, Other},
	{"facts", LangInput{Title: "MOONHARBOR 'TIDE' reaction", Channel: "Two Brits", Country: "GB"}, Other},
	{"facts", LangInput{Title: "Late night grind", Channel: "lazyfox", Platform: "chzzk"}, "ko"},
	{"facts", LangInput{Title: "Late night grind", Channel: "lazyfox", Platform: "soop"}, "ko"},
	{"facts", LangInput{Title: "Late night grind", Channel: "lazyfox", Platform: "twitch"}, Other},
	{"facts", LangInput{Title: "Late night grind", Channel: "lazyfox", Platform: "twitch", Declared: "ko"}, "ko"},
	{"facts", LangInput{Title: "Late night grind", Channel: "lazyfox", Platform: "twitch", Declared: "en"}, "en"},
	{"facts", LangInput{Title: "Late night grind", Channel: "lazyfox", Platform: "twitch", Declared: "other"}, Other},
	{"facts", LangInput{Title: "Road to 1000", Channel: "quickduck", Platform: "youtube", Country: "KR"}, "ko"},
	{"facts", LangInput{Title: "Road to 1000", Channel: "quickduck", Platform: "youtube", Country: "US"}, Other},
	{"facts", LangInput{Title: "Road to 1000", Channel: "quickduck", Memory: Memory{Korean: 1, Plain: 3}}, "ko"},
	{"facts", LangInput{Title: "Road to 1000", Channel: "quickduck", Memory: Memory{Korean: 1, Plain: 30}}, Other},
	{"facts", LangInput{Title: "Road to 1000", Channel: "quickduck", Stance: StanceAllow}, "ko"},
	{"facts", LangInput{Title: "오늘은 여기까지", Channel: "졸린수달", Stance: StanceDeny}, Other},
	{"facts", LangInput{Title: "จบแล้ว", Channel: "แมว", Stance: StanceAllow}, "ko"},
	// Labels and broadcasters that write themselves in Latin letters.
	{"label", LangInput{Title: "TWICE \"SIGNAL\" TEASER", Channel: "JYP Entertainment"}, "ko"},
	{"label", LangInput{Title: "Dance Practice Behind", Channel: "SMTOWN"}, "ko"},
	{"label", LangInput{Title: "[EPISODE] Photo Sketch", Channel: "BANGTANTV"}, "ko"},
	{"label", LangInput{Title: "Concept Film #3", Channel: "HYBE LABELS"}, "ko"},
	{"label", LangInput{Title: "Lightstick tutorial", Channel: "STARSHIP ENTERTAINMENT"}, "ko"},
	{"label", LangInput{Title: "Official Audio", Channel: "BLACKPINK - Topic"}, "ko"},
	{"label", LangInput{Title: "Highlight Medley", Channel: "StrayKidsVEVO"}, "ko"},
	{"label", LangInput{Title: "Live Clip", Channel: "Red Velvet Official"}, "ko"},
	{"label", LangInput{Title: "Live Clip", Channel: "Red Velvet Cakes by Ann"}, Other},
	{"label", LangInput{Title: "DAY 2 Watch Party", Channel: "T1"}, "ko"},
	{"label", LangInput{Title: "Evening News", Channel: "CBS"}, Other},
	// Mostly Latin, but Korean.
	{"mostly Latin", LangInput{Title: "WAVERLY(웨이벌리) 'Blue Hour' Official MV", Channel: "Waverly Records"}, "ko"},
	{"mostly Latin", LangInput{Title: "[MV] HARIN(하린) _ Night Bus (Feat. JUN)", Channel: "stereo music"}, "ko"},
	{"mostly Latin", LangInput{Title: "T1 vs GEN 같이 봅시다 #WatchParty LCK Spring FINAL", Channel: "otterplays"}, "ko"},
	{"mostly Latin", LangInput{Title: "VALORANT RADIANT 가자 !discord !crosshair", Channel: "aimotter"}, "ko"},
	{"mostly Latin", LangInput{Title: "PUBG SQUAD CUSTOM MATCH 시참 NO MIC OK", Channel: "winwin"}, "ko"},
	{"mostly Latin", LangInput{Title: "Minecraft Hardcore Survival Multiplayer 3일차", Channel: "blocky"}, "ko"},
	{"mostly Latin", LangInput{Title: "COVER ㅣ Yesterday Once More ㅣ 여자버전", Channel: "lulu"}, "ko"},
	{"mostly Latin", LangInput{Title: "STEAM NEXT FEST 2026 DEMO GAMES 찍먹", Channel: "indiefox"}, "ko"},
	{"mostly Latin", LangInput{Title: "EA FC ONLINE CHAMPIONS LEAGUE 감독모드", Channel: "kickoff"}, "ko"},
	{"mostly Latin", LangInput{Title: "Lo-fi study beats 집중 잘되는 음악", Channel: "quiet room"}, "ko"},
	{"mostly Latin", LangInput{Title: "IRL SEOUL HANGANG RIVER WALK 산책", Channel: "walkman"}, "ko"},
	{"mostly Latin", LangInput{Title: "JUN 준 'Answer' Recording Behind", Channel: "Sofa Sound", Country: "KR"}, "ko"},
	{"mostly Latin", LangInput{Title: "ROAD TO CHALLENGER KR SERVER 원딜", Channel: "adc main", Platform: "twitch", Declared: "ko"}, "ko"},
	{"mostly Latin", LangInput{Title: "The King of the Hill and the way to it 왕", Channel: "언덕왕"}, "ko"},
	{"mostly Latin", LangInput{Title: "[ENG SUB] What is in my bag? (내 가방 속에는 뭐가 있을까)", Channel: "Bagstudio"}, "ko"},
	{"mostly Latin", LangInput{Title: "TIDE(타이드) 'TO BE OR NOT TO BE' M/V Teaser", Channel: "TIDE"}, "ko"},
	{"mostly Latin", LangInput{Title: "하린 (HARIN) When We Meet in the Night (Duet with 준) Live", Channel: "H. Rin"}, "ko"},
	{"keyboard", LangInput{Title: "MIDI VIVALDI", Channel: "Composer"}, Other},
	{"ornament", LangInput{Title: "We are reacting to TIDE(타이드) 'TO BE' Official MV", Channel: "Two Brothers"}, Other},
	// Hangul as an ornament of another language.
	{"ornament", LangInput{Title: "Why everyone needs HARIN (하린) in their life", Channel: "pinkstan"}, Other},
	{"ornament", LangInput{Title: "Reacting to the new 블랙핑크 video for the first time!", Channel: "Dad and Son React"}, Other},
	{"ornament", LangInput{Title: "How to make 떡볶이 at home with your family", Channel: "Kitchen Kate"}, Other},
	{"ornament", LangInput{Title: "I tried the spicy 불닭 challenge and it was a mistake", Channel: "SpicySam"}, Other},
	{"ornament", LangInput{Title: "Learn Korean with me: what is 사랑 and how to use it", Channel: "LinguaLisa"}, Other},
	{"ornament", LangInput{Title: "cuando tu bias es 지민 y no puedes con el", Channel: "ArmyMexico"}, Other},
	{"ornament", LangInput{Title: "reagindo ao novo mv do 엑소 com a minha mãe", Channel: "Kpopeira"}, Other},
	{"ornament", LangInput{Title: "ma réaction sur le comeback de 아이브 avec des amis", Channel: "Chloé"}, Other},
	{"ornament", LangInput{Title: "aku coba makan 라면 yang pedas ini dengan teman", Channel: "Jajan Yuk"}, Other},
	{"ornament", LangInput{Title: "ang ganda ng 아이유 sa mga concert na ito", Channel: "PinoyKpop"}, Other},
	{"ornament", LangInput{Title: "koreli sevgilim ile bu 한식 restoranı ve ben", Channel: "Seul Günlüğü"}, Other},
	{"ornament", LangInput{Title: "TXT 투바투 dance cover", Channel: "CrewParis", Country: "FR"}, Other},
	{"ornament", LangInput{Title: "aespa 에스파 'Whiplash' dance cover by K-CREW", Channel: "K-CREW", Country: "VN"}, Other},
	{"ornament", LangInput{Title: "NEWJEANS 뉴진스 playlist", Channel: "soft hours", Memory: Memory{Foreign: 4, Plain: 2}}, Other},
	{"ornament", LangInput{Title: "BTS 방탄소년단 random play dance", Channel: "Bailarines", Platform: "youtube", Declared: "es"}, "es"},
	{"ornament", LangInput{Title: "ENHYPEN 엔하이픈 lyrics", Channel: "lyric moon", Platform: "youtube", Declared: "en"}, "en"},
	{"ornament", LangInput{Title: "Hello ㅇㅅㅇ comfy stream", Channel: "bunnyhop"}, Other},
	{"ornament", LangInput{Title: "good morning ㅠㅅㅠ coffee", Channel: "beanie"}, Other},
	// Other writing systems with Hangul.
	{"script", LangInput{Title: "【먹방】チーズタッカルビを食べる動画【떡볶이】", Channel: "もぐもぐ"}, "ja"},
	{"script", LangInput{Title: "韓国語で歌ってみた 아이유 밤편지", Channel: "ゆめの歌"}, "ja"},
	{"script", LangInput{Title: "新大久保で買い物 한국 コスメ紹介します", Channel: "コスメちゃん"}, "ja"},
	{"script", LangInput{Title: "ハングル講座 가나다라 はじめての韓国語", Channel: "まなぶTV"}, "ja"},
	{"script", LangInput{Title: "รีแอคชั่น 블랙핑크 เพลงใหม่ล่าสุด", Channel: "แก๊งค์ดูหนัง"}, "th"},
	{"script", LangInput{Title: "ร้องเพลง 사랑 ตามคำขอ", Channel: "nong beer"}, "th"},
	{"script", LangInput{Title: "Реакция на новый клип 세븐틴", Channel: "Кпоп дома"}, "ru"},
	{"script", LangInput{Title: "Учим корейский 한국어 вместе", Channel: "Сеул"}, "ru"},
	{"script", LangInput{Title: "Phản ứng với MV mới của 뉴진스 cực hay", Channel: "Nhà Kpop"}, "vi"},
	{"script", LangInput{Title: "Học tiếng Hàn 한국어 mỗi ngày", Channel: "Thầy Minh"}, "vi"},
	{"script", LangInput{Title: "الرقص على أغنية 방탄 الجديدة", Channel: "army arab"}, "ar"},
	{"script", LangInput{Title: "मेरी पहली 라면 चुनौती", Channel: "Desi Eats"}, "hi"},
	{"script", LangInput{Title: "韓國旅行第三天 서울 明洞購物與美食", Channel: "小美遊記"}, "zh"},
	{"script", LangInput{Title: "今天学韩语 안녕 第一课", Channel: "学习频道"}, "zh"},
	// Korean with signs of other writing systems.
	{"decorated", LangInput{Title: "봄の노래 듣고가세요", Channel: "plum"}, "ko"},
	{"decorated", LangInput{Title: "ヾ(•ω•`)o 저챗하다 겜", Channel: "fluffy"}, "ko"},
	{"decorated", LangInput{Title: "(ノ◕ヮ◕)ノ 복귀했어요", Channel: "fluffy"}, "ko"},
	{"decorated", LangInput{Title: "아침ツ 뉴스 보면서 밥", Channel: "bap"}, "ko"},
	{"decorated", LangInput{Title: "美 금리 결정… 코스피 어디로", Channel: "econ"}, "ko"},
	{"decorated", LangInput{Title: "北 미사일 발사, 日 반응은", Channel: "news24"}, "ko"},
	{"decorated", LangInput{Title: "원피스 정주행 ONE PIECE 루피 가즈아 ルフィ", Channel: "anime"}, "ko"},
	{"decorated", LangInput{Title: "일본어 공부 1일차 あいうえお 외우기 같이 해요", Channel: "study"}, "ko"},
	{"decorated", LangInput{Title: "Привет 러시아 친구랑 한국어로 떠들기", Channel: "trip"}, "ko"},
	{"decorated", LangInput{Title: "สวัสดี 방콕에서 야외방송 합니다 놀러오세요", Channel: "trip"}, "ko"},
	{"decorated", LangInput{Title: "노래방 눈의 꽃(雪の華) 부르기", Channel: "singer"}, "ko"},
	{"decorated", LangInput{Title: "Δ수학Σ 문제풀이 방송", Channel: "math"}, "ko"},
	{"decorated", LangInput{Title: "𝑯𝒂𝒑𝒑𝒚 생일방송", Channel: "b-day"}, "ko"},
	// Decomposed, half-width and single letters.
	{"NFD", LangInput{Title: "\u1112\u1161\u11ab\u1100\u1173\u11af \u1107\u1161\u11bc\u1109\u1169\u11bc", Channel: "mac"}, "ko"},
	{"NFD", LangInput{Title: "cover - \u1107\u1165\u110c\u1173", Channel: "singer"}, "ko"},
	{"NFD", LangInput{Title: "Live Clip", Channel: "\u1107\u1165\u1107\u1173\u11af"}, "ko"},
	{"NFD", LangInput{Title: "Tiê\u0301ng Viê\u0323t hay lă\u0301m \u1112\u1161", Channel: "vn"}, "vi"},
	{"NFD", LangInput{Title: "か\u3099んは\u3099る \u1112\u1161\u11ab", Channel: "jp"}, "ja"},
	{"half-width", LangInput{Title: "\uffbb\uffc2 \uffb2\uffc7", Channel: "old terminal"}, "ko"},
	{"jamo", LangInput{Title: "ㅋㅋㅋㅋ", Channel: "lol"}, "ko"},
	{"jamo", LangInput{Title: "ㄱㄱ", Channel: "gogo"}, "ko"},
	{"jamo", LangInput{Title: "ㅎㅇ", Channel: "hi"}, "ko"},
	{"jamo", LangInput{Title: "ㅠㅠ", Channel: "sad"}, "ko"},
	{"jamo", LangInput{Title: "ㅇㅇ", Channel: "yes"}, "ko"},
	{"jamo", LangInput{Title: "GG ㅋㅋ", Channel: "lol"}, "ko"},
	{"jamo", LangInput{Title: "ranked ㄱㄱ", Channel: "lol"}, "ko"},
	{"jamo", LangInput{Title: "ㅅㅂ", Channel: "x", Platform: "twitch"}, "ko"},
	// Signs only.
	{"signs", LangInput{Title: "🔥🔥🔥", Channel: "x1"}, ""},
	{"signs", LangInput{Title: "", Channel: ""}, ""},
	{"signs", LangInput{Title: "( •̀ ω •́ )✧", Channel: "xx", Country: "KR"}, "ko"},
	{"signs", LangInput{Title: "( •̀ ω •́ )✧", Channel: "네모"}, "ko"},
	{"signs", LangInput{Title: "...", Channel: "abc", Platform: "chzzk"}, "ko"},
	{"signs", LangInput{Title: "2026.11.23", Channel: "xyz", Memory: Memory{Korean: 8}}, "ko"},
	{"signs", LangInput{Title: "🇰🇷🇰🇷", Channel: "flagbot"}, ""},
	{"signs", LangInput{Title: "???", Channel: "ねこちゃん"}, "ja"},
	{"signs", LangInput{Title: "\xff\xfe\xed\xa0\x80", Channel: "broken"}, ""},
	// What is declared against what is written.
	{"declared", LangInput{Title: "Giải bi-a 3 băng chung kết", Channel: "MinhBida", Platform: "soop", Declared: "vi"}, "vi"},
	{"declared", LangInput{Title: "Giải bi-a 3 băng chung kết", Channel: "MinhBida", Platform: "soop", Declared: "ko"}, "vi"},
	{"declared", LangInput{Title: "まったり雑談しましょう", Channel: "nekomimi", Platform: "twitch", Declared: "ko"}, "ja"},
	{"declared", LangInput{Title: "まったり雑談しましょう", Channel: "나나", Platform: "twitch", Declared: "ko"}, "ko"},
	{"declared", LangInput{Title: "ไต่แรงก์วันนี้", Channel: "beer", Platform: "twitch", Declared: "ko"}, "th"},
	{"declared", LangInput{Title: "3쿠션 세계대회 즐거운 연휴 되세요", Channel: "한국의당구왕", Platform: "soop", Declared: "en"}, "ko"},
	{"declared", LangInput{Title: "WORLD CUP FINAL 3-cushion", Channel: "한국의당구왕", Platform: "soop", Declared: "en"}, "en"},
	{"declared", LangInput{Title: "안녕하세요 처음 왔어요 미국 방송", Channel: "jinny_la", Platform: "twitch", Declared: "en"}, "en"},
	{"declared", LangInput{Title: "안녕하세요 처음 왔어요 미국 방송", Channel: "jinny_la", Platform: "twitch", Declared: "en", Memory: Memory{Korean: 9, Plain: 3}}, "ko"},
	{"declared", LangInput{Title: "雑談 ざつだん 한국어 조금", Channel: "sora", Platform: "twitch", Declared: "ja"}, "ja"},
	{"declared", LangInput{Title: "빌드 설명", Channel: "코딩수달", Platform: "youtube", Declared: "zxx"}, "ko"},
	// Koreans abroad, foreigners in Korea.
	{"country", LangInput{Title: "미국 시골 마트에서 장보기", Channel: "Jane in Ohio", Country: "US"}, "ko"},
	{"country", LangInput{Title: "도쿄 새벽 산책 라이브", Channel: "tokyo walker", Country: "JP"}, "ko"},
	{"country", LangInput{Title: "TWICE「SAKURA NOTE」Music Video", Channel: "JYP Ent", Country: "KR"}, "ko"},
	{"country", LangInput{Title: "「SAKURA NOTE」踊ってみた", Channel: "K-DANCE", Country: "JP"}, "ja"},
	{"country", LangInput{Title: "English lesson live", Channel: "Teacher Tom Seoul", Country: "KR"}, "ko"},
	{"country", LangInput{Title: "Seoul walk 4K", Channel: "Wander", Country: "NL"}, Other},
}

func TestTrickyLanguage(t *testing.T) {
	if len(tricky) < 150 {
		t.Errorf("%d cases, want at least 150", len(tricky))
	}
	for _, c := range tricky {
		got := Language(c.in)
		if got.Code != c.want {
			t.Errorf("%s: %q by %q (%s %s %s %+v): %+v, want %q", c.kind, c.in.Title, c.in.Channel, c.in.Platform, c.in.Declared, c.in.Country, c.in.Memory, got, c.want)
		}
		if got.Reason == "" || got.Confidence < 0 || got.Confidence > 1000 || (got.Code == "") != (got.Confidence == 0) {
			t.Errorf("%q: verdict %+v is not whole", c.in.Title, got)
		}
	}
}

func TestLanguageOfEveryStance(t *testing.T) {
	for title := range strings.SplitSeq("오늘은|Hello|まったり|", "|") {
		if v := Language(LangInput{Title: title, Stance: StanceAllow, Declared: "ja"}); !v.Korean() || v.Reason != ReasonOperator {
			t.Errorf("%q allowed: %+v", title, v)
		}
		if v := Language(LangInput{Title: title, Stance: StanceDeny, Declared: "ko"}); v.Korean() {
			t.Errorf("%q denied: %+v", title, v)
		}
	}
}

func TestMemory(t *testing.T) {
	var m Memory
	for _, title := range []string{"오늘은 배그", "MOON 'TIDE' M/V", "まったり雑談しましょう", "Why we love 하린 and what is next"} {
		m.Add(title)
	}
	if want := (Memory{Korean: 1, Foreign: 1, Plain: 2}); m != want {
		t.Errorf("memory %+v, want %+v", m, want)
	}
	m.Remove("まったり雑談しましょう")
	if want := (Memory{Korean: 1, Plain: 2}); m != want {
		t.Errorf("memory %+v after a removal, want %+v", m, want)
	}
}

func TestLanguageAllocatesNothing(t *testing.T) {
	for _, c := range tricky {
		if n := testing.AllocsPerRun(5, func() { Language(c.in) }); n != 0 {
			t.Errorf("%q: %v allocations", c.in.Title, n)
		}
	}
}

func FuzzLanguage(f *testing.F) {
	for _, c := range tricky {
		f.Add(c.in.Title, c.in.Channel, c.in.Declared, c.in.Country, string(c.in.Platform))
	}
	f.Fuzz(func(t *testing.T, title, channel, declared, country, platform string) {
		in := LangInput{Title: title, Channel: channel, Declared: declared, Country: country, Platform: live.Platform(platform)}
		v := Language(in)
		if v != Language(in) {
			t.Fatal("two answers")
		}
		if v.Reason == "" || v.Confidence < 0 || v.Confidence > 1000 {
			t.Fatalf("%+v", v)
		}
		in.Stance = StanceAllow
		if !Language(in).Korean() {
			t.Fatal("the operator was not obeyed")
		}
	})
}

func BenchmarkLanguage(b *testing.B) {
	for name, in := range map[string]LangInput{
		"Hangul": {Title: "오늘은 배그 치킨 먹고 잔다 PUBG ranked 솔쿼드", Channel: "졸린수달"},
		"Latin":  {Title: "How to survive the longest night in Project Zomboid [ENG]", Channel: "Some English channel"},
		"kana":   {Title: "まったり雑談しながらゲームをする深夜の配信です", Channel: "ねこちゃん"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Language(in)
			}
		})
	}
}
