package sim

import (
	"fmt"
	"html"
	"net/http"
	"strconv"
)

// SOOP's Open API: the same list for an application's client id, without category names, as JSON or as JSONP.

type soopOpenPage struct {
	TotalCnt  int           `json:"total_cnt"`
	PageNo    string        `json:"page_no"`
	PageBlock int           `json:"page_block"`
	Broad     []soopOpenRow `json:"broad"`
	Time      int64         `json:"time"`
}

type soopOpenRow struct {
	BroadTitle      string `json:"broad_title"`
	VisitBroadType  string `json:"visit_broad_type"`
	IsPassword      string `json:"is_password"` // "0" or "1" here
	BroadCateNo     string `json:"broad_cate_no"`
	BroadNo         string `json:"broad_no"`
	UserID          string `json:"user_id"`
	UserNick        string `json:"user_nick"`
	ProfileImg      string `json:"profile_img"`
	BroadThumb      string `json:"broad_thumb"`
	BroadStart      string `json:"broad_start"`
	BroadGrade      string `json:"broad_grade"`
	BroadBps        string `json:"broad_bps"`
	BroadResolution string `json:"broad_resolution"`
	TotalViewCnt    string `json:"total_view_cnt"`
}

type soopError struct {
	Result int    `json:"result"`
	Msg    string `json:"msg"`
}

// soopClient checks client_id. SOOP says no with status 200.
func soopClient(w http.ResponseWriter, r *http.Request) bool {
	if id := r.URL.Query().Get("client_id"); id == "" || id == wrongSecret {
		soopOpenWrite(w, r, soopError{-1104, "invalid client"})
		return false
	}
	return true
}

func soopOpenWrite(w http.ResponseWriter, r *http.Request, v any) {
	w.Header().Set("Content-Type", jsonType)
	_, _ = w.Write(jsonp(r.URL.Query().Get("callback"), phpJSON(v)))
}

func (s *Server) soopOpenList(w http.ResponseWriter, r *http.Request) {
	if !soopClient(w, r) {
		return
	}
	q := r.URL.Query()
	no, ok := intParam(r, "page_no", 1, 0, 1<<30)
	if !ok {
		soopOpenWrite(w, r, soopError{-1, "invalid page_no"})
		return
	}
	category, lang := "", ""
	switch q.Get("select_key") {
	case "cate":
		category = q.Get("select_value")
	case "lang":
		lang = q.Get("select_value")
	}
	now := s.now()
	step := soop.step(now)
	rows := s.soopSelect(step, category, lang, q.Get("order_type"))
	page := soopOpenPage{TotalCnt: len(rows), PageNo: strconv.Itoa(no), PageBlock: soopRows, Broad: []soopOpenRow{}, Time: now.Unix()}
	for _, b := range slicePage(rows, no, soopRows) {
		web := s.soopRow(b, step, r.Host)
		page.Broad = append(page.Broad, soopOpenRow{
			BroadTitle: web.BroadTitle, VisitBroadType: web.VisitBroadType, IsPassword: zeroOne(b.password),
			BroadCateNo: web.BroadCateNo, BroadNo: web.BroadNo, UserID: web.UserID, UserNick: web.UserNick,
			ProfileImg: fmt.Sprintf("//%s/img/soop/channel/%s.jpg?dummy=%d", r.Host, web.UserID, b.line.key%1_000_000_000),
			BroadThumb: fmt.Sprintf("//%s/img/soop/%s", r.Host, b.id), BroadStart: web.BroadStart, BroadGrade: web.BroadGrade,
			BroadBps: web.BroadBps, BroadResolution: web.BroadResolution, TotalViewCnt: web.TotalViewCnt,
		})
	}
	soopOpenWrite(w, r, page)
}

type soopCategory struct {
	CateNo   string         `json:"cate_no"`
	CateName string         `json:"cate_name"`
	Child    []soopCategory `json:"child"`
}

// soopOpenCategories is a tree of two levels; groups are the first four digits.
func (s *Server) soopOpenCategories(w http.ResponseWriter, r *http.Request) {
	if !soopClient(w, r) {
		return
	}
	groups := []soopCategory{{"00040000", "게임", nil}, {"00130000", "토크/캠방", nil}, {"00570000", "스포츠", nil}, {"00100000", "음악", nil}, {"00020000", "취미/라이프", nil}}
	for i := range groups {
		g := &groups[i]
		g.Child = []soopCategory{}
		for _, t := range s.world.words.topics {
			if t.soopNo[:4] == g.CateNo[:4] && t.soopNo != g.CateNo {
				g.Child = append(g.Child, soopCategory{t.soopNo, html.EscapeString(t.soopName), []soopCategory{}})
			}
		}
	}
	soopOpenWrite(w, r, struct {
		BroadCategory []soopCategory `json:"broad_category"`
	}{groups})
}

func zeroOne(b bool) string {
	if b {
		return "1"
	}
	return "0"
}
