package view

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onair/aggregator"
	"onair/live"
)

// TestMemoChangesNothing builds one changing world with a memo that has seen all of its past, and with none.
func TestMemoChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		titles := []string{"저녁 수다", "T1 vs GEN", "🔥", "롤 솔랭", "annyeonghaseyo yeoreobun gomawoyo", ""}
		s := &stubState{logTime: noon, channels: map[live.ChannelID]*aggregator.Channel{}}
		f := NewFacts()
		var memo Memo
		for step := range rapid.IntRange(1, 12).Draw(t, "steps") {
			id := fmt.Sprintf("%s:b%d", rapid.SampledFrom([]string{"chzzk", "youtube"}).Draw(t, "platform"), rapid.IntRange(0, 3).Draw(t, "id"))
			b := onAir(id, live.Viewers(rapid.IntRange(-1, 9).Draw(t, "viewers")), func(b *aggregator.Broadcast) {
				b.Title = rapid.SampledFrom(titles).Draw(t, "title")
				b.Lang = rapid.SampledFrom([]string{"", "ko", "en"}).Draw(t, "lang")
				b.Category.Name = rapid.SampledFrom([]string{"", "롤", "게임"}).Draw(t, "category")
				b.Tags = rapid.SampledFrom([][]string{nil, {"롤"}, {"뉴스", "속보"}}).Draw(t, "tags")
			})
			kept := s.list[:0:0]
			for _, x := range s.list {
				if x.ID != b.ID {
					kept = append(kept, x)
				}
			}
			s.list = kept
			if rapid.IntRange(0, 4).Draw(t, "gone") > 0 {
				s.list = append(s.list, b)
			}
			ch := live.ChannelID{Platform: b.ID.Platform, ID: b.Channel}
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				k := &aggregator.Channel{Info: live.ChannelInfo{Country: rapid.SampledFrom([]string{"", "KR", "FR"}).Draw(t, "country")}}
				if rapid.Bool().Draw(t, "told") {
					k.InfoAt = noon.Add(-time.Duration(step) * time.Hour)
				}
				k.Memory.Korean = int32(rapid.IntRange(0, 3).Draw(t, "korean"))
				s.channels[ch] = k
			case 1:
				yes := rapid.Bool().Draw(t, "yes")
				f.Apply([]live.Fact{fact("verdict."+string(ch.Platform)+"."+ch.ID, uint64(step+1), live.Verdict{Channel: ch, Korean: &yes})})
			case 2:
				f.Apply([]live.Fact{fact("label."+string(ch.Platform)+"."+ch.ID+"."+live.LabelKey(b.Title), uint64(step+1), live.Label{Lang: "ko", Category: "music"})})
			}
			warm := Build(s, f, BuildOptions{Infos: stubInfos(), Memo: &memo})
			cold := Build(s, f, BuildOptions{Infos: stubInfos()})
			if !reflect.DeepEqual(cold, warm) {
				t.Fatalf("step %d: %s", step, cmp.Diff(cold.Entries, warm.Entries))
			}
		}
	})
}

