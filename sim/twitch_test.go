package sim

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

const ko = "/twitch/helix/streams?language=ko"

func TestTwitchCredentials(t *testing.T) {
	s, c := mustSim(t, 1, .1)
	for body, want := range map[string]struct {
		status  int
		message string
	}{
		"client_secret=s&grant_type=client_credentials":                 {400, "invalid client"},
		"client_id=a&client_secret=wrong&grant_type=client_credentials": {403, "invalid client secret"},
		"client_id=a&client_secret=s":                                   {400, "missing grant type"},
	} {
		var e twitchTokenError
		a := ask(t, s, http.MethodPost, "/twitch/id/oauth2/token", body)
		a.decode(t, &e)
		if a.status != want.status || e.Status != want.status || e.Message != want.message {
			t.Errorf("%s: %d %+v", body, a.status, e)
		}
	}
	token := mustToken(t, s)
	if a := get(t, s, ko, token...); a.status != 200 {
		t.Fatalf("fresh token: %d %s", a.status, a.body)
	}
	if a := get(t, s, "/twitch/id/oauth2/validate", "Authorization", strings.Replace(token[3], "Bearer", "OAuth", 1)); a.status != 200 || !strings.Contains(string(a.body), `"client_id":"app"`) {
		t.Errorf("validate: %d %s", a.status, a.body)
	}
	again, _ := mustSim(t, 1, .1) // restarted
	if a := get(t, again, ko, token...); a.status != 200 {
		t.Errorf("token after a restart: %d", a.status)
	}
	refused := func(what string, headers ...string) {
		t.Helper()
		var e twitchError
		a := get(t, s, ko, headers...)
		a.decode(t, &e)
		if a.status != 401 || e.Error != "Unauthorized" || e.Status != 401 {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
	}
	refused("nothing")
	refused("invented", "Client-Id", "app", "Authorization", "Bearer 0123456789abcdef0123456789abcdef617070")
	refused("another's", "Client-Id", "other", "Authorization", token[3])
	c.add(4*time.Hour - time.Minute)
	if a := get(t, s, ko, token...); a.status != 200 {
		t.Errorf("token of nearly 4 h: %d", a.status)
	}
	c.add(2 * time.Minute)
	refused("old", token...)
}

func TestTwitchPaging(t *testing.T) {
	s, c := mustSim(t, 1, 1)
	token := mustToken(t, s)
	duplicates := 0
	for range 10 {
		seen, cursor := map[string]int{}, ""
		for {
			var b struct {
				Data       []twitchStream
				Pagination map[string]string
			}
			a := get(t, s, ko+"&first=20&after="+cursor, token...)
			a.decode(t, &b)
			for _, r := range b.Data {
				seen[r.ID]++
				n, _, live := s.world.Served("twitch", r.ID, c.Now())
				if r.Language != "ko" || n != r.ViewerCount || !live {
					t.Errorf("%+v: served %d %v", r, n, live)
				}
			}
			cursor = b.Pagination["cursor"]
			if cursor == "" {
				if !strings.Contains(string(a.body), `"pagination":{}`) {
					t.Errorf("end: %s", a.body[len(a.body)-60:])
				}
				break
			}
		}
		want := 0
		for _, r := range s.world.Truth(time.Unix(twitch.step(c.Now()), 0), 0) {
			if r.Platform == "twitch" {
				want++
			}
		}
		if len(seen) != want {
			t.Errorf("%d streams, want %d", len(seen), want)
		}
		for _, n := range seen {
			duplicates += n - 1
		}
		c.add(time.Minute)
	}
	if duplicates == 0 {
		t.Error("no row came twice")
	}
	for first, want := range map[int]int{0: 400, 1: 200, 100: 200, 101: 400} {
		a := get(t, s, fmt.Sprintf("%s&first=%d", ko, first), token...)
		if a.status != want {
			t.Errorf("first=%d: %d", first, a.status)
		}
		if first == 101 && !strings.Contains(string(a.body), "less than or equal to 100") {
			t.Errorf("first=101: %s", a.body)
		}
	}
	if a := get(t, s, ko+"&after=xx!", token...); a.status != 400 {
		t.Errorf("bad cursor: %d", a.status)
	}
}

func TestTwitchRows(t *testing.T) {
	s, c := mustSim(t, 1, 1)
	token := mustToken(t, s)
	blank, foreign, others := 0, 0, 0
	for range 60 {
		var b twitchAnswer[twitchStream]
		get(t, s, "/twitch/helix/streams?first=100", token...).decode(t, &b)
		for _, r := range b.Data {
			if r.Type == "" {
				blank++
			}
			if r.Language != "ko" {
				others++
				continue
			}
			if l := s.world.byID[twitch][r.UserID]; l[0].creator.lang != "ko" {
				foreign++
			}
		}
		c.add(3 * time.Minute)
		if c.Now().Sub(evening) > 3*time.Hour {
			token = mustToken(t, s)
		}
	}
	if blank == 0 || foreign == 0 || others == 0 {
		t.Errorf("%d rows of type \"\", %d labelled ko by mistake, %d labelled otherwise", blank, foreign, others)
	}
	row := find(t, s, c, twitch, func(b shown) bool { return b.line.listed() && b.line.creator.restart == 0 })
	token = mustToken(t, s)
	var b twitchAnswer[twitchStream]
	get(t, s, "/twitch/helix/streams?user_id="+row.line.channelID+"&user_id=1", token...).decode(t, &b)
	if len(b.Data) != 1 || b.Data[0].ID != row.id || b.Data[0].Type != "live" || b.Data[0].ThumbnailURL != "http://sim.test/img/twitch/live_user_"+row.line.login+"-{width}x{height}.jpg" {
		t.Errorf("asked: %+v", b.Data)
	}
	c.set(time.Unix(row.end+60, 0))
	get(t, s, "/twitch/helix/streams?user_id="+row.line.channelID, mustToken(t, s)...).decode(t, &b)
	if len(b.Data) != 0 {
		t.Errorf("after the end: %+v", b.Data)
	}
	token = mustToken(t, s)
	var u twitchAnswer[twitchUser]
	get(t, s, "/twitch/helix/users?id="+row.line.channelID+"&login=nobody", token...).decode(t, &u)
	if len(u.Data) != 1 || u.Data[0].Login != row.line.login {
		t.Errorf("users: %+v", u.Data)
	}
	var g twitchAnswer[twitchGame]
	get(t, s, "/twitch/helix/games?id=21779&name=Minecraft&id=0", token...).decode(t, &g)
	if len(g.Data) != 2 {
		t.Errorf("games: %+v", g.Data)
	}
}

func TestTwitchRateLimit(t *testing.T) {
	s, c := mustSim(t, 1, .05)
	token := mustToken(t, s)
	for i := range ratePoints {
		if a := get(t, s, ko, token...); a.status != 200 || a.header.Get("Ratelimit-Limit") != "800" || a.header.Get("Ratelimit-Remaining") != fmt.Sprint(ratePoints-1-i) {
			t.Fatalf("request %d: %d %v", i, a.status, a.header)
		}
	}
	a := get(t, s, ko, token...)
	if a.status != 429 || a.header.Get("Ratelimit-Remaining") != "0" || a.header.Get("Ratelimit-Reset") == "" {
		t.Errorf("%d %v", a.status, a.header)
	}
	c.add(time.Second)
	if a := get(t, s, ko, token...); a.status != 200 {
		t.Errorf("a second later: %d", a.status)
	}
}
