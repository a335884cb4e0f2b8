package sim

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

type chzzkLivesBody struct {
	Code    int       `json:"code"`
	Content chzzkPage `json:"content"`
}

// chzzkWalk follows the cursor to the end; between pages the clock moves on by pause.
func chzzkWalk(t *testing.T, s *Server, c *handClock, size int, pause time.Duration) (rows []chzzkRow, pages int) {
	t.Helper()
	cursor := ""
	for pages = 1; ; pages++ {
		var b chzzkLivesBody
		get(t, s, fmt.Sprintf("/chzzk/api/service/v1/lives?size=%d%s", size, cursor)).decode(t, &b)
		rows = append(rows, b.Content.Data...)
		next := b.Content.Page.Next
		if next == nil {
			return rows, pages
		}
		last := b.Content.Data[len(b.Content.Data)-1]
		if next.LiveID != last.LiveID || next.ConcurrentUserCount != last.ConcurrentUserCount {
			t.Fatalf("next %+v is not the last row %d %d", next, last.ConcurrentUserCount, last.LiveID)
		}
		cursor = fmt.Sprintf("&concurrentUserCount=%d&liveId=%d", next.ConcurrentUserCount, next.LiveID)
		c.add(pause)
	}
}

func TestChzzkPagingWithoutMovementIsWhole(t *testing.T) {
	s, c := mustSim(t, 1, .3)
	rows, pages := chzzkWalk(t, s, c, 50, 0)
	if want := len(s.world.list(chzzk, chzzk.step(evening))); len(rows) != want || pages != (want+49)/50 {
		t.Errorf("%d rows on %d pages, want %d", len(rows), pages, want)
	}
	for _, r := range rows {
		n, hidden, live := s.world.Served("chzzk", fmt.Sprint(r.LiveID), evening)
		if n != r.ConcurrentUserCount || hidden == r.CvExposure || !live {
			t.Errorf("%d: served %d %v %v, row %+v", r.LiveID, n, hidden, live, r)
		}
	}
}

func TestChzzkRowsMoveBetweenPages(t *testing.T) {
	s, c := mustSim(t, 1, .5)
	twice, missed := 0, 0
	for pass := range 5 {
		c.set(evening.Add(time.Duration(pass) * time.Hour))
		rows, _ := chzzkWalk(t, s, c, 30, time.Minute)
		seen := map[int64]int{}
		for _, r := range rows {
			seen[r.LiveID]++
		}
		for _, n := range seen {
			if n > 1 {
				twice++
			}
		}
		now := c.Now().Unix()
		for _, b := range s.world.during(hourOf(now))[chzzk] {
			if b.start < now-3600 && b.liveAt(now) && seen[b.number] == 0 {
				missed++
			}
		}
	}
	if twice == 0 || missed == 0 {
		t.Errorf("%d seen twice, %d missed: nothing moves", twice, missed)
	}
	t.Logf("5 passes of a page a minute: %d seen twice, %d missed", twice, missed)
}

func TestChzzkSizes(t *testing.T) {
	s, _ := mustSim(t, 1, .1)
	for param, want := range map[string]int{"": 20, "?size=30": 30, "?size=50": 50, "?size=500": 50, "?limit=7": 20} {
		var b chzzkLivesBody
		get(t, s, "/chzzk/api/service/v1/lives"+param).decode(t, &b)
		if len(b.Content.Data) != want {
			t.Errorf("%q: %d rows, want %d", param, len(b.Content.Data), want)
		}
	}
	for _, param := range []string{"?size=0", "?size=x", "?size=20&concurrentUserCount=-4&liveId=1", "?concurrentUserCount=5&liveId=y"} {
		if a := get(t, s, "/chzzk/api/service/v1/lives"+param); a.status != 400 {
			t.Errorf("%q: %d", param, a.status)
		}
	}
}

