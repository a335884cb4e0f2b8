package sim

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// names reports whether a description names the channel, in any of the ways of line.written.
func names(about string, l *line) bool {
	for way := range uint64(40) {
		if strings.Contains(about+"\n", l.written(roll(way))+"\n") || strings.Contains(about, l.written(roll(way))+" ") {
			return true
		}
	}
	return false
}

// TestAbout wants of the creators with several channels about 60 % linked, half of them in one direction, and traps of every kind.
func TestAbout(t *testing.T) {
	w := mustWorld(1, 1)
	several, linked, both := 0, 0, 0
	friends, agencies, clips, ways := 0, 0, 0, map[string]int{}
	for _, c := range w.creators {
		for _, l := range c.lines {
			about := l.about()
			if about == "" || l.site == soop && strings.Contains(about, "\n") {
				t.Fatalf("%s: %q", l.channelID, about)
			}
			if c.friend != nil && !slices.ContainsFunc(c.friend.lines, func(f *line) bool { return names(about, f) }) {
				t.Errorf("%s does not name its friend: %q", c.id, about)
			}
			if c.original != nil && slices.ContainsFunc(c.original.lines, func(f *line) bool { return names(about, f) }) {
				clips++
			}
			if strings.Contains(about, ".example/artists") {
				agencies++
			}
		}
		if c.friend != nil {
			friends++
		}
		if len(c.lines) < 2 || c.lines[0].channelID == c.lines[1].channelID {
			continue
		}
		several++
		n := 0
		for _, l := range c.lines {
			named := 0
			for _, o := range c.lines {
				if o != l && names(l.about(), o) {
					named++
				}
			}
			if named > 0 {
				n++
			}
			if named != 0 && named != len(c.lines)-1 || l.links() != (named > 0) {
				t.Errorf("%s: %s names %d of %d: %q", c.id, l.channelID, named, len(c.lines)-1, l.about())
			}
			for _, form := range []string{"https://", "chzzk.naver.com/live/", "/@", "play.sooplive", "/channel/"} {
				if strings.Contains(l.about(), form) {
					ways[form]++
				}
			}
		}
		if n > 0 {
			linked++
		}
		if n == len(c.lines) {
			both++
		}
	}
	t.Logf("%d creators with several channels, %d linked, %d of them in both directions; %d friends, %d agency links, %d clip channels, %v", several, linked, both, friends, agencies, clips, ways)
	if s := float64(linked) / float64(several); s < .54 || s > .66 {
		t.Errorf("%.2f are linked, want .60", s)
	}
	if s := float64(both) / float64(linked); s < .4 || s > .6 {
		t.Errorf("%.2f of them both ways, want .50", s)
	}
	if friends < 50 || agencies < 50 || clips < lookalikes || len(ways) < 5 {
		t.Error("traps are missing")
	}
}

func TestLookalikes(t *testing.T) {
	for _, scale := range []float64{.02, 1} {
		w := mustWorld(3, scale)
		same, together, apart := 0, 0, 0
		byName := map[string]*creator{}
		for _, c := range w.creators {
			if !c.extra {
				byName[c.name] = c
				continue
			}
			if o := byName[c.name]; o != nil && o != c && c.original == nil && c.with == nil {
				same++
			}
			if c.with == nil {
				continue
			}
			for day := dayOf(evening.Unix()) - 15; day < dayOf(evening.Unix())+15; day++ {
				g, h := w.broadcast(c.lines[0], day), w.broadcast(c.with.lines[0], day)
				if g == nil || h == nil {
					continue
				}
				if strings.Contains(g.segments[0].title, strings.TrimPrefix(h.segments[0].title, "[중계] ")) && g.start-h.start < 300 && g.start >= h.start {
					together++
				} else {
					apart++
				}
			}
		}
		t.Logf("scale %v: %d of the same name, %d co-streams, %d days apart", scale, same, together, apart)
		if same == 0 || together == 0 || apart < together/2 {
			t.Errorf("scale %v: %d of the same name, %d co-streams, %d days apart", scale, same, together, apart)
		}
	}
}

// TestUnsearched wants broadcasts that are in the feed of their channel and in videos.list, and nowhere else.
func TestUnsearched(t *testing.T) {
	s, clock := mustSim(t, 1, .05)
	found, upcoming := 0, 0
	for hour := range 72 {
		at := evening.Add(time.Duration(hour) * time.Hour)
		clock.set(at)
		step := youtube.step(at)
		for _, l := range s.world.lines[youtube] {
			if !l.unsearched {
				continue
			}
			for _, day := range []int64{dayOf(step), dayOf(step) + 1} {
				b := s.world.broadcast(l, day)
				if b == nil || !b.liveAt(step) && !b.scheduledAt(step) {
					continue
				}
				if hour%24 == 0 {
					for _, event := range []string{"live", "upcoming"} {
						var body searchBody
						get(t, s, strings.Replace(searchPath, "eventType=live", "eventType="+event, 1)+at.Format("k0215")+"&channelId="+l.channelID).decode(t, &body)
						if len(body.Items) > 0 {
							t.Errorf("a search finds %s", b.id)
						}
					}
				}
				if feed := get(t, s, "/youtube/feeds/videos.xml?channel_id="+l.channelID); !strings.Contains(string(feed.body), b.id) {
					t.Errorf("the feed lacks %s", b.id)
				}
				v := s.video(b.id, step, "h")
				switch {
				case b.liveAt(step) && v != nil && v.Snippet.LiveBroadcastContent == "live":
					found++
				case b.scheduledAt(step) && v != nil && v.LiveStreamingDetails.ScheduledStartTime != "":
					upcoming++
				default:
					t.Errorf("%s: %+v", b.id, v)
				}
				for _, row := range s.world.list(youtube, step) {
					if row.line == l {
						t.Error("listed")
					}
				}
				for _, row := range s.world.Truth(at, 0) {
					if row.BroadcastID == b.id {
						t.Error("in the truth of what is listed")
					}
				}
			}
		}
	}
	if found < 20 || upcoming < 10 {
		t.Errorf("%d live, %d upcoming: the test sees nothing", found, upcoming)
	}
}

