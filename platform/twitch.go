package platform

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"onair/live"
)

// twitch reads Twitch's Helix API: the streams in one language, most viewers first, the streams of asked users, and who they
// are.
// It needs an app (client id and secret), whose token it fetches and renews by itself (twitch_token.go).
type twitch struct {
	site
	language string
	token    appToken
}

var _ Source = (*twitch)(nil)

// twitchRows is the most that Helix gives for one request, and the most users that it can be asked about.
const twitchRows = 100

func twitchSettings() []Setting {
	return []Setting{
		{Name: "endpoints.helix", Default: "https://api.twitch.tv/helix", Help: "Helix API"},
		{Name: "endpoints.id", Default: "https://id.twitch.tv", Help: "where tokens come from"},
		{Name: "client_id", Needed: true, Help: "of an app at dev.twitch.tv"},
		{Name: "client_secret", Needed: true, Help: "of the same app"},
		{Name: "options.language", Default: "ko", Help: "language of the list, as streamers declare it"},
	}
}

func newTwitch(c Config) (Source, error) {
	s, err := newSite(live.PlatformInfo{
		ID: "twitch", Name: "Twitch", NameKo: "트위치", Home: "https://www.twitch.tv",
		Colour: "#9146ff", Icon: "M5 2 3 6v14h5v2h3l2-2h4l4-4V2H5zm14 13-3 3h-4l-2 2v-2H6V4h13v11zM10 8h2v5h-2V8zm5 0h2v5h-2V8z",
		Links:  live.Hosts{"twitch.tv"},
		Images: live.Hosts{"jtvnw.net"},
	}, twitchSettings(), []string{"twitch.tv"}, c)
	if err != nil {
		return nil, err
	}
	language, err := s.codeOption("language")
	if err != nil {
		return nil, err
	}
	s.handles = true
	return &twitch{site: s, language: language, token: newAppToken()}, nil
}

func (s *twitch) Offers() []Offer {
	return []Offer{
		{Kind: live.KindList, Rows: twitchRows, Chain: true, Part: true},
		{Kind: live.KindStatus, Batch: twitchRows},
		{Kind: live.KindChannel, Batch: twitchRows},
	}
}

// Ready names the half of the credentials that is missing, or both.
func (s *twitch) Ready() error {
	var names []string
	if s.creds.id == "" {
		names = append(names, "client_id")
	}
	if s.creds.secret == "" {
		names = append(names, "client_secret")
	}
	return s.missing(names...)
}

func (s *twitch) Fetch(ctx context.Context, c *http.Client, r Request) (*live.Page, error) {
	err := s.check(r, s.Offers())
	if err == nil && s.Ready() != nil {
		err = &live.FetchError{Class: live.ErrSetting, Text: "client_id and client_secret"}
	}
	if err != nil {
		return nil, s.failed(r, 0, err)
	}
	path, params := s.params(r)
	a, err := s.helix(ctx, c, path, params)
	if err == nil {
		switch {
		case a.status == http.StatusBadRequest && r.Cursor != "":
			err = &live.FetchError{Class: live.ErrCursor}
		default:
			err = s.statusError(a)
		}
	}
	if err != nil {
		return nil, s.failed(r, a.status, err)
	}
	p, err := s.read(r, a)
	if err != nil {
		return nil, s.failed(r, a.status, err)
	}
	p.OneLive = true
	if n, err := strconv.Atoi(a.header.Get("Ratelimit-Remaining")); err == nil && n <= 0 {
		p.RetryAfter = ratelimitReset(a.header, s.clock.Now()).Milliseconds()
	}
	return p, nil
}

func (s *twitch) params(r Request) (path string, v url.Values) {
	if r.Kind == live.KindChannel {
		v = url.Values{}
		v["id"], v["login"] = splitKeys(r.Keys)
		return "/users", v
	}
	v = url.Values{"first": {strconv.Itoa(twitchRows)}}
	if r.Kind == live.KindStatus {
		v["user_id"] = r.Keys
		return "/streams", v
	}
	v.Set("language", s.language)
	if r.Cursor != "" {
		v.Set("after", r.Cursor)
	}
	return "/streams", v
}

func (s *twitch) read(r Request, a answer) (*live.Page, error) {
	if r.Kind == live.KindChannel {
		l, err := parseTwitchUsers(a.body, r.Keys)
		if err != nil {
			return nil, err
		}
		return s.channelPage(r, a, l), nil
	}
	l, err := parseTwitchStreams(a.body, r.Kind == live.KindList)
	if err != nil {
		return nil, err
	}
	if r.Kind == live.KindList {
		if l.next != "" && l.next == r.Cursor {
			return nil, format("the list does not advance")
		}
		p := s.page(r, a, live.CoverList)
		p.Next = l.next
		for _, row := range l.rows {
			if row.good {
				p.Observations = append(p.Observations, row.o)
			}
		}
		l.census.mark(p)
		return p, nil
	}
	p := s.page(r, a, live.CoverAsked)
	l.census.mark(p)
	absent := live.AnswerMissing
	byUser := map[string]twitchStream{}
	for _, row := range l.rows {
		l.nameless = l.nameless || !slices.Contains(r.Keys, row.o.Channel)
		if _, twice := byUser[row.o.Channel]; !twice {
			byUser[row.o.Channel] = row
		}
	}
	if l.nameless {
		absent = live.AnswerUnknown // one of the rows may be it
	}
	for _, key := range r.Keys {
		row, found := byUser[key]
		switch {
		case !found:
			p.Answers = append(p.Answers, live.Answer{Key: key, State: absent})
		case !row.good:
			p.Answers = append(p.Answers, live.Answer{Key: key, State: live.AnswerUnknown})
		default:
			p.Answers = append(p.Answers, live.Answer{Key: key, State: live.AnswerLive, Broadcast: row.o.ID})
			p.Observations = append(p.Observations, row.o)
		}
	}
	return p, nil
}
