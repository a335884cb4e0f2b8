package classify

import (
	"strings"
	"sync"

	"onair/live"
)

// Mark says what kind of official or relayed broadcast one is; more than one may hold.
type Mark uint8

const (
	MarkLeague      Mark = 1 << iota // a league's, team's or game publisher's own channel
	MarkBroadcaster                  // a television, radio or news company's
	MarkRelay                        // runs round the clock or repeats what was on: nobody is there
)

// Any reports whether a reader who wants people only would leave the broadcast out.
func (m Mark) Any() bool { return m != 0 }

// String names the marks, "" for none.
func (m Mark) String() string {
	var names []string
	for i, name := range [...]string{"league", "broadcaster", "relay"} {
		if m&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// officialNames are channel names by what they are. Compared by nameKey; a trailing "*" also takes longer names, for
// broadcasters open a channel for each programme.
var officialNames = map[Mark][]string{
	MarkLeague: {
		"LCK", "LCK Korea", "LCK CL", "LCK CL Korea", "LCK Global", "LoL Esports*", "롤 이스포츠*", "리그 오브 레전드 이스포츠*", "VCT Pacific*", "VALORANT Champions Tour*", "발로란트 이스포츠*",
		"PUBG Esports*", "PUBG 이스포츠*", "배틀그라운드 이스포츠*", "오버워치 이스포츠*", "Overwatch Esports*", "ASL", "GSL", "SOOP Esports", "SOOP e스포츠", "AfreecaTV Esports", "SOOP SPORTS",
		"FC온라인 이스포츠*", "이터널 리턴 이스포츠*", "eK리그*", "KeSPA*", "한국e스포츠협회", "KBO", "KBO 리그", "K LEAGUE", "K리그", "KBL", "KOVO", "대한축구협회", "KFATV*", "PBA", "PBA TV", "빌리어즈TV", "UMB*",
		"LG트윈스*", "두산베어스*", "베어스TV", "한화이글스*", "Eagles TV", "롯데자이언츠*", "자이언츠TV", "삼성라이온즈*", "KIA타이거즈*", "기아타이거즈*", "SSG랜더스*", "NC다이노스*", "kt wiz*", "키움히어로즈*",
		"T1", "Gen.G*", "젠지*", "DRX", "Dplus KIA*", "한화생명e스포츠*", "kt 롤스터*", "농심 레드포스*", "BNK FEARX*", "치지직 공식*", "치지직 e스포츠", "치지직 스포츠", "CHZZK", "넥슨 공식*", "라이엇 게임즈*",
	},
	MarkBroadcaster: {
		"KBS*", "MBC*", "SBS*", "EBS*", "JTBC*", "tvN*", "YTN*", "MBN*", "TV조선*", "TV CHOSUN*", "TVCHOSUN*", "뉴스TVCHOSUN", "채널A*", "연합뉴스*", "연합뉴스TV*", "CBS노컷*", "노컷뉴스*", "CBS 김현정의 뉴스쇼", "CBS라디오*", "TBS 시민의방송*", "OBS*", "아리랑*", "Arirang*",
		"SPOTV*", "스포티비*", "엠스플*", "Mnet*", "OCN*", "투니버스*", "국회방송*", "NATV*", "KTV*", "KTV 이매진*", "국방TV*", "한국경제TV*", "매일경제TV*", "SBS Biz*", "SBS뉴스*", "이데일리TV*", "머니투데이방송*", "서울경제TV*", "뉴시스*", "뉴스1*", "News1", "오마이TV*", "오마이뉴스TV*", "뉴스타파*", "newstapa",
		"KARI TV", "바둑TV*", "K바둑", "CTS*", "GOODTV*", "BTN불교TV*", "BBS불교방송*", "가톨릭평화방송*", "CPBC*", "디글*", "Diggle*", "비디오머그*", "스브스뉴스*", "엠빅뉴스*", "14F 일사에프", "크랩 KLAB",
	},
}

// officialTable is officialNames by key: whole names, and beginnings.
type officialTable struct {
	whole  map[string]Mark
	prefix []officialPrefix
}

type officialPrefix struct {
	key  string
	mark Mark
}

var official = sync.OnceValue(func() *officialTable {
	t := &officialTable{whole: map[string]Mark{}}
	for mark := MarkLeague; mark <= MarkRelay; mark <<= 1 {
		for _, name := range officialNames[mark] {
			start, open := strings.CutSuffix(name, "*")
			key := string(fold(nil, start))
			t.whole[key] |= mark
			if open {
				t.prefix = append(t.prefix, officialPrefix{key, mark})
			}
		}
	}
	return t
})

// Official marks leagues and broadcasters by their channel's name, and relays by what the title says. What the
// platform itself marks as official is Observation.Official; a caller joins the two.
func Official(_ live.Platform, channel, title string) Mark {
	var buf [2 * maxName]byte
	t := official()
	name := fold(buf[:0], cut(channel, maxName))
	mark := t.whole[string(name)]
	for _, p := range t.prefix {
		// The word must end there: "KBS News" is KBS, "kbsfan" is not; Hangul may follow ("KBS뉴스").
		if len(name) > len(p.key) && string(name[:len(p.key)]) == p.key && !wordByte(name[len(p.key)]) {
			mark |= p.mark
		}
	}
	if relay(title) {
		mark |= MarkRelay
	}
	return mark
}

// maxName bounds a name in bytes; longer ones are not in the table.
const maxName = 96

func wordByte(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

// relay reports a title that says that it repeats or never stops. "24시간" by itself is a person's marathon.
func relay(title string) bool {
	for _, sign := range [...]string{"24/7", "재방송", "[중계]", "연속재생", "무한반복", "24시간 스트리밍", "24시간 라이브", "24시간 연속", "24시간 몰아보기", "24시간 정주행", "24시간 논스톱", "24시간 뉴스", "24시간 실시간", "24H LIVE", "24h live", "Rerun", "RERUN", "[재]"} {
		if strings.Contains(title, sign) {
			return true
		}
	}
	return false
}
