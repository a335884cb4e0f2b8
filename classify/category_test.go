package classify

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"onair/live"
)

func TestResolve(t *testing.T) {
	for _, c := range []struct {
		platform live.Platform
		category live.Category
		kind     string
		want     string // "" when nothing is named
	}{
		{"chzzk", live.Category{ID: "League_of_Legends", Name: "리그 오브 레전드"}, "GAME", "game.league-of-legends"},
		{"twitch", live.Category{ID: "21779", Name: "League of Legends"}, "", "game.league-of-legends"},
		{"soop", live.Category{ID: "00040019"}, "", "game.league-of-legends"},
		{"soop", live.Category{ID: "00040019", Name: "리그오브레전드"}, "", "game.league-of-legends"},
		{"chzzk", live.Category{Name: "PUBG: 배틀그라운드"}, "", "game.pubg-battlegrounds"},
		{"soop", live.Category{ID: "00040066", Name: "배틀그라운드"}, "", "game.pubg-battlegrounds"},
		{"twitch", live.Category{ID: "493057", Name: "PUBG: BATTLEGROUNDS"}, "", "game.pubg-battlegrounds"},
		{"soop", live.Category{ID: "00040076", Name: "FC 온라인"}, "", "game.fc-online"},
		{"chzzk", live.Category{Name: "FC온라인"}, "GAME", "game.fc-online"},
		{"twitch", live.Category{ID: "515025", Name: "Overwatch 2"}, "", "game.overwatch"},
		{"chzzk", live.Category{ID: "talk", Name: "talk"}, "ETC", "talk"},
		{"soop", live.Category{ID: "00130000", Name: "토크/캠방"}, "", "talk"},
		{"twitch", live.Category{ID: "509658", Name: "Just Chatting"}, "", "talk"},
		{"youtube", live.Category{ID: "22", Name: "People & Blogs"}, "", "talk"},
		{"youtube", live.Category{ID: "20"}, "", "game"},
		{"youtube", live.Category{ID: "10"}, "", "music"},
		{"youtube", live.Category{ID: "25", Name: "News & Politics"}, "", "news"},
		{"youtube", live.Category{ID: "28"}, "", "education.technology"},
		{"youtube", live.Category{ID: "15"}, "", "other.animals"},
		{"youtube", live.Category{ID: "44"}, "", "entertainment.film"},
		{"chzzk", live.Category{Name: "음악/노래"}, "ETC", "music"},
		{"chzzk", live.Category{Name: "2026 FIFA 북중미 월드컵"}, "SPORTS", "sports.football"},
		{"soop", live.Category{ID: "00570002", Name: "당구"}, "", "sports.billiards"},
		{"chzzk", live.Category{Name: "그림/아트"}, "ETC", "art"},
		// One that no table knows.
		{"chzzk", live.Category{ID: "Otter_Quest", Name: "수달 퀘스트 3: 강의 노래"}, "GAME", "game.수달-퀘스트-3-강의-노래"},
		{"chzzk", live.Category{Name: "수달 클럽"}, "ETC", "other.수달-클럽"},
		{"soop", live.Category{ID: "00049999", Name: "수달 퀘스트"}, "", "game.수달-퀘스트"},
		{"soop", live.Category{ID: "00570099", Name: "수달 경주"}, "", "sports.수달-경주"},
		{"twitch", live.Category{ID: "999", Name: "Otter Quest"}, "", "game.otter-quest"},
		{"youtube", live.Category{ID: "99"}, "", "other.99"},
		{"chzzk", live.Category{}, "", ""},
		{"chzzk", live.Category{Name: "!!!"}, "", ""},
	} {
		got, ok := Resolve(c.platform, c.category, c.kind)
		if got.ID != c.want || ok != (c.want != "") {
			t.Errorf("%s %+v %s: %+v %v, want %q", c.platform, c.category, c.kind, got, ok, c.want)
		}
	}
}

