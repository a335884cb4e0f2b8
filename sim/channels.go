package sim

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// followers is how many follow a channel.
func (l *line) followers() int {
	return int(exp(l.creator.ln+l.ln)*(20+float64(l.key%40))) + int(l.key%50)
}

// home is a channel's public address.
func (l *line) home() string {
	switch l.site {
	case chzzk:
		return "https://chzzk.naver.com/" + l.channelID
	case soop:
		return "https://www.sooplive.com/station/" + l.channelID
	case twitch:
		return "https://www.twitch.tv/" + l.login
	}
	return fmt.Sprintf("https://www.youtube.com/channel/%s", l.channelID)
}

// written is the channel's address in one of the ways that people write it down.
func (l *line) written(d *dice) string {
	ways := []string{l.home()}
	switch l.site {
	case chzzk:
		ways = append(ways, "https://chzzk.naver.com/live/"+l.channelID, "chzzk.naver.com/"+l.channelID)
	case soop:
		ways = append(ways, "https://play.sooplive.com/"+l.channelID, "https://www.sooplive.co.kr/station/"+l.channelID, "play.sooplive.co.kr/"+l.channelID)
	case twitch:
		ways = append(ways, "https://twitch.tv/"+l.login, "twitch.tv/"+strings.ToUpper(l.login[:1])+l.login[1:])
	case youtube:
		ways = append(ways, "https://www.youtube.com/@"+l.login, "https://www.youtube.com/@"+url.PathEscape(l.login), "youtube.com/@"+l.login)
	}
	return pick(d, ways)
}

// How creators with several channels link them, of a hundred.
const (
	linksNothing = 40
	linksOneWay  = 30 // one channel names the others, which do not name it
	// the rest name each other
)

// links reports whether the channel names the creator's other ones.
func (l *line) links() bool {
	switch way := hash(l.creator.key, tagAbout) % 100; {
	case way < linksNothing:
		return false
	case way < linksNothing+linksOneWay:
		return l == l.creator.lines[hash(l.creator.key, tagAbout, 1)%uint64(len(l.creator.lines))]
	}
	return true
}

// about is what a channel says about itself. It may name channels and pages that are not its creator's: a friend's, an
// agency's, the one whose clips it shows.
func (l *line) about() string {
	d := roll(l.key, tagAbout)
	c := l.creator
	lines := []string{pick(d, aboutFirst(c.lang))}
	if c.lang == "ko" && !c.romanised {
		lines[0] = c.name + " " + lines[0]
	}
	if l.links() {
		var others []string
		for _, other := range c.lines {
			if other.channelID != l.channelID {
				others = append(others, other.written(d))
			}
		}
		lines = append(lines, others...)
	}
	if f := c.original; f != nil {
		lines = append(lines, "비공식 채널입니다. 원본: "+pick(d, f.lines).written(d))
	}
	if f := c.friend; f != nil {
		lines = append(lines, pick(d, []string{"같이 방송하는 친구 ", "편집자 추천 채널 ", "합방 멤버 → "})+pick(d, f.lines).written(d))
	}
	if a := c.agency; a != nil {
		lines = append(lines, "소속사 https://"+a.latin+".example/artists", "공식 채널 "+a.lines[0].written(d))
	}
	lines = append(lines, pick(d, aboutLast()))
	if l.site == soop { // one line
		return strings.TrimSpace(strings.Join(lines, " "))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// country is what two in three channels state.
func (l *line) country() string {
	if l.key%3 == 0 {
		return ""
	}
	switch l.creator.lang {
	case "ko":
		return "KR"
	case "ja":
		return "JP"
	case "vi":
		return "VN"
	}
	return "US"
}

// OnAir gives the broadcasts of a channel that are live at a moment, as the platform tells: none for an unknown one.
func (w *World) OnAir(platform, channel string, at time.Time) (ids []string) {
	s, ok := siteNamed(platform)
	if !ok {
		return nil
	}
	step := s.step(at)
	for _, b := range w.during(hourOf(step))[s] {
		if b.line.channelID == channel && b.liveAt(step) {
			ids = append(ids, b.id)
		}
	}
	return ids
}

// ChannelTruth is a channel and whose it is, for whoever scores.
type ChannelTruth struct {
	Platform  string `json:"platform"`
	ChannelID string `json:"channel_id"`
	Handle    string `json:"handle,omitempty"`
	Name      string `json:"name"`
	Lang      string `json:"lang"`
	CreatorID string `json:"creator_id"`
	// Unsearched: no list and no search ever names it; its feed does.
	Unsearched bool `json:"unsearched,omitempty"`
}

// Channels lists every channel there is, platform by platform.
func (w *World) Channels() []ChannelTruth {
	var all []ChannelTruth
	for s := range sites {
		for i, l := range w.lines[s] {
			if i > 0 && w.byID[s][l.channelID][0] != l {
				continue // a second camera
			}
			c := ChannelTruth{Platform: s.String(), ChannelID: l.channelID, Name: l.name, Lang: l.creator.lang, CreatorID: l.creator.id, Unsearched: l.unsearched}
			if s == twitch || s == youtube {
				c.Handle = l.login
			}
			all = append(all, c)
		}
	}
	return all
}
