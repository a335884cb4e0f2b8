package sim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// SOOP's web list, as recorded in September 2026: JSON that calls itself HTML, numbers in strings.

const soopType = "text/html; charset=utf-8"

// soopRows is the page size; nobody can change it.
const soopRows = 60

type soopPage struct {
	TotalCnt string    `json:"total_cnt"`
	Cnt      int       `json:"cnt"`
	Broad    []soopRow `json:"broad"`
	Time     int64     `json:"time"`
	IsWP     []string  `json:"is_wp"`
}

type soopRow struct {
	BroadNo          string   `json:"broad_no"`
	ParentBroadNo    string   `json:"parent_broad_no"`
	UserID           string   `json:"user_id"`
	UserNick         string   `json:"user_nick"`
	BroadTitle       string   `json:"broad_title"`
	TitleTranslate   string   `json:"broad_title_translate"`
	BroadThumb       string   `json:"broad_thumb"`
	BroadStart       string   `json:"broad_start"`
	BroadGrade       string   `json:"broad_grade"`
	BroadBps         string   `json:"broad_bps"`
	BroadResolution  string   `json:"broad_resolution"`
	VisitBroadType   string   `json:"visit_broad_type"`
	BroadType        string   `json:"broad_type"`
	StationName      string   `json:"station_name"`
	BroadMemo        string   `json:"broad_memo"`
	CurrentViewCnt   string   `json:"current_view_cnt"` // PC only
	MCurrentViewCnt  string   `json:"m_current_view_cnt"`
	AllowedViewCnt   string   `json:"allowed_view_cnt"`
	IsPassword       string   `json:"is_password"`
	Rank             string   `json:"rank"`
	BroadCateNo      string   `json:"broad_cate_no"`
	TotalViewCnt     string   `json:"total_view_cnt"`
	PCViewCnt        string   `json:"pc_view_cnt"`
	MobileViewCnt    string   `json:"mobile_view_cnt"`
	IsDrops          int      `json:"is_drops"`
	AutoHashtags     []string `json:"auto_hashtags"`
	SubscriptionOnly string   `json:"subscription_only"`
	SubtitleCd       string   `json:"subtitle_cd"`
	StrmLangType     string   `json:"strm_lang_type"`
	CategoryTags     []string `json:"category_tags"`
	CategoryName     string   `json:"category_name"`
	HashTags         []string `json:"hash_tags"`
	LangTags         []string `json:"lang_tags"`
	IsSubtitle       bool     `json:"is_subtitle"`
}

// soopSelect picks and orders rows as both list APIs do.
func (s *Server) soopSelect(step int64, category, lang, order string) []shown {
	rows := s.world.list(soop, step)
	if category != "" || lang != "" {
		rows = slices.DeleteFunc(slices.Clone(rows), func(b shown) bool {
			return category != "" && s.world.words.topics[b.segmentAt(step).topic].soopNo != category ||
				lang != "" && soopLang(b.line.label) != lang
		})
	}
	if order == "broad_start" {
		rows = slices.Clone(rows)
		slices.SortFunc(rows, func(a, b shown) int {
			return cmp.Or(cmp.Compare(b.start, a.start), cmp.Compare(b.number, a.number))
		})
	}
	return rows
}

func soopLang(label string) string {
	switch label {
	case "vi":
		return "vi_VN"
	case "en":
		return "en_US"
	case "zh":
		return "zh_CN"
	case "th":
		return "th_TH"
	}
	return "ko_KR"
}

func soopLangName(label string) string {
	switch label {
	case "vi":
		return "Tiếng Việt"
	case "en":
		return "English"
	case "zh":
		return "简体中文"
	case "th":
		return "ภาษาไทย"
	}
	return "한국어"
}

// slicePage is page no (from 1) of rows; empty beyond the end.
func slicePage(rows []shown, no, size int) []shown {
	from := min(max(no-1, 0), len(rows)/size+1) * size
	return rows[min(from, len(rows)):min(from+size, len(rows))]
}

func (s *Server) soopList(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	no, ok := intParam(r, "pageNo", 1, 0, 1<<30)
	if !ok {
		no = 1 // PHP reads nonsense as nothing
	}
	category := ""
	if q.Get("selectType") == "cate" {
		category = q.Get("selectValue")
	}
	now := s.now()
	step := soop.step(now)
	rows := s.soopSelect(step, category, q.Get("strmLangType"), q.Get("orderType"))
	page := soopPage{TotalCnt: strconv.Itoa(len(rows)), Broad: []soopRow{}, Time: now.Unix(), IsWP: []string{}}
	for _, b := range slicePage(rows, no, soopRows) {
		page.Broad = append(page.Broad, s.soopRow(b, step, r.Host))
	}
	page.Cnt = len(page.Broad)
	http.SetCookie(w, &http.Cookie{Name: "AbroadChk", Value: "OK", Path: "/"})
	writePHP(w, http.StatusOK, soopType, page)
}

