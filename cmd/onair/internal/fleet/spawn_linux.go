package fleet

import "syscall"

// attributes keep the terminal's Ctrl-C from the program, which the fleet stops in order, and end it with the fleet.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
