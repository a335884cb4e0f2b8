package sim

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// What Chzzk says about one channel: live-status, live-detail, the channel. Of the recorded keys the ones about chat and
// advertising are left out.

// chzzkPolling is what is in livePollingStatusJson, also long after the end: only status and closeDate tell.
const chzzkPolling = `{"status": "STARTED", "isPublishing": true, "playableStatus": "PLAYABLE", "trafficThrottling": -1, "callPeriodMilliSecond": 10000}`

type chzzkStatus struct {
	LiveTitle             string   `json:"liveTitle"`
	Status                string   `json:"status"`
	ConcurrentUserCount   int      `json:"concurrentUserCount"`
	CvExposure            bool     `json:"cvExposure"`
	AccumulateCount       int      `json:"accumulateCount"`
	PaidPromotion         bool     `json:"paidPromotion"`
	Adult                 bool     `json:"adult"`
	KrOnlyViewing         bool     `json:"krOnlyViewing"`
	OpenDate              string   `json:"openDate"`
	CloseDate             *string  `json:"closeDate"`
	ChatChannelID         *string  `json:"chatChannelId"`
	Tags                  []string `json:"tags"`
	CategoryType          *string  `json:"categoryType"`
	LiveCategory          *string  `json:"liveCategory"`
	LiveCategoryValue     string   `json:"liveCategoryValue"`
	LivePollingStatusJSON string   `json:"livePollingStatusJson"`
	FaultStatus           *string  `json:"faultStatus"`
	UserAdultStatus       string   `json:"userAdultStatus"`
	AbroadCountry         bool     `json:"abroadCountry"`
	BlindType             *string  `json:"blindType"`
	ChatActive            bool     `json:"chatActive"`
	ChannelID             string   `json:"channelId"`
}

// chzzkCurrent finds a channel's newest broadcast and what it says; ok is false when the response is already written.
func (s *Server) chzzkCurrent(w http.ResponseWriter, r *http.Request) (b shown, step int64, ok bool) {
	lines := s.world.byID[chzzk][r.PathValue("id")]
	if len(lines) == 0 {
		write(w, http.StatusNotFound, chzzkType, chzzkError{404, "채널이 존재하지 않습니다."})
		return shown{}, 0, false
	}
	step = chzzk.step(s.now())
	last := s.world.lastOf(lines, step)
	if last == nil {
		s.chzzkWrite(w, nil)
		return shown{}, 0, false
	}
	if last.liveAt(step) {
		return shown{last, s.world.countAt(last, step)}, step, true
	}
	return shown{last, 0}, step, true
}

func (s *Server) chzzkStatus(w http.ResponseWriter, r *http.Request) {
	b, step, ok := s.chzzkCurrent(w, r)
	if !ok {
		return
	}
	live := s.chzzkLive(b, min(step, b.end-1), r.Host, s.korean(r))
	st := chzzkStatus{
		LiveTitle: live.LiveTitle, Status: "OPEN", ConcurrentUserCount: b.viewers, CvExposure: live.CvExposure, Adult: live.Adult,
		KrOnlyViewing: b.line.abroad, OpenDate: live.OpenDate, Tags: live.Tags, CategoryType: live.CategoryType,
		LiveCategory: live.LiveCategory, LiveCategoryValue: live.LiveCategoryValue, LivePollingStatusJSON: chzzkPolling,
		UserAdultStatus: "NOT_LOGIN_USER", AbroadCountry: !s.korean(r), BlindType: live.BlindType, ChatActive: true,
		ChannelID: b.line.channelID,
	}
	if b.liveAt(step) {
		st.ChatChannelID = text("N2" + strconv.FormatUint(b.key%1_000_000, 36))
	} else {
		st.Status, st.CloseDate = "CLOSE", text(kstTime(b.end))
		st.ConcurrentUserCount, st.AccumulateCount = b.lastCount(), b.audience()
	}
	s.chzzkWrite(w, st)
}

// lastCount is the stale number that a closed broadcast still carries.
func (b *broadcast) lastCount() int { return b.count(float64(b.end-1), nil) }

// audience is how many had watched in all.
func (b *broadcast) audience() int { return int(exp(b.ln)*4) + 1 }

