package desktop

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"

	"onair/tray"
)

const (
	menuName = "com.canonical.dbusmenu"
	menuPath = dbus.ObjectPath("/StatusNotifierItem/menu") // where systray's item says that the menu is
)

const (
	// settleAfter an answer about a line, it has been sent and what is below the line may follow.
	settleAfter = 50 * time.Millisecond
	// settleAnyway: a panel that never asks for properties took them from the layout.
	settleAnyway = time.Second
	// maxReaders are remembered; more than one panel is rare, and each restart of it is another.
	maxReaders = 16
)

// panelMenu is the menu as panels read it (com.canonical.dbusmenu). systray has one too, but it leaves submenus empty in
// every panel after the first, tells panels to read all of it again for each line that changes, and does not tell who
// opened or closed it.
//
// libdbusmenu (Xfce, Cinnamon, MATE) makes a submenu when it has read its line's properties, and drops for good the
// lines of one that it has not made yet. So each reader is shown what is below a line only after it was told the line.
type panelMenu struct {
	conn    *dbus.Conn
	touched func(tray.Touch)

	mu       sync.Mutex
	revision uint32
	lines    []*menuLine // by id; the menu itself is 0
	ids      map[string]int32
	readers  map[dbus.Sender]map[int32]bool // lines that each was told long enough ago
}

// menuLine is one item. Its properties are replaced, never changed: answers with them are written out later.
type menuLine struct {
	it    tray.Item // as last told
	props map[string]dbus.Variant
	kids  []int32
}

// showMenu puts an empty menu in the place of systray's.
func showMenu(conn *dbus.Conn, touched func(tray.Touch)) (*panelMenu, error) {
	m := &panelMenu{conn: conn, touched: touched, revision: 1, ids: map[string]int32{}, readers: map[dbus.Sender]map[int32]bool{}}
	m.lines = []*menuLine{{props: map[string]dbus.Variant{"children-display": dbus.MakeVariant("submenu")}}}
	err := conn.ExportMethodTable(map[string]any{
		"GetLayout": m.getLayout, "GetGroupProperties": m.getGroup, "GetProperty": m.getProperty,
		"Event": m.event, "EventGroup": m.eventGroup, "AboutToShow": m.aboutToShow, "AboutToShowGroup": m.aboutToShowGroup,
	}, menuPath, menuName)
	if err != nil {
		return nil, fmt.Errorf("menu: %w", err)
	}
	return m, nil
}

// lineProps are an item's properties with its id, as signals and answers carry them.
type lineProps struct {
	ID    int32
	Props map[string]dbus.Variant
}

// apply changes the menu and tells panels once what changed, and once more when there are new items.
func (m *panelMenu) apply(patches []tray.Patch, glyph func(string) []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, updated := int32(len(m.lines)), []lineProps{}
	grown := map[string]bool{} // lines with new ones below
	for _, p := range patches {
		if _, known := m.ids[p.Item.Key]; !known {
			m.add(p.Item)
			grown[p.Item.Parent] = true
		}
	}
	say := func(it tray.Item) {
		id := m.ids[it.Key]
		if props := m.say(m.lines[id], it, glyph); len(props) > 0 && id < old {
			updated = append(updated, lineProps{id, props})
		}
	}
	for _, p := range patches {
		delete(grown, p.Item.Key)
		say(p.Item)
	}
	delete(grown, "") // the menu itself
	for _, key := range slices.Sorted(maps.Keys(grown)) {
		say(m.lines[m.ids[key]].it)
	}
	type gone struct {
		ID    int32
		Names []string
	}
	if len(updated) > 0 {
		_ = m.conn.Emit(menuPath, menuName+".ItemsPropertiesUpdated", updated, []gone{}) // as in changed
	}
	if int(old) < len(m.lines) {
		m.changed()
	}
}

// add makes a line at the end of its parent. Parents have smaller ids than their children.
func (m *panelMenu) add(it tray.Item) {
	id := int32(len(m.lines))
	m.lines = append(m.lines, &menuLine{})
	m.ids[it.Key] = id
	parent := m.lines[m.ids[it.Parent]] // "" is not there, so 0
	parent.kids = append(parent.kids, id)
}

// say makes a line say what it should and gives the properties that changed.
func (m *panelMenu) say(l *menuLine, it tray.Item, glyph func(string) []byte) map[string]dbus.Variant {
	props := map[string]dbus.Variant{}
	if it.Kind == tray.Rule {
		props["type"] = dbus.MakeVariant("separator")
	} else {
		props["label"] = dbus.MakeVariant(label(it.Text))
		props["enabled"] = dbus.MakeVariant(!it.Disabled)
		if it.Kind == tray.Check {
			state := int32(0)
			if it.Checked {
				state = 1
			}
			props["toggle-type"], props["toggle-state"] = dbus.MakeVariant("checkmark"), dbus.MakeVariant(state)
		}
		if len(l.kids) > 0 {
			props["children-display"] = dbus.MakeVariant("submenu")
		}
	}
	props["visible"] = dbus.MakeVariant(!it.Hidden)
	switch data, had := l.props["icon-data"]; {
	case it.Icon == l.it.Icon && had:
		props["icon-data"] = data
	case it.Icon != "":
		if png := glyph(it.Icon); png != nil {
			props["icon-data"] = dbus.MakeVariant(png)
		}
	}
	if _, had := l.props["icon-data"]; had && props["icon-data"].Value() == nil {
		props["icon-data"] = dbus.MakeVariant([]byte{})
	}
	changed := map[string]dbus.Variant{}
	for k, v := range props {
		if was, ok := l.props[k]; !ok || !reflect.DeepEqual(was.Value(), v.Value()) {
			changed[k] = v
		}
	}
	l.it, l.props = it, props
	return changed
}

