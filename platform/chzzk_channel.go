package platform

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"onair/live"
)

// channels asks what channels say of themselves: the official API tells 20 names at once and no description, the site
// one channel with it.
func (s *chzzk) channels(ctx context.Context, c *http.Client, r Request) (*live.Page, answer, error) {
	q := query{endpoint: "api", path: "/service/v1/channels/" + r.Keys[0], header: chzzkWebHeader()}
	parse := parseChzzkChannel
	if s.openChannels() {
		q = query{endpoint: "openapi", path: "/open/v1/channels", params: url.Values{"channelIds": {strings.Join(r.Keys, ",")}}, header: s.openHeader(), secret: true}
		parse = parseChzzkOpenChannels
	}
	a, err := s.ask(ctx, c, q)
	if err == nil {
		err = s.statusError(a)
	}
	if err != nil {
		return nil, a, err
	}
	l, err := parse(a.body, r.Keys)
	if err != nil {
		return nil, a, err
	}
	return s.channelPage(r, a, l), a, nil
}

// openChannels reports that the official API is asked about channels.
func (s *chzzk) openChannels() bool { return s.open() && s.about == "openapi" }

// chzzkAbout is a channel as either endpoint describes it.
type chzzkAbout struct {
	ID          maybe[word] `json:"channelId"` // null: there is no such channel, and the name is "(알 수 없음)"
	Name        word        `json:"channelName"`
	Description word        `json:"channelDescription"` // of the site only
}

func (about *chzzkAbout) info() live.ChannelInfo {
	return live.ChannelInfo{
		ID: string(about.ID.v), Name: string(about.Name),
		Description: string(about.Description), Links: linksIn(string(about.Description)),
	}
}

// parseChzzkChannel reads the site's answer about the one channel of keys.
func parseChzzkChannel(body []byte, keys []string) (channelList, error) {
	var p struct {
		Code    number            `json:"code"`
		Content maybe[chzzkAbout] `json:"content"`
	}
	if err := decode(body, &p); err != nil {
		return channelList{}, err
	}
	if err := chzzkCode(p.Code); err != nil {
		return channelList{}, err
	}
	about := &p.Content.v
	switch {
	case !p.Content.ok:
		return channelList{}, format("no content")
	case about.ID.null:
		return channelList{}, nil
	case string(about.ID.v) != keys[0]:
		return channelList{}, format("no content.channelId, or another")
	}
	return channelList{rows: []live.ChannelInfo{about.info()}}, nil
}

// parseChzzkOpenChannels reads the official answer about the channels of keys; it leaves unknown ones out.
func parseChzzkOpenChannels(body []byte, keys []string) (channelList, error) {
	var p struct {
		Code    number `json:"code"`
		Content *struct {
			Data *[]maybe[chzzkAbout] `json:"data"`
		} `json:"content"`
	}
	if err := decode(body, &p); err != nil {
		return channelList{}, err
	}
	if err := chzzkCode(p.Code); err != nil {
		return channelList{}, err
	}
	if p.Content == nil || p.Content.Data == nil {
		return channelList{}, format("no content.data")
	}
	l := channelList{census: census{rows: len(*p.Content.Data)}}
	for i := range *p.Content.Data {
		info := (*p.Content.Data)[i].v.info()
		l.add(i, info, asksID(keys, info.ID))
	}
	return l.checked()
}
