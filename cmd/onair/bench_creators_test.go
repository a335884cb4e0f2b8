package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onair/classify/identity"
	"onair/live"
)

// knownPeople are invented.
const knownPeople = `{"name": "두루미왕", "youtube": "@durumiwang", "chzzk": "0123456789abcdef0123456789abcdef", "src": "x"}
{"name": "늦잠꾸러기부엌", "youtube": "https://www.youtube.com/channel/UCaaaaaaaaaaaaaaaaaaaaaa", "soop": "kitchen77"}
{"name": "얍삽한쥬스", "twitch": "yapjuice", "soop": "yapjuice1"}
`

func TestBenchCreatorsData(t *testing.T) {
	file := filepath.Join(t.TempDir(), "people.jsonl")
	if err := os.WriteFile(file, []byte(knownPeople), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"bench", "creators", "--data", file, "--json"}, out{&stdout, &stderr}); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr.String())
	}
	var r creatorsReport
	if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Data) != 2*len(sights) || r.Total != nil {
		t.Fatalf("%d sights", len(r.Data))
	}
	for _, s := range r.Data {
		if s.Pairs != 3 || len(s.Wrong) != 0 {
			t.Errorf("%+v", s)
		}
	}
	if first := r.Data[0]; first.Right != 3 || first.Precision != 1 || first.Recall != 1 {
		t.Errorf("%+v", first)
	}
	stdout.Reset()
	if code := run(t.Context(), []string{"bench", "creators", "--data", file}, out{&stdout, &stderr}); code != 0 || !strings.Contains(stdout.String(), "precision") {
		t.Errorf("exit %d: %s", code, stdout.String())
	}
	for _, bad := range []string{"", "{", `{"name":"x","chzzk":"https://chzzk.naver.com/"}`} {
		if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if code := run(t.Context(), []string{"bench", "creators", "--data", file}, out{&stdout, &stderr}); code == 0 {
			t.Errorf("%q was judged", bad)
		}
	}
}

// A small world, whole: what is joined is right, and its truth reaches the score alone.
func TestBenchCreatorsWorld(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"bench", "creators", "--seeds", "1", "--scale", "0.1", "--nights", "1", "--json"}, out{&stdout, &stderr}); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr.String())
	}
	var r creatorsReport
	if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	s := r.Seeds[0]
	if s.Pairs < 10 || s.Precision < .9 || s.RecallEvident < .8 || s.Kinds["link"].Right == 0 || s.Available["on air together"].Pairs == 0 {
		t.Errorf("%+v", s)
	}
}

// Counts on a table small enough to count by hand.
func TestScoreCreators(t *testing.T) {
	id := func(p, i string) live.ChannelID { return live.ChannelID{Platform: live.Platform(p), ID: i} }
	channels := []identity.Channel{{ID: id("chzzk", "a1")}, {ID: id("soop", "a2")}, {ID: id("youtube", "a3")}, {ID: id("youtube", "a4")}, {ID: id("chzzk", "b1")}, {ID: id("soop", "b2")}}
	propose := func(a, b live.ChannelID, sure bool) live.Proposal {
		return live.Proposal{Channels: [2]live.ChannelID{a, b}, Confident: sure, Evidence: []live.Evidence{{Kind: "name"}}}
	}
	s := scoreCreators("x", channels, []live.Proposal{
		propose(id("chzzk", "a1"), id("soop", "a2"), true),
		propose(id("chzzk", "b1"), id("soop", "a2"), true),
		propose(id("chzzk", "b1"), id("soop", "b2"), false),
	}, func(c live.ChannelID) string { return c.ID[:1] }, func(a, b *identity.Channel) []string {
		if a.ID.ID == "a4" || b.ID.ID == "a4" {
			return nil
		}
		return []string{"some"}
	})
	// True pairs: a1-a2, a1-a3, a1-a4, a2-a3, a2-a4, b1-b2; those with a4 show nothing.
	if s.Pairs != 6 || s.Evident != 4 || s.Confident != 2 || s.Right != 1 || s.Precision != .5 || s.RecallEvident != .25 || len(s.Wrong) != 1 || len(s.Missed) != 3 || s.Kinds["name"] != (kindScore{1, 1}) || s.Available["some"] != (foundScore{4, 1}) {
		t.Errorf("%+v", s)
	}
}
