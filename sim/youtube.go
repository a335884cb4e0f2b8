package sim

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// The YouTube Data API v3: search, videos, channels.

// youtubeFailure is an error as Google's APIs say it.
type youtubeFailure struct {
	status                  int
	message, domain, reason string
}

type youtubeError struct {
	Error struct {
		Code    int                `json:"code"`
		Message string             `json:"message"`
		Errors  []youtubeErrorItem `json:"errors"`
		Status  string             `json:"status,omitempty"`
	} `json:"error"`
}

type youtubeErrorItem struct {
	Message string `json:"message"`
	Domain  string `json:"domain"`
	Reason  string `json:"reason"`
}

const youtubeType = "application/json; charset=UTF-8"

func youtubeRefuse(w http.ResponseWriter, f youtubeFailure) {
	var e youtubeError
	e.Error.Code, e.Error.Message = f.status, f.message
	e.Error.Errors = []youtubeErrorItem{{f.message, f.domain, f.reason}}
	write(w, f.status, youtubeType, e)
}

func badParameter(name, reason string) youtubeFailure {
	return youtubeFailure{http.StatusBadRequest, "Request contains an invalid argument: " + name, "youtube.parameter", reason}
}

// Envelope of the lists. Items are encoded first: the ETag is made of them.
type youtubeList struct {
	Kind          string            `json:"kind"`
	ETag          string            `json:"etag"`
	NextPageToken string            `json:"nextPageToken,omitempty"`
	PrevPageToken string            `json:"prevPageToken,omitempty"`
	RegionCode    string            `json:"regionCode,omitempty"`
	Items         []json.RawMessage `json:"items"`
	PageInfo      youtubePageInfo   `json:"pageInfo"`
}

type youtubePageInfo struct {
	TotalResults   int `json:"totalResults"`
	ResultsPerPage int `json:"resultsPerPage"`
}

// etag of what is said, as YouTube writes one: 27 characters.
func (s *Server) etag(parts ...[]byte) string {
	h := hash(s.seed, tagVideo)
	for _, p := range parts {
		for _, c := range p {
			h = (h ^ uint64(c)) * 0x100000001b3
		}
		h = mix(h)
	}
	return base64ID(h, mix(h+1))
}

func (s *Server) youtubeAnswer(w http.ResponseWriter, r *http.Request, list youtubeList) {
	said := [][]byte{[]byte(list.Kind), []byte(list.NextPageToken)}
	for _, item := range list.Items {
		said = append(said, item)
	}
	list.ETag = s.etag(said...)
	if list.Items == nil {
		list.Items = []json.RawMessage{}
	}
	w.Header().Set("ETag", list.ETag)
	if asked := r.Header.Get("If-None-Match"); asked != "" && strings.Trim(asked, `"`) == list.ETag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	write(w, http.StatusOK, youtubeType, list)
}

