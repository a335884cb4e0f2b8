package platform

import (
	"context"
	"html"
	"net/http"
	"strings"

	"onair/live"
)

// channel asks a channel's station what it is called. The country that the station names is not taken: no recording says
// whose it is.
func (s *soop) channel(ctx context.Context, c *http.Client, r Request) (*live.Page, answer, error) {
	key := r.Keys[0]
	a, err := s.ask(ctx, c, query{endpoint: "station", path: "/api/" + key + "/station", header: http.Header{"Referer": {soopReferer}}})
	if err != nil {
		return nil, a, err
	}
	if a.status == soopNoChannel && soopGone(a.body) {
		return s.channelPage(r, a, channelList{}), a, nil
	}
	if err := s.statusError(a); err != nil {
		return nil, a, err
	}
	info, err := parseSoopChannel(a.body, key)
	if err != nil {
		return nil, a, err
	}
	return s.channelPage(r, a, channelList{rows: []live.ChannelInfo{info}}), a, nil
}

// parseSoopChannel reads who the station of key belongs to. The site does not tell small letters from capitals; the id is
// as the station writes it.
func parseSoopChannel(body []byte, key string) (live.ChannelInfo, error) {
	var p struct {
		Station maybe[struct {
			UserID word `json:"user_id"`
			Nick   word `json:"user_nick"`
			Title  word `json:"station_title"` // a line about the channel
		}] `json:"station"`
	}
	if err := decode(body, &p); err != nil {
		return live.ChannelInfo{}, err
	}
	st := p.Station.v
	switch {
	case !p.Station.ok:
		return live.ChannelInfo{}, format("no station")
	case !strings.EqualFold(string(st.UserID), key):
		return live.ChannelInfo{}, format("no station.user_id, or another")
	}
	about := html.UnescapeString(string(st.Title))
	info := live.ChannelInfo{ID: string(st.UserID), Name: html.UnescapeString(string(st.Nick)), Description: about, Links: linksIn(about)}
	if info.ID != key {
		info.Asked = key
	}
	return info, nil
}
