package desktop

import "os"

// Language is the person's: ko or en.
func Language() string {
	l, _ := fromEnvironment(os.Getenv)
	return l
}
