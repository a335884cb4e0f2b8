package tray

// Patch is one item that is new or says something else.
type Patch struct {
	New  bool
	Item Item
	Was  Item // what it said; zero when New
}

// Diff lists what has to be done to prev (nil is no menu yet) so that it is next. New items come in order, so that
// adding each at the end of its parent gives next.
func Diff(prev, next *Menu) []Patch {
	was := map[string]Item{}
	if prev != nil {
		for _, it := range prev.Items {
			was[it.Key] = it
		}
	}
	var out []Patch
	for _, it := range next.Items {
		switch old, ok := was[it.Key]; {
		case !ok:
			out = append(out, Patch{New: true, Item: it})
		case old != it:
			out = append(out, Patch{Item: it, Was: old})
		}
	}
	return out
}

// Get gives the item with a key.
func (m *Menu) Get(key string) (Item, bool) {
	for _, it := range m.Items {
		if it.Key == key {
			return it, true
		}
	}
	return Item{}, false
}
