package tray

import (
	"fmt"

	"onair/api/client"
)

// Words are the tray's texts in one language. Verbs (%s, %d) stand in the same order in all.
type Words struct {
	Lang   string // ko, en
	number func(int64) string

	Hidden, JustNow, SecondsAgo, MinutesAgo, HoursAgo, DaysAgo string

	Connecting, OfflineNoList, OfflineList, Stale, Summary, TopIs, PausedUntil, SettingsBad string

	Favourites, MoreFavourites, Top, More, Web, Ended, Nothing, PlatformCount, PlatformSilent string

	Alerts, AlertLive, AlertHot, AlertOver, AlertOverN, AlertOverOff, AlertCategory, PauseHour, PauseTomorrow, Resume, Recent string

	Importance, LevelFavourite, LevelNormal, LevelSilent, LevelIgnore string

	Settings, Language, LanguageAuto, Prefer, PreferNone, Thumbnails, Autostart, OpenSettings, Quit string

	NoticeLive, NoticeHot, NoticeOver, NoticeCategory, NoticeMany, NoticeAndMore, ButtonOpen, ButtonPause, ButtonSilence, NoHost, Already string
}

// WordsFor gives the texts of a language: Korean for "ko", else English.
func WordsFor(lang string) *Words {
	if lang == "ko" {
		return korean
	}
	return english
}

var korean = &Words{
	Lang: "ko", number: countKo,
	Hidden: "비공개", JustNow: "방금", SecondsAgo: "%d초 전", MinutesAgo: "%d분 전", HoursAgo: "%d시간 전", DaysAgo: "%d일 전",

	Connecting: "연결하는 중…", OfflineNoList: "서버에 연결할 수 없음 · 저장된 목록 없음",
	OfflineList: "연결 끊김 · %s 목록", Stale: "갱신이 늦음 · %s 자료", Summary: "방송 %s개 · %s명 · %s", TopIs: "1위 %s",
	PausedUntil: "알림 꺼짐 (%s까지)", SettingsBad: "설정 파일 오류: %s",

	Favourites: "★ 즐겨찾기", MoreFavourites: "즐겨찾기 %d개 더", Top: "인기 방송", More: "더 보기", Web: "웹에서 전체 보기", Ended: "종료",
	Nothing: "없음", PlatformCount: "%s · %s개", PlatformSilent: "%s · 자료 없음",

	Alerts: "알림", AlertLive: "즐겨찾기 방송 시작", AlertHot: "급상승 방송", AlertOver: "시청자 수", AlertOverN: "%s명 이상", AlertOverOff: "끄기",
	AlertCategory: "카테고리", PauseHour: "1시간 동안 끄기", PauseTomorrow: "내일까지 끄기", Resume: "다시 켜기", Recent: "최근 알림",

	Importance: "중요도", LevelFavourite: "즐겨찾기 — 맨 위, 방송 시작 알림", LevelNormal: "보통 — 조건에 맞을 때 알림", LevelSilent: "조용히 — 알림 없음",
	LevelIgnore: "숨기기 — 목록에서 뺌",

	Settings: "설정", Language: "언어", LanguageAuto: "시스템 언어", Prefer: "동시 송출은 여기서 열기", PreferNone: "시청자가 많은 곳", Thumbnails: "방송 화면 보기", Autostart: "로그인할 때 시작",
	OpenSettings: "설정 파일 열기", Quit: "끝내기",

	NoticeLive: "%s 방송 시작", NoticeHot: "%s 급상승", NoticeOver: "%s %s명 돌파", NoticeCategory: "%s · %s", NoticeMany: "방송 알림 %d개", NoticeAndMore: "외 %d개",
	ButtonOpen: "열기", ButtonPause: "1시간 끄기", ButtonSilence: "이 방송인 끄기",
	NoHost:  "이 데스크톱에는 트레이가 없습니다. 트레이가 생기면 아이콘이 나타나고, 그때까지 알림만 보냅니다.",
	Already: "onair는 이미 실행 중입니다. 트레이의 아이콘을 누르세요.",
}

var english = &Words{
	Lang: "en", number: countEn,
	Hidden: "hidden", JustNow: "just now", SecondsAgo: "%d s ago", MinutesAgo: "%d min ago", HoursAgo: "%d h ago", DaysAgo: "%d days ago",

	Connecting: "Connecting…", OfflineNoList: "No connection to the server · no list kept",
	OfflineList: "Offline · list from %s", Stale: "Late · data from %s", Summary: "%s streams · %s viewers · %s", TopIs: "Top: %s",
	PausedUntil: "Alerts off (until %s)", SettingsBad: "Settings file: %s",

	Favourites: "★ Favourites", MoreFavourites: "%d more favourites", Top: "Top streams", More: "More", Web: "All of it on the web", Ended: "ended",
	Nothing: "none", PlatformCount: "%s · %s", PlatformSilent: "%s · no data",

	Alerts: "Alerts", AlertLive: "A favourite goes live", AlertHot: "A stream runs hot", AlertOver: "Viewers", AlertOverN: "%s or more", AlertOverOff: "Off",
	AlertCategory: "Category", PauseHour: "Off for 1 hour", PauseTomorrow: "Off until tomorrow", Resume: "On again", Recent: "Recent alerts",

	Importance: "Importance", LevelFavourite: "Favourite — on top, alert when live", LevelNormal: "Normal — alert by rules", LevelSilent: "Silent — no alerts",
	LevelIgnore: "Ignore — not in the list",

	Settings: "Settings", Language: "Language", LanguageAuto: "The system's", Prefer: "Open simulcasts on", PreferNone: "Where most people watch", Thumbnails: "Pictures of streams", Autostart: "Start at login",
	OpenSettings: "Open the settings file", Quit: "Quit",

	NoticeLive: "%s is live", NoticeHot: "%s runs hot", NoticeOver: "%s has over %s viewers", NoticeCategory: "%s · %s", NoticeMany: "%d alerts", NoticeAndMore: "and %d more",
	ButtonOpen: "Open", ButtonPause: "Off for 1 hour", ButtonSilence: "Mute this creator",
	NoHost:  "This desktop has no tray. The icon appears when there is one; until then only alerts are shown.",
	Already: "onair is running already. Click its icon in the tray.",
}

func (w *Words) category(c Category) string {
	if w.Lang == "ko" && c.NameKo != "" {
		return c.NameKo
	}
	return c.Name
}

// platform is a platform's name, its id when the server gave none.
func (w *Words) platform(p *client.Platform) string {
	switch {
	case w.Lang == "ko" && p.NameKo != "":
		return p.NameKo
	case p.Name != "":
		return p.Name
	}
	return string(p.ID)
}

func (w *Words) level(l Level) string {
	switch l {
	case Favourite:
		return w.LevelFavourite
	case Silent:
		return w.LevelSilent
	case Ignore:
		return w.LevelIgnore
	}
	return w.LevelNormal
}

// summary is how much is live, and how old that is.
func (w *Words) summary(total int, viewers int64, age string) string {
	return fmt.Sprintf(w.Summary, grouped(int64(total)), w.number(viewers), age)
}
