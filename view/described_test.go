package view

import (
	"slices"
	"testing"
	"time"

	"onair/aggregator"
	"onair/live"
)

func TestUndescribed(t *testing.T) {
	s := &stubState{
		logTime: noon,
		list: []*aggregator.Broadcast{
			onAir("youtube:1", 10, onChannel("a")), onAir("youtube:2", 900, onChannel("b")), onAir("youtube:3", 20, onChannel("c")),
			onAir("youtube:4", live.ViewersHidden, onChannel("d")), onAir("youtube:5", 700, onChannel("a")), onAir("youtube:6", 20, onChannel("e")),
			onAir("youtube:7", 5000, onChannel("f"), endedAgo(time.Minute)), onAir("twitch:8", 1, onChannel("a")),
		},
		channels: map[live.ChannelID]*aggregator.Channel{
			channelOf(t, "youtube:b"): {Info: live.ChannelInfo{Name: "B"}, InfoAt: noon.Add(-describeAgain + time.Second)},
			channelOf(t, "youtube:c"): {Info: live.ChannelInfo{Name: "C"}, InfoAt: noon.Add(-describeAgain)},
			channelOf(t, "youtube:d"): {},
			channelOf(t, "soop:z"):    {Info: live.ChannelInfo{Name: "Z"}, InfoAt: noon},
			channelOf(t, "soop:y"):    {Info: live.ChannelInfo{Name: "Y"}, InfoAt: noon},
		},
	}
	f := NewFacts()
	f.Apply([]live.Fact{fact("channel.soop.z", 1, live.RegisteredChannel{Channel: channelOf(t, "soop:z")})})
	snap := Build(s, f, BuildOptions{Infos: stubInfos()})
	if got := snap.Undescribed("youtube"); !slices.Equal(got, []string{"a", "c", "e", "d"}) {
		t.Errorf("youtube: %v", got)
	}
	if got := snap.Undescribed("twitch"); !slices.Equal(got, []string{"a"}) {
		t.Errorf("twitch: %v", got)
	}
	for ch, want := range map[string]string{"youtube:b": "B", "youtube:c": "C", "soop:z": "Z", "soop:y": "", "youtube:d": "", "youtube:a": ""} {
		info, at, ok := snap.ChannelInfo(channelOf(t, ch))
		if info.Name != want || ok != (want != "") || at.IsZero() == ok {
			t.Errorf("%s: %+v, %v, %v", ch, info, at, ok)
		}
	}
}
