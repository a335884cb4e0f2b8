package classify

// Category is a place in the tree of what streams are about: a group, or one subject or game within it. The tree is
// two levels deep.
type Category struct {
	// ID is stable: "game", "talk.asmr", "game.league-of-legends". What no table knows gets "<group>.<its name in
	// lower case with hyphens>", which is as stable as the platform's spelling.
	ID      string
	Group   Group
	Name    string // in English; as the platform writes it where no table knows it
	NameKo  string // in Korean; likewise
	Subject bool   // below its group: the stream is about something narrower
}

// Group is the upper level of the tree.
type Group string

const (
	Game          Group = "game"
	Talk          Group = "talk"
	Music         Group = "music"
	Sports        Group = "sports"
	News          Group = "news"
	Education     Group = "education"
	Entertainment Group = "entertainment"
	Lifestyle     Group = "lifestyle"
	Art           Group = "art"
	Rest          Group = "other"
)

// Groups lists the upper level in the order in which readers see it. Its order is also that of the model's classes.
func Groups() []Category {
	out := make([]Category, len(groups))
	for i, g := range groups {
		out[i] = g.category()
	}
	return out
}

// subject is a line of the tree that is no game.
type subject struct {
	id       string
	group    Group
	en, ko   string
	aliases  []string // other names, on any platform
	platform []string // "soop:00130000": ids by platform
}

func (s *subject) category() Category {
	return Category{ID: s.id, Group: s.group, Name: s.en, NameKo: s.ko, Subject: s.id != string(s.group)}
}

var groups = [...]subject{
	{"game", Game, "Games", "게임", []string{"Gaming", "게임", "Video Games"}, []string{"youtube:20", "soop:00040000"}},
	{
		"talk", Talk, "Talk", "토크", []string{"talk", "Just Chatting", "토크/캠방", "토크", "저스트 채팅", "잡담", "소통", "저챗", "캠방", "People & Blogs", "Talk Shows & Podcasts", "팟캐스트", "보이는 라디오", "고독방송", "일상", "IRL", "Pools, Hot Tubs, and Beaches", "Always On", "Special Events", "수다", "고민상담", "연애상담"},
		[]string{"youtube:22", "soop:00130000", "twitch:509658", "twitch:417752", "chzzk:talk"},
	},
	{"music", Music, "Music", "음악", []string{"음악/노래", "음악", "노래", "Music", "Music & Performing Arts", "Singing", "악기연주", "라이브 음악"}, []string{"youtube:10", "soop:00100000", "twitch:26936", "chzzk:music"}},
	{"sports", Sports, "Sports", "스포츠", []string{"Sports", "스포츠", "스포츠 일반"}, []string{"youtube:17", "twitch:518203"}},
	{"news", News, "News and politics", "뉴스·시사", []string{"News & Politics", "시사/뉴스", "시사/현안", "뉴스", "시사", "정치", "Politics", "Nonprofits & Activism", "뉴스/정치"}, []string{"youtube:25", "youtube:29", "soop:00130008"}},
	{"education", Education, "Education and science", "교육·과학", []string{"Education", "교육", "학습", "강의", "지식", "교양"}, []string{"youtube:27"}},
	{"entertainment", Entertainment, "Entertainment", "엔터테인먼트", []string{"Entertainment", "예능", "엔터테인먼트", "연예"}, []string{"youtube:24"}},
	{"lifestyle", Lifestyle, "Lifestyle", "라이프스타일", []string{"Howto & Style", "라이프", "라이프스타일", "생활"}, []string{"youtube:26"}},
	{"art", Art, "Art", "그림·만들기", []string{"Art", "그림/아트", "그림", "아트", "미술", "Drawing"}, []string{"twitch:509660", "soop:00130013", "chzzk:art"}},
	{"other", Rest, "Other", "기타", []string{"Other", "기타", "기타 방송", "etc"}, nil},
}

