package main

import (
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-runewidth"
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
