package loopback

import (
	"fmt"
	"net"
	"testing"
)

// A held port can be listened on, left and listened on again by who knows it, and is given to nobody else.
func TestHeldPortIsTheHoldersAlone(t *testing.T) {
	ports, release, err := Hold(3)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	held := map[int]bool{}
	for _, p := range ports {
		held[p] = true
		for range 2 {
			addr := fmt.Sprint("127.0.0.1:", p)
			if c, err := net.Dial("tcp", addr); err == nil {
				c.Close()
				t.Errorf("somebody answers at %s", addr)
			}
			l, err := net.Listen("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Errorf("a listener on a held port is not reached: %v", err)
			} else {
				c.Close()
			}
			l.Close()
		}
	}
	if len(held) != 3 {
		t.Fatalf("ports %v", ports)
	}
	for range 500 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if p := l.Addr().(*net.TCPAddr).Port; held[p] {
			t.Fatalf("port %d was given to another", p)
		}
	}
}
