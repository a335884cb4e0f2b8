package desktop

import "github.com/godbus/dbus/v5"

// menuSize counts the items of this process's menu by asking over the bus, as a panel does.
func menuSize() (int, error) {
	own, err := dbus.SessionBus()
	if err != nil {
		return 0, err
	}
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	type layout struct {
		ID    int32
		Props map[string]dbus.Variant
		Kids  []dbus.Variant
	}
	var rev uint32
	var root layout
	for range 2 { // systray's first answer is only one level deep
		if err := conn.Object(own.Names()[0], "/StatusNotifierItem/menu").Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&rev, &root); err != nil {
			return 0, err
		}
	}
	var count func(l layout) (int, error)
	count = func(l layout) (int, error) {
		n := 1
		for _, k := range l.Kids {
			var kid layout
			if err := dbus.Store([]any{k.Value()}, &kid); err != nil {
				return 0, err
			}
			m, err := count(kid)
			if err != nil {
				return 0, err
			}
			n += m
		}
		return n, nil
	}
	return count(root)
}
