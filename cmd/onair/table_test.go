package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
	"github.com/mattn/go-runewidth"

	"onair/api/client"
)

func TestDrawTable(t *testing.T) {
	n := func(v int64) *int64 { return &v }
	up, down, same := 3, -12, 0
	now := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	var b strings.Builder
	drawTable(&b, []row{
		{rank: 1, change: &up, viewers: n(35614), platforms: []string{"soop", "chzzk"}, creator: "가나다", category: "리그 오브 레전드", title: strings.Repeat("긴 제목 ", 40), started: now.Add(-83 * time.Minute)},
		{rank: 2, change: &down, platforms: []string{"youtube"}, creator: "b", title: "hidden"},
		{rank: 2000, change: &same, viewers: n(0), creator: strings.Repeat("x", 50)},
		{rank: 3, viewers: n(1), title: "emoji 👨‍👩‍👧 end"},
	}, now, 120)
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	if len(lines) != 5 {
		t.Fatalf("%d lines, want a head and 4 rows:\n%s", len(lines), b.String())
	}
	for _, l := range lines {
		if w := runewidth.StringWidth(l); w > 120 {
			t.Errorf("%d cells wide: %s", w, l)
		}
	}
	for i, want := range []string{"시청자", "▲3   35,614   1:23 soop+chz… 가나다", "▼12   비공개", "·        0", "new        1"} {
		if !strings.Contains(lines[i], want) {
			t.Errorf("line %d %q lacks %q", i, lines[i], want)
		}
	}
	if !strings.HasSuffix(lines[1], "…") {
		t.Errorf("a long title is not cut: %q", lines[1])
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("thousands(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestTableFitsTheScreen(t *testing.T) {
	n := int64(35614)
	up := 3
	r := row{rank: 1, change: &up, viewers: &n, platforms: []string{"soop", "chzzk"}, creator: "스트리머 이름이 아주 깁니다", category: "리그 오브 레전드", title: "제목 " + strings.Repeat("길다 ", 50), started: time.Unix(0, 0)}
	for _, width := range []int{20, 40, 60, 80, 100, 120, 200} {
		var b strings.Builder
		drawTable(&b, []row{r}, time.Unix(3600, 0), width)
		for line := range strings.Lines(b.String()) {
			if w := runewidth.StringWidth(strings.TrimRight(line, "\n")); w > max(width, 24) {
				t.Errorf("%d cells on a screen of %d: %q", w, width, line)
			}
		}
		if want := "35,614"; !strings.Contains(b.String(), want) {
			t.Errorf("width %d: no viewers in %q", width, b.String())
		}
		if width >= 40 && !strings.Contains(b.String(), "제목 길") {
			t.Errorf("width %d: no title in %q", width, b.String())
		}
		if got := strings.Contains(b.String(), "카테고리"); got != (width >= 120) && width != 100 {
			t.Errorf("width %d: category shown %v", width, got)
		}
	}
}

// TestTroubleFits: with an error above it the drawing is as high as the screen, or its first line scrolls away.
func TestTroubleFits(t *testing.T) {
	c := &topCmd{Lang: "ko", Names: "auto"}
	const height = 12
	f := &frame{list: &client.Streams{}, platforms: &client.Platforms{}}
	for range c.rows(height) {
		f.list.Streams = append(f.list.Streams, client.Entry{Rank: 1})
	}
	var b strings.Builder
	c.draw(&b, f, errors.New("connection refused"), 80)
	if lines := strings.Count(b.String(), "\n"); lines >= height {
		t.Errorf("%d lines and the cursor's on a screen of %d", lines, height)
	}
	if !strings.HasPrefix(b.String(), "✗ connection refused") {
		t.Errorf("trouble is not the first line: %q", b.String())
	}
}

func TestTopQuery(t *testing.T) {
	person := false
	for _, tc := range []struct {
		args []string
		want client.Query
	}{
		{nil, client.Query{Langs: []string{"ko"}, Limit: 5}},
		{[]string{"--lang", "all"}, client.Query{Limit: 5}},
		{[]string{"--lang", "ja", "--no-official"}, client.Query{Langs: []string{"ja"}, Official: &person, Limit: 5}},
		{[]string{"--category", "롤", "--category", "talk", "-q", "ㅊㅊㅁ"}, client.Query{Langs: []string{"ko"}, Categories: []string{"롤", "talk"}, Q: "ㅊㅊㅁ", Limit: 5}},
	} {
		var c topCmd
		parser, err := kong.New(&c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(tc.args); err != nil {
			t.Errorf("%v: %v", tc.args, err)
			continue
		}
		if diff := cmp.Diff(tc.want, c.query(5)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", tc.args, diff)
		}
	}
	for _, bad := range [][]string{{"--lang", ""}, {"--lang", "KO"}, {"--lang", "k"}, {"--names", "fr"}, {"-n", "2001"}} {
		var c topCmd
		parser, err := kong.New(&c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(bad); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
}

func TestTopNames(t *testing.T) {
	for _, tc := range []struct {
		names string
		env   map[string]string
		want  string
	}{
		{"auto", nil, "리그 오브 레전드"},
		{"auto", map[string]string{"LANG": "C.UTF-8"}, "리그 오브 레전드"},
		{"auto", map[string]string{"LANG": "ko_KR.UTF-8"}, "리그 오브 레전드"},
		{"auto", map[string]string{"LANG": "en_US.UTF-8"}, "League of Legends"},
		{"auto", map[string]string{"LANG": "en_US.UTF-8", "LC_ALL": "ko_KR.UTF-8"}, "리그 오브 레전드"},
		{"ko", map[string]string{"LANG": "en_US.UTF-8"}, "리그 오브 레전드"},
		{"en", nil, "League of Legends"},
	} {
		c := topCmd{Names: tc.names}
		e := client.Entry{Row: client.Row{Title: "결승", Rising: true, Official: true, Category: &client.Category{Name: "League of Legends", NameKo: "리그 오브 레전드"}}}
		r := tableRow(e, c.english(func(name string) string { return tc.env[name] }))
		if r.category != tc.want || r.title != "[급상승] [공식] 결승" {
			t.Errorf("%s, %v: %q, %q", tc.names, tc.env, r.category, r.title)
		}
	}
}
