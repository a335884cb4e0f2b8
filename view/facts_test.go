package view

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onair/aggregator"
	"onair/live"
)

// raw is a value of any bytes.
func raw(key string, rev uint64, value string) live.Fact {
	f := fact(key, rev, nil)
	f.Value = []byte(value)
	return f
}

// unnamed knows no channel's name.
func unnamed(live.ChannelID) string { return "" }

func TestFactsRevisions(t *testing.T) {
	a := live.ChannelID{Platform: "chzzk", ID: "a"}
	f := NewFacts()
	steps := []struct {
		fact    live.Fact
		changed bool
		owner   string
	}{
		{creatorFact("kim", 5, "chzzk:a"), true, "kim"},
		{creatorFact("kim", 5), false, "kim"},          // again
		{creatorFact("kim", 4), false, "kim"},          // older
		{fact("creator.kim", 3, nil), false, "kim"},    // an older removal
		{fact("creator.kim", 6, nil), true, "chzzk:a"}, // a newer one
		{creatorFact("kim", 5, "chzzk:a"), false, "chzzk:a"},
		{fact("creator.kim", 7, nil), false, "chzzk:a"},
		{creatorFact("kim", 8, "chzzk:a"), true, "kim"},
	}
	for i, s := range steps {
		if got := f.Apply([]live.Fact{s.fact}); got != s.changed {
			t.Errorf("step %d: changed %v", i, got)
		}
		if got := f.creator(a, "A", unnamed).ID; got != s.owner {
			t.Errorf("step %d: owner %s, want %s", i, got, s.owner)
		}
	}
}

func TestFactsUnreadable(t *testing.T) {
	chA, chB := live.ChannelID{Platform: "chzzk", ID: "a"}, live.ChannelID{Platform: "soop", ID: "b"}
	pairKey := live.PairKey(chA, chB)
	const pairJSON = `{"channels":[{"platform":"chzzk","id":"a"},{"platform":"soop","id":"b"}]`
	for _, x := range []live.Fact{
		raw("creator.kim", 2, "{"),
		raw("creator.kim", 2, "null"),
		raw("creator.kim", 2, `"kim"`),
		raw("creator.kim", 2, `{"id":"lee","channels":[]}`),
		raw("creator.kim", 2, `{"id":"kim","channels":[{"platform":"Chzzk","id":"a"}]}`),
		raw("creator.kim", 2, `{"id":"kim","channels":[{"platform":"chzzk","id":"a.b"}]}`),
		raw("creator.k im", 2, `{"id":"k im"}`),
		raw("creator", 2, `{"id":""}`),
		raw("channel.chzzk.a", 2, `{"channel":{"platform":"chzzk","id":"b"}}`),
		raw("channel.chzzk", 2, `{"channel":{"platform":"chzzk","id":""}}`),
		raw("block.channel.x", 2, `{"kind":"channel","value":"nobody"}`),
		raw("block.keyword.x", 2, `{"kind":"keyword","value":" "}`), // would block everything
		raw("block.keyword.x", 2, `{"kind":"channel","value":"chzzk:a"}`),
		raw("block.mood.x", 2, `{"kind":"mood","value":"x"}`),
		raw("thumb.chzzk.1", 2, `{"url":"javascript:alert(1)"}`),
		raw("thumb.chzzk.1", 2, `{"url":"http://bucket.example/1"}`),
		raw("thumb.chzzk.1", 2, `{"url":"/thumbs/../admin"}`),
		raw("thumb.chzzk.1", 2, `{"url":"/thumbs/\" onload="}`),
		raw("thumb.chzzk.1", 2, `{"url":"/thumbs/1.webp","width":-1}`),
		raw("thumb.chzzk.1", 2, `{"url":"/thumbs/1.webp","height":99999}`),
		raw("thumb.chzzk.1", 2, `{"url":"/thumbs/1.webp","small":{"url":"javascript:alert(1)"}}`),
		raw("thumb.chzzk.1", 2, `{"url":"/thumbs/1.webp","small":{"url":"/thumbs/2.webp","width":99999}}`),
		raw("verdict.chzzk.a", 2, `{"channel":{"platform":"chzzk","id":"b"},"korean":true}`),
		raw("verdict.chzzk.a", 2, `{"channel":{"platform":"chzzk","id":"a"},"korean":"yes"}`),
		raw("verdict.chzzk", 2, `{"channel":{"platform":"chzzk","id":""}}`),
		raw("pause.soop", 2, `{"platform":"chzzk"}`),
		raw("pause.soop", 2, `"off"`),
		raw("pause.SOOP", 2, `{"platform":"SOOP"}`),
		raw("label.chzzk.a", 2, `{"lang":"ko"}`),
		raw("label.chzzk.a."+live.LabelKey("t")+".b", 2, `{"lang":"ko"}`),
		raw("label.chzzk.a.T", 2, `{"lang":"ko"}`),
		raw("label.Chzzk.a."+live.LabelKey("t"), 2, `{"lang":"ko"}`),
		raw("label.chzzk.a."+live.LabelKey("t"), 2, `{"lang":"ko-KR"}`),
		raw("label.chzzk.a."+live.LabelKey("t"), 2, `{"category":"game.no-such-game"}`),
		raw("label.chzzk.a."+live.LabelKey("t"), 2, `[]`),
		raw("apart."+pairKey, 2, `{"channels":[{"platform":"chzzk","id":"a"},{"platform":"soop","id":"c"}]}`),
		raw("apart."+live.PairKey(chA, chA), 2, `{"channels":[{"platform":"chzzk","id":"a"},{"platform":"chzzk","id":"a"}]}`),
		raw("apart."+pairKey, 2, `{"channels":[{"platform":"chzzk","id":"a"}]}`),
		raw("proposal."+pairKey, 2, pairJSON+`,"score":1001}`),
		raw("proposal."+pairKey, 2, pairJSON+`,"score":-1}`),
		raw("proposal."+pairKey, 2, pairJSON+`,"score":"high"}`),
		raw("proposal.x", 2, pairJSON+`,"score":900}`),
	} {
		if table := factTable[strings.SplitN(x.Key, ".", 2)[0]]; table != "" {
			x.Table = table
		}
		f := NewFacts()
		if f.Apply([]live.Fact{x}) || f.Bad() != 1 {
			t.Errorf("%s %s: taken, or not counted (%d)", x.Key, x.Value, f.Bad())
		}
		if f.Apply([]live.Fact{fact(x.Key, 3, nil)}); f.Bad() != 0 {
			t.Errorf("%s: still counted after its removal", x.Key)
		}
	}

	// A node that saw the value before must show what one shows that did not.
	f := NewFacts()
	f.Apply([]live.Fact{creatorFact("kim", 1, "chzzk:a"), raw("creator.kim", 2, "{")})
	if got := f.creator(live.ChannelID{Platform: "chzzk", ID: "a"}, "A", unnamed).ID; got != "chzzk:a" {
		t.Errorf("an unreadable value leaves the older one: %s", got)
	}
}

