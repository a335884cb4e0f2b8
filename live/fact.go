package live

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"
)

// Creator is a person or team that owns channels, as people said; key creator.<ID> in FACTS. It ends every argument
// about its channels: no Proposal adds to it or takes from it.
type Creator struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	Channels []ChannelID `json:"channels"`
}

// RegisteredChannel is a channel that somebody asked onair to watch; key channel.<platform>.<id> in FACTS.
type RegisteredChannel struct {
	Channel ChannelID `json:"channel"`
	Name    string    `json:"name,omitempty"`
	Handle  string    `json:"handle,omitempty"`
	Added   time.Time `json:"added"`
}

// Apart says that channels do not belong to one person, whatever speaks for it: how people undo a Proposal. Key
// apart.<PairKey> in FACTS.
type Apart struct {
	Channels [2]ChannelID `json:"channels"`
	Reason   string       `json:"reason,omitempty"`
}

// Proposal is the leader's opinion that two channels belong to one person; key proposal.<PairKey> in DERIVED. Only a
// confident one joins them by itself, and neither against an Apart nor against a Creator.
type Proposal struct {
	Channels  [2]ChannelID `json:"channels"` // in the order of their text
	Score     int          `json:"score"`    // permille of such proposals that are right
	Confident bool         `json:"confident,omitempty"`
	Evidence  []Evidence   `json:"evidence"`
	At        time.Time    `json:"at"` // when the evidence was last seen
}

// Evidence is one reason of a Proposal.
type Evidence struct {
	// Kind is one of the list in classify/identity: "name", "handle", "sound", "link", "title", "start" and "days" speak for
	// the pair, "parted" and "against" say why it is not confident.
	Kind   string `json:"kind"`
	Detail string `json:"detail,omitempty"` // for people
}

// PairKey is the key token of two channels, in either order.
func PairKey(a, b ChannelID) string {
	if b.String() < a.String() {
		a, b = b, a
	}
	return BlockKey(a.String() + " " + b.String())
}

// Verdict is what an operator says of a channel, against every rule; key verdict.<platform>.<id> in FACTS. nil leaves
// the question to the rules.
type Verdict struct {
	Channel  ChannelID `json:"channel"`
	Korean   *bool     `json:"korean,omitempty"`   // true allows, false denies
	Official *bool     `json:"official,omitempty"` // a league, a broadcaster or a relay
	Reason   string    `json:"reason,omitempty"`
}

// Label is what a language model said about a title of a channel; key label.<platform>.<channel>.<LabelKey> in DERIVED.
type Label struct {
	Lang     string `json:"lang,omitempty"`     // "ko", "other"; "" when it did not say
	Category string `json:"category,omitempty"` // an id of the tree of categories; "" when it did not say
	Model    string `json:"model"`
}

// LabelKey is the key token of a title.
func LabelKey(title string) string { return BlockKey(title) }

// handleMark begins the keys of handles: no channel id of a platform that has handles begins so.
const handleMark = "h_"

// maxHandle is a handle's longest form in bytes: YouTube allows 30 characters of any script.
const maxHandle = 120

// HandleKey is the Job key that asks about a channel by its handle ("침착맨", without "@"). HandleOf reads it.
func HandleKey(handle string) string {
	return handleMark + base64.RawURLEncoding.EncodeToString([]byte(handle))
}

// HandleOf gives the handle that a Job key asks about; false for a key that is a channel's id.
func HandleOf(key string) (string, bool) {
	rest, ok := strings.CutPrefix(key, handleMark)
	if !ok || len(rest) > base64.RawURLEncoding.EncodedLen(maxHandle) {
		return "", false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	s := string(b)
	if err != nil || s == "" || CleanText(s, MaxName) != s || strings.ContainsAny(s, " /?#&@") {
		return "", false
	}
	return s, true
}

func isHandleKey(key string) bool { _, ok := HandleOf(key); return ok }

// BlockKind is what a block names.
type BlockKind string

const (
	BlockChannel  BlockKind = "channel"  // Value is "platform:id"
	BlockCategory BlockKind = "category" // Value is a category's name
	BlockKeyword  BlockKind = "keyword"  // Value is a word in a title
)

// Block keeps something out of the list; key block.<kind>.<BlockKey(value)> in FACTS.
type Block struct {
	Kind   BlockKind `json:"kind"`
	Value  string    `json:"value"`
	Reason string    `json:"reason,omitempty"`
}

// Pause is how people switch a platform off while the hub runs: nobody asks it for as long as the fact is there; key
// pause.<platform> in FACTS. Without one the settings of the nodes decide.
type Pause struct {
	Platform Platform `json:"platform"`
	Reason   string   `json:"reason,omitempty"` // for whoever reads it later; not public
}

// BlockKey turns a block's value, which may be any text, into a key token.
func BlockKey(value string) string {
	h := sha256.Sum256([]byte(value))
	return hex.EncodeToString(h[:8])
}

// Thumb is a stored thumbnail in two sizes; key thumb.<platform>.<broadcast> in DERIVED.
type Thumb struct {
	URL    string   `json:"url"`
	Width  int      `json:"width"`
	Height int      `json:"height"`
	Small  *Picture `json:"small,omitempty"`
	Source string   `json:"source,omitempty"` // hash of the platform's picture, so that an unchanged one is not made again
}

// Picture is one rendition. URL is a path below /thumbs/ of this node's folder, or a link to a bucket.
type Picture struct {
	URL    string `json:"url"`
	Width  int    `json:"width"`  // pixels
	Height int    `json:"height"` // pixels
}

// Fact is one key of a fact table as the broker holds it. Value nil is a removal.
type Fact struct {
	Table string // "FACTS" or "DERIVED"
	Key   string // "creator.abc"
	Value []byte // JSON of one of the types above
	Rev   uint64 // the key's revision, for compare-and-set
}
