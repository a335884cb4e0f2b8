package sim

import "fmt"

// followers is how many follow a channel.
func (l *line) followers() int {
	return int(exp(l.creator.ln+l.ln)*(20+float64(l.key%40))) + int(l.key%50)
}

// about is what a channel says about itself. Two in three who are on several platforms name the others.
func (l *line) about() string {
	about := l.creator.name + " 채널입니다."
	if l.creator.key%3 == 0 {
		return about
	}
	for _, other := range l.creator.lines {
		if other.site != l.site {
			about += "\n" + other.home()
		}
	}
	return about
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
