package platform

import (
	"net/url"

	"onair/live"
)

// parseYouTubeSearch reads an answer of search.list: ids of videos, and the token of the next page.
func parseYouTubeSearch(body []byte) (found []live.Found, next string, err error) {
	var p struct {
		Next  word `json:"nextPageToken"`
		Items *[]struct {
			ID maybe[struct {
				Kind    word `json:"kind"`
				VideoID word `json:"videoId"`
			}] `json:"id"`
			Snippet maybe[struct {
				ChannelID word `json:"channelId"`
			}] `json:"snippet"`
		} `json:"items"`
	}
	if err := decode(body, &p); err != nil {
		return nil, "", err
	}
	if p.Items == nil {
		return nil, "", format("no items")
	}
	for i, item := range *p.Items {
		id := item.ID.v
		switch {
		case id.VideoID != "":
			found = append(found, live.Found{ID: string(id.VideoID), Channel: string(item.Snippet.v.ChannelID)})
		case id.Kind != "" && id.Kind != "youtube#video": // a channel or playlist
		default:
			return nil, "", row(i, format("no id.videoId"))
		}
	}
	if len(*p.Items) == 0 {
		return found, "", nil
	}
	return found, string(p.Next), nil
}

// youtubeVideo is what videos.list says about one video. o stands only beside AnswerLive.
type youtubeVideo struct {
	answer live.Answer
	o      live.Observation
}

type youtubeDetails struct {
	ActualStart    word   `json:"actualStartTime"`
	ActualEnd      word   `json:"actualEndTime"`
	ScheduledStart word   `json:"scheduledStartTime"`
	Viewers        number `json:"concurrentViewers"` // missing: hidden by the owner
}

type youtubeThumbs map[string]maybe[struct {
	URL word `json:"url"`
}]

type youtubeSnippet struct {
	ChannelID     word                 `json:"channelId"`
	ChannelTitle  word                 `json:"channelTitle"`
	Title         word                 `json:"title"`
	Tags          words                `json:"tags"`
	CategoryID    word                 `json:"categoryId"`
	Language      word                 `json:"defaultLanguage"`
	AudioLanguage word                 `json:"defaultAudioLanguage"`
	Live          word                 `json:"liveBroadcastContent"`
	Thumbs        maybe[youtubeThumbs] `json:"thumbnails"`
}

// parseYouTubeVideos reads an answer of videos.list by video id. Only the id must be there: recordings have fewer
// parts than we ask for. An observation without a channel is left to live.Page.Clean, which drops and counts it.
func parseYouTubeVideos(body []byte) (map[string]youtubeVideo, error) {
	var p struct {
		Items *[]struct {
			ID      word                  `json:"id"`
			Snippet maybe[youtubeSnippet] `json:"snippet"`
			Details maybe[youtubeDetails] `json:"liveStreamingDetails"`
			Content maybe[struct {
				Rating maybe[struct {
					YouTube word `json:"ytRating"`
				}] `json:"contentRating"`
			}] `json:"contentDetails"`
		} `json:"items"`
	}
	if err := decode(body, &p); err != nil {
		return nil, err
	}
	if p.Items == nil {
		return nil, format("no items")
	}
	videos := map[string]youtubeVideo{}
	for i, item := range *p.Items {
		if item.ID == "" {
			return nil, row(i, format("no id"))
		}
		sn, d := item.Snippet.v, item.Details.v
		v := youtubeVideo{answer: live.Answer{State: youtubeState(sn.Live, d)}}
		switch v.answer.State {
		case live.AnswerUpcoming:
			v.answer.At = parseTime(string(d.ScheduledStart))
		case live.AnswerLive:
			viewers := live.ViewersHidden
			if d.Viewers != (number{}) {
				var err error
				if viewers, err = d.Viewers.viewers(); err != nil {
					return nil, row(i, err)
				}
			}
			v.answer.Broadcast = string(item.ID)
			v.o = live.Observation{
				ID: string(item.ID), Channel: string(sn.ChannelID), ChannelName: string(sn.ChannelTitle),
				Title: string(sn.Title), Viewers: viewers, Lang: sn.language(), Tags: sn.Tags,
				StartedAt: parseTime(string(d.ActualStart)),
				Adult:     item.Content.v.Rating.v.YouTube == "ytAgeRestricted",
				Thumbnail: sn.thumbnail(),
				URL:       "https://www.youtube.com/watch?v=" + url.QueryEscape(string(item.ID)),
			}
			if sn.CategoryID != "" {
				v.o.Category = youtubeCategory(string(sn.CategoryID))
			}
		}
		videos[string(item.ID)] = v
	}
	return videos, nil
}

// youtubeState decides by what the platform says in words, and by the times where it says none.
func youtubeState(content word, d youtubeDetails) live.AnswerState {
	switch {
	case d.ActualEnd != "", content == "none":
		return live.AnswerEnded
	case content == "live":
		return live.AnswerLive
	case content == "upcoming":
		return live.AnswerUpcoming
	case content == "" && d.ActualStart != "":
		return live.AnswerLive
	case content == "" && d.ScheduledStart != "":
		return live.AnswerUpcoming
	}
	return live.AnswerUnknown
}

// language is what is spoken, else what the title is in; "und" and "zxx" say that there is none.
func (sn *youtubeSnippet) language() string {
	for _, tag := range []word{sn.AudioLanguage, sn.Language} {
		if p := primary(string(tag)); p != "" && p != "und" && p != "zxx" {
			return p
		}
	}
	return ""
}

// thumbnail prefers 320x180, which has no bars; 480x360 is the same picture with bars.
func (sn *youtubeSnippet) thumbnail() string {
	for _, size := range []string{"medium", "high", "standard", "default"} {
		if u := sn.Thumbs.v[size].v.URL; u != "" {
			return string(u)
		}
	}
	return ""
}
