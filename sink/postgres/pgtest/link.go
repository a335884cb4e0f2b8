package pgtest

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Link is a TCP way to a cluster that can be cut.
type Link struct {
	c  *Cluster
	l  net.Listener
	wg sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]struct{}
}

// Link opens a way that the test's end closes.
func (c *Cluster) Link(tb testing.TB) *Link {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	k := &Link{c: c, l: l, conns: map[net.Conn]struct{}{}}
	k.wg.Go(k.accept)
	tb.Cleanup(func() {
		l.Close()
		k.Cut()
		k.wg.Wait()
	})
	return k
}

// URL is the connection string of a database of c by this way, from one that goes straight.
func (k *Link) URL(database string) string {
	return "postgres://postgres:swordfish@" + k.l.Addr().String() + "/" + database + "?sslmode=disable"
}

// Cut breaks every connection.
func (k *Link) Cut() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for c := range k.conns {
		c.Close()
	}
}

func (k *Link) accept() {
	for {
		in, err := k.l.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("unix", k.c.Socket())
		if err != nil {
			in.Close()
			continue
		}
		k.mu.Lock()
		k.conns[in], k.conns[out] = struct{}{}, struct{}{}
		k.mu.Unlock()
		k.wg.Go(func() { k.carry(in, out) })
		k.wg.Go(func() { k.carry(out, in) })
	}
}

func (k *Link) carry(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	to.Close()
	from.Close()
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.conns, to)
	delete(k.conns, from)
}
