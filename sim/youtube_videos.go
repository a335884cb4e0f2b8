package sim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
)

// videos.list: what is on air, to come, over, uploaded. A deleted or unknown id is simply not there.

const (
	// upcomingHours: a broadcast is announced so long before it starts, by those who announce.
	upcomingHours = 12
	// videoDays is how long a finished broadcast can be watched again.
	videoDays = 30
)

// scheduledAt tells whether an announced broadcast has not begun.
func (b *broadcast) scheduledAt(unix int64) bool {
	return unix < b.start && unix >= b.start-upcomingHours*3600 && b.line.key%2 == 0
}

// deleted: one in eight removes the video when it is over.
func (b *broadcast) deleted() bool { return hash(b.key, tagVideo)%8 == 0 }

type youtubeVideo struct {
	Kind                 string           `json:"kind"`
	ETag                 string           `json:"etag"`
	ID                   string           `json:"id"`
	Snippet              *videoSnippet    `json:"snippet,omitempty"`
	ContentDetails       *videoContent    `json:"contentDetails,omitempty"`
	Status               *videoStatus     `json:"status,omitempty"`
	Statistics           *videoStatistics `json:"statistics,omitempty"`
	LiveStreamingDetails *videoLiveState  `json:"liveStreamingDetails,omitempty"`
}

type videoSnippet struct {
	PublishedAt          string                    `json:"publishedAt"`
	ChannelID            string                    `json:"channelId"`
	Title                string                    `json:"title"`
	Description          string                    `json:"description"`
	Thumbnails           map[string]youtubePicture `json:"thumbnails"`
	ChannelTitle         string                    `json:"channelTitle"`
	Tags                 []string                  `json:"tags,omitempty"`
	CategoryID           string                    `json:"categoryId"`
	LiveBroadcastContent string                    `json:"liveBroadcastContent"`
	DefaultLanguage      string                    `json:"defaultLanguage,omitempty"`
	DefaultAudioLanguage string                    `json:"defaultAudioLanguage,omitempty"`
}

type videoContent struct {
	Duration      string      `json:"duration"`
	Definition    string      `json:"definition"`
	ContentRating videoRating `json:"contentRating"`
}

type videoRating struct {
	YTRating string `json:"ytRating,omitempty"`
}

type videoStatus struct {
	UploadStatus  string `json:"uploadStatus"`
	PrivacyStatus string `json:"privacyStatus"`
	Embeddable    bool   `json:"embeddable"`
	MadeForKids   bool   `json:"madeForKids"`
}

type videoStatistics struct {
	ViewCount string `json:"viewCount"`
	LikeCount string `json:"likeCount"`
}

type videoLiveState struct {
	ActualStartTime    string `json:"actualStartTime,omitempty"`
	ActualEndTime      string `json:"actualEndTime,omitempty"`
	ScheduledStartTime string `json:"scheduledStartTime,omitempty"`
	ConcurrentViewers  string `json:"concurrentViewers,omitempty"` // missing when hidden
	ActiveLiveChatID   string `json:"activeLiveChatId,omitempty"`
}

func (s *Server) youtubeVideos(w http.ResponseWriter, r *http.Request) {
	if !s.youtubeClient(w, r, unitBucket) {
		return
	}
	parts, ids := manyParam(r, "part"), manyParam(r, "id")
	if len(parts) == 0 {
		youtubeRefuse(w, youtubeFailure{400, "No filter selected. Expected one of: part", "youtube.parameter", "missingRequiredParameter"})
		return
	}
	if len(ids) == 0 || len(ids) > idsMost {
		youtubeRefuse(w, badParameter("id", "invalidFilters"))
		return
	}
	step := youtube.step(s.now())
	list := youtubeList{Kind: "youtube#videoListResponse", PageInfo: youtubePageInfo{0, idsMost}}
	seen := map[string]bool{}
	for _, id := range ids {
		v := s.video(id, step, r.Host)
		if v == nil || seen[id] {
			continue
		}
		seen[id] = true
		v.keep(parts)
		v.ETag = s.etag([]byte(id), encode(v))
		list.Items = append(list.Items, encode(v))
	}
	list.PageInfo.TotalResults = len(list.Items)
	s.youtubeAnswer(w, r, list)
}

