package identity

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// naming is what a channel's name says.
type naming struct {
	keys  []string // forms in which it is compared: the longest first, the last ones bare of dress
	core  string   // the barest form of the whole; "" for a name without letters
	parts []string // Hangul and Latin halves of a name written in both
	fan   bool     // it says that this is somebody's fan, clip or archive channel
	vault bool     // of these, an archive: people keep their own
	along bool     // it says that something is watched together
}

// maxText bounds in bytes what of a text is read: live bounds names and titles, callers of other kinds may not.
const maxText = 1200

// token is a word of a name.
type token struct {
	text   string
	inside bool // brackets
}

// fold gives text in the form in which it is compared: NFKC, which makes styled and full-width letters plain ones,
// and lower case.
func fold(s string) string {
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "")
	}
	return strings.ToLower(norm.NFKC.String(s))
}

// tokens splits folded text into runs of letters and digits. Marks and emoji are no letters. Brackets that are never
// closed hold nothing.
func tokens(s string) []token {
	var out []token
	var b strings.Builder
	open := 0
	var opened []int // tokens before each open bracket
	flush := func() {
		if b.Len() > 0 {
			out = append(out, token{b.String(), open > 0})
			b.Reset()
		}
	}
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			b.WriteRune(r)
		case unicode.IsMark(r) || r == 0x200d || r == 0x200b:
		case strings.ContainsRune("([{<【「『〔《〈", r):
			flush()
			open++
			opened = append(opened, len(out))
		case strings.ContainsRune(")]}>】」』〕》〉", r):
			flush()
			if open > 0 {
				open--
				opened = opened[:open]
			}
		default:
			flush()
		}
	}
	flush()
	if open > 0 {
		for i := opened[0]; i < len(out); i++ {
			out[i].inside = false
		}
	}
	return out
}

// dress are words that people put around a name.
var dress = words(`tv 티비 방송 방송국 다방송 생방송 생방 공식 오피셜 official ch channel 채널 공식채널 live 라이브 유튜브 유튜버 youtube yt 치지직 chzzk 숲 soop 아프리카 afreeca afreecatv
 트위치 twitch bj 스트리머 streamer 버튜버 버츄얼 버추얼 vtuber 스트리밍 streaming stream korea kr kor 코리아 한국 본계 본캐 본채널 메인 main 동시송출 24시 24시간 の`)

// glued are the dresses that stand at the end of a word without a space. Longer ones come first.
var glued = []string{"공식채널", "유튜브", "방송국", "다방송", "티비", "채널", "공식", "방송", "tv", "official", "channel", "님"}

// fanWords say that a channel is about somebody; fanParts also as a part of a word.
var (
	vaultParts = []string{"다시보기", "아카이브", "저장소", "보관소", "풀영상", "풀버전", "녹화"}
	vaultWords = words(`archive archives replay replays vod vods`)
	fanParts   = []string{"팬영상", "팬채널", "팬튜브", "팬계정", "팬클럽", "클립", "하이라이트", "편집", "모음", "번역", "자막", "쇼츠", "키리누키", "리액션", "박물관", "갤러리", "明場面", "切り抜き", "비공식", "unofficial", "kirinuki", "명장면", "재업", "짤방"}
	fanWords   = words(`팬 fan fans fanpage fanclub clip clips highlight highlights shorts edit edits editor sub subs eng engsub 서브 서브채널 부계 부계정 부채널 세컨 second 2nd 요약 요약본 짤 풀 full`)
	// alongParts say that somebody watches something with others.
	alongParts = []string{"같이보기", "같이보는", "같이봐요", "함께보기", "입중계", "편파중계", "편파해설", "코스트림", "코스트리밍", "워치파티", "watchparty", "watchalong", "costream", "응원방송", "중계방", "직관"}
)

func words(list string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}

// readName reads a name of the channel with the handle key own, which many hang on their name.
func readName(s, own string) naming {
	var n naming
	all := tokens(fold(s))
	for i := len(all) - 1; i > 0; i-- { // never the first word: it is the name
		if all[i].text == own {
			all = slices.Delete(all, i, i+1)
		}
	}
	if len(all) == 0 {
		return n
	}
	n.along = holds(all, alongParts)
	bare := all
	n.vault = holds(all, vaultParts) || len(all) > 1 && slices.ContainsFunc(all, func(t token) bool { return vaultWords[t.text] })
	if n.fan = n.vault || fan(all); n.fan {
		n.vault = n.vault && !fan(all)
		bare = withoutFan(all)
	}
	outside := slices.DeleteFunc(slices.Clone(bare), func(t token) bool { return t.inside })
	if len([]rune(join(outside))) < 2 {
		outside = bare
	}
	n.add(join(bare))
	n.add(join(outside))
	line := n.undress(outside)
	n.core = join(line)
	if !n.along {
		n.halves(bare, own)
	}
	return n
}

// about reports a name that is about somebody rather than somebody's.
func (n *naming) about() bool { return n.fan || n.along }

