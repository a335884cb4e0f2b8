//go:build !linux

package loopback

import (
	"fmt"
	"net"
)

// Hold finds n TCP ports of 127.0.0.1 that nobody listens on. On this system they are not kept from others.
func Hold(n int) (ports []int, release func(), err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, func() {}, fmt.Errorf("loopback: listen: %w", err)
		}
		defer l.Close() // all at the end, so that none is given twice
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, func() {}, nil
}
