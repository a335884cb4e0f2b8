package sim

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	searchPath = "/youtube/youtube/v3/search?part=snippet&type=video&eventType=live&regionCode=KR&order=viewCount&maxResults=50&key="
	videosPath = "/youtube/youtube/v3/videos?part=snippet,liveStreamingDetails,statistics,contentDetails,status&key=k"
)

type searchBody struct {
	NextPageToken string
	Items         []youtubeSearchItem
}

type videosBody struct {
	ETag     string
	Items    []youtubeVideo
	PageInfo youtubePageInfo
}

func reason(t *testing.T, a answer) string {
	t.Helper()
	var e youtubeError
	a.decode(t, &e)
	if e.Error.Code != a.status || len(e.Error.Errors) != 1 {
		t.Errorf("%d: %s", a.status, a.body)
	}
	return e.Error.Errors[0].Domain + "/" + e.Error.Errors[0].Reason
}

func searchAll(t *testing.T, s *Server, key string) (ids []string) {
	t.Helper()
	token := ""
	for {
		var b searchBody
		get(t, s, searchPath+key+"&pageToken="+token).decode(t, &b)
		if len(b.Items) > 50 {
			t.Fatalf("%d items on a page", len(b.Items))
		}
		for _, i := range b.Items {
			ids = append(ids, i.ID.VideoID)
		}
		if token = b.NextPageToken; token == "" {
			return ids
		}
	}
}

