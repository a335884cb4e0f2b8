package platform

import (
	"context"
	"net/url"

	"onair/live"
)

var _ BrowserSource = (*soop)(nil)

// Browse implements BrowserSource: the list page asks for the public list, also when Fetch would use the official API.
func (s *soop) Browse(ctx context.Context, t Tab, r Request, each func(*live.Page) error) error {
	return s.browse(ctx, t, r, listCalls{
		endpoint: "live", path: "/api/main_broad_list_api.php",
		cursor: soopCursor,
		parse: func(r Request, a answer) (*live.Page, error) {
			n, err := soopPage(r.Cursor)
			if err == nil {
				err = s.statusError(a)
			}
			if err != nil {
				return nil, err
			}
			p, _, err := s.listPage(r, a, n, s.bases["live"].Scheme, nil)
			if err == nil {
				p.OneLive = true
			}
			return p, err
		},
	}, each)
}

// soopCursor reads the page that a request for the whole list by viewers asks for; "" is page 1. The same endpoint gives
// single categories and other orders.
func soopCursor(q url.Values) (string, bool) {
	value, order, no := q.Get("selectValue"), q.Get("orderType"), q.Get("pageNo")
	if q.Get("selectType") == "cate" || value != "" && value != "all" || order != "" && order != "view_cnt" {
		return "", false
	}
	if _, err := soopPage(no); err != nil {
		return "", false
	}
	if no == "1" {
		no = ""
	}
	return no, true
}
