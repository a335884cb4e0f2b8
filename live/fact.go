package live

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Creator is a person or team that owns channels; key creator.<ID> in FACTS.
type Creator struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	Channels []ChannelID `json:"channels"`
}

// RegisteredChannel is a channel that somebody asked onair to watch; key channel.<platform>.<id> in FACTS.
type RegisteredChannel struct {
	Channel ChannelID `json:"channel"`
	Name    string    `json:"name,omitempty"`
	Added   time.Time `json:"added"`
}

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

// BlockKey turns a block's value, which may be any text, into a key token.
func BlockKey(value string) string {
	h := sha256.Sum256([]byte(value))
	return hex.EncodeToString(h[:8])
}

// Thumb is a stored thumbnail; key thumb.<platform>.<broadcast> in DERIVED.
type Thumb struct {
	URL    string `json:"url"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// Fact is one key of a fact table as the broker holds it. Value nil is a removal.
type Fact struct {
	Table string // "FACTS" or "DERIVED"
	Key   string // "creator.abc"
	Value []byte // JSON of one of the types above
	Rev   uint64 // the key's revision, for compare-and-set
}
