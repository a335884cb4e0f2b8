package tray

import (
	"maps"
	"slices"
	"time"

	"onair/api/client"
	"onair/live"
)

// Draw brings the desktop up to date.
func (a *App) Draw() {
	now := a.o.Clock.Now()
	a.drawn = now
	sc := a.scene(now)
	var viewers int64
	for _, p := range a.platforms.Platforms {
		viewers += p.Viewers
	}
	was := a.hung
	a.wanted, a.missing, a.hung = map[string]bool{}, nil, map[string]string{}
	sc.Picture = func(r *Stream, p live.Platform) string { return a.picture(r, p, was) }
	next := Build(sc, a.menu, !a.opened.IsZero())
	if p := Diff(a.menu, next); len(p) > 0 {
		a.o.Bar.Apply(p, a.icon)
	}
	a.fetch()
	a.menu, a.dirty = next, false
	if f := face(sc.Health, !a.paused.IsZero()); f != a.face {
		a.face = f
		a.o.Bar.SetFace(f)
	}
	if t := sc.Tooltip(viewers); t != a.tooltip {
		a.tooltip = t
		a.o.Bar.SetTooltip(t)
	}
	a.o.Source.WantTail(a.set.InSet() >= setSize && slices.ContainsFunc(a.settings.Creators, func(c Creator) bool { return c.Level == Favourite }))
}

func (a *App) scene(now time.Time) *Scene {
	on, can := a.o.Desktop.Autostart()
	age := a.age(now)
	return &Scene{
		Set: &a.set, Platforms: a.platforms.Platforms, Links: a.links, Settings: &a.settings, Words: a.words,
		Health: health(now, a.broken, a.heard, age, a.speed()), Age: age, Paused: a.paused, Zone: a.o.Zone, Recent: a.recent,
		Autostart: on, CanStart: can, Trouble: a.trouble,
	}
}

func (a *App) remember(m *Memory) {
	if now := a.o.Clock.Now(); m.Paused.After(now) && m.Paused.Before(now.Add(48*time.Hour)) {
		a.paused = m.Paused
	}
	a.recent = head(m.Recent, maxKept)
	if m.Server != a.Server() {
		return
	}
	a.set.Restore(m.Rows, m.AsOf, m.Total)
	a.platforms = client.Platforms{Platforms: m.Platforms, Clock: m.Clock}
	a.take(&a.platforms)
}

// save keeps what the menu shows.
func (a *App) save() {
	a.saved = a.o.Clock.Now()
	if a.o.Memory == "" {
		return
	}
	m := Memory{
		Server: a.Server(), AsOf: a.set.AsOf, Total: max(a.set.Total, a.set.Len()), Platforms: a.platforms.Platforms, Clock: a.platforms.Clock,
		Paused: a.paused, Recent: a.recent,
	}
	if a.menu != nil {
		ids := map[string]bool{}
		for section, place := range a.menu.places {
			if section == "subject" || section == "prefer" || section == "platform" {
				continue
			}
			for _, id := range place {
				if r := a.set.Find(id); r != nil {
					ids[r.ID] = true
				}
			}
		}
		for _, id := range slices.Sorted(maps.Keys(ids)) {
			m.Rows = append(m.Rows, a.set.Find(id))
		}
	}
	if err := m.save(a.o.Memory); err != nil {
		a.o.Log.Warn("memory", "err", err)
	}
}
