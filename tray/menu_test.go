package tray

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"onair/api/client"
	"onair/live"
)

var at = time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC)

func platformsOf(ids ...live.Platform) []client.Platform {
	var out []client.Platform
	for _, id := range ids {
		out = append(out, client.Platform{PlatformInfo: live.PlatformInfo{ID: id, Name: strings.ToUpper(string(id)), NameKo: "한" + string(id), Home: "https://www." + string(id) + ".com"}, State: "ok", Broadcasts: 1234, Viewers: 5})
	}
	return out
}

func row(id string, viewers int, casts ...string) client.Row {
	r := client.Row{ID: id, Creator: client.Ref{ID: "c-" + id, Name: "name " + id}, Title: "title " + id, Viewers: live.Viewers(viewers), StartedAt: at}
	if len(casts) == 0 {
		casts = []string{id}
	}
	for _, c := range casts {
		p, n, _ := strings.Cut(c, ":")
		r.Broadcasts = append(r.Broadcasts, client.Broadcast{Platform: live.Platform(p), ID: n, Channel: client.Ref{ID: "ch" + n}, URL: "https://play." + p + ".com/" + n, Viewers: r.Viewers})
	}
	return r
}

func listOf(rows ...client.Row) *client.Streams {
	l := &client.Streams{Seq: 1, AsOf: at, Total: len(rows)}
	for _, r := range rows {
		l.Streams = append(l.Streams, client.Entry{Row: r})
	}
	return l
}

func sceneOf(rows ...client.Row) *Scene {
	s := DefaultSettings()
	set := &Set{}
	set.Replace(listOf(rows...))
	p := platformsOf("aa", "bb")
	return &Scene{Set: set, Platforms: p, Links: LinksOf(p), Settings: &s, Words: english, Health: Live, Zone: time.UTC, CanStart: true}
}

// shownIn lists the texts of what is to be seen below a parent.
func shownIn(m *Menu, parent string) []string {
	var out []string
	for _, it := range m.Items {
		if it.Parent == parent && !it.Hidden && it.Kind != Rule {
			out = append(out, it.Text)
		}
	}
	return out
}

func must(tb testing.TB, m *Menu, key string) Item {
	tb.Helper()
	it, ok := m.Get(key)
	if !ok {
		tb.Fatalf("no item %s", key)
	}
	return it
}

func TestMenuSaysWhatIsLive(t *testing.T) {
	var rows []client.Row
	for i := range 45 {
		rows = append(rows, row(fmt.Sprintf("%s:%d", []string{"aa", "bb"}[i%2], i), 1000-i))
	}
	rows = append(rows, row("aa:90", 5000, "aa:90", "bb:91")) // a simulcast is one item
	sc := sceneOf(rows...)
	sc.Settings.Creators = []Creator{{Is: []string{"c-bb:41"}, Level: Favourite}, {Is: []string{"aa:ch0"}, Level: Ignore}, {Is: []string{"bb:ch1"}, Level: Silent}}
	m := Build(sc, nil, false)
	top := must(t, m, "top.0")
	if top.Text != "name aa:90 — title aa:90 · 5K" || top.Do != (Action{Verb: OpenLink, Arg: "https://play.aa.com/90"}) || top.Icon != "aa" {
		t.Errorf("%+v", top)
	}
	sc.Settings.Prefer = []live.Platform{"bb"}
	if it := must(t, Build(sc, m, false), "top.0"); it.Do.Arg != "https://play.bb.com/91" || it.Icon != "bb" {
		t.Errorf("the preferred platform is not opened: %+v", it)
	}
	if it := must(t, m, "fav.0"); !strings.HasPrefix(it.Text, "name bb:41") || it.Hidden {
		t.Errorf("%+v", it)
	}
	if it := must(t, m, "fav.1"); !it.Hidden {
		t.Errorf("%+v", it)
	}
	if it := must(t, m, "top.1"); !strings.HasPrefix(it.Text, "name bb:1 ") {
		t.Errorf("the ignored one is there, or the silent one not: %+v", it)
	}
	if n := len(shownIn(m, "platform.0")); n != maxInPlatform {
		t.Errorf("%d in the platform's menu", n)
	}
	if got := must(t, m, "platform.0").Text; got != "AA · 1,234" {
		t.Error(got)
	}
	if n := len(shownIn(m, "more")); n != maxMore+1 {
		t.Errorf("%d in more", n)
	}
	if got := must(t, m, "state").Text; got != "46 streams · 10 viewers · just now" {
		t.Error(got)
	}
	for _, it := range m.Items {
		if it.Do.Verb == OpenLink && !sc.Links.Known(it.Do.Arg) {
			t.Errorf("%s opens %s", it.Key, it.Do.Arg)
		}
	}
}