func TestFactsOfOthers(t *testing.T) {
	f := NewFacts()
	wrongTable := creatorFact("kim", 1, "chzzk:a")
	wrongTable.Table = "DERIVED"
	if f.Apply([]live.Fact{wrongTable, raw("", 1, "{}"), raw("new.kind", 2, "{}")}) || f.Bad() != 0 {
		t.Error("a key that is not ours was taken or counted")
	}
}

func TestFactsForget(t *testing.T) {
	f := NewFacts()
	for i := range 3 * maxGone {
		f.Apply([]live.Fact{fact(fmt.Sprintf("thumb.chzzk.%d", i), uint64(2*i+2), nil)})
	}
	if len(f.keys) > maxGone+1 || f.gone != len(f.keys) {
		t.Errorf("%d keys, %d gone", len(f.keys), f.gone)
	}
	last := fmt.Sprintf("thumb.chzzk.%d", 3*maxGone-1)
	if f.Apply([]live.Fact{fact(last, 3, live.Thumb{URL: "/thumbs/1.webp"})}) {
		t.Error("an old value came back")
	}
}

// The tables depend on each key's newest value only.
func TestFactsOrder(t *testing.T) {
	chA, chB := live.ChannelID{Platform: "chzzk", ID: "a"}, live.ChannelID{Platform: "soop", ID: "b"}
	rapid.Check(t, func(t *rapid.T) {
		var list []live.Fact
		for i := range rapid.IntRange(0, 12).Draw(t, "facts") {
			key := rapid.SampledFrom([]string{"creator.k1", "creator.k2", "block.keyword.x", "channel.chzzk.a", "thumb.soop.1",
				"verdict.chzzk.a", "label.chzzk.a." + live.LabelKey("t"), "apart." + live.PairKey(chA, chB), "proposal." + live.PairKey(chA, chB)}).Draw(t, "key")
			rev := uint64(i + 1)
			x := fact(key, rev, nil)
			switch kind := strings.SplitN(key, ".", 2)[0]; rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
			case 1:
				table := x.Table
				x = raw(key, rev, "{")
				x.Table = table
			default:
				switch kind {
				case "creator":
					x = creatorFact(key[len("creator."):], rev, fmt.Sprintf("chzzk:c%d", i%2))
				case "block":
					x = fact(key, rev, live.Block{Kind: live.BlockKeyword, Value: fmt.Sprintf("w%d", i)})
				case "channel":
					x = fact(key, rev, live.RegisteredChannel{Channel: live.ChannelID{Platform: "chzzk", ID: "a"}, Name: fmt.Sprint(i)})
				case "verdict":
					yes := i%2 == 0
					x = fact(key, rev, live.Verdict{Channel: chA, Korean: &yes})
				case "label":
					x = fact(key, rev, live.Label{Lang: []string{"ko", "other"}[i%2]})
				case "apart":
					x = apartFact(rev, chA, chB)
				case "proposal":
					x = proposalFact(rev, i, chA, chB)
				case "thumb":
					x = fact(key, rev, live.Thumb{URL: fmt.Sprintf("/thumbs/%d", i)})
				}
			}
			list = append(list, x)
		}
		f, g := NewFacts(), NewFacts()
		f.Apply(list)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		mixed := slices.Clone(list)
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		for _, x := range append(mixed, mixed...) { // each twice
			g.Apply([]live.Fact{x})
		}
		for _, tables := range [][2]any{
			{f.creators, g.creators}, {f.blocks, g.blocks}, {f.channels, g.channels}, {f.thumbs, g.thumbs},
			{f.verdicts, g.verdicts}, {f.labels, g.labels}, {f.aparts, g.aparts}, {f.held(), g.held()},
			{len(f.join().unions), len(g.join().unions)}, {f.Bad(), g.Bad()}, {f.gone, g.gone}, {f.join().owner, g.join().owner}, {f.join().keywords, g.join().keywords},
		} {
			if diff := cmp.Diff(tables[0], tables[1]); diff != "" {
				t.Fatalf("in another order:\n%s", diff)
			}
		}
	})
}

