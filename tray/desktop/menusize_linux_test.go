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
	// Submenu by submenu, as KDE's panel does.
	var count func(id int32) (int, error)
	count = func(id int32) (int, error) {
		var rev uint32
		var l layout
		if err := conn.Object(own.Names()[0], menuPath).Call(menuName+".GetLayout", 0, id, int32(1), []string{}).Store(&rev, &l); err != nil {
			return 0, err
		}
		n := 1
		for _, k := range l.Kids {
			var kid layout
			if err := dbus.Store([]any{k.Value()}, &kid); err != nil {
				return 0, err
			}
			m := 1
			if kid.Props["children-display"].Value() == "submenu" {
				if m, err = count(kid.ID); err != nil {
					return 0, err
				}
			}
			n += m
		}
		return n, nil
	}
	return count(0)
}
