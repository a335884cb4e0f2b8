package sim

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

func soopPageAt(t *testing.T, s *Server, query string) soopPage {
	t.Helper()
	var p soopPage
	a := get(t, s, "/soop/live/api/main_broad_list_api.php?"+query)
	if a.status != 200 || a.header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("%d %s", a.status, a.header.Get("Content-Type"))
	}
	for _, c := range a.body {
		if c >= 0x80 {
			t.Fatal("not spelt as PHP does")
		}
	}
	a.decode(t, &p)
	return p
}

func TestSOOPPaging(t *testing.T) {
	s, _ := mustSim(t, 1, .2)
	want := len(s.world.list(soop, soop.step(evening)))
	seen := map[string]bool{}
	last := 1<<31 - 1
	for no := 1; ; no++ {
		p := soopPageAt(t, s, fmt.Sprintf("selectType=action&selectValue=all&orderType=view_cnt&pageNo=%d&lang=ko_KR", no))
		if p.TotalCnt != strconv.Itoa(want) || p.Cnt != len(p.Broad) {
			t.Errorf("page %d: total %s cnt %d of %d", no, p.TotalCnt, p.Cnt, len(p.Broad))
		}
		full := min(60, max(0, want-60*(no-1)))
		if len(p.Broad) != full {
			t.Errorf("page %d: %d rows, want %d", no, len(p.Broad), full)
		}
		if len(p.Broad) == 0 {
			break
		}
		for _, r := range p.Broad {
			n, _ := strconv.Atoi(r.TotalViewCnt)
			pc, _ := strconv.Atoi(r.CurrentViewCnt)
			mobile, _ := strconv.Atoi(r.MCurrentViewCnt)
			served, _, live := s.world.Served("soop", r.BroadNo, evening)
			if n > last || pc+mobile != n || served != n || !live {
				t.Errorf("row %s: %d viewers (%d+%d) behind %d, served %d", r.BroadNo, n, pc, mobile, last, served)
			}
			last = n
			seen[r.BroadNo] = true
		}
	}
	if len(seen) != want {
		t.Errorf("%d broadcasts, want %d", len(seen), want)
	}
}

func TestSOOPRowQuirks(t *testing.T) {
	s, _ := mustSim(t, 1, 1)
	var relay, adult, password, subscribers, entity, phone int
	langs := map[string]int{}
	for no := 1; no < 60; no++ {
		for _, r := range soopPageAt(t, s, fmt.Sprintf("pageNo=%d", no)).Broad {
			if r.ParentBroadNo != "0" {
				relay++
				if n, _, live := s.world.Served("soop", r.ParentBroadNo, evening); !live || n < 0 {
					t.Errorf("relay %s of %s, which is not live", r.BroadNo, r.ParentBroadNo)
				}
			}
			if r.BroadGrade == "19" {
				adult++
			}
			if r.IsPassword == "Y" {
				password++
			}
			if r.SubscriptionOnly != "0" {
				subscribers++
			}
			if html.UnescapeString(r.BroadTitle) != r.BroadTitle {
				entity++
			}
			if r.BroadResolution == "576x1024" {
				phone++
			}
			langs[r.StrmLangType]++
			if !strings.HasPrefix(r.BroadThumb, "//sim.test/img/soop/"+r.BroadNo+"?") || len(r.BroadCateNo) != 8 {
				t.Errorf("thumb %s category %s", r.BroadThumb, r.BroadCateNo)
			}
			if _, err := time.Parse(time.DateTime, r.BroadStart); err != nil {
				t.Error(err)
			}
		}
	}
	for what, n := range map[string]int{
		"relay": relay, "adult": adult, "password": password, "subscribers": subscribers,
		"entity": entity, "phone": phone, "vi_VN": langs["vi_VN"], "en_US": langs["en_US"],
	} {
		if n == 0 {
			t.Errorf("no %s row", what)
		}
	}
	// A category, a language, the order of starting.
	if p := soopPageAt(t, s, "selectType=cate&selectValue=00040019"); len(p.Broad) == 0 || p.Broad[0].CategoryName != "리그 오브 레전드" {
		t.Errorf("category: %d rows", len(p.Broad))
	}
	if p := soopPageAt(t, s, "strmLangType=vi_VN"); len(p.Broad) != langs["vi_VN"] && len(p.Broad) != 60 {
		t.Errorf("language: %d rows, want %d", len(p.Broad), langs["vi_VN"])
	}
	if p := soopPageAt(t, s, "orderType=broad_start"); p.Broad[0].BroadStart < p.Broad[59].BroadStart {
		t.Error("not newest first")
	}
}

