package classify

import (
	"slices"
	"strings"
	"testing"
)

func TestKnownFor(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"YTN", "news"}, {"ytn", "news"}, {"ＹＴＮ", "news"}, {" JTBC  News ", "news"},
		{"1theK (원더케이)", "music"}, {"피식대학 - Psick Univ", "entertainment"}, {"영국남자 Korean Englishman", "entertainment"},
		{"대도서관TV (buzzbean11)", "game"}, {"김연아", "sports"}, // decomposed below
		{"YTN 사랑해요 팬클럽", "news"}, {"방송국 사랑해요 팬클럽", ""}, // one script of two decides
		{"", ""}, {"()", ""}, {"🔥", ""}, {"ytnytn", ""},
		{strings.Repeat("가", 100_000), ""}, {"\xff\xfe", ""},
	} {
		if got := knownFor(c.name); got != c.want {
			t.Errorf("%.40q is known for %q, want %q", c.name, got, c.want)
		}
	}
	if got := knownFor("\u1100\u1175\u11b7\u110b\u1167\u11ab\u110b\u1161"); got != "sports" {
		t.Errorf("a decomposed name is known for %q", got)
	}
}

// Every line of the table names a group, and no name stands for two.
func TestKnownChannelsTable(t *testing.T) {
	seen := map[string]string{}
	for line := range strings.Lines(channelTable) {
		group, list, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if line[0] == '#' {
			continue
		}
		if !slices.ContainsFunc(Groups(), func(c Category) bool { return c.ID == group }) {
			t.Errorf("no group %q", group)
		}
		for _, name := range split(list) {
			key := string(channelKey(nil, name))
			if other, ok := seen[key]; ok || key == "" {
				t.Errorf("%q of %s stands under %q too", name, group, other)
			}
			seen[key] = group
		}
	}
	if len(seen) < 2000 {
		t.Errorf("%d names were read", len(seen))
	}
}
