package platform

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"onair/live"
)

// chzzkRow is a broadcast in either list, in live-status and in live-detail; each leaves some fields out. Only the
// Open API writes the channel flat, and the thumbnail under another name.
type chzzkRow struct {
	LiveID              word           `json:"liveId"`
	LiveTitle           word           `json:"liveTitle"`
	LiveImageURL        word           `json:"liveImageUrl"`
	LiveThumbnail       word           `json:"liveThumbnailImageUrl"`
	DefaultThumbnail    word           `json:"defaultThumbnailImageUrl"`
	ConcurrentUserCount number         `json:"concurrentUserCount"`
	CVExposure          maybe[yes]     `json:"cvExposure"` // false: the streamer hides the count
	OpenDate            word           `json:"openDate"`
	Adult               yes            `json:"adult"`
	Tags                words          `json:"tags"`
	Category            word           `json:"liveCategory"`
	CategoryName        word           `json:"liveCategoryValue"`
	Status              maybe[word]    `json:"status"` // OPEN or CLOSE; not in lists
	Channel             maybe[channel] `json:"channel"`
	channel
}

type channel struct {
	ChannelID   word `json:"channelId"`
	ChannelName word `json:"channelName"`
	Official    yes  `json:"officialChannel"`
}

// observation needs the ids and the count; the rest may be missing.
func (row *chzzkRow) observation() (live.Observation, error) {
	ch := row.channel
	if row.Channel.ok && row.Channel.v.ChannelID != "" {
		ch = row.Channel.v
	}
	if row.LiveID == "" {
		return live.Observation{}, format("no liveId")
	}
	if ch.ChannelID == "" {
		return live.Observation{}, format("no channelId")
	}
	o := live.Observation{
		ID: string(row.LiveID), Channel: string(ch.ChannelID), ChannelName: string(ch.ChannelName),
		Title: string(row.LiveTitle), Viewers: live.ViewersHidden,
		Category: live.Category{ID: string(row.Category), Name: string(row.CategoryName)},
		Tags:     row.Tags, StartedAt: parseTime(string(row.OpenDate)),
		Adult: bool(row.Adult), Official: bool(ch.Official),
		Thumbnail: row.thumbnail(), URL: "https://chzzk.naver.com/live/" + url.PathEscape(string(ch.ChannelID)),
	}
	if hidden := row.CVExposure.ok && !bool(row.CVExposure.v); !hidden {
		var err error
		if o.Viewers, err = row.ConcurrentUserCount.viewers(); err != nil {
			return live.Observation{}, err
		}
	}
	return o, nil
}

// thumbnail is "" for adult rows, and from abroad for rows that only Korea may see: the site sends null.
func (row *chzzkRow) thumbnail() string {
	for _, t := range []word{row.LiveImageURL, row.LiveThumbnail, row.DefaultThumbnail} {
		if t != "" {
			return strings.ReplaceAll(string(t), "{type}", chzzkThumb)
		}
	}
	return ""
}

// chzzkListPage is the envelope of both lists; Next differs.
type chzzkListPage[Next comparable] struct {
	Code    number `json:"code"`
	Content *struct {
		Data *[]maybe[chzzkRow] `json:"data"`
		Page maybe[struct {
			Next maybe[Next] `json:"next"`
		}] `json:"page"`
	} `json:"content"`
}

// chzzkList is a page of either list. Where it goes on is said by the page, not by its rows.
type chzzkList struct {
	rows   []live.Observation
	next   string
	census census
}

// parseChzzkList reads a page of the public list.
func parseChzzkList(body []byte) (chzzkList, error) {
	type cursor struct {
		Count  number `json:"concurrentUserCount"`
		LiveID word   `json:"liveId"`
	}
	return parseChzzkPage(body, false, func(c cursor) (string, error) {
		if !c.Count.ok || c.Count.n < 0 || !digits(string(c.LiveID)) {
			return "", format("page.next without concurrentUserCount and liveId")
		}
		return strconv.FormatInt(c.Count.n, 10) + ":" + string(c.LiveID), nil
	})
}

// parseChzzkOpenList reads a page of the official list.
func parseChzzkOpenList(body []byte) (chzzkList, error) {
	return parseChzzkPage(body, true, func(c word) (string, error) { return string(c), nil })
}

func parseChzzkPage[Next comparable](body []byte, absentIsEnd bool, cursor func(Next) (string, error)) (chzzkList, error) {
	var p chzzkListPage[Next]
	if err := decode(body, &p); err != nil {
		return chzzkList{}, err
	}
	if err := chzzkCode(p.Code); err != nil {
		return chzzkList{}, err
	}
	if p.Content == nil || p.Content.Data == nil {
		return chzzkList{}, format("no content.data")
	}
	data := *p.Content.Data
	l := chzzkList{rows: make([]live.Observation, 0, len(data)), census: census{rows: len(data)}}
	for i := range data {
		o, err := data[i].v.observation()
		if err != nil {
			l.census.unusable(i, err)
			continue
		}
		l.rows = append(l.rows, o)
	}
	if err := l.census.check(); err != nil {
		return chzzkList{}, err
	}
	if len(data) == 0 {
		return l, nil
	}
	page := p.Content.Page
	next := page.v.Next
	switch {
	case !page.here():
		// Without it the end of the list could not be told from a list that was cut.
		return chzzkList{}, format("no content.page")
	case next.ok:
		var err error
		l.next, err = cursor(next.v)
		return l, err
	case next.null || page.null || absentIsEnd && next == (maybe[Next]{}):
		return l, nil
	}
	return chzzkList{}, format("no page.next")
}

// chzzkCode checks the envelope's code, which repeats the HTTP status.
func chzzkCode(code number) error {
	if code.ok && code.n != http.StatusOK {
		return &live.FetchError{Class: live.ErrUnavailable, Text: "code " + strconv.FormatInt(code.n, 10)}
	}
	return nil
}
