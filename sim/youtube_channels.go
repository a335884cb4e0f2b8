package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// channels.list.

type youtubeChannel struct {
	Kind           string                 `json:"kind"`
	ETag           string                 `json:"etag"`
	ID             string                 `json:"id"`
	Snippet        *youtubeChannelSnippet `json:"snippet,omitempty"`
	ContentDetails *youtubeChannelContent `json:"contentDetails,omitempty"`
	Statistics     *youtubeChannelNumbers `json:"statistics,omitempty"`
}

type youtubeChannelSnippet struct {
	Title       string                    `json:"title"`
	Description string                    `json:"description"`
	PublishedAt string                    `json:"publishedAt"`
	Thumbnails  map[string]youtubePicture `json:"thumbnails"`
	Country     string                    `json:"country,omitempty"`
}

type youtubeChannelContent struct {
	RelatedPlaylists struct {
		Uploads string `json:"uploads"`
	} `json:"relatedPlaylists"`
}

type youtubeChannelNumbers struct {
	SubscriberCount string `json:"subscriberCount"`
}

// idsMost is how many ids one call may ask for.
const idsMost = 50

func (s *Server) youtubeChannels(w http.ResponseWriter, r *http.Request) {
	if !s.youtubeClient(w, r, unitBucket) {
		return
	}
	parts, ids := manyParam(r, "part"), manyParam(r, "id")
	if len(parts) == 0 || len(ids) == 0 || len(ids) > idsMost {
		youtubeRefuse(w, badParameter("id", "invalidFilters"))
		return
	}
	list := youtubeList{Kind: "youtube#channelListResponse", PageInfo: youtubePageInfo{0, idsMost}}
	for _, id := range ids {
		lines := s.world.byID[youtube][id]
		if len(lines) == 0 {
			continue
		}
		raw, _ := json.Marshal(s.youtubeChannel(lines[0], parts, r.Host)) // own struct of strings always encodes
		list.Items = append(list.Items, raw)
	}
	list.PageInfo.TotalResults = len(list.Items)
	s.youtubeAnswer(w, r, list)
}

func (s *Server) youtubeChannel(l *line, parts []string, host string) youtubeChannel {
	c := youtubeChannel{Kind: "youtube#channel", ID: l.channelID, ETag: s.etag([]byte(l.channelID))}
	if slices.Contains(parts, "snippet") {
		picture := youtubePicture{fmt.Sprintf("http://%s/img/youtube/channel/%s.jpg", host, l.channelID), 240, 240}
		c.Snippet = &youtubeChannelSnippet{
			Title: l.name, Description: l.about(), PublishedAt: utcTime(midnight(firstDay) - int64(l.key%3000)*daySeconds),
			Thumbnails: map[string]youtubePicture{"medium": picture}, Country: l.country(),
		}
	}
	if slices.Contains(parts, "contentDetails") {
		c.ContentDetails = new(youtubeChannelContent)
		c.ContentDetails.RelatedPlaylists.Uploads = "UU" + l.channelID[2:]
	}
	if slices.Contains(parts, "statistics") {
		c.Statistics = &youtubeChannelNumbers{strconv.Itoa(l.followers())}
	}
	return c
}

// country is what two in three channels state.
func (l *line) country() string {
	if l.key%3 == 0 {
		return ""
	}
	switch l.creator.lang {
	case "ko":
		return "KR"
	case "ja":
		return "JP"
	case "vi":
		return "VN"
	}
	return "US"
}
