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
// Nothing that an endpoint says reaches a log, an error or a fact but words of those lists: it knows the key, and may
// repeat it anywhere.
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

// Usage is what asking took.
type Usage struct {
	Requests int   // more than one where the endpoint's dialect was found out
	Tokens   int64 // as the endpoint says; 0 when it did not say it of every answer
	Free     bool  // no model worked: there was no connection, or the request was refused
}

// What Ask can end in, beside errors of the context.
var (
	// ErrRefused: the endpoint does not take the key or the model's name. Asking again changes nothing.
	ErrRefused = errors.New("refused by the model's endpoint")
	// ErrBusy: too many requests; BusyError says for how long.
	ErrBusy = errors.New("model's endpoint is busy")
	// ErrKey: Client.Key has none now.
	ErrKey = errors.New("the model's key cannot be read")
	// ErrRequest: the endpoint does not take this request: for a title in it (some filter what they are asked), or always.
	ErrRequest = errors.New("request not taken by the model's endpoint")
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
	// maxShownTags and maxShownTag bound the tags that are sent: a title costs the same whoever tags it.
	maxShownTags, maxShownTag = 5, 30
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
func shown(s string, limit int) string {
	s = live.CleanText(s, live.MaxTitle)
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:limit]))
}
