package view

import (
	"strings"
	"testing"
	"time"

	"onair/aggregator"
	"onair/live"
)

func TestJudge(t *testing.T) {
	ago := func(d time.Duration) time.Time { return noon.Add(-d) }
	const minute = time.Minute
	type state = aggregator.PlatformState
	for _, tc := range []struct {
		name   string
		state  *state
		status Status
		code   string
	}{
		{"never seen", nil, StatusDegraded, "waiting"},
		{"fine", &state{LastPageAt: ago(time.Second)}, StatusOK, ""},
		{"between two sweeps", &state{LastPageAt: ago(5 * minute), PassEvery: 5 * minute}, StatusOK, ""},
		{"between two sweeps, the first", &state{LastPageAt: ago(5 * minute)}, StatusOK, ""},
		{"fast and late", &state{LastPageAt: ago(91 * time.Second), PassEvery: 20 * time.Second}, StatusDegraded, "late"},
		{"fast, one page lost", &state{LastPageAt: ago(60 * time.Second), PassEvery: 20 * time.Second}, StatusOK, ""},
		{"slow and late", &state{LastPageAt: ago(9 * minute), PassEvery: 4 * minute}, StatusDegraded, "late"},
		{"silent", &state{LastPageAt: ago(11 * minute), PassEvery: minute}, StatusDown, "silent"},
		{"silent, cadence unknown", &state{LastPageAt: ago(16 * minute)}, StatusDown, "silent"},
		{"cadence of half an hour", &state{LastPageAt: ago(40 * minute), PassEvery: 30 * minute}, StatusOK, ""},
		{"one error now", &state{LastPageAt: ago(10 * time.Second), LastError: "timeout", LastErrorAt: ago(time.Second), Errors: 1}, StatusDegraded, "timeout"},
		{"one error a minute ago", &state{LastPageAt: ago(time.Second), LastErrorAt: ago(minute)}, StatusDegraded, "errors"},
		{"one error an hour ago", &state{LastPageAt: ago(time.Second), LastErrorAt: ago(time.Hour)}, StatusOK, ""},
		{"errors only", &state{LastError: "format", LastErrorAt: ago(time.Second), Errors: 9}, StatusDegraded, "format"},
		{"errors for long", &state{LastPageAt: ago(20 * minute), LastError: "unavailable", LastErrorAt: ago(time.Second), Errors: 50}, StatusDown, "unavailable"},
		{"one egress refused", &state{LastPageAt: ago(10 * time.Second), LastError: "blocked", LastErrorAt: ago(time.Second), Errors: 1}, StatusDegraded, "blocked"},
		{"all refused", &state{LastPageAt: ago(10 * time.Second), LastError: "blocked", LastErrorAt: ago(time.Second), Errors: hardErrors}, StatusDown, "blocked"},
		{"quota used up", &state{LastPageAt: ago(2 * minute), LastError: "quota", LastErrorAt: ago(minute), Errors: 1}, StatusDown, "quota"},
		{"wrong key from the start", &state{LastError: "unauthorized", LastErrorAt: ago(time.Second), Errors: 1}, StatusDown, "unauthorized"},
		{"an error of a newer worker", &state{LastPageAt: ago(time.Second), LastError: "eclipse", LastErrorAt: ago(time.Second), Errors: 1}, StatusDegraded, "other"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.state != nil {
				tc.state.ErrorText = "https://api.example/?key=SECRET"
			}
			status, reason := judge(tc.state, noon, "", false)
			code, text, _ := strings.Cut(reason, ": ")
			if status != tc.status || code != tc.code || (text == "") != (code == "") || strings.Contains(reason, "SECRET") {
				t.Errorf("%s, %q; want %s, code %q", status, reason, tc.status, tc.code)
			}
			if status, reason := judge(tc.state, noon, "TWITCH_ID is not set", true); status != StatusOff || reason != "off: TWITCH_ID is not set" {
				t.Errorf("switched off: %s, %q", status, reason)
			}
		})
	}
	if status, reason := judge(nil, noon, "", true); status != StatusOff || reason != "off: switched off" {
		t.Errorf("no reason given: %s, %q", status, reason)
	}
}

func TestPlatformsListsAllInOrder(t *testing.T) {
	s := built([]live.Fact{fact("block.channel.1", 1, live.Block{Kind: live.BlockChannel, Value: "soop:c3"})},
		onAir("soop:1", 5), onAir("soop:2", live.ViewersHidden), onAir("soop:3", 100), onAir("soop:4", 50, endedAgo(time.Minute)))
	for i, info := range stubInfos() {
		p := s.Platforms[i]
		if p.Info.ID != info.ID {
			t.Errorf("place %d: %s", i, p.Info.ID)
		}
		if p.Info.ID == "soop" && (p.Broadcasts != 2 || p.Viewers != 5) {
			t.Errorf("soop counts %d, %d", p.Broadcasts, p.Viewers)
		}
	}
}

// An operator's switch counts on every node that has the fact, and never hides which setting is missing.
func TestPausedPlatforms(t *testing.T) {
	pause := func(p live.Platform, rev uint64) live.Fact {
		return fact("pause."+string(p), rev, live.Pause{Platform: p, Reason: "a court order"})
	}
	state := &stubState{logTime: noon}
	f := NewFacts()
	look := func() (soop, twitch PlatformStatus, paused bool) {
		snap := Build(state, f, BuildOptions{Infos: stubInfos(), Off: map[live.Platform]string{"twitch": "TWITCH_ID is not set"}, N: 1})
		for _, p := range snap.Platforms {
			switch p.Info.ID {
			case "soop":
				soop = p
			case "twitch":
				twitch = p
			}
		}
		return soop, twitch, snap.Paused("soop")
	}
	if soop, _, paused := look(); soop.State == StatusOff || paused {
		t.Errorf("before: %+v", soop)
	}
	if !f.Apply([]live.Fact{pause("soop", 1), pause("twitch", 2)}) {
		t.Error("nothing changed")
	}
	soop, twitch, paused := look()
	if soop.State != StatusOff || soop.Reason != "off: switched off by an operator" || !paused {
		t.Errorf("paused: %+v, %v", soop, paused)
	}
	if twitch.Reason != "off: TWITCH_ID is not set" {
		t.Errorf("a missing setting is hidden: %+v", twitch)
	}
	f.Apply([]live.Fact{fact("pause.soop", 3, nil)})
	if soop, _, paused := look(); soop.State == StatusOff || paused {
		t.Errorf("after: %+v", soop)
	}
}
