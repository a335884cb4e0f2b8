package api

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"onair/live"
	"onair/view"
)

const (
	// maxValues bounds repeated parameters: each value is compared with every entry.
	maxValues = 20
	// maxWords bounds q in runes; a longer one is not a search but a load on the scan.
	maxWords = 100
	// maxCategory and maxCursor are above what the server itself gives out.
	maxCategory = 200
	maxCursor   = 1000
)

// listParams are the parameters of /v1/streams, in the order of openapi.yaml.
var listParams = []string{"platform", "category", "lang", "q", "min_viewers", "max_viewers", "new", "official", "rising", "hot", "include", "sort", "limit", "cursor", "min_seq"}

var sorts = []view.Sort{view.SortViewers, view.SortRising, view.SortStarted, view.SortName}

// params reads a query string and refuses what the route does not know. The first mistake is kept; reading goes on
// with zero values, so that a handler asks for err once.
type params struct {
	values url.Values
	err    error
}

// readParams parses r's query for a route with the parameters known.
func readParams(r *http.Request, known ...string) *params {
	p := &params{}
	if r.URL.RawQuery == "" {
		return p
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		p.err = &problem{kind: kindParameter, detail: "the query string is malformed"}
		return p
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names) // the same mistake gives the same answer
	for _, name := range names {
		if !slices.Contains(known, name) {
			name = strings.ToValidUTF8(name, "�")
			if len(known) == 0 {
				p.fail(name, "%.40q is not a parameter of this route, which has none", name)
			} else {
				p.fail(name, "%.40q is not a parameter of this route; it has %s", name, strings.Join(known, ", "))
			}
		}
	}
	p.values = values
	return p
}

func (p *params) fail(name, format string, a ...any) {
	if p.err == nil {
		p.err = badParameter(name, format, a...)
	}
}

// one gives the single value of name.
func (p *params) one(name string) (string, bool) {
	v := p.values[name]
	switch {
	case len(v) == 0:
		return "", false
	case len(v) > 1:
		p.fail(name, "%s is given %d times; it takes one value", name, len(v))
		return "", false
	}
	if !utf8.ValidString(v[0]) {
		p.fail(name, "%s is not valid UTF-8", name)
		return "", false
	}
	return v[0], true
}

// many gives the distinct values of a repeatable parameter, sorted: their order means nothing.
func (p *params) many(name string, ok func(string) bool, must string) []string {
	v := p.values[name]
	if len(v) > maxValues {
		p.fail(name, "%s is given %d times; at most %d are taken", name, len(v), maxValues)
		return nil
	}
	for _, x := range v {
		if !utf8.ValidString(x) || !ok(x) {
			p.fail(name, "%s is %.80q; it must be %s (repeat the parameter for several values)", name, x, must)
			return nil
		}
	}
	v = slices.Clone(v)
	slices.Sort(v)
	return slices.Compact(v)
}

// integer gives a whole number from low to high, and whether the parameter is there.
func (p *params) integer(name string, low, high int64) (int64, bool) {
	s, ok := p.one(name)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < low || n > high || s[0] == '+' {
		p.fail(name, "%s is %.40q; it must be a number from %d to %d", name, s, low, high)
		return 0, false
	}
	return n, true
}

func (p *params) boolean(name string) (value, ok bool) {
	s, ok := p.one(name)
	switch {
	case !ok:
		return false, false
	case s == "true" || s == "false":
		return s == "true", true
	}
	p.fail(name, "%s is %.40q; it must be true or false", name, s)
	return false, false
}

// minSeq gives min_seq, 0 when absent.
func (p *params) minSeq() uint64 {
	n, _ := p.integer("min_seq", 0, 1<<62)
	return uint64(n)
}

