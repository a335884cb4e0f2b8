package sim

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestYouTubeETag(t *testing.T) {
	s, c := mustSim(t, 1, .2)
	id := s.world.list(youtube, youtube.step(evening))[0].id
	a := get(t, s, videosPath+"&id="+id)
	tag := a.header.Get("ETag")
	var b videosBody
	a.decode(t, &b)
	if tag == "" || b.ETag != tag {
		t.Fatalf("header %q body %q", tag, b.ETag)
	}
	if a := get(t, s, videosPath+"&id="+id, "If-None-Match", tag); a.status != http.StatusNotModified || len(a.body) != 0 {
		t.Errorf("unchanged: %d %s", a.status, a.body)
	}
	c.add(time.Minute)
	if a := get(t, s, videosPath+"&id="+id, "If-None-Match", tag); a.status != 200 {
		t.Errorf("a minute later: %d", a.status)
	}
}

func TestYouTubeQuota(t *testing.T) {
	s, c := mustSim(t, 1, .05)
	// 15:30 in Korea is 23:30 Pacific summer time.
	c.set(time.Date(2026, 10, 3, 15, 30, 0, 0, kst()))
	for i := range searchesADay {
		if a := get(t, s, searchPath+"k"); a.status != 200 {
			t.Fatalf("search %d: %d", i, a.status)
		}
	}
	a := get(t, s, searchPath+"k")
	if got := reason(t, a); a.status != 403 || got != "youtube.quota/quotaExceeded" {
		t.Errorf("search 101: %d %s", a.status, got)
	}
	if a := get(t, s, videosPath+"&id=x"); a.status != 200 {
		t.Errorf("videos have their own bucket: %d", a.status)
	}
	if a := get(t, s, searchPath+"second"); a.status != 200 {
		t.Errorf("another key: %d", a.status)
	}
	c.set(time.Date(2026, 10, 3, 15, 59, 59, 0, kst()))
	if a := get(t, s, searchPath+"k"); a.status != 403 {
		t.Errorf("a second before midnight: %d", a.status)
	}
	c.set(time.Date(2026, 10, 3, 16, 0, 0, 0, kst()))
	if a := get(t, s, searchPath+"k"); a.status != 200 {
		t.Errorf("midnight Pacific: %d", a.status)
	}
	// After the end of summer time, midnight is an hour later in Korea.
	for at, want := range map[time.Time]string{
		time.Date(2026, 11, 10, 16, 30, 0, 0, kst()): "2026-11-09",
		time.Date(2026, 11, 10, 17, 0, 0, 0, kst()):  "2026-11-10",
	} {
		if got := s.quotas.day(at); got != want {
			t.Errorf("%v: %s, want %s", at, got, want)
		}
	}
	// A wrong request costs as much as a right one, a wrong key nothing.
	get(t, s, videosPath)
	get(t, s, "/youtube/youtube/v3/videos?key=wrong")
	if use := s.quotas.used(c.Now())["k"]; use.Units != 1 || use.Searches != 1 {
		t.Errorf("%+v", use)
	}
	// Too fast is something else than too much.
	for range callsAMinute {
		get(t, s, videosPath+"&id=x")
	}
	a = get(t, s, videosPath+"&id=x")
	if got := reason(t, a); a.status != 403 || got != "usageLimits/rateLimitExceeded" {
		t.Errorf("too fast: %d %s", a.status, got)
	}
	c.add(time.Minute)
	s.quotas.keys["k"].Units = unitsADay - 1
	if a := get(t, s, videosPath+"&id=x"); a.status != 200 {
		t.Errorf("unit 10,000: %d", a.status)
	}
	a = get(t, s, videosPath+"&id=x")
	if got := reason(t, a); got != "youtube.quota/quotaExceeded" {
		t.Errorf("10,001 units: %s", got)
	}
}

func TestYouTubeFeed(t *testing.T) {
	s, c := mustSim(t, 1, 1)
	row := find(t, s, c, youtube, func(b shown) bool { return b.line.creator.restart == 0 && !b.line.hidden })
	a := get(t, s, "/youtube/feeds/videos.xml?channel_id="+row.line.channelID)
	var f struct {
		ChannelID string `xml:"http://www.youtube.com/xml/schemas/2015 channelId"`
		Entries   []struct {
			VideoID   string `xml:"http://www.youtube.com/xml/schemas/2015 videoId"`
			ChannelID string `xml:"http://www.youtube.com/xml/schemas/2015 channelId"`
			Title     string `xml:"title"`
			Link      struct {
				Href string `xml:"href,attr"`
			} `xml:"link"`
			Published string `xml:"published"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(a.body, &f); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	if f.ChannelID != row.line.channelID[2:] || len(f.Entries) != 15 {
		t.Fatalf("%s, %d entries", f.ChannelID, len(f.Entries))
	}
	var ids url.Values = map[string][]string{}
	live, shorts := false, 0
	for i, e := range f.Entries {
		if e.ChannelID != row.line.channelID || i > 0 && e.Published > f.Entries[i-1].Published {
			t.Errorf("entry %+v", e)
		}
		live = live || e.VideoID == row.id
		if strings.Contains(e.Link.Href, "/shorts/") {
			shorts++
		}
		ids.Add("id", e.VideoID)
	}
	if !live || shorts == 0 {
		t.Errorf("live entry %v, %d shorts", live, shorts)
	}
	var b videosBody
	get(t, s, videosPath+"&"+ids.Encode()).decode(t, &b)
	if len(b.Items) != 15 || !slices.ContainsFunc(b.Items, func(v youtubeVideo) bool { return v.LiveStreamingDetails == nil }) {
		t.Errorf("%d of the 15 are known to videos.list", len(b.Items))
	}
	if a := get(t, s, "/youtube/feeds/videos.xml?channel_id=UCnobody"); a.status != 404 {
		t.Errorf("unknown channel: %d", a.status)
	}
	var ch struct{ Items []youtubeChannel }
	get(t, s, fmt.Sprintf("/youtube/youtube/v3/channels?part=snippet,contentDetails,statistics&key=k&id=%s&id=UCnobody", row.line.channelID)).decode(t, &ch)
	if len(ch.Items) != 1 || ch.Items[0].ContentDetails.RelatedPlaylists.Uploads != "UU"+row.line.channelID[2:] {
		t.Errorf("channels: %+v", ch.Items)
	}
}