type chzzkDetail struct {
	chzzkLive
	Status                string          `json:"status"`
	CloseDate             *string         `json:"closeDate"`
	KrOnlyViewing         bool            `json:"krOnlyViewing"`
	ChatChannelID         *string         `json:"chatChannelId"`
	LivePlaybackJSON      *string         `json:"livePlaybackJson"`
	LivePollingStatusJSON string          `json:"livePollingStatusJson"`
	UserAdultStatus       *string         `json:"userAdultStatus"`
	Channel               chzzkRowChannel `json:"channel"`
}

func (s *Server) chzzkDetail(w http.ResponseWriter, r *http.Request) {
	b, step, ok := s.chzzkCurrent(w, r)
	if !ok {
		return
	}
	korean := s.korean(r)
	if v := r.PathValue("version"); b.line.abroad && !korean && (v == "v1" || v == "v2") {
		write(w, http.StatusInternalServerError, chzzkType, chzzkError{9004, "시청할 수 없는 지역입니다."})
		return
	}
	d := chzzkDetail{
		chzzkLive: s.chzzkLive(b, min(step, b.end-1), r.Host, korean), Status: "OPEN", KrOnlyViewing: b.line.abroad,
		LivePollingStatusJSON: chzzkPolling, Channel: chzzkChannelOf(b.line, r.Host),
	}
	d.Channel.FirstBroadcastDate = "" // only list rows have it
	if b.line.adult {
		d.UserAdultStatus = text("NOT_LOGIN_USER")
	}
	if !b.liveAt(step) {
		d.Status, d.CloseDate = "CLOSE", text(kstTime(b.end))
		d.ConcurrentUserCount, d.AccumulateCount = b.lastCount(), b.audience()
	} else if d.LiveImageURL != nil {
		d.LivePlaybackJSON = text(chzzkPlayback(b.number, *d.LiveImageURL))
	}
	s.chzzkWrite(w, d)
}

// chzzkPlayback is JSON in a string, cut to what tells about pictures.
func chzzkPlayback(id int64, template string) string {
	type thumbnail struct {
		SnapshotThumbnailTemplate string   `json:"snapshotThumbnailTemplate"`
		Types                     []string `json:"types"`
	}
	body, _ := json.Marshal(struct { // strings and slices of strings always encode
		Meta      map[string]string `json:"meta"`
		Live      map[string]string `json:"live"`
		Thumbnail thumbnail         `json:"thumbnail"`
	}{
		map[string]string{"liveId": strconv.FormatInt(id, 10)}, map[string]string{"status": "STARTED"},
		thumbnail{template, []string{"1080", "720", "480", "360", "270", "144"}},
	})
	return string(body)
}

type chzzkChannel struct {
	ChannelID           *string `json:"channelId"`
	ChannelName         string  `json:"channelName"`
	ChannelImageURL     *string `json:"channelImageUrl"`
	VerifiedMark        bool    `json:"verifiedMark"`
	ChannelType         string  `json:"channelType,omitempty"`
	ChannelDescription  string  `json:"channelDescription"`
	FollowerCount       int     `json:"followerCount"`
	OpenLive            bool    `json:"openLive"`
	ActivatedChannelIDs []int   `json:"activatedChannelBadgeIds"`
}

func (s *Server) chzzkChannel(w http.ResponseWriter, r *http.Request) {
	lines := s.world.byID[chzzk][r.PathValue("id")]
	if len(lines) == 0 {
		s.chzzkWrite(w, chzzkChannel{ChannelName: "(알 수 없음)", ActivatedChannelIDs: []int{}})
		return
	}
	l := lines[0]
	ch := chzzkChannelOf(l, r.Host)
	step := chzzk.step(s.now())
	last := s.world.lastOf(lines, step)
	s.chzzkWrite(w, chzzkChannel{
		ChannelID: &l.channelID, ChannelName: l.name, ChannelImageURL: ch.ChannelImageURL, VerifiedMark: ch.VerifiedMark,
		ChannelType: "STREAMING", ChannelDescription: l.about(), FollowerCount: l.followers(),
		OpenLive: last != nil && last.liveAt(step), ActivatedChannelIDs: []int{},
	})
}
