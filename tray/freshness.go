package tray

import (
	"fmt"
	"strings"
	"time"
)

// Health is how the tray stands with its server.
type Health string

const (
	Connecting Health = "connecting" // nothing was heard yet
	Live       Health = "live"
	Stale      Health = "stale" // the server answers, its data is old
	Offline    Health = "offline"
)

// Face is which icon the tray shows.
type Face string

const (
	FaceLive    Face = "live"
	FaceStale   Face = "stale"
	FaceOffline Face = "offline"
	FacePaused  Face = "paused"
)

const (
	// staleAfter: platforms are looked at each minute or few; nothing at all for so long means that the hub is cut off.
	staleAfter = 3 * time.Minute
	// brokenFor: a connection that breaks and comes back at once is not worth a changed icon.
	brokenFor = 5 * time.Second
)

// health judges. broken is since when nothing answers (zero: it does); heard whether anything ever did.
func health(now, broken time.Time, heard bool, age time.Duration, speed float64) Health {
	switch {
	case !broken.IsZero() && (!heard || now.Sub(broken) >= brokenFor):
		return Offline
	case !heard:
		return Connecting
	case age > time.Duration(float64(staleAfter)*max(1, speed)):
		return Stale
	}
	return Live
}

// face chooses the icon: that data is old or missing matters more than that alerts are off.
func face(h Health, paused bool) Face {
	switch {
	case h == Offline || h == Connecting:
		return FaceOffline
	case h == Stale:
		return FaceStale
	case paused:
		return FacePaused
	}
	return FaceLive
}

// maxTooltip in UTF-16 units is what Windows takes.
const maxTooltip = 127

// Tooltip is the top stream, how much is live, and how old that is.
func (sc *Scene) Tooltip(viewers int64) string {
	w := sc.Words
	lines := []string{sc.state(viewers)}
	if !sc.Paused.IsZero() {
		lines = append(lines, fmt.Sprintf(w.PausedUntil, sc.Paused.In(sc.Zone).Format("15:04")))
	}
	if rows := sc.Set.Rows(); len(rows) > 0 && sc.Health != Offline {
		lines = append([]string{fmt.Sprintf(w.TopIs, Line(rows[0], w, 48))}, lines...)
	}
	return utf16Cut(strings.Join(lines, "\n"), maxTooltip)
}

// utf16Cut shortens s to n UTF-16 units, never inside a character.
func utf16Cut(s string, n int) string {
	units := 0
	for i, r := range s {
		if r > 0xffff {
			units++
		}
		if units++; units > n {
			return s[:i]
		}
	}
	return s
}