func TestOnlyKnownHostsAreOpened(t *testing.T) {
	l := LinksOf([]client.Platform{
		{PlatformInfo: live.PlatformInfo{ID: "aa", Home: "https://www.aa.com"}}, {PlatformInfo: live.PlatformInfo{ID: "bb", Home: "http://bb.com"}},
		{PlatformInfo: live.PlatformInfo{ID: "cc", Home: "https://com"}}, {PlatformInfo: live.PlatformInfo{ID: "dd", Home: "https://www.com"}}, {PlatformInfo: live.PlatformInfo{ID: "ee", Home: "javascript:x"}},
	})
	for _, c := range []struct {
		p    live.Platform
		url  string
		want bool
	}{
		{"aa", "https://aa.com/1", true}, {"aa", "https://play.aa.com/1", true}, {"aa", "http://aa.com/1", false}, {"aa", "https://aa.com.evil.net/", false},
		{"aa", "https://evilaa.com/", false}, {"aa", "https://u@aa.com/", false}, {"aa", "https://aa.com:8443/", false}, {"aa", "javascript:alert(1)", false},
		{"aa", "file:///etc/passwd", false}, {"aa", "-https://aa.com", false}, {"aa", "https://aa.com/ --x", false}, {"aa", "", false},
		{"bb", "http://bb.com/1", false}, {"bb", "https://bb.com/1", false}, {"cc", "https://x.com/1", false}, {"dd", "https://x.com/", false}, {"ee", "javascript:x", false}, {"bb", "https://aa.com/1", false},
	} {
		s := &Stream{Casts: []Cast{{Platform: c.p, URL: c.url}}}
		if _, got := l.Open(s, nil); (got == c.url && got != "") != c.want {
			t.Errorf("%s %q: %q", c.p, c.url, got)
		}
	}
	sc := sceneOf(row("aa:1", 5))
	sc.Set.Find("aa:1").Casts[0].URL = "https://elsewhere.net/"
	if it := must(t, Build(sc, nil, false), "top.0"); !it.Disabled || it.Do != (Action{}) {
		t.Errorf("%+v", it)
	}
}

func TestOpenMenuKeepsItsPlaces(t *testing.T) {
	sc := sceneOf(row("aa:1", 300), row("aa:2", 200), row("aa:3", 100, "aa:3", "bb:4"))
	m := Build(sc, nil, false)
	sc.Set.Change(&client.Changes{Seq: 2, Upserts: []client.Row{row("aa:2", 900), row("bb:9", 5000), row("bb:4", 100)}, Removed: []client.Removed{{ID: "aa:1"}, {ID: "aa:3", Now: "bb:4"}}})
	sc.Trouble, sc.Paused, sc.Platforms = "x", at, append(sc.Platforms, platformsOf("cc")...)
	open := Build(sc, m, true)
	if d := Diff(m, open); slices.ContainsFunc(d, func(p Patch) bool {
		return p.New || p.Item.Hidden != p.Was.Hidden || p.Item.Kind != p.Was.Kind
	}) {
		t.Errorf("something appears or goes: %+v", d)
	}
	for i, want := range []string{"name aa:1 — title aa:1 · 300 · ended", "name aa:2 — title aa:2 · 900", "name bb:4 — title bb:4 · 100"} {
		if it := must(t, open, slot("top", i)); it.Text != want || it.Disabled != (i == 0) {
			t.Errorf("%d: %+v", i, it)
		}
	}
	again := Build(sc, open, true)
	if d := Diff(open, again); len(d) > 0 {
		t.Errorf("drawn again it differs: %+v", d)
	}
	closed := Build(sc, again, false)
	if it := must(t, closed, "top.0"); !strings.HasPrefix(it.Text, "name bb:9") {
		t.Errorf("%+v", it)
	}
	if must(t, closed, "trouble").Hidden || must(t, closed, "platform.2").Hidden {
		t.Error("what waited did not come")
	}
}

