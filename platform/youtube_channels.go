package platform

import (
	"context"
	"net/http"
	"strings"

	"google.golang.org/api/youtube/v3"

	"onair/live"
)

// channels asks channels.list: up to 50 ids, or one handle.
func (s *tube) channels(ctx context.Context, c *http.Client, r Request) (*live.Page, answer, error) {
	ids, handles := splitKeys(r.Keys)
	if len(handles) > 0 && len(r.Keys) > 1 {
		return nil, answer{}, unsupported("a handle beside other keys")
	}
	a, err := s.call(ctx, c, func(svc *youtube.Service) error {
		call := svc.Channels.List([]string{"snippet"}).Context(ctx)
		if len(handles) > 0 {
			call = call.ForHandle("@" + handles[0])
		} else {
			call = call.Id(ids...).MaxResults(youtubeBatch)
		}
		_, err := call.Do()
		return err
	})
	if err != nil {
		return nil, a, err
	}
	l, err := parseYouTubeChannels(a.body, r.Keys)
	if err != nil {
		return nil, a, err
	}
	return s.channelPage(r, a, l), a, nil
}

// youtubeChannelKind is what an answer of channels.list calls itself.
const youtubeChannelKind = "youtube#channelListResponse"

// parseYouTubeChannels reads an answer of channels.list about keys: ids, or one handle, which the answer repeats as
// customUrl where it has one. An answer about unknown channels only has no items, and counts none.
func parseYouTubeChannels(body []byte, keys []string) (channelList, error) {
	type snippet struct {
		Title       word `json:"title"`
		Description word `json:"description"`
		CustomURL   word `json:"customUrl"`
		Country     word `json:"country"`
	}
	var p struct {
		Kind word `json:"kind"`
		Page maybe[struct {
			Total number `json:"totalResults"`
		}] `json:"pageInfo"`
		Items maybe[[]maybe[struct {
			ID      word           `json:"id"`
			Snippet maybe[snippet] `json:"snippet"`
		}]] `json:"items"`
	}
	if err := decode(body, &p); err != nil {
		return channelList{}, err
	}
	if !p.Items.ok {
		if total := p.Page.v.Total; p.Kind == youtubeChannelKind && !p.Items.null && total.ok && total.n == 0 {
			return channelList{}, nil
		}
		return channelList{}, format("no items")
	}
	l := channelList{census: census{rows: len(p.Items.v)}}
	_, handles := splitKeys(keys)
	for i := range p.Items.v {
		item := &p.Items.v[i].v
		sn := item.Snippet.v
		info := live.ChannelInfo{
			ID: string(item.ID), Name: string(sn.Title), Country: strings.ToUpper(string(sn.Country)),
			Description: string(sn.Description), Links: linksIn(string(sn.Description)),
		}
		if h, ok := strings.CutPrefix(string(sn.CustomURL), "@"); ok { // older channels have a path there
			info.Handle = h
		}
		asked := asksID(keys, info.ID)
		if len(handles) == 1 {
			// Whom the handle belongs to is the platform's to say. What it repeats may be written otherwise.
			info.Asked, asked = keys[0], len(p.Items.v) == 1
		}
		l.add(i, info, asked)
	}
	return l.checked()
}
