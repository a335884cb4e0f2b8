package classify

import (
	_ "embed"
	"strings"
	"sync"

	"onair/live"
)

// gamesTable has one game a line: identity, English name, Korean name, other names, ids by platform; the last two
// hold "|"-separated lists. Names in streams' words ("배그") are among the other names.
//
//go:embed games.tsv
var gamesTable string

// index is the whole tree in the form in which Resolve and Guess ask.
type index struct {
	categories []Category
	byName     map[string]int32 // by nameKey
	byID       map[string]int32 // by "soop:00040019"
	byTree     map[string]int32 // by Category.ID
	games      []gameName
}

// gameName is one name under which text may speak of a game.
type gameName struct {
	name     string
	category int32
}

// tree is built on first use: 3 ms, kept for the life of the process and never changed.
var tree = sync.OnceValue(func() *index {
	x := &index{byName: map[string]int32{}, byID: map[string]int32{}, byTree: map[string]int32{}}
	for _, list := range [][]subject{groups[:], subjects[:]} {
		for i := range list {
			s := &list[i]
			x.add(s.category(), append([]string{s.en, s.ko}, s.aliases...), s.platform)
		}
	}
	for line := range strings.Lines(gamesTable) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if line[0] == '#' || len(f) != 5 {
			continue
		}
		names := append([]string{f[2], f[1]}, split(f[3])...)
		at := x.add(Category{ID: "game." + f[0], Group: Game, Name: f[1], NameKo: f[2], Subject: true}, names, split(f[4]))
		for _, name := range names {
			x.games = append(x.games, gameName{name, at})
		}
	}
	return x
})

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "|")
}

// add enters a category. A name or id that is taken keeps its first owner: groups come before games.
func (x *index) add(c Category, names, ids []string) int32 {
	at := int32(len(x.categories))
	x.categories = append(x.categories, c)
	x.byTree[c.ID] = at
	for _, name := range names {
		if key := nameKey(name); key != "" {
			if _, taken := x.byName[key]; !taken {
				x.byName[key] = at
			}
		}
	}
	for _, id := range ids {
		if _, taken := x.byID[id]; !taken {
			x.byID[id] = at
		}
	}
	return at
}

// Lookup gives the category with an id of the tree.
func Lookup(id string) (Category, bool) {
	x := tree()
	if at, ok := x.byTree[id]; ok {
		return x.categories[at], true
	}
	return Category{}, false
}

// Resolve maps what a platform names into the tree: by name, else by the platform's id, else as a subject of its own
// under the platform's spelling. kind is the platform's own type of category where it gives one ("GAME", "SPORTS",
// "ETC"), else "". It reports false when the platform names nothing.
func Resolve(p live.Platform, c live.Category, kind string) (Category, bool) {
	if c.IsZero() {
		return Category{}, false
	}
	x := tree()
	key := nameKey(c.Name)
	if at, ok := x.byName[key]; ok && key != "" {
		return x.categories[at], true
	}
	if at, ok := x.byID[string(p)+":"+c.ID]; ok && c.ID != "" {
		return x.categories[at], true
	}
	name := c.Name
	if key == "" {
		if name, key = c.ID, nameKey(c.ID); key == "" {
			return Category{}, false
		}
	}
	group := unknownGroup(p, c.ID, kind)
	slug := strings.ReplaceAll(string(fold(nil, name)), " ", "-")
	return Category{ID: string(group) + "." + slug, Group: group, Name: name, NameKo: name, Subject: true}, true
}

// unknownGroup places a category that no table knows. What a platform adds is nearly always a new game; SOOP's numbers
// and Chzzk's type say so themselves.
func unknownGroup(p live.Platform, id, kind string) Group {
	switch kind {
	case "GAME":
		return Game
	case "SPORTS":
		return Sports
	case "ENTERTAINMENT":
		return Entertainment
	case "":
	default:
		return Rest
	}
	switch p {
	case "twitch":
		return Game
	case "chzzk", "cime":
		return Game // the few that are not games stand in the table
	case "soop":
		switch {
		case strings.HasPrefix(id, "0004"):
			return Game
		case strings.HasPrefix(id, "0057"):
			return Sports
		case strings.HasPrefix(id, "0013"):
			return Talk
		}
	}
	return Rest
}