func (s *Server) soopRow(b shown, step int64, host string) soopRow {
	seg := b.segmentAt(step)
	t := &s.world.words.topics[seg.topic]
	mobile := b.viewers * int(30+b.key%46) / 100
	title := html.EscapeString(seg.title)
	row := soopRow{
		BroadNo: b.id, ParentBroadNo: s.parent(b.broadcast, step), UserID: b.line.channelID, UserNick: b.line.name,
		BroadTitle: title, TitleTranslate: title,
		BroadThumb: fmt.Sprintf("//%s/img/soop/%s?%d", host, b.id, hash(b.key, uint64(step))%1000),
		BroadStart: kstTime(b.start), BroadGrade: b.grade(), BroadBps: "8000", BroadResolution: "1920x1080",
		VisitBroadType: strconv.Itoa(int(b.key % 2)), BroadType: "31", StationName: b.line.name + " 방송국",
		CurrentViewCnt: strconv.Itoa(b.viewers - mobile), MCurrentViewCnt: strconv.Itoa(mobile), AllowedViewCnt: "100000",
		IsPassword: yesNo(b.password), Rank: "0", BroadCateNo: t.soopNo, TotalViewCnt: strconv.Itoa(b.viewers),
		PCViewCnt: strconv.Itoa(b.viewers - mobile), MobileViewCnt: strconv.Itoa(mobile), AutoHashtags: []string{},
		SubscriptionOnly: b.subscription, SubtitleCd: "0", StrmLangType: soopLang(b.line.label),
		CategoryTags: []string{t.soopName}, CategoryName: t.soopName, HashTags: b.tags(t), LangTags: []string{soopLangName(b.line.label)},
	}
	if b.key%12 == 0 { // a telephone
		row.BroadResolution, row.BroadType = "576x1024", "52"
	}
	return row
}

func (b *broadcast) grade() string {
	if b.line.adult {
		return "19"
	}
	return "0"
}

func yesNo(b bool) string {
	if b {
		return "Y"
	}
	return "N"
}

// parent is the number of the room that a relay carries: one of those always on the air; "0" for everybody else.
func (s *Server) parent(b *broadcast, step int64) string {
	if !b.line.relay {
		return "0"
	}
	for i := range s.world.restarting {
		c := s.world.restarting[(i+int(b.line.key%64))%len(s.world.restarting)]
		l := c.lines[0]
		if l.site != soop || l.relay {
			continue
		}
		if room := s.world.lastOf(c.lines[:1], step); room != nil {
			return room.id
		}
	}
	return "1"
}

// soopMoved is the address of before the move.
func (s *Server) soopMoved(w http.ResponseWriter, r *http.Request) {
	to := "/soop/live/" + r.PathValue("path")
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	http.Redirect(w, r, to, http.StatusMovedPermanently)
}

// writePHP sends JSON as PHP's json_encode spells it: slashes escaped, and everything beyond ASCII as \u.
func writePHP(w http.ResponseWriter, status int, contentType string, v any) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(phpJSON(v))
}

func phpJSON(v any) []byte {
	var plain bytes.Buffer
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // own structs of strings and numbers always encode
	body := bytes.TrimRight(plain.Bytes(), "\n")
	out := make([]byte, 0, 2*len(body)) // three bytes of Hangul become six
	done := 0
	for i := 0; i < len(body); {
		c := body[i]
		if c != '/' && c < utf8.RuneSelf {
			i++
			continue
		}
		out = append(out, body[done:i]...)
		if c == '/' {
			out = append(out, `\/`...)
			i++
		} else {
			r, n := utf8.DecodeRune(body[i:])
			i += n
			out = appendUnicode(out, r)
		}
		done = i
	}
	return append(out, body[done:]...)
}

// appendUnicode writes a character as one or two UTF-16 escapes.
func appendUnicode(out []byte, r rune) []byte {
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		return appendUnicode(appendUnicode(out, high), low)
	}
	const hex = "0123456789abcdef"
	return append(out, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}

// jsonp wraps a body in the call that the caller named.
func jsonp(callback string, body []byte) []byte {
	if callback == "" {
		return body
	}
	name := strings.Map(func(c rune) rune {
		if c == '_' || c == '.' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			return c
		}
		return -1
	}, callback)
	return fmt.Appendf(nil, "%s(%s)", name, body)
}
