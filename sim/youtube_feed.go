package sim

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// The feed of a channel: the newest fifteen of what it uploaded, announced, streams or streamed. It does not say which.

const feedEntries = 15

type feed struct {
	XMLName   xml.Name    `xml:"feed"`
	YT        string      `xml:"xmlns:yt,attr"`
	Media     string      `xml:"xmlns:media,attr"`
	NS        string      `xml:"xmlns,attr"`
	Links     []feedLink  `xml:"link"`
	ID        string      `xml:"id"`
	ChannelID string      `xml:"yt:channelId"` // lacks the "UC" that entries have
	Title     string      `xml:"title"`
	Author    feedAuthor  `xml:"author"`
	Published string      `xml:"published"`
	Entries   []feedEntry `xml:"entry"`
}

type feedLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type feedAuthor struct {
	Name string `xml:"name"`
	URI  string `xml:"uri"`
}

type feedEntry struct {
	ID        string     `xml:"id"`
	VideoID   string     `xml:"yt:videoId"`
	ChannelID string     `xml:"yt:channelId"`
	Title     string     `xml:"title"`
	Link      feedLink   `xml:"link"`
	Author    feedAuthor `xml:"author"`
	Published string     `xml:"published"`
	Updated   string     `xml:"updated"`
	Group     feedGroup  `xml:"media:group"`
}

type feedGroup struct {
	Title       string        `xml:"media:title"`
	Thumbnail   feedThumbnail `xml:"media:thumbnail"`
	Description string        `xml:"media:description"`
	Views       feedViews     `xml:"media:community>media:statistics"`
}

type feedThumbnail struct {
	URL    string `xml:"url,attr"`
	Width  int    `xml:"width,attr"`
	Height int    `xml:"height,attr"`
}

type feedViews struct {
	Views int `xml:"views,attr"`
}

// published is one video of a channel and when it appeared.
type published struct {
	id, title, path string
	at              int64
}

func (s *Server) youtubeFeed(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("channel_id")
	lines := s.world.byID[youtube][id]
	if len(lines) == 0 {
		http.Error(w, "Not Found", http.StatusNotFound)
		return
	}
	l := lines[0]
	home := feedAuthor{l.name, l.home()}
	f := feed{
		YT: "http://www.youtube.com/xml/schemas/2015", Media: "http://search.yahoo.com/mrss/", NS: "http://www.w3.org/2005/Atom",
		Links: []feedLink{{"self", "http://www.youtube.com/feeds/videos.xml?channel_id=" + id}, {"alternate", l.home()}},
		ID:    "yt:channel:" + id[2:], ChannelID: id[2:], Title: l.name, Author: home,
		Published: feedTime(midnight(firstDay) - int64(l.key%3000)*daySeconds),
	}
	step := youtube.step(s.now())
	for _, p := range s.newest(lines, step) {
		f.Entries = append(f.Entries, feedEntry{
			ID: "yt:video:" + p.id, VideoID: p.id, ChannelID: id, Title: p.title, Author: home,
			Link: feedLink{"alternate", "https://www.youtube.com/" + p.path + p.id}, Published: feedTime(p.at), Updated: feedTime(p.at + 600),
			Group: feedGroup{
				Title:     p.title,
				Thumbnail: feedThumbnail{fmt.Sprintf("http://%s/img/youtube/%s/hqdefault.jpg", r.Host, p.id), 480, 360},
				Views:     feedViews{l.followers() / 3},
			},
		})
	}
	w.Header().Set("Content-Type", "text/xml; charset=UTF-8")
	_, _ = fmt.Fprint(w, xml.Header)
	_ = xml.NewEncoder(w).Encode(f) // own struct of strings encodes; a reader who left is not told
}

func feedTime(unix int64) string {
	return time.Unix(unix, 0).UTC().Format("2006-01-02T15:04:05+00:00")
}

// newest lists a channel's latest videos. Uploads fill it up: every day has one, some have a short.
func (s *Server) newest(lines []*line, step int64) []published {
	var all []published
	for day := dayOf(step) + 1; day > dayOf(step)-2*feedEntries; day-- {
		for _, l := range lines {
			b := s.world.broadcast(l, day)
			if b == nil || b.start > step && !b.scheduledAt(step) || b.end <= step && b.deleted() {
				continue
			}
			at := b.start
			if at > step {
				at = b.start - upcomingHours*3600 // when it was announced
			}
			all = append(all, published{b.id, b.segmentAt(step).title, "watch?v=", at})
		}
		for kind, path := range map[int]string{videoUpload: "watch?v=", videoShort: "shorts/"} {
			if at, title, ok := s.uploaded(lines[0], kind, day); ok && at <= step {
				all = append(all, published{videoID(s.world.seed, kind, day, lines[0].no), title, path, at})
			}
		}
	}
	slices.SortFunc(all, func(a, b published) int { return cmp.Or(cmp.Compare(b.at, a.at), cmp.Compare(a.id, b.id)) })
	return all[:min(len(all), feedEntries)]
}

// uploaded tells whether, when and as what a channel published a video of a kind on a day.
func (s *Server) uploaded(l *line, kind int, day int64) (at int64, title string, ok bool) {
	d := roll(l.key, tagVideo, uint64(kind), uint64(day))
	on := kind == videoUpload || d.chance(.4)
	at = midnight(day) + int64(d.below(daySeconds))
	lead := map[int]string{videoUpload: "[다시보기] ", videoShort: "#shorts "}[kind]
	return at, lead + s.world.title(l.creator, day, l.creator.topic, d), on
}

// upload is an uploaded video, which was never live.
func (s *Server) upload(id string, kind int, l *line, day, step int64, host string) *youtubeVideo {
	if kind != videoUpload && kind != videoShort {
		return nil
	}
	at, title, ok := s.uploaded(l, kind, day)
	if !ok || at > step {
		return nil
	}
	v := s.plainVideo(id, l, title, &s.world.words.topics[l.creator.topic], at, host)
	v.ContentDetails.Duration = fmt.Sprintf("PT%dM%dS", l.key%50, l.key%60)
	return v
}
