package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
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
	if err := errors.Join(s.OutboxSettings.Check(), s.labelSettings.check(), s.thumbSettings.check(), s.postgresSettings.check()); err != nil {
		return err
	}
	if _, _, err := net.SplitHostPort(s.Listen); err != nil {
		return fmt.Errorf("--listen %s: %w", s.Listen, err)
	}
	if s.Admin == adminOff {
		return nil
	}
	host, _, err := net.SplitHostPort(s.Admin)
	if err != nil {
		return fmt.Errorf("--admin %s: %w", s.Admin, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--admin %s: it is for this machine: name a loopback address", s.Admin)
	}
	_, err = s.givenToken()
	return err
}

// adminOff is the setting that opens no admin listener.
const adminOff = "off"

// Files below a hub's data folder by which its command line finds the admin listener.
var (
	adminTokenName   = filepath.Join("keys", "admin-token")
	adminAddressName = filepath.Join("keys", "admin-address")
)

// givenToken is the bearer token that somebody named; "" when nobody did. It has no flag of its own: flags can be read by
// others.
func (s *hubSettings) givenToken() (string, error) {
	if s.AdminTokenFile == "" {
		return strings.TrimSpace(os.Getenv("ONAIR_ADMIN_TOKEN")), nil
	}
	b, err := os.ReadFile(s.AdminTokenFile)
	if err != nil {
		return "", fmt.Errorf("--admin-token-file: %w", err)
	}
	if t := strings.TrimSpace(string(b)); t != "" {
		return t, nil
	}
	return "", fmt.Errorf("--admin-token-file %s is empty", s.AdminTokenFile)
}

// adminToken is the bearer token of the admin listener: the given one, else the data folder's own, which is made when it is
// not there.
func (s *hubSettings) adminToken(data string) (string, error) {
	if t, err := s.givenToken(); t != "" || err != nil {
		return t, err
	}
	path := filepath.Join(data, adminTokenName)
	b, err := os.ReadFile(path)
	if t := strings.TrimSpace(string(b)); err == nil && t != "" {
		return t, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("admin token: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("admin token: %w", err)
	}
	t := rand.Text()
	if err := os.WriteFile(path, []byte(t+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("admin token: %w", err)
	}
	return t, nil
}
