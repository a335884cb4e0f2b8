package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

const (
	// stopWithin: a hub that is asked to stop commits and is gone in a second; after this it is killed, and loses nothing
	// that its broker had acknowledged.
	stopWithin = 10 * time.Second
	// againMin and againMax bound the wait before a hub that ended is started again.
	againMin, againMax = time.Second, time.Minute
	// goodRun: a hub that ran so long did not fail because of how it was started.
	goodRun = time.Minute
)

// local is a hub of this person's own, beside the tray.
type local struct {
	exe, data, addr string
	log             *slog.Logger
}

// newLocal finds the program and a port; errors name what is missing.
func newLocal(exe, data string, log *slog.Logger) (*local, error) {
	var err error
	if exe == "" {
		exe, err = findOnair()
	} else {
		exe, err = exec.LookPath(exe)
	}
	if err != nil {
		return nil, usageError{fmt.Errorf("--local: the program onair: %w", err)}
	}
	if data == "" {
		if data, err = localData(); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, usageError{fmt.Errorf("--data: %w", err)}
	}
	addr, err := freeAddr(filepath.Join(data, "tray-addr"))
	if err != nil {
		return nil, err
	}
	return &local{exe, data, addr, log}, nil
}

func (l *local) url() string { return "http://" + l.addr }

// findOnair looks beside this program, then in PATH.
func findOnair() (string, error) {
	file := "onair"
	if runtime.GOOS == "windows" {
		file += ".exe"
	}
	if own, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(own); err == nil {
			own = real
		}
		if p, err := exec.LookPath(filepath.Join(filepath.Dir(own), file)); err == nil {
			return p, nil
		}
	}
	return exec.LookPath(file)
}

// localData is the folder for a hub that belongs to a tray; apart from that of a hub started by hand.
func localData() (string, error) {
	if d := os.Getenv("XDG_DATA_HOME"); d != "" {
		return filepath.Join(d, "onair", "tray-hub"), nil
	}
	if runtime.GOOS != "linux" {
		d, err := os.UserConfigDir()
		return filepath.Join(d, "onair", "tray-hub"), err
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "share", "onair", "tray-hub"), err
}

// freeAddr chooses a loopback port: the one of the last time if it is free, so that what is remembered of the server
// stays true.
func freeAddr(file string) (string, error) {
	want := "127.0.0.1:0"
	if b, err := os.ReadFile(file); err == nil && strings.HasPrefix(string(b), "127.0.0.1:") {
		want = strings.TrimSpace(string(b))
	}
	l, err := net.Listen("tcp", want)
	if err != nil {
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return "", fmt.Errorf("--local: %w", err)
		}
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return "", fmt.Errorf("--local: %w", err)
	}
	_ = os.WriteFile(file, []byte(addr+"\n"), 0o600) // only a convenience
	return addr, nil
}

// run keeps the hub running until ctx ends, then stops it.
func (l *local) run(ctx context.Context) error {
	for wait := againMin; ; wait = min(2*wait, againMax) {
		began := time.Now()
		err := l.once(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Since(began) > goodRun {
			wait = againMin
		}
		l.log.Error("the local hub ended", "program", l.exe, "err", err, "again_in", wait)
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
	}
}

// once starts the hub and waits for its end. Linux ties its life to the thread that started it, so that thread is kept
// for the hub alone.
func (l *local) once(ctx context.Context) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	args := childArgs(l.exe, "serve", "--listen", l.addr, "--data", l.data, "--nats-listen", "127.0.0.1:0", "--log-level", "warn")
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Stderr = os.Stderr
	c.SysProcAttr = childAttr()
	c.WaitDelay = stopWithin
	held, err := c.StdinPipe() // closed when this process ends, however that happens
	if err != nil {
		return err
	}
	defer held.Close()
	c.Cancel = func() error { return stopChild(c.Process, held) }
	if err := c.Start(); err != nil {
		return err
	}
	release, err := bind(c.Process)
	if err != nil {
		l.log.Warn("the local hub may outlive a tray that is killed", "err", err)
	}
	defer release()
	l.log.Info("local hub", "program", l.exe, "url", l.url(), "data", l.data)
	err = c.Wait()
	if err == nil {
		err = errors.New("it stopped by itself")
	}
	return err
}
