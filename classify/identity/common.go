package identity

import (
	"slices"
	"unicode/utf8"
)

// commonWord reports names that many people choose, whatever the set at hand shows: plain words and real names.
func commonWord(name string) bool { return commonWords[name] || realName(name) }

var commonWords = words(`
감자 고구마 두부 만두 라면 국수 김밥 떡볶이 순대 치킨 피자 햄버거 빵 빵집 붕어빵 호떡 송편 초코 초콜릿 바닐라 딸기 바나나 사과 포도 복숭아 레몬 망고 수박 참외 자두 매실 귤 체리 멜론 코코 코코아 커피 라떼 모카 우유 치즈 버터 쿠키 푸딩 젤리 사탕 캔디 마카롱 도넛 와플 찹쌀떡 인절미 민트 민트초코 콩 콩이 보리 밤 땅콩 호두 호박 당근 양파 마늘 고추 오이 가지 버섯 토마토
고양이 강아지 멍멍이 야옹이 토끼 호랑이 사자 곰 곰돌이 여우 늑대 너구리 다람쥐 햄스터 펭귄 수달 해달 고래 상어 돌고래 문어 오징어 해파리 거북이 거북 개구리 도마뱀 뱀 용 드래곤 오리 병아리 참새 까치 부엉이 독수리 비둘기 고라니 사슴 기린 코끼리 판다 코알라 나무늘보 원숭이 돼지 소 양 말 당나귀 고슴도치 미어캣 나비 벌 개미 거미 달팽이 냥이 댕댕이 뚱이
하늘 바다 구름 바람 별 별빛 달 달빛 달님 해님 햇살 노을 새벽 아침 저녁 밤하늘 봄 여름 가을 겨울 눈 눈꽃 비 소나기 무지개 번개 천둥 안개 이슬 서리 은하 은하수 우주 지구 태양 행성 혜성 유성 하루 오늘 내일 주말 꽃 장미 튤립 벚꽃 해바라기 나무 숲속 단풍 솔방울 이끼 모래 조약돌 파도 섬
사랑 행복 희망 소망 꿈 천사 악마 요정 마녀 공주 왕자 여왕 왕 기사 용사 마왕 마법사 닌자 해적 도둑 의사 선생 선생님 학생 사장 사장님 대장 단장 아저씨 아줌마 언니 누나 오빠 형 동생 친구 엄마 아빠 할머니 할아버지 아기 꼬마 백수 직장인 초보 고수 뉴비 고인물 게이머 겜돌이 덕후 바보 천재 제로 원 투 블랙 화이트 레드 블루 그린 핑크 골드 실버 섀도우 그림자 스타 루나 솔 루시 레오 맥스 럭키 해피 러브 하트 엔젤 데빌 킹 퀸 프린스
모모 나나 미미 루루 리리 라라 토토 치치 코코 쿠쿠 도도 보보 뽀뽀 두두 하하 유나 유니 유리 유이 유미 유키 히나 하나 하루카 미쿠 미나 미유 리나 리아 리오 리코 린 루나 루이 아리 아린 아이 아야 아라 안나 에리 엘리 엘라 소라 소피 시아 세아 세라 수아 나라 나래 네로 노아 노엘 다솜 로아 로이 로제 마리 마루 마린 메이 벨라 비비 샤샤 셀리 제이 제니 줄리 지니 지아 카나 카린 케이 코나 크리스 타라 테오 티나 하리 하린 해리 호시 이브 올리브 토리 토비 초롱 보라 가람 가온 누리 다온 도담 라온 미르 바름 아름 이슬 한별 한결 한빛
뉴스 음악 노래 피아노 기타 그림 라디오 영화 드라마 게임 게임방송 종합게임 스포츠 축구 야구 농구 배구 당구 낚시 캠핑 여행 요리 먹방 쿡방 공부 코딩 주식 경제 날씨 교회 시장 병원 학교 기차 자전거 등대 로켓 위성 시계 지도 열쇠 상자 풍선 거울 모자 양말 장갑 우산 연필 지우개
tiger lion bear wolf fox cat dog kitty puppy rabbit bunny panda dragon eagle shark whale monkey duck penguin snake spider angel devil demon ghost ninja samurai knight king queen prince princess wizard witch hero legend master captain boss doctor
sunny sunshine moon moonlight star starlight sky cloud rain rainbow snow snowy winter summer spring autumn storm thunder shadow light dark night midnight dream dreamer happy lucky smile love heart sweet honey sugar candy cookie choco chocolate mint lemon cherry peach berry strawberry banana apple mango coffee latte milk
gamer gaming gameplay games game player pro noob newbie gamer123 league legends leagueoflegends valorant minecraft overwatch lol pubg music piano guitar song songs sing dance art radio news sports chess asmr vlog study cooking food travel fishing camping english korean japan japanese
black white red blue green pink gold golden silver purple orange zero one two alpha beta omega delta nova luna solar lunar leo max alex james john david daniel michael chris kevin jason eric ryan brian andrew jack tom sam ben joe mike nick mark paul peter steve tony jay jin min kim lee park choi jung kang cho yoon jang lim han oh seo shin kwon hwang song jisoo jimin minji minsu yuna yuri haru hana mina rina lina lisa jenny jennie anna emma emily sara sarah lucy lily rose mary amy ella
vtuber official channel live stream streamer eng kor jpn
`)

// surnames and given are the syllables that most Korean names are made of.
var (
	surnames = []rune("김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류나진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국")
	given    = []rune("민서준지현우영수진성호재은주희정경선미연숙자하윤예유도시훈승용철상혜나라린아빈원인찬태규기동석환건희종욱혁형석범식일광남순옥란화림솔율온결담채율겸후안세")
)

// realName reports a Korean given name of two syllables, or one with a surname: very many are called so.
func realName(name string) bool {
	if script(name) != inHangul {
		return false
	}
	r := []rune(name)
	if utf8.RuneCountInString(name) == 3 && slices.Contains(surnames, r[0]) {
		r = r[1:]
	}
	return len(r) == 2 && slices.Contains(given, r[0]) && slices.Contains(given, r[1])
}
