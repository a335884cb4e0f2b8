package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
)

// row is one line of the terminal's list.
type row struct {
	rank      int
	change    *int // places climbed in 15 minutes; nil when it was not live then
	viewers   *int64
	platforms []string
	creator   string
	category  string
	title     string
	started   time.Time
}

// Column widths in terminal cells; a Hangul syllable takes two. The title gets what is left.
const (
	widthRank     = 4
	widthChange   = 4
	widthViewers  = 8
	widthUp       = 6
	widthPlatform = 9
	widthCreator  = 20
	widthCategory = 18
	minTitle      = 10
)

// drawTable writes the list, width cells wide, ages reckoned at now. Text from platforms has no control characters
// (live.CleanText), so it cannot move the cursor.
func drawTable(w io.Writer, rows []row, now time.Time, width int) {
	title := max(minTitle, width-widthRank-widthChange-widthViewers-widthUp-widthPlatform-widthCreator-widthCategory-7)
	line := func(rank, change, viewers, up, platform, creator, category, text string) {
		fmt.Fprintln(w, strings.TrimRight(strings.Join([]string{
			right(rank, widthRank), right(change, widthChange), right(viewers, widthViewers), right(up, widthUp),
			left(platform, widthPlatform), left(creator, widthCreator), left(category, widthCategory), left(text, title),
		}, " "), " "))
	}
	line("#", "±", "시청자", "방송", "플랫폼", "스트리머", "카테고리", "제목")
	for _, r := range rows {
		viewers := "비공개"
		if r.viewers != nil {
			viewers = thousands(*r.viewers)
		}
		line(strconv.Itoa(r.rank), climb(r.change), viewers, uptime(r.started, now), strings.Join(r.platforms, "+"), r.creator, r.category, r.title)
	}
}

// climb shows a change of rank: ▲3, ▼1, · when unchanged, "new" when it was not live 15 minutes ago.
func climb(n *int) string {
	switch {
	case n == nil:
		return "new"
	case *n > 0:
		return "▲" + strconv.Itoa(*n)
	case *n < 0:
		return "▼" + strconv.Itoa(-*n)
	}
	return "·"
}

// thousands groups digits: 12,345.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// uptime is hours and minutes since the start, empty when that is not known.
func uptime(start, now time.Time) string {
	if start.IsZero() {
		return ""
	}
	d := max(now.Sub(start), 0)
	return fmt.Sprintf("%d:%02d", int(d.Hours()), int(d.Minutes())%60)
}

func left(s string, cells int) string {
	return runewidth.FillRight(runewidth.Truncate(s, cells, "…"), cells)
}

func right(s string, cells int) string {
	return runewidth.FillLeft(runewidth.Truncate(s, cells, "…"), cells)
}
