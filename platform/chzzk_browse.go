package platform

import (
	"context"
	"net/url"
	"strconv"

	"onair/live"
)

// chzzkSideRows is more than a strip of recommended rows has, and less than a page of the list.
const chzzkSideRows = 10

var _ BrowserSource = (*chzzk)(nil)

// Browse implements BrowserSource: the list page asks for the public list, also when Fetch would use the official API.
func (s *chzzk) Browse(ctx context.Context, t Tab, r Request, each func(*live.Page) error) error {
	return s.browse(ctx, t, r, listCalls{
		endpoint: "api", path: "/service/v1/lives",
		cursor: chzzkCursor,
		parse: func(r Request, a answer) (*live.Page, error) {
			if err := s.listError(a, r); err != nil {
				return nil, err
			}
			p, _, err := s.listPage(r, a, parseChzzkList)
			if err == nil {
				p.OneLive = true
			}
			return p, err
		},
	}, each)
}

// chzzkCursor reads the cursor that a request for the popular list carries. Other orders, and the short strips beside the
// list, are not it.
func chzzkCursor(q url.Values) (string, bool) {
	if sort := q.Get("sortType"); sort != "" && sort != "POPULAR" {
		return "", false
	}
	if size, err := strconv.Atoi(q.Get("size")); err == nil && size < chzzkSideRows {
		return "", false
	}
	count, id := q.Get("concurrentUserCount"), q.Get("liveId")
	switch {
	case count == "" && id == "":
		return "", true
	case digits(count) && digits(id):
		return count + ":" + id, true
	}
	return "", false
}
