package platform

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"onair/live"
)

// seed adds every recording of a platform, whichever endpoint it came from.
func seed(f *testing.F, name live.Platform) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", string(name), "*.*"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no recordings: %v", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
}

// sound wants what a parser returned to be either an error of a known class or rows that a worker can publish.
func sound(t *testing.T, name live.Platform, err error, rows []live.Observation, found []live.Found, next string) {
	t.Helper()
	if err != nil {
		if live.ClassOf(err).Err() == nil {
			t.Fatalf("error without a class: %v", err)
		}
		return
	}
	s, err := New(name, Config{})
	if err != nil {
		t.Fatal(err)
	}
	if len(next) > 1000 || len(rows) > 500 || len(found) > 500 {
		return // Validate refuses these as a whole
	}
	p := live.Page{V: live.PageVersion, Platform: name, Kind: live.KindList, Coverage: live.CoverList, Next: next, Observations: rows, Found: found}
	p.Clean(s.Info())
	if err := p.Validate(); err != nil {
		t.Fatalf("after Clean: %v", err)
	}
	for _, o := range rows {
		if o.Viewers < live.ViewersHidden || o.Viewers > live.MaxViewers {
			t.Fatalf("%d viewers", o.Viewers)
		}
	}
	if _, err := json.Marshal(p); err != nil {
		t.Fatal(err)
	}
}

// counted wants no more rows used than were sent less the strange ones, and few of those.
func counted(t *testing.T, c census, used int) {
	t.Helper()
	if c.strange < 0 || used+c.strange > c.rows || c.check() != nil {
		t.Fatalf("%d rows used, %+v", used, c)
	}
}

func FuzzChzzkList(f *testing.F) {
	seed(f, "chzzk")
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := parseChzzkList(b)
		sound(t, "chzzk", err, l.rows, nil, l.next)
		counted(t, l.census, len(l.rows))
	})
}

func FuzzChzzkOpenList(f *testing.F) {
	seed(f, "chzzk")
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := parseChzzkOpenList(b)
		sound(t, "chzzk", err, l.rows, nil, l.next)
		counted(t, l.census, len(l.rows))
	})
}

func FuzzChzzkStatus(f *testing.F) {
	seed(f, "chzzk")
	f.Fuzz(func(t *testing.T, b []byte) {
		st, err := parseChzzkStatus(b)
		var rows []live.Observation
		if err == nil && st.state == live.AnswerLive {
			var o live.Observation
			if o, err = st.row.observation(); err == nil {
				rows = append(rows, o)
			}
		}
		sound(t, "chzzk", err, rows, nil, "")
		chzzkGone(b)
	})
}

// describes wants what a parser said about channels to be an error of a known class, or channels that were asked for and
// that a worker can publish.
func describes(t *testing.T, name live.Platform, err error, l channelList, keys ...string) {
	t.Helper()
	if err != nil {
		sound(t, name, err, nil, nil, "")
		return
	}
	s, err := New(name, Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range l.rows {
		sober(t, c.Links)
		if !slices.Contains(keys, c.ID) && !slices.Contains(keys, c.Asked) {
			t.Fatalf("%+v is no answer to %v", c, keys)
		}
	}
	p := live.Page{V: live.PageVersion, Platform: name, Kind: live.KindChannel, Coverage: live.CoverNone, Channels: l.rows}
	p.Clean(s.Info())
	if err := p.Validate(); err != nil {
		t.Fatalf("after Clean: %v", err)
	}
}

func FuzzChzzkChannel(f *testing.F) {
	seed(f, "chzzk")
	f.Fuzz(func(t *testing.T, b []byte) {
		keys := []string{"34bca588e940bb3572e67fc4487c8666", "75cbf189b3bb8f9f687d2aca0d0a382b"}
		l, err := parseChzzkChannel(b, keys[:1])
		describes(t, "chzzk", err, l, keys[:1]...)
		l, err = parseChzzkOpenChannels(b, keys)
		describes(t, "chzzk", err, l, keys...)
		counted(t, l.census, len(l.rows))
	})
}

func FuzzSoopChannel(f *testing.F) {
	seed(f, "soop")
	f.Fuzz(func(t *testing.T, b []byte) {
		info, err := parseSoopChannel(b, "KHM11903")
		describes(t, "soop", err, channelList{rows: []live.ChannelInfo{info}}, "KHM11903")
	})
}

func FuzzTwitchUsers(f *testing.F) {
	seed(f, "twitch")
	f.Fuzz(func(t *testing.T, b []byte) {
		keys := []string{"26301881", live.HandleKey("hangyul_kr")}
		l, err := parseTwitchUsers(b, keys)
		describes(t, "twitch", err, l, keys...)
		counted(t, l.census, len(l.rows))
	})
}

func FuzzYouTubeChannels(f *testing.F) {
	seed(f, "youtube")
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, keys := range [][]string{{"UCaaaaaaaaaaaaaaaaaaaaaa", "UCbbbbbbbbbbbbbbbbbbbbbb"}, {live.HandleKey("한결")}} {
			l, err := parseYouTubeChannels(b, keys)
			describes(t, "youtube", err, l, keys...)
			counted(t, l.census, len(l.rows))
		}
	})
}