func TestBlocks(t *testing.T) {
	list := func() []*aggregator.Broadcast {
		named := func(title, category string) func(*aggregator.Broadcast) {
			return func(b *aggregator.Broadcast) { b.Title, b.Category.Name = title, category }
		}
		return []*aggregator.Broadcast{
			onAir("chzzk:1", 4, onChannel("a"), named("불법 토토 CASINO", "Talk")),
			onAir("chzzk:2", 3, named("평범한 방송", "Casino Games")),
			onAir("soop:3", 2, onChannel("a"), named("casino 아님", "")),
			onAir("soop:4", 1, named("끝", ""), endedAgo(1)),
		}
	}
	for _, tc := range []struct {
		name, key string
		block     live.Block
		want      string
	}{
		{"channel", "block.channel.1", live.Block{Kind: live.BlockChannel, Value: "chzzk:a"}, "chzzk:2 soop:3"},
		{"category by a name that no table has", "block.category.1", live.Block{Kind: live.BlockCategory, Value: "casino_games"}, "chzzk:1 soop:3"},
		{"category by its id", "block.category.1", live.Block{Kind: live.BlockCategory, Value: "game.casino-games"}, "chzzk:1 soop:3"},
		{"category by another of its names", "block.category.1", live.Block{Kind: live.BlockCategory, Value: "저스트 채팅"}, "chzzk:2 soop:3"},
		{"whole group", "block.category.1", live.Block{Kind: live.BlockCategory, Value: "게임"}, "chzzk:1 soop:3"},
		{"keyword", "block.keyword.1", live.Block{Kind: live.BlockKeyword, Value: "Casino"}, "chzzk:2"},
		{"keyword of two words", "block.keyword.1", live.Block{Kind: live.BlockKeyword, Value: "불법 토토"}, "chzzk:2 soop:3"},
		{"nothing of it", "block.keyword.1", live.Block{Kind: live.BlockKeyword, Value: "도박"}, "chzzk:1 chzzk:2 soop:3"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := built([]live.Fact{fact(tc.key, 1, tc.block)}, list()...)
			if got := strings.Join(ids(s.Entries), " "); got != tc.want {
				t.Errorf("listed: %s, want %s", got, tc.want)
			}
			if got := len(s.Known("chzzk")) + len(s.Known("soop")); got != 3 {
				t.Errorf("%d broadcasts are known, blocked ones belong to them", got)
			}
			for _, b := range list() {
				if e, _ := s.Find(b.ID); b.Live() && (e != nil) != strings.Contains(tc.want, b.ID.String()) {
					t.Errorf("Find(%s) = %v", b.ID, e)
				}
			}
		})
	}
	s := built([]live.Fact{fact("block.keyword.1", 1, live.Block{Kind: live.BlockKeyword, Value: "끝"})}, list()...)
	if e, _ := s.Find(live.BroadcastID{Platform: "soop", ID: "4"}); e != nil {
		t.Error("a blocked broadcast is found after its end")
	}
}

func TestThumbOfCDN(t *testing.T) {
	small := live.Picture{URL: "https://cdn.example:8443/a/1.small.webp", Width: 192, Height: 108}
	e := only(t, built([]live.Fact{fact("thumb.chzzk.1", 1, live.Thumb{URL: "https://cdn.example:8443/a/1.webp", Width: 320, Height: 180, Small: &small})}, onAir("chzzk:1", 1)))
	if want := (Thumbnail{"https://cdn.example:8443/a/1.webp", 320, 180, small}); e.Thumbnail != want {
		t.Errorf("%+v", e.Thumbnail)
	}
}
