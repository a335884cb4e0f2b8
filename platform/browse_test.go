package platform

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"onair/live"
)

// script is a Tab that gives prepared answers and remembers what was looked for.
type script struct {
	visit   Visit
	answers []Seen
	end     error // after the last answer
}

func (s *script) Read(_ context.Context, v Visit, each func(Seen) error) error {
	s.visit = v
	for _, a := range s.answers {
		if !v.Wants(a.URL) {
			continue
		}
		if err := each(a); err != nil {
			return err
		}
	}
	return s.end
}

func seen(raw, body string) Seen {
	u, err := url.Parse(raw)
	if err != nil {
		panic(err)
	}
	return Seen{URL: u, Status: 200, Header: http.Header{}, Body: []byte(body), Took: 70 * time.Millisecond}
}

const chzzkLives = "https://api.chzzk.naver.com/service/v1/lives?size=30&sortType=POPULAR"

// chzzkAnswer is a page with one row, and a next page unless it is 0.
func chzzkAnswer(id, next int) string {
	cursor := "null"
	if next > 0 {
		cursor = fmt.Sprintf(`{"concurrentUserCount":%d,"liveId":%d}`, next, next)
	}
	return fmt.Sprintf(`{"code":200,"content":{"data":[{"liveId":%d,"concurrentUserCount":5,"channel":{"channelId":"c%[1]d"}}],"page":{"next":%s}}}`, id, cursor)
}

func mustBrowse(tb testing.TB, name live.Platform) BrowserSource {
	tb.Helper()
	s, err := New(name, Config{ClientID: "i", ClientSecret: "s"})
	if err != nil {
		tb.Fatal(err)
	}
	return s.(BrowserSource)
}

// TestBrowseFollowsTheCursors through whatever else a page asks for, in whatever order.
func TestBrowseFollowsTheCursors(t *testing.T) {
	tab := &script{answers: []Seen{
		seen("https://api.chzzk.naver.com/service/v1/lives?size=5", chzzkAnswer(90, 9)),                       // a strip beside the list
		seen("https://api.chzzk.naver.com/service/v1/lives?size=30&sortType=LATEST", chzzkAnswer(91, 9)),      // another order
		seen("https://api.chzzk.naver.com/service/v1/categories", chzzkAnswer(92, 9)),                         // something else
		seen("https://elsewhere.example/service/v1/lives?size=30", chzzkAnswer(93, 9)),                        // somebody else
		seen(chzzkLives+"&concurrentUserCount=9&liveId=nonsense", chzzkAnswer(94, 9)),                         // not a cursor
		seen(chzzkLives, chzzkAnswer(1, 7)),                                                                   //
		seen(chzzkLives, chzzkAnswer(95, 8)),                                                                  // the head again
		seen(chzzkLives+"&concurrentUserCount=6&liveId=6", chzzkAnswer(3, 0)),                                 // before its predecessor
		seen(chzzkLives+"&concurrentUserCount=7&liveId=7", chzzkAnswer(2, 6)),                                 //
		seen(chzzkLives+"&concurrentUserCount=1&liveId=1", `{"code":500}`),                                    // after the end
		{URL: seen(chzzkLives+"&concurrentUserCount=0&liveId=0", "").URL, Status: 403, Header: http.Header{}}, //
	}}
	var got []string
	err := mustBrowse(t, "chzzk").Browse(t.Context(), tab, Request{Kind: live.KindList}, func(p *live.Page) error {
		got = append(got, fmt.Sprintf("%s %q→%q %d %v %v", p.Observations[0].ID, p.Cursor, p.Next, p.Latency, p.OneLive, p.Coverage))
		return nil
	})
	want := []string{`1 ""→"7:7" 70 true list`, `2 "7:7"→"6:6" 70 true list`, `3 "6:6"→"" 70 true list`}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	if tab.visit.Page != "https://chzzk.naver.com/lives" {
		t.Errorf("opened %s", tab.visit.Page)
	}
	for raw, stays := range map[string]bool{
		"https://chzzk.naver.com/lives": true, "https://nid.naver.com/login": true, "http://chzzk.naver.com/": false,
		"https://naver.com.evil.example/": false, "https://evil.example/": false,
	} {
		u, _ := url.Parse(raw)
		if tab.visit.Stays(u) != stays {
			t.Errorf("stays at %s: %v", raw, !stays)
		}
	}
}

