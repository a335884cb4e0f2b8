package desktop

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// ErrRunning reports that this person has a tray already.
var ErrRunning = errors.New("running already")

// raiseTimeout bounds talking to the other instance: it answers at once or hangs.
const raiseTimeout = 3 * time.Second

// Instance is the right to be the only tray of this person. The lock goes with the process, however it ends; the socket
// beside it is where a second start knocks.
type Instance struct {
	lock *os.File
	l    net.Listener
}

// RuntimeDir is where the lock and the socket stand.
func RuntimeDir() (string, error) {
	if d := os.Getenv("XDG_RUNTIME_DIR"); d != "" {
		return filepath.Join(d, "onair"), nil
	}
	d, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(d, "onair"), nil
}

// Acquire takes the place; ErrRunning when another has it.
func Acquire(dir string) (*Instance, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("instance: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "tray.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("instance: %w", err)
	}
	if err := tryLock(lock); err != nil {
		lock.Close()
		return nil, err
	}
	socket := filepath.Join(dir, "tray.sock")
	_ = os.Remove(socket) // of a tray that was killed: we hold the lock
	l, err := net.Listen("unix", socket)
	if err != nil {
		lock.Close()
		return nil, fmt.Errorf("instance: %w", err)
	}
	return &Instance{lock: lock, l: l}, nil
}

// Serve calls raised whenever somebody starts a second tray, until ctx ends.
func (i *Instance) Serve(ctx context.Context, raised func()) {
	stop := context.AfterFunc(ctx, func() { i.l.Close() })
	defer stop()
	var open sync.WaitGroup
	defer open.Wait()
	for {
		c, err := i.l.Accept()
		if err != nil {
			return
		}
		open.Go(func() {
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(raiseTimeout))
			if line, err := bufio.NewReader(&limited{c, 64}).ReadString('\n'); err == nil && line == "raise\n" {
				raised()
				_, _ = c.Write([]byte("ok\n"))
			}
		})
	}
}

// limited reads at most n bytes.
type limited struct {
	c net.Conn
	n int
}

func (l *limited) Read(b []byte) (int, error) {
	if l.n <= 0 {
		return 0, errors.New("too long")
	}
	n, err := l.c.Read(b[:min(len(b), l.n)])
	l.n -= n
	return n, err
}

// Close gives the place up.
func (i *Instance) Close() {
	i.l.Close() // removes the socket
	i.lock.Close()
}

// Raise asks the instance that runs to show itself.
func Raise(dir string) error {
	c, err := net.DialTimeout("unix", filepath.Join(dir, "tray.sock"), raiseTimeout)
	if err != nil {
		return fmt.Errorf("the tray that runs: %w", err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(raiseTimeout))
	if _, err := c.Write([]byte("raise\n")); err != nil {
		return fmt.Errorf("the tray that runs: %w", err)
	}
	if line, err := bufio.NewReader(c).ReadString('\n'); err != nil || line != "ok\n" {
		return fmt.Errorf("the tray that runs answered %.20q: %w", line, err)
	}
	return nil
}
