package tray

import (
	"fmt"
	"strings"
	"time"
)

const (
	// maxSingly: more alerts at once are said in one notice.
	maxSingly = 3
	// perNotice is the least time between two deliveries.
	perNotice = 10 * time.Second
	// maxNotices in noticeWindow: somebody who asks for alerts of a large category must not be buried.
	maxNotices   = 10
	noticeWindow = 10 * time.Minute
	// maxSpooled alerts wait; of more only the number is kept.
	maxSpooled = 50
	// maxNamed are the names and buttons in a notice about many.
	maxNamed = 3
)

// Button is what can be pressed on a notice.
type Button struct {
	Text string
	Do   Action
}

// Notice is what the desktop is asked to show. Texts are plain; whoever shows them escapes.
type Notice struct {
	Title, Body string
	Icon        string // key of a glyph, "" for the program's own
	Click       Action // on the notice itself
	Buttons     []Button
	Urgent      bool // a favourite: may stay until it is looked at
}

// Spool holds alerts back so that notices come singly and not in floods. The zero Spool is ready; it is pure.
type Spool struct {
	waiting []Alert
	more    int         // alerts beyond those waiting
	sent    []time.Time // within the window
}

// Add puts alerts in.
func (s *Spool) Add(a ...Alert) {
	s.waiting = append(s.waiting, a...)
	if n := len(s.waiting) - maxSpooled; n > 0 {
		s.waiting, s.more = s.waiting[:maxSpooled], s.more+n
	}
}

// Drop forgets what waits.
func (s *Spool) Drop() { s.waiting, s.more = nil, 0 }

// Due gives the alerts to show now, each group one notice.
func (s *Spool) Due(now time.Time) (groups [][]Alert, more int) {
	now = now.Round(0)
	for len(s.sent) > 0 && (now.Sub(s.sent[0]) >= noticeWindow || s.sent[0].After(now)) {
		s.sent = s.sent[1:]
	}
	if len(s.waiting) == 0 || len(s.sent) > 0 && now.Sub(s.sent[len(s.sent)-1]) < perNotice {
		return nil, 0
	}
	left := maxNotices - len(s.sent)
	if left <= 0 {
		return nil, 0
	}
	if n := len(s.waiting); s.more == 0 && n <= maxSingly && n <= left {
		for _, a := range s.waiting {
			groups = append(groups, []Alert{a})
		}
	} else {
		groups, more = [][]Alert{s.waiting}, s.more
	}
	for range groups {
		s.sent = append(s.sent, now)
	}
	s.Drop()
	return groups, more
}

// notice words a group of alerts.
func notice(group []Alert, more int, w *Words, open func(*Stream) (icon string, url string)) Notice {
	if len(group) == 1 && more == 0 {
		a := group[0]
		icon, url := open(a.Stream)
		n := Notice{Title: headline(a, w), Body: body(a.Stream, w), Icon: icon, Urgent: a.Why == WhyLive}
		if url != "" {
			n.Click = Action{Verb: OpenLink, Arg: url}
			n.Buttons = append(n.Buttons, Button{w.ButtonOpen, n.Click})
		}
		n.Buttons = append(n.Buttons, Button{w.ButtonPause, Action{Verb: PauseHour}}, Button{w.ButtonSilence, Action{Verb: SetLevel, Arg: a.Stream.ID, Value: string(Silent)}})
		return n
	}
	n := Notice{Title: fmt.Sprintf(w.NoticeMany, len(group)+more)}
	var lines []string
	for i, a := range group {
		if i == maxNamed {
			lines = append(lines, fmt.Sprintf(w.NoticeAndMore, len(group)+more-maxNamed))
			break
		}
		lines = append(lines, headline(a, w))
		if _, url := open(a.Stream); url != "" {
			n.Buttons = append(n.Buttons, Button{cut(a.Stream.Creator.Name, widthCreator), Action{Verb: OpenLink, Arg: url}})
		}
	}
	n.Body = strings.Join(lines, "\n")
	if len(n.Buttons) > 0 {
		n.Click = n.Buttons[0].Do
	}
	n.Buttons = append(n.Buttons, Button{w.ButtonPause, Action{Verb: PauseHour}})
	return n
}

// headline is what happened; short enough for one line of a notice.
func headline(a Alert, w *Words) string {
	name := cut(a.Stream.Creator.Name, 2*widthCreator)
	switch a.Why {
	case WhyHot:
		return fmt.Sprintf(w.NoticeHot, name)
	case WhyOver:
		return fmt.Sprintf(w.NoticeOver, name, w.number(a.Over))
	case WhyCategory:
		return fmt.Sprintf(w.NoticeCategory, name, cut(w.category(a.Stream.Category), widthCategory))
	}
	return fmt.Sprintf(w.NoticeLive, name)
}

func body(r *Stream, w *Words) string {
	parts := []string{w.Count(r.Viewers)}
	if c := w.category(r.Category); c != "" {
		parts = append(parts, c)
	}
	return strings.TrimLeft(r.Title+"\n"+strings.Join(parts, " · "), "\n")
}
