package sim

// words are the lists that names and titles are put together from. All invented: no name here is a person's.
type words struct {
	before, after, tail     []string // of Korean names
	latinBefore, latinAfter []string // of user ids
	lead, end               []string // around a title
	foreign                 map[string][]string
	hostile                 []string
	topics                  []topic
}

func allWords() *words {
	return &words{
		before: nameBefore(), after: nameAfter(), tail: nameTail(),
		latinBefore: latinBefore(), latinAfter: latinAfter(),
		lead: titleLead(), end: titleEnd(),
		foreign: foreignTitles(), hostile: hostileTitles(),
		topics: topics(),
	}
}

func nameBefore() []string {
	return []string{
		"졸린", "배고픈", "코딩하는", "우주먼지", "새벽", "달빛", "매운", "게으른", "용감한", "수줍은", "반짝", "네온", "얼음", "구운",
		"튀긴", "말랑", "시골", "도시", "겨울", "여름", "노란", "파란", "보라", "은하", "종이", "나무", "초코", "바닐라", "민트", "탄산",
		"주말", "월요일", "지각한", "퇴근한", "야근한", "비오는날", "산책하는", "날아간", "잃어버린", "두번째", "마지막", "거꾸로", "천천히", "빠른",
		"작은", "커다란", "투명", "고요한", "시끄러운", "심심한", "엉뚱한", "정직한", "수상한", "평범한", "전설의", "떠도는",
	}
}

func nameAfter() []string {
	return []string{
		"수달", "고라니", "두부", "감자", "만두", "너구리", "펭귄", "고양이", "거북", "다람쥐", "문어", "해파리", "고래", "부엉이", "참새", "까치",
		"여우", "오리", "붕어빵", "호떡", "국수", "김밥", "라면", "식혜", "수정과", "떡볶이", "송편", "귤", "자두", "매실", "단풍", "솔방울",
		"이끼", "조약돌", "등대", "기차", "자전거", "우산", "양말", "장갑", "모자", "연필", "지우개", "시계", "전등", "라디오", "카세트", "턴테이블",
		"로켓", "위성", "혜성", "블랙홀", "안개", "소나기", "무지개", "번개", "메아리", "그림자", "거울", "나침반", "지도", "열쇠", "상자", "풍선",
		"연못", "골목", "옥상", "다락방", "책방", "빵집", "편의점", "정류장", "우체통", "가로등",
	}
}

func nameTail() []string {
	return []string{"", "", "", "", "님", "TV", "_", "쨩", "씨", "방송국", "0", "2", "99", " live", "단장", "선생", "대장", "군"}
}

func latinBefore() []string {
	return []string{
		"sleepy", "hungry", "neon", "dawn", "moon", "spicy", "lazy", "brave", "shy", "icy", "crispy", "fluffy", "rural", "urban", "winter",
		"summer", "blue", "violet", "paper", "choco", "mint", "weekend", "monday", "late", "rainy", "lost", "second", "last", "slow", "quick",
		"tiny", "big", "clear", "quiet", "loud", "odd", "plain", "legend", "drift", "pixel",
	}
}

func latinAfter() []string {
	return []string{
		"otter", "deer", "tofu", "potato", "dumpling", "raccoon", "penguin", "cat", "turtle", "squirrel", "octopus", "jelly", "whale", "owl",
		"sparrow", "fox", "duck", "noodle", "gimbap", "ramen", "plum", "maple", "moss", "pebble", "beacon", "train", "bike", "umbrella", "socks",
		"pencil", "clock", "radio", "rocket", "comet", "fog", "rainbow", "echo", "shadow", "mirror", "compass", "key", "box", "balloon", "alley",
	}
}

func titleLead() []string {
	return []string{"", "", "", "", "", "", "[공지확인] ", "ㅎㅇ ", "🔥 ", "[복귀] ", "오늘은 ", "드디어 ", "(재) ", "★ ", "[합방] ", "24시간 ", "노캠) ", "♥ "}
}

