package platform

import (
	"errors"
	"fmt"
	"testing"

	"onair/live"
)

// TestChzzkCursor checks on a whole recording that the cursor is the last row sent, and that a trimmed one shows why
// the page's own word is used.
func TestChzzkCursor(t *testing.T) {
	for name, whole := range map[string]bool{"list_head": true, "list_trimmed": false} {
		p, err := recordingNamed(t, "chzzk", name).fetch(t, "chzzk", false, nil)
		if err != nil {
			t.Fatal(err)
		}
		last := p.Observations[len(p.Observations)-1]
		if is := p.Next == fmt.Sprintf("%d:%s", last.Viewers, last.ID); is != whole {
			t.Errorf("%s: next %s, last row %d:%s", name, p.Next, last.Viewers, last.ID)
		}
	}
}

func TestChzzkBadCursor(t *testing.T) {
	s := mustSource(t, "chzzk", settings{}, origin)
	for _, cursor := range []string{"2", "a:b", "1:", ":1", "-1:2", "1:2:3", "1:99999999999999999999", "1:2&size=1000"} {
		th := &theatre{tb: t}
		if _, err := s.Fetch(t.Context(), th.direct(), Request{Kind: live.KindList, Cursor: cursor}); !errors.Is(err, live.ErrCursor) || th.extra > 0 {
			t.Errorf("%s: %v after %d requests", cursor, err, th.extra)
		}
	}
}

func TestChzzkRows(t *testing.T) {
	for name, c := range map[string]struct {
		row   string
		check func(live.Observation) bool
	}{
		"thumbnail":           {`"liveImageUrl":"https://a/image_{type}.jpg"`, func(o live.Observation) bool { return o.Thumbnail == "https://a/image_480.jpg" }},
		"default thumbnail":   {`"liveImageUrl":null,"defaultThumbnailImageUrl":"https://a/d_{type}.jpg"`, func(o live.Observation) bool { return o.Thumbnail == "https://a/d_480.jpg" }},
		"no thumbnail":        {`"liveImageUrl":null,"defaultThumbnailImageUrl":""`, func(o live.Observation) bool { return o.Thumbnail == "" }},
		"hidden":              {`"cvExposure":false`, func(o live.Observation) bool { return o.Viewers == live.ViewersHidden }},
		"shown":               {`"cvExposure":true`, func(o live.Observation) bool { return o.Viewers == 7 }},
		"exposure of no type": {`"cvExposure":null`, func(o live.Observation) bool { return o.Viewers == 7 }},
		"category":            {`"liveCategory":"LoL","liveCategoryValue":"롤"`, func(o live.Observation) bool { return o.Category == live.Category{ID: "LoL", Name: "롤"} }},
		"no category":         {`"categoryType":null,"liveCategory":null,"liveCategoryValue":""`, func(o live.Observation) bool { return o.Category.IsZero() }},
		"strange optional": {`"tags":{"a":1},"adult":"x","openDate":5,"liveTitle":[]`, func(o live.Observation) bool {
			return o.Tags == nil && !o.Adult && o.StartedAt.IsZero() && o.Title == ""
		}},
		"tags of several sort": {`"tags":["a",null,3,{},"b"]`, func(o live.Observation) bool { return len(o.Tags) == 3 }},
	} {
		body := `{"content":{"data":[{"liveId":"1","concurrentUserCount":7,"channel":{"channelId":"c"},` + c.row + `}],"page":{"next":null}}}`
		l, err := parseChzzkList([]byte(body))
		if err != nil || l.next != "" || len(l.rows) != 1 || !c.check(l.rows[0]) {
			t.Errorf("%s: %+v, error %v", name, l, err)
		}
	}
}

// TestChzzkStuck wants a list that gives its own cursor back to be refused, not walked for ever.
func TestChzzkStuck(t *testing.T) {
	rec := recordingNamed(t, "chzzk", "list_trimmed")
	rec.Cursor = "2187:21334270"
	if p, err := rec.fetch(t, "chzzk", false, nil); !errors.Is(err, live.ErrFormat) {
		t.Errorf("page %v, error %v", p, err)
	}
}

// TestChzzkStatus tells what ends a broadcast from what only looks like it.
func TestChzzkStatus(t *testing.T) {
	for body, want := range map[string]live.AnswerState{
		`{"code":200,"content":{"status":"OPEN","liveId":5,"concurrentUserCount":1}}`:                              live.AnswerLive,
		`{"code":200,"content":{"status":"CLOSE","livePollingStatusJson":"{\"status\":\"STARTED\"}"}}`:             live.AnswerEnded,
		`{"code":200,"content":{"status":"OPEN","livePollingStatusJson":"{\"status\":\"STOPPED\"}","liveId":"5"}}`: live.AnswerLive,
		`{"code":200,"content":null}`:                live.AnswerEnded,
		`{"code":200,"content":{"status":"PAUSED"}}`: live.AnswerUnknown,
	} {
		st, err := parseChzzkStatus([]byte(body))
		if err != nil || st.state != want {
			t.Errorf("%s: %s, %v", body, st.state, err)
		}
	}
	for _, body := range []string{`{}`, `{"code":200}`, `{"content":{}}`, `{"content":"x"}`, `{"content":{"status":null}}`, `{"code":404,"content":null}`} {
		if st, err := parseChzzkStatus([]byte(body)); err == nil {
			t.Errorf("%s: %s", body, st.state)
		}
	}
}

// TestChzzkStatusRequests wants one request for an ended channel, two for a live one, and one again should
// live-status name the broadcast one day.
func TestChzzkStatusRequests(t *testing.T) {
	closed, open := recordingNamed(t, "chzzk", "status_closed"), recordingNamed(t, "chzzk", "status_open")
	if len(closed.Exchanges) != 1 || len(open.Exchanges) != 2 {
		t.Error("the recordings have other requests")
	}
	named := exchange{Status: 200, body: []byte(`{"content":{"status":"OPEN","liveId":5,"concurrentUserCount":"12","channelId":"x"}}`)}
	th := &theatre{tb: t, left: []exchange{named}}
	p, err := mustSource(t, "chzzk", settings{}, origin).Fetch(t.Context(), th.direct(), Request{Kind: live.KindStatus, Keys: []string{"x"}})
	if err != nil || th.extra > 0 || p.Answers[0].Broadcast != "5" || p.Observations[0].Viewers != 12 || p.Observations[0].Channel != "x" {
		t.Errorf("%+v, %v, %d requests more", p, err, th.extra)
	}
	// It ended between the two.
	th = &theatre{tb: t, left: []exchange{open.Exchanges[0], closed.Exchanges[0]}}
	p, err = mustSource(t, "chzzk", settings{}, origin).Fetch(t.Context(), th.direct(), open.request())
	if err != nil || p.Answers[0].State != live.AnswerEnded || len(p.Observations) > 0 {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestChzzkNotFound tells a channel that does not exist from an endpoint that does not.
func TestChzzkNotFound(t *testing.T) {
	rec := recordingNamed(t, "chzzk", "status_no_channel")
	for _, body := range []string{"", blockPage, `{"error":"no route"}`, `{"code":9404}`} {
		refused(t, "chzzk", rec, body, func(e []exchange) { e[0].body = []byte(body) }, live.ErrNotFound)
	}
}
