// Package llm asks a language model about the titles that no rule of classify can judge: is it Korean, and what is it
// about. It is off unless an operator names an endpoint.
//
// In go titles without a verdict (Item), from whoever holds a snapshot; out come facts (live.Label), one for each
// channel and title, so that every node shows the same and nobody pays twice. The leader runs Runner; the list never
// waits for it. Any endpoint that speaks the chat-completions API of OpenAI will do.
//
// Titles are written by strangers, some of whom write to the model. So a title that speaks to a machine is never sent
// (Item.Addressed), the rest travel as data in JSON, the answer may only choose from lists (answer.go), and two titles with a
// known answer ride in every request: where they come back wrong the whole answer is thrown away and its titles are
// asked about in smaller company, down to one (trust.go). What is left of an attack is the attacker's own label.
package llm

import (
	"errors"
	"strings"
	"unicode/utf8"

	"onair/classify"
	"onair/live"
)

// Item is one title to ask about.
type Item struct {
	Channel      live.ChannelID
	Name         string // the channel's
	Title        string
	Tags         []string
	NeedLang     bool
	NeedCategory bool
}

// key is the item's fact in DERIVED.
func (i Item) key() string {
	return "label." + string(i.Channel.Platform) + "." + i.Channel.ID + "." + live.LabelKey(i.Title)
}

// Verdict is what the model chose for one item; "" where it chose not to say.
type Verdict struct {
	Lang     string // "ko", "other"
	Category string // the id of a group of classify's tree
}

// Usage is what a request took, in tokens.
type Usage struct{ Tokens int64 }

// What Ask can end in, beside errors of the context.
var (
	// ErrRefused: the endpoint does not take the key, the model's name or the request. Asking again changes nothing.
	ErrRefused = errors.New("refused by the model's endpoint")
	// ErrBusy: too many requests; BusyError says for how long.
	ErrBusy = errors.New("model's endpoint is busy")
	// ErrDown: no connection, no answer in time, or a server error.
	ErrDown = errors.New("model's endpoint is out of order")
	// ErrAnswer: an answer that is not what was asked for.
	ErrAnswer = errors.New("model's answer is not in the form asked for")
)

const (
	// langKorean, langOther and unsaid are the words that the model may choose for a language.
	langKorean, langOther, unsaid = "ko", "other", "unknown"
	// maxShown bounds what of a text is sent, in runes: a longer title costs tokens and says no more.
	maxShown = 120
	// maxShownTags bounds the tags that are sent.
	maxShownTags = 5
)

// groups are the ids of the tree's upper level, in its order.
func groups() []string {
	all := classify.Groups()
	out := make([]string, len(all))
	for i, g := range all {
		out[i] = g.ID
	}
	return out
}

// shown cuts s for the model.
func shown(s string) string {
	s = live.CleanText(s, live.MaxTitle)
	if utf8.RuneCountInString(s) <= maxShown {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:maxShown]))
}
