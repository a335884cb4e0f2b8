package main

import (
	"io"
	"os"
	"syscall"
)

// childAttr has the kernel stop the hub when the tray dies, however that happens, and keeps a Ctrl-C at the terminal
// for the tray, which then stops the hub in order.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM, Setpgid: true}
}

func childArgs(args ...string) []string { return args }

func stopChild(p *os.Process, _ io.Closer) error { return p.Signal(syscall.SIGTERM) }

func bind(*os.Process) (func(), error) { return func() {}, nil }