type youtubePicture struct {
	URL    string `json:"url"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

func youtubePictures(host, video string, live bool) map[string]youtubePicture {
	suffix := ""
	if live {
		suffix = "_live"
	}
	at := func(name string, w, h int) youtubePicture {
		return youtubePicture{fmt.Sprintf("http://%s/img/youtube/%s/%s%s.jpg", host, video, name, suffix), w, h}
	}
	return map[string]youtubePicture{
		"default": at("default", 120, 90), "medium": at("mqdefault", 320, 180), "high": at("hqdefault", 480, 360),
		"standard": at("sddefault", 640, 480), "maxres": at("maxresdefault", 1280, 720),
	}
}

type youtubeSearchItem struct {
	Kind string `json:"kind"`
	ETag string `json:"etag"`
	ID   struct {
		Kind    string `json:"kind"`
		VideoID string `json:"videoId"`
	} `json:"id"`
	Snippet *youtubeSearchSnippet `json:"snippet,omitempty"`
}

type youtubeSearchSnippet struct {
	PublishedAt          string                    `json:"publishedAt"`
	ChannelID            string                    `json:"channelId"`
	Title                string                    `json:"title"` // HTML-escaped, unlike in videos.list
	Description          string                    `json:"description"`
	Thumbnails           map[string]youtubePicture `json:"thumbnails"`
	ChannelTitle         string                    `json:"channelTitle"`
	LiveBroadcastContent string                    `json:"liveBroadcastContent"`
	PublishTime          string                    `json:"publishTime"`
}

const (
	searchUsual = 5
	searchMost  = 50
	// searchDepth: results end here, whatever totalResults says.
	searchDepth = 500
)

func (s *Server) youtubeSearch(w http.ResponseWriter, r *http.Request) {
	if !s.youtubeClient(w, r, searchBucket) {
		return
	}
	q := r.URL.Query()
	event := q.Get("eventType")
	size, okSize := intParam(r, "maxResults", searchUsual, 0, searchMost)
	from, okToken := readPageToken(q.Get("pageToken"))
	switch {
	case len(manyParam(r, "part")) == 0:
		youtubeRefuse(w, youtubeFailure{400, "No filter selected. Expected one of: part", "youtube.parameter", "missingRequiredParameter"})
		return
	case !slices.Contains([]string{"", "live", "upcoming", "completed"}, event):
		youtubeRefuse(w, badParameter("eventType", "invalidParameter"))
		return
	case event != "" && q.Get("type") != "video":
		youtubeRefuse(w, badParameter("type", "incompatibleParameters"))
		return
	case !okSize:
		youtubeRefuse(w, badParameter("maxResults", "invalidParameter"))
		return
	case !okToken || from > searchDepth:
		youtubeRefuse(w, badParameter("pageToken", "invalidPageToken"))
		return
	}
	step := youtube.step(s.now())
	rows := s.youtubeFound(event, q.Get("channelId"), q.Get("q"), step)
	rows = rows[:min(len(rows), searchDepth)]
	list := youtubeList{Kind: "youtube#searchListResponse", RegionCode: q.Get("regionCode"), PageInfo: youtubePageInfo{1_000_000, size}}
	to := min(from+size, len(rows))
	for _, b := range rows[min(from, len(rows)):to] {
		list.Items = append(list.Items, s.searchItem(b, step, r.Host, event))
	}
	if to < len(rows) && size > 0 {
		list.NextPageToken = pageToken(to)
	}
	if from > 0 {
		list.PrevPageToken = pageToken(max(0, from-size))
	}
	s.youtubeAnswer(w, r, list)
}

// youtubeFound is what a search finds, most viewers first.
func (s *Server) youtubeFound(event, channel, words string, step int64) []*broadcast {
	var rows []*broadcast
	fits := func(b *broadcast) bool {
		return !b.line.unsearched && (channel == "" || b.line.channelID == channel) && (words == "" || strings.Contains(b.segmentAt(step).title, words))
	}
	if event == "live" || event == "" {
		for _, b := range s.world.list(youtube, step) {
			if fits(b.broadcast) {
				rows = append(rows, b.broadcast)
			}
		}
		return rows
	}
	// What is to come, or over: the hours on either side.
	hour := hourOf(step)
	for h := hour - 12; h <= hour+upcomingHours; h++ {
		for _, b := range s.world.births(h)[youtube] {
			if (event == "upcoming" && b.scheduledAt(step) || event == "completed" && b.end <= step && !b.deleted()) && fits(b) {
				rows = append(rows, b)
			}
		}
	}
	return rows
}

func (s *Server) searchItem(b *broadcast, step int64, host, event string) json.RawMessage {
	seg := b.segmentAt(step)
	state := map[string]string{"": "live", "live": "live", "upcoming": "upcoming", "completed": "none"}[event]
	item := youtubeSearchItem{Kind: "youtube#searchResult", Snippet: &youtubeSearchSnippet{
		PublishedAt: utcTime(b.start), PublishTime: utcTime(b.start), ChannelID: b.line.channelID, Title: html.EscapeString(seg.title),
		Description: b.line.about(), Thumbnails: youtubePictures(host, b.id, state == "live"), ChannelTitle: html.EscapeString(b.line.name),
		LiveBroadcastContent: state,
	}}
	item.ID.Kind, item.ID.VideoID = "youtube#video", b.id
	item.ETag = s.etag([]byte(b.id), []byte(seg.title), []byte(state))
	raw, _ := json.Marshal(item) // own struct of strings always encodes
	return raw
}

func pageToken(offset int) string {
	return "C" + base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(offset)))
}

func readPageToken(token string) (int, bool) {
	if token == "" {
		return 0, true
	}
	text, ok := strings.CutPrefix(token, "C")
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if !ok || err != nil {
		return 0, false
	}
	n, err := strconv.Atoi(string(raw))
	return n, err == nil && n >= 0
}
