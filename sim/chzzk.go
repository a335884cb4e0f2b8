package sim

import (
	"cmp"
	"fmt"
	"net/http"
	"sort"
)

// Wire forms of Chzzk's web API, as recorded in September 2026.

type chzzkError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

type chzzkAnswer struct {
	Code    int     `json:"code"`
	Message *string `json:"message"`
	Content any     `json:"content"`
}

type chzzkCursor struct {
	ConcurrentUserCount int   `json:"concurrentUserCount"`
	LiveID              int64 `json:"liveId"`
}

type chzzkPage struct {
	Size int `json:"size"`
	Page struct {
		Next *chzzkCursor `json:"next"`
		Prev *chzzkCursor `json:"prev"`
	} `json:"page"`
	Data []chzzkRow `json:"data"`
}

// chzzkLive is what list rows and live-detail share.
type chzzkLive struct {
	LiveID                   int64    `json:"liveId"`
	LiveTitle                string   `json:"liveTitle"`
	LiveImageURL             *string  `json:"liveImageUrl"`
	DefaultThumbnailImageURL *string  `json:"defaultThumbnailImageUrl"`
	ConcurrentUserCount      int      `json:"concurrentUserCount"`
	CvExposure               bool     `json:"cvExposure"`
	AccumulateCount          int      `json:"accumulateCount"`
	OpenDate                 string   `json:"openDate"`
	Adult                    bool     `json:"adult"`
	Tags                     []string `json:"tags"`
	CategoryType             *string  `json:"categoryType"`
	LiveCategory             *string  `json:"liveCategory"`
	LiveCategoryValue        string   `json:"liveCategoryValue"`
	DropsCampaignNo          *string  `json:"dropsCampaignNo"`
	WatchPartyNo             *int     `json:"watchPartyNo"`
	WatchPartyTag            *string  `json:"watchPartyTag"`
	WatchPartyPaidProductID  *string  `json:"watchPartyPaidProductId"`
	WatchPartyType           *string  `json:"watchPartyType"`
	BlindType                *string  `json:"blindType"`
	TVAppViewingPolicyType   string   `json:"tvAppViewingPolicyType"`
	Party                    *string  `json:"party"`
}

type chzzkRow struct {
	chzzkLive
	PaidProductID *string         `json:"paidProductId"`
	Channel       chzzkRowChannel `json:"channel"`
}

type chzzkRowChannel struct {
	ChannelID               string   `json:"channelId"`
	ChannelName             string   `json:"channelName"`
	ChannelImageURL         *string  `json:"channelImageUrl"`
	VerifiedMark            bool     `json:"verifiedMark"`
	VerifiedMarkType        *string  `json:"verifiedMarkType"`
	OfficialChannel         bool     `json:"officialChannel"`
	ActivatedChannelBadgeID []string `json:"activatedChannelBadgeIds"`
	FirstBroadcastDate      string   `json:"firstBroadcastDate,omitempty"`
}

const chzzkType = "application/json"

func (s *Server) chzzkWrite(w http.ResponseWriter, content any) {
	w.Header().Set("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate")
	w.Header().Set("Access-Control-Allow-Origin", "https://chzzk.naver.com")
	write(w, http.StatusOK, chzzkType, chzzkAnswer{Code: 200, Content: content})
}

// chzzkAfter is the index of the first row behind a cursor. The cursor is a count and an id, not a place: rows whose count
// moved across it since the last page are seen twice or not at all.
func chzzkAfter(rows []shown, c chzzkCursor) int {
	return sort.Search(len(rows), func(i int) bool {
		return cmp.Or(cmp.Compare(c.ConcurrentUserCount, rows[i].viewers), cmp.Compare(c.LiveID, rows[i].number)) > 0
	})
}

// Sizes of a page; what is beyond the largest is cut to it.
const (
	chzzkUsualSize   = 20
	chzzkLargestSize = 50
)

