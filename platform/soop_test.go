package platform

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"onair/live"
)

// TestSoopRows checks the quirks of one row; the numbers are those of the recording's first row.
func TestSoopRows(t *testing.T) {
	for name, c := range map[string]struct {
		row   string
		check func([]live.Observation) bool
	}{
		"total, not PC":      {`"current_view_cnt":"16049","total_view_cnt":"35614"`, func(o []live.Observation) bool { return o[0].Viewers == 35614 }},
		"number":             {`"broad_no":7,"total_view_cnt":5`, func(o []live.Observation) bool { return o[0].ID == "7" && o[0].Viewers == 5 }},
		"relay":              {`"parent_broad_no":"9","total_view_cnt":"5"`, func(o []live.Observation) bool { return len(o) == 0 }},
		"relay as a number":  {`"parent_broad_no":9`, func(o []live.Observation) bool { return len(o) == 0 }},
		"no relay":           {`"parent_broad_no":null`, func(o []live.Observation) bool { return len(o) == 1 }},
		"password Y":         {`"is_password":"Y"`, func(o []live.Observation) bool { return o[0].Locked }},
		"password 1":         {`"is_password":"1"`, func(o []live.Observation) bool { return o[0].Locked }},
		"password true":      {`"is_password":true`, func(o []live.Observation) bool { return o[0].Locked }},
		"password N":         {`"is_password":"N"`, func(o []live.Observation) bool { return !o[0].Locked }},
		"tier":               {`"subscription_only":"2"`, func(o []live.Observation) bool { return o[0].Locked }},
		"no tier":            {`"subscription_only":"0"`, func(o []live.Observation) bool { return !o[0].Locked }},
		"adult":              {`"broad_grade":"19"`, func(o []live.Observation) bool { return o[0].Adult }},
		"adult number":       {`"broad_grade":19`, func(o []live.Observation) bool { return o[0].Adult }},
		"entities":           {`"broad_title":"a &amp;&gt; &#39;b&#39;","user_nick":"&lt;n&gt;"`, func(o []live.Observation) bool { return o[0].Title == "a &> 'b'" && o[0].ChannelName == "<n>" }},
		"language":           {`"strm_lang_type":"vi_VN"`, func(o []live.Observation) bool { return o[0].Lang == "vi" }},
		"cache buster":       {`"broad_thumb":"//liveimg.sooplive.com/m/7?348"`, func(o []live.Observation) bool { return o[0].Thumbnail == "https://liveimg.sooplive.com/m/7" }},
		"whole address":      {`"broad_thumb":"https://h/x?w=1"`, func(o []live.Observation) bool { return o[0].Thumbnail == "https://h/x?w=1" }},
		"category":           {`"broad_cate_no":130000,"category_name":"토크"`, func(o []live.Observation) bool { return o[0].Category == live.Category{ID: "00130000", Name: "토크"} }},
		"no category":        {`"broad_cate_no":null`, func(o []live.Observation) bool { return o[0].Category.IsZero() }},
		"one tag of each":    {`"hash_tags":["a","b"],"auto_hashtags":["b","c"]`, func(o []live.Observation) bool { return strings.Join(o[0].Tags, "") == "abc" }},
		"start with a part":  {`"broad_start":"2026-09-22 19:59:31.0"`, func(o []live.Observation) bool { return o[0].StartedAt.Hour() == 10 }},
		"watch page's words": {`"x":1`, func(o []live.Observation) bool { return o[0].URL == "https://play.sooplive.com/u/1" }},
	} {
		row := `{"broad_no":"1","user_id":"u","total_view_cnt":"1",` + c.row + `}`
		l, err := parseSoopList([]byte(`{"broad":[`+row+`]}`), "https")
		if err != nil || !c.check(l.rows) {
			t.Errorf("%s: %+v, %v", name, l.rows, err)
		}
	}
}

func TestSoopPages(t *testing.T) {
	rows := func(n int) string {
		return `[` + strings.TrimSuffix(strings.Repeat(`{"broad_no":"1","user_id":"u","total_view_cnt":"1","parent_broad_no":"5"},`, n), ",") + `]`
	}
	for name, c := range map[string]struct {
		body, cursor, next string
	}{
		"full, relays counted": {`{"cnt":60,"broad":` + rows(60) + `}`, "", "2"},
		"full without cnt":     {`{"broad":` + rows(60) + `}`, "2", "3"},
		"cnt in a string":      {`{"cnt":"60","broad":` + rows(7) + `}`, "9", "10"},
		"short":                {`{"cnt":20,"broad":` + rows(20) + `}`, "36", ""},
		"past the end":         {`{"total_cnt":"2120","cnt":0,"broad":[]}`, "37", ""},
		"full and impossible":  {`{"cnt":60,"broad":` + rows(60) + `}`, "1000", ""},
	} {
		th := &theatre{tb: t, left: []exchange{{Status: 200, body: []byte(c.body)}}}
		p, err := mustSource(t, "soop", settings{}, origin).Fetch(t.Context(), th.direct(), Request{Kind: live.KindList, Cursor: c.cursor})
		if err != nil || p.Next != c.next {
			t.Errorf("%s: next %v, error %v", name, p, err)
		}
	}
	for _, body := range []string{`{"cnt":60,"broad":[]}`, `{"cnt":0}`, `{"cnt":0,"broad":null}`, `{"cnt":0,"broad":{}}`, `{"result":1}`} {
		if l, err := parseSoopList([]byte(body), "https"); !errors.Is(err, live.ErrFormat) {
			t.Errorf("%s: %+v, %v", body, l, err)
		}
	}
	for _, cursor := range []string{"0", "-1", "01", "x", "1001", "2:3", "+2"} {
		if _, err := soopPage(cursor); !errors.Is(err, live.ErrCursor) {
			t.Errorf("%s: %v", cursor, err)
		}
	}
}

