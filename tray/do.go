package tray

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"onair/live"
)

// Touched takes in what somebody did to the menu; false means to quit.
func (a *App) Touched(t Touch) bool {
	switch {
	case t.Closed:
		a.opened, a.dirty = time.Time{}, true
		return true
	case t.Opened:
		a.opened = a.o.Clock.Now()
		return true
	}
	a.opened = time.Time{} // a click closes the menu
	if a.menu == nil {
		return true
	}
	it, ok := a.menu.Get(t.Key)
	if !ok || it.Disabled || it.Hidden {
		return true
	}
	return a.Do(it.Do)
}

// Do does what was chosen; false means to quit.
func (a *App) Do(act Action) bool {
	var err error
	now := a.o.Clock.Now()
	s := a.settings
	switch act.Verb {
	case OpenLink:
		if !a.links.Known(act.Arg) { // a notice may be older than the server's list of hosts
			err = fmt.Errorf("%.200q is on no known host", act.Arg)
			break
		}
		err = a.o.Desktop.OpenURL(act.Arg)
	case OpenServer:
		err = a.o.Desktop.OpenURL(a.Server())
	case OpenSettings:
		if err = a.o.File.Create(); err == nil {
			err = a.o.Desktop.OpenFile(a.o.File.Path)
		}
	case PauseHour:
		a.pause(now.Add(time.Hour))
	case PauseTomorrow:
		a.pause(tomorrow(now.In(a.o.Zone)))
	case Resume:
		a.pause(time.Time{})
	case ToggleStart:
		on, _ := a.o.Desktop.Autostart()
		err = a.o.Desktop.SetAutostart(!on)
	case TogglePicture:
		s.Thumbnails = !s.Thumbnails
		err = a.change(s)
	case ToggleLive:
		s.Alerts.Live = !s.Alerts.Live
		err = a.change(s)
	case ToggleHot:
		s.Alerts.Hot = !s.Alerts.Hot
		err = a.change(s)
	case SetViewers:
		if s.Alerts.Viewers, err = strconv.ParseInt(act.Arg, 10, 64); err == nil {
			err = a.change(s)
		}
	case ToggleSubject:
		s.Alerts.Categories = toggled(s.Alerts.Categories, act.Arg)
		err = a.change(s)
	case SetLanguage:
		s.Language = act.Arg
		err = a.change(s)
	case SetPrefer:
		s.Prefer = nil
		if act.Arg != "" {
			s.Prefer = []live.Platform{live.Platform(act.Arg)}
		}
		err = a.change(s)
	case SetLevel:
		if r := a.set.Find(act.Arg); r != nil {
			s.setLevel(r, Level(act.Value))
			err = a.change(s)
		}
	case QuitVerb:
		return false
	}
	if err != nil {
		a.o.Log.Warn("not done", "what", string(act.Verb), "err", err)
	}
	a.Draw()
	return true
}

func toggled(list []string, x string) []string {
	if i := slices.Index(list, x); i >= 0 {
		return slices.Delete(slices.Clone(list), i, i+1)
	}
	return append(slices.Clone(list), x)
}

// change uses and keeps new settings. When they cannot be written they hold until the program ends.
func (a *App) change(s Settings) error {
	a.use(s)
	return a.o.File.Save(s)
}

func (a *App) pause(until time.Time) {
	a.paused = until.Round(0)
	if !until.IsZero() {
		a.spool.Drop()
	}
	a.save()
}
