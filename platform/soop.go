package platform

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"onair/live"
)

// soop reads SOOP, once AfreecaTV. The list comes from the Open API when a client id is set, else from the public
// list of the site; both have 60 rows a page and any page can be asked for. The state of one channel comes from the
// site's station or player endpoint. The hosts have moved three times: all are settings.
type soop struct {
	site
	status     string // "station" or "player": where channels are asked about
	categories categoryTable
}

var _ Source = (*soop)(nil)

const (
	soopRows = 60
	// soopLastPage is above any list (40 pages in 2026): a larger number is no cursor of ours.
	soopLastPage = 1000
	// soopReferer is what the recordings sent. The list needs one.
	soopReferer = "https://www.sooplive.co.kr/"
)

func soopSettings() []Setting {
	return []Setting{
		{Name: "endpoints.live", Default: "https://live.sooplive.com", Help: "public list and player check"},
		{Name: "endpoints.station", Default: "https://chapi.sooplive.co.kr", Help: "public station check"},
		{Name: "endpoints.openapi", Default: "https://openapi.sooplive.com", Help: "official API"},
		{Name: "endpoints.site", Default: "https://www.sooplive.com/live/all", Help: "list page that a browser opens when plain requests are refused (address to be confirmed)"},
		{Name: "client_id", Help: "of a SOOP developer account; with it, lists come from the official API"},
		{Name: "options.status", Default: "station", Help: "where channels are asked about: station or player"},
	}
}

func newSoop(c Config) (Source, error) {
	domains := []string{"sooplive.com", "sooplive.co.kr", "afreecatv.com"}
	s, err := newSite(live.PlatformInfo{
		ID: "soop", Name: "SOOP", NameKo: "SOOP", Home: "https://www.sooplive.com",
		Colour: "#0545b1", Icon: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 4a6 6 0 1 1 0 12 6 6 0 0 1 0-12zm0 3a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
		Links:  live.Hosts{"sooplive.com"},
		Images: live.Hosts(domains),
	}, soopSettings(), domains, c)
	if err != nil {
		return nil, err
	}
	status, err := s.wordOption("status", "station", "player")
	if err != nil {
		return nil, err
	}
	return &soop{site: s, status: status, categories: newCategoryTable()}, nil
}

func (s *soop) Offers() []Offer {
	return []Offer{
		{Kind: live.KindList, Rows: soopRows},
		{Kind: live.KindStatus, Batch: 1},
		{Kind: live.KindChannel, Batch: 1},
	}
}

// Ready is always nil: everything can be had without credentials.
func (s *soop) Ready() error { return nil }

func (s *soop) Fetch(ctx context.Context, c *http.Client, r Request) (*live.Page, error) {
	if err := s.check(r, s.Offers()); err != nil {
		return nil, s.failed(r, 0, err)
	}
	fetch := s.webList
	switch {
	case r.Kind == live.KindChannel:
		fetch = s.channel
	case r.Kind == live.KindStatus && s.status == "player":
		fetch = s.playerStatus
	case r.Kind == live.KindStatus:
		fetch = s.stationStatus
	case s.creds.id != "":
		fetch = s.openList
	}
	p, a, err := fetch(ctx, c, r)
	if err != nil {
		return nil, s.failed(r, a.status, err)
	}
	p.OneLive = true
	return p, nil
}

// soopPage reads a cursor: "" is page 1, else the page's number.
func soopPage(cursor string) (int, error) {
	if cursor == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(cursor)
	if err != nil || n < 1 || n > soopLastPage || strconv.Itoa(n) != cursor {
		return 0, &live.FetchError{Class: live.ErrCursor, Text: "not a page of this list"}
	}
	return n, nil
}

// webList fetches a page of the public list. It is JSON that calls itself text/html.
func (s *soop) webList(ctx context.Context, c *http.Client, r Request) (*live.Page, answer, error) {
	n, err := soopPage(r.Cursor)
	if err != nil {
		return nil, answer{}, err
	}
	a, err := s.ask(ctx, c, query{
		endpoint: "live", path: "/api/main_broad_list_api.php", header: http.Header{"Referer": {soopReferer}},
		params: url.Values{"selectType": {"action"}, "selectValue": {"all"}, "orderType": {"view_cnt"}, "pageNo": {strconv.Itoa(n)}, "lang": {"ko_KR"}},
	})
	if err == nil {
		err = s.statusError(a)
	}
	if err != nil {
		return nil, a, err
	}
	return s.listPage(r, a, n, s.bases["live"].Scheme, nil)
}

// listPage reads either list's answer for page n.
func (s *soop) listPage(r Request, a answer, n int, scheme string, names map[string]string) (*live.Page, answer, error) {
	l, err := parseSoopList(a.body, scheme)
	if err != nil {
		return nil, a, err
	}
	for i, o := range l.rows {
		if o.Category.Name == "" {
			l.rows[i].Category.Name = names[o.Category.ID]
		}
	}
	p := s.page(r, a, live.CoverList)
	p.Observations, p.Total = l.rows, l.total
	if l.sent >= soopRows && n < soopLastPage {
		p.Next = strconv.Itoa(n + 1)
	}
	l.census.mark(p)
	return p, a, nil
}

