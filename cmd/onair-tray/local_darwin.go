package main

import (
	"io"
	"os"
	"syscall"
)

// childAttr keeps a Ctrl-C at the terminal for the tray, which then stops the hub in order.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// childArgs: macOS cannot tie one process's life to another's, so a shell stands between.
func childArgs(args ...string) []string { return guarded(args) }

// stopChild tells the guard to stop the hub.
func stopChild(_ *os.Process, held io.Closer) error { return held.Close() }

func bind(*os.Process) (func(), error) { return func() {}, nil }
