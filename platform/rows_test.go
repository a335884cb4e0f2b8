package platform

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"onair/live"
)

// spared plays a recording whose row at path is unusable, as body has it, and wants the page without that row: one that
// leads on as before, proves nothing by what it does not list, and says what happened. It gives the page of the sound
// recording.
func spared(t *testing.T, name live.Platform, c recording, i int, path, what string, body []byte) (full *live.Page) {
	t.Helper()
	source := mustSource(t, name, c.Config, origin)
	full, err := c.fetch(t, name, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.fetch(t, name, false, func(list []exchange) { list[i].body = body })
	if err != nil {
		t.Errorf("%s, %s: %v", c.Name, what, err)
		return full
	}
	checkPage(t, source, p, c.request())
	_, row := rowPath(path)
	if want := fmt.Sprintf("1 of %d rows unusable, first row %s: ", rowsAt(t, c.Exchanges[i].body, path), row); !strings.HasPrefix(p.ErrorText, want) {
		t.Errorf("%s, %s: %q, want %q", c.Name, what, p.ErrorText, want)
	}
	if p.Next != full.Next || p.Total != full.Total || p.OneLive != full.OneLive {
		t.Errorf("%s, %s: next %q of %d, want %q of %d", c.Name, what, p.Next, p.Total, full.Next, full.Total)
	}
	if n := missing(full.Observations, p.Observations); n < 0 || n > 1 {
		t.Errorf("%s, %s: %d observations became %d", c.Name, what, len(full.Observations), len(p.Observations))
	}
	if n := missing(full.Found, p.Found); n < 0 || n > 1 {
		t.Errorf("%s, %s: %d ids became %d", c.Name, what, len(full.Found), len(p.Found))
	}
	for k, a := range p.Answers {
		if a.State != live.AnswerUnknown && a != full.Answers[k] {
			t.Errorf("%s, %s: answer %+v, was %+v", c.Name, what, a, full.Answers[k])
		}
	}
	return full
}

// missing is how many of all are not in some, and -1 when some are others or in another order.
func missing[T any](all, some []T) int {
	n := 0
	for _, one := range all {
		if len(some) > 0 && reflect.DeepEqual(one, some[0]) {
			some = some[1:]
		} else {
			n++
		}
	}
	if len(some) > 0 {
		return -1
	}
	return n
}

func TestCensus(t *testing.T) {
	for _, c := range []struct {
		strange, rows int
		refused       bool
	}{
		{0, 0, false}, {0, 60, false}, {1, 1, true}, {1, 2, false}, {2, 2, true}, {2, 9, true}, {2, 10, false},
		{12, 60, false}, {13, 60, true}, {60, 60, true},
	} {
		n := census{rows: c.rows}
		for i := range c.strange {
			n.unusable(i+3, format("no id"))
		}
		if err := n.check(); errors.Is(err, live.ErrFormat) != c.refused || (err != nil) != c.refused {
			t.Errorf("%d of %d: %v", c.strange, c.rows, err)
		}
		for _, cover := range []live.Coverage{live.CoverList, live.CoverAsked, live.CoverNone} {
			p := live.Page{Platform: "chzzk", Kind: live.KindList, Coverage: cover}
			n.mark(&p)
			want, text := cover, ""
			if c.strange > 0 {
				text = fmt.Sprintf("%d of %d rows unusable, first row 3: no id", c.strange, c.rows)
				if cover == live.CoverList {
					want = live.CoverNone
				}
			}
			if p.Coverage != want || p.ErrorText != text || !p.OK() || p.Validate() != nil {
				t.Errorf("%d of %d, %s: %+v", c.strange, c.rows, cover, p)
			}
		}
	}
}

// form is how one list writes its rows.
type form struct {
	what      live.Platform
	set       settings
	row       string // %s are the id, who it belongs to, and the count
	ownerless string // a row without whom it belongs to
	page      string // %s are the rows
	next      string
}

func forms() []form {
	return []form{
		{
			"chzzk", settings{}, `{"liveId":%s,"channel":{"channelId":%s},"concurrentUserCount":%s}`,
			`{"liveId":1,"channel":null,"concurrentUserCount":5}`,
			`{"code":200,"content":{"data":[%s],"page":{"next":{"concurrentUserCount":4,"liveId":9}}}}`, "4:9",
		},
		{
			"chzzk", settings{ClientID: "i", ClientSecret: "s"}, `{"liveId":%s,"channelId":%s,"concurrentUserCount":%s}`,
			`{"liveId":1,"concurrentUserCount":5}`,
			`{"code":200,"content":{"data":[%s],"page":{"next":"n"}}}`, "n",
		},
		{
			"soop", settings{}, `{"broad_no":%s,"user_id":%s,"total_view_cnt":%s}`,
			`{"broad_no":"1","total_view_cnt":"5"}`,
			`{"total_cnt":"900","cnt":60,"broad":[%s]}`, "2",
		},
		{
			"twitch", settings{ClientID: "i", ClientSecret: "s"}, `{"type":"live","id":%s,"user_id":%s,"viewer_count":%s}`,
			`{"type":"live","id":"1","viewer_count":5}`,
			`{"data":[%s],"pagination":{"cursor":"n"}}`, "n",
		},
	}
}

// list fetches the head of the list, which has these rows.
func (f form) list(t *testing.T, rows []string) (*live.Page, error) {
	t.Helper()
	th := &theatre{tb: t, left: []exchange{{Status: 200, body: fmt.Appendf(nil, f.page, strings.Join(rows, ","))}}}
	if f.what == "twitch" {
		th.left = append([]exchange{{Status: 200, body: []byte(`{"access_token":"a","expires_in":3600}`)}}, th.left...)
	}
	return mustSource(t, f.what, f.set, origin).Fetch(t.Context(), th.direct(), Request{Kind: live.KindList})
}

// TestStrangeRows wants a row that cannot be used to cost itself, the proof of what is absent, and nothing else.
func TestStrangeRows(t *testing.T) {
	for _, f := range forms() {
		row := func(n int) string {
			return fmt.Sprintf(f.row, fmt.Sprintf(`"%d"`, n), fmt.Sprintf(`"c%d"`, n), "5")
		}
		strange := map[string]string{"null": "null", "list": "[]", "number": "7", "text": `"x"`, "empty": "{}", "nobody's": f.ownerless}
		for _, v := range []string{"null", `""`, "true", "{}", "[]"} {
			strange["id "+v] = fmt.Sprintf(f.row, v, `"c1"`, "5")
			strange["owner "+v] = fmt.Sprintf(f.row, `"1"`, v, "5")
		}
		for _, v := range []string{`"2,509"`, `"abc"`, `"2.5만"`, `"1.5"`, "1.5", "-1", "30000000", "true", "{}", "[]", `""`} {
			strange["count "+v] = fmt.Sprintf(f.row, `"1"`, `"c1"`, v)
		}
		for what, bad := range strange {
			what = fmt.Sprintf("%s %q: %s", f.what, f.set.ClientID, what)
			// In the middle and at both ends of a page of twenty.
			for _, at := range []int{0, 7, 19} {
				var rows, want []string
				for n := range 20 {
					if n == at {
						rows = append(rows, bad)
						continue
					}
					rows, want = append(rows, row(100+n)), append(want, fmt.Sprint(100+n))
				}
				p, err := f.list(t, rows)
				if err != nil {
					t.Errorf("%s at %d: %v", what, at, err)
					continue
				}
				var got []string
				for _, o := range p.Observations {
					if got = append(got, o.ID); o.Viewers != 5 || o.Channel != "c"+o.ID {
						t.Errorf("%s at %d: %+v", what, at, o)
					}
				}
				if !slices.Equal(got, want) || p.Next != f.next || p.Coverage != live.CoverNone || !p.OneLive ||
					!strings.HasPrefix(p.ErrorText, fmt.Sprintf("1 of 20 rows unusable, first row %d: ", at)) {
					t.Errorf("%s at %d: %d rows, next %q, %s, %q", what, at, len(got), p.Next, p.Coverage, p.ErrorText)
				}
			}
			for n, c := range map[int][]string{1: {bad}, 2: {bad, bad}, 5: {row(1), bad, row(2), bad, row(3)}} {
				if p, err := f.list(t, c); !errors.Is(err, live.ErrFormat) || p != nil {
					t.Errorf("%s, %d rows: page %v, error %v", what, n, p != nil, err)
				}
			}
		}
		// A whole page keeps its proof, a hidden count too.
		if p, err := f.list(t, []string{row(1), fmt.Sprintf(f.row, `"2"`, `"c2"`, "null")}); err != nil || p.Coverage != live.CoverList || p.ErrorText != "" || p.Observations[1].Viewers != live.ViewersHidden {
			t.Errorf("%s: %+v, %v", f.what, p, err)
		}
	}
}

// TestStrangeAnswers wants a strange row to answer nothing, whichever of the asked ones it may be about.
func TestStrangeAnswers(t *testing.T) {
	const alive, open = live.AnswerLive, live.AnswerUnknown
	video := func(id, viewers string) string {
		return fmt.Sprintf(`{"id":%s,"snippet":{"channelId":"c","liveBroadcastContent":"live"},"liveStreamingDetails":{"concurrentViewers":%s}}`, id, viewers)
	}
	stream := func(user, viewers string) string {
		return fmt.Sprintf(`{"id":"1","user_id":%s,"type":"live","viewer_count":%s}`, user, viewers)
	}
	for _, c := range []struct {
		platform live.Platform
		rows     []string // for a, b and c
		want     [3]live.AnswerState
		strange  bool
	}{
		{"youtube", []string{video(`"a"`, `"1"`), video(`"b"`, `"2"`)}, [3]live.AnswerState{alive, alive, live.AnswerEnded}, false},
		{"youtube", []string{video(`"a"`, `"1"`), video(`"b"`, `"2,509"`)}, [3]live.AnswerState{alive, open, live.AnswerEnded}, true},
		{"youtube", []string{video(`"a"`, `"1"`), `null`}, [3]live.AnswerState{alive, open, open}, true},
		{"youtube", []string{video(`"a"`, `"1"`), `"x"`}, [3]live.AnswerState{alive, open, open}, true},
		{"youtube", []string{video(`"a"`, `"1"`), video(`null`, `"2"`)}, [3]live.AnswerState{alive, open, open}, true},
		{"youtube", []string{video(`"a"`, `"1"`), video(`"other"`, `"2"`)}, [3]live.AnswerState{alive, open, open}, false},
		{"twitch", []string{stream(`"a"`, `1`), stream(`"b"`, `2`)}, [3]live.AnswerState{alive, alive, live.AnswerMissing}, false},
		{"twitch", []string{stream(`"a"`, `1`), stream(`"b"`, `"abc"`)}, [3]live.AnswerState{alive, open, live.AnswerMissing}, true},
		{"twitch", []string{stream(`"a"`, `1`), `null`}, [3]live.AnswerState{alive, open, open}, true},
		{"twitch", []string{stream(`"a"`, `1`), `[]`}, [3]live.AnswerState{alive, open, open}, true},
		{"twitch", []string{stream(`"a"`, `1`), stream(`null`, `2`)}, [3]live.AnswerState{alive, open, open}, true},
		{"twitch", []string{stream(`"a"`, `1`), stream(`"other"`, `2`)}, [3]live.AnswerState{alive, open, open}, false},
	} {
		kind, body, set := live.KindRefresh, `{"items":[%s]}`, settings{Key: "k"}
		th := &theatre{tb: t}
		if c.platform == "twitch" {
			kind, body, set = live.KindStatus, `{"data":[%s]}`, settings{ClientID: "i", ClientSecret: "s"}
			th.left = []exchange{{Status: 200, body: []byte(`{"access_token":"a","expires_in":3600}`)}}
		}
		th.left = append(th.left, exchange{Status: 200, body: fmt.Appendf(nil, body, strings.Join(c.rows, ","))})
		p, err := mustSource(t, c.platform, set, origin).Fetch(t.Context(), th.direct(), Request{Kind: kind, Keys: []string{"a", "b", "c"}})
		if err != nil {
			t.Errorf("%s %s: %v", c.platform, c.rows, err)
			continue
		}
		lives := 0
		for i, a := range p.Answers {
			if a.State != c.want[i] || (a.State == alive) != (a.Broadcast != "") {
				t.Errorf("%s %s: %+v, want %s", c.platform, c.rows, a, c.want[i])
			}
			if a.State == alive {
				lives++
			}
		}
		if len(p.Observations) != lives || p.Coverage != live.CoverAsked || (p.ErrorText != "") != c.strange {
			t.Errorf("%s %s: %d observations, %s, %q", c.platform, c.rows, len(p.Observations), p.Coverage, p.ErrorText)
		}
	}
}

// TestStrangeFinds: what a search or a feed names beside a strange row is still found.
func TestStrangeFinds(t *testing.T) {
	set := settings{Key: "k"}
	for _, c := range []struct {
		r    Request
		body string
	}{
		{Request{Kind: live.KindSearch}, `{"nextPageToken":"n","items":[{"id":{"videoId":"a"}},null,{"id":{"videoId":"b"}}]}`},
		{Request{Kind: live.KindSearch}, `{"nextPageToken":"n","items":[{"id":{"videoId":"a"}},{"id":"x"},{"id":{"videoId":"b"}}]}`},
		{Request{Kind: live.KindFeed, Keys: []string{"c"}}, `<?xml version="1.0"?><feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom">` +
			`<entry><yt:videoId>a</yt:videoId></entry><entry><title>x</title></entry><entry><yt:videoId>b</yt:videoId></entry></feed>`},
	} {
		th := &theatre{tb: t, left: []exchange{{Status: 200, body: []byte(c.body)}}}
		p, err := mustSource(t, "youtube", set, origin).Fetch(t.Context(), th.direct(), c.r)
		if err != nil || len(p.Found) != 2 || p.Found[0].ID != "a" || p.Found[1].ID != "b" || p.Coverage != live.CoverNone ||
			(p.Next == "n") != (c.r.Kind == live.KindSearch) || !strings.HasPrefix(p.ErrorText, "1 of 3 rows unusable, first row 1: ") {
			t.Errorf("%s: %+v, %v", c.body, p, err)
		}
	}
}