func (n *naming) add(key string) {
	if len(n.keys) < maxKeys && utf8.RuneCountInString(key) >= 2 && !slices.Contains(n.keys, key) {
		n.keys = append(n.keys, key)
	}
}

// maxKeys bounds the forms of a name: "TV TV TV ..." would have dozens.
const maxKeys = 8

// undress takes dresses off both ends, one at a time, and adds what is left each time.
func (n *naming) undress(line []token) []token {
	line = slices.Clone(line)
	for {
		switch {
		case len(line) > 1 && dress[line[len(line)-1].text]:
			line = line[:len(line)-1]
		case len(line) > 1 && dress[line[0].text]:
			line = line[1:]
		default:
			if len(line) == 0 || !unglue(&line[len(line)-1].text) {
				return line
			}
		}
		n.add(join(line))
	}
}

// unglue takes a dress off the end of a word, if a name is left.
func unglue(s *string) bool {
	for _, g := range glued {
		rest, ok := strings.CutSuffix(*s, g)
		if ok && lengthOf(rest) >= 2 {
			*s = rest
			return true
		}
	}
	return false
}

// halves adds the Hangul and the Latin half of a name that is written in both ("우왁굳 [WOOWAKGOOD]"), if one spells the
// other or is the channel's handle own; and the Hangul half that comes first. What else stands beside a name is what its
// owner plays.
func (n *naming) halves(all []token, own string) {
	var hangul, latin []token
	for _, t := range all {
		switch {
		case dress[t.text]:
		case script(t.text) == inLatin:
			latin = append(latin, t)
		case strings.ContainsFunc(t.text, syllable):
			hangul = append(hangul, t)
		}
	}
	if len(hangul) == 0 || len(latin) == 0 {
		return
	}
	named := strings.ContainsFunc(all[0].text, syllable) && !all[0].inside
	outside := slices.DeleteFunc(slices.Clone(hangul), func(t token) bool { return t.inside })
	if len(outside) > 0 {
		hangul = outside
	}
	h, l := n.half(hangul), n.half(latin)
	spell := len(sound(h)) >= leastSound && sound(h) == sound(l)
	for _, half := range []struct {
		key string
		is  bool
	}{{h, spell || named || h == own}, {l, spell || l == own}} {
		if half.is && half.key != n.core && lengthOf(half.key) >= 2 {
			n.add(half.key)
			n.parts = append(n.parts, half.key)
		}
	}
}

// half is a half without its dress.
func (n *naming) half(line []token) string {
	var bare naming
	return join(bare.undress(line))
}

func syllable(r rune) bool { return r >= 0xac00 && r <= 0xd7a3 }

// fan reports words that say that the channel is about somebody.
func fan(all []token) bool {
	return holds(all, fanParts) || len(all) > 1 && slices.ContainsFunc(all, func(t token) bool { return fanWords[t.text] })
}

// holds reports whether a part stands in a word, or is written as several words. The end of one word and the beginning
// of the next make none ("타비 공식").
func holds(all []token, parts []string) bool {
	for i, t := range all {
		if containsAny(t.text, parts) {
			return true
		}
		for k := i + 2; k <= min(i+3, len(all)); k++ {
			if slices.Contains(parts, join(all[i:k])) {
				return true
			}
		}
	}
	return false
}

func withoutFan(all []token) []token {
	var out []token
	for i := 0; i < len(all); i++ {
		t := all[i]
		if i+1 < len(all) && (slices.Contains(fanParts, join(all[i:i+2])) || slices.Contains(vaultParts, join(all[i:i+2]))) {
			i++
			continue
		}
		if fanWords[t.text] || vaultWords[t.text] {
			continue
		}
		for _, p := range slices.Concat(fanParts, vaultParts) {
			t.text = strings.ReplaceAll(t.text, p, "")
		}
		if t.text != "" {
			out = append(out, t)
		}
	}
	return out
}
func containsAny(s string, parts []string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(s, p) })
}

func join(list []token) string {
	var b strings.Builder
	for _, t := range list {
		b.WriteString(t.text)
	}
	return b.String()
}

// Scripts of a word.
const (
	inNone = iota
	inHangul
	inLatin // and digits beside letters
	inOther // or mixed
)

func script(s string) int {
	kind := inNone
	for _, r := range s {
		k := inOther
		switch {
		case r >= 0xac00 && r <= 0xd7a3:
			k = inHangul
		case r >= 'a' && r <= 'z':
			k = inLatin
		case r >= '0' && r <= '9':
			continue
		}
		if kind != inNone && k != kind {
			return inOther
		}
		kind = k
	}
	return kind
}

// wide reports a letter that is a syllable or a word: Hangul, kana, ideographs.
func wide(r rune) bool { return r >= 0x2e80 }

// lengthOf is how much of a name a text is: a wide letter counts one, another letter or a digit half.
func lengthOf(s string) int {
	n := 0
	for _, r := range s {
		if n++; wide(r) {
			n++
		}
	}
	return n / 2
}