// soopRow is a broadcast in either list. Everything may come as a string or a number.
type soopRow struct {
	No           word   `json:"broad_no"`
	Parent       word   `json:"parent_broad_no"`
	UserID       word   `json:"user_id"`
	UserNick     word   `json:"user_nick"`
	Title        word   `json:"broad_title"`
	Thumb        word   `json:"broad_thumb"`
	Start        word   `json:"broad_start"`
	Grade        number `json:"broad_grade"`
	Viewers      number `json:"total_view_cnt"` // current_view_cnt leaves mobile out
	Password     yes    `json:"is_password"`
	Subscription yes    `json:"subscription_only"` // "0" or a tier
	CategoryNo   word   `json:"broad_cate_no"`
	CategoryName word   `json:"category_name"`
	Lang         word   `json:"strm_lang_type"`
	HashTags     words  `json:"hash_tags"`
	AutoTags     words  `json:"auto_hashtags"`
}

// relay reports that the room only shows another one's broadcast.
func (row *soopRow) relay() bool {
	return row.Parent != "" && strings.Trim(string(row.Parent), "0") != ""
}

func (row *soopRow) observation(scheme string) (live.Observation, error) {
	if row.No == "" || row.No == "0" {
		return live.Observation{}, format("no broad_no")
	}
	if row.UserID == "" {
		return live.Observation{}, format("no user_id")
	}
	v, err := row.Viewers.viewers()
	if err != nil {
		return live.Observation{}, err
	}
	o := live.Observation{
		ID: string(row.No), Channel: string(row.UserID), ChannelName: html.UnescapeString(string(row.UserNick)),
		Title: html.UnescapeString(string(row.Title)), Viewers: v,
		Category: live.Category{ID: soopCategory(row.CategoryNo), Name: html.UnescapeString(string(row.CategoryName))},
		Lang:     primary(string(row.Lang)), StartedAt: parseTime(string(row.Start)),
		Adult: row.Grade.n >= 19, Locked: bool(row.Password || row.Subscription),
		Thumbnail: soopImage(string(row.Thumb), scheme),
		URL:       "https://play.sooplive.com/" + url.PathEscape(string(row.UserID)) + "/" + url.PathEscape(string(row.No)),
	}
	for _, t := range distinct(row.HashTags, row.AutoTags) {
		o.Tags = append(o.Tags, html.UnescapeString(t))
	}
	return o, nil
}

// soopList is a page of either list.
type soopList struct {
	rows   []live.Observation // without relays
	sent   int                // rows that the site sent
	total  int
	census census
}

// parseSoopList reads a page of either list. A page past the end is empty and correct; an answer without the list,
// or one that counts rows and sends none, is not.
func parseSoopList(body []byte, scheme string) (soopList, error) {
	var p struct {
		Result number            `json:"result"`
		Total  number            `json:"total_cnt"`
		Count  number            `json:"cnt"`
		Broad  *[]maybe[soopRow] `json:"broad"`
	}
	if err := decode(body, &p); err != nil {
		return soopList{}, err
	}
	if p.Broad == nil {
		if p.Result.ok && p.Result.n <= 0 {
			return soopList{}, soopRefusal(p.Result.n)
		}
		return soopList{}, format("no broad")
	}
	sent := len(*p.Broad)
	l := soopList{rows: make([]live.Observation, 0, sent), sent: sent, census: census{rows: sent}}
	if p.Count.ok && p.Count.n > 0 {
		if l.sent == 0 {
			return soopList{}, format("%d rows counted, none sent", p.Count.n)
		}
		l.sent = int(min(p.Count.n, soopRows))
	}
	if p.Total.ok && p.Total.n > 0 && p.Total.n < 1<<31 {
		l.total = int(p.Total.n)
	}
	for i := range *p.Broad {
		r := &(*p.Broad)[i].v
		if r.relay() {
			continue
		}
		o, err := r.observation(scheme)
		if err != nil {
			l.census.unusable(i, err)
			continue
		}
		l.rows = append(l.rows, o)
	}
	if err := l.census.check(); err != nil {
		return soopList{}, err
	}
	return l, nil
}

// soopCategory writes a category number with the eight digits that lists use; stations leave leading zeros out.
func soopCategory(no word) string {
	s := strings.TrimSpace(string(no))
	if n := len(s); n > 0 && n < 8 && digits(s) {
		return strings.Repeat("0", 8-n) + s
	}
	return s
}

// soopImage completes "//host/path" and takes off the random number that only defeats caches: with it every
// observation would look changed. The picture behind the address changes by itself.
func soopImage(raw, scheme string) string {
	if strings.HasPrefix(raw, "//") {
		raw = scheme + ":" + raw
	}
	if address, random, ok := strings.Cut(raw, "?"); ok && digits(random) {
		return address
	}
	return raw
}
