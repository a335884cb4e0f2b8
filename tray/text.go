package tray

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"onair/live"
)

// columns measures text as desktops draw it: a Hangul syllable is twice as wide as a Latin letter, a dash is not. It
// does not look at the locale, so that a list is cut alike everywhere.
var columns = &runewidth.Condition{StrictEmojiNeutral: true}

const (
	// Widths of an item in columns: below the least a title is no longer one, above the most a menu covers the screen.
	minWidth, maxWidth = 30, 120
	// widthCreator and widthCategory leave the title the larger part.
	widthCreator, widthCategory = 18, 14
	// minTitle is what a title needs to say anything; a category gives way to it.
	minTitle = 8
)

// cut shortens s to n columns, with … where something is gone.
func cut(s string, n int) string {
	if columns.StringWidth(s) <= n {
		return s
	}
	return strings.TrimRight(columns.Truncate(s, n-1, ""), " ") + "…"
}

// Line is an item's text, "creator — title · 1.2만 · category", at most width columns. The count is never cut, the
// title first.
func Line(s *Stream, w *Words, width int) string {
	creator := cut(s.Creator.Name, widthCreator)
	count := w.Count(s.Viewers)
	category := cut(w.category(s.Category), widthCategory)
	fixed := columns.StringWidth(creator) + columns.StringWidth(" — ") + columns.StringWidth(" · "+count)
	if category != "" && width-fixed-columns.StringWidth(" · "+category) < minTitle {
		category = ""
	}
	if category != "" {
		fixed += columns.StringWidth(" · " + category)
	}
	var b strings.Builder
	b.WriteString(creator)
	if room := width - fixed; s.Title != "" && room >= minTitle {
		b.WriteString(" — " + cut(s.Title, room))
	}
	b.WriteString(" · " + count)
	if category != "" {
		b.WriteString(" · " + category)
	}
	return b.String()
}

// countKo writes 9,876, 1.2만, 123만, 1.2억. It never rounds up: nobody is counted who was not there.
func countKo(n int64) string {
	switch {
	case n >= 100_000_000:
		return tenths(n, 100_000_000) + "억"
	case n >= 10_000:
		return tenths(n, 10_000) + "만"
	}
	return grouped(n)
}

// countEn writes 987, 1.2K, 12.3K, 1.2M.
func countEn(n int64) string {
	switch {
	case n >= 1_000_000:
		return tenths(n, 1_000_000) + "M"
	case n >= 1_000:
		return tenths(n, 1_000) + "K"
	}
	return strconv.FormatInt(n, 10)
}

// tenths is n/unit with one digit behind the point, none from 100 on.
func tenths(n, unit int64) string {
	if whole := n / unit; whole >= 100 || n%unit*10/unit == 0 {
		return grouped(whole)
	}
	return fmt.Sprintf("%d.%d", n/unit, n%unit*10/unit)
}

func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Count is a number of viewers.
func (w *Words) Count(v live.Viewers) string {
	if !v.Known() {
		return w.Hidden
	}
	return w.number(v.Count())
}

// Age is how long ago something was, in steps coarse enough that a tooltip does not change all the time.
func (w *Words) Age(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d < 10*time.Second:
		return w.JustNow
	case d < time.Minute:
		return fmt.Sprintf(w.SecondsAgo, int(d/time.Second)/10*10)
	case d < time.Hour:
		return fmt.Sprintf(w.MinutesAgo, int(d/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf(w.HoursAgo, int(d/time.Hour))
	}
	return fmt.Sprintf(w.DaysAgo, int(d/(24*time.Hour)))
}
