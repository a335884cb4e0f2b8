package classify

import (
	"strings"
	"testing"
)

// strange are rows of a second hand, written without looking at the rules: what a reader of the list would call
// Korean, with and without facts about the channel. All are invented.
var strange = []struct {
	kind string
	in   LangInput
	want string // "ko", another code, Other, "" for unknown, or "!" for anything but Korean
}{
	// Labels and groups in Latin letters: the channel's facts decide.
	{"label", LangInput{Title: "LUNARIA 'Gravity' Dance Practice (Moving Ver.)", Channel: "ORBIT ENT", Country: "KR"}, "ko"},
	{"label", LangInput{Title: "LUNARIA 'Gravity' Dance Practice (Moving Ver.)", Channel: "ORBIT ENT", Memory: Memory{Korean: 3, Plain: 9}}, "ko"},
	{"label", LangInput{Title: "LUNARIA 'Gravity' Dance Practice (Moving Ver.)", Channel: "ORBIT ENT", Country: "PH"}, "!"},
	{"label", LangInput{Title: "[LIVE] LUNARIA Comeback Showcase", Channel: "LUNARIA", Declared: "ko", Platform: "youtube"}, "ko"},
	{"label", LangInput{Title: "[LIVE] LUNARIA Comeback Showcase", Channel: "LUNARIA", Declared: "ja", Platform: "youtube"}, "ja"},
	{"label", LangInput{Title: "NCT 127 'Fact Check' MV", Channel: "NCT 127"}, "ko"},
	{"label", LangInput{Title: "Track Video #2", Channel: "STAYC - Topic"}, "ko"},
	{"label", LangInput{Title: "SPECIAL VIDEO", Channel: "official ITZY"}, "ko"},
	{"label", LangInput{Title: "Dance Practice", Channel: "aespa"}, "ko"},
	{"label", LangInput{Title: "Dance Practice", Channel: "aespa fan club Brasil"}, "!"},
	{"label", LangInput{Title: "Photobook unboxing", Channel: "BTS ARMY Philippines"}, "!"},
	{"label", LangInput{Title: "Weverse Live", Channel: "SEVENTEEN"}, "ko"},
	{"label", LangInput{Title: "Relay Dance", Channel: "M2"}, "ko"},
	{"label", LangInput{Title: "Kill this love 24/7", Channel: "BLINKs Mexico", Country: "MX"}, "!"},
	{"label", LangInput{Title: "IVE Studio live", Channel: "STARSHIP", Country: "KR", Memory: Memory{Plain: 30}}, "ko"},
	{"label", LangInput{Title: "Trailer", Channel: "Studio Gion", Country: "JP", Memory: Memory{Foreign: 5}}, "!"},
	{"label", LangInput{Title: "Concept Photo Sketch", Channel: "ＢＬＡＣＫＰＩＮＫ"}, "ko"},
	{"label", LangInput{Title: "Concept Photo Sketch", Channel: "𝐁𝐓𝐒"}, "ko"},
	// Korean on the wrong layout, mixed.
	{"keyboard", LangInput{Title: "dhsmfeh chltjsdmf ekgo qkdthdgkqslek", Channel: "x"}, "ko"}, // 오늘도 최선을 다해 방송합니다
	{"keyboard", LangInput{Title: "RmRkwl rkwk", Channel: "x"}, "ko"},                          // 끄까지 가자
	{"keyboard", LangInput{Title: "EKfrl aktdlTsp", Channel: "x"}, "ko"},                       // 딸기 맛있네
	{"keyboard", LangInput{Title: "WkwmdsksmsEo WkdaQhd ajrrl", Channel: "x"}, "ko"},           // capitals for tense consonants
	{"keyboard", LangInput{Title: "DHSMFEH QKDTHDGKQSLEK", Channel: "x"}, "ko"},                // caps lock
	{"keyboard", LangInput{Title: "dhodhowhk dnlgk dmlwk rhkwk", Channel: "x"}, "ko"},          // 왜왜좌 위하 의자 과자: double vowels
	{"keyboard", LangInput{Title: "dnpf goTdjdy? ehlsmseofh", Channel: "x"}, "ko"},             // 뭴 했어요? 되는대로
	{"keyboard", LangInput{Title: "rnlcksgdmsep tnldjdirpTek", Channel: "x"}, "ko"},            // 귀찮은데 쉬어야겠다
	{"keyboard", LangInput{Title: "LOL dhsmfdms rkqslek", Channel: "x"}, "ko"},                 // LOL 오늘은 갑니다
	{"keyboard", LangInput{Title: "GTA 5 rkxdlgody ehdhkwntpdy", Channel: "x"}, "ko"},          // 같이해요 도와주세요
	{"keyboard", LangInput{Title: "dkssud~~ qksrkqtmqslek!!", Channel: "x"}, "ko"},             // 안녕~~ 반갑습니다!!
	{"keyboard", LangInput{Title: "tlcka gksms qkdthddldpdy", Channel: "x"}, "ko"},             // 시참 하는 방송이에요
	{"keyboard", LangInput{Title: "ㅎㅇ gkdl qkdthdtlwkr", Channel: "x"}, "ko"},                  // jamo and keys
	{"keyboard", LangInput{Title: "whghdms dlfdl todrlf rjt rkxek", Channel: "x", Declared: "ko"}, "ko"},
	{"keyboard", LangInput{Title: "qhrhtlvdjdy wlsWk", Channel: "x", Country: "KR"}, "ko"},
	{"keyboard", LangInput{Title: "zlzlzl dho dksehlsp", Channel: "x"}, "ko"}, // 키키키 왜 안되네
	{"keyboard", LangInput{Title: "rrrrr ㄹㄹ", Channel: "x"}, "ko"},
	{"keyboard", LangInput{Title: "gksrmfdl dks Tjwlsp", Channel: "x"}, "ko"}, // 한글이 안 써지네
	{"keyboard", LangInput{Title: "Tlqkf wlsWk", Channel: "x"}, "ko"},         // 씨발 진짜
	{"keyboard", LangInput{Title: "dlrjdhodksehomfk", Channel: "x"}, "!"},     // garbage
	{"keyboard", LangInput{Title: "Rhythm and blues", Channel: "x"}, "!"},
	{"keyboard", LangInput{Title: "Fjallraven gkids vlog", Channel: "x"}, "!"},
	{"keyboard", LangInput{Title: "Wrocław Gdańsk tramwaj", Channel: "x"}, "!"},
	{"keyboard", LangInput{Title: "sdfsdf sdkfjsdlkfj", Channel: "x"}, "!"},
	{"keyboard", LangInput{Title: "wkwkwk gokil abis", Channel: "x"}, "!"}, // Indonesian laughter
	{"keyboard", LangInput{Title: "wkwkwkwkwk", Channel: "x"}, "!"},
	{"keyboard", LangInput{Title: "kkkkkkkk", Channel: "x"}, "!"},
	{"keyboard", LangInput{Title: "rsrsrs", Channel: "x"}, "!"},
	{"keyboard", LangInput{Title: "ggwp ez", Channel: "x"}, "!"},
	{"keyboard", LangInput{Title: "Eddsworld", Channel: "x"}, "!"},
	{"keyboard", LangInput{Title: "Tokio Hotel world tour", Channel: "x"}, "!"},
	{"keyboard", LangInput{Title: "gofundme", Channel: "x"}, "!"},
	// Decomposed, half-width, compatibility and old letters.
	{"NFD", LangInput{Title: nfd("오늘도 즐거운 방송"), Channel: "mac user"}, "ko"},
	{"NFD", LangInput{Title: nfd("LCK 결승 T1 vs GEN 같이보기"), Channel: "mac user"}, "ko"},
	{"NFD", LangInput{Title: "Late night chill", Channel: nfd("밤하늘")}, "ko"},
	{"NFD", LangInput{Title: "まったり雑談 " + nfd("한국어"), Channel: "みお"}, "ja"},
	{"NFD", LangInput{Title: "Why I love " + nfd("방탄소년단") + " and their music", Channel: "army"}, "!"},
	{"NFD", LangInput{Title: nfd("ガンダムを語る"), Channel: "プラモ"}, "ja"},
	{"NFD", LangInput{Title: nfd("Pho\u031b\u0309 Ha\u0300 No\u0323\u0302i"), Channel: "an vat"}, "vi"},
	{"NFD", LangInput{Title: nfd("각"), Channel: "x"}, "ko"},
	{"half-width", LangInput{Title: "ﾡﾢﾤ ﾾￂￆ", Channel: "x"}, "ko"},
	{"half-width", LangInput{Title: "ﾏﾀﾘ雑談", Channel: "ﾈｺ"}, "ja"},
	{"compat", LangInput{Title: "ㅇㅗㄴㅡㄹ ㅂㅏㅇㅅㅗㅇ", Channel: "x"}, "ko"},
	{"compat", LangInput{Title: "㈜라이브 ㉮㉯㉰", Channel: "x"}, "ko"},
	{"compat", LangInput{Title: "㉠㉡㉢ ㈀㈁", Channel: "x"}, "ko"},
	{"compat", LangInput{Title: "ꥠᅡힰ 옛한글 읽기", Channel: "x"}, "ko"},
	{"jamo", LangInput{Title: "ㅋㅋㅋ", Channel: "x"}, "ko"},
	{"jamo", LangInput{Title: "ㅇㅈ", Channel: "x"}, "ko"},
	{"jamo", LangInput{Title: "ㅇㅈ?", Channel: "dog77", Platform: "twitch"}, "ko"},
	{"jamo", LangInput{Title: "ㄹㅇㅋㅋ", Channel: "x"}, "ko"},
	{"jamo", LangInput{Title: "ㅈㅈ", Channel: "x"}, "ko"},
	{"jamo", LangInput{Title: "VALORANT ㄱ?", Channel: "x"}, "ko"},
	{"jamo", LangInput{Title: "valorant ㅎㅇㅎㅇ ranked with viewers", Channel: "x"}, "ko"},
	{"jamo", LangInput{Title: "just chatting ㅡㅅㅡ", Channel: "cozycat"}, "!"},
	{"jamo", LangInput{Title: "ㅂㅇㄹ 내일 봐요", Channel: "x"}, "ko"},
	{"jamo", LangInput{Title: "初見歓迎 ㅇㅅㅇ まったり", Channel: "ねこ"}, "ja"},
	{"jamo", LangInput{Title: "stream ended ㅋㅋ", Channel: "gg", Declared: "en", Platform: "twitch"}, "en"},
	// Signs only.
	{"signs", LangInput{Title: "🎮🎮", Channel: "게임수달"}, "ko"},
	{"signs", LangInput{Title: "🎮🎮", Channel: "otter", Platform: "soop"}, "ko"},
	{"signs", LangInput{Title: "🎮🎮", Channel: "otter", Country: "TH"}, "!"},
	{"signs", LangInput{Title: "🎮🎮", Channel: "otter", Memory: Memory{Foreign: 6}}, "!"},
	{"signs", LangInput{Title: "❤️‍🔥", Channel: "otter"}, ""},
	{"signs", LangInput{Title: "　　　", Channel: "別人"}, "!"},
	{"signs", LangInput{Title: "(づ｡◕‿‿◕｡)づ", Channel: "빵굽는곰"}, "ko"},
	{"signs", LangInput{Title: "(づ｡◕‿‿◕｡)づ", Channel: "panda"}, "!"},
	{"signs", LangInput{Title: "¯\\_(ツ)_/¯", Channel: "shrug", Country: "KR"}, "ko"},
	{"signs", LangInput{Title: "¯\\_(ツ)_/¯", Channel: "shrug"}, "!"},
	{"signs", LangInput{Title: "24.11.23", Channel: "일기장"}, "ko"},
	{"signs", LangInput{Title: "ಠ_ಠ", Channel: "밤샘"}, "ko"},
	{"signs", LangInput{Title: "(ง •̀_•́)ง", Channel: "운동하는곰"}, "ko"},
	{"signs", LangInput{Title: "( ͡° ͜ʖ ͡°)", Channel: "meme", Platform: "chzzk"}, "ko"},
	{"signs", LangInput{Title: "♡♡♡", Channel: "love", Memory: Memory{Korean: 1}}, "ko"},
	// Korean with a Japanese song or title in it.
	{"kana", LangInput{Title: "YOASOBI - アイドル 커버 불러봤습니다", Channel: "노래하는곰"}, "ko"},
	{"kana", LangInput{Title: "아이묭 - マリーゴールド 신청곡 받아요", Channel: "singing bear"}, "ko"},
	{"kana", LangInput{Title: "[노래방송] 夜に駆ける / 群青 / 怪物", Channel: "singing bear", Country: "KR"}, "ko"},
	{"kana", LangInput{Title: "최애의 아이 OP アイドル", Channel: "cover lab"}, "ko"},
	{"kana", LangInput{Title: "Lemon(レモン) - 米津玄師 (요네즈 켄시) 커버", Channel: "cover lab"}, "ko"},
	{"kana", LangInput{Title: "Lemon(レモン) - 米津玄師 커버", Channel: "노래하는곰"}, "ko"},
	{"kana", LangInput{Title: "Lemon(レモン) - 米津玄師 커버", Channel: "cover lab", Country: "KR"}, "ko"},
	{"kana", LangInput{Title: "ソウル 산책 브이로그 한국 일상 기록합니다", Channel: "walk"}, "ko"},
	{"kana", LangInput{Title: "포켓몬스터 ポケモン 스칼렛 신작 달립니다", Channel: "game"}, "ko"},
	{"kana", LangInput{Title: "すずめの戸締まり 보고 왔어요", Channel: "영화보는곰"}, "ko"},
	// Japanese with Hangul fan tags.
	{"fan tag", LangInput{Title: "ジョングクの新曲を聴く #정국", Channel: "ARMYの部屋"}, "ja"},
	{"fan tag", LangInput{Title: "【초보】はじめてのハングル講座 第3回", Channel: "みんなの韓国語"}, "ja"},
	{"fan tag", LangInput{Title: "韓国コスメ購入品 올리브영 で買ったもの全部見せます", Channel: "コスメ部"}, "ja"},
	{"fan tag", LangInput{Title: "新大久保 한국거리 散歩", Channel: "東京さんぽ"}, "ja"},
	{"fan tag", LangInput{Title: "日韓カップルの休日 한일커플", Channel: "ゆき&민수 カップル"}, "ja"},
	{"fan tag", LangInput{Title: "歌枠 안녕 はじめまして", Channel: "星宮ちゃんねる", Platform: "chzzk"}, "ja"},
	{"fan tag", LangInput{Title: "雑談 잡담", Channel: "白猫", Declared: "ja", Platform: "twitch"}, "ja"},
	{"fan tag", LangInput{Title: "#스키즈 新曲ダンス踊ってみた", Channel: "STAY日本", Country: "JP"}, "ja"},
	// Fans abroad.
	{"fans", LangInput{Title: "Nonton bareng drakor 도깨비 malam ini yuk guys", Channel: "Drakor ID"}, "!"},
	{"fans", LangInput{Title: "reaksi mv baru 블랙핑크 keren banget gila", Channel: "KPOP ID", Country: "ID"}, "!"},
	{"fans", LangInput{Title: "reaksi mv baru 블랙핑크 keren banget parah sih", Channel: "KPOP ID"}, "!"},
	{"fans", LangInput{Title: "Xem phim Hàn Quốc 눈물의 여왕 tập cuối", Channel: "Phim Hay"}, "vi"},
	{"fans", LangInput{Title: "Hoc tieng Han 안녕하세요 bai 1", Channel: "Tieng Han online", Country: "VN"}, "!"},
	{"fans", LangInput{Title: "สอนภาษาเกาหลี 안녕하세요 บทที่ 1", Channel: "ครูพี่แอน"}, "th"},
	{"fans", LangInput{Title: "ดูซีรีส์ 눈물의 여왕 ด้วยกัน", Channel: "series th"}, "th"},
	{"fans", LangInput{Title: "K-Drama 사랑의 불시착 explained in english", Channel: "Drama Recap"}, "!"},
	{"fans", LangInput{Title: "Top 10 facts about 방탄소년단 you did not know", Channel: "Kpop Facts"}, "!"},
	{"fans", LangInput{Title: "[INDO SUB] 런닝맨 episode 700 full", Channel: "RM Indo", Country: "ID"}, "!"},
	{"fans", LangInput{Title: "jungkook 정국 edits to watch when you are sad", Channel: "koo edits"}, "!"},
	{"fans", LangInput{Title: "BTS (방탄소년단) - Dynamite (Lyrics / Letra en español)", Channel: "Letras Kpop", Country: "AR"}, "!"},
	{"fans", LangInput{Title: "BTS (방탄소년단) - Dynamite Karaoke Instrumental With Lyrics", Channel: "Sing King Asia", Country: "SG"}, "!"},
	{"fans", LangInput{Title: "LISA 리사 fancam compilation | Blink Turkey", Channel: "BlinkTR", Declared: "tr", Platform: "youtube"}, "tr"},
	{"fans", LangInput{Title: "Hướng dẫn nấu 김치찌개", Channel: "Bếp Nhà"}, "vi"},
	{"fans", LangInput{Title: "Coreano para principiantes: 한글 en 10 minutos para ti", Channel: "Coreano facil"}, "!"},
	{"fans", LangInput{Title: "Ich lerne Koreanisch 한국어 und du kannst es auch", Channel: "Sprachen mit Lea"}, "!"},
	{"fans", LangInput{Title: "Ouvindo o novo álbum do 세븐틴 com vocês", Channel: "Kpop BR"}, "!"},
	{"fans", LangInput{Title: "Смотрим дораму 도깨비 вместе с чатом", Channel: "dorama club"}, "ru"},
	{"fans", LangInput{Title: "看韩剧 눈물의 여왕 一起追剧吧", Channel: "追剧小站"}, "zh"},
	{"fans", LangInput{Title: "한국어 Korean lesson for beginners with the 가나다 song", Channel: "Learn with Mia", Country: "US"}, "!"},
	{"fans", LangInput{Title: "방탄소년단 BTS memes that cured my depression", Channel: "memes by ana", Country: "BR"}, "!"},
	{"fans", LangInput{Title: "stray kids 스트레이키즈 iconic moments that live in my head", Channel: "skz content", Memory: Memory{Plain: 12}}, "!"},
	{"fans", LangInput{Title: "Kdrama OST Playlist 드라마 OST 모음", Channel: "OST lounge", Country: "ID"}, "!"},
	{"fans", LangInput{Title: "Kdrama OST Playlist 드라마 OST 모음 광고없는", Channel: "OST lounge", Country: "KR"}, "ko"},
	{"fans", LangInput{Title: "ARMY live chat 보라해", Channel: "ARMY Brasil Oficial", Country: "BR"}, "!"},
	// Romanised Korean.
	{"romanised", LangInput{Title: "oneul jeonyeogeun mwo meogeulkka", Channel: "x"}, "ko"},
	{"romanised", LangInput{Title: "yeoreobun annyeonghaseyo gamsahamnida", Channel: "x"}, "ko"},
	{"romanised", LangInput{Title: "geureon geo anieyo jeongmal", Channel: "x"}, "ko"},
	{"romanised", LangInput{Title: "saebyeogedo bangsong kyeosseoyo", Channel: "x"}, "ko"},
	{"romanised", LangInput{Title: "naeireun swimnida joesonghamnida", Channel: "x"}, "ko"},
	{"romanised", LangInput{Title: "gongpo geim haneunde museowoyo", Channel: "x"}, "ko"},
	{"romanised", LangInput{Title: "baedeu jjangjae bangsong", Channel: "x", Country: "KR"}, "ko"},
	{"romanised", LangInput{Title: "Le jeu de la semaine avec un peu de feu", Channel: "joueur du grenier fan"}, "!"},
	{"romanised", LangInput{Title: "eu e meu namorado jogando", Channel: "casal gamer"}, "!"},
	{"romanised", LangInput{Title: "Heute neue Leute kennenlernen", Channel: "streuner"}, "!"},
	{"romanised", LangInput{Title: "Seoul Museum Geology video game", Channel: "neon"}, "!"},
	{"romanised", LangInput{Title: "annyeong chingu! learn korean with me", Channel: "polyglot"}, "!"},
	{"romanised", LangInput{Title: "ROMEO & JULIET rodeo", Channel: "theo"}, "!"},
	{"romanised", LangInput{Title: "Daebak Oppa Saranghae", Channel: "Kpop Girl", Country: "IN"}, "!"},
	{"romanised", LangInput{Title: "Konnichiwa minna san ohayou", Channel: "yui"}, "!"},
	{"romanised", LangInput{Title: "Maligayang pagdating sa aming stream", Channel: "pinoy"}, "!"},
	{"romanised", LangInput{Title: "Selamat malam semua mari bermain", Channel: "abang"}, "!"},
	// Chinese, and Korean with Han signs.
	{"Han", LangInput{Title: "大韓民國 萬歲", Channel: "역사의창"}, "ko"},
	{"Han", LangInput{Title: "大韓民國 헌법 강의", Channel: "법무사"}, "ko"},
	{"Han", LangInput{Title: "尹·李 회동… 與野 반응은", Channel: "newsroom"}, "ko"},
	{"Han", LangInput{Title: "천자문 天地玄黃 외우기", Channel: "훈장님"}, "ko"},
	{"Han", LangInput{Title: "漢字 1級 공부방송", Channel: "study"}, "ko"},
	{"Han", LangInput{Title: "今晚一起玩英雄联盟", Channel: "小明"}, "zh"},
	{"Han", LangInput{Title: "今晚一起玩英雄联盟", Channel: "小明", Platform: "soop", Declared: "ko"}, "zh"},
	{"Han", LangInput{Title: "台灣小吃 vs 韓國炸雞 치킨", Channel: "食神"}, "zh"},
	{"Han", LangInput{Title: "麻雀 最強戦", Channel: "麻雀ch"}, "!"},
	{"Han", LangInput{Title: "囲碁 名人戦", Channel: "日本棋院"}, "!"},
	{"Han", LangInput{Title: "LIVE", Channel: "三立新聞"}, "!"},
	{"Han", LangInput{Title: "LIVE 24/7", Channel: "中央日報 중앙일보"}, "ko"},
	// Letters in disguise, and junk.
	{"junk", LangInput{Title: "𝕋𝕆𝔻𝔸𝕐 오늘", Channel: "x"}, "ko"},
	{"junk", LangInput{Title: "𝓶𝓲𝓭𝓷𝓲𝓰𝓱𝓽 𝓼𝓽𝓻𝓮𝓪𝓶", Channel: "cozy"}, "!"},
	{"junk", LangInput{Title: "ＬＩＶＥ　ＯＮ　ＡＩＲ", Channel: "x"}, "!"},
	{"junk", LangInput{Title: "ＬＩＶＥ　ＯＮ　ＡＩＲ", Channel: "새벽라디오"}, "ko"},
	{"junk", LangInput{Title: "오\u200b늘\u200b은\u200b 배\u200b그", Channel: "x"}, "ko"},
	{"junk", LangInput{Title: "\u202e그배 은늘오\u202c", Channel: "x"}, "ko"},
	{"junk", LangInput{Title: "오̷̛̤늘̸͙도̶̻ 방̵̢송̴̰", Channel: "x"}, "ko"},
	{"junk", LangInput{Title: "h̷e̸l̶l̵o̴ ̷w̸o̶r̵l̴d̷", Channel: "zalgo"}, "!"},
	{"junk", LangInput{Title: "\u3164\u3164\u3164", Channel: "blank"}, ""},
	{"junk", LangInput{Title: "\u115f\u1160", Channel: "blank"}, ""},
	{"junk", LangInput{Title: "\ufeff오늘은 쉽니다", Channel: "bom"}, "ko"},
	{"junk", LangInput{Title: "\xec\x98\xa4\xeb\x8a\x98\xec\x9d오늘은 방송", Channel: "cut"}, "ko"},
	{"junk", LangInput{Title: "\xbf\xc0\xb4\xc3\xc0\xba \xb9\xe6\xbc\xdb", Channel: "euc-kr"}, ""},
	{"junk", LangInput{Title: "hello\x00world", Channel: "nul"}, "!"},
	{"junk", LangInput{Title: "שידור חי מסיאול 서울", Channel: "israel kpop"}, "!"},
	{"junk", LangInput{Title: "بث مباشر 방탄", Channel: "x"}, "ar"},
	{"junk", LangInput{Title: strings.Repeat("아", 3400), Channel: "x"}, "ko"},
	{"junk", LangInput{Title: strings.Repeat("lorem ipsum ", 850), Channel: "x"}, "!"},
	{"junk", LangInput{Title: strings.Repeat("\u0301", 5_000), Channel: "x"}, "!"},
	{"junk", LangInput{Title: strings.Repeat("ㅋ", 3400), Channel: "x"}, "ko"},
	{"junk", LangInput{Title: "&#50724;&#45720; 방송", Channel: "entities"}, "ko"},
	// What is declared, against the rest.
	{"declared", LangInput{Title: "Ranked grind", Channel: "quietfox", Platform: "soop", Declared: "ko"}, "ko"},
	{"declared", LangInput{Title: "Ranked grind", Channel: "quietfox", Platform: "soop", Declared: "en"}, "en"},
	{"declared", LangInput{Title: "พากย์ไทย 서울", Channel: "เอก", Platform: "soop", Declared: "th"}, "th"},
	{"declared", LangInput{Title: "오늘 롤 승급전 갑니다 응원해주세요", Channel: "승급하는곰", Platform: "twitch", Declared: "en"}, "ko"},
	{"declared", LangInput{Title: "Good evening!", Channel: "서울사는곰", Platform: "youtube", Declared: "en"}, "en"},
	{"declared", LangInput{Title: "早安台灣大家好", Channel: "taipei101", Platform: "twitch", Declared: "ko"}, "!"},
	{"fan tag", LangInput{Title: "서울 산책 ソウル散歩", Channel: "みおちゃんねる"}, "ja"},
	{"kana", LangInput{Title: "서울 산책 ソウル散歩", Channel: "걷는곰"}, "ko"},
	{"declared", LangInput{Title: "주말 낚시", Channel: "fishing", Platform: "youtube", Declared: "und"}, "ko"},
	{"declared", LangInput{Title: "chill", Channel: "lofi", Platform: "youtube", Declared: "ko", Country: "US"}, "ko"},
	{"declared", LangInput{Title: "ㅎㅇㅎㅇ 롤 ㄱ", Channel: "nk", Platform: "twitch", Declared: "ja", Memory: Memory{Korean: 5, Plain: 1}}, "ko"},
	{"declared", LangInput{Title: "ASMR no talking", Channel: "소곤소곤", Platform: "youtube", Declared: "zxx"}, "ko"},
	{"declared", LangInput{Title: "Hello", Channel: "x", Platform: "youtube", Declared: "en", Country: "KR"}, "en"},
	// Koreans abroad and foreigners in Korea.
	{"country", LangInput{Title: "LA 한인타운 먹방", Channel: "K in LA", Country: "US"}, "ko"},
	{"country", LangInput{Title: "뉴욕 타임스퀘어 LIVE", Channel: "NY walk", Country: "US"}, "ko"},
	{"country", LangInput{Title: "호치민 야시장 NIGHT MARKET", Channel: "사이공 김과장", Country: "VN"}, "ko"},
	{"country", LangInput{Title: "Hongdae night walk 홍대 4K", Channel: "Seoul Walker", Country: "KR"}, "ko"},
	{"country", LangInput{Title: "Dance practice 연습", Channel: "K-CREW Manila", Country: "PH"}, "!"},
	{"country", LangInput{Title: "東京散歩", Channel: "도쿄사는곰", Country: "JP"}, "!"},
	{"country", LangInput{Title: "Gangnam subway busking", Channel: "buskers", Country: "KR"}, "ko"},
	{"country", LangInput{Title: "한국 여행 2일차", Channel: "Yuki旅行", Country: "JP"}, "ko"},
	{"memory", LangInput{Title: "FINAL", Channel: "league", Memory: Memory{Korean: 40, Foreign: 1, Plain: 60}}, "ko"},
	{"memory", LangInput{Title: "FINAL", Channel: "league", Memory: Memory{Korean: 1, Foreign: 40, Plain: 60}}, "!"},
	{"memory", LangInput{Title: "配信テスト", Channel: "실험하는곰", Memory: Memory{Korean: 12, Foreign: 1}}, "ko"},
	{"memory", LangInput{Title: "굿", Channel: "tester", Memory: Memory{Foreign: 12}}, "!"},
}

// nfd takes syllables and kana with marks apart, as some systems store names.
func nfd(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= syllables && r <= lastSyllable:
			x := r - syllables
			b.WriteRune(0x1100 + x/(vowels*finals))
			b.WriteRune(0x1161 + x/finals%vowels)
			if f := x % finals; f > 0 {
				b.WriteRune(0x11a7 + f)
			}
		case strings.ContainsRune("ガギグゲゴダヂヅデドバビブベボ", r):
			b.WriteRune(r - 1)
			b.WriteRune(0x3099)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func TestStrangeLanguage(t *testing.T) {
	if len(strange) < 150 {
		t.Errorf("%d cases, want at least 150", len(strange))
	}
	for _, c := range strange {
		got := Language(c.in)
		if got.Code == c.want || c.want == "!" && !got.Korean() {
			continue
		}
		title := []rune(c.in.Title)
		t.Errorf("%s: %q by %q (%s %s %s %+v): %+v, want %q", c.kind, string(title[:min(80, len(title))]), c.in.Channel, c.in.Platform, c.in.Declared, c.in.Country, c.in.Memory, got, c.want)
	}
}
