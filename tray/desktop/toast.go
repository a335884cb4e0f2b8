package desktop

import (
	"encoding/xml"
	"strings"

	"onair/tray"
)

// toastXML is a notice in the form of a Windows toast. Its links are opened by Windows itself (activationType protocol),
// so no program of ours has to be called back; buttons that do anything else are left out.
func toastXML(n tray.Notice) string {
	esc := func(s string) string {
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(s)) // a builder takes all
		return b.String()
	}
	var b strings.Builder
	b.WriteString("<toast")
	if n.Click.Verb == tray.OpenLink {
		b.WriteString(` activationType="protocol" launch="` + esc(n.Click.Arg) + `"`)
	}
	b.WriteString(`><visual><binding template="ToastGeneric"><text>` + esc(n.Title) + `</text><text>` + esc(n.Body) + `</text></binding></visual>`)
	var actions string
	for _, x := range n.Buttons {
		if x.Do.Verb == tray.OpenLink {
			actions += `<action activationType="protocol" content="` + esc(x.Text) + `" arguments="` + esc(x.Do.Arg) + `"/>`
		}
	}
	if actions != "" {
		b.WriteString("<actions>" + actions + "</actions>")
	}
	b.WriteString("</toast>")
	return b.String()
}
