package sim

import (
	"fmt"
	"html"
	"net/http"
	"strconv"
)

// What SOOP says about one user: the player's API and the station.

// Results of the player's API. -6, -8 and -14 say that the room is live but not for everybody; 0 is offline or unknown.
const (
	soopOffline       = 0
	soopLive          = 1
	soopAdult         = -6
	soopAdultPassword = -8
	soopSubscribers   = -14
)

// maxForm: the player's form is a dozen short fields.
const maxForm = 64 << 10

func (s *Server) soopPlayer(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	user := r.FormValue("bid")
	if user == "" {
		user = r.FormValue("bjid")
	}
	now := s.now()
	step := soop.step(now)
	channel := map[string]any{"geo_cc": "US", "geo_rc": "01", "acpt_lang": "", "svc_lang": "ko_KR", "ISSP": 0, "GDPR": false}
	b := s.world.lastOf(s.world.byID[soop][user], step)
	result := soopResult(b, step)
	switch result {
	case soopOffline:
	case soopSubscribers, soopAdultPassword:
		channel["P_MIN_TIER"], channel["TIER_TYPE"], channel["IS_EARN_LIMIT"] = b.subscription, 0, 0
	default:
		seg := b.segmentAt(step)
		t := &s.world.words.topics[seg.topic]
		channel["TITLE"], channel["CATE"], channel["BTIME"] = html.EscapeString(seg.title), t.soopNo, now.Unix()-b.start
		channel["RESOLUTION"], channel["BPS"] = "1920x1080", "8000"
		if result == soopLive {
			s.soopOpenRoom(channel, b, t, step)
		}
	}
	channel["RESULT"] = result
	if b != nil && b.line.key%5 == 0 { // by the release of the server it is a string
		channel["RESULT"] = strconv.Itoa(result)
	}
	writePHP(w, http.StatusOK, soopType, map[string]any{"CHANNEL": channel})
}

func soopResult(b *broadcast, step int64) int {
	switch {
	case b == nil || !b.liveAt(step):
		return soopOffline
	case b.subscription != "0":
		return soopSubscribers
	case b.line.adult && b.password:
		return soopAdultPassword
	case b.line.adult:
		return soopAdult
	}
	return soopLive
}

// soopOpenRoom adds what only a room for everybody tells.
func (s *Server) soopOpenRoom(channel map[string]any, b *broadcast, t *topic, step int64) {
	channel["VIEWPRESET"] = []map[string]any{
		{"label": "360p", "label_resolution": "360", "name": "sd", "bps": 500, "vcodec": "h264"},
		{"label": "1080p", "label_resolution": "1080", "name": "original", "bps": 8000, "vcodec": "h264"},
	}
	channel["PBNO"], channel["BNO"], channel["BJID"], channel["BJNICK"] = s.parent(b, step), b.id, b.line.channelID, b.line.name
	channel["GRADE"], channel["BPWD"], channel["BSTATUS"] = b.grade(), yesNo(b.password), "BROADING"
	channel["STRM_LANG_TYPE"], channel["LANG_TAGS"] = soopLang(b.line.label), []string{soopLangName(b.line.label)}
	channel["CATEGORY_TAGS"], channel["HASH_TAGS"], channel["P_MIN_TIER"] = []string{t.soopName}, b.tags(t), b.subscription
}

type soopStationAnswer struct {
	ProfileImage     string      `json:"profile_image"`
	Station          soopStation `json:"station"`
	Broad            *soopBroad  `json:"broad"` // null when offline
	IsBestBJ         bool        `json:"is_best_bj"`
	Country          string      `json:"country"`
	CurrentTimestamp string      `json:"current_timestamp"`
}

type soopStation struct {
	Upd struct {
		FanCnt int `json:"fan_cnt"`
	} `json:"upd"`
	BroadStart   string `json:"broad_start"`
	StationName  string `json:"station_name"`
	StationNo    int64  `json:"station_no"`
	StationTitle string `json:"station_title"`
	UserID       string `json:"user_id"`
	UserNick     string `json:"user_nick"`
}

type soopBroad struct {
	UserID           string `json:"user_id"`
	BroadNo          int64  `json:"broad_no"`
	BroadCateNo      int    `json:"broad_cate_no"` // no leading zeros here
	BroadTitle       string `json:"broad_title"`
	CurrentSumViewer int    `json:"current_sum_viewer"`
	BroadGrade       int    `json:"broad_grade"`
	SubscriptionOnly int    `json:"subscription_only"`
	IsPassword       bool   `json:"is_password"`
}

// soopUnknownStatus is outside of what HTTP knows, and what SOOP answers for a user that is not there.
const soopUnknownStatus = 515

func (s *Server) soopStation(w http.ResponseWriter, r *http.Request) {
	lines := s.world.byID[soop][r.PathValue("id")]
	if len(lines) == 0 {
		writePHP(w, soopUnknownStatus, jsonType, map[string]any{"code": 9000, "message": "존재하지 않는 방송국입니다."})
		return
	}
	l, now := lines[0], s.now()
	step := soop.step(now)
	a := soopStationAnswer{
		ProfileImage: fmt.Sprintf("//%s/img/soop/channel/%s.jpg", r.Host, l.channelID),
		Station: soopStation{
			StationName: l.name + " 방송국", StationNo: 11_000_000 + int64(l.no), StationTitle: l.about(),
			UserID: l.channelID, UserNick: l.name,
		},
		IsBestBJ: l.creator.ln > 6, Country: "KR", CurrentTimestamp: kstTime(now.Unix()),
	}
	a.Station.Upd.FanCnt = l.followers()
	b := s.world.lastOf(lines, step)
	if b != nil {
		a.Station.BroadStart = kstTime(b.start)
	}
	if b != nil && b.liveAt(step) {
		seg := b.segmentAt(step)
		category, _ := strconv.Atoi(s.world.words.topics[seg.topic].soopNo) // eight digits by the table
		grade, _ := strconv.Atoi(b.grade())
		tier, _ := strconv.Atoi(b.subscription)
		a.Broad = &soopBroad{
			l.channelID, b.number, category, html.EscapeString(seg.title), s.world.countAt(b, step), grade, tier, b.password,
		}
	}
	writePHP(w, http.StatusOK, jsonType, a)
}
