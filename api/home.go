package api

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"onair/live"
	"onair/view"
)

//go:embed home.html
var homeSource string

//go:embed page.css
var pageStyle string

var homeTemplate = template.Must(template.New("home").Parse(homeSource))

// homeRows is how many entries the page lists.
const homeRows = 100

// styleHash lets the one style sheet through the policies below.
var styleHash = func() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}()

var (
	// homePolicy: no script, no frame, no form; pictures from the platforms' own hosts (http: for a simulator).
	homePolicy = "default-src 'none'; style-src " + styleHash + "; img-src https: http:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	docsPolicy = "default-src 'none'; style-src " + styleHash + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

// serveHome lists the top Korean entries for readers without any client. Like every body it holds times, not ages, so that
// it is made once for a snapshot.
func (s *Server) serveHome(w http.ResponseWriter, r *http.Request) error {
	rd := s.latest()
	if rd == nil {
		return errNotReady
	}
	return s.send(w, r, rd.get("home", true, func(p *response) error {
		var b bytes.Buffer
		page, err := homeOf(rd.snap)
		if err != nil {
			return err
		}
		if err := homeTemplate.Execute(&b, page); err != nil {
			return err
		}
		p.fill(contentHTML, homePolicy, rd.lineage, b.Bytes())
		return nil
	}))
}

type homePage struct {
	Style   template.CSS
	Total   string
	Viewers string
	AsOf    string
	Sites   []homeSite
	Rows    []homeRow
}

type homeSite struct {
	Name, Icon, Colour string
	URL                string
	Broadcasts         string
	State              string
}

type homeRow struct {
	Rank           int
	Up, Down       int
	Picture        string
	Creator, Title string
	URL            string
	Category       string
	Started        string
	Marks          []string
	Viewers        string
	Spark          string
	Sites          []homeSite
}

// seoul is Korean time, which knows no summer time; the machine may lack the zone files.
var seoul = time.FixedZone("KST", 9*60*60)

var colour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

var stateKo = map[view.Status]string{view.StatusDegraded: "늦음", view.StatusDown: "끊김", view.StatusOff: "꺼짐"}

func homeOf(snap *view.Snapshot) (homePage, error) {
	list, err := snap.Query(view.Query{Langs: []string{"ko"}, Limit: homeRows})
	if err != nil {
		return homePage{}, err
	}
	page := homePage{Style: template.CSS(pageStyle), Total: grouped(int64(list.Total)), Viewers: manCount(list.Viewers)}
	sites := map[live.Platform]homeSite{}
	for i := range snap.Platforms {
		p := &snap.Platforms[i]
		site := homeSite{Name: p.Info.NameKo, Icon: p.Info.Icon, Colour: "#888888", Broadcasts: grouped(int64(list.Platforms[i].Entries)), State: stateKo[p.State]}
		if site.Name == "" {
			site.Name = p.Info.Name
		}
		if colour.MatchString(p.Info.Colour) {
			site.Colour = p.Info.Colour
		}
		sites[p.Info.ID] = site
		page.Sites = append(page.Sites, site)
	}
	if !snap.AsOf.IsZero() {
		page.AsOf = snap.AsOf.In(seoul).Format("1월 2일 15:04:05")
	}
	for _, e := range list.Entries {
		page.Rows = append(page.Rows, homeRowOf(e, sites, snap.LogTime))
	}
	return page, nil
}

// marks names what is special about an entry.
func marks(e *view.Entry) (list []string) {
	for _, m := range [...]struct {
		on   bool
		name string
	}{{e.New, "새 방송"}, {e.Rising, "급상승"}, {e.Hot, "화제"}, {e.Official, "공식"}} {
		if m.on {
			list = append(list, m.name)
		}
	}
	return list
}

func homeRowOf(e *view.Entry, sites map[live.Platform]homeSite, now time.Time) homeRow {
	row := homeRow{
		Rank: e.Rank, Picture: e.Thumbnail.URL, Creator: e.Creator.Name, Title: e.Title, Category: e.Category.NameKo,
		Marks: marks(e), Viewers: "비공개", Spark: spark(e.Trend),
	}
	if row.Creator == "" {
		row.Creator = e.ID
	}
	if e.Viewers.Known() {
		row.Viewers = manCount(e.Viewers.Count())
	}
	if c := e.RankChange; c != nil {
		row.Up, row.Down = max(*c, 0), max(-*c, 0)
	}
	if !e.StartedAt.IsZero() {
		layout := "15:04"
		if started := e.StartedAt.In(seoul); started.YearDay() != now.In(seoul).YearDay() || started.Year() != now.In(seoul).Year() {
			layout = "1월 2일 15:04"
		}
		row.Started = e.StartedAt.In(seoul).Format(layout)
	}
	for _, m := range e.Broadcasts {
		site := sites[m.ID.Platform]
		site.URL = m.URL
		if row.URL == "" {
			row.URL = m.URL
		}
		row.Sites = append(row.Sites, site)
	}
	return row
}

// spark draws a line through the known counts of a trend in a box of 60 by 16.
func spark(trend []live.Viewers) string {
	high, known := int64(1), 0
	for _, v := range trend {
		if v.Known() {
			known++
			high = max(high, v.Count())
		}
	}
	if known < 2 {
		return ""
	}
	var b strings.Builder
	pen := byte('M')
	for i, v := range trend {
		if !v.Known() {
			pen = 'M'
			continue
		}
		b.WriteByte(pen)
		b.WriteString(strconv.Itoa(i * 60 / (len(trend) - 1)))
		b.WriteByte(' ')
		b.WriteString(strconv.FormatInt(15-v.Count()*14/high, 10))
		pen = 'L'
	}
	return b.String()
}

// manCount writes a count as Koreans read it: 9,027, 3.6만, 61만.
func manCount(n int64) string {
	if n < 10_000 {
		return grouped(n)
	}
	tenths := n / 1000
	s := grouped(tenths / 10)
	if n < 1_000_000 && tenths%10 != 0 {
		s += "." + strconv.FormatInt(tenths%10, 10)
	}
	return s + "만"
}

// grouped writes n with a comma before every third digit from the right.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
