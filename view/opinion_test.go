package view

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onair/aggregator"
	"onair/classify"
	"onair/live"
)

func channelOf(t testing.TB, s string) live.ChannelID {
	t.Helper()
	ch, err := live.ParseChannelID(s)
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

// says is what an operator says of a channel; nil leaves it to the rules.
func says(t testing.TB, channel string, korean, official *bool) live.Fact {
	return fact("verdict."+strings.Replace(channel, ":", ".", 1), 7, live.Verdict{Channel: channelOf(t, channel), Korean: korean, Official: official})
}

// labelled is what a model said about a channel's title.
func labelled(channel, title, lang, category string) live.Fact {
	return fact("label."+strings.Replace(channel, ":", ".", 1)+"."+live.LabelKey(title), 8, live.Label{Lang: lang, Category: category, Model: "m"})
}

func entitled(channel, title string) func(*aggregator.Broadcast) {
	return func(b *aggregator.Broadcast) { b.Channel, b.ChannelName, b.Title = channel, "", title }
}

func declaring(lang string) func(*aggregator.Broadcast) {
	return func(b *aggregator.Broadcast) { b.Lang = lang }
}

func about(id, name string) func(*aggregator.Broadcast) {
	return func(b *aggregator.Broadcast) { b.Category = live.Category{ID: id, Name: name} }
}

func TestLangOfOne(t *testing.T) {
	yes, no := true, false
	for _, tc := range []struct {
		name  string
		facts []live.Fact
		b     *aggregator.Broadcast
		want  Lang
	}{
		{"declared", nil, onAir("twitch:1", 1, entitled("a", "T1 vs GEN"), declaring("ko")), Lang{"ko", "declared", 99}},
		{"title", nil, onAir("youtube:1", 1, entitled("a", "저녁 먹으면서 수다")), Lang{"ko", "title", 99}},
		{"nothing to go by", nil, onAir("youtube:1", 1, entitled("a", "🔥🔥")), Lang{}},
		{"operator allows a foreign title", []live.Fact{says(t, "youtube:a", &yes, nil)}, onAir("youtube:1", 1, entitled("a", "Live from Paris"), declaring("fr")), Lang{"ko", "operator", 100}},
		{"operator denies a Korean title", []live.Fact{says(t, "youtube:a", &no, nil)}, onAir("youtube:1", 1, entitled("a", "저녁 먹으면서 수다"), declaring("ko")), Lang{"other", "operator", 100}},
		{"operator says nothing of it", []live.Fact{says(t, "youtube:a", nil, &no)}, onAir("youtube:1", 1, entitled("a", "저녁 먹으면서 수다")), Lang{"ko", "title", 99}},
		{"operator of another channel", []live.Fact{says(t, "twitch:a", &no, nil)}, onAir("youtube:1", 1, entitled("a", "저녁 먹으면서 수다")), Lang{"ko", "title", 99}},
		{"label where rules know nothing", []live.Fact{labelled("youtube:a", "🔥🔥", "ko", "")}, onAir("youtube:1", 1, entitled("a", "🔥🔥")), Lang{"ko", ReasonLLM, llmConfidence}},
		{"label of another title", []live.Fact{labelled("youtube:a", "🔥", "ko", "")}, onAir("youtube:1", 1, entitled("a", "🔥🔥")), Lang{}},
		{"label of another channel", []live.Fact{labelled("youtube:b", "🔥🔥", "ko", "")}, onAir("youtube:1", 1, entitled("a", "🔥🔥")), Lang{}},
		{"label against a sure rule", []live.Fact{labelled("youtube:a", "저녁 먹으면서 수다", "other", "")}, onAir("youtube:1", 1, entitled("a", "저녁 먹으면서 수다")), Lang{"ko", "title", 99}},
		{"label where a rule doubts", []live.Fact{labelled("youtube:a", "annyeonghaseyo yeoreobun gomawoyo", "ko", "")}, onAir("youtube:1", 1, entitled("a", "annyeonghaseyo yeoreobun gomawoyo")), Lang{"ko", ReasonLLM, llmConfidence}},
		{"label that does not say", []live.Fact{labelled("youtube:a", "🔥🔥", "", "music")}, onAir("youtube:1", 1, entitled("a", "🔥🔥")), Lang{}},
		{"operator over a label", []live.Fact{labelled("youtube:a", "🔥🔥", "other", ""), says(t, "youtube:a", &yes, nil)}, onAir("youtube:1", 1, entitled("a", "🔥🔥")), Lang{"ko", "operator", 100}},
	} {
		if got := only(t, built(tc.facts, tc.b)).Lang; got != tc.want {
			t.Errorf("%s: %+v, want %+v", tc.name, got, tc.want)
		}
	}
}

// What a channel is known for decides where its titles cannot.
func TestLangOfChannel(t *testing.T) {
	b := onAir("youtube:1", 1, entitled("a", "Blue Hour M/V"))
	ch := channelOf(t, "youtube:a")
	for _, tc := range []struct {
		name string
		k    aggregator.Channel
		want Lang
	}{
		{"nothing known", aggregator.Channel{}, Lang{"other", "title", 99}},
		{"in Korea", aggregator.Channel{Info: live.ChannelInfo{Country: "KR"}}, Lang{"ko", "country", 95}},
		{"its other titles", aggregator.Channel{Memory: classify.Memory{Korean: 3, Plain: 2}}, Lang{"ko", "memory", 95}},
		{"abroad", aggregator.Channel{Info: live.ChannelInfo{Country: "FR"}}, Lang{"other", "country", 99}},
	} {
		s := &stubState{logTime: noon, list: []*aggregator.Broadcast{b}, channels: map[live.ChannelID]*aggregator.Channel{ch: &tc.k}}
		if got := Build(s, NewFacts(), BuildOptions{Infos: stubInfos()}).Entries[0].Lang; got != tc.want {
			t.Errorf("%s: %+v, want %+v", tc.name, got, tc.want)
		}
	}
}

// A title is no witness for itself: the fold's memory holds it too.
func TestLangWithoutItsOwnTitle(t *testing.T) {
	const title = "방탄 reaction and unboxing with my sister, so excited today"
	ch := channelOf(t, "youtube:a")
	k := aggregator.Channel{Info: live.ChannelInfo{Country: "FR"}}
	k.Memory.Add(title)
	if k.Memory.Korean != 1 {
		t.Fatalf("the title is of another kind: %+v", k.Memory)
	}
	s := &stubState{logTime: noon, list: []*aggregator.Broadcast{onAir("youtube:1", 1, entitled("a", title))}, channels: map[live.ChannelID]*aggregator.Channel{ch: &k}}
	if got := Build(s, NewFacts(), BuildOptions{Infos: stubInfos()}).Entries[0].Lang; got.Code != "other" {
		t.Errorf("%+v", got)
	}
}

func TestLangOfSeveral(t *testing.T) {
	yes, no := true, false
	korean := onAir("chzzk:1", 1, entitled("a", "같이 달려요"), declaring("ko"))
	silent := onAir("youtube:2", 900, entitled("a", "🔥🔥"))
	english := onAir("twitch:3", 800, entitled("a", "let us run together"), declaring("en"))
	for _, tc := range []struct {
		name  string
		facts []live.Fact
		list  []*aggregator.Broadcast
		want  string
	}{
		{"a Korean one among silent ones", nil, []*aggregator.Broadcast{korean, silent}, "ko"},
		{"a Korean one among foreign ones", nil, []*aggregator.Broadcast{english, korean}, "ko"},
		{"a foreign one among silent ones", nil, []*aggregator.Broadcast{silent, english}, "en"},
		{"operator denies one", []live.Fact{says(t, "twitch:a", &no, nil)}, []*aggregator.Broadcast{korean, silent, english}, "other"},
		{"operator allows one", []live.Fact{says(t, "twitch:a", &yes, nil)}, []*aggregator.Broadcast{silent, english}, "ko"},
	} {
		if got := only(t, built(append(tc.facts, simulcast...), tc.list...)).Lang; got.Code != tc.want {
			t.Errorf("%s: %+v, want %s", tc.name, got, tc.want)
		}
	}
}

func TestCategoryOfOne(t *testing.T) {
	lol := Category{"game.league-of-legends", "League of Legends", "리그 오브 레전드", "game", ReasonPlatform, 100}
	text := lol
	text.Reason, text.Confidence = ReasonText, 85
	for _, tc := range []struct {
		name  string
		facts []live.Fact
		b     *aggregator.Broadcast
		want  Category
	}{
		{"SOOP's number", nil, onAir("soop:1", 1, about("00040019", "")), lol},
		{"Chzzk's name", nil, onAir("chzzk:1", 1, about("League_of_Legends", "리그 오브 레전드")), lol},
		{"Twitch's name", nil, onAir("twitch:1", 1, about("21779", "League of Legends")), lol},
		{"YouTube's shelf, the title names the game", nil, onAir("youtube:1", 1, entitled("a", "롤 솔랭 다이아 가자"), about("20", "게임")), text},
		{"YouTube's shelf alone", nil, onAir("youtube:1", 1, entitled("a", "오늘도 달립니다"), about("20", "게임")), Category{"game", "Games", "게임", "game", ReasonPlatform, 80}},
		{"a name that no table has", nil, onAir("twitch:1", 1, about("1", "Brand New Quest 7")), Category{"game.brand-new-quest-7", "Brand New Quest 7", "Brand New Quest 7", "game", ReasonPlatform, 100}},
		{"nobody knows", nil, onAir("chzzk:1", 1, entitled("a", "안녕")), Category{}},
		{"label where nobody knows", []live.Fact{labelled("chzzk:a", "안녕", "", "talk.asmr")}, onAir("chzzk:1", 1, entitled("a", "안녕")), Category{"talk.asmr", "ASMR", "ASMR", "talk", ReasonLLM, llmConfidence}},
		{"label for the language, against the platform", []live.Fact{labelled("youtube:a", "🔥🔥", "ko", "talk.asmr")}, onAir("youtube:1", 1, entitled("a", "🔥🔥"), about("", "롤")), Category{"game.league-of-legends", "League of Legends", "리그 오브 레전드", "game", ReasonPlatform, 80}},
		{"label against the platform", []live.Fact{labelled("chzzk:a", "안녕", "", "talk.asmr")}, onAir("chzzk:1", 1, entitled("a", "안녕"), about("", "롤")), lol},
		{"label against YouTube's default", []live.Fact{labelled("youtube:a", "안녕", "", "talk.asmr")}, onAir("youtube:1", 1, entitled("a", "안녕"), about("22", "인물/블로그")), Category{"talk.asmr", "ASMR", "ASMR", "talk", ReasonLLM, llmConfidence}},
	} {
		if diff := cmp.Diff(tc.want, only(t, built(tc.facts, tc.b)).Category); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

// One game is one category, however the platforms write it: in the counts, in filters, and in an operator's block.
func TestCategoryAcrossPlatforms(t *testing.T) {
	list := []*aggregator.Broadcast{
		onAir("chzzk:1", 30, about("League_of_Legends", "리그 오브 레전드")),
		onAir("twitch:2", 20, about("21779", "League of Legends")),
		onAir("soop:3", 10, about("00040019", "")),
		onAir("chzzk:4", 5, about("Overwatch", "오버워치")),
		onAir("soop:5", 2, about("00130000", "토크/캠방")),
		onAir("soop:6", 1, about("00130017", "")),
	}
	s := built(nil, list...)
	want := []CategoryCount{
		{"game.league-of-legends", "League of Legends", "리그 오브 레전드", "game", 3, 60},
		{"game.overwatch", "Overwatch", "오버워치", "game", 1, 5},
		{"talk", "Talk", "토크", "talk", 1, 2},
		{"talk.asmr", "ASMR", "ASMR", "talk", 1, 1},
	}
	if diff := cmp.Diff(want, s.Categories); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	for value, want := range map[string]string{
		"game.league-of-legends": "chzzk:1 twitch:2 soop:3", "롤": "chzzk:1 twitch:2 soop:3", "league  of legends": "chzzk:1 twitch:2 soop:3",
		"game": "chzzk:1 twitch:2 soop:3 chzzk:4", "게임": "chzzk:1 twitch:2 soop:3 chzzk:4", "TALK": "soop:5 soop:6", "Just Chatting": "soop:5", "asmr": "soop:6", "game.none": "", "없는게임": "",
	} {
		r, err := s.Query(Query{Categories: []string{value}})
		if err != nil || strings.Join(ids(r.Entries), " ") != want {
			t.Errorf("filter %s: %v, %v; want %s", value, ids(r.Entries), err, want)
		}
		blocked := built([]live.Fact{fact("block.category.1", 1, live.Block{Kind: live.BlockCategory, Value: value})}, list...)
		var rest []string
		for _, id := range ids(s.Entries) {
			if !strings.Contains(" "+want+" ", " "+id+" ") {
				rest = append(rest, id)
			}
		}
		if diff := cmp.Diff(rest, ids(blocked.Entries)); diff != "" {
			t.Errorf("block %s (-want +got):\n%s", value, diff)
		}
	}
}

func TestOfficial(t *testing.T) {
	yes, no := true, false
	named := func(name, title string, mark bool) func(*aggregator.Broadcast) {
		return func(b *aggregator.Broadcast) { b.Channel, b.ChannelName, b.Title, b.Official = "a", name, title, mark }
	}
	for _, tc := range []struct {
		name  string
		facts []live.Fact
		list  []*aggregator.Broadcast
		want  string
	}{
		{"a person", nil, []*aggregator.Broadcast{onAir("chzzk:1", 1, named("침착맨", "방송", false))}, ""},
		{"platform", nil, []*aggregator.Broadcast{onAir("chzzk:1", 1, named("침착맨", "방송", true))}, "platform"},
		{"league", nil, []*aggregator.Broadcast{onAir("chzzk:1", 1, named("LCK", "결승", false))}, "league"},
		{"broadcaster", nil, []*aggregator.Broadcast{onAir("youtube:1", 1, named("KBS News", "특보", false))}, "broadcaster"},
		{"relay", nil, []*aggregator.Broadcast{onAir("soop:1", 1, named("누구", "24시간 연속 재방송", false))}, "relay"},
		{"operator says so", []live.Fact{says(t, "chzzk:a", nil, &yes)}, []*aggregator.Broadcast{onAir("chzzk:1", 1, named("침착맨", "방송", false))}, "operator"},
		{"operator denies it", []live.Fact{says(t, "chzzk:a", nil, &no)}, []*aggregator.Broadcast{onAir("chzzk:1", 1, named("LCK", "결승", true))}, ""},
		{"any member", simulcast, []*aggregator.Broadcast{onAir("chzzk:1", 9, named("침착맨", "방송", false)), onAir("soop:2", 1, named("LCK", "결승", false))}, "league"},
		{"operator of one member", append([]live.Fact{says(t, "chzzk:a", nil, &no)}, simulcast...), []*aggregator.Broadcast{onAir("chzzk:1", 9, named("침착맨", "방송", false)), onAir("soop:2", 1, named("LCK", "결승", false))}, ""},
	} {
		if e := only(t, built(tc.facts, tc.list...)); e.OfficialReason != tc.want || e.Official != (tc.want != "") {
			t.Errorf("%s: %v %q, want %q", tc.name, e.Official, e.OfficialReason, tc.want)
		}
	}
}

func TestUnlabelled(t *testing.T) {
	yes := true
	list := []*aggregator.Broadcast{
		onAir("youtube:1", 5, entitled("a", "🔥🔥")),
		onAir("youtube:2", 900, entitled("b", "저녁 수다")),                // no category
		onAir("chzzk:3", 800, entitled("c", "저녁 수다"), about("", "롤")),  // all known
		onAir("youtube:4", 700, entitled("d", "good evening")),         // foreign: its category is of no use
		onAir("youtube:5", live.ViewersHidden, entitled("e", "🎵")),     // hidden
		onAir("youtube:6", 600, entitled("a", "🔥🔥")),                   // the same title again
		onAir("youtube:7", 500, entitled("f", "🔥🔥"), endedAgo(0)),      // over
		onAir("youtube:8", 400, entitled("g", "")),                     // nothing to read
		onAir("youtube:9", 300, entitled("h", "🔥"), about("10", "음악")), // language only
		onAir("youtube:10", 200, entitled("i", "🔥"), about("", "롤")),   // the operator knows
		onAir("youtube:11", 100, entitled("j", "🔥")),                   // asked before, in vain
		onAir("youtube:12", 50, entitled("k", "🔥")),                    // blocked
	}
	s := &stubState{logTime: noon, list: list, channels: map[live.ChannelID]*aggregator.Channel{
		channelOf(t, "youtube:b"): {Info: live.ChannelInfo{Description: "요리하는 사람"}},
	}}
	f := NewFacts()
	f.Apply([]live.Fact{
		says(t, "youtube:i", &yes, nil), labelled("youtube:j", "🔥", "", ""),
		fact("block.channel.1", 1, live.Block{Kind: live.BlockChannel, Value: "youtube:k"}),
	})
	want := []Unlabelled{
		{Channel: channelOf(t, "youtube:b"), Title: "저녁 수다", Description: "요리하는 사람", NeedCategory: true, Viewers: 900},
		{Channel: channelOf(t, "youtube:a"), Title: "🔥🔥", NeedLang: true, NeedCategory: true, Viewers: 600},
		{Channel: channelOf(t, "youtube:h"), Title: "🔥", NeedLang: true, Viewers: 300},
		{Channel: channelOf(t, "youtube:e"), Title: "🎵", NeedLang: true, NeedCategory: true, Viewers: live.ViewersHidden},
	}
	if diff := cmp.Diff(want, Build(s, f, BuildOptions{Infos: stubInfos()}).Unlabelled()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
