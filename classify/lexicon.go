package classify

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// lexiconTable has one theme a line: its name and the words that speak for it, separated by "|".
//
//go:embed lexicon.tsv
var lexiconTable string

// lexicon finds words of themes and names of games.
type lexicon struct {
	match *matcher
	marks [][]mark // by pattern
}

// mark is what a pattern stands for: a theme, or a game's category.
type mark struct {
	theme string
	game  int32 // in index.categories, -1 for none
}

// gameTheme is the theme of all games' names.
const gameTheme = "gamename"

// vocabulary is built on first use: some milliseconds, kept for the life of the process and never changed.
var vocabulary = sync.OnceValue(func() *lexicon {
	x := &lexicon{}
	var patterns []string
	place := map[string]int{}
	put := func(word string, m mark) {
		p := string(fold(nil, word))
		if p == "" {
			return
		}
		at, ok := place[p]
		if !ok {
			at = len(patterns)
			place[p] = at
			patterns = append(patterns, p)
			x.marks = append(x.marks, nil)
		}
		x.marks[at] = append(x.marks[at], m)
	}
	for line := range strings.Lines(lexiconTable) {
		theme, list, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || line[0] == '#' {
			continue
		}
		for _, word := range split(list) {
			put(word, mark{theme, -1})
		}
	}
	for _, g := range tree().games {
		if utf8.RuneCountInString(g.name) < 2 && g.name != "롤" || slices.Contains(notInText[:], g.name) {
			continue
		}
		put(g.name, mark{gameTheme, g.category})
	}
	x.match = newMatcher(patterns)
	return x
})

// notInText are names of games that mean something else more often than not: they map a platform's category, but in
// a title they prove nothing.
var notInText = [...]string{
	"이리", "스타", "카트", "맞고", "오공", "와우", "포나", "검사", "페인", "피크", "이환", "인조이", "카오스", "마리오", "장기", "레포", "PEAK", "Raft", "Rust",
	"Dispatch", "JOLT", "inZOI", "ZZZ", "WoW", "WOW", "Apex", "Chess", "Poker", "Retro", "오딘", "디스패치", "얍얍", "커비", "할나", "화투", "포커", "바둑", "체스",
	"모마", "디맥", "완벽한 자세", "당직근무", "Hitman", "히트맨", "서든", "그타", "Cairn", "케언", "졸트", "LoL", "라이어스 바", "아바", "A.V.A", "인생게임",
	"빅 워크", "Big Walk", "카스", "고전게임", "고전 게임", "젤다", "원신 ", "Fein", "Get To Work", "투 더 문", "To the Moon", "Oh Deer", "오 디어",
}
