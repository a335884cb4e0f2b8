package view

import (
	"encoding/json"
	"net/url"
	"strings"

	"onair/classify"
	"onair/live"
)

const (
	// maxScore is the largest score of a proposal: permille.
	maxScore = 1000
	// labelKeySize is the length of live.LabelKey in characters.
	labelKeySize = 16
)

// held is the number of keys that hold something.
func (f *Facts) held() int {
	return len(f.channels) + len(f.creators) + len(f.aparts) + len(f.blocks) + len(f.verdicts) + len(f.pauses) + len(f.labels) + len(f.proposals) + len(f.thumbs)
}

// remove reports whether the key held something.
func (f *Facts) remove(kind, rest, key string) bool {
	before := f.held()
	platform, id, _ := strings.Cut(rest, ".")
	ch := live.ChannelID{Platform: live.Platform(platform), ID: id}
	switch kind {
	case "channel":
		delete(f.channels, ch)
	case "creator":
		delete(f.creators, rest)
	case "apart":
		delete(f.aparts, key)
	case "block":
		delete(f.blocks, key)
	case "verdict":
		delete(f.verdicts, ch)
	case "pause":
		delete(f.pauses, live.Platform(rest))
	case "label":
		delete(f.labels, labelOf(rest))
	case "proposal":
		delete(f.proposals, key)
	case "thumb":
		delete(f.thumbs, live.BroadcastID(ch))
	}
	return before != f.held()
}

// labelOf reads "<platform>.<channel>.<LabelKey>". The result is not checked.
func labelOf(rest string) labelID {
	platform, rest, _ := strings.Cut(rest, ".")
	id, title, _ := strings.Cut(rest, ".")
	return labelID{live.ChannelID{Platform: live.Platform(platform), ID: id}, title}
}

// put reports whether the value could be read.
func (f *Facts) put(kind, rest, key string, value []byte) bool {
	platform, id, _ := strings.Cut(rest, ".")
	switch kind {
	case "channel":
		at, err := live.ParseChannelID(platform + ":" + id)
		var c live.RegisteredChannel
		if err != nil || json.Unmarshal(value, &c) != nil || c.Channel != at {
			return false
		}
		c.Name, c.Added = live.CleanText(c.Name, live.MaxName), c.Added.UTC()
		f.channels[at] = c
	case "creator":
		var c live.Creator
		if live.CheckID(rest) != nil || json.Unmarshal(value, &c) != nil || c.ID != rest {
			return false
		}
		for _, ch := range c.Channels {
			if !isChannel(ch) {
				return false
			}
		}
		c.Name = live.CleanText(c.Name, live.MaxName)
		f.creators[rest] = c
	case "apart":
		var a live.Apart
		if json.Unmarshal(value, &a) != nil || !isPair(a.Channels, rest) {
			return false
		}
		f.aparts[key] = pairOf(a.Channels)
	case "block":
		var b live.Block
		if json.Unmarshal(value, &b) != nil || string(b.Kind) != platform || !blocks(b) {
			return false
		}
		f.blocks[key] = b
	case "verdict":
		at, err := live.ParseChannelID(platform + ":" + id)
		var v live.Verdict
		if err != nil || json.Unmarshal(value, &v) != nil || v.Channel != at {
			return false
		}
		f.verdicts[at] = v
	case "pause":
		p, err := live.ParsePlatform(rest)
		var v live.Pause
		if err != nil || json.Unmarshal(value, &v) != nil || v.Platform != p {
			return false
		}
		f.pauses[p] = true
	case "label":
		at := labelOf(rest)
		var l live.Label
		if !isChannel(at.channel) || !isLabelKey(at.title) || json.Unmarshal(value, &l) != nil || !isLabel(l) {
			return false
		}
		f.labels[at] = live.Label{Lang: l.Lang, Category: l.Category}
	case "proposal":
		var p live.Proposal
		if json.Unmarshal(value, &p) != nil || !isPair(p.Channels, rest) || p.Score < 0 || p.Score > maxScore {
			return false
		}
		f.proposals[key] = proposal{pairOf(p.Channels), p.Score, p.Confident}
	case "thumb":
		at, err := live.ParseBroadcastID(platform + ":" + id)
		var t live.Thumb
		if err != nil || json.Unmarshal(value, &t) != nil || !isStored(live.Picture{URL: t.URL, Width: t.Width, Height: t.Height}) ||
			t.Small != nil && !isStored(*t.Small) {
			return false
		}
		f.thumbs[at] = t
	}
	return true
}

func isChannel(ch live.ChannelID) bool {
	at, err := live.ParseChannelID(ch.String())
	return err == nil && at == ch
}

// isPair reports two different channels whose key is key.
func isPair(of [2]live.ChannelID, key string) bool {
	return isChannel(of[0]) && isChannel(of[1]) && of[0] != of[1] && live.PairKey(of[0], of[1]) == key
}

func isLabelKey(s string) bool {
	return len(s) == labelKeySize && strings.Trim(s, "0123456789abcdef") == ""
}

// isLabel reports an answer that a model was allowed to give. One that says nothing is an answer too: nobody asks
// again.
func isLabel(l live.Label) bool {
	if l.Category != "" {
		if _, ok := classify.Lookup(l.Category); !ok {
			return false
		}
	}
	return l.Lang == "" || l.Lang == "ko" || l.Lang == classify.Other
}

// blocks reports whether b can match anything. An empty keyword would match everything.
func blocks(b live.Block) bool {
	switch b.Kind {
	case live.BlockChannel:
		_, err := live.ParseChannelID(b.Value)
		return err == nil
	case live.BlockCategory:
		return classify.Key(b.Value) != ""
	case live.BlockKeyword:
		return strings.TrimSpace(b.Value) != ""
	}
	return false
}

// isStored reports a picture that may be shown.
func isStored(p live.Picture) bool {
	return storedURL(p.URL) && p.Width >= 0 && p.Width <= maxSide && p.Height >= 0 && p.Height <= maxSide
}

// storedURL reports whether raw is a path of our own folder store or a plain https link to a bucket.
func storedURL(raw string) bool {
	const folder, origin = "/thumbs/", "https://onair.invalid"
	if strings.HasPrefix(raw, folder) {
		return live.Hosts{origin}.Allow(origin+raw) && !strings.Contains(raw, "..")
	}
	u, err := url.Parse(raw)
	return err == nil && u.Scheme == "https" && live.Hosts{"https://" + u.Host}.Allow(raw)
}