func TestSoopPlayer(t *testing.T) {
	for body, want := range map[string]live.Answer{
		`"RESULT":1,"BNO":"7","VIEWPRESET":[{}]`: {State: live.AnswerLive, Broadcast: "7"},
		`"RESULT":"1","BNO":7,"VIEWPRESET":[{}]`: {State: live.AnswerLive, Broadcast: "7"},
		`"RESULT":1,"BNO":"7","VIEWPRESET":[]`:   {State: live.AnswerEnded},
		`"RESULT":1,"BNO":"7"`:                   {State: live.AnswerEnded},
		`"RESULT":0`:                             {State: live.AnswerEnded},
		`"RESULT":"0"`:                           {State: live.AnswerEnded},
		`"RESULT":-6`:                            {State: live.AnswerUnknown},
		`"RESULT":-6,"BNO":"7"`:                  {State: live.AnswerLive, Broadcast: "7"},
		`"RESULT":"-8","BNO":"7"`:                {State: live.AnswerLive, Broadcast: "7"},
		`"RESULT":-14,"BNO":0`:                   {State: live.AnswerUnknown},
		`"RESULT":-2,"BNO":"7"`:                  {State: live.AnswerUnknown},
		`"RESULT":-99`:                           {State: live.AnswerUnknown},
	} {
		state, no, err := parseSoopPlayer([]byte(`{"CHANNEL":{` + body + `}}`))
		if err != nil || state != want.State || no != want.Broadcast {
			t.Errorf("%s: %s %s, %v", body, state, no, err)
		}
	}
}

func TestSoopStation(t *testing.T) {
	off, err := parseSoopStation([]byte(`{"broad":null}`))
	if off != nil || err != nil {
		t.Errorf("off air: %v, %v", off, err)
	}
	for _, body := range []string{`{}`, `{"broad":[]}`, `{"broad":"x"}`, `{"station":{}}`} {
		if row, err := parseSoopStation([]byte(body)); !errors.Is(err, live.ErrFormat) {
			t.Errorf("%s: %v, %v", body, row, err)
		}
	}
	rec := recordingNamed(t, "soop", "station_unknown")
	for _, body := range []string{"", blockPage, `{"code":1}`, `{}`} {
		refused(t, "soop", rec, "515 "+body, func(e []exchange) { e[0].body = []byte(body) }, live.ErrUnavailable)
	}
	refused(t, "soop", rec, "500 with code 9000", func(e []exchange) { e[0].Status = 500 }, live.ErrUnavailable)
}

func TestSoopRefusal(t *testing.T) {
	for body, want := range map[string]error{
		`{"result":-1104,"msg":"invalid client"}`:   live.ErrUnauthorized,
		`{"result":"-1104","msg":"invalid client"}`: live.ErrUnauthorized,
		`{"result":-1,"msg":"x"}`:                   live.ErrUnavailable,
		`{"result":0}`:                              live.ErrUnavailable,
		`{"result":1}`:                              live.ErrFormat,
	} {
		if _, err := parseSoopList([]byte(body), "https"); !errors.Is(err, want) {
			t.Errorf("%s: %v", body, err)
		}
		if _, err := parseSoopCategories([]byte(body)); !errors.Is(err, want) {
			t.Errorf("categories, %s: %v", body, err)
		}
	}
}

// movingClock is set by hand.
type movingClock struct {
	stoppedClock
	mu  sync.Mutex
	now time.Time
}

func (c *movingClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *movingClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// TestSoopCategoryTable wants the table fetched once a day however many ask, and the old one kept through failures.
func TestSoopCategoryTable(t *testing.T) {
	rec := recordingNamed(t, "soop", "openapi_list_page_2")
	var tables, lists atomic.Int64
	var broken atomic.Bool
	client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		e := rec.Exchanges[1]
		if strings.Contains(r.URL.Path, "category") {
			tables.Add(1)
			if e = rec.Exchanges[0]; broken.Load() {
				e = exchange{Status: 500}
			}
		} else {
			lists.Add(1)
		}
		th := &theatre{tb: t, left: []exchange{e}}
		return th.direct().Transport.RoundTrip(r)
	})}
	clock := &movingClock{now: noon}
	conf := config(t, "soop", settings{ClientID: "i"}, origin)
	conf.Clock = clock
	s, err := New("soop", conf)
	if err != nil {
		t.Fatal(err)
	}
	fetch := func() error {
		p, err := s.Fetch(t.Context(), client, rec.request())
		if err == nil && p.Observations[0].Category.Name != "Fixture category" {
			t.Errorf("category %+v", p.Observations[0].Category)
		}
		return err
	}
	step := func(what string, d time.Duration, fails bool, wantTables int64) {
		t.Helper()
		clock.advance(d)
		broken.Store(fails)
		if err := fetch(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if n := tables.Load(); n != wantTables {
			t.Errorf("%s: %d tables fetched, want %d", what, n, wantTables)
		}
	}
	broken.Store(true)
	if err := fetch(); !errors.Is(err, live.ErrUnavailable) || lists.Load() > 0 {
		t.Errorf("without any table: %v after %d lists", err, lists.Load())
	}
	broken.Store(false)
	tables.Store(0)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := fetch(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	step("twenty at once", 0, false, 1)
	step("within the day", categoryLife-time.Second, false, 1)
	step("a day later", time.Second, false, 2)
	step("and broken", categoryLife, true, 3)
	step("not asked again at once", time.Minute, false, 3)
	step("asked again later", categoryRetry, false, 4)
}