// TestMemoSeesEveryField changes one thing that rules look at after the other.
func TestMemoSeesEveryField(t *testing.T) {
	ch := live.ChannelID{Platform: "youtube", ID: "a"}
	base := func() (*aggregator.Broadcast, *aggregator.Channel) {
		return onAir("youtube:1", 5, entitled("a", "Blue Hour M/V")), &aggregator.Channel{InfoAt: noon}
	}
	for name, change := range map[string]func(b *aggregator.Broadcast, k *aggregator.Channel){
		"title":    func(b *aggregator.Broadcast, k *aggregator.Channel) { b.Title = "저녁 수다" },
		"name":     func(b *aggregator.Broadcast, k *aggregator.Channel) { b.ChannelName = "김철수" },
		"declared": func(b *aggregator.Broadcast, k *aggregator.Channel) { b.Lang = "ko" },
		"category": func(b *aggregator.Broadcast, k *aggregator.Channel) { b.Category.Name = "롤" },
		"tags": func(b *aggregator.Broadcast, k *aggregator.Channel) {
			b.Category.ID, b.Tags = "20", []string{"리그 오브 레전드"}
		},
		"official":  func(b *aggregator.Broadcast, k *aggregator.Channel) { b.Official = true },
		"url":       func(b *aggregator.Broadcast, k *aggregator.Channel) { b.URL = "https://evil.example/" },
		"thumbnail": func(b *aggregator.Broadcast, k *aggregator.Channel) { b.Thumbnail = "https://evil.example/1.jpg" },
		"country":   func(b *aggregator.Broadcast, k *aggregator.Channel) { k.Info.Country = "KR" },
		"description": func(b *aggregator.Broadcast, k *aggregator.Channel) {
			k.Info.Description = "속보 뉴스 정치 시사"
		},
		"info's age": func(b *aggregator.Broadcast, k *aggregator.Channel) { k.InfoAt = noon.Add(-time.Hour) },
		"memory":     func(b *aggregator.Broadcast, k *aggregator.Channel) { k.Memory.Korean = 4 },
	} {
		var memo Memo
		build := func(b *aggregator.Broadcast, k *aggregator.Channel, m *Memo) *Snapshot {
			s := &stubState{logTime: noon, list: []*aggregator.Broadcast{b}, channels: map[live.ChannelID]*aggregator.Channel{ch: k}}
			return Build(s, NewFacts(), BuildOptions{Infos: stubInfos(), Memo: m})
		}
		b, k := base()
		if name == "tags" {
			b.Category.ID = "20"
		}
		before := build(b, k, &memo)
		b, k = base()
		change(b, k)
		cold, warm := build(b, k, nil), build(b, k, &memo)
		if reflect.DeepEqual(before, cold) {
			t.Errorf("%s changes nothing: it does not test the memo", name)
		}
		if !reflect.DeepEqual(cold, warm) {
			t.Errorf("%s: the memo answers for another: %s", name, cmp.Diff(cold.Entries, warm.Entries))
		}
	}
	infos := stubInfos()
	infos[3].Links, infos[3].Images = live.Hosts{"other.example"}, live.Hosts{"other.example"}
	var memo Memo
	b, _ := base()
	s := &stubState{logTime: noon, list: []*aggregator.Broadcast{b}}
	Build(s, NewFacts(), BuildOptions{Infos: stubInfos(), Memo: &memo})
	if e := Build(s, NewFacts(), BuildOptions{Infos: infos, Memo: &memo}).Entries[0]; e.Broadcasts[0].URL != "" || e.Thumbnail.URL != "" {
		t.Errorf("links of hosts that are no longer the platform's: %+v", e)
	}
}

// What is gone is forgotten, or a node would keep every title of its life.
func TestMemoForgets(t *testing.T) {
	var memo Memo
	for i := range 20 {
		s := &stubState{logTime: noon, channels: map[live.ChannelID]*aggregator.Channel{}}
		for j := range 100 {
			b := onAir(fmt.Sprintf("chzzk:%d", 100*i+j), 1)
			s.list = append(s.list, b)
			s.channels[live.ChannelID{Platform: "chzzk", ID: b.Channel}] = &aggregator.Channel{InfoAt: noon}
		}
		snap := Build(s, NewFacts(), BuildOptions{Infos: stubInfos(), Memo: &memo})
		if len(memo.held) > 2*100+memoSlack+100 || len(memo.told) > 2*100+memoSlack+100 {
			t.Fatalf("build %d: %d broadcasts, %d channels", i, len(memo.held), len(memo.told))
		}
		if _, at, ok := snap.ChannelInfo(live.ChannelID{Platform: "chzzk", ID: fmt.Sprint("c", 100*i)}); !ok || !at.Equal(noon) {
			t.Fatal("a channel is not told")
		}
	}
}
