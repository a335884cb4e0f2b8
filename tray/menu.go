package tray

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"onair/api/client"
	"onair/live"
)

// Verb is what a click does.
type Verb string

const (
	OpenLink      Verb = "open"     // Arg: a link of a known host
	OpenServer    Verb = "web"      // the server's own page
	OpenSettings  Verb = "file"     // the settings file
	SetLevel      Verb = "level"    // Arg: an entry, Value: a Level
	SetLanguage   Verb = "language" // Arg: auto, ko, en
	SetPrefer     Verb = "prefer"   // Arg: a platform, "" for none
	SetViewers    Verb = "viewers"  // Arg: a number
	ToggleLive    Verb = "live"
	ToggleHot     Verb = "hot"
	ToggleSubject Verb = "category" // Arg: a category
	ToggleStart   Verb = "autostart"
	TogglePicture Verb = "thumbnails"
	PauseHour     Verb = "hour"
	PauseTomorrow Verb = "tomorrow"
	Resume        Verb = "resume"
	QuitVerb      Verb = "quit"
)

// Action is a verb with what it is about; the zero Action does nothing.
type Action struct {
	Verb       Verb
	Arg, Value string
}

// Kind is what an item is.
type Kind uint8

const (
	Plain Kind = iota
	Check
	Rule // a separator
)

// Item is one line of the menu. An item with children is a submenu.
type Item struct {
	Key      string // its name for good; what stands in it changes
	Parent   string // key of the submenu that it is in; "" is the menu itself
	Kind     Kind
	Text     string
	Icon     string // key of a glyph, "" for none
	Hidden   bool
	Disabled bool
	Checked  bool
	Do       Action
}

// Menu is all items, parents before their children. Items are only ever added, at the end of their parent: desktops
// can neither move nor insert one, so places in the list are slots whose content changes.
type Menu struct {
	Items  []Item
	places map[string][]string // by section: what stands in its slots
}

// Slots of the sections. Those of the menu itself are made at the start and hidden while empty.
const (
	slotsFavourites = 10
	slotsTop        = 10
	slotsPlatforms  = 8
	maxInPlatform   = 10
	maxMore         = 20
	maxFavourites   = 30 // beyond those in the menu itself
	maxImportance   = 20
	maxSubjects     = 15
	maxRecent       = 10
)

// Scene is what a menu is drawn from.
type Scene struct {
	Set       *Set
	Platforms []client.Platform
	Links     Links
	Settings  *Settings
	Words     *Words
	Health    Health
	Age       time.Duration // of the data
	Paused    time.Time     // alerts are off until then; zero when on
	Zone      *time.Location
	Recent    []Alert // latest first
	Autostart bool
	CanStart  bool // whether this desktop lets programs start at login
	Trouble   string
	Picture   func(*Stream, live.Platform) string // key of an item's icon; nil is the platform's for all
}

// Build draws the menu. prev is the one on the screen, open whether somebody looks at it: then everything keeps its
// place, and only texts change.
func Build(sc *Scene, prev *Menu, open bool) *Menu {
	b := &builder{Scene: sc, open: open && prev != nil, prev: prev, out: &Menu{places: map[string][]string{}}}
	if prev != nil {
		b.was = make(map[string]*Item, len(prev.Items))
		for i := range prev.Items {
			b.was[prev.Items[i].Key] = &prev.Items[i]
		}
	}
	b.draw()
	if b.open {
		b.keep()
	}
	return b.out
}

// keep lets nothing appear, vanish or take another's place under somebody's hand.
func (b *builder) keep() {
	for i := range b.out.Items {
		it := &b.out.Items[i]
		was := b.was[it.Key]
		switch {
		case was == nil:
			it.Hidden = true
		case was.Hidden || it.Parent == "recent":
			*it = *was
		case it.Hidden:
			*it = *was
			it.Disabled = true
		}
	}
}

type builder struct {
	*Scene
	open bool
	prev *Menu
	was  map[string]*Item
	out  *Menu
}

func (b *builder) add(it Item) { b.out.Items = append(b.out.Items, it) }

func (b *builder) plain(parent, key, text string, do Action) {
	b.add(Item{Key: key, Parent: parent, Text: text, Do: do})
}

func (b *builder) check(parent, key, text string, on bool, do Action) {
	b.add(Item{Key: key, Parent: parent, Kind: Check, Text: text, Checked: on, Do: do})
}

// stand settles what stands in a section's slots: while the menu is open what stood there, else ids.
func (b *builder) stand(section string, ids []string) []string {
	if b.open {
		ids = b.prev.places[section]
	}
	b.out.places[section] = ids
	return ids
}

// slots is how many slots a section has: those it had, or what it needs now, at least least.
func (b *builder) slots(section string, need, least int) int {
	n := max(need, least)
	for b.was[slot(section, n)] != nil {
		n++
	}
	return n
}

func slot(section string, i int) string { return section + "." + strconv.Itoa(i) }

