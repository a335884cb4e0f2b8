package sim

// topic is something to stream, under the name each platform has for it.
type topic struct {
	chzzkType, chzzkID, chzzkName string
	soopNo, soopName              string
	twitchID, twitchName          string
	youtubeID                     string
	short                         string   // what a title calls it
	weight                        [4]int   // how usual it is per site
	phrases                       []string // what a title says about it
}

const (
	game   = "GAME"
	sports = "SPORTS"
	etc    = "ETC"
)

// youtubeCategories are the names of YouTube's category ids as its API gives them by default.
func youtubeCategory(id string) string {
	switch id {
	case "10":
		return "Music"
	case "17":
		return "Sports"
	case "20":
		return "Gaming"
	case "22":
		return "People & Blogs"
	case "24":
		return "Entertainment"
	case "25":
		return "News & Politics"
	case "27":
		return "Education"
	}
	return ""
}

// talkTopic is the first row of topics: what everybody does at times.
const talkTopic = 0

// topics is the list of all categories. Names and ids are public; weights follow what is usual on each site.
func topics() []topic {
	return []topic{
		{etc, "talk", "talk", "00130000", "토크/캠방", "509658", "Just Chatting", "22", "저챗", [4]int{300, 420, 30, 20},
			[]string{"수다 떨다 갈게요", "저녁 같이 먹어요", "근황 토크", "오늘 있었던 일", "사연 읽어드립니다", "밸런스 게임", "월간 결산", "잠깐 얘기해요", "심야 라디오", "룰렛 벌칙"}},
		{game, "League_of_Legends", "리그 오브 레전드", "00040019", "리그 오브 레전드", "21779", "League of Legends", "20", "롤", [4]int{150, 190, 22, 12},
			[]string{"솔랭 다이아까지", "칼바람 내전", "정글 차이 보여줌", "승급전 갑니다", "원딜 연습", "5인 자랭", "마스터 복귀전", "서폿 원챔"}},
		{game, "Minecraft", "마인크래프트", "00040017", "마인크래프트", "27471", "Minecraft", "20", "마크", [4]int{110, 60, 8, 12},
			[]string{"야생 건축", "하드코어 10일차", "서버 오픈", "마을 키우기", "엔더 드래곤 잡기", "스카이블럭", "레드스톤 공장"}},
		{game, "various_games", "종합 게임", "00040121", "종합게임", "66082", "Games + Demos", "20", "종겜", [4]int{95, 60, 6, 12},
			[]string{"신작 찍먹", "공포게임 혼자 하기", "인디게임 추천작", "엔딩까지 달린다", "퍼즐겜 두뇌풀가동", "고전게임 추억여행"}},
		{game, "Grand_Theft_Auto_V", "Grand Theft Auto V", "00040062", "GTA5", "32982", "Grand Theft Auto V", "20", "GTA", [4]int{60, 24, 8, 4},
			[]string{"봉사활동 서버 1일차", "배달 기사의 하루", "은행 털기 계획", "택시 회사 창업", "경찰 면접날"}},
		{game, "Overwatch", "오버워치", "00040089", "오버워치 2", "515025", "Overwatch 2", "20", "옵치", [4]int{60, 30, 7, 3},
			[]string{"경쟁전 배치", "힐러로 캐리", "5인큐 구합니다", "신영웅 써보기"}},
		{game, "VALORANT", "발로란트", "00040125", "발로란트", "516575", "VALORANT", "20", "발로", [4]int{60, 45, 12, 5},
			[]string{"불멸 가자", "에임 연습 후 경쟁", "내전 모집", "제트 원챔"}},
		{game, "Player_Unknowns_Battle_Grounds", "PUBG: 배틀그라운드", "00040066", "배틀그라운드", "493057", "PUBG: BATTLEGROUNDS", "20", "배그", [4]int{50, 110, 8, 6},
			[]string{"스쿼드 치킨런", "솔로 경쟁전", "킬내기 1대1", "점령전 대비 스크림"}},
		{game, "StarCraft_Remastered", "스타크래프트 : 리마스터", "00040001", "스타크래프트", "11989", "StarCraft", "20", "스타", [4]int{8, 230, 3, 10},
			[]string{"빨무 3:3", "스폰빵 5판 3선", "래더 A 도전", "대학대전 연습", "저프전 연구"}},
		{game, "MapleStory", "메이플스토리", "00040004", "메이플스토리", "19976", "MapleStory", "20", "메이플", [4]int{30, 50, 3, 3},
			[]string{"주간 보스 돌이", "큐브 돌리기", "신캐 육성", "22성 도전"}},
		{game, "Lost_Ark", "로스트아크", "00040110", "로스트아크", "490100", "Lost Ark", "20", "로아", [4]int{32, 40, 3, 3},
			[]string{"레이드 숙제", "골드 벌이", "신규 군단장 트라이", "배럭 정리"}},
		{game, "Eternal_Return", "이터널 리턴", "00040134", "이터널 리턴", "516864", "Eternal Return", "20", "이리", [4]int{32, 14, 4, 1},
			[]string{"미스릴 복귀", "랭크 듀오", "실험체 전부 써보기"}},
		{game, "Dead_by_Daylight", "데드 바이 데이라이트", "00040098", "데드 바이 데이라이트", "491487", "Dead by Daylight", "20", "데바데", [4]int{22, 16, 5, 2},
			[]string{"살인마 연습", "생존자 4인큐", "신규 캐릭터"}},
		{game, "Teamfight_Tactics", "전략적 팀 전투", "00040103", "전략적 팀 전투", "513143", "Teamfight Tactics", "20", "롤체", [4]int{26, 30, 4, 2},
			[]string{"챌린저 가는 길", "새 시즌 덱 연구", "순방만 하자"}},
		{game, "FC_Online", "FC온라인", "00040076", "FC 온라인", "1745202732", "FC Online", "20", "피파", [4]int{20, 70, 1, 3},
			[]string{"감독모드", "챔피언스 도전", "급여 맞추기", "선수 강화"}},
		{game, "Palworld", "팰월드", "00040140", "팰월드", "1238411432", "Palworld", "20", "팰월드", [4]int{26, 10, 3, 2},
			[]string{"알 부화 대작전", "기지 이사", "보스 순회"}},
		{game, "Project_Zomboid", "프로젝트 좀보이드", "00040117", "프로젝트 좀보이드", "33279", "Project Zomboid", "20", "좀보이드", [4]int{22, 6, 2, 2},
			[]string{"생존 30일", "멀티 서버 캠프", "도시 탈환"}},
		{game, "Rust", "러스트", "00040095", "러스트", "263490", "Rust", "20", "러스트", [4]int{16, 12, 5, 2},
			[]string{"서버 초기화 첫날", "요새 공방전", "솔로 생존"}},
		{game, "Elden_Ring", "엘든 링", "00040129", "엘든 링", "512953", "ELDEN RING", "20", "엘든링", [4]int{12, 6, 3, 2},
			[]string{"노데스 도전", "1레벨 클리어", "보스러시"}},
		{game, "Blue_Archive", "블루 아카이브", "00040132", "블루 아카이브", "1806405193", "Blue Archive", "20", "블아", [4]int{14, 4, 2, 1},
			[]string{"총력전", "신규 이벤트 스토리", "픽업 뽑기"}},
		{etc, "music", "음악/노래", "00100000", "음악", "26936", "Music", "10", "노래", [4]int{60, 60, 5, 50},
			[]string{"신청곡 받아요", "기타 치며 노래", "커버곡 연습", "밤에 듣는 피아노", "노래방 100점 도전"}},
		{etc, "ASMR", "ASMR", "00130017", "ASMR", "509659", "ASMR", "24", "ASMR", [4]int{8, 8, 2, 12},
			[]string{"잘 때 듣는 소리", "귀 청소", "빗소리와 타자"}},
		{etc, "Mukbang_Cook", "먹방/쿡방", "00130006", "먹방/쿡방", "509667", "Food & Drink", "24", "먹방", [4]int{10, 60, 2, 10},
			[]string{"야식 정복", "편의점 신상 리뷰", "집에서 국밥 끓이기", "매운맛 도전"}},
		{etc, "art", "그림/아트", "00130013", "그림", "509660", "Art", "24", "그림", [4]int{16, 10, 4, 3},
			[]string{"낙서 커미션", "캐릭터 디자인", "배경 채색 중"}},
		{etc, "Study", "공부/스터디", "00130025", "공부", "509670", "Science & Technology", "27", "공부", [4]int{8, 14, 3, 14},
			[]string{"같이 공부해요", "스터디 윗 미", "자격증 D-20", "코딩 작업실"}},
		{sports, "baseball", "야구", "00570001", "야구", "518203", "Sports", "17", "야구", [4]int{24, 40, 1, 14},
			[]string{"같이 봐요 입중계", "편파 중계", "가을야구 직관 후기"}},
		{sports, "soccer", "축구", "00570004", "축구", "518203", "Sports", "17", "축구", [4]int{18, 30, 1, 12},
			[]string{"새벽 경기 입중계", "전술 분석", "편파 해설"}},
		{sports, "billiards", "당구", "00570002", "당구", "518203", "Sports", "17", "당구", [4]int{1, 30, 0, 4},
			[]string{"3쿠션 레슨", "동네 대회 중계", "하이런 도전"}},
		{etc, "hobby", "취미", "00020007", "취미", "417752", "Talk Shows & Podcasts", "22", "취미", [4]int{10, 40, 2, 6},
			[]string{"낚시 가는 길", "캠핑 불멍", "프라모델 조립", "자전거 국토종주"}},
		{etc, "news", "시사/뉴스", "00130008", "시사/현안", "417752", "Talk Shows & Podcasts", "25", "뉴스", [4]int{2, 16, 0, 70},
			[]string{"오늘의 뉴스 특보", "아침 시사 브리핑", "경제 라이브", "저녁 종합 뉴스"}},
		{etc, "virtual", "버추얼", "00130030", "버추얼", "509658", "Just Chatting", "24", "버튜버", [4]int{30, 10, 6, 10},
			[]string{"3D 공개 준비", "노래 뱅송", "합방 회의", "신의상 이야기"}},
	}
}
