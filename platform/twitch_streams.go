package platform

import (
	"net/url"
	"strings"

	"onair/live"
)

// twitchRow is a stream as Helix writes it.
type twitchRow struct {
	ID        word          `json:"id"`
	UserID    word          `json:"user_id"`
	UserLogin word          `json:"user_login"`
	UserName  word          `json:"user_name"`
	GameID    word          `json:"game_id"`
	GameName  word          `json:"game_name"`
	Type      maybe[string] `json:"type"`
	Title     word          `json:"title"`
	Tags      words         `json:"tags"`
	Viewers   number        `json:"viewer_count"`
	StartedAt word          `json:"started_at"`
	Language  word          `json:"language"`
	Thumbnail word          `json:"thumbnail_url"`
	Mature    yes           `json:"is_mature"`
}

// observation needs the ids and the count; the rest may be missing.
func (row *twitchRow) observation() (live.Observation, error) {
	if row.ID == "" {
		return live.Observation{}, format("no id")
	}
	v, err := row.Viewers.viewers()
	if err != nil {
		return live.Observation{}, err
	}
	o := live.Observation{
		ID: string(row.ID), Channel: string(row.UserID), ChannelName: string(row.UserName),
		Title: string(row.Title), Viewers: v,
		Category: live.Category{ID: string(row.GameID), Name: string(row.GameName)},
		Lang:     primary(string(row.Language)), Tags: row.Tags, StartedAt: parseTime(string(row.StartedAt)),
		Adult:     bool(row.Mature),
		Thumbnail: strings.NewReplacer("{width}", "440", "{height}", "248").Replace(string(row.Thumbnail)),
	}
	if row.UserLogin != "" {
		o.URL = "https://www.twitch.tv/" + url.PathEscape(string(row.UserLogin))
	}
	return o, nil
}

// twitchStream is a row of which at least the user is sure. One that is not good has the type "" with which Twitch marks
// its own error, or cannot be used.
type twitchStream struct {
	o    live.Observation
	good bool
}

// twitchStreams is an answer of /streams.
type twitchStreams struct {
	rows     []twitchStream
	next     string
	census   census
	nameless bool // a row did not say whose it is
}

// parseTwitchStreams reads an answer of /streams. isList says that the answer must tell how to go on.
func parseTwitchStreams(body []byte, isList bool) (twitchStreams, error) {
	var p struct {
		Data       *[]maybe[twitchRow] `json:"data"`
		Pagination maybe[struct {
			Cursor word `json:"cursor"`
		}] `json:"pagination"`
	}
	if err := decode(body, &p); err != nil {
		return twitchStreams{}, err
	}
	if p.Data == nil {
		return twitchStreams{}, format("no data")
	}
	data := *p.Data
	if len(data) == 0 {
		return twitchStreams{}, nil
	}
	if isList && !p.Pagination.here() {
		return twitchStreams{}, format("no pagination")
	}
	l := twitchStreams{next: string(p.Pagination.v.Cursor), census: census{rows: len(data)}}
	for i := range data {
		st := &data[i].v
		if st.UserID == "" {
			l.census.unusable(i, format("no user_id"))
			l.nameless = true
			continue
		}
		row := twitchStream{o: live.Observation{Channel: string(st.UserID)}}
		if trouble := st.Type.ok && st.Type.v == ""; !trouble {
			o, err := st.observation()
			if err == nil {
				row = twitchStream{o: o, good: true}
			} else {
				l.census.unusable(i, err)
			}
		}
		l.rows = append(l.rows, row)
	}
	if err := l.census.check(); err != nil {
		return twitchStreams{}, err
	}
	return l, nil
}