// streams fills a section's slots with entries.
func (b *builder) streams(parent, section string, rows []*Stream, least int) {
	ids := b.stand(section, idsOf(rows))
	for i := range b.slots(section, len(ids), least) {
		key := slot(section, i)
		it := Item{Key: key, Parent: parent, Hidden: true}
		if i < len(ids) {
			it = b.stream(parent, key, ids[i])
		}
		b.add(it)
	}
}

func (b *builder) stream(parent, key, id string) Item {
	r := b.Set.Find(id)
	if r == nil { // ended while the menu is open
		it := Item{Key: key, Parent: parent, Disabled: true}
		if was := b.was[key]; was != nil {
			it.Text, it.Icon = was.Text, was.Icon
			if !was.Disabled || was.Do != (Action{}) {
				it.Text = was.Text + " · " + b.Words.Ended
			}
		}
		return it
	}
	p, url := b.Links.Open(r, b.Settings.Prefer)
	it := Item{Key: key, Parent: parent, Text: Line(r, b.Words, b.Settings.Width), Icon: b.streamIcon(r, p), Disabled: url == ""}
	if url != "" {
		it.Do = Action{Verb: OpenLink, Arg: url}
	}
	return it
}

// icon is the key of a platform's glyph, which is drawn once the server has told of the platform.
func (b *builder) icon(p live.Platform) string {
	if slices.ContainsFunc(b.Platforms, func(x client.Platform) bool { return x.ID == p }) {
		return string(p)
	}
	return ""
}

// streamIcon is the key of a stream's icon.
func (b *builder) streamIcon(r *Stream, p live.Platform) string {
	if b.Picture == nil || b.icon(p) == "" {
		return b.icon(p)
	}
	return b.Picture(r, p)
}

func idsOf(rows []*Stream) []string {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids
}

func (b *builder) draw() {
	w := b.Words
	var favourites, others []*Stream
	for _, r := range b.Set.Rows() {
		switch b.Settings.levelOf(r) {
		case Favourite:
			favourites = append(favourites, r)
			others = append(others, r)
		case Normal, Silent:
			others = append(others, r)
		}
	}
	b.add(Item{Key: "state", Text: b.state(), Disabled: true})
	b.add(Item{Key: "trouble", Text: cut(fmt.Sprintf(w.SettingsBad, b.Trouble), maxWidth), Hidden: b.Trouble == "", Do: Action{Verb: OpenSettings}})
	b.add(Item{Key: "paused", Text: b.pausedText(), Hidden: b.Paused.IsZero(), Do: Action{Verb: Resume}})
	b.add(Item{Key: "line.1", Kind: Rule})

	first, rest := split(favourites, slotsFavourites)
	rest = head(rest, maxFavourites)
	n := len(b.stand("fav?", idsOf(favourites)))
	b.add(Item{Key: "favourites", Text: w.Favourites, Disabled: true, Hidden: n == 0})
	b.streams("", "fav", first, slotsFavourites)
	b.add(Item{Key: "favmore", Text: fmt.Sprintf(w.MoreFavourites, max(0, n-slotsFavourites)), Hidden: n <= slotsFavourites})
	b.streams("favmore", "favmore", rest, 1)

	top, below := split(others, slotsTop)
	b.add(Item{Key: "tophead", Text: w.Top, Disabled: true})
	b.streams("", "top", top, slotsTop)
	b.add(Item{Key: "line.2", Kind: Rule})
	b.platforms(others)
	b.add(Item{Key: "more", Text: w.More})
	b.plain("more", "web", w.Web, Action{Verb: OpenServer})
	b.streams("more", "more", head(below, maxMore), 1)
	b.add(Item{Key: "line.3", Kind: Rule})
	b.alerts()
	b.importance(favourites, top)
	b.settings()
	b.plain("", "quit", w.Quit, Action{Verb: QuitVerb})
}

// state is the first line: what there is and how old.
func (b *builder) state() string {
	var total int64
	for _, p := range b.Platforms {
		total += p.Viewers
	}
	return b.Scene.state(total)
}

func (sc *Scene) state(viewers int64) string {
	w := sc.Words
	switch {
	case sc.Health == Connecting && sc.Set.Len() == 0:
		return w.Connecting
	case sc.Health == Offline && sc.Set.Len() == 0:
		return w.OfflineNoList
	case sc.Health == Offline, sc.Health == Connecting:
		return fmt.Sprintf(w.OfflineList, w.Age(sc.Age))
	case sc.Health == Stale:
		return fmt.Sprintf(w.Stale, w.Age(sc.Age))
	}
	return w.summary(max(sc.Set.Total, sc.Set.Len()), viewers, w.Age(sc.Age))
}

func (b *builder) pausedText() string {
	return fmt.Sprintf(b.Words.PausedUntil, b.Paused.In(b.Zone).Format("15:04"))
}

func head[T any](s []T, n int) []T { return s[:min(n, len(s))] }

func split[T any](s []T, n int) ([]T, []T) {
	n = min(n, len(s))
	return s[:n], s[n:]
}