func TestBrowseSoop(t *testing.T) {
	rows := func(n, from int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`{"broad_no":"%d","user_id":"u%d","total_view_cnt":"1"}`, from+i, from+i))
		}
		return fmt.Sprintf(`{"total_cnt":"61","cnt":%d,"broad":[%s]}`, n, strings.Join(all, ","))
	}
	const list = "https://live.sooplive.com/api/main_broad_list_api.php?selectType=action&selectValue=all&orderType=view_cnt&pageNo="
	tab := &script{answers: []Seen{
		seen("https://live.sooplive.com/api/main_broad_list_api.php?selectType=cate&selectValue=00040001&orderType=view_cnt&pageNo=1", rows(60, 500)),
		seen("https://live.sooplive.com/api/main_broad_list_api.php?selectType=action&selectValue=all&orderType=broad_start&pageNo=1", rows(60, 600)),
		seen(list+"0", rows(60, 700)),
		seen(list+"1", rows(60, 1)),
		seen(list+"2", rows(1, 61)),
	}}
	var got []string
	err := mustBrowse(t, "soop").Browse(t.Context(), tab, Request{Kind: live.KindList}, func(p *live.Page) error {
		got = append(got, fmt.Sprintf("%d from %s %q→%q of %d", len(p.Observations), p.Observations[0].ID, p.Cursor, p.Next, p.Total))
		return nil
	})
	if want := []string{`60 from 1 ""→"2" of 61`, `1 from 61 "2"→"" of 61`}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
}

// TestBrowseErrors: the classes of plain requests, each's own error untouched, and none swallowed.
func TestBrowseErrors(t *testing.T) {
	own := errors.New("own")
	refused := seen(chzzkLives, "")
	refused.Status = 403
	refused.Header.Set("Retry-After", "7")
	quiet := &live.FetchError{Class: live.ErrTimeout, Text: "quiet"}
	for name, c := range map[string]struct {
		answers []Seen
		end     error
		each    error
		want    error
		pages   int
	}{
		"refused":           {answers: []Seen{refused}, want: live.ErrBlocked},
		"page for people":   {answers: []Seen{seen(chzzkLives, "<html>")}, want: live.ErrBlocked},
		"other form":        {answers: []Seen{seen(chzzkLives, "{}")}, want: live.ErrFormat},
		"does not advance":  {answers: []Seen{seen(chzzkLives, chzzkAnswer(1, 7)), seen(chzzkLives+"&concurrentUserCount=7&liveId=7", chzzkAnswer(2, 7))}, want: live.ErrFormat, pages: 1},
		"reader's own":      {answers: []Seen{seen(chzzkLives, chzzkAnswer(1, 7))}, each: own, want: own, pages: 1},
		"nothing":           {end: quiet, want: live.ErrTimeout},
		"stops in between":  {answers: []Seen{seen(chzzkLives, chzzkAnswer(1, 7))}, end: quiet, want: live.ErrTimeout, pages: 1},
		"whole list anyway": {answers: []Seen{seen(chzzkLives, chzzkAnswer(1, 0))}, end: quiet, pages: 1},
	} {
		n := 0
		err := mustBrowse(t, "chzzk").Browse(t.Context(), &script{answers: c.answers, end: c.end}, Request{Kind: live.KindList}, func(*live.Page) error { n++; return c.each })
		if !errors.Is(err, c.want) || n != c.pages {
			t.Errorf("%s: %d pages, %v", name, n, err)
		}
		var fe *live.FetchError
		if c.want == live.ErrBlocked && name == "refused" && (!errors.As(err, &fe) || fe.Status != 403 || fe.RetryAfter != 7*time.Second) {
			t.Errorf("%s: %+v", name, fe)
		}
		if c.want == own && err != own {
			t.Errorf("%s: wrapped: %v", name, err)
		}
	}
	for _, r := range []Request{{Kind: live.KindStatus, Keys: []string{"c"}}, {Kind: live.KindList, Cursor: "7:7"}, {}} {
		tab := &script{}
		if err := mustBrowse(t, "soop").Browse(t.Context(), tab, r, nil); !errors.Is(err, live.ErrUnsupported) || tab.visit.Page != "" {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

// TestBrowsersAreForChzzkAndSoop: the other platforms have no list that a page could show.
func TestBrowsersAreForChzzkAndSoop(t *testing.T) {
	for _, e := range Registry() {
		s, err := e.New(Config{})
		if err != nil {
			t.Fatal(err)
		}
		_, can := s.(BrowserSource)
		named := slices.ContainsFunc(e.Settings, func(s Setting) bool { return s.Name == "endpoints."+siteEndpoint })
		if want := e.Name == "chzzk" || e.Name == "soop"; can != want || named != want {
			t.Errorf("%s: can %v, setting %v", e.Name, can, named)
		}
	}
}