// TestPatchesGiveTheMenu applies patches the way a desktop does, which can only add at the end of a parent.
func TestPatchesGiveTheMenu(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sc := sceneOf()
		screen := map[string][]Item{}
		var prev *Menu
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			n := rapid.IntRange(0, 60).Draw(t, "rows")
			var rows []client.Row
			for i := range n {
				rows = append(rows, row(fmt.Sprintf("%s:%d", rapid.SampledFrom([]string{"aa", "bb"}).Draw(t, "p"), i), rapid.IntRange(-1, 9).Draw(t, "viewers")))
			}
			sc.Set.Replace(listOf(rows...))
			sc.Settings.Creators = nil
			for range rapid.IntRange(0, 20).Draw(t, "favourites") {
				sc.Settings.Creators = append(sc.Settings.Creators, Creator{Is: []string{fmt.Sprintf("c-aa:%d", rapid.IntRange(0, 59).Draw(t, "who"))}, Level: rapid.SampledFrom(levels).Draw(t, "level")})
			}
			sc.Settings.byID = nil
			sc.Health = rapid.SampledFrom([]Health{Live, Stale, Offline, Connecting}).Draw(t, "health")
			sc.Words = rapid.SampledFrom([]*Words{korean, english}).Draw(t, "words")
			sc.Platforms = platformsOf([]live.Platform{"aa", "bb", "cc", "dd"}[:rapid.IntRange(0, 4).Draw(t, "platforms")]...)
			open := rapid.Bool().Draw(t, "open")
			next := Build(sc, prev, open)
			for _, p := range Diff(prev, next) {
				list := screen[p.Item.Parent]
				if p.New {
					screen[p.Item.Parent] = append(list, p.Item)
					continue
				}
				i := slices.IndexFunc(list, func(it Item) bool { return it.Key == p.Item.Key })
				if i < 0 || list[i] != p.Was {
					t.Fatalf("patch of what is not there: %+v", p)
				}
				list[i] = p.Item
			}
			want := map[string][]Item{}
			keys := map[string]bool{"": true}
			for _, it := range next.Items {
				if keys[it.Key] || !keys[it.Parent] {
					t.Fatalf("%q is twice or before its parent", it.Key)
				}
				keys[it.Key] = true
				want[it.Parent] = append(want[it.Parent], it)
			}
			for parent, list := range want {
				if !slices.Equal(list, screen[parent]) {
					t.Fatalf("below %q:\n%v\nwant\n%v", parent, screen[parent], list)
				}
			}
			prev = next
		}
	})
}

func TestStates(t *testing.T) {
	for _, c := range []struct {
		broken time.Duration // ago; negative: not
		heard  bool
		age    time.Duration
		speed  float64
		want   Health
	}{
		{-1, false, 0, 1, Connecting}, {0, false, 0, 1, Offline}, {-1, true, time.Minute, 1, Live}, {time.Second, true, time.Minute, 1, Live},
		{brokenFor, true, time.Minute, 1, Offline}, {-1, true, staleAfter + 1, 1, Stale}, {-1, true, staleAfter + 1, 60, Live}, {time.Hour, true, time.Hour, 1, Offline},
	} {
		broken := time.Time{}
		if c.broken >= 0 {
			broken = at.Add(-c.broken)
		}
		if got := health(at, broken, c.heard, c.age, c.speed); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	for h, want := range map[Health][2]Face{Live: {FaceLive, FacePaused}, Stale: {FaceStale, FaceStale}, Offline: {FaceOffline, FaceOffline}, Connecting: {FaceOffline, FaceOffline}} {
		if a, b := face(h, false), face(h, true); a != want[0] || b != want[1] {
			t.Errorf("%s: %s %s", h, a, b)
		}
	}
	sc := sceneOf(row("aa:1", 12_345))
	sc.Age = 30 * time.Second
	if got := sc.Tooltip(20_000); got != "Top: name aa:1 — title aa:1 · 12.3K\n1 streams · 20K viewers · 30 s ago" {
		t.Errorf("%q", got)
	}
	sc.Words, sc.Health, sc.Age = korean, Offline, 12*time.Minute
	if got := sc.Tooltip(20_000); got != "연결 끊김 · 12분 전 목록" {
		t.Errorf("%q", got)
	}
}
