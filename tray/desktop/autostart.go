package desktop

import (
	"encoding/xml"
	"strings"
)

// What tells each desktop to start a program at login. The forms are here, where every system's tests see them.

// desktopEntry is the file of the XDG autostart folder.
func desktopEntry(args []string) string {
	return "[Desktop Entry]\nType=Application\nName=onair\nComment=Top live streams in the tray\nComment[ko]=트레이에서 보는 인기 방송\nExec=" +
		execLine(args) + "\nIcon=video-display\nTerminal=false\nX-GNOME-Autostart-enabled=true\n"
}

// execLine quotes arguments as the Desktop Entry specification wants it: twice, once for the string, once for Exec.
func execLine(args []string) string {
	out := make([]string, len(args))
	for i, a := range args {
		a = strings.NewReplacer("\n", " ", "%", "%%").Replace(a)
		if strings.ContainsAny(a, " \t\"'\\><~|&;$*?#()`") || a == "" {
			a = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", `$`, `\$`).Replace(a) + `"`
			a = strings.ReplaceAll(a, `\`, `\\`)
		}
		out[i] = a
	}
	return strings.Join(out, " ")
}

// started reports whether an entry found in the autostart folder is in force.
func started(entry string) bool {
	for line := range strings.Lines(entry) {
		switch strings.ReplaceAll(strings.TrimSpace(line), " ", "") {
		case "Hidden=true", "X-GNOME-Autostart-enabled=false":
			return false
		}
	}
	return strings.Contains(entry, "Exec=")
}

// runValue is the command line in the Run key of Windows, quoted as the C runtime splits it.
func runValue(args []string) string {
	out := make([]string, len(args))
	for i, a := range args {
		if a != "" && !strings.ContainsAny(a, " \t\"") {
			out[i] = a
			continue
		}
		var b strings.Builder
		b.WriteByte('"')
		slashes := 0
		for _, c := range []byte(a) {
			switch c {
			case '\\':
				slashes++
				continue
			case '"':
				b.WriteString(strings.Repeat(`\`, 2*slashes+1))
			default:
				b.WriteString(strings.Repeat(`\`, slashes))
			}
			slashes = 0
			b.WriteByte(c)
		}
		b.WriteString(strings.Repeat(`\`, 2*slashes) + `"`)
		out[i] = b.String()
	}
	return strings.Join(out, " ")
}

// launchAgent is the property list of macOS.
func launchAgent(label string, args []string) string {
	var b strings.Builder
	b.WriteString(xml.Header + `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>Label</key><string>`)
	_ = xml.EscapeText(&b, []byte(label)) // a builder takes all
	b.WriteString("</string>\n<key>RunAtLoad</key><true/>\n<key>ProgramArguments</key><array>")
	for _, a := range args {
		b.WriteString("<string>")
		_ = xml.EscapeText(&b, []byte(a))
		b.WriteString("</string>")
	}
	b.WriteString("</array>\n</dict></plist>\n")
	return b.String()
}
