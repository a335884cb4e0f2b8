package sim

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Chzzk's Open API: the same rows behind an application's id and secret, flat, with an opaque cursor.

type chzzkOpenRow struct {
	LiveID                int64    `json:"liveId"`
	LiveTitle             string   `json:"liveTitle"`
	LiveThumbnailImageURL *string  `json:"liveThumbnailImageUrl"`
	ConcurrentUserCount   int      `json:"concurrentUserCount"`
	OpenDate              string   `json:"openDate"`
	Adult                 bool     `json:"adult"`
	Tags                  []string `json:"tags"`
	CategoryType          *string  `json:"categoryType"`
	LiveCategory          *string  `json:"liveCategory"`
	LiveCategoryValue     string   `json:"liveCategoryValue"`
	ChannelID             string   `json:"channelId"`
	ChannelName           string   `json:"channelName"`
	ChannelImageURL       *string  `json:"channelImageUrl"`
}

type chzzkOpenPage struct {
	Data []chzzkOpenRow `json:"data"`
	Page struct {
		Next *string `json:"next"`
	} `json:"page"`
}

type chzzkOpenChannel struct {
	ChannelID       string  `json:"channelId"`
	ChannelName     string  `json:"channelName"`
	ChannelImageURL *string `json:"channelImageUrl"`
	FollowerCount   int     `json:"followerCount"`
	VerifiedMark    bool    `json:"verifiedMark"`
}

// wrongSecret is refused wherever a secret is asked for; any other is right.
const wrongSecret = "wrong"

// chzzkClient checks the application's headers, and answers when they will not do.
func chzzkClient(w http.ResponseWriter, r *http.Request) bool {
	id, secret := r.Header.Get("Client-Id"), r.Header.Get("Client-Secret")
	switch {
	case id == "" || secret == "":
		write(w, http.StatusUnauthorized, chzzkType, chzzkError{401, "클라이언트 인증이 필요한 API 입니다."})
	case id == wrongSecret || secret == wrongSecret:
		write(w, http.StatusUnauthorized, chzzkType, chzzkError{401, "INVALID_CLIENT"})
	default:
		return true
	}
	return false
}

// chzzkOpenMost is the most rows and the most channel ids of one request.
const chzzkOpenMost = 20

func (s *Server) chzzkOpenLives(w http.ResponseWriter, r *http.Request) {
	if !chzzkClient(w, r) {
		return
	}
	size, ok := intParam(r, "size", chzzkOpenMost, 1, chzzkOpenMost)
	cursor, okCursor := readOpenCursor(r.URL.Query().Get("next"))
	if !ok || !okCursor {
		write(w, http.StatusBadRequest, chzzkType, chzzkError{400, "INVALID_PARAMETER"})
		return
	}
	step := chzzk.step(s.now())
	rows := s.world.list(chzzk, step)
	if cursor != nil {
		rows = rows[chzzkAfter(rows, *cursor):]
	}
	page := chzzkOpenPage{Data: []chzzkOpenRow{}}
	korean := s.korean(r)
	for _, b := range rows[:min(size, len(rows))] {
		live, ch := s.chzzkLive(b, step, r.Host, korean), chzzkChannelOf(b.line, r.Host)
		page.Data = append(page.Data, chzzkOpenRow{
			live.LiveID, live.LiveTitle, live.LiveImageURL, live.ConcurrentUserCount, live.OpenDate, live.Adult, live.Tags,
			live.CategoryType, live.LiveCategory, live.LiveCategoryValue, ch.ChannelID, ch.ChannelName, ch.ChannelImageURL,
		})
	}
	if len(rows) > size {
		last := rows[size-1]
		page.Page.Next = text(openCursor(chzzkCursor{last.viewers, last.number}))
	}
	write(w, http.StatusOK, chzzkType, chzzkAnswer{Code: 200, Content: page})
}

func openCursor(c chzzkCursor) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d/%d", c.ConcurrentUserCount, c.LiveID))
}

func readOpenCursor(text string) (*chzzkCursor, bool) {
	if text == "" {
		return nil, true
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	count, id, found := strings.Cut(string(raw), "/")
	c := chzzkCursor{}
	var errCount, errID error
	c.ConcurrentUserCount, errCount = strconv.Atoi(count)
	c.LiveID, errID = strconv.ParseInt(id, 10, 64)
	return &c, err == nil && found && errCount == nil && errID == nil
}

func (s *Server) chzzkOpenChannels(w http.ResponseWriter, r *http.Request) {
	if !chzzkClient(w, r) {
		return
	}
	ids := manyParam(r, "channelIds")
	if len(ids) == 0 || len(ids) > chzzkOpenMost {
		write(w, http.StatusBadRequest, chzzkType, chzzkError{400, "INVALID_PARAMETER"})
		return
	}
	data := []chzzkOpenChannel{}
	for _, id := range ids { // unknown ones are left out
		if lines := s.world.byID[chzzk][id]; len(lines) > 0 {
			ch := chzzkChannelOf(lines[0], r.Host)
			data = append(data, chzzkOpenChannel{ch.ChannelID, ch.ChannelName, ch.ChannelImageURL, lines[0].followers(), ch.VerifiedMark})
		}
	}
	write(w, http.StatusOK, chzzkType, chzzkAnswer{Code: 200, Content: struct {
		Data []chzzkOpenChannel `json:"data"`
	}{data}})
}
