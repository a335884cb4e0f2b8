package desktop

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// openURL opens an address in the person's browser: the first of $BROWSER that is there, else the desktop's. No shell
// is asked: the address is one argument.
func openURL(url string) error {
	for _, b := range strings.Split(os.Getenv("BROWSER"), ":") {
		if b == "" {
			continue
		}
		args := strings.Fields(b)
		path, err := exec.LookPath(args[0])
		if err != nil {
			continue
		}
		given := false
		for i := range args {
			if strings.Contains(args[i], "%s") {
				args[i], given = strings.ReplaceAll(args[i], "%s", url), true
			}
		}
		if !given {
			args = append(args, url)
		}
		return apart(path, args[1:]...)
	}
	return openFile(url)
}

// openFile opens a file or an address with what the desktop has for it.
func openFile(what string) error {
	for _, by := range [][]string{{"xdg-open"}, {"gio", "open"}, {"x-www-browser"}} {
		if path, err := exec.LookPath(by[0]); err == nil {
			return apart(path, append(by[1:], what)...)
		}
	}
	return fmt.Errorf("open %.200s: %w", what, errors.New("no xdg-open, gio or x-www-browser on this machine"))
}

// apart starts a program in a session of its own: a browser that we started outlives us.
func apart(path string, args ...string) error {
	c := exec.Command(path, args...)
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return start(c)
}