func TestYouTubeChannelsByHandle(t *testing.T) {
	s, _ := mustSim(t, 1, .2)
	type body struct{ Items []youtubeChannel }
	path := "/youtube/youtube/v3/channels?part=snippet&key=k"
	korean := false
	for _, c := range s.world.Channels() {
		if c.Platform != "youtube" {
			continue
		}
		if korean = korean || c.Handle[0] >= 0x80; c.ChannelID[5]%8 != 0 {
			continue
		}
		for _, h := range []string{"@" + c.Handle, strings.ToUpper(c.Handle)} {
			var b body
			get(t, s, path+"&forHandle="+url.QueryEscape(h)).decode(t, &b)
			if len(b.Items) != 1 || b.Items[0].ID != c.ChannelID || b.Items[0].Snippet.CustomURL != "@"+c.Handle {
				t.Fatalf("%s: %+v, want %s", h, b.Items, c.ChannelID)
			}
		}
	}
	if !korean {
		t.Error("no Korean handle")
	}
	for _, q := range []string{"&forHandle=@nobody-at-all", "&id=UCnobody"} {
		a := get(t, s, path+q)
		if a.status != http.StatusOK || strings.Contains(string(a.body), "items") || !strings.Contains(string(a.body), `"totalResults":0`) {
			t.Errorf("%s: %d %s", q, a.status, a.body)
		}
	}
	for _, q := range []string{"", "&id=UCa&forHandle=b"} {
		if a := get(t, s, path+q); a.status != http.StatusBadRequest {
			t.Errorf("%q: %d", q, a.status)
		}
	}
}

// TestCountries wants Korean channels without a Korean letter, and foreign ones without and with one.
func TestCountries(t *testing.T) {
	w := mustWorld(1, 1)
	hangul := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return r >= 0xac00 && r <= 0xd7a3 })
	}
	n := map[string]int{}
	for _, l := range w.lines[youtube] {
		n[l.country()]++
		switch {
		case l.country() == "KR" && !hangul(l.name):
			n["KR without"]++
		case l.country() != "KR" && l.country() != "" && hangul(l.name):
			n["foreign with"]++
		}
	}
	t.Log(n)
	for k, least := range map[string]int{"KR": 200, "JP": 20, "VN": 20, "US": 20, "": 200, "KR without": 10, "foreign with": 10} {
		if n[k] < least {
			t.Errorf("%q: %d, want %d", k, n[k], least)
		}
	}
}

// TestNothingTellsTheTruth looks for creators' ids in what platforms say.
func TestNothingTellsTheTruth(t *testing.T) {
	s, _ := mustSim(t, 11, .1)
	token := mustToken(t, s)
	paths := everything(s, s.world.Truth(evening, 200))
	paths = slices.DeleteFunc(paths, func(p string) bool { return strings.HasPrefix(p, "/truth") || strings.HasPrefix(p, "/img") })
	for _, c := range s.world.Channels() {
		switch c.Platform {
		case "chzzk":
			paths = append(paths, "/chzzk/api/service/v1/channels/"+c.ChannelID)
		case "soop":
			paths = append(paths, "/soop/chapi/api/"+c.ChannelID+"/station")
		case "twitch":
			paths = append(paths, "/twitch/helix/users?id="+c.ChannelID)
		case "youtube":
			paths = append(paths, "/youtube/youtube/v3/channels?part=snippet,statistics&key=k&id="+c.ChannelID)
		}
	}
	for _, p := range paths {
		a := get(t, s, p, token...)
		if a.status != http.StatusOK {
			t.Fatalf("%s: %d", p, a.status)
		}
		if body := string(a.body); strings.Contains(body, "cr-0") || strings.Contains(body, "creator") || strings.Contains(body, "unsearched") {
			t.Fatalf("%s: %.400s", p, body)
		}
	}
	if a := get(t, s, "/truth/channels"); !strings.Contains(string(a.body), `"creator_id":"cr-0`) || !strings.Contains(string(a.body), `"unsearched":true`) {
		t.Errorf("the scorer is told nothing: %.300s", a.body)
	}
}
