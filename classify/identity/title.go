package identity

import (
	"slices"
	"strings"
	"time"
)

// heading is a broadcast's title in the forms in which it is compared: whole first, then without what platforms and
// habits hang on it.
type heading struct {
	keys       []string
	line       []string // words outside brackets
	along      bool     // watched along with somebody
	relay      bool     // repeats, or never stops
	broadcast  *Broadcast
	start      int64 // unix seconds, declared; 0 unknown
	from, till int64 // on air, as far as known
}

// shared are marks that a title carries because it is on several platforms.
var shared = []string{"동시송출", "동시 송출", "동시방송", "동출", "다중송출", "멀티송출", "[중계]"}

// relaySigns say that nobody is there; they are classify's, whose table is for names.
var relaySigns = []string{"24/7", "재방송", "연속재생", "무한반복", "다시보기", "몰아보기", "정주행", "rerun", "24시간 스트리밍", "24시간 라이브", "24h"}

// readTitles reads the newest broadcasts.
func (f *facet) readTitles() {
	list := make([]*Broadcast, 0, len(f.Broadcasts))
	for i := range f.Broadcasts {
		list = append(list, &f.Broadcasts[i])
	}
	slices.SortStableFunc(list, func(a, b *Broadcast) int {
		if c := b.SeenAt.Compare(a.SeenAt); c != 0 {
			return c
		}
		return strings.Compare(a.Title, b.Title)
	})
	for _, b := range list[:min(len(list), maxBroadcasts)] {
		h := readTitle(b.Title, f.name.core, f.handle.key)
		h.broadcast = b
		if !b.StartedAt.IsZero() {
			h.start = b.StartedAt.Unix()
		}
		if h.from = unix(b.StartedAt); h.from == 0 {
			h.from = unix(b.FirstSeen)
		}
		h.till = max(unix(b.SeenAt), h.from)
		f.titles = append(f.titles, h)
	}
}

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// readTitle reads a title of the channel with the bare name core and the handle key own.
func readTitle(s, core, own string) heading {
	s = fold(s)
	h := heading{relay: containsAny(s, relaySigns), along: holds(tokens(s), alongParts)}
	for _, m := range shared {
		s = strings.ReplaceAll(s, m, " ")
	}
	pieces := strings.FieldsFunc(s, func(r rune) bool { return r == '|' || r == '│' || r == '¦' })
	if len(pieces) > 1 && core != "" {
		pieces = slices.DeleteFunc(pieces, func(p string) bool { return readName(p, own).core == core }) // its own name
	}
	all := tokens(strings.Join(pieces, " "))
	h.add(all)
	outside := slices.DeleteFunc(all, func(t token) bool { return t.inside })
	h.add(outside)
	for _, t := range outside[:min(len(outside), maxWords)] {
		h.line = append(h.line, t.text)
	}
	return h
}

func (h *heading) add(line []token) {
	if key := join(line); key != "" && !slices.Contains(h.keys, key) {
		h.keys = append(h.keys, key)
	}
}

// common is the longest form that two titles share, "" when they share none.
func (h *heading) common(o *heading) string {
	for _, k := range h.keys {
		if slices.Contains(o.keys, k) {
			return k
		}
	}
	return ""
}

// alike also takes titles of which one holds the other.
func (h *heading) alike(o *heading) bool {
	if h.common(o) != "" {
		return true
	}
	if len(h.keys) == 0 || len(o.keys) == 0 {
		return true // nothing to tell them apart by
	}
	a, b := h.keys[0], o.keys[0]
	return lengthOf(a) >= 4 && lengthOf(b) >= 4 && (strings.Contains(a, b) || strings.Contains(b, a))
}

// maxWords of a title are counted.
const maxWords = 20

// phrases counts which words of titles follow each other, once a channel.
type phrases struct {
	first map[string]int    // titles that begin so
	after map[[2]string]int // two words in a row
	words map[string]int    // that something follows
}

func (p *phrases) gather(channels []*facet) {
	p.first, p.after, p.words = map[string]int{}, map[[2]string]int{}, map[string]int{}
	for _, f := range channels {
		if len(f.titles) == 0 || len(f.titles[0].line) == 0 {
			continue
		}
		line := f.titles[0].line // the newest alone: a channel repeats itself
		p.first[line[0]]++
		for i, word := range line[1:] {
			p.after[[2]string{line[i], word}]++
			p.words[line[i]]++
		}
	}
}

// expected is how many other broadcasts chance would give a title, if every word depended on the one before. The two
// that are judged do not count.
func (p *phrases) expected(line []string) chance {
	if len(line) == 0 {
		return 0
	}
	e := one*chance(max(p.first[line[0]]-2, 0)) + one/8
	for i, word := range line[1:] {
		together, before := p.after[[2]string{line[i], word}]-2, p.words[line[i]]-2
		e = e * chance(8*max(together, 0)+1) / chance(8*max(before, 0)+8)
	}
	return e
}

// greetings are what titles say that say nothing; longer ones come first.
var greetings = []string{
	"안녕하세요", "방송시작합니다", "방송시작", "방송합니다", "방송중", "방송켰습니다", "방송켰어요", "뱅온", "뱅송", "생방송", "라이브방송", "라이브", "방송", "어서오세요", "오랜만입니다", "오랜만", "반갑습니다", "하이", "ㅎㅇ", "ㅎㅎ", "ㅋㅋ",
	"저스트채팅", "저챗", "소통방송", "소통", "잡담", "수다", "토크", "게임", "종합게임", "종겜", "노가리", "휴방", "심심", "시작", "오늘도", "오늘", "아무거나", "뭐하지", "잠깐", "짧방", "새벽", "저녁", "아침", "점심", "밤",
	"justchatting", "chatting", "goodmorning", "goodnight", "hello", "welcome", "live", "stream", "streaming", "hi", "day", "test", "테스트",
}

// copies is how many broadcasts of other people chance would give a title, but for those that are counted.
func copies(key string) chance {
	rest := key
	for _, g := range greetings {
		rest = strings.ReplaceAll(rest, g, "")
	}
	switch n := lengthOf(rest); {
	case n <= 1:
		return 4 * one
	case n <= 3:
		return one
	case n <= 6:
		return one * 3 / 10
	case n <= 10:
		return one / 10
	case n <= 16:
		return one / 25
	}
	return one / 50
}