func TestSOOPPlayerAndStation(t *testing.T) {
	s, c := mustSim(t, 1, 1)
	player := func(user string) map[string]any {
		a := ask(t, s, http.MethodPost, "/soop/live/afreeca/player_live_api.php?bjid="+user, url.Values{"bid": {user}, "type": {"live"}}.Encode())
		var b struct{ CHANNEL map[string]any }
		a.decode(t, &b)
		return b.CHANNEL
	}
	result := func(ch map[string]any) string { return fmt.Sprint(ch["RESULT"]) }
	kinds, texts := map[string]bool{}, 0
	for _, l := range s.world.list(soop, soop.step(evening)) {
		if l.line.relay {
			continue
		}
		c.set(evening)
		ch := player(l.line.channelID)
		want := "1"
		switch {
		case l.subscription != "0":
			want = "-14"
		case l.line.adult && l.password:
			want = "-8"
		case l.line.adult:
			want = "-6"
		}
		if result(ch) != want {
			t.Fatalf("%s: RESULT %v, want %s", l.line.channelID, ch["RESULT"], want)
		}
		if _, is := ch["RESULT"].(string); is {
			texts++
		}
		if want == "1" && (ch["BNO"] != l.id || ch["VIEWPRESET"] == nil) || want == "-6" && ch["BTIME"] == nil {
			t.Fatalf("%s: %v", l.line.channelID, ch)
		}
		kinds[want] = true
	}
	if len(kinds) != 4 || texts == 0 {
		t.Errorf("results %v, %d as text", kinds, texts)
	}
	if ch := player("nobody"); result(ch) != "0" {
		t.Errorf("unknown: %v", ch)
	}

	row := find(t, s, c, soop, func(b shown) bool {
		return !b.line.adult && b.subscription == "0" && b.line.creator.restart == 0 && b.line.key%5 != 0
	})
	var st soopStationAnswer
	get(t, s, "/soop/chapi/api/"+row.line.channelID+"/station").decode(t, &st)
	if st.Broad == nil || st.Broad.BroadNo != row.number || st.Broad.CurrentSumViewer != row.viewers || st.Broad.BroadCateNo == 0 {
		t.Errorf("station: %+v", st.Broad)
	}
	c.set(time.Unix(row.end+20, 0))
	ended := get(t, s, "/soop/chapi/api/"+row.line.channelID+"/station")
	if !strings.Contains(string(ended.body), `"broad":null`) {
		t.Errorf("station after the end: %s", ended.body)
	}
	if ch := player(row.line.channelID); result(ch) != "0" || ch["TITLE"] != nil {
		t.Errorf("player after the end: %v", ch)
	}
	a := get(t, s, "/soop/chapi/api/nobody/station")
	if a.status != 515 || !strings.Contains(string(a.body), `"code":9000`) {
		t.Errorf("unknown station: %d %s", a.status, a.body)
	}
}

func TestSOOPOpenAPI(t *testing.T) {
	s, _ := mustSim(t, 1, .2)
	for _, id := range []string{"", "wrong"} {
		a := get(t, s, "/soop/openapi/broad/list?client_id="+id)
		if a.status != 200 || string(a.body) != `{"result":-1104,"msg":"invalid client"}` {
			t.Errorf("%q: %d %s", id, a.status, a.body)
		}
	}
	var p soopOpenPage
	get(t, s, "/soop/openapi/broad/list?client_id=x&order_type=view_cnt&page_no=2").decode(t, &p)
	if p.PageNo != "2" || p.PageBlock != 60 || len(p.Broad) != 60 || p.TotalCnt != len(s.world.list(soop, soop.step(evening))) {
		t.Errorf("page %s of %d: %d rows of %d", p.PageNo, p.PageBlock, len(p.Broad), p.TotalCnt)
	}
	for _, r := range p.Broad {
		if r.IsPassword != "0" && r.IsPassword != "1" {
			t.Errorf("is_password %q", r.IsPassword)
		}
	}
	a := get(t, s, "/soop/openapi/broad/list?client_id=x&page_no=99&callback=cb")
	body, ok := strings.CutPrefix(string(a.body), "cb(")
	if !ok || json.Unmarshal([]byte(strings.TrimSuffix(body, ")")), &p) != nil || len(p.Broad) != 0 {
		t.Errorf("JSONP: %.100s", a.body)
	}
	var tree struct {
		BroadCategory []soopCategory `json:"broad_category"`
	}
	get(t, s, "/soop/openapi/broad/category/list?client_id=x&locale=ko_KR").decode(t, &tree)
	names := map[string]string{}
	for _, g := range tree.BroadCategory {
		names[g.CateNo] = g.CateName
		for _, c := range g.Child {
			names[c.CateNo] = c.CateName
		}
	}
	for _, r := range s.world.words.topics {
		if names[r.soopNo] != html.EscapeString(r.soopName) {
			t.Errorf("category %s %q is %q in the tree", r.soopNo, r.soopName, names[r.soopNo])
		}
	}
}

func TestSOOPMoved(t *testing.T) {
	s, _ := mustSim(t, 1, .05)
	a := get(t, s, "/soop/old/api/main_broad_list_api.php?pageNo=1")
	if a.status != 301 || a.header.Get("Location") != "/soop/live/api/main_broad_list_api.php?pageNo=1" {
		t.Errorf("%d %s", a.status, a.header.Get("Location"))
	}
}
