package tray

import (
	"slices"
	"time"

	"onair/api/client"
)

// Take takes news in.
func (a *App) Take(n News) {
	now := a.o.Clock.Now()
	if n.Err != nil {
		if a.broken.IsZero() {
			a.broken = now
			a.o.Log.Info("the server does not answer", "server", a.Server(), "err", n.Err)
		}
		a.dirty = true
		return
	}
	if !a.broken.IsZero() {
		a.o.Log.Info("the server answers again", "server", a.Server())
		a.broken = time.Time{}
	}
	switch {
	case n.List != nil:
		a.set.Replace(n.List)
		a.heard = true
	case n.Changes != nil:
		a.set.Change(n.Changes)
	case n.Platforms != nil:
		a.platforms, a.skew = *n.Platforms, n.Skew
		a.take(n.Platforms)
	case n.TailKnown:
		a.set.Tail(slices.DeleteFunc(n.Tail, func(r client.Row) bool { return a.settings.levelOf(streamOf(&r)) != Favourite }))
	}
	a.dirty = true
	if a.heard && (n.List != nil || n.Changes != nil || n.TailKnown) {
		found := a.watch.Observe(now, a.logTime(now), a.speed(), a.set.Rows(), &a.settings)
		a.alert(found)
	}
}

func (a *App) take(p *client.Platforms) {
	a.links = LinksOf(p.Platforms)
	for i := range p.Platforms {
		p := &p.Platforms[i]
		if key := string(p.ID); a.glyphs[key] == nil && len(a.glyphs) < 2*slotsPlatforms {
			a.glyphs[key] = Glyph(p.Icon, p.Colour)
		}
	}
}

func (a *App) logTime(now time.Time) time.Time {
	if a.platforms.Clock.Speed == 0 {
		return now.Add(a.skew)
	}
	return a.platforms.LogTime(now.Add(a.skew))
}

func (a *App) speed() float64 { return max(1, a.platforms.Clock.Speed) }

func (a *App) age(now time.Time) time.Duration {
	if a.set.AsOf.IsZero() {
		return 0
	}
	return a.logTime(now).Sub(a.set.AsOf)
}

func (a *App) alert(found []Alert) {
	if len(found) == 0 {
		return
	}
	latest := slices.Clone(found)
	slices.Reverse(latest)
	a.recent = head(append(latest, a.recent...), maxKept)
	if a.paused.IsZero() {
		a.spool.Add(found...)
	}
}
