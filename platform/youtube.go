package platform

import (
	"context"
	"net/http"
	"strings"

	"google.golang.org/api/youtube/v3"

	"onair/live"
)

// tube reads YouTube: search.list finds ids of live videos and costs from a bucket of 100 calls a day, videos.list
// tells about 50 ids for one of 10,000 units, as channels.list does about channels (youtube_channels.go), and the feeds of channels (youtube_feed.go) name new ids for nothing.
// Neither search nor feed says what is live now: their ids must be asked about.
type tube struct {
	site
	region, language string
}

var _ Source = (*tube)(nil)

const (
	youtubeBatch = 50 // most ids of videos.list and channels.list
	youtubeFound = 50 // most rows of search.list
)

func youtubeSettings() []Setting {
	return []Setting{
		{Name: "endpoints.api", Default: "https://youtube.googleapis.com", Help: "Data API; /youtube/v3/... is added"},
		{Name: "endpoints.feeds", Default: "https://www.youtube.com", Help: "feeds of channels; /feeds/videos.xml is added"},
		{Name: "key", Needed: true, Help: "API key of a Google Cloud project with the YouTube Data API v3"},
		{Name: "options.region", Default: "KR", Help: "search: as seen from this country"},
		{Name: "options.language", Default: "ko", Help: "search: results in this language first"},
	}
}

func newYouTube(c Config) (Source, error) {
	s, err := newSite(live.PlatformInfo{
		ID: "youtube", Name: "YouTube", NameKo: "유튜브", Home: "https://www.youtube.com",
		Colour: "#ff0000", Icon: "M4 5h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zm6 4v6l5-3-5-3z",
		Links:  live.Hosts{"youtube.com"},
		Images: live.Hosts{"ytimg.com"},
	}, youtubeSettings(), []string{"youtube.com"}, c)
	if err != nil {
		return nil, err
	}
	s.handles = true
	t := &tube{site: s}
	if t.region, err = s.codeOption("region"); err != nil {
		return nil, err
	}
	if t.language, err = s.codeOption("language"); err != nil {
		return nil, err
	}
	return t, nil
}

func (s *tube) Offers() []Offer {
	return []Offer{
		{Kind: live.KindSearch, Rows: youtubeFound, Chain: true, Cost: live.Cost{Bucket: "search", Units: 1}},
		{Kind: live.KindRefresh, Batch: youtubeBatch, Cost: live.Cost{Bucket: "units", Units: 1}},
		{Kind: live.KindFeed, Batch: 1},
		{Kind: live.KindChannel, Batch: youtubeBatch, Cost: live.Cost{Bucket: "units", Units: 1}},
	}
}

// Ready names the key. Feeds can be read without it, but what they find could not be asked about.
func (s *tube) Ready() error {
	if s.creds.key == "" {
		return s.missing("key")
	}
	return nil
}

func (s *tube) Fetch(ctx context.Context, c *http.Client, r Request) (*live.Page, error) {
	offers := s.Offers()
	err := s.check(r, offers)
	if err == nil && r.Kind != live.KindFeed && s.Ready() != nil {
		err = &live.FetchError{Class: live.ErrSetting, Text: "key"}
	}
	if err != nil {
		return nil, s.failed(r, 0, err)
	}
	fetch := s.search
	switch r.Kind {
	case live.KindRefresh:
		fetch = s.refresh
	case live.KindFeed:
		fetch = s.feed
	case live.KindChannel:
		fetch = s.channels
	}
	p, a, err := fetch(ctx, c, r)
	if err != nil {
		return nil, s.failed(r, a.status, err)
	}
	for _, o := range offers {
		if o.Kind == r.Kind {
			p.Cost = o.Cost
		}
	}
	return p, nil
}

// search fetches a page of search results. What it says about its results is not used: it has no counts.
func (s *tube) search(ctx context.Context, c *http.Client, r Request) (*live.Page, answer, error) {
	a, err := s.call(ctx, c, func(svc *youtube.Service) error {
		call := svc.Search.List([]string{"snippet"}).Type("video").EventType("live").Order("viewCount").
			RegionCode(s.region).RelevanceLanguage(s.language).MaxResults(youtubeFound).Context(ctx)
		if r.Cursor != "" {
			call = call.PageToken(r.Cursor)
		}
		_, err := call.Do()
		return err
	})
	if err != nil {
		return nil, a, err
	}
	l, err := parseYouTubeSearch(a.body)
	if err == nil && l.next != "" && l.next == r.Cursor {
		err = format("the list does not advance")
	}
	if err != nil {
		return nil, a, err
	}
	p := s.page(r, a, live.CoverNone)
	p.Found, p.Next = l.found, l.next
	l.census.mark(p)
	return p, a, nil
}

// refresh asks about videos.
func (s *tube) refresh(ctx context.Context, c *http.Client, r Request) (*live.Page, answer, error) {
	a, err := s.call(ctx, c, func(svc *youtube.Service) error {
		_, err := svc.Videos.List([]string{"snippet", "liveStreamingDetails", "contentDetails"}).Id(r.Keys...).Context(ctx).Do()
		return err
	})
	if err != nil {
		return nil, a, err
	}
	l, err := parseYouTubeVideos(a.body)
	if err != nil {
		return nil, a, err
	}
	p := s.page(r, a, live.CoverAsked)
	l.census.mark(p)
	absent := live.AnswerEnded // deleted or private
	if l.nameless || !l.only(r.Keys) {
		absent = live.AnswerUnknown // one of the rows may be it
	}
	known := false
	for _, key := range r.Keys {
		v, found := l.byID[key]
		known = known || found
		if !found {
			v.answer.State = absent
		}
		v.answer.Key = key
		p.Answers = append(p.Answers, v.answer)
		if v.answer.State == live.AnswerLive {
			p.Observations = append(p.Observations, v.o)
		}
	}
	if !known {
		// That all of them are gone is less likely than an answer without the rows.
		for i := range p.Answers {
			p.Answers[i].State = live.AnswerUnknown
		}
	}
	return p, a, nil
}

// youtubeCategory names the categories that a live video can have, as YouTube does in Korea. The API gives numbers;
// the numbers have not changed since 2012, and asking for the names would cost a unit.
func youtubeCategory(id string) live.Category {
	names := map[string]string{
		"1": "영화/애니메이션", "2": "자동차", "10": "음악", "15": "애완동물/동물", "17": "스포츠", "19": "여행/이벤트", "20": "게임",
		"22": "인물/블로그", "23": "코미디", "24": "엔터테인먼트", "25": "뉴스/정치", "26": "노하우/스타일", "27": "교육", "28": "과학기술",
		"29": "비영리/사회운동",
	}
	return live.Category{ID: id, Name: names[strings.TrimSpace(id)]}
}
