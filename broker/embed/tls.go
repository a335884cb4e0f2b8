package embed

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// TLS is what the TCP port shows to workers.
type TLS struct {
	Cert, Key string   // PEM files; both empty: a certificate of an authority of onair's own, kept among the keys
	Names     []string // host names and addresses by which workers call the broker, for a certificate of its own
}

// certificate is what the port shows now. Reload may put another in its place, connections of before go on.
type certificate struct {
	config  *tls.Config
	current atomic.Pointer[tls.Certificate]
	ca      []byte // PEM of the own authority; nil when the certificate was brought along
}

// secure lays TLS over the configuration: the handshake comes first, so that strangers never reach the parser of the
// protocol with anything of their own.
func (s *Server) secure(opts *server.Options) error {
	if s.cert == nil {
		c := &certificate{}
		c.config = &tls.Config{MinVersion: tls.VersionTLS13, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return c.current.Load(), nil
		}}
		s.cert = c
	}
	if err := s.loadCertificate(opts.Host); err != nil {
		return fmt.Errorf("%w: %w", ErrTLS, err)
	}
	opts.TLS, opts.TLSConfig, opts.AllowNonTLS = true, s.cert.config, false
	opts.TLSHandshakeFirst, opts.TLSHandshakeFirstFallback = true, 0
	return nil
}

func (s *Server) loadCertificate(host string) error {
	var pair tls.Certificate
	var err error
	if o := s.o.TLS; o.Cert != "" || o.Key != "" {
		if err := private(o.Key); err != nil {
			return err
		}
		if pair, err = tls.LoadX509KeyPair(o.Cert, o.Key); err != nil {
			return fmt.Errorf("%s, %s: %w", o.Cert, o.Key, err)
		}
	} else if pair, s.cert.ca, err = s.keys.serverCertificate(certNames(o.Names, host), time.Now()); err != nil {
		return err
	}
	s.cert.current.Store(&pair)
	return nil
}

// CA is the PEM of the broker's own authority, by which workers know it; nil when its certificate was brought along or
// there is none.
func (s *Server) CA() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cert == nil {
		return nil
	}
	return s.cert.ca
}

// Secure reports whether the TCP port speaks TLS.
func (s *Server) Secure() bool {
	return s.secured.Load()
}

// Certificate is what the TCP port shows; nil when that is the configuration's matter.
func (s *Server) Certificate() *x509.Certificate {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cert == nil || s.cert.current.Load() == nil {
		return nil
	}
	return s.cert.current.Load().Leaf
}

// Authority is the PEM of the own authority that a folder of keys holds; nil when it holds none.
func Authority(keysDir string) ([]byte, error) {
	pair, err := keyring(keysDir).pair(authorityFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return certificatePEM(pair.Leaf), nil
}

func certificatePEM(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

// certNames are the names in a certificate of the own authority: those given, what the port listens on, and this
// machine as it calls itself. Without any given, a port that listens everywhere is known by each of its addresses.
func certNames(given []string, host string) []string {
	names := append([]string{"localhost", "127.0.0.1", "::1"}, given...)
	ip := net.ParseIP(host)
	switch {
	case host != "" && (ip == nil || !ip.IsUnspecified()):
		names = append(names, host)
	case len(given) == 0:
		if h, err := os.Hostname(); err == nil && CheckName(h) == nil {
			names = append(names, h)
		}
		addrs, _ := net.InterfaceAddrs()
		for _, a := range addrs {
			if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
				names = append(names, n.IP.String())
			}
		}
	}
	return names
}

// CheckName says whether a host name or an address can stand in a certificate.
func CheckName(name string) error {
	if net.ParseIP(name) != nil {
		return nil
	}
	if name == "" || len(name) > 253 || strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" {
		return errors.New("neither a host name nor an address")
	}
	return nil
}

// covers reports whether a certificate is for every one of names.
func covers(c *x509.Certificate, names []string) bool {
	for _, n := range names {
		if c.VerifyHostname(n) != nil {
			return false
		}
	}
	return true
}
