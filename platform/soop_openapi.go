package platform

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"onair/live"
)

// openList fetches a page of the official list. Its rows name categories by number only, so the table of names is
// fetched before the first page and once a day.
func (s *soop) openList(ctx context.Context, c *http.Client, r Request) (*live.Page, answer, error) {
	n, err := soopPage(r.Cursor)
	if err != nil {
		return nil, answer{}, err
	}
	names, a, err := s.categories.get(ctx, s.clock, func() (map[string]string, answer, error) { return s.fetchCategories(ctx, c) })
	if err != nil {
		return nil, a, err
	}
	a, err = s.open(ctx, c, "/broad/list", url.Values{"order_type": {"view_cnt"}, "page_no": {strconv.Itoa(n)}})
	if err != nil {
		return nil, a, err
	}
	return s.listPage(r, a, n, s.bases["openapi"].Scheme, names)
}

// open asks the official API; the client id travels in the query, so no redirect may leave the host.
func (s *soop) open(ctx context.Context, c *http.Client, path string, params url.Values) (answer, error) {
	params.Set("client_id", string(s.creds.id))
	a, err := s.ask(ctx, c, query{endpoint: "openapi", path: path, params: params, header: http.Header{"Accept": {"*/*"}}, secret: true})
	if err == nil {
		err = s.statusError(a)
	}
	return a, err
}

func (s *soop) fetchCategories(ctx context.Context, c *http.Client) (map[string]string, answer, error) {
	a, err := s.open(ctx, c, "/broad/category/list", url.Values{"locale": {"ko_KR"}})
	if err != nil {
		return nil, a, err
	}
	names, err := parseSoopCategories(a.body)
	return names, a, err
}

// parseSoopCategories reads the category tree into number → name.
func parseSoopCategories(body []byte) (map[string]string, error) {
	type node struct {
		No    word `json:"cate_no"`
		Name  word `json:"cate_name"`
		Child maybe[[]maybe[struct {
			No   word `json:"cate_no"`
			Name word `json:"cate_name"`
		}]] `json:"child"`
	}
	var p struct {
		Result number         `json:"result"`
		Tree   *[]maybe[node] `json:"broad_category"`
	}
	if err := decode(body, &p); err != nil {
		return nil, err
	}
	if p.Tree == nil {
		if p.Result.ok && p.Result.n <= 0 {
			return nil, soopRefusal(p.Result.n)
		}
		return nil, format("no broad_category")
	}
	names := map[string]string{}
	add := func(no, name word) {
		if no != "" && name != "" {
			names[soopCategory(no)] = html.UnescapeString(string(name))
		}
	}
	for _, n := range *p.Tree {
		add(n.v.No, n.v.Name)
		for _, ch := range n.v.Child.v {
			add(ch.v.No, ch.v.Name)
		}
	}
	return names, nil
}

// soopRefusal is the error for a result that came with status 200. Only -1104, an invalid client, is known by name.
func soopRefusal(result int64) error {
	fe := &live.FetchError{Class: live.ErrUnavailable, Text: "result " + strconv.FormatInt(result, 10)}
	if result == -1104 {
		fe.Class = live.ErrUnauthorized
	}
	return fe
}

// categoryTable holds the names for a day. One caller fetches while the others wait for it or for their context.
type categoryTable struct {
	turn  chan struct{} // capacity 1: whoever put a value in may read and write the rest
	names map[string]string
	until time.Time
}

const (
	// categoryLife is how long the table is used: SOOP adds a category now and then.
	categoryLife = 24 * time.Hour
	// categoryRetry is how long an old table serves on when a new one cannot be had.
	categoryRetry = 10 * time.Minute
)

func newCategoryTable() categoryTable { return categoryTable{turn: make(chan struct{}, 1)} }

// get gives the table, which callers must not change. Without an old one, an error of fetch is the caller's.
func (t *categoryTable) get(ctx context.Context, clock live.Clock, fetch func() (map[string]string, answer, error)) (map[string]string, answer, error) {
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return nil, answer{}, transportError(ctx, ctx.Err())
	}
	if t.names != nil && clock.Now().Before(t.until) {
		return t.names, answer{}, nil
	}
	names, a, err := fetch()
	switch {
	case err == nil:
		t.names, t.until = names, clock.Now().Add(categoryLife)
	case t.names != nil:
		t.until = clock.Now().Add(categoryRetry)
	default:
		return nil, a, err
	}
	return t.names, a, nil
}
