package main

import (
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

const (
	// minSweep: a shorter one only queues sweeps behind each other, each of which takes a second a page.
	minSweep = 10 * time.Second
	// maxSweep: a broadcast unseen for 30 minutes is taken to be over, so lists must be asked for more often.
	maxSweep = 20 * time.Minute
	// minPace: a request a second is what the sites are asked for at most; the demo's is virtual and may be shorter.
	minPace = 10 * time.Millisecond
)

// check names the setting at fault.
func (s *hubSettings) check(sweep time.Duration) error {
	switch {
	case sweep < minSweep || sweep > maxSweep:
		return fmt.Errorf("--sweep %v is not between %v and %v", sweep, minSweep, maxSweep)
	case s.Pace < minPace:
		return fmt.Errorf("--pace %v is under %v", s.Pace, minPace)
	case s.Search < time.Minute:
		return fmt.Errorf("--search %v is under a minute", s.Search)
	}
	if err := s.OutboxSettings.Check(); err != nil {
		return err
	}
	if _, _, err := net.SplitHostPort(s.Listen); err != nil {
		return fmt.Errorf("--listen %s: %w", s.Listen, err)
	}
	if s.Admin == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(s.Admin)
	if err != nil {
		return fmt.Errorf("--admin %s: %w", s.Admin, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--admin %s: metrics and profiles are served on loopback only", s.Admin)
	}
	_, err = s.adminToken()
	return err
}

// adminToken reads the bearer token of the admin listener. It has no flag of its own: flags can be read by others.
func (s *hubSettings) adminToken() (string, error) {
	if s.AdminTokenFile != "" {
		b, err := os.ReadFile(s.AdminTokenFile)
		if err != nil {
			return "", fmt.Errorf("--admin-token-file: %w", err)
		}
		if t := strings.TrimSpace(string(b)); t != "" {
			return t, nil
		}
		return "", fmt.Errorf("--admin-token-file %s is empty", s.AdminTokenFile)
	}
	if t := strings.TrimSpace(os.Getenv("ONAIR_ADMIN_TOKEN")); t != "" {
		return t, nil
	}
	return "", fmt.Errorf("--admin wants a bearer token in --admin-token-file or ONAIR_ADMIN_TOKEN")
}
