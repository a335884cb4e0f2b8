package platform

import (
	"slices"

	"onair/live"
)

// channelList is what an answer says about channels that were asked for.
type channelList struct {
	rows   []live.ChannelInfo
	census census
}

// add takes row i of the answer; asked says that a key of the request means it. One that nobody asked for is not an
// answer of ours, and one that comes twice is the same.
func (l *channelList) add(i int, info live.ChannelInfo, asked bool) {
	switch {
	case info.ID == "":
		l.census.unusable(i, format("no channel id"))
	case !asked:
		l.census.unusable(i, format("a channel that was not asked for"))
	case !slices.ContainsFunc(l.rows, func(had live.ChannelInfo) bool { return had.ID == info.ID }):
		l.rows = append(l.rows, info)
	}
}

// checked is the list, or the error of one that has too many strange rows.
func (l channelList) checked() (channelList, error) {
	if err := l.census.check(); err != nil {
		return channelList{}, err
	}
	return l, nil
}

// asksID reports whether id is one of keys.
func asksID(keys []string, id string) bool { return id != "" && slices.Contains(keys, id) }

// channelPage is the page of an answer about channels. Those that are not in it are not known to the platform.
func (s *site) channelPage(r Request, a answer, l channelList) *live.Page {
	p := s.page(r, a, live.CoverNone)
	p.Channels = l.rows
	l.census.mark(p)
	return p
}
