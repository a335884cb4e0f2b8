package main

import (
	"context"
	"net"
	"net/http"
	"time"
)

// serveUntil serves handler on l until ctx ends.
func serveUntil(ctx context.Context, l net.Listener, handler http.Handler) error {
	s := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	stopped := make(chan error, 1)
	go func() { stopped <- s.Serve(l) }()
	select {
	case err := <-stopped:
		return err
	case <-ctx.Done():
		err := s.Close()
		<-stopped
		return err
	}
}
