package platform

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/gocolly/colly/v2"

	"onair/live"
)

// feed reads the Atom feed of one channel: its 15 newest videos, live or not.
func (s *tube) feed(ctx context.Context, c *http.Client, r Request) (*live.Page, answer, error) {
	u := *s.bases["feeds"]
	u.Path += "/feeds/videos.xml"
	u.RawQuery = url.Values{"channel_id": {r.Keys[0]}}.Encode()
	found, rows, a, err := s.collect(ctx, s.client(c, false), u.String(), r.Keys[0])
	if err != nil {
		return nil, a, err
	}
	p := s.page(r, a, live.CoverNone)
	p.Found = found
	rows.mark(p)
	return p, a, nil
}

// collect visits a feed with colly and picks the entries. The collector is made without colly's constructor, which
// reads the environment.
func (s *tube) collect(ctx context.Context, client *http.Client, address, channel string) (found []live.Found, rows census, a answer, err error) {
	var co colly.Collector
	co.Init()
	co.Context = ctx
	co.UserAgent = s.agent
	co.MaxBodySize = maxBody + 1
	co.ParseHTTPErrorResponse = true
	co.SetClient(client)

	feed := false
	co.OnResponse(func(resp *colly.Response) {
		a = answer{status: resp.StatusCode, header: *resp.Headers, body: resp.Body}
		if err = s.statusError(a); err == nil {
			err = feedError(a.body)
		}
		if err != nil {
			resp.Body = nil // nothing to parse
			return
		}
		// Colly goes by the content type. What came is XML, whatever it is called.
		a.header.Set("Content-Type", "application/xml; charset=utf-8")
	})
	co.OnXML("/feed", func(*colly.XMLElement) { feed = true })
	co.OnXML("/feed/entry", func(e *colly.XMLElement) {
		id := strings.TrimSpace(e.ChildText("yt:videoId"))
		rows.rows++
		if id == "" {
			rows.unusable(rows.rows-1, format("no yt:videoId"))
			return
		}
		// Only the entries write the channel's id whole; the feed's own lacks "UC".
		ch := strings.TrimSpace(e.ChildText("yt:channelId"))
		if ch == "" {
			ch = channel
		}
		found = append(found, live.Found{ID: id, Channel: ch})
	})
	visit := co.Visit(address)
	switch {
	case err != nil:
	case visit != nil && a.status != 0:
		err = format("not XML")
	case visit != nil:
		err = transportError(ctx, visit)
	case !feed:
		err = format("no feed")
	default:
		err = rows.check()
	}
	if err != nil {
		return nil, census{}, a, err
	}
	return found, rows, a, nil
}

// feedError refuses what is no XML document, and pages for people (see notJSON).
func feedError(body []byte) error {
	if len(body) > maxBody {
		return format("answer larger than 8 MiB")
	}
	b := bytes.ToLower(bytes.TrimLeft(body[:min(len(body), 200)], "\ufeff \t\r\n"))
	switch {
	case len(b) == 0:
		return format("empty answer")
	case bytes.HasPrefix(b, []byte("<!doctype html")), bytes.HasPrefix(b, []byte("<html")):
		return notJSON([]byte("<"))
	case b[0] != '<':
		return format("not XML")
	}
	return nil
}