func titleEnd() []string {
	return []string{"", "", "", "", "", "", " ㄱㄱ", " !룰렛", " (늦음 주의)", " ㅠㅠ", " / 디코 O", " ~", " :)", " 3시간만", " ♪", " [첫방]", " 🎮", " 구경하실 분"}
}

// foreignTitles are whole titles by language.
func foreignTitles() map[string][]string {
	return map[string][]string{
		"vi": {"Giải bi-a 3 băng – trận chung kết", "Tối nay cùng tám chuyện nhé", "Leo rank cao thủ", "Karaoke cuối tuần", "Ăn gì tối nay?"},
		"ja": {"まったり雑談", "ランクマ配信", "初見さん歓迎", "歌枠やります", "深夜の作業配信"},
		"zh": {"晚上聊聊天", "上分之路", "今天唱几首歌", "新手第一次直播"},
		"th": {"คืนนี้เล่นเกมกัน", "ร้องเพลงตามคำขอ", "ไต่แรงก์"},
		"en": {"Late night grind", "Ranked until I win", "lofi beats to work to", "Road to 1000 | !discord", "First playthrough, no spoilers", "Sunday league watch along"},
	}
}

// foreignNames are by language; who speaks another one has an English name.
func foreignNames() map[string][]string {
	return map[string][]string{
		"ja": {"ねむいカワウソ", "深夜ラジオ室", "まったりゲーム部", "こたつねこ", "朝焼けトースト", "雨音チャンネル"},
		"zh": {"夜猫电台", "小豆腐直播间", "慢慢来", "云上茶馆"},
		"vi": {"Trà Đá Vỉa Hè", "Mèo Lười Gaming", "Bếp Nhà Bông", "Đêm Khuya"},
		"th": {"แมวง่วงนอน", "ข้าวเหนียวมูน"},
	}
}

// aboutFirst are first lines of descriptions, in a channel's language.
func aboutFirst(lang string) []string {
	switch lang {
	case "ko":
		return []string{"채널입니다.", "의 방송국에 오신 걸 환영합니다!", "| 매일 저녁 방송", "입니다. 잘 부탁드려요 :)", "공식 채널"}
	case "ja":
		return []string{"ゲームと雑談の配信です。", "毎晩22時から！"}
	case "vi":
		return []string{"Kênh giải trí mỗi tối.", "Chào mừng đến với kênh!"}
	}
	return []string{"Welcome to the channel.", "Streams every night.", "Games, music and coffee."}
}

func aboutLast() []string {
	return []string{"", "", "문의 mail@studio.example", "디스코드: https://discord.example/invite/x1", "후원 https://support.example/d?a=1&b=2", "방송시간 20:00~", "팬카페 https://cafe.example/board/12"}
}

// hostileTitles are what a careless page or terminal chokes on.
func hostileTitles() []string {
	return []string{
		`<script>alert("방송")</script> 안녕하세요`,
		`<img src=x onerror=alert(1)> 저챗`,
		`"따옴표" '작은따옴표' \역슬래시\ 테스트`,
		"\u202e다니합작시 송방\u202c 뒤집힌 제목",
		"\u2066왼쪽\u2067오른쪽\u2069 방향 섞기",
		`&lt;b&gt;이미 이스케이프된 &amp;amp; 제목&lt;/b&gt;`,
		"줄바꿈\n이 있는\t제목\r\n입니다",
		"종소리\u0007와 색\u001b[31m빨강\u001b[0m 방송",
		"보이지\u200b않는\u200d글자\ufeff와 \u0300\u0301\u0302\u0303\u0304\u0305 겹침",
		"👨‍👩‍👧‍👦🏳️‍🌈🇰🇷🧑🏽‍💻 이모지만 가득 🫠🫡🫨",
		"',(select 1))-- 데이터베이스 놀이",
		"{{constructor.constructor('alert(1)')()}} ${7*7} %s%n %00",
		longTitle(),
	}
}

// longTitle is longer than any platform's own form allows, as an API can still say.
func longTitle() string {
	s := ""
	for range 60 {
		s += "아주 긴 제목이 계속됩니다 "
	}
	return s
}