var subjects = [...]subject{
	{"talk.asmr", Talk, "ASMR", "ASMR", []string{"ASMR"}, []string{"twitch:509659", "soop:00130017", "chzzk:ASMR"}},
	{"talk.virtual", Talk, "Virtual", "버추얼", []string{"버추얼", "VTuber", "버튜버", "버추얼 스트리머", "VTubers"}, []string{"soop:00130030"}},
	{"talk.watch-along", Talk, "Watching together", "같이보기", []string{"같이보기", "워치파티", "Watch Parties", "감상"}, nil},
	{"music.dj", Music, "DJ", "디제잉", []string{"DJs", "DJ", "디제잉"}, nil},
	{"sports.football", Sports, "Football", "축구", []string{"축구", "Soccer", "해외축구", "국내축구", "2026 FIFA 북중미 월드컵", "월드컵", "FIFA World Cup"}, []string{"soop:00570004"}},
	{"sports.baseball", Sports, "Baseball", "야구", []string{"야구", "Baseball", "국내야구", "해외야구", "KBO"}, []string{"soop:00570001"}},
	{"sports.billiards", Sports, "Billiards", "당구", []string{"당구", "Billiards", "3쿠션"}, []string{"soop:00570002"}},
	{"sports.fitness", Sports, "Fitness", "피트니스", []string{"피트니스", "Fitness & Health", "헬스", "운동", "다이어트"}, []string{"soop:00570003"}},
	{"sports.basketball", Sports, "Basketball", "농구", []string{"농구", "Basketball", "NBA", "KBL"}, nil},
	{"sports.volleyball", Sports, "Volleyball", "배구", []string{"배구", "Volleyball"}, nil},
	{"sports.golf", Sports, "Golf", "골프", []string{"골프", "Golf"}, nil},
	{"sports.martial-arts", Sports, "Martial arts", "격투기", []string{"격투기", "격투 스포츠", "UFC", "Boxing", "복싱", "종합격투기"}, nil},
	{"sports.motor", Sports, "Motor sports", "모터스포츠", []string{"모터스포츠", "Motorsport", "F1", "Formula 1"}, nil},
	{"sports.olympics", Sports, "Olympics", "올림픽", []string{"동계 올림픽", "올림픽", "하계 올림픽", "아시안게임", "Olympics"}, nil},
	{"education.study", Education, "Studying", "공부", []string{"공부/스터디", "공부", "스터디", "Study", "Co-working & Studying", "Co-working", "자습", "스터디 윗 미"}, []string{"soop:00130025"}},
	{"education.technology", Education, "Science and technology", "과학·기술", []string{"Science & Technology", "과학/기술", "과학", "IT", "과학·기술", "Software and Game Development", "개발", "코딩", "IT/기술"}, []string{"youtube:28", "twitch:509670", "twitch:1469308723"}},
	{"education.language", Education, "Languages", "어학", []string{"어학", "외국어", "영어"}, nil},
	{"education.finance", Education, "Finance", "주식·재테크", []string{"주식", "재테크", "증권/재테크", "경제", "코인", "주식/투자"}, nil},
	{"entertainment.film", Entertainment, "Films and animation", "영화·애니메이션", []string{"Film & Animation", "애니메이션", "영화", "Movies", "Anime/Animation", "Action/Adventure", "Classics", "Documentary", "Drama", "Family", "Foreign", "Horror", "Sci-Fi/Fantasy", "Thriller", "Shorts", "Shows", "Trailers", "Short Movies", "드라마", "다큐멘터리", "애니"}, []string{"youtube:1", "youtube:18", "youtube:30", "youtube:31", "youtube:32", "youtube:33", "youtube:35", "youtube:36", "youtube:37", "youtube:38", "youtube:39", "youtube:40", "youtube:41", "youtube:42", "youtube:43", "youtube:44"}},
	{"entertainment.comedy", Entertainment, "Comedy", "코미디", []string{"Comedy", "코미디", "개그", "유머"}, []string{"youtube:23", "youtube:34"}},
	{"lifestyle.food", Lifestyle, "Food", "먹방·쿡방", []string{"먹방/쿡방", "먹방", "쿡방", "Food & Drink", "요리", "먹방·쿡방", "Cooking"}, []string{"soop:00130006", "twitch:509667", "chzzk:Mukbang_Cook"}},
	{"lifestyle.hobby", Lifestyle, "Hobbies", "취미", []string{"취미", "Hobby", "낚시", "캠핑", "Makers & Crafting"}, []string{"soop:00020007"}},
	{"lifestyle.beauty", Lifestyle, "Beauty", "뷰티·패션", []string{"뷰티", "Beauty & Body Art", "패션", "뷰티/패션", "메이크업"}, nil},
	{"other.cars", Rest, "Cars", "자동차", []string{"Autos & Vehicles", "자동차", "차/바이크"}, []string{"youtube:2"}},
	{"other.animals", Rest, "Animals", "동물", []string{"Pets & Animals", "동물", "반려동물", "Animals, Aquariums, and Zoos", "펫"}, []string{"youtube:15"}},
	{"other.travel", Rest, "Travel and outdoors", "여행·야외", []string{"Travel & Events", "여행", "Travel & Outdoors", "야외방송", "야외", "여행/야외"}, []string{"youtube:19", "twitch:509672"}},
	{"other.blog", Rest, "Video blogs", "비디오 블로그", []string{"Videoblogging"}, []string{"youtube:21"}},
	{"game.esports", Game, "Esports", "e스포츠", []string{"e스포츠", "이스포츠", "Esports", "게임대회", "LCK"}, nil},
}
