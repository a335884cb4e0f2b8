package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"onair/cmd/internal/loopback"
)

// cut is a link of TCP that can be broken in the ways that networks break: connections refused, connections reset,
// and silence.
type cut struct {
	t      testing.TB
	addr   string // where it listens
	target string

	mu       sync.Mutex
	listener net.Listener
	open     chan struct{} // closed while packets pass
	conns    map[net.Conn]struct{}
	wg       sync.WaitGroup
}

func newCut(t testing.TB, target string) *cut {
	t.Helper()
	ports, release, err := loopback.Hold(1) // it is closed and opened again, and nobody else may come in between
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", fmt.Sprint("127.0.0.1:", ports[0]))
	if err != nil {
		t.Fatal(err)
	}
	c := &cut{t: t, addr: l.Addr().String(), target: target, open: make(chan struct{}), conns: map[net.Conn]struct{}{}}
	close(c.open)
	c.serve(l)
	t.Cleanup(func() {
		c.refuse()
		c.heal() // lets waiting pumps see that their connections are gone
		c.refuse()
		c.wg.Wait()
		release()
	})
	return c
}

func (c *cut) serve(l net.Listener) {
	c.mu.Lock()
	c.listener = l
	c.mu.Unlock()
	c.wg.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			c.wg.Go(func() { c.carry(in) })
		}
	})
}

// carry joins one connection to the target.
func (c *cut) carry(in net.Conn) {
	defer in.Close()
	if !c.hold(in) {
		return
	}
	defer c.let(in)
	c.pass()
	out, err := net.DialTimeout("tcp", c.target, 2*time.Second)
	if err != nil {
		return
	}
	defer out.Close()
	if !c.hold(out) {
		return
	}
	defer c.let(out)
	done := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{in, out}, {out, in}} {
		c.wg.Go(func() {
			c.pump(way[1], way[0])
			done <- struct{}{}
		})
	}
	<-done // one half closed: the whole is
}

// pump carries bytes one way, and holds them while nothing passes.
func (c *cut) pump(to, from net.Conn) {
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		c.pass()
		if n > 0 {
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				reset(to)
			}
			return
		}
	}
}

func (c *cut) pass() {
	c.mu.Lock()
	open := c.open
	c.mu.Unlock()
	<-open
}

func (c *cut) hold(n net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.listener == nil {
		return false
	}
	c.conns[n] = struct{}{}
	return true
}

func (c *cut) let(n net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.conns, n)
}

// reset breaks all connections with RST; new ones are taken.
func (c *cut) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for n := range c.conns {
		reset(n)
	}
}

func reset(n net.Conn) {
	if tcp, ok := n.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = n.Close()
}

// refuse closes all connections and the door.
func (c *cut) refuse() {
	c.mu.Lock()
	if c.listener != nil {
		c.listener.Close()
		c.listener = nil
	}
	c.mu.Unlock()
	c.reset()
}

// swallow leaves connections open and carries nothing; what was sent arrives when the link heals.
func (c *cut) swallow() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open = make(chan struct{})
}

// heal ends refuse and swallow.
func (c *cut) heal() {
	c.mu.Lock()
	select {
	case <-c.open:
	default:
		close(c.open)
	}
	closed := c.listener == nil
	c.mu.Unlock()
	if !closed {
		return
	}
	for end := time.Now().Add(patience); ; {
		l, err := net.Listen("tcp", c.addr)
		if err == nil {
			c.serve(l)
			return
		}
		if time.Now().After(end) {
			c.t.Errorf("link does not come back: %v", err)
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}