func TestChzzkRowQuirks(t *testing.T) {
	s, c := mustSim(t, 1, 1)
	rows, _ := chzzkWalk(t, s, c, 50, 0)
	var hidden, abroad, adult, unset, null, empty int
	for _, r := range rows {
		if !r.CvExposure {
			hidden++
		}
		if r.AccumulateCount != 0 {
			t.Errorf("accumulateCount %d while live", r.AccumulateCount)
		}
		if r.BlindType != nil && *r.BlindType == "ABROAD" {
			abroad++
		}
		if r.Adult {
			adult++
		}
		if (r.Adult || r.BlindType != nil) != (r.LiveImageURL == nil) {
			t.Errorf("%d: adult %v blind %v image %v", r.LiveID, r.Adult, r.BlindType, r.LiveImageURL)
		}
		if r.CategoryType == nil && r.LiveCategory == nil && r.LiveCategoryValue == "" {
			unset++
		}
		switch {
		case r.DefaultThumbnailImageURL == nil:
			null++
		case *r.DefaultThumbnailImageURL == "":
			empty++
		}
		if r.LiveImageURL != nil && *r.LiveImageURL != fmt.Sprintf("http://sim.test/img/chzzk/%d/image_{type}.jpg", r.LiveID) {
			t.Errorf("image %s", *r.LiveImageURL)
		}
	}
	for what, n := range map[string]int{"hidden": hidden, "abroad": abroad, "adult": adult, "unset": unset, "null": null, "empty": empty} {
		if n == 0 {
			t.Errorf("no %s row", what)
		}
	}
	// From an address in Korea the pictures of ABROAD rows are there.
	if err := s.SetFaults(Faults{Korea: []string{"127.0.0.9"}}); err != nil {
		t.Fatal(err)
	}
	for from, blind := range map[string]bool{"127.0.0.9": false, "127.0.0.8": true} {
		a := get(t, s, "/chzzk/api/service/v1/lives?size=50", "from", from)
		if strings.Contains(string(a.body), `"ABROAD"`) != blind {
			t.Errorf("from %s: ABROAD %v", from, !blind)
		}
	}
}

func TestChzzkLiveStatus(t *testing.T) {
	s, c := mustSim(t, 1, .3)
	var body struct{ Content chzzkStatus }
	row := find(t, s, c, chzzk, func(b shown) bool { return b.line.creator.restart == 0 && !b.line.abroad && b.viewers > 20 })
	path := "/chzzk/api/polling/v3.1/channels/" + row.line.channelID + "/live-status"
	get(t, s, path).decode(t, &body)
	if st := body.Content; st.Status != "OPEN" || st.CloseDate != nil || st.ConcurrentUserCount != row.viewers || st.AccumulateCount != 0 {
		t.Errorf("open: %+v", st)
	}
	// Just before, and from the first refresh after the end.
	end := time.Unix(row.end, 0)
	c.set(end.Add(-time.Second))
	get(t, s, path).decode(t, &body)
	if body.Content.Status != "OPEN" {
		t.Errorf("before the end: %+v", body.Content)
	}
	c.set(end.Add(time.Minute))
	get(t, s, path).decode(t, &body)
	st := body.Content
	if st.Status != "CLOSE" || st.CloseDate == nil || *st.CloseDate != kstTime(row.end) || st.AccumulateCount == 0 || st.OpenDate != kstTime(row.start) {
		t.Errorf("closed: %+v", st)
	}
	if !strings.Contains(st.LivePollingStatusJSON, `"STARTED"`) {
		t.Errorf("livePollingStatusJson forgot itself: %s", st.LivePollingStatusJSON)
	}
	if a := get(t, s, "/chzzk/api/polling/v2/channels/0123/live-status"); a.status != 404 || string(a.body) != `{"code":404,"message":"채널이 존재하지 않습니다."}` {
		t.Errorf("unknown: %d %s", a.status, a.body)
	}
	if _, _, live := s.world.Served("chzzk", row.id, c.Now()); live {
		t.Error("served says live after the end")
	}
}

