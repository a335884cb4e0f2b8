package tray

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"onair/api/client"
	"onair/live"
)

func (b *builder) platforms(rows []*Stream) {
	var ids []string
	for i := range head(b.Platforms, slotsPlatforms) {
		if b.Platforms[i].State != "off" {
			ids = append(ids, string(b.Platforms[i].ID))
		}
	}
	ids = b.stand("platform", ids)
	for i := range slotsPlatforms {
		key := slot("platform", i)
		at := slices.IndexFunc(b.Platforms, func(p client.Platform) bool { return i < len(ids) && string(p.ID) == ids[i] })
		if at < 0 {
			b.add(Item{Key: key, Hidden: true})
			b.streams(key, key, nil, 1)
			continue
		}
		p := &b.Platforms[at]
		text := fmt.Sprintf(b.Words.PlatformCount, b.Words.platform(p), grouped(int64(p.Broadcasts)))
		if p.State == "down" {
			text = fmt.Sprintf(b.Words.PlatformSilent, b.Words.platform(p))
		}
		b.add(Item{Key: key, Text: text, Icon: string(p.ID)})
		var on []*Stream
		for _, r := range rows {
			if len(on) < maxInPlatform && r.On(p.ID) {
				on = append(on, r)
			}
		}
		b.streams(key, key, on, 1)
	}
}

func (b *builder) alerts() {
	w, a := b.Words, &b.Settings.Alerts
	b.add(Item{Key: "alerts", Text: w.Alerts})
	b.plain("alerts", "hour", w.PauseHour, Action{Verb: PauseHour})
	b.plain("alerts", "tomorrow", w.PauseTomorrow, Action{Verb: PauseTomorrow})
	b.add(Item{Key: "resume", Parent: "alerts", Text: w.Resume, Disabled: b.Paused.IsZero(), Do: Action{Verb: Resume}})
	b.add(Item{Key: "line.4", Parent: "alerts", Kind: Rule})
	b.check("alerts", "alert.live", w.AlertLive, a.Live, Action{Verb: ToggleLive})
	b.check("alerts", "alert.hot", w.AlertHot, a.Hot, Action{Verb: ToggleHot})
	b.add(Item{Key: "alert.over", Parent: "alerts", Text: w.AlertOver})
	counts := []int64{0, 1000, 5000, 10_000, 30_000}
	if !slices.Contains(counts, a.Viewers) {
		counts = append(counts, a.Viewers)
	}
	for i := range b.slots("over", len(counts), len(counts)) {
		it := Item{Key: slot("over", i), Parent: "alert.over", Kind: Check, Hidden: i >= len(counts)}
		if !it.Hidden {
			it.Text, it.Checked, it.Do = fmt.Sprintf(w.AlertOverN, w.number(counts[i])), counts[i] == a.Viewers, Action{Verb: SetViewers, Arg: strconv.FormatInt(counts[i], 10)}
			if counts[i] == 0 {
				it.Text = w.AlertOverOff
			}
		}
		b.add(it)
	}
	b.add(Item{Key: "alert.category", Parent: "alerts", Text: w.AlertCategory})
	b.subjects()
	b.add(Item{Key: "recent", Parent: "alerts", Text: w.Recent})
	n := max(1, min(len(b.Recent), maxRecent))
	for i := range b.slots("recent", n, 1) {
		it := Item{Key: slot("recent", i), Parent: "recent", Hidden: i >= n, Disabled: true, Text: w.Nothing}
		if i < len(b.Recent) {
			r := b.Recent[i]
			p, url := b.Links.Open(r.Stream, b.Settings.Prefer)
			it.Text, it.Icon = r.At.In(b.Zone).Format("15:04")+" "+headline(r, w), b.icon(p)
			if url != "" {
				it.Disabled, it.Do = false, Action{Verb: OpenLink, Arg: url}
			}
		}
		b.add(it)
	}
}

