package main

import "fmt"

// announce prints a result for people and scripts. That standard output is closed is no reason to stop serving.
func announce(o out, format string, a ...any) {
	_, _ = fmt.Fprintf(o.stdout, format, a...)
}
