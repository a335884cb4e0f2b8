package platform

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"onair/live"
)

// chzzk reads NAVER's Chzzk. The list comes from the Open API when a client id and secret are set, else from the
// public JSON behind the site's own pages; both are sorted by viewers and can only be walked from page to page. Whether a
// channel is live always comes from the site: the Open API cannot be asked that.
type chzzk struct {
	site
	size  int    // rows of a web page
	about string // "openapi" or "site": where channels are described
}

var _ Source = (*chzzk)(nil)

const (
	// chzzkOpenRows is the most that the Open API gives, and the most channels that it can be asked about.
	chzzkOpenRows = 20
	// chzzkThumb is the picture size that fits a card: of the sizes that the site makes, the smallest above 320 px.
	chzzkThumb = "480"
)

func chzzkSettings() []Setting {
	return []Setting{
		{Name: "endpoints.api", Default: "https://api.chzzk.naver.com", Help: "public JSON of the site"},
		{Name: "endpoints.openapi", Default: "https://openapi.chzzk.naver.com", Help: "official API"},
		{Name: "endpoints.site", Default: "https://chzzk.naver.com/lives", Help: "list page that a browser opens when plain requests are refused (address to be confirmed)"},
		{Name: "client_id", Help: "of an app at developers.chzzk.naver.com; with the secret, lists come from the official API"},
		{Name: "client_secret", Help: "of the same app"},
		{Name: "options.about", Default: "openapi", Help: "with the credentials, where channels are described: openapi (20 names a request) or site (one, with what it says of itself)"},
		{Name: "options.page_size", Default: "30", Help: "rows of a page of the public list, 1-50"},
	}
}

func newChzzk(c Config) (Source, error) {
	s, err := newSite(live.PlatformInfo{
		ID: "chzzk", Name: "Chzzk", NameKo: "치지직", Home: "https://chzzk.naver.com",
		Colour: "#00ffa3", Icon: "M14 2 4 14h6l-2 8 12-13h-7l3-7z",
		Links:  live.Hosts{"chzzk.naver.com"},
		Images: live.Hosts{"akamaized.net", "pstatic.net"},
	}, chzzkSettings(), []string{"naver.com"}, c)
	if err != nil {
		return nil, err
	}
	size, err := s.numberOption("page_size", 1, 50)
	if err != nil {
		return nil, err
	}
	about, err := s.wordOption("about", "openapi", "site")
	if err != nil {
		return nil, err
	}
	return &chzzk{site: s, size: size, about: about}, nil
}

// open reports that the official API can be used.
func (s *chzzk) open() bool { return s.creds.id != "" && s.creds.secret != "" }

func (s *chzzk) Offers() []Offer {
	rows, about := s.size, 1
	if s.open() {
		rows = chzzkOpenRows
	}
	if s.openChannels() {
		about = chzzkOpenRows
	}
	return []Offer{
		{Kind: live.KindList, Rows: rows, Chain: true, Resume: !s.open()},
		{Kind: live.KindStatus, Batch: 1},
		{Kind: live.KindChannel, Batch: about},
	}
}

// Ready is nil without credentials, but not with half of them: whoever set one meant to use the official API.
func (s *chzzk) Ready() error {
	switch {
	case s.creds.id != "" && s.creds.secret == "":
		return s.missing("client_secret")
	case s.creds.id == "" && s.creds.secret != "":
		return s.missing("client_id")
	}
	return nil
}

func (s *chzzk) Fetch(ctx context.Context, c *http.Client, r Request) (*live.Page, error) {
	fetch := s.webList
	err := s.check(r, s.Offers())
	switch {
	case err != nil:
	case s.Ready() != nil:
		err = &live.FetchError{Class: live.ErrSetting, Text: "half of the credentials"}
	case r.Kind == live.KindStatus:
		fetch = s.status
	case r.Kind == live.KindChannel:
		fetch = s.channels
	case s.open():
		fetch = s.openList
	}
	if err != nil {
		return nil, s.failed(r, 0, err)
	}
	p, a, err := fetch(ctx, c, r)
	if err != nil {
		return nil, s.failed(r, a.status, err)
	}
	p.OneLive = true
	return p, nil
}

// webList fetches a page of the public list. Its cursor is "<viewers>:<live id>" of the last row sent; rows whose
// count changes meanwhile appear twice or not at all.
func (s *chzzk) webList(ctx context.Context, c *http.Client, r Request) (*live.Page, answer, error) {
	params := url.Values{"size": {strconv.Itoa(s.size)}, "sortType": {"POPULAR"}}
	if r.Cursor != "" {
		count, id, ok := strings.Cut(r.Cursor, ":")
		if !ok || !digits(count) || !digits(id) {
			return nil, answer{}, &live.FetchError{Class: live.ErrCursor, Text: "not a cursor of this list"}
		}
		params.Set("concurrentUserCount", count)
		params.Set("liveId", id)
	}
	a, err := s.ask(ctx, c, query{endpoint: "api", path: "/service/v1/lives", params: params, header: chzzkWebHeader()})
	if err == nil {
		err = s.listError(a, r)
	}
	if err != nil {
		return nil, a, err
	}
	return s.listPage(r, a, parseChzzkList)
}

// openList fetches a page of the official list.
func (s *chzzk) openList(ctx context.Context, c *http.Client, r Request) (*live.Page, answer, error) {
	params := url.Values{"size": {strconv.Itoa(chzzkOpenRows)}}
	if r.Cursor != "" {
		params.Set("next", r.Cursor)
	}
	a, err := s.ask(ctx, c, query{endpoint: "openapi", path: "/open/v1/lives", params: params, header: s.openHeader(), secret: true})
	if err == nil {
		err = s.listError(a, r)
	}
	if err != nil {
		return nil, a, err
	}
	return s.listPage(r, a, parseChzzkOpenList)
}

// listError is statusError, knowing that 400 for a page in the middle refuses its cursor.
func (s *chzzk) listError(a answer, r Request) error {
	if a.status == http.StatusBadRequest && r.Cursor != "" {
		return &live.FetchError{Class: live.ErrCursor}
	}
	return s.statusError(a)
}

func (s *chzzk) listPage(r Request, a answer, parse func([]byte) (chzzkList, error)) (*live.Page, answer, error) {
	l, err := parse(a.body)
	if err == nil && l.next != "" && l.next == r.Cursor {
		err = format("the list does not advance")
	}
	if err != nil {
		return nil, a, err
	}
	p := s.page(r, a, live.CoverList)
	p.Observations, p.Next = l.rows, l.next
	l.census.mark(p)
	return p, a, nil
}

// openHeader names the app to the official API.
func (s *chzzk) openHeader() http.Header {
	return http.Header{"Client-Id": {string(s.creds.id)}, "Client-Secret": {string(s.creds.secret)}, "Content-Type": {"application/json"}}
}

// chzzkWebHeader is what the site's own script sends.
func chzzkWebHeader() http.Header {
	return http.Header{"Origin": {"https://chzzk.naver.com"}, "Referer": {"https://chzzk.naver.com/"}}
}
