package main

import (
	"errors"
	"os"
	"syscall"
)

func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func stopChild(p *os.Process) error { return p.Signal(syscall.SIGTERM) }

// bind cannot do on macOS what it should.
func bind(*os.Process) (func(), error) {
	return func() {}, errors.New("macOS cannot tie one process's life to another's")
}