func encode(v *youtubeVideo) json.RawMessage {
	raw, _ := json.Marshal(v) // own struct of strings always encodes
	return raw
}

// keep leaves only the parts that were asked for.
func (v *youtubeVideo) keep(parts []string) {
	if !slices.Contains(parts, "snippet") {
		v.Snippet = nil
	}
	if !slices.Contains(parts, "contentDetails") {
		v.ContentDetails = nil
	}
	if !slices.Contains(parts, "status") {
		v.Status = nil
	}
	if !slices.Contains(parts, "statistics") {
		v.Statistics = nil
	}
	if !slices.Contains(parts, "liveStreamingDetails") {
		v.LiveStreamingDetails = nil
	}
}

// video is all that is known of an id at a step; nil when there is no such video (any more).
func (s *Server) video(id string, step int64, host string) *youtubeVideo {
	kind, day, no, ok := readVideoID(s.world.seed, id)
	if !ok || no >= len(s.world.lines[youtube]) {
		return nil
	}
	l := s.world.lines[youtube][no]
	if kind != videoLive {
		return s.upload(id, kind, l, day, step, host)
	}
	b := s.world.broadcast(l, day)
	if b == nil || b.start > step && !b.scheduledAt(step) || b.end <= step && (b.deleted() || step-b.end > videoDays*daySeconds) {
		return nil
	}
	seg := b.segmentAt(step)
	t := &s.world.words.topics[seg.topic]
	v := s.plainVideo(id, l, seg.title, t, max(b.start-3600, 0), host)
	v.Snippet.Tags = b.tags(t)
	v.LiveStreamingDetails = &videoLiveState{}
	if l.key%2 == 0 {
		v.LiveStreamingDetails.ScheduledStartTime = utcTime(b.start - b.start%60)
	}
	switch {
	case b.start > step:
		v.Snippet.LiveBroadcastContent = "upcoming"
	case b.liveAt(step):
		v.Snippet.LiveBroadcastContent = "live"
		v.Snippet.Thumbnails = youtubePictures(host, id, true)
		v.LiveStreamingDetails.ActualStartTime = utcTime(b.start)
		v.LiveStreamingDetails.ActiveLiveChatID = base64ID(b.key, l.key)
		if !l.hidden {
			v.LiveStreamingDetails.ConcurrentViewers = strconv.Itoa(s.world.countAt(b, step))
		}
	default:
		v.LiveStreamingDetails.ActualStartTime = utcTime(b.start)
		v.LiveStreamingDetails.ActualEndTime = utcTime(b.end)
	}
	return v
}

func (s *Server) plainVideo(id string, l *line, title string, t *topic, published int64, host string) *youtubeVideo {
	v := &youtubeVideo{
		Kind: "youtube#video", ID: id,
		Snippet: &videoSnippet{
			PublishedAt: utcTime(published), ChannelID: l.channelID, Title: title, Description: l.about(),
			Thumbnails: youtubePictures(host, id, false), ChannelTitle: l.name, CategoryID: t.youtubeID, LiveBroadcastContent: "none",
		},
		ContentDetails: &videoContent{Duration: "P0D", Definition: "hd"},
		Status:         &videoStatus{"uploaded", "public", l.key%11 != 0, false},
		Statistics:     &videoStatistics{strconv.Itoa(l.followers() / 3), strconv.Itoa(l.followers() / 90)},
	}
	if l.key%5 < 2 { // the rest leave it open
		v.Snippet.DefaultLanguage, v.Snippet.DefaultAudioLanguage = l.creator.lang, l.creator.lang
	}
	if l.adult {
		v.ContentDetails.ContentRating.YTRating = "ytAgeRestricted"
	}
	return v
}
