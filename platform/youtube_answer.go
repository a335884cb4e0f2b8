package platform

import (
	"net/url"
	"slices"

	"onair/live"
)

// youtubeFinds is a page of search results.
type youtubeFinds struct {
	found  []live.Found
	next   string
	census census
}

// parseYouTubeSearch reads an answer of search.list: ids of videos, and the token of the next page.
func parseYouTubeSearch(body []byte) (youtubeFinds, error) {
	var p struct {
		Next  word `json:"nextPageToken"`
		Items *[]maybe[struct {
			ID maybe[struct {
				Kind    word `json:"kind"`
				VideoID word `json:"videoId"`
			}] `json:"id"`
			Snippet maybe[struct {
				ChannelID word `json:"channelId"`
			}] `json:"snippet"`
		}] `json:"items"`
	}
	if err := decode(body, &p); err != nil {
		return youtubeFinds{}, err
	}
	if p.Items == nil {
		return youtubeFinds{}, format("no items")
	}
	l := youtubeFinds{census: census{rows: len(*p.Items)}}
	for i, item := range *p.Items {
		id := item.v.ID.v
		switch {
		case id.VideoID != "":
			l.found = append(l.found, live.Found{ID: string(id.VideoID), Channel: string(item.v.Snippet.v.ChannelID)})
		case id.Kind != "" && id.Kind != "youtube#video": // a channel or playlist
		default:
			l.census.unusable(i, format("no id.videoId"))
		}
	}
	if err := l.census.check(); err != nil {
		return youtubeFinds{}, err
	}
	if len(*p.Items) > 0 {
		l.next = string(p.Next)
	}
	return l, nil
}

// youtubeVideo is what videos.list says about one video. o stands only beside AnswerLive.
type youtubeVideo struct {
	answer live.Answer
	o      live.Observation
}

// youtubeItem is a video as videos.list writes it.
type youtubeItem struct {
	ID      word                  `json:"id"`
	Snippet maybe[youtubeSnippet] `json:"snippet"`
	Details maybe[youtubeDetails] `json:"liveStreamingDetails"`
	Content maybe[struct {
		Rating maybe[struct {
			YouTube word `json:"ytRating"`
		}] `json:"contentRating"`
	}] `json:"contentDetails"`
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

// youtubeVideos is an answer of videos.list.
type youtubeVideos struct {
	byID     map[string]youtubeVideo // a row that cannot be used is AnswerUnknown
	census   census
	nameless bool // a row did not say which video it is about
}

// only reports whether all rows are about videos that were asked for.
func (l *youtubeVideos) only(keys []string) bool {
	for id := range l.byID {
		if !slices.Contains(keys, id) {
			return false
		}
	}
	return true
}

// parseYouTubeVideos reads an answer of videos.list. Only the id must be there: recordings have fewer parts than we ask
// for. An observation without a channel is left to live.Page.Clean, which drops and counts it.
func parseYouTubeVideos(body []byte) (youtubeVideos, error) {
	var p struct {
		Items *[]maybe[youtubeItem] `json:"items"`
	}
	if err := decode(body, &p); err != nil {
		return youtubeVideos{}, err
	}
	if p.Items == nil {
		return youtubeVideos{}, format("no items")
	}
	items := *p.Items
	l := youtubeVideos{byID: map[string]youtubeVideo{}, census: census{rows: len(items)}}
	for i := range items {
		item := &items[i].v
		if item.ID == "" {
			l.census.unusable(i, format("no id"))
			l.nameless = true
			continue
		}
		v, err := item.video()
		if err != nil {
			l.census.unusable(i, err)
			v = youtubeVideo{answer: live.Answer{State: live.AnswerUnknown}}
		}
		l.byID[string(item.ID)] = v
	}
	if err := l.census.check(); err != nil {
		return youtubeVideos{}, err
	}
	return l, nil
}

// video reads what a row says.
func (item *youtubeItem) video() (youtubeVideo, error) {
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
				return youtubeVideo{}, err
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
	return v, nil
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
