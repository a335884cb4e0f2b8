package llm

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"onair/classify"
	"onair/live"
)

// spoken are words with which people talk to a model rather than about a stream, in lower case. A title that holds
// one is not sent: it costs a label, and saves the other titles of its request from it.
var spoken = []string{
	"ignore", "disregard", "instruction", "prompt", "system:", "assistant", "user:", "you are", "you must", "respond", "output", "classify",
	"label", "category", "json", "schema", "override", "as an ai", "language model", "chatgpt", "gpt", "llm", "enum", "token",
	"forget all", "forget every", "forget previous", "forget the above", "jailbreak", "all items", "every item", "other items", "previous items",
	"lang:", "lang=", "\"lang", "every lang", "all streams a", "mark all", "mark every", "for everything", "new task", "new rule", "follow the above", "translate the following", "developer mode",
	"무시하", "무시해", "지시", "명령", "프롬프트", "시스템", "사용자:", "분류", "라벨", "카테고리", "출력", "응답", "대답해", "답하라", "표시해", "인공지능", "언어모델", "언어 모델",
	"잊어버려", "잊어버리고", "모두 잊", "다 잊고", "규칙을", "규칙은", "따르지", "번 항목", "모든 항목", "다른 항목", "모든 방송", "다른 방송", "모든 제목", "다른 제목", "한국어로 처리", "한국어로 판단",
	"너는 이제", "당신은 ai", "ai에게", "요청 취소", "로 표기", "판정하", "답변", "답은 항상", "라고 해줘", "라고 말해", "관리자 모드", "개발자 모드", "모두 ko", "모두 other", "아래 목록", "위 목록", "새로운 규칙",
	"指示", "無視", "命令", "反映しない", "忽略", "指令", "ignorez", "ignora", "игнорируй",
}

// alike are letters of other scripts that look like those of the list's words.
var alike = strings.NewReplacer("а", "a", "е", "e", "о", "o", "р", "p", "с", "c", "х", "x", "у", "y", "і", "i", "ѕ", "s", "ј", "j", "ο", "o", "ι", "i", "α", "a", "ε", "e")

// speaks reports whether a text may be meant for the model: a word of the list, also spelt with full-width, accented,
// spaced, hidden or foreign letters, or the marks of a message's frame.
func speaks(text string) bool {
	s := strings.ToLower(norm.NFKC.String(live.CleanText(text, live.MaxTitle)))
	if strings.ContainsAny(s, "{}<>`\\") || strings.Contains(s, "###") || strings.Contains(s, "[[") || strings.Contains(s, "[inst") || strings.Contains(s, "[/") {
		return true
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) { // which parts letters from their accents
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == ':' {
			b.WriteRune(r)
		}
	}
	tight := norm.NFC.String(b.String())
	latin := alike.Replace(tight)
	for _, w := range spoken {
		packed := strings.ReplaceAll(w, " ", "")
		if strings.Contains(s, w) || strings.Contains(tight, packed) || strings.Contains(latin, packed) {
			return true
		}
	}
	return false
}

// Addressed reports whether any of the item's texts speaks to the model, so that it is never sent.
func (i Item) Addressed() bool {
	return speaks(i.Title) || speaks(i.Name) || slices.ContainsFunc(i.Tags, speaks)
}

// canary is a title whose label nobody doubts.
type canary struct {
	name, title string
	verdict     Verdict
}

// canaries are Korean and foreign in turn; no two neighbours are about the same. They read like the titles that are
// asked about, so that an order to treat all alike meets them too.
var canaries = []canary{
	{"KBS 뉴스", "[LIVE] 9시 뉴스: 국회 본회의, 내일 전국에 비", Verdict{"ko", string(classify.News)}},
	{"World Cup Radio", "France vs Brazil full match commentary, second half", Verdict{"other", string(classify.Sports)}},
	{"프로야구 중계석", "두산 대 LG 9회말 야구 중계", Verdict{"ko", string(classify.Sports)}},
	{"Noticias 24 Horas", "Noticias en directo: elecciones presidenciales en México", Verdict{"other", string(classify.News)}},
	{"어쿠스틱 라디오", "통기타 라이브, 신청곡 받아요 노래 연습", Verdict{"ko", string(classify.Music)}},
	{"Speedrun Hub", "Minecraft any% speedrun world record attempts", Verdict{"other", string(classify.Game)}},
	{"롤 하는 형", "리그 오브 레전드 솔로 랭크 마스터 가는 길", Verdict{"ko", string(classify.Game)}},
	{"Orchestra Live", "Symphony orchestra concert, Beethoven piano concerto", Verdict{"other", string(classify.Music)}},
}

// company puts a Korean and a foreign canary, and which depends on the items, into places among them that depend on
// the items too: whoever writes a title cannot know where they stand.
func company(items []Item) (asked []Item, at [2]int, guards [2]canary) {
	h := sha256.New()
	for _, i := range items {
		h.Write([]byte(i.Channel.String() + "\x00" + i.Title + "\x00"))
	}
	sum := h.Sum(nil)
	n := func(i int) int { return int(binary.BigEndian.Uint32(sum[4*i:]) >> 1) }
	pairs := len(canaries) / 2
	first := 2 * (n(0) % pairs)
	guards = [2]canary{canaries[first], canaries[2*((n(1))%pairs)+1]}
	asked = slices.Clone(items)
	for g, c := range guards {
		i := n(2+g) % (len(asked) + 1)
		asked = slices.Insert(asked, i, Item{Name: c.name, Title: c.title, NeedLang: true, NeedCategory: true})
		at[g] = i
		if g == 1 && i <= at[0] {
			at[0]++
		}
	}
	return asked, at, guards
}

// errCanary: a title with a known label came back with another, so nothing in the answer can be believed.
var errCanary = errors.New("a known title came back with a wrong label")

// trusted asks about items in company, at the account's cost, and gives their verdicts, nil where there is none. No
// items at all ask whether the model still knows its canaries.
func trusted(ctx context.Context, c *Client, b *budget, items []Item) ([]*Verdict, Usage, error) {
	asked, at, guards := company(items)
	taken := c.price(asked)
	if err := b.take(ctx, taken); err != nil {
		return nil, Usage{}, err
	}
	all, u, err := c.Ask(ctx, asked)
	_ = b.settle(ctx, taken, u) // where it fails the day is poorer; the answer is paid for and kept
	if err != nil {
		return nil, u, err
	}
	out := make([]*Verdict, 0, len(items))
	for i, v := range all {
		switch i {
		case at[0], at[1]:
			want := guards[0].verdict
			if i == at[1] {
				want = guards[1].verdict
			}
			if v == nil || *v != want {
				return nil, u, errCanary
			}
		default:
			out = append(out, v)
		}
	}
	return out, u, nil
}
