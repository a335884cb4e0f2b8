package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
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
	CustomURL   string                    `json:"customUrl,omitempty"`
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
	parts, ids, handle := manyParam(r, "part"), manyParam(r, "id"), r.URL.Query().Get("forHandle")
	if len(parts) == 0 || (len(ids) == 0) == (handle == "") || len(ids) > idsMost {
		youtubeRefuse(w, badParameter("id", "invalidFilters"))
		return
	}
	if l := s.world.byHandle[strings.ToLower(strings.TrimPrefix(handle, "@"))]; l != nil {
		ids = []string{l.channelID}
	}
	list := youtubeList{Kind: "youtube#channelListResponse", PageInfo: youtubePageInfo{0, idsMost}}
	for i, id := range ids {
		lines := s.world.byID[youtube][id]
		if len(lines) == 0 || slices.Contains(ids[:i], id) {
			continue
		}
		raw, _ := json.Marshal(s.youtubeChannel(lines[0], parts, r.Host)) // own struct of strings always encodes
		list.Items = append(list.Items, raw)
	}
	list.PageInfo.TotalResults = len(list.Items)
	if len(list.Items) == 0 {
		write(w, http.StatusOK, youtubeType, youtubeNothing{list.Kind, s.etag(nil), list.PageInfo})
		return
	}
	s.youtubeAnswer(w, r, list)
}

// youtubeNothing is the list of channels when there is none: it has no items at all.
type youtubeNothing struct {
	Kind     string          `json:"kind"`
	ETag     string          `json:"etag"`
	PageInfo youtubePageInfo `json:"pageInfo"`
}

func (s *Server) youtubeChannel(l *line, parts []string, host string) youtubeChannel {
	c := youtubeChannel{Kind: "youtube#channel", ID: l.channelID, ETag: s.etag([]byte(l.channelID))}
	if slices.Contains(parts, "snippet") {
		picture := youtubePicture{fmt.Sprintf("http://%s/img/youtube/channel/%s.jpg", host, l.channelID), 240, 240}
		c.Snippet = &youtubeChannelSnippet{
			Title: l.name, Description: l.about(), CustomURL: "@" + l.login, PublishedAt: utcTime(midnight(firstDay) - int64(l.key%3000)*daySeconds),
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