func TestYouTubeSearch(t *testing.T) {
	s, _ := mustSim(t, 1, 1)
	ids := searchAll(t, s, "k")
	rows := s.world.list(youtube, youtube.step(evening))
	if len(ids) != len(rows) {
		t.Errorf("%d found, %d live", len(ids), len(rows))
	}
	for i, id := range ids {
		if rows[i].id != id {
			t.Fatalf("result %d is %s, want %s: not by viewers", i, id, rows[i].id)
		}
	}
	deep, _ := mustSim(t, 1, 2.2)
	if n := len(searchAll(t, deep, "k")); n != searchDepth {
		t.Errorf("%d found of %d live, want %d", n, len(deep.world.list(youtube, youtube.step(evening))), searchDepth)
	}
	for query, want := range map[string]string{
		"part=snippet&eventType=live&key=k":                         "youtube.parameter/incompatibleParameters",
		"part=snippet&type=video&maxResults=51&key=k":               "youtube.parameter/invalidParameter",
		"part=snippet&type=video&pageToken=nonsense&key=k":          "youtube.parameter/invalidPageToken",
		"type=video&key=k":                                          "youtube.parameter/missingRequiredParameter",
		"part=snippet&type=video&eventType=live&key=wrong":          "usageLimits/keyInvalid",
		"part=snippet&type=video&eventType=live":                    "global/forbidden",
		"part=snippet&type=video&eventType=sometimes&key=k&q=&x=yz": "youtube.parameter/invalidParameter",
	} {
		if got := reason(t, get(t, s, "/youtube/youtube/v3/search?"+query)); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

func TestYouTubeSearchTitlesAreEscaped(t *testing.T) {
	s, c := mustSim(t, 1, 1)
	row := find(t, s, c, youtube, func(b shown) bool { return strings.ContainsAny(b.segmentAt(b.end).title, `<>&`) })
	var found searchBody
	get(t, s, searchPath+"k&channelId="+row.line.channelID).decode(t, &found)
	var v videosBody
	get(t, s, videosPath+"&id="+row.id).decode(t, &v)
	if len(found.Items) == 0 || !strings.Contains(found.Items[0].Snippet.Title, ";") {
		t.Errorf("search: %+v", found.Items)
	}
	if v.Items[0].Snippet.Title != row.segmentAt(youtube.step(c.Now())).title {
		t.Errorf("videos: %q", v.Items[0].Snippet.Title)
	}
}

func TestYouTubeVideos(t *testing.T) {
	s, c := mustSim(t, 1, 1)
	rows := s.world.list(youtube, youtube.step(evening))
	comma, repeated := "", ""
	for i, r := range rows[:50] {
		repeated += "&id=" + r.id
		comma += map[bool]string{true: "%2C"}[i > 0] + r.id
	}
	a, b := get(t, s, videosPath+repeated), get(t, s, videosPath+"&id="+comma)
	if a.status != 200 || string(a.body) != string(b.body) {
		t.Errorf("repeated and comma ids differ: %d %d", a.status, b.status)
	}
	var body videosBody
	a.decode(t, &body)
	if len(body.Items) != 50 || body.PageInfo.TotalResults != 50 {
		t.Fatalf("%d items", len(body.Items))
	}
	for i, v := range body.Items {
		if v.ID != rows[i].id || v.Snippet.LiveBroadcastContent != "live" || v.LiveStreamingDetails.ActualStartTime != utcTime(rows[i].start) ||
			v.LiveStreamingDetails.ActualEndTime != "" || v.LiveStreamingDetails.ConcurrentViewers != strconv.Itoa(rows[i].viewers) {
			t.Errorf("%+v %+v", v, v.LiveStreamingDetails)
		}
	}
	if a := get(t, s, videosPath+repeated+"&id="+rows[51].id); a.status != 400 {
		t.Errorf("51 ids: %d", a.status)
	}
	// Only the parts asked for.
	if a := get(t, s, "/youtube/youtube/v3/videos?key=k&part=liveStreamingDetails&id="+rows[0].id); strings.Contains(string(a.body), "snippet") {
		t.Errorf("parts: %s", a.body)
	}
	// Unknown ids are left out.
	get(t, s, videosPath+"&id="+rows[0].id+"&id=AAAAAAAAAAA&id=short").decode(t, &body)
	if len(body.Items) != 1 {
		t.Errorf("unknown ids: %d items", len(body.Items))
	}
	hidden := find(t, s, c, youtube, func(b shown) bool { return b.line.hidden })
	one := get(t, s, videosPath+"&id="+hidden.id)
	if strings.Contains(string(one.body), "concurrentViewers") || !strings.Contains(string(one.body), `"liveBroadcastContent":"live"`) {
		t.Errorf("hidden: %s", one.body)
	}
	if n, is, live := s.world.Served("youtube", hidden.id, c.Now()); !is || !live || n != hidden.viewers {
		t.Errorf("hidden is served as %d %v %v", n, is, live)
	}
}

func TestYouTubeLifeOfAnID(t *testing.T) {
	s, c := mustSim(t, 1, 1)
	state := func(b shown, at int64) (v *youtubeVideo) {
		c.set(time.Unix(at, 0))
		var body videosBody
		get(t, s, videosPath+"&id="+b.id).decode(t, &body)
		if len(body.Items) == 0 {
			return nil
		}
		return &body.Items[0]
	}
	kept := find(t, s, c, youtube, func(b shown) bool {
		return b.line.key%2 == 0 && !b.deleted() && !b.line.hidden && b.line.creator.restart == 0
	})
	gone := find(t, s, c, youtube, func(b shown) bool { return b.deleted() && b.line.creator.restart == 0 })
	if v := state(kept, kept.start-3600); v == nil || v.Snippet.LiveBroadcastContent != "upcoming" || v.LiveStreamingDetails.ScheduledStartTime == "" ||
		v.LiveStreamingDetails.ActualStartTime != "" || v.LiveStreamingDetails.ConcurrentViewers != "" {
		t.Errorf("upcoming: %+v", v)
	}
	if v := state(kept, kept.start-13*3600); v != nil {
		t.Errorf("before the announcement: %+v", v)
	}
	if v := state(kept, kept.start+60); v == nil || v.Snippet.LiveBroadcastContent != "live" || v.LiveStreamingDetails.ConcurrentViewers == "" {
		t.Errorf("live: %+v", v)
	}
	for _, later := range []int64{30, 23 * 3600} {
		if v := state(kept, kept.end+later); v == nil || v.Snippet.LiveBroadcastContent != "none" || v.LiveStreamingDetails.ActualEndTime != utcTime(kept.end) ||
			v.LiveStreamingDetails.ConcurrentViewers != "" {
			t.Errorf("%d s after the end: %+v", later, v)
		}
	}
	if v := state(gone, gone.end-30); v == nil {
		t.Error("deleted before its end")
	}
	if v := state(gone, gone.end+30); v != nil {
		t.Errorf("deleted: %+v", v)
	}
	c.set(evening)
	for _, event := range []string{"upcoming", "completed"} {
		var b searchBody
		get(t, s, strings.Replace(searchPath, "eventType=live", "eventType="+event, 1)+"other").decode(t, &b)
		want := map[string]string{"upcoming": "upcoming", "completed": "none"}[event]
		if len(b.Items) == 0 || b.Items[0].Snippet.LiveBroadcastContent != want {
			t.Errorf("%s: %d items", event, len(b.Items))
		}
	}
}