func TestChzzkDetail(t *testing.T) {
	s, c := mustSim(t, 1, 1)
	var body struct{ Content chzzkDetail }
	adult := find(t, s, c, chzzk, func(b shown) bool { return b.line.adult })
	get(t, s, "/chzzk/api/service/v3.1/channels/"+adult.line.channelID+"/live-detail").decode(t, &body)
	if d := body.Content; d.Status != "OPEN" || d.LivePlaybackJSON != nil || d.UserAdultStatus == nil || *d.UserAdultStatus != "NOT_LOGIN_USER" || d.LiveID != adult.number {
		t.Errorf("adult: %+v", d)
	}
	abroad := find(t, s, c, chzzk, func(b shown) bool { return b.line.abroad })
	if a := get(t, s, "/chzzk/api/service/v2/channels/"+abroad.line.channelID+"/live-detail"); a.status != 500 || !strings.Contains(string(a.body), "9004") {
		t.Errorf("v2 abroad: %d %s", a.status, a.body)
	}
	if a := get(t, s, "/chzzk/api/service/v3.1/channels/"+abroad.line.channelID+"/live-detail"); a.status != 200 {
		t.Errorf("v3.1 abroad: %d", a.status)
	}
	var ch struct{ Content chzzkChannel }
	get(t, s, "/chzzk/api/service/v1/channels/nobody").decode(t, &ch)
	if ch.Content.ChannelID != nil || ch.Content.ChannelName != "(알 수 없음)" {
		t.Errorf("unknown channel: %+v", ch.Content)
	}
	get(t, s, "/chzzk/api/service/v1/channels/"+adult.line.channelID).decode(t, &ch)
	if ch.Content.ChannelID == nil || !ch.Content.OpenLive {
		t.Errorf("channel: %+v", ch.Content)
	}
	never := ""
	for _, l := range s.world.lines[chzzk] {
		if s.world.lastOf([]*line{l}, chzzk.step(c.Now())) == nil {
			never = l.channelID
		}
	}
	if a := get(t, s, "/chzzk/api/service/v3.1/channels/"+never+"/live-detail"); never != "" && (a.status != 200 || !strings.Contains(string(a.body), `"content":null`)) {
		t.Errorf("silent channel: %d %s", a.status, a.body)
	}
}

func TestChzzkOpenAPI(t *testing.T) {
	s, _ := mustSim(t, 1, .1)
	key := []string{"Client-Id", "a", "Client-Secret", "b"}
	for _, c := range []struct {
		headers []string
		message string
	}{{nil, "클라이언트 인증이 필요한 API 입니다."}, {[]string{"Client-Id", "a", "Client-Secret", "wrong"}, "INVALID_CLIENT"}} {
		var e chzzkError
		a := get(t, s, "/chzzk/openapi/open/v1/lives", c.headers...)
		a.decode(t, &e)
		if a.status != http.StatusUnauthorized || e.Code != 401 || e.Message != c.message {
			t.Errorf("%v: %d %+v", c.headers, a.status, e)
		}
	}
	ids, next := map[int64]bool{}, ""
	for {
		var b struct{ Content chzzkOpenPage }
		get(t, s, "/chzzk/openapi/open/v1/lives?size=20&next="+next, key...).decode(t, &b)
		for _, r := range b.Content.Data {
			ids[r.LiveID] = true
		}
		if b.Content.Page.Next == nil {
			break
		}
		next = *b.Content.Page.Next
	}
	if want := len(s.world.list(chzzk, chzzk.step(evening))); len(ids) != want {
		t.Errorf("%d lives, want %d", len(ids), want)
	}
	for _, bad := range []string{"?size=21", "?next=%21%21"} {
		if a := get(t, s, "/chzzk/openapi/open/v1/lives"+bad, key...); a.status != 400 {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
	id := s.world.lines[chzzk][0].channelID
	var b struct {
		Content struct{ Data []chzzkOpenChannel }
	}
	get(t, s, "/chzzk/openapi/open/v1/channels?channelIds="+id+",unknown", key...).decode(t, &b)
	if len(b.Content.Data) != 1 || b.Content.Data[0].ChannelID != id {
		t.Errorf("channels: %+v", b.Content.Data)
	}
}
