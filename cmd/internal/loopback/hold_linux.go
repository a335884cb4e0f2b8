package loopback

import (
	"fmt"
	"syscall"
)

// Hold reserves n TCP ports of 127.0.0.1 until release is called. Who knows a port may listen on it, stop, and listen
// again: a socket that is bound and does not listen keeps the system from choosing the port for another program, and
// stands in nobody's way who names it, as every listener of Go's allows itself to share an address that nobody listens
// on. Connections find nobody meanwhile and are refused.
func Hold(n int) (ports []int, release func(), err error) {
	var held []int
	release = func() {
		for _, fd := range held {
			_ = syscall.Close(fd)
		}
		held = nil
	}
	defer func() {
		if err != nil {
			release()
			release = func() {}
		}
	}()
	for range n {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
		if err != nil {
			return nil, release, fmt.Errorf("loopback: socket: %w", err)
		}
		held = append(held, fd)
		if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
			return nil, release, fmt.Errorf("loopback: share a port: %w", err)
		}
		if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
			return nil, release, fmt.Errorf("loopback: bind: %w", err)
		}
		name, err := syscall.Getsockname(fd)
		if err != nil {
			return nil, release, fmt.Errorf("loopback: port: %w", err)
		}
		ports = append(ports, name.(*syscall.SockaddrInet4).Port)
	}
	return ports, release, nil
}
