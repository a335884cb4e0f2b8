package desktop

import (
	"os/exec"

	"onair/tray"
)

// notices shows notices through AppleScript, which has neither buttons nor clicks. Not tried: no Mac was at hand.
type notices struct{}

func (n *notices) start(*Desktop) {}

func (n *notices) stop() {}

func (n *notices) show(x tray.Notice, _ []byte) error {
	return start(exec.Command("/usr/bin/osascript", "-e", "on run argv", "-e", "display notification (item 2 of argv) with title (item 1 of argv)", "-e", "end run", "--", x.Title, x.Body))
}
