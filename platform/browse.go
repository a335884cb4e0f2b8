package platform

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"onair/live"
)

// BrowserSource is a Source that has a second way in, for when its plain requests are refused: the site's own list page in
// a real browser, whose scripts ask for the same answers that Fetch asks for.
type BrowserSource interface {
	Source
	// Browse opens the list page in t and calls each with one page after the other, as Fetch would give them, from the head.
	// Only Latency is set beyond that. It ends at the list's end (nil), with each's error as it is, or with an error that
	// wraps a *live.FetchError. Kinds other than KindList and cursors other than the head are live.ErrUnsupported.
	Browse(ctx context.Context, t Tab, r Request, each func(*live.Page) error) error
}

// Tab is one page in a browser with a profile that nobody has used before. platform/browser has the real one.
type Tab interface {
	// Read opens v.Page and calls each with the answers that the page's own scripts get and v.Wants, one after the other.
	// After each it makes the page want more, as a reader does who scrolls to its end. It ends with each's error as it is,
	// or with a *live.FetchError: the page cannot be had, leads elsewhere, or shows nothing more.
	Read(ctx context.Context, v Visit, each func(Seen) error) error
}

// Visit is what a Tab is to open and to look for. The functions must be pure: a Tab calls them from goroutines of its own.
type Visit struct {
	Page  string
	Stays func(*url.URL) bool // where the page may lead; anything else is a login, consent or block page
	Wants func(*url.URL) bool // answers from these addresses are given to each
}

// Seen is one answer that a page got.
type Seen struct {
	URL    *url.URL // asked for, before redirects
	Status int
	Header http.Header
	Body   []byte
	Took   time.Duration // from the request to the last byte
}

// listCalls is how a platform's list page asks for its list.
type listCalls struct {
	endpoint string // name of the API's base URL
	path     string
	// cursor gives the cursor that an answer's query asked for, as Request has it; ok is false for another list.
	cursor func(url.Values) (cursor string, ok bool)
	parse  func(Request, answer) (*live.Page, error)
}

// siteEndpoint is the name of the endpoint that is the list page's address.
const siteEndpoint = "site"

// maxEarly bounds answers that came before their predecessor; a page that asks for two at once is ordinary, for more is not.
const maxEarly = 4

var errListEnd = errors.New("end of the list")

// browse reads the list page. Its scripts may ask for other lists, or for the head again: only an answer for the cursor
// that the page before it gave is the next page.
func (s *site) browse(ctx context.Context, t Tab, r Request, l listCalls, each func(*live.Page) error) error {
	if r.Kind != live.KindList || r.Cursor != "" || len(r.Keys) > 0 {
		return s.failed(r, 0, unsupported("a browser reads the list from its head, nothing else"))
	}
	api, page := s.bases[l.endpoint], s.bases[siteEndpoint]
	v := Visit{
		Page: page.String(),
		Stays: func(u *url.URL) bool {
			return sameOrigin(u, page) || u.Scheme == "https" && live.Hosts(s.domains).Allow("https://"+u.Host)
		},
		Wants: func(u *url.URL) bool {
			if !sameOrigin(u, api) || u.Path != api.Path+l.path {
				return false
			}
			_, ok := l.cursor(u.Query())
			return ok
		},
	}
	next, done := "", false
	early := map[string]Seen{}
	var own error // of each or of an answer; what Read gives otherwise is the tab's
	err := t.Read(ctx, v, func(a Seen) error {
		if cursor, _ := l.cursor(a.URL.Query()); cursor != next {
			if len(early) < maxEarly && cursor != "" {
				early[cursor] = a
			}
			return nil
		}
		for ok := true; ok; a, ok = early[next] {
			delete(early, next)
			one := Request{Kind: live.KindList, Cursor: next}
			p, err := l.parse(one, answer{a.Status, a.Header, a.Body})
			if err != nil {
				own = s.failed(one, a.Status, err)
				return own
			}
			p.Latency = a.Took.Milliseconds()
			if own = each(p); own != nil {
				return own
			}
			if p.Next == "" {
				done = true
				return errListEnd
			}
			next = p.Next
		}
		return nil
	})
	switch {
	case own != nil:
		return own
	case done, err == nil:
		return nil
	}
	return s.failed(r, 0, err)
}