func (s *Server) chzzkLives(w http.ResponseWriter, r *http.Request) {
	size, ok := intParam(r, "size", chzzkUsualSize, 1, 1<<30)
	count, okCount := intParam(r, "concurrentUserCount", -1, 0, 1<<40)
	id, okID := intParam(r, "liveId", 0, 0, 1<<40)
	if !ok || !okCount || !okID {
		write(w, http.StatusBadRequest, chzzkType, chzzkError{400, "잘못된 요청입니다."})
		return
	}
	size = min(size, chzzkLargestSize)
	step := chzzk.step(s.now())
	rows := s.world.list(chzzk, step)
	if count >= 0 {
		rows = rows[chzzkAfter(rows, chzzkCursor{count, int64(id)}):]
	}
	page := chzzkPage{Size: size, Data: []chzzkRow{}}
	korean := s.korean(r)
	for _, row := range rows[:min(size, len(rows))] {
		page.Data = append(page.Data, s.chzzkRow(row, step, r.Host, korean))
	}
	if len(rows) > size {
		last := rows[size-1]
		page.Page.Next = &chzzkCursor{last.viewers, last.number}
	}
	s.chzzkWrite(w, page)
}

func (s *Server) chzzkRow(b shown, step int64, host string, korean bool) chzzkRow {
	return chzzkRow{
		chzzkLive: s.chzzkLive(b, step, host, korean),
		Channel:   chzzkChannelOf(b.line, host),
	}
}

func chzzkChannelOf(l *line, host string) chzzkRowChannel {
	ch := chzzkRowChannel{
		ChannelID: l.channelID, ChannelName: l.name,
		VerifiedMark: l.creator.ln+l.ln > 6, OfficialChannel: l.official,
		ActivatedChannelBadgeID: []string{},
		FirstBroadcastDate:      kstTime(midnight(firstDay) - int64(l.key%300)*daySeconds),
	}
	switch l.key % 10 { // without a picture it is null or empty
	case 0:
	case 1:
		ch.ChannelImageURL = new(string)
	default:
		ch.ChannelImageURL = text(fmt.Sprintf("http://%s/img/chzzk/channel/%s.jpg", host, l.channelID))
	}
	return ch
}

// chzzkLive fills a row. A hidden count is in it all the same, because the cursor needs it: cvExposure says not to show it.
func (s *Server) chzzkLive(b shown, step int64, host string, korean bool) chzzkLive {
	seg := b.segmentAt(step)
	t := &s.world.words.topics[seg.topic]
	live := chzzkLive{
		LiveID: b.number, LiveTitle: seg.title, ConcurrentUserCount: b.viewers, CvExposure: !b.line.hidden,
		OpenDate: kstTime(b.start), Adult: b.line.adult, Tags: b.tags(t), TVAppViewingPolicyType: "ALLOWED",
	}
	if !b.unset() {
		live.CategoryType, live.LiveCategory, live.LiveCategoryValue = text(t.chzzkType), text(t.chzzkID), t.chzzkName
	}
	if b.line.abroad {
		no := int(b.key % 900)
		live.WatchPartyNo, live.WatchPartyTag, live.WatchPartyType = &no, text(t.short), text("NORMAL")
		live.TVAppViewingPolicyType = "DENIED"
	}
	if b.line.abroad && !korean {
		live.BlindType = text("ABROAD")
	} else if !b.line.adult {
		live.LiveImageURL = text(fmt.Sprintf("http://%s/img/chzzk/%d/image_{type}.jpg", host, b.number))
	}
	if b.key%3 == 0 {
		live.DefaultThumbnailImageURL = new(string)
	}
	return live
}

// tags are what the streamer typed: some, or none.
func (b *broadcast) tags(t *topic) []string {
	if b.key%4 == 0 {
		return []string{}
	}
	return []string{t.short, b.line.creator.name}[:1+b.key%2]
}

func text(s string) *string { return &s }