// Every id that YouTube gives out has a place.
func TestYouTubeCategories(t *testing.T) {
	for _, id := range strings.Fields("1 2 10 15 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44") {
		if _, ok := tree().byID["youtube:"+id]; !ok {
			t.Errorf("YouTube's category %s is not in the tree", id)
		}
	}
}

func TestTreeIsWhole(t *testing.T) {
	x := tree()
	if len(Groups()) != Classes {
		t.Errorf("%d groups, the model has %d classes", len(Groups()), Classes)
	}
	seen := map[string]bool{}
	for _, c := range x.categories {
		if seen[c.ID] {
			t.Errorf("%s stands twice", c.ID)
		}
		seen[c.ID] = true
		if c.Name == "" || c.NameKo == "" || !utf8.ValidString(c.NameKo) {
			t.Errorf("%s has no name in a language: %+v", c.ID, c)
		}
		group, _, below := strings.Cut(c.ID, ".")
		if group != string(c.Group) || below != c.Subject {
			t.Errorf("%+v: id, group and subject disagree", c)
		}
		if !slices.ContainsFunc(Groups(), func(g Category) bool { return g.Group == c.Group }) {
			t.Errorf("%s: no group %s", c.ID, c.Group)
		}
		if got, ok := Lookup(c.ID); !ok || got != c {
			t.Errorf("%s is not found by its id", c.ID)
		}
		// A category's own names lead to it, or to the group that owns the word.
		if got, ok := Resolve("", live.Category{Name: c.Name}, ""); !ok || got.Group != c.Group {
			t.Errorf("%s: its name %q leads to %+v", c.ID, c.Name, got)
		}
	}
	for line := range strings.Lines(gamesTable) {
		if n := strings.Count(line, "\t"); n != 4 {
			t.Errorf("games.tsv: %d tabs in %q", n, line)
		}
	}
}

// The list of categories seen on Chzzk is not part of the tree; where it lies beside the checkout, all of it must map.
func TestSeenCategories(t *testing.T) {
	b, err := os.ReadFile("../../shared/data/chzzk_categories_seen.json")
	if err != nil {
		t.Skip("no list of seen categories beside the checkout")
	}
	var rows [][2]any
	if err := json.Unmarshal(b, &rows); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		name := r[0].(string)
		if _, ok := tree().byName[nameKey(name)]; !ok && name != "" {
			t.Errorf("%q is not in the tree", name)
		}
	}
}

func TestNameKey(t *testing.T) {
	for _, c := range [][2]string{
		{"GTA V", "gtav"}, {"ＧＴＡ　Ｖ", "gtav"}, {"Grand Theft Auto V", "grandtheftautov"}, {"스타크래프트 : 리마스터", "스타크래프트리마스터"},
		{"\u1105\u1169\u11af", "롤"}, {"\u1105\u1169", "로"}, {"R.E.P.O.", "repo"}, {"Pokémon", "pokémon"}, {"!!!", ""}, {"\xff", ""},
	} {
		if got := nameKey(c[0]); got != c[1] {
			t.Errorf("nameKey(%q) = %q, want %q", c[0], got, c[1])
		}
	}
}

func FuzzResolve(f *testing.F) {
	f.Add("chzzk", "League_of_Legends", "리그 오브 레전드", "GAME")
	f.Add("soop", "00130000", "", "")
	f.Add("twitch", "", "\xff\u1105\u1169\u11af", "ETC")
	f.Fuzz(func(t *testing.T, platform, id, name, kind string) {
		c, ok := Resolve(live.Platform(platform), live.Category{ID: id, Name: name}, kind)
		again, _ := Resolve(live.Platform(platform), live.Category{ID: id, Name: name}, kind)
		if c != again || ok == (c.ID == "") || ok && (c.Group == "" || c.Name == "" || !utf8.ValidString(c.ID)) {
			t.Fatalf("%+v %v, then %+v", c, ok, again)
		}
	})
}
