package platform

import (
	"net/http"
	"strings"
	"testing"

	"onair/live"
)

// TestYouTubeViewers tells a hidden count from 0, which the library's own struct does not.
func TestYouTubeViewers(t *testing.T) {
	for details, want := range map[string]live.Viewers{
		`"concurrentViewers":"42"`: 42, `"concurrentViewers":42`: 42, `"concurrentViewers":"0"`: 0, `"concurrentViewers":0`: 0,
		`"concurrentViewers":null`: live.ViewersHidden, `"x":1`: live.ViewersHidden,
	} {
		v, err := parseYouTubeVideos([]byte(`{"items":[{"id":"a","snippet":{"liveBroadcastContent":"live"},"liveStreamingDetails":{` + details + `}}]}`))
		if err != nil || v.byID["a"].o.Viewers != want {
			t.Errorf("%s: %+v, %v", details, v.byID["a"], err)
		}
	}
	v, err := parseYouTubeVideos([]byte(`{"items":[{"id":"a","snippet":{"liveBroadcastContent":"live"}}]}`))
	if err != nil || v.byID["a"].o.Viewers != live.ViewersHidden {
		t.Errorf("without details: %+v, %v", v, err)
	}
}

func TestYouTubeState(t *testing.T) {
	for _, c := range []struct {
		content word
		d       youtubeDetails
		want    live.AnswerState
	}{
		{"live", youtubeDetails{ActualStart: "x"}, live.AnswerLive},
		{"live", youtubeDetails{}, live.AnswerLive},
		{"live", youtubeDetails{ActualEnd: "x"}, live.AnswerEnded},
		{"none", youtubeDetails{ActualStart: "x"}, live.AnswerEnded},
		{"none", youtubeDetails{}, live.AnswerEnded},
		{"upcoming", youtubeDetails{ScheduledStart: "x"}, live.AnswerUpcoming},
		{"", youtubeDetails{ActualStart: "x"}, live.AnswerLive},
		{"", youtubeDetails{ActualStart: "x", ActualEnd: "y"}, live.AnswerEnded},
		{"", youtubeDetails{ScheduledStart: "x"}, live.AnswerUpcoming},
		{"", youtubeDetails{}, live.AnswerUnknown},
		{"premiere", youtubeDetails{ActualStart: "x"}, live.AnswerUnknown},
	} {
		if got := youtubeState(c.content, c.d); got != c.want {
			t.Errorf("%q %+v: %s, want %s", c.content, c.d, got, c.want)
		}
	}
}

// TestYouTubeAbsent tells a deleted video from an answer that has nothing to do with the question.
func TestYouTubeAbsent(t *testing.T) {
	for body, want := range map[string][2]live.AnswerState{
		`{"items":[{"id":"a","snippet":{"liveBroadcastContent":"live"}}]}`: {live.AnswerLive, live.AnswerEnded},
		`{"items":[{"id":"a"}]}`: {live.AnswerUnknown, live.AnswerEnded},
		`{"items":[]}`:           {live.AnswerUnknown, live.AnswerUnknown},
		`{"items":[{"id":"other","snippet":{"liveBroadcastContent":"live"}}]}`: {live.AnswerUnknown, live.AnswerUnknown},
	} {
		th := &theatre{tb: t, left: []exchange{{Status: 200, body: []byte(body)}}}
		p, err := mustSource(t, "youtube", settings{Key: "k"}, origin).Fetch(t.Context(), th.direct(), Request{Kind: live.KindRefresh, Keys: []string{"a", "b"}})
		if err != nil || p.Answers[0].State != want[0] || p.Answers[1].State != want[1] {
			t.Errorf("%s: %+v, %v", body, p, err)
		}
	}
}

func TestYouTubeErrors(t *testing.T) {
	rec := recordingNamed(t, "youtube", "quota")
	for _, c := range []struct {
		status int
		reason string
		want   error
	}{
		{403, "quotaExceeded", live.ErrQuota},
		{403, "dailyLimitExceeded", live.ErrQuota},
		{403, "rateLimitExceeded", live.ErrRateLimited},
		{429, "rateLimitExceeded", live.ErrRateLimited},
		{429, "new", live.ErrRateLimited},
		{403, "userRateLimitExceeded", live.ErrRateLimited},
		{400, "keyInvalid", live.ErrUnauthorized},
		{403, "accessNotConfigured", live.ErrUnauthorized},
		{403, "forbidden", live.ErrBlocked},
		{403, "", live.ErrBlocked},
		{400, "invalidPageToken", live.ErrCursor},
		{400, "incompatibleParameters", live.ErrFormat},
		{503, "backendError", live.ErrUnavailable},
	} {
		refused(t, "youtube", rec, c.reason, func(e []exchange) {
			e[0].Status = c.status
			e[0].body = []byte(`{"error":{"code":1,"message":"m","errors":[{"reason":"` + c.reason + `"}]}}`)
		}, c.want)
	}
	refused(t, "youtube", rec, "API key", func(e []exchange) {
		e[0].Status = 400
		e[0].body = []byte(`{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","errors":[{"reason":"badRequest"}],"status":"INVALID_ARGUMENT"}}`)
	}, live.ErrUnauthorized)
	refused(t, "youtube", rec, "no JSON", func(e []exchange) { e[0].body = []byte(blockPage) }, live.ErrBlocked)
	refused(t, "youtube", rec, "304", func(e []exchange) { e[0].Status = 304; e[0].body = nil }, live.ErrFormat)
}

func TestYouTubeFeed(t *testing.T) {
	rec := recordingNamed(t, "youtube", "feed")
	feed := func(entries string) string {
		return `<?xml version="1.0"?><feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom"><yt:channelId>X</yt:channelId>` + entries + `</feed>`
	}
	play := func(body string) (*live.Page, error) {
		return rec.fetch(t, "youtube", false, func(e []exchange) { e[0].body = []byte(body) })
	}
	p, err := play(feed(""))
	if err != nil || len(p.Found) != 0 {
		t.Errorf("no entries: %+v, %v", p, err)
	}
	p, err = play(feed("<entry><yt:videoId>v</yt:videoId></entry>"))
	if err != nil || len(p.Found) != 1 || p.Found[0] != (live.Found{ID: "v", Channel: rec.Keys[0]}) {
		t.Errorf("entry without a channel: %+v, %v", p, err)
	}
	for _, bad := range []string{
		feed("<entry><title>x</title></entry>"), feed("<entry>"), `<?xml version="1.0"?><rss/>`, "x", "<", `{"items":[]}`,
		`<?xml version="1.0"?><errors><error>no</error></errors>`,
	} {
		refused(t, "youtube", rec, bad, func(e []exchange) { e[0].body = []byte(bad) }, live.ErrFormat)
	}
	refused(t, "youtube", rec, "404", func(e []exchange) { e[0].Status, e[0].body = 404, []byte("<html>") }, live.ErrNotFound)

	// A feed is public: the key stays at home.
	rec.Config.Key = "SECRET-key"
	th := &theatre{tb: t, left: rec.Exchanges}
	inner := th.direct().Transport
	_, err = mustSource(t, "youtube", rec.Config, origin).Fetch(t.Context(), &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		for k, v := range r.Header {
			if strings.Contains(strings.Join(v, ""), "SECRET") {
				t.Errorf("header %s holds the key", k)
			}
		}
		return inner.RoundTrip(r)
	})}, rec.request())
	if err != nil {
		t.Error(err)
	}
}
