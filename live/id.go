package live

import (
	"errors"
	"fmt"
	"strings"
)

// maxID bounds ids: the longest real one is Chzzk's 32 hex digits; a longer one would bloat every key.
const maxID = 64

// ErrID reports an id that no platform gives out.
var ErrID = errors.New("not an id")

// ChannelID names who broadcasts.
type ChannelID struct {
	Platform Platform `json:"platform"`
	ID       string   `json:"id"`
}

// BroadcastID names one live session: Chzzk liveId, SOOP broad_no, Twitch stream id, YouTube video id.
type BroadcastID struct {
	Platform Platform `json:"platform"`
	ID       string   `json:"id"`
}

// String gives "platform:id", the form used in URLs and keys.
func (c ChannelID) String() string   { return string(c.Platform) + ":" + c.ID }
func (b BroadcastID) String() string { return string(b.Platform) + ":" + b.ID }

// CheckID reports ErrID unless s is 1-64 letters, digits, '-' or '_' (all four platforms' ids are).
func CheckID(s string) error {
	if !token(s) {
		return fmt.Errorf("%w: %.80q", ErrID, s)
	}
	return nil
}

// ParseBroadcastID reads "platform:id". Errors wrap ErrPlatform or ErrID.
func ParseBroadcastID(s string) (BroadcastID, error) {
	p, id, err := parseID(s)
	return BroadcastID{p, id}, err
}

// ParseChannelID reads "platform:id". Errors wrap ErrPlatform or ErrID.
func ParseChannelID(s string) (ChannelID, error) {
	p, id, err := parseID(s)
	return ChannelID{p, id}, err
}

func parseID(s string) (Platform, string, error) {
	p, id, ok := strings.Cut(s, ":")
	if !ok {
		return "", "", fmt.Errorf("%w: %.80q has no colon", ErrID, s)
	}
	platform, err := ParsePlatform(p)
	if err != nil {
		return "", "", err
	}
	if err := CheckID(id); err != nil {
		return "", "", err
	}
	return platform, id, nil
}