// label writes a text so that no letter of it becomes a shortcut: in dbusmenu an underscore marks one.
func label(s string) string { return strings.ReplaceAll(s, "_", "__") }

// menuLayout is a line with all below it.
type menuLayout struct {
	ID    int32
	Props map[string]dbus.Variant
	Kids  []dbus.Variant // of menuLayout
}

func (m *panelMenu) line(id int32) (*menuLine, *dbus.Error) {
	if id < 0 || int(id) >= len(m.lines) {
		return nil, dbus.NewError("org.freedesktop.DBus.Error.InvalidArgs", []any{fmt.Sprintf("no item %d", id)})
	}
	return m.lines[id], nil
}

// chosen are the properties that were asked for: all when none is named.
func chosen(props map[string]dbus.Variant, names []string) map[string]dbus.Variant {
	if len(names) == 0 {
		return props
	}
	props = maps.Clone(props)
	maps.DeleteFunc(props, func(k string, _ dbus.Variant) bool { return !slices.Contains(names, k) })
	return props
}

func (m *panelMenu) getLayout(by dbus.Sender, parent, depth int32, names []string) (uint32, menuLayout, *dbus.Error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.line(parent); err != nil {
		return 0, menuLayout{}, err
	}
	var held []int32
	var read func(id, depth int32) menuLayout
	read = func(id, depth int32) menuLayout {
		l := menuLayout{ID: id, Props: chosen(m.lines[id].props, names), Kids: []dbus.Variant{}}
		switch kids := m.lines[id].kids; {
		case depth == 0 || len(kids) == 0:
		case id != parent && !m.readers[by][id]:
			held = append(held, id)
		default:
			for _, k := range kids {
				l.Kids = append(l.Kids, dbus.MakeVariant(read(k, depth-1)))
			}
		}
		return l
	}
	all := read(parent, depth)
	m.settle(by, held, settleAnyway)
	return m.revision, all, nil
}

func (m *panelMenu) getGroup(by dbus.Sender, ids []int32, names []string) ([]lineProps, *dbus.Error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(ids) == 0 {
		for id := range m.lines {
			ids = append(ids, int32(id))
		}
	}
	slices.Sort(ids) // parents first
	out, told := []lineProps{}, []int32(nil)
	for _, id := range slices.Compact(ids) {
		l, err := m.line(id)
		if err != nil {
			continue
		}
		out = append(out, lineProps{id, chosen(l.props, names)})
		if len(l.kids) > 0 && !m.readers[by][id] {
			told = append(told, id)
		}
	}
	m.settle(by, told, settleAfter)
	return out, nil
}

// settle shows a reader what is below lines, after d.
func (m *panelMenu) settle(by dbus.Sender, ids []int32, d time.Duration) {
	if len(ids) == 0 {
		return
	}
	time.AfterFunc(d, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		known := m.readers[by]
		if known == nil {
			if len(m.readers) >= maxReaders {
				clear(m.readers)
			}
			known = map[int32]bool{}
			m.readers[by] = known
		}
		n := len(known)
		for _, id := range ids {
			known[id] = true
		}
		if len(known) > n {
			m.changed()
		}
	})
}

// changed tells panels to read the layout.
func (m *panelMenu) changed() {
	m.revision++
	_ = m.conn.Emit(menuPath, menuName+".LayoutUpdated", m.revision, int32(0)) // fails only when the session ends
}

func (m *panelMenu) getProperty(id int32, name string) (dbus.Variant, *dbus.Error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l, err := m.line(id)
	if err != nil {
		return dbus.MakeVariant(""), err
	}
	v, ok := l.props[name]
	if !ok {
		return dbus.MakeVariant(""), dbus.NewError("org.freedesktop.DBus.Error.InvalidArgs", []any{"no such property"})
	}
	return v, nil
}

// menuEvent is what somebody did to one line.
type menuEvent struct {
	ID   int32
	Kind string
	Data dbus.Variant
	Time uint32
}

// take passes an event on. Whatever happens below the menu itself keeps it open.
func (m *panelMenu) take(e menuEvent) *dbus.Error {
	m.mu.Lock()
	l, err := m.line(e.ID)
	var key string
	if err == nil {
		key = l.it.Key
	}
	m.mu.Unlock()
	switch {
	case err != nil:
		return err
	case e.Kind == "clicked" && e.ID != 0:
		m.touched(tray.Touch{Key: key})
	case e.Kind == "closed" && e.ID == 0:
		m.touched(tray.Touch{Closed: true})
	case e.Kind == "opened", e.Kind == "closed", e.Kind == "hovered":
		m.touched(tray.Touch{Opened: true})
	}
	return nil
}

func (m *panelMenu) event(id int32, kind string, data dbus.Variant, at uint32) *dbus.Error {
	return m.take(menuEvent{id, kind, data, at})
}

func (m *panelMenu) eventGroup(events []menuEvent) ([]int32, *dbus.Error) {
	unknown := []int32{}
	for _, e := range events {
		if m.take(e) != nil {
			unknown = append(unknown, e.ID)
		}
	}
	return unknown, nil
}

func (m *panelMenu) aboutToShow(id int32) (bool, *dbus.Error) {
	m.touched(tray.Touch{Opened: true})
	return false, nil
}

func (m *panelMenu) aboutToShowGroup(ids []int32) ([]int32, []int32, *dbus.Error) {
	m.touched(tray.Touch{Opened: true})
	return []int32{}, []int32{}, nil
}