func FuzzSoopList(f *testing.F) {
	seed(f, "soop")
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := parseSoopList(b, "https")
		sound(t, "soop", err, l.rows, nil, "")
		counted(t, l.census, len(l.rows))
		if l.total < 0 || l.sent < 0 {
			t.Fatalf("%+v", l)
		}
	})
}

func FuzzSoopCategories(f *testing.F) {
	seed(f, "soop")
	f.Fuzz(func(t *testing.T, b []byte) {
		_, err := parseSoopCategories(b)
		sound(t, "soop", err, nil, nil, "")
	})
}

func FuzzSoopStation(f *testing.F) {
	seed(f, "soop")
	f.Fuzz(func(t *testing.T, b []byte) {
		row, err := parseSoopStation(b)
		var rows []live.Observation
		if err == nil && row != nil {
			row.UserID = "u"
			var o live.Observation
			if o, err = row.observation("https"); err == nil {
				rows = append(rows, o)
			}
		}
		sound(t, "soop", err, rows, nil, "")
		soopGone(b)
	})
}

func FuzzSoopPlayer(f *testing.F) {
	seed(f, "soop")
	f.Fuzz(func(t *testing.T, b []byte) {
		state, no, err := parseSoopPlayer(b)
		sound(t, "soop", err, nil, nil, "")
		if err == nil && (state == live.AnswerLive) != (no != "") {
			t.Fatalf("%s %q", state, no)
		}
	})
}

func FuzzTwitchStreams(f *testing.F) {
	seed(f, "twitch")
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, isList := range []bool{true, false} {
			l, err := parseTwitchStreams(b, isList)
			var good []live.Observation
			for _, r := range l.rows {
				if r.good {
					good = append(good, r.o)
				}
			}
			sound(t, "twitch", err, good, nil, l.next)
			counted(t, l.census, len(good))
		}
	})
}

func FuzzTwitchToken(f *testing.F) {
	seed(f, "twitch")
	f.Fuzz(func(t *testing.T, b []byte) {
		token, life, err := parseTwitchToken(b)
		sound(t, "twitch", err, nil, nil, "")
		if err == nil && (token == "" || life < 0) {
			t.Fatalf("token of %d bytes for %v", len(token), life)
		}
	})
}

func FuzzYouTubeSearch(f *testing.F) {
	seed(f, "youtube")
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := parseYouTubeSearch(b)
		sound(t, "youtube", err, nil, l.found, l.next)
		counted(t, l.census, len(l.found))
	})
}

func FuzzYouTubeVideos(f *testing.F) {
	seed(f, "youtube")
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := parseYouTubeVideos(b)
		var rows []live.Observation
		for _, v := range l.byID {
			if v.answer.State == live.AnswerLive {
				rows = append(rows, v.o)
			}
		}
		sound(t, "youtube", err, rows, nil, "")
		counted(t, l.census, len(rows))
	})
}

// FuzzYouTubeFetch takes bodies through Google's library and colly as well.
func FuzzYouTubeFetch(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "youtube", "*.*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, 200, "text/xml; charset=utf-8")
		f.Add(b, 403, "text/html; charset=euc-kr")
	}
	f.Fuzz(func(t *testing.T, b []byte, status int, contentType string) {
		if status < 200 || status > 599 {
			return
		}
		s, err := New("youtube", Config{Key: "SECRET"})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []Request{{Kind: live.KindSearch}, {Kind: live.KindRefresh, Keys: []string{"a"}}, {Kind: live.KindFeed, Keys: []string{"UCx"}}, {Kind: live.KindChannel, Keys: []string{"UCx"}}} {
			th := &theatre{tb: t, left: []exchange{{Status: status, Type: contentType, body: b}}}
			p, err := s.Fetch(context.Background(), th.direct(), r)
			if (p == nil) == (err == nil) {
				t.Fatalf("page %v, error %v", p, err)
			}
			if err != nil {
				sound(t, "youtube", err, nil, nil, "")
				continue
			}
			sound(t, "youtube", nil, p.Observations, p.Found, p.Next)
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	f.Add("120", "")
	f.Add("Mon, 23 Nov 2026 03:01:00 GMT", "1795402800")
	f.Fuzz(func(t *testing.T, after, reset string) {
		if d := retryAfter(http.Header{"Retry-After": {after}, "Ratelimit-Reset": {reset}}, noon); d < 0 || d > maxRetryAfter {
			t.Fatal(d)
		}
	})
}

func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"2026-09-27 21:55:34", "2026-09-27T21:55:34Z", "2026-09-27 21:55:34.0", "0000-00-00 00:00:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if at := parseTime(s); !at.IsZero() && (at.Location() != time.UTC || at.Nanosecond() != 0 || at.Year() < 2004) {
			t.Fatal(at)
		}
	})
}
