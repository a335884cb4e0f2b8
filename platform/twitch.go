package platform

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"onair/live"
)

// twitch reads Twitch's Helix API: the streams in one language, most viewers first, and the streams of asked users.
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
	return &twitch{site: s, language: language, token: newAppToken()}, nil
}

func (s *twitch) Offers() []Offer {
	return []Offer{
		{Kind: live.KindList, Rows: twitchRows, Chain: true},
		{Kind: live.KindStatus, Batch: twitchRows},
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
	a, err := s.helix(ctx, c, s.params(r))
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

func (s *twitch) params(r Request) url.Values {
	v := url.Values{"first": {strconv.Itoa(twitchRows)}}
	if r.Kind == live.KindStatus {
		v["user_id"] = r.Keys
		return v
	}
	v.Set("language", s.language)
	if r.Cursor != "" {
		v.Set("after", r.Cursor)
	}
	return v
}

func (s *twitch) read(r Request, a answer) (*live.Page, error) {
	rows, next, err := parseTwitchStreams(a.body, r.Kind == live.KindList)
	if err != nil {
		return nil, err
	}
	if r.Kind == live.KindList {
		if next != "" && next == r.Cursor {
			return nil, format("the list does not advance")
		}
		p := s.page(r, a, live.CoverList)
		p.Next = next
		for _, row := range rows {
			if row.good {
				p.Observations = append(p.Observations, row.o)
			}
		}
		return p, nil
	}
	p := s.page(r, a, live.CoverAsked)
	byUser := map[string]twitchStream{}
	for _, row := range rows {
		if _, twice := byUser[row.o.Channel]; !twice {
			byUser[row.o.Channel] = row
		}
	}
	for _, key := range r.Keys {
		row, found := byUser[key]
		switch {
		case !found:
			p.Answers = append(p.Answers, live.Answer{Key: key, State: live.AnswerMissing})
		case !row.good:
			p.Answers = append(p.Answers, live.Answer{Key: key, State: live.AnswerUnknown})
		default:
			p.Answers = append(p.Answers, live.Answer{Key: key, State: live.AnswerLive, Broadcast: row.o.ID})
			p.Observations = append(p.Observations, row.o)
		}
	}
	return p, nil
}

// twitchStream is a row. A bad one has the type "" with which Twitch marks its own error; only the user is sure.
type twitchStream struct {
	o    live.Observation
	good bool
}

// parseTwitchStreams reads an answer of /streams. isList says that the answer must tell how to go on.
func parseTwitchStreams(body []byte, isList bool) (rows []twitchStream, next string, err error) {
	type stream struct {
		ID        word        `json:"id"`
		UserID    word        `json:"user_id"`
		UserLogin word        `json:"user_login"`
		UserName  word        `json:"user_name"`
		GameID    word        `json:"game_id"`
		GameName  word        `json:"game_name"`
		Type      maybe[word] `json:"type"`
		Title     word        `json:"title"`
		Tags      words       `json:"tags"`
		Viewers   number      `json:"viewer_count"`
		StartedAt word        `json:"started_at"`
		Language  word        `json:"language"`
		Thumbnail word        `json:"thumbnail_url"`
		Mature    yes         `json:"is_mature"`
	}
	var p struct {
		Data       *[]stream `json:"data"`
		Pagination maybe[struct {
			Cursor word `json:"cursor"`
		}] `json:"pagination"`
	}
	if err := decode(body, &p); err != nil {
		return nil, "", err
	}
	if p.Data == nil {
		return nil, "", format("no data")
	}
	if len(*p.Data) == 0 {
		return nil, "", nil
	}
	if isList && !p.Pagination.here() {
		return nil, "", format("no pagination")
	}
	for i, st := range *p.Data {
		if st.UserID == "" {
			return nil, "", row(i, format("no user_id"))
		}
		if st.Type.ok && st.Type.v == "" {
			rows = append(rows, twitchStream{o: live.Observation{Channel: string(st.UserID)}})
			continue
		}
		if st.ID == "" {
			return nil, "", row(i, format("no id"))
		}
		v, err := st.Viewers.viewers()
		if err != nil {
			return nil, "", row(i, err)
		}
		o := live.Observation{
			ID: string(st.ID), Channel: string(st.UserID), ChannelName: string(st.UserName),
			Title: string(st.Title), Viewers: v,
			Category: live.Category{ID: string(st.GameID), Name: string(st.GameName)},
			Lang:     primary(string(st.Language)), Tags: st.Tags, StartedAt: parseTime(string(st.StartedAt)),
			Adult:     bool(st.Mature),
			Thumbnail: strings.NewReplacer("{width}", "440", "{height}", "248").Replace(string(st.Thumbnail)),
		}
		if st.UserLogin != "" {
			o.URL = "https://www.twitch.tv/" + url.PathEscape(string(st.UserLogin))
		}
		rows = append(rows, twitchStream{o: o, good: true})
	}
	return rows, string(p.Pagination.v.Cursor), nil
}
