//go:build !linux

package fleet

import "syscall"

// attributes: elsewhere a fleet that is killed leaves its programs behind.
func attributes() *syscall.SysProcAttr { return nil }
