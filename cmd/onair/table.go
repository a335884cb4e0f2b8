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

// Widths in terminal cells; a Hangul syllable takes two. The title gets what is left.
const (
	widthRank     = 4
	widthChange   = 4
	widthViewers  = 8
	widthUp       = 6
	widthPlatform = 9
	widthCreator  = 20
	widthCategory = 18
	minCreator    = 8
	minTitle      = 12
)

// columns are the widths on one screen; a column of width 0 is left out.
type columns struct{ rank, change, viewers, up, platform, creator, category, title int }

// fit gives a narrow screen what matters most: it loses the category, then the uptime, then the change of rank, then
// room for the creator, then the platform.
func fit(width int) columns {
	c := columns{widthRank, widthChange, widthViewers, widthUp, widthPlatform, widthCreator, widthCategory, 0}
	room := func() int {
		used := 0
		for _, w := range []int{c.rank, c.change, c.viewers, c.up, c.platform, c.creator, c.category} {
			if w > 0 {
				used += w + 1
			}
		}
		return width - used
	}
	for _, drop := range []*int{&c.category, &c.up, &c.change} {
		if room() < 2*minTitle {
			*drop = 0
		}
	}
	if lack := minTitle - room(); lack > 0 {
		c.creator = max(minCreator, c.creator-lack)
	}
	if room() < minTitle {
		c.platform = 0
	}
	c.title = max(0, room())
	return c
}

// drawTable writes the list, at most width cells wide, ages reckoned at now. Text from platforms has no control
// characters (live.CleanText), so it cannot move the cursor.
func drawTable(w io.Writer, rows []row, now time.Time, width int) {
	c := fit(width)
	line := func(rank, change, viewers, up, platform, creator, category, text string) {
		var cells []string
		add := func(s string, size int, pad func(string, int) string) {
			if size > 0 {
				cells = append(cells, pad(s, size))
			}
		}
		add(rank, c.rank, right)
		add(change, c.change, right)
		add(viewers, c.viewers, right)
		add(up, c.up, right)
		add(platform, c.platform, left)
		add(creator, c.creator, left)
		add(category, c.category, left)
		add(text, c.title, left)
		fmt.Fprintln(w, strings.TrimRight(strings.Join(cells, " "), " "))
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
