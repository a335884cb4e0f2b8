package desktop

import (
	"os"
	"os/exec"
	"strings"
)

// Language is the person's: ko or en.
func Language() string {
	if b, err := exec.Command("/usr/bin/defaults", "read", "-g", "AppleLocale").Output(); err == nil {
		return languageOf(strings.TrimSpace(string(b)))
	}
	l, _ := fromEnvironment(os.Getenv)
	return l
}