// list reads the filters of /v1/streams. Platforms must be among those that the snapshot has: a platform that does not
// exist would else look like one where nobody is live.
func (p *params) list(snap *view.Snapshot) view.Query {
	q := view.Query{Sort: view.SortViewers, Limit: view.DefaultLimit}
	var known []string
	for i := range snap.Platforms {
		known = append(known, string(snap.Platforms[i].Info.ID))
	}
	for _, id := range p.many("platform", func(s string) bool { return slices.Contains(known, s) }, "one of "+strings.Join(known, ", ")) {
		q.Platforms = append(q.Platforms, live.Platform(id))
	}
	q.Categories = p.many("category", func(s string) bool { return s != "" && utf8.RuneCountInString(s) <= maxCategory }, "an id from /v1/categories")
	q.Langs = p.many("lang", langCode, "a lower-case language code such as ko")
	if s, ok := p.one("q"); ok {
		if utf8.RuneCountInString(s) > maxWords {
			p.fail("q", "q is longer than %d characters", maxWords)
		}
		if s != "" && !strings.ContainsFunc(live.CleanText(s, maxWords), searchable) {
			p.fail("q", "q is %.40q, which has nothing to look for; leave it out or empty for the whole list", s)
		}
		q.Q = strings.Join(strings.Fields(s), " ")
	}
	if n, ok := p.integer("min_viewers", 0, int64(live.MaxViewers)); ok {
		q.MinViewers = &n
	}
	if n, ok := p.integer("max_viewers", 0, int64(live.MaxViewers)); ok {
		q.MaxViewers = &n
		if q.MinViewers != nil && *q.MinViewers > n {
			p.fail("min_viewers", "min_viewers is %d, above max_viewers %d", *q.MinViewers, n)
		}
	}
	q.New, _ = p.boolean("new")
	q.Rising, _ = p.boolean("rising")
	q.Hot, _ = p.boolean("hot")
	if b, ok := p.boolean("official"); ok {
		q.Official = &b
	}
	for _, what := range p.many("include", func(s string) bool { return s == "adult" || s == "locked" }, "adult or locked") {
		q.Adult = q.Adult || what == "adult"
		q.Locked = q.Locked || what == "locked"
	}
	if s, ok := p.one("sort"); ok {
		if q.Sort = view.Sort(s); !slices.Contains(sorts, q.Sort) {
			p.fail("sort", "sort is %.40q; it must be viewers, rising, started or name", s)
		}
	}
	if n, ok := p.integer("limit", 1, view.MaxLimit); ok {
		q.Limit = int(n)
	}
	if s, ok := p.one("cursor"); ok {
		if q.Cursor = s; s == "" || len(s) > maxCursor {
			p.fail("cursor", "cursor must be the next of a page before")
		}
	}
	return q
}

// searchable reports runes that the search looks at; a q without any would silently be no filter at all.
func searchable(r rune) bool {
	return !unicode.IsSpace(r) && !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r)
}

func langCode(s string) bool {
	return len(s) >= 2 && len(s) <= 8 && !strings.ContainsFunc(s, func(r rune) bool { return r < 'a' || r > 'z' })
}

// listKey names q in the cache: equal questions have equal keys, however they were written.
func listKey(q view.Query) string {
	b := make([]byte, 0, 64)
	b = append(b, "list "...)
	b = strconv.AppendInt(b, int64(q.Limit), 10)
	b = append(b, ' ')
	b = append(b, q.Sort...)
	for _, p := range q.Platforms {
		b = append(b, " p="...)
		b = append(b, p...)
	}
	for _, c := range q.Categories {
		b = strconv.AppendQuote(append(b, " c="...), c)
	}
	for _, l := range q.Langs {
		b = append(append(b, " l="...), l...)
	}
	if q.Q != "" {
		b = strconv.AppendQuote(append(b, " q="...), q.Q)
	}
	if q.MinViewers != nil {
		b = strconv.AppendInt(append(b, " min="...), *q.MinViewers, 10)
	}
	if q.MaxViewers != nil {
		b = strconv.AppendInt(append(b, " max="...), *q.MaxViewers, 10)
	}
	if q.New {
		b = append(b, " new"...)
	}
	for _, flag := range [...]struct {
		on   bool
		name string
	}{{q.Rising, " rising"}, {q.Hot, " hot"}, {q.Adult, " adult"}, {q.Locked, " locked"}} {
		if flag.on {
			b = append(b, flag.name...)
		}
	}
	if q.Official != nil {
		b = strconv.AppendBool(append(b, " official="...), *q.Official)
	}
	if q.Cursor != "" {
		b = strconv.AppendQuote(append(b, " cursor="...), q.Cursor)
	}
	return string(b)
}