// subjects offers the categories that are in the rules, then those with most viewers.
func (b *builder) subjects() {
	names := map[string]Category{}
	viewers := map[string]int64{}
	for _, r := range b.Set.Rows() {
		if r.Category.ID != "" {
			names[r.Category.ID] = r.Category
			viewers[r.Category.ID] += r.Viewers.Count()
		}
	}
	ids := slices.Clone(b.Settings.Alerts.Categories)
	var rest []string
	for id := range viewers {
		if !slices.Contains(ids, id) {
			rest = append(rest, id)
		}
	}
	slices.SortFunc(rest, func(x, y string) int { return cmp.Or(cmp.Compare(viewers[y], viewers[x]), cmp.Compare(x, y)) })
	ids = b.stand("subject", head(append(ids, rest...), maxSubjects))
	for i := range b.slots("subject", len(ids), 1) {
		it := Item{Key: slot("subject", i), Parent: "alert.category", Kind: Check, Hidden: i >= len(ids)}
		if !it.Hidden {
			it.Text = cmp.Or(b.Words.category(names[ids[i]]), ids[i])
			it.Checked, it.Do = slices.Contains(b.Settings.Alerts.Categories, ids[i]), Action{Verb: ToggleSubject, Arg: ids[i]}
		}
		b.add(it)
	}
}

// importance gives each creator that the menu shows a submenu with the four levels.
func (b *builder) importance(favourites, top []*Stream) {
	b.add(Item{Key: "importance", Text: b.Words.Importance})
	shown := slices.Clone(head(favourites, slotsFavourites))
	for _, r := range top {
		if !slices.Contains(shown, r) {
			shown = append(shown, r)
		}
	}
	ids := b.stand("who", idsOf(head(shown, maxImportance)))
	for i := range b.slots("who", len(ids), 1) {
		key := slot("who", i)
		var r *Stream
		if i < len(ids) {
			r = b.Set.Find(ids[i])
		}
		it := Item{Key: key, Parent: "importance", Hidden: i >= len(ids)}
		level := Level("")
		switch {
		case r != nil:
			level = b.Settings.levelOf(r)
			p, _ := b.Links.Open(r, b.Settings.Prefer)
			it.Text, it.Icon = cut(r.Creator.Name, 2*widthCreator), b.icon(p)
		case b.was[key] != nil:
			it.Text, it.Icon, it.Disabled = b.was[key].Text, b.was[key].Icon, true
		}
		b.add(it)
		for _, l := range levels {
			c := Item{Key: key + "." + string(l), Parent: key, Kind: Check, Text: b.Words.level(l), Checked: l == level, Disabled: r == nil}
			if r != nil {
				c.Do = Action{Verb: SetLevel, Arg: r.ID, Value: string(l)}
			}
			b.add(c)
		}
	}
}

func (b *builder) settings() {
	w, s := b.Words, b.Settings
	b.add(Item{Key: "settings", Text: w.Settings})
	b.add(Item{Key: "language", Parent: "settings", Text: w.Language})
	for _, l := range [][2]string{{"auto", w.LanguageAuto}, {"ko", "한국어"}, {"en", "English"}} {
		b.check("language", "language."+l[0], l[1], s.Language == l[0], Action{Verb: SetLanguage, Arg: l[0]})
	}
	b.add(Item{Key: "prefer", Parent: "settings", Text: w.Prefer})
	b.check("prefer", "prefer.none", w.PreferNone, len(s.Prefer) == 0, Action{Verb: SetPrefer})
	var ids []string
	for i := range head(b.Platforms, slotsPlatforms) {
		ids = append(ids, string(b.Platforms[i].ID))
	}
	ids = b.stand("prefer", ids)
	for i := range b.slots("prefer", len(ids), 0) {
		it := Item{Key: slot("prefer", i), Parent: "prefer", Kind: Check, Hidden: i >= len(ids)}
		if !it.Hidden {
			it.Text, it.Checked = ids[i], len(s.Prefer) > 0 && s.Prefer[0] == live.Platform(ids[i])
			it.Icon, it.Do = ids[i], Action{Verb: SetPrefer, Arg: ids[i]}
			if at := slices.IndexFunc(b.Platforms, func(p client.Platform) bool { return string(p.ID) == ids[i] }); at >= 0 {
				it.Text = w.platform(&b.Platforms[at])
			}
		}
		b.add(it)
	}
	b.check("settings", "thumbnails", w.Thumbnails, s.Thumbnails, Action{Verb: TogglePicture})
	b.add(Item{Key: "autostart", Parent: "settings", Kind: Check, Text: w.Autostart, Checked: b.Autostart, Disabled: !b.CanStart, Do: Action{Verb: ToggleStart}})
	b.plain("settings", "file", w.OpenSettings, Action{Verb: OpenSettings})
}
